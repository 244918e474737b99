//! `perceptron`: `[i]` → `[1]` in {−1, 1}.

use super::Parameter;
use crate::shape::{Dimension, Shape};

/// Rosenblatt's unit: the sign of an affine map. It has no gradient.
#[derive(Clone, Debug)]
pub(crate) struct Perceptron;

impl Perceptron {
    /// `weight [1, i]` and `bias [1]`.
    pub(super) fn parameters(takes: &Shape) -> Vec<Parameter> {
        let one = Dimension::Literal(1);
        vec![
            Parameter { name: "weight", shape: vec![one.clone(), takes[0].clone()] },
            Parameter { name: "bias", shape: vec![one] },
        ]
    }
}
