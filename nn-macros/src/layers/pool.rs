//! `max_pool1d(k)`, `avg_pool1d(k)`, `lp_pool1d(k)`, `weighted_avg_pool1d(k)`: `[c, l]` → `[c, l']`; the same for `2d`:
//! `[c, h, w]` → `[c, h', w']`.

use proc_macro2::TokenStream;
use quote::quote;

use super::facts::each;
use super::real::Range;
use super::runtime::{images, over_axes};
use super::window::{half, resized, spatial};
use super::{Arguments, Backward, Call, Calls, Facts, Gradient, Layer, Layout, Lengths, Model, OutputKind, Parameter, Product, Real, Reach, Row, Rule, Runtime, Saves, Placement, Window, Work};
use crate::context::{Scope, Site, Value};
use crate::report::Reported;
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
const MAX: Row = Row { read: |arguments| Pool::read(arguments, Ok(Reduction::Plain(Pooling::Max))), ..ROW };
const AVG: Row = Row { read: |arguments| Pool::read(arguments, Ok(Reduction::Plain(Pooling::Avg))), ..ROW };
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
        Row { name: "max_pool1d", call: "max_pool1d(2)", axes: 1, counterpart: Some("max_pool2d"), ..MAX },
        Row { name: "max_pool2d", call: "max_pool2d(2)", axes: 2, counterpart: Some("max_pool1d"), ..MAX },
        Row { name: "avg_pool1d", call: "avg_pool1d(2)", axes: 1, counterpart: Some("avg_pool2d"), ..AVG },
        Row { name: "avg_pool2d", call: "avg_pool2d(2)", axes: 2, counterpart: Some("avg_pool1d"), ..AVG },
        Row { name: "lp_pool1d", call: "lp_pool1d(2, p = 2)", axes: 1, counterpart: Some("lp_pool2d"), ..NORM },
        Row { name: "lp_pool2d", call: "lp_pool2d(2, p = 2)", axes: 2, counterpart: Some("lp_pool1d"), ..NORM },
        Row { name: "weighted_avg_pool1d", call: "weighted_avg_pool1d(3, sigma = 0.75)", axes: 1, counterpart: Some("weighted_avg_pool2d"), ..WEIGHTED },
        Row { name: "weighted_avg_pool2d", call: "weighted_avg_pool2d(3, sigma = 0.75)", axes: 2, counterpart: Some("weighted_avg_pool1d"), ..WEIGHTED },
    ];

    fn output(&self, site: &Site, inputs: &[Value], scope: &mut Scope) -> Result<Shape, Reported> {
        let (value, window) = (&inputs[0], &self.window);
        spatial(window.axes(), site, value, scope)?;
        let padded = window.check_pool_padding(site, scope);
        padded.holds()?;
        let most: Vec<Dimension> = window.kernel.iter().map(half).collect();
        let extents = window.output(site, value, scope, Some(&most))?;
        padded.guard(resized(value.shape[0].clone(), extents))
    }

    fn lengths(&self, axis: usize, _takes: &Shape, _gives: &Shape) -> Lengths {
        Lengths::by_channel(axis, |spatial| self.window.lengths(spatial))
    }

    fn reach(&self, axis: usize, _inputs: &Shape, _output: &Shape) -> Reach {
        Reach::by_channel(axis, |spatial| self.window.reach(spatial))
    }

    fn operations(&self, of: &Placement) -> Vec<Product> {
        let all = [self.window.kernel.clone(), of.output.clone()].concat();
        match self.reduction {
            Reduction::Plain(_) => vec![all],
            // A power and a sum for each element, then a root.
            Reduction::Norm(_) => vec![each(2, &all), of.output.clone()],
            Reduction::Weighted(_) => vec![each(2, &all)],
        }
    }

    fn facts(&self) -> Facts<'_> {
        let (saves, output) = match self.reduction {
            Reduction::Plain(pooling) => (pooling.saves(), pooling.output()),
            Reduction::Norm(_) => (Saves::Both, OutputKind::Unknown),
            Reduction::Weighted(_) => (Saves::Neither, OutputKind::Averaged),
        };
        Facts { work: Work::Calls(self, saves), layout: Layout::Innermost, model: Some(self), output }
    }
}

impl Model for Pool {
    fn parameters(&self, _inputs: &[Shape]) -> Vec<Parameter> {
        Vec::new()
    }

