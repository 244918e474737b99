//! `adaptive_max_pool2d([h, w])` and `adaptive_avg_pool2d([h, w])`: `[c, _, _]` → `[c, h, w]`.

use super::window::{image, resized};
use super::{Arguments, Layer, Row, Rule};
use crate::check::{Place, Scope, Value};
use crate::shape::{Dimension, Shape};

/// What becomes of the elements of a window or bin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pooling {
    Max,
    Avg,
}

/// As many bins as are asked for, whatever the size of the image. They overlap where its size is no multiple.
#[derive(Clone, Debug)]
pub(crate) struct AdaptivePool2d {
    pub(crate) pooling: Pooling,
    pub(crate) size: [Dimension; 2],
}

impl Rule for AdaptivePool2d {
    const ROWS: &'static [Row] = &[
        Row {
            name: "adaptive_max_pool2d",
            call: "adaptive_max_pool2d([4, 4])",
            read: |arguments| Self::read(arguments, Pooling::Max),
            ..ROW
        },
        Row {
            name: "adaptive_avg_pool2d",
            call: "adaptive_avg_pool2d([4, 4])",
            read: |arguments| Self::read(arguments, Pooling::Avg),
            ..ROW
        },
    ];

    fn gives(&self, place: &Place, takes: &[Value], scope: &mut Scope) -> Option<Shape> {
        image(place, &takes[0], scope)?;
        Some(resized(takes[0].shape[0].clone(), self.size.clone()))
    }
}

/// What both rows have.
const ROW: Row = Row { arguments: [1, 1], argument: "size", ..Row::PLAIN };

impl AdaptivePool2d {
    fn read(arguments: &mut Arguments, pooling: Pooling) -> Option<Layer> {
        let (value, what) = (arguments.next()?, arguments.what_argument());
        let size = arguments.pair(value, 1, &what)?;
        Some(Layer::AdaptivePool2d(Self { pooling, size }))
    }
}
