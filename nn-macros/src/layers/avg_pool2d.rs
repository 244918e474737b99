//! `avg_pool2d(k)`: `[c, h, w]` → `[c, h', w']`.

use super::max_pool2d::{pooled, read};
use super::{Layer, Row, Rule, Window};
use crate::check::{Place, Scope, Value};
use crate::shape::Shape;

/// The mean of each window, padding counted as zeros; its dilation is 1.
#[derive(Clone, Debug)]
pub(crate) struct AvgPool2d {
    pub(crate) window: Window,
}

impl Rule for AvgPool2d {
    const ROWS: &'static [Row] = &[Row {
        name: "avg_pool2d",
        call: "avg_pool2d(2)",
        arguments: [1, 1],
        argument: "window",
        options: &["stride", "padding"],
        read: |arguments| Some(Layer::AvgPool2d(Self { window: read(arguments)? })),
        ..Row::PLAIN
    }];

    fn gives(&self, place: &Place, takes: &[Value], scope: &mut Scope) -> Option<Shape> {
        pooled(&self.window, place, &takes[0], scope)
    }
}
