//! `gaussian_kl <- (mean, log_variance)`: how far a normal distribution is from the standard one.

use super::add::equal_shapes;
use super::sample::GAUSSIAN;
use super::{Layer, Lengths, Row, Rule};
use crate::context::{Scope, Site, Value};
use crate::shape::{Dimension, Shape};

/// −½ Σ (1 + log σ² − μ² − σ²) over the elements of a sample.
#[derive(Clone, Debug)]
pub(crate) struct GaussianKl;

impl Rule for GaussianKl {
    const ROWS: &'static [Row] = &[Row {
        name: "gaussian_kl",
        call: "gaussian_kl",
        sources: GAUSSIAN,
        read: |_| Some(Layer::GaussianKl(Self)),
        ..Row::PLAIN
    }];

    fn output(&self, site: &Site, inputs: &[Value], scope: &mut Scope) -> Option<Shape> {
        equal_shapes(site, inputs, scope, "takes").map(|_| vec![Dimension::Literal(1)])
    }

    /// Padding is 0, of which the divergence is 0.
    fn lengths(&self, _axis: usize, _takes: &Shape, _gives: &Shape) -> Lengths {
        Lengths::Read
    }

    fn unify(&self, inputs: &mut [Shape], _gives: &mut Shape) {
        let first = inputs[0].clone();
        inputs.fill(first);
    }
}
