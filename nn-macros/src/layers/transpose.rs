//! `transpose`: `[a, b]` → `[b, a]`.

use super::{Layer, Lengths, Row, Rule};
use crate::context::{Scope, Site, Value};
use crate::report::Rank;
use crate::shape::{Dimension, Shape};

/// The two axes of a matrix, exchanged.
#[derive(Clone, Debug)]
pub(crate) struct Transpose;

impl Rule for Transpose {
    const ROWS: &'static [Row] = &[Row {
        name: "transpose",
        call: "transpose",
        read: |_| Some(Layer::Transpose(Self)),
        ..Row::PLAIN
    }];

    fn output(&self, site: &Site, inputs: &[Value], scope: &mut Scope) -> Option<Shape> {
        let value = &inputs[0];
        if let [a, b] = value.shape.as_slice() {
            return Some(vec![b.clone(), a.clone()]);
        }
        let matrix = match value.shape.as_slice() {
            [Dimension::Literal(1), height, width] => Some(vec![height.clone(), width.clone()]),
            _ => None,
        };
        let (subject, found, from) = (site.subject.clone(), value.shape.clone(), value.from.clone());
        scope.faults.add(&site.tokens, Rank::Matrix { subject, found, from, matrix });
        None
    }

    fn lengths(&self, axis: usize, _takes: &Shape, _gives: &Shape) -> Lengths {
        Lengths::Kept(1 - axis)
    }
}
