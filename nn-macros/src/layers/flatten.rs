//! `flatten`: any shape → `[number of elements]`.

use super::{Layer, Lengths, Row, Rule};
use crate::check::{Place, Scope, Value};
use crate::shape::{Operation, Shape};

/// All axes in one.
#[derive(Clone, Debug)]
pub(crate) struct Flatten;

impl Rule for Flatten {
    const ROWS: &'static [Row] =
        &[Row { name: "flatten", call: "flatten", read: |_| Some(Layer::Flatten(Self)), ..Row::PLAIN }];

    fn gives(&self, place: &Place, takes: &[Value], scope: &mut Scope) -> Option<Shape> {
        let what = || format!("the number of elements of `{}`", place.subject);
        scope.calculate(&place.tokens, what, Operation::Product, &takes[0].shape).map(|size| vec![size])
    }

    fn lengths(&self, axis: usize, takes: &Shape, _gives: &Shape) -> Lengths {
        if takes.len() == 1 { Lengths::Kept(axis) } else { Lengths::Mixed }
    }
}
