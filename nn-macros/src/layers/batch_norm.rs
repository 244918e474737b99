//! `batch_norm`: the same shape, whose first axis is that of the channels.

use quote::quote;

use super::facts::each;
use super::real::Range;
use super::runtime::element;
use super::{Arguments, stub, Facts, Layer, Layout, Lengths, Model, OutputKind, Parameter, Product, Real, Reach, Row, Rule, Runtime, Placement, WeightGradient, Weights, Work};
use crate::context::{Scope, Site, Value};
use crate::report::Reported;
use crate::shape::{Shape, types};

/// Each channel, brought to mean 0 and variance 1 over the batch and its places, then scaled and shifted by its own parameters.
#[derive(Clone, Debug)]
pub(crate) struct BatchNorm {
    /// The part of the running statistics that a batch replaces.
    pub(crate) momentum: Real,
    /// What is added to the variance.
    pub(crate) epsilon: Real,
}

impl Rule for BatchNorm {
    const ROWS: &'static [Row] = &[Row {
        name: "batch_norm",
        call: "batch_norm",
        options: &["epsilon", "momentum"],
        stub: Some(|_| stub::sized("BatchNorm", 1)),
        read: |arguments| Self::read(arguments).map(Layer::BatchNorm),
        ..Row::PLAIN
    }];

    fn output(&self, _site: &Site, inputs: &[Value], _scope: &mut Scope) -> Result<Shape, Reported> {
        Ok(inputs[0].shape.clone())
    }

    fn lengths(&self, axis: usize, _takes: &Shape, _gives: &Shape) -> Lengths {
        Lengths::across_channels(axis, |_| Lengths::Walked(axis))
    }

    /// In inference; in training its statistics are those of the whole batch.
    fn reach(&self, axis: usize, _inputs: &Shape, _output: &Shape) -> Reach {
        Reach::Same(axis)
    }

    fn operations(&self, of: &Placement) -> Vec<Product> {
        // In inference, for each number: a difference, a factor and a bias.
        vec![each(3, of.output)]
    }

    fn facts(&self) -> Facts<'_> {
        Facts { work: Work::Weights(Weights { gradient: WeightGradient::Synchronized, fuses: true, tied: None, vocabulary: None }), layout: Layout::AsItLies, model: Some(self), output: OutputKind::Numbers }
    }
}

impl Model for BatchNorm {
    /// `weight [c]` and `bias [c]`.
    fn parameters(&self, inputs: &[Shape]) -> Vec<Parameter> {
        ["weight", "bias"].map(|name| Parameter { name: name.into(), shape: inputs[0][..1].to_vec() }).into()
    }

    fn runtime(&self, of: &Placement) -> Runtime {
        let Self { momentum, epsilon } = self;
        let channels = types::dimension(&of.inputs[0][0]);
        Runtime::layer("BatchNorm", of, &[channels, element()], &quote!(new(#momentum, #epsilon)))
    }
}

impl BatchNorm {
    fn read(arguments: &mut Arguments) -> Result<Self, Reported> {
        let momentum = arguments.real_option("momentum", Range::Part, "momentum = 0.1");
        let epsilon = arguments.real_option("epsilon", Range::Positive, "epsilon = 1e-5");
        Ok(Self {
            momentum: momentum?.unwrap_or_else(|| Real::literal(0.1)),
            epsilon: epsilon?.unwrap_or_else(|| Real::literal(1e-5)),
        })
    }
}
