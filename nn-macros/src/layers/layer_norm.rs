//! `layer_norm`: the same shape, `[n]` or `[t, n]`.

use quote::quote;

use super::facts::each;
use super::real::Range;
use super::runtime::{element, last};
use super::{Arguments, stub, Facts, Layer, Layout, Lengths, Model, OutputKind, Parameter, Product, Real, Reach, Row, Rule, Runtime, Placement, WeightGradient, Weights, Work};
use crate::context::{Scope, Site, Value};
use crate::report::{Rank, Reported};
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
        stub: Some(|_| stub::sized("LayerNorm", 1)),
        read: |arguments| Self::read(arguments).map(Layer::LayerNorm),
        ..Row::PLAIN
    }];

    fn output(&self, site: &Site, inputs: &[Value], scope: &mut Scope) -> Result<Shape, Reported> {
        rows(site, &inputs[0], scope)?;
        Ok(inputs[0].shape.clone())
    }

    fn lengths(&self, axis: usize, inputs: &Shape, _gives: &Shape) -> Lengths {
        Lengths::unless_last(axis, inputs)
    }

    fn reach(&self, axis: usize, inputs: &Shape, _output: &Shape) -> Reach {
        Reach::unless_last(axis, inputs)
    }

    fn operations(&self, of: &Placement) -> Vec<Product> {
        // For each number: a sum, a difference, its square in a sum, a scale, a weight and a bias.
        vec![each(7, of.output)]
    }

    fn facts(&self) -> Facts<'_> {
        Facts { work: Work::Weights(Weights { gradient: WeightGradient::Accumulated, fuses: true, tied: None, vocabulary: None }), layout: Layout::ByRank, model: Some(self), output: OutputKind::Numbers }
    }
}

impl Model for LayerNorm {
    /// `weight [n]` and `bias [n]`.
    fn parameters(&self, inputs: &[Shape]) -> Vec<Parameter> {
        let last = &inputs[0][inputs[0].len() - 1..];
        ["weight", "bias"].map(|name| Parameter { name: name.into(), shape: last.to_vec() }).into()
    }

    fn runtime(&self, of: &Placement) -> Runtime {
        let epsilon = &self.epsilon;
        Runtime::layer("LayerNorm", of, &[last(&of.inputs[0]), element()], &quote!(new(#epsilon)))
    }
}

impl LayerNorm {
    fn read(arguments: &mut Arguments) -> Result<Self, Reported> {
        let epsilon = arguments.real_option("epsilon", Range::Positive, "epsilon = 1e-5")?;
        Ok(Self { epsilon: epsilon.unwrap_or_else(|| Real::literal(1e-5)) })
    }
}

/// Asks for `[n]` or `[steps, n]`.
pub(super) fn rows(site: &Site, value: &Value, scope: &mut Scope) -> Result<(), Reported> {
    if value.shape.len() <= 2 {
        return Ok(());
    }
    let flat = Operation::Product.of(&value.shape);
    let (subject, found) = (site.subject.clone(), value.received());
    Err(scope.faults.add(&site.tokens, Rank::Rows { subject, found, flat }))
}
