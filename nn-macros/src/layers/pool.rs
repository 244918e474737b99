//! `max_pool1d(k)`, `avg_pool1d(k)`, `lp_pool1d(k)`, `weighted_avg_pool1d(k)`: `[c, l]` → `[c, l']`; the same for `2d`:
//! `[c, h, w]` → `[c, h', w']`.

use super::real::Range;
use super::window::{half, resized, spatial};
use super::{Arguments, Layer, Lengths, Real, Row, Rule, Window};
use crate::context::{Scope, Site, Value};
use crate::shape::{Dimension, Shape};

/// One number for each window; its dilation is 1.
#[derive(Clone, Debug)]
pub(crate) struct Pool {
    pub(crate) reduction: Reduction,
    pub(crate) window: Window,
}

/// What becomes of the elements of a window or bin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pooling {
    Max,
    /// The mean; padding counts as zeros.
    Avg,
}

/// What becomes of the elements of a window.
#[derive(Clone, Debug)]
pub(crate) enum Reduction {
    Plain(Pooling),
    /// (Σ |x|ᵖ)^(1/p)
    Norm(Real),
    /// The mean, weighted by the distance from the centre under this σ, or one that follows from the kernel.
    Weighted(Option<Real>),
}

/// What all rows have.
const ROW: Row = Row { arguments: [1, 1], argument: "window", options: &["stride", "padding"], ..Row::PLAIN };
const MAX: Row = Row { read: |arguments| Pool::read(arguments, Some(Reduction::Plain(Pooling::Max))), ..ROW };
const AVG: Row = Row { read: |arguments| Pool::read(arguments, Some(Reduction::Plain(Pooling::Avg))), ..ROW };
const NORM: Row = Row {
    options: &["p", "stride", "padding"],
    read: |arguments| {
        let p = arguments.real_option("p", Range::AtLeastOne, "p = 2");
        Pool::read(arguments, p.map(|p| Reduction::Norm(p.unwrap_or_else(|| Real::literal(2.0)))))
    },
    ..ROW
};
const WEIGHTED: Row = Row {
    options: &["sigma", "stride", "padding"],
    read: |arguments| {
        let sigma = arguments.real_option("sigma", Range::Positive, "sigma = 0.75");
        Pool::read(arguments, sigma.map(Reduction::Weighted))
    },
    ..ROW
};

impl Rule for Pool {
    const ROWS: &'static [Row] = &[
        Row { name: "max_pool1d", call: "max_pool1d(2)", axes: 1, ..MAX },
        Row { name: "max_pool2d", call: "max_pool2d(2)", axes: 2, ..MAX },
        Row { name: "avg_pool1d", call: "avg_pool1d(2)", axes: 1, ..AVG },
        Row { name: "avg_pool2d", call: "avg_pool2d(2)", axes: 2, ..AVG },
        Row { name: "lp_pool1d", call: "lp_pool1d(2, p = 2)", axes: 1, ..NORM },
        Row { name: "lp_pool2d", call: "lp_pool2d(2, p = 2)", axes: 2, ..NORM },
        Row { name: "weighted_avg_pool1d", call: "weighted_avg_pool1d(3, sigma = 0.75)", axes: 1, ..WEIGHTED },
        Row { name: "weighted_avg_pool2d", call: "weighted_avg_pool2d(3, sigma = 0.75)", axes: 2, ..WEIGHTED },
    ];

    fn output(&self, site: &Site, inputs: &[Value], scope: &mut Scope) -> Option<Shape> {
        let (value, window) = (&inputs[0], &self.window);
        spatial(window.axes(), site, value, scope)?;
        let padded = window.check_pool_padding(site, scope);
        if padded.fails() {
            return None;
        }
        let most: Vec<Dimension> = window.kernel.iter().map(half).collect();
        let extents = window.output(site, value, scope, Some(&most))?;
        padded.guard(resized(value.shape[0].clone(), extents))
    }

    fn lengths(&self, axis: usize, _takes: &Shape, _gives: &Shape) -> Lengths {
        Lengths::by_channel(axis, |spatial| self.window.lengths(spatial))
    }
}

impl Pool {
    /// Whether it takes maxima.
    pub(crate) fn is_max(&self) -> bool {
        matches!(self.reduction, Reduction::Plain(Pooling::Max))
    }

    /// The pool, where its reduction could be read; its other options are read for faults of their own.
    fn read(arguments: &mut Arguments, reduction: Option<Reduction>) -> Option<Layer> {
        let window = read_window(arguments);
        Some(Layer::Pool(Self { reduction: reduction?, window: window? }))
    }
}

/// A pool's window, whose stride is its kernel unless another is given.
fn read_window(arguments: &mut Arguments) -> Option<Window> {
    let what = arguments.what_argument();
    let kernel = arguments.next()?;
    let kernel = arguments.sizes(kernel, 1, &what)?;
    Window::read(arguments, kernel.clone(), kernel)
}