    fn runtime(&self, of: &Placement) -> Runtime {
        let none = quote!(::core::option::Option::None);
        let (name, argument) = match &self.reduction {
            Reduction::Plain(Pooling::Max) => ("MaxPool", None),
            Reduction::Plain(Pooling::Avg) => ("AvgPool", None),
            Reduction::Norm(p) => ("LpPool", Some(quote!(#p))),
            Reduction::Weighted(None) => ("WeightedAvgPool", Some(none)),
            Reduction::Weighted(Some(sigma)) => ("WeightedAvgPool", Some(quote!(::core::option::Option::Some(#sigma)))),
        };
        let ([x, y], window) = (images(of), self.window.runtime());
        Runtime::layer(&over_axes(name, of), of, &[x, y, window], &quote!(new(#argument)))
    }
}

impl Calls for Pool {
    fn forward(&self, call: &Call) -> TokenStream {
        let (layer, x, y) = (&call.layer, call.input(), &call.output);
        self.lowered(call, quote!(#layer.forward(#x, #y);))
    }

    fn backward<'a>(&'a self, call: &'a Call<'a>, gradient: &Gradient) -> Backward<'a> {
        let Work::Calls(_, saves) = self.facts().work else { return Backward::Nothing };
        let (saved, layer, d) = (saved(saves, call), &call.layer, gradient.read.clone());
        Backward::one(move |d_x| self.lowered(call, quote!(#layer.backward(#saved #d, #d_x);)))
    }
}

impl Pooling {
    /// A maximum is found again by comparing input and output.
    pub(super) fn saves(self) -> Saves {
        if self == Self::Max { Saves::Both } else { Saves::Neither }
    }

    pub(super) fn output(self) -> OutputKind {
        if self == Self::Max { OutputKind::Same } else { OutputKind::Averaged }
    }
}

/// The values of the forward pass, as the first arguments of the call backward.
fn saved(saves: Saves, call: &Call) -> Option<TokenStream> {
    let (x, y) = (call.input(), &call.output);
    (saves == Saves::Both).then(|| quote!(#x, #y,))
}

/// The type of a layer that pools over bins, however many there are.
pub(super) fn bins(pooling: Pooling, of: &Placement) -> Runtime {
    let name = if pooling == Pooling::Max { "AdaptiveMaxPool" } else { "AdaptiveAvgPool" };
    Runtime::layer(&over_axes(name, of), of, &images(of), &quote!(new()))
}

/// Its call. The bins of a sequence are those of its real steps.
pub(super) fn over_bins(call: &Call) -> TokenStream {
    let (layer, x, y) = (&call.layer, call.input(), &call.output);
    match call.spatial_steps() {
        Some(steps) => quote!(#layer.forward_steps(#x, #y, #steps);),
        None => quote!(#layer.forward(#x, #y);),
    }
}

/// The same backward.
pub(super) fn over_bins_backward<'a>(pooling: Pooling, call: &'a Call<'a>, gradient: &Gradient) -> Backward<'a> {
    let (saved, layer, d) = (saved(pooling.saves(), call), &call.layer, gradient.read.clone());
    Backward::one(move |d_x| match call.spatial_steps() {
        Some(steps) => quote!(#layer.backward_steps(#saved #d, #d_x, #steps);),
        None => quote!(#layer.backward(#saved #d, #d_x);),
    })
}

impl Pool {
    /// A call, which for a maximum reads −∞ behind the end of a sequence.
    fn lowered(&self, call: &Call, statement: TokenStream) -> TokenStream {
        if matches!(self.reduction, Reduction::Plain(Pooling::Max)) { call.lowered(statement) } else { statement }
    }

    /// The pool, where its reduction could be read; its other options are read for faults of their own.
    fn read(arguments: &mut Arguments, reduction: Result<Reduction, Reported>) -> Result<Layer, Reported> {
        let window = read_window(arguments);
        Ok(Layer::Pool(Self { reduction: reduction?, window: window? }))
    }
}

/// A pool's window, whose stride is its kernel unless another is given.
fn read_window(arguments: &mut Arguments) -> Result<Window, Reported> {
    let what = arguments.what_argument();
    let kernel = arguments.required()?;
    let kernel = arguments.sizes(kernel, 1, &what)?;
    Window::read(arguments, kernel.clone(), kernel)
}
