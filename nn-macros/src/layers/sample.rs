//! `sample <- (mean, log_variance)`: a draw from a normal distribution, written so that both have a gradient.

use super::add::equal_shapes;
use super::{Layer, Lengths, Row, Rule, Sources};
use crate::context::{Scope, Site, Value};
use crate::shape::Shape;

/// μ + exp(½ log σ²) · ε in training, μ in inference.
#[derive(Clone, Debug)]
pub(crate) struct Sample;

/// What a layer takes that goes by a normal distribution.
pub(super) const GAUSSIAN: Sources = Sources::Two(["mean", "log_variance"]);

impl Rule for Sample {
    const ROWS: &'static [Row] =
        &[Row { name: "sample", call: "sample", sources: GAUSSIAN, read: |_| Some(Layer::Sample(Self)), ..Row::PLAIN }];

    fn output(&self, site: &Site, inputs: &[Value], scope: &mut Scope) -> Option<Shape> {
        equal_shapes(site, inputs, scope, "takes")
    }

    fn lengths(&self, axis: usize, _takes: &Shape, _gives: &Shape) -> Lengths {
        Lengths::Kept(axis)
    }

    fn unify(&self, inputs: &mut [Shape], output: &mut Shape) {
        inputs.fill(output.clone());
    }
}
