//! `repeat(t)`: `[n]` → `[t, n]`.

use super::dense::{Otherwise, vector};
use super::{Layer, Lengths, Row, Rule};
use crate::context::{Scope, Site, Value};
use crate::shape::{Dimension, Shape};

/// A vector, at each of a number of steps.
#[derive(Clone, Debug)]
pub(crate) struct Repeat {
    /// The steps.
    pub(crate) times: Dimension,
}

impl Rule for Repeat {
    const ROWS: &'static [Row] = &[Row {
        name: "repeat",
        call: "repeat(10)",
        arguments: [1, 1],
        argument: "number of steps",
        read: |arguments| arguments.size().map(|times| Layer::Repeat(Self { times })),
        ..Row::PLAIN
    }];

    fn output(&self, site: &Site, inputs: &[Value], scope: &mut Scope) -> Option<Shape> {
        vector(site, &inputs[0], scope, Otherwise::Nothing)?;
        Some(vec![self.times.clone(), inputs[0].shape[0].clone()])
    }

    fn lengths(&self, axis: usize, _takes: &Shape, _gives: &Shape) -> Lengths {
        Lengths::Kept(axis + 1)
    }
}
