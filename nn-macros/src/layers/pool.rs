//! `max_pool1d(k)`, `avg_pool1d(k)`: `[c, l]` → `[c, l']`; `max_pool2d(k)`, `avg_pool2d(k)`: `[c, h, w]` → `[c, h', w']`.

use super::window::{half, resized, spatial};
use super::{Arguments, Layer, Row, Rule, Window};
use crate::check::{Place, Scope, Value};
use crate::shape::{Dimension, Shape};

/// One number for each window; its dilation is 1.
#[derive(Clone, Debug)]
pub(crate) struct Pool {
    pub(crate) pooling: Pooling,
    pub(crate) window: Window,
}

/// What becomes of the elements of a window or bin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pooling {
    Max,
    /// The mean; padding counts as zeros.
    Avg,
}

/// What all rows have.
const ROW: Row = Row { arguments: [1, 1], argument: "window", options: &["stride", "padding"], ..Row::PLAIN };

impl Rule for Pool {
    const ROWS: &'static [Row] = &[
        Row {
            name: "max_pool1d",
            call: "max_pool1d(2)",
            axes: 1,
            read: |arguments| Self::read(arguments, Pooling::Max),
            ..ROW
        },
        Row {
            name: "max_pool2d",
            call: "max_pool2d(2)",
            axes: 2,
            read: |arguments| Self::read(arguments, Pooling::Max),
            ..ROW
        },
        Row {
            name: "avg_pool1d",
            call: "avg_pool1d(2)",
            axes: 1,
            read: |arguments| Self::read(arguments, Pooling::Avg),
            ..ROW
        },
        Row {
            name: "avg_pool2d",
            call: "avg_pool2d(2)",
            axes: 2,
            read: |arguments| Self::read(arguments, Pooling::Avg),
            ..ROW
        },
    ];

    fn gives(&self, place: &Place, takes: &[Value], scope: &mut Scope) -> Option<Shape> {
        let (value, window) = (&takes[0], &self.window);
        spatial(window.axes(), place, value, scope)?;
        let padded = window.check_pool_padding(place, scope);
        if padded.fails() {
            return None;
        }
        let most: Vec<Dimension> = window.kernel.iter().map(half).collect();
        let extents = window.gives(place, value, scope, Some(&most))?;
        padded.guard(resized(value.shape[0].clone(), extents))
    }
}

impl Pool {
    fn read(arguments: &mut Arguments, pooling: Pooling) -> Option<Layer> {
        Some(Layer::Pool(Self { pooling, window: read_window(arguments)? }))
    }
}

/// A pool's window, whose stride is its kernel unless another is given.
fn read_window(arguments: &mut Arguments) -> Option<Window> {
    let what = arguments.what_argument();
    let kernel = arguments.next()?;
    let kernel = arguments.sizes(kernel, 1, &what)?;
    Window::read(arguments, kernel.clone(), kernel)
}
