//! `layer_norm`: the same shape, `[n]` or `[t, n]`.

use super::real::Range;
use super::{Arguments, Layer, Lengths, Parameter, Real, Row, Rule};
use crate::context::{Scope, Site, Value};
use crate::report::Rank;
use crate::shape::{Operation, Shape};

/// The numbers of the last axis, brought to mean 0 and variance 1, then scaled and shifted each by its own parameters.
#[derive(Clone, Debug)]
pub(crate) struct LayerNorm {
    /// What is added to the variance.
    pub(crate) epsilon: Real,
}

impl Rule for LayerNorm {
    const ROWS: &'static [Row] = &[Row {
        name: "layer_norm",
        call: "layer_norm",
        options: &["epsilon"],
        trained: true,
        read: |arguments| Self::read(arguments).map(Layer::LayerNorm),
        ..Row::PLAIN
    }];

    fn output(&self, site: &Site, inputs: &[Value], scope: &mut Scope) -> Option<Shape> {
        rows(site, &inputs[0], scope)?;
        Some(inputs[0].shape.clone())
    }

    fn lengths(&self, axis: usize, inputs: &Shape, _gives: &Shape) -> Lengths {
        Lengths::unless_last(axis, inputs)
    }

    /// `weight [n]` and `bias [n]`.
    fn parameters(&self, inputs: &[Shape]) -> Vec<Parameter> {
        let last = &inputs[0][inputs[0].len() - 1..];
        ["weight", "bias"].map(|name| Parameter { name: name.into(), shape: last.to_vec() }).into()
    }
}

impl LayerNorm {
    fn read(arguments: &mut Arguments) -> Option<Self> {
        let epsilon = arguments.real_option("epsilon", Range::Positive, "epsilon = 1e-5")?;
        Some(Self { epsilon: epsilon.unwrap_or_else(|| Real::literal(1e-5)) })
    }
}

/// Asks for `[n]` or `[steps, n]`.
pub(super) fn rows(site: &Site, value: &Value, scope: &mut Scope) -> Option<()> {
    if value.shape.len() <= 2 {
        return Some(());
    }
    let flat = Operation::Product.of(&value.shape);
    let (subject, found, from) = (site.subject.clone(), value.shape.clone(), value.from.clone());
    scope.faults.add(&site.tokens, Rank::Rows { subject, found, from, flat });
    None
}
