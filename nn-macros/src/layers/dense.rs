//! `dense(n)`: `[i]` → `[n]`, or `[t, i]` → `[t, n]` with `each_step = true`.

use proc_macro2::Ident;

use super::{Init, Parameter};
use crate::shape::{Dimension, Shape};

/// An affine map of the last axis.
#[derive(Clone, Debug)]
pub(crate) struct Dense {
    /// Outputs.
    pub(crate) outputs: Dimension,
    pub(crate) bias: bool,
    pub(crate) each_step: bool,
    pub(crate) weight: Weight,
}

/// Where a dense layer's weight comes from.
#[derive(Clone, Debug)]
pub(crate) enum Weight {
    /// Its own, drawn so.
    Own(Init),
    /// Another layer's, transposed; this layer then has a bias at most.
    Tied(Tied),
}

/// The dense layer whose weight is used transposed: `weight [n, i]` there serves `[n]` → `[i]` here.
#[derive(Clone, Debug)]
pub(crate) struct Tied {
    pub(crate) name: Ident,
    /// The node that holds it, which comes earlier.
    pub(crate) node: usize,
}

impl Dense {
    /// `weight [n, i]` unless tied, and `bias [n]`.
    pub(super) fn parameters(&self, takes: &Shape) -> Vec<Parameter> {
        let mut all = Vec::new();
        if matches!(self.weight, Weight::Own(_)) {
            all.push(Parameter { name: "weight", shape: vec![self.outputs.clone(), takes[takes.len() - 1].clone()] });
        }
        if self.bias {
            all.push(Parameter { name: "bias", shape: vec![self.outputs.clone()] });
        }
        all
    }
}
