//! `multiply`: two or more values of equal shape → their elementwise product.

use super::add::equal_shapes;
use super::{Layer, Lengths, Row, Rule, Sources};
use crate::context::{Scope, Site, Value};
use crate::shape::Shape;

/// The elementwise product of its sources.
#[derive(Clone, Debug)]
pub(crate) struct Multiply;

impl Rule for Multiply {
    const ROWS: &'static [Row] =
        &[Row { name: "multiply", call: "multiply", sources: Sources::Several, read: |_| Some(Layer::Multiply(Self)), ..Row::PLAIN }];

    fn output(&self, site: &Site, inputs: &[Value], scope: &mut Scope) -> Option<Shape> {
        equal_shapes(site, inputs, scope, "multiplies")
    }

    fn lengths(&self, axis: usize, _takes: &Shape, _gives: &Shape) -> Lengths {
        Lengths::Kept(axis)
    }

    fn unify(&self, inputs: &mut [Shape], output: &mut Shape) {
        inputs.fill(output.clone());
    }
}
