//! `max_pool2d(k)`: `[c, h, w]` → `[c, h', w']`.

use super::window::{half, image, resized};
use super::{Arguments, Layer, Row, Rule, Window};
use crate::check::{Place, Scope, Value};
use crate::shape::Shape;

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
        argument: "window",
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
    let what = arguments.what_argument();
    let kernel = arguments.next()?;
    let kernel = arguments.pair(kernel, 1, &what)?;
    Window::read(arguments, kernel.clone(), kernel)
}

/// The shape that pooling gives.
pub(super) fn pooled(window: &Window, place: &Place, value: &Value, scope: &mut Scope) -> Option<Shape> {
    image(place, value, scope)?;
    let padded = window.check_pool_padding(place, scope);
    if padded.fails() {
        return None;
    }
    let most = window.kernel.clone().map(|kernel| half(&kernel));
    let extents = window.gives(place, value, scope, Some(most))?;
    padded.guard(resized(value.shape[0].clone(), extents))
}
