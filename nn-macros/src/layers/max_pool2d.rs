//! `max_pool2d(k)`: `[c, h, w]` → `[c, h', w']`.

use super::window::{image, resized};
use super::{Arguments, Layer, Row, Rule, Window};
use crate::check::{Place, Scope, Value};
use crate::shape::{Dimension, Operation, Shape};

/// The largest element of each window; its dilation is 1.
#[derive(Clone, Debug)]
pub(crate) struct MaxPool2d {
    pub(crate) window: Window,
}

impl Rule for MaxPool2d {
    const ROWS: &'static [Row] = &[Row {
        name: "max_pool2d",
        call: "max_pool2d(2)",
        arguments: [1, 1],
        options: &["stride", "padding"],
        read: |arguments| Some(Layer::MaxPool2d(Self { window: read(arguments)? })),
        ..Row::PLAIN
    }];

    fn gives(&self, place: &Place, takes: &[Value], scope: &mut Scope) -> Option<Shape> {
        pooled(&self.window, place, &takes[0], scope)
    }
}

/// A pool's window, whose stride is its kernel unless another is given.
pub(super) fn read(arguments: &mut Arguments) -> Option<Window> {
    let what = format!("the window of `{}`", arguments.row.name);
    let kernel = arguments.next()?;
    let kernel = arguments.pair(kernel, 1, &what)?;
    Window::read(arguments, kernel.clone(), kernel)
}

/// The shape that pooling gives.
pub(super) fn pooled(window: &Window, place: &Place, value: &Value, scope: &mut Scope) -> Option<Shape> {
    image(place, value, scope)?;
    window.check_pool_padding(place, scope)?;
    let half = |axis: usize| Operation::Quotient.of(&[window.kernel[axis].clone(), Dimension::Literal(2)]);
    let most = [half(0)?, half(1)?];
    let extents = window.gives(place, value, scope, Some(most))?;
    Some(resized(value.shape[0].clone(), extents))
}
