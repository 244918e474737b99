//! `perceptron`: `[i]` → `[1]` in {−1, 1}.

use super::dense::{Otherwise, vector};
use super::{Layer, Lengths, Parameter, Row, Rule};
use crate::context::{Scope, Site, Value};
use crate::shape::{Dimension, Shape};

/// Rosenblatt's unit: the sign of an affine map. It has no gradient.
#[derive(Clone, Debug)]
pub(crate) struct Perceptron;

impl Rule for Perceptron {
    const ROWS: &'static [Row] = &[Row {
        name: "perceptron",
        call: "perceptron",
        trained: true,
        gradient: false,
        read: |_| Some(Layer::Perceptron(Self)),
        ..Row::PLAIN
    }];

    fn output(&self, site: &Site, inputs: &[Value], scope: &mut Scope) -> Option<Shape> {
        vector(site, &inputs[0], scope, Otherwise::Nothing)?;
        Some(vec![Dimension::Literal(1)])
    }

    fn lengths(&self, _axis: usize, _takes: &Shape, _gives: &Shape) -> Lengths {
        Lengths::Mixed
    }

    /// `weight [1, i]` and `bias [1]`.
    fn parameters(&self, inputs: &[Shape]) -> Vec<Parameter> {
        let one = Dimension::Literal(1);
        vec![
            Parameter { name: "weight".into(), shape: vec![one.clone(), inputs[0][0].clone()] },
            Parameter { name: "bias".into(), shape: vec![one] },
        ]
    }
}
