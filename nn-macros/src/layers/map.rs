//! `map(|x| expression)`: the same shape, elementwise.

use super::{Arguments, Layer, Lengths, Row, Rule};
use crate::context::{Scope, Site, Value};
use crate::map::{self, Mapping};
use crate::shape::Shape;

/// A function of the user's, applied to each element.
#[derive(Clone, Debug)]
pub(crate) struct Map {
    pub(crate) mapping: Mapping,
}

impl Rule for Map {
    const ROWS: &'static [Row] = &[Row {
        name: "map",
        call: "map(|x| x * x)",
        arguments: [1, 1],
        argument: "function",
        read: |arguments| Self::read(arguments).map(Layer::Map),
        ..Row::PLAIN
    }];

    fn output(&self, _site: &Site, inputs: &[Value], _scope: &mut Scope) -> Option<Shape> {
        Some(inputs[0].shape.clone())
    }

    fn lengths(&self, axis: usize, _takes: &Shape, _gives: &Shape) -> Lengths {
        Lengths::Kept(axis)
    }
}

impl Map {
    fn read(arguments: &mut Arguments) -> Option<Self> {
        let closure = arguments.next()?;
        Some(Self { mapping: map::read(closure, arguments.scope)? })
    }
}
