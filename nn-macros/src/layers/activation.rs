//! The activations: the same shape, elementwise but for the two softmaxes.

use super::layer_norm::rows;
use super::real::Range;
use super::{Arguments, Layer, Lengths, Real, Row, Rule};
use crate::context::{Scope, Site, Value};
use crate::shape::Shape;

/// A function that follows a layer.
#[derive(Clone, Debug)]
pub(crate) enum Activation {
    Relu,
    /// The slope below 0.
    LeakyRelu(Real),
    /// The limit far below 0, negated.
    Elu(Real),
    Selu,
    Gelu,
    Silu,
    Sigmoid,
    Tanh,
    Softplus,
    /// Over the last axis of a value of rank 1 or 2.
    Softmax,
    /// Over the last axis of a value of rank 1 or 2.
    LogSoftmax,
    /// It has no gradient.
    Sign,
    Identity,
}

impl Activation {
    fn number(arguments: &mut Arguments, default: f64, range: Range) -> Option<Real> {
        let what = arguments.what_argument();
        match arguments.next() {
            Some(value) => arguments.real(value, &what, range, arguments.row.call),
            None => Some(Real::literal(default)),
        }
    }
}

/// Rows of activations without arguments.
macro_rules! plain {
    ($($name:literal $variant:ident),*) => {
        [$(Row { name: $name, call: $name, read: |_| Some(Layer::Activation(Activation::$variant)), ..Row::PLAIN }),*]
    };
}

impl Rule for Activation {
    const ROWS: &'static [Row] = &{
        let [relu, selu, gelu, silu, sigmoid, tanh, softplus, softmax, log_softmax, sign, identity] = plain! {
            "relu" Relu, "selu" Selu, "gelu" Gelu, "silu" Silu, "sigmoid" Sigmoid, "tanh" Tanh, "softplus" Softplus,
            "softmax" Softmax, "log_softmax" LogSoftmax, "sign" Sign, "identity" Identity
        };
        let sign = Row { gradient: false, ..sign };
        let leaky_relu = Row {
            name: "leaky_relu",
            call: "leaky_relu(0.01)",
            arguments: [0, 1],
            argument: "slope",
            read: |arguments| {
                let slope = Self::number(arguments, 0.01, Range::NotNegative)?;
                Some(Layer::Activation(Self::LeakyRelu(slope)))
            },
            ..Row::PLAIN
        };
        let elu = Row {
            name: "elu",
            call: "elu(1.0)",
            arguments: [0, 1],
            argument: "scale",
            read: |arguments| {
                Some(Layer::Activation(Self::Elu(Self::number(arguments, 1.0, Range::Positive)?)))
            },
            ..Row::PLAIN
        };
        [relu, selu, gelu, silu, sigmoid, tanh, softplus, softmax, log_softmax, sign, identity, leaky_relu, elu]
    };

    fn output(&self, site: &Site, inputs: &[Value], scope: &mut Scope) -> Option<Shape> {
        let value = &inputs[0];
        if matches!(self, Self::Softmax | Self::LogSoftmax) && value.shape.len() > 2 {
            let kind = if matches!(self, Self::Softmax) { "softmax" } else { "log_softmax" };
            rows(&Site { subject: kind.to_owned(), ..site.clone() }, value, scope)?;
        }
        Some(value.shape.clone())
    }

    fn lengths(&self, axis: usize, _takes: &Shape, _gives: &Shape) -> Lengths {
        Lengths::Kept(axis)
    }
}
