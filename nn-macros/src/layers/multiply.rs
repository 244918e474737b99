//! `multiply`: two or more values of equal shape → their elementwise product.

use super::add::equal_shapes;
use super::{Layer, Row, Rule};
use crate::check::{Place, Scope, Value};
use crate::shape::Shape;

/// The elementwise product of its sources.
#[derive(Clone, Debug)]
pub(crate) struct Multiply;

impl Rule for Multiply {
    const ROWS: &'static [Row] =
        &[Row { name: "multiply", call: "multiply", several: true, read: |_| Some(Layer::Multiply(Self)), ..Row::PLAIN }];

    fn gives(&self, place: &Place, takes: &[Value], scope: &mut Scope) -> Option<Shape> {
        equal_shapes(place, takes, scope, "multiplies")
    }

    fn unify(&self, takes: &mut [Shape], gives: &mut Shape) {
        takes.fill(gives.clone());
    }
}
