//! `adaptive_max_pool1d(l)`, `adaptive_avg_pool1d(l)`: `[c, _]` → `[c, l]`; `adaptive_max_pool2d([h, w])`,
//! `adaptive_avg_pool2d([h, w])`: `[c, _, _]` → `[c, h, w]`.

use proc_macro2::TokenStream;

use super::pool::{Pooling, bins, over_bins, over_bins_backward};
use super::window::{axes, resized, spatial};
use super::{Arguments, Backward, Call, Calls, Facts, Gradient, Layer, Layout, Lengths, Model, Parameter, Product, Reach, Row, Rule, Runtime, Placement, Work};
use crate::context::{Scope, Site, Value};
use crate::report::Reported;
use crate::shape::{Dimension, Operation, Shape};

/// As many bins as are asked for, whatever the size of the signal or the image. They overlap where its size is no multiple.
#[derive(Clone, Debug)]
pub(crate) struct AdaptivePool {
    pub(crate) pooling: Pooling,
    pub(crate) size: Vec<Dimension>,
}

/// What all rows have.
const ROW: Row = Row { arguments: [1, 1], argument: "size", ..Row::PLAIN };

impl Rule for AdaptivePool {
    const ROWS: &'static [Row] = &[
        Row {
            name: "adaptive_max_pool1d",
            call: "adaptive_max_pool1d(4)",
            axes: 1,
            counterpart: Some("adaptive_max_pool2d"),
            read: |arguments| Self::read(arguments, Pooling::Max),
            ..ROW
        },
        Row {
            name: "adaptive_max_pool2d",
            call: "adaptive_max_pool2d([4, 4])",
            axes: 2,
            counterpart: Some("adaptive_max_pool1d"),
            read: |arguments| Self::read(arguments, Pooling::Max),
            ..ROW
        },
        Row {
            name: "adaptive_avg_pool1d",
            call: "adaptive_avg_pool1d(4)",
            axes: 1,
            counterpart: Some("adaptive_avg_pool2d"),
            read: |arguments| Self::read(arguments, Pooling::Avg),
            ..ROW
        },
        Row {
            name: "adaptive_avg_pool2d",
            call: "adaptive_avg_pool2d([4, 4])",
            axes: 2,
            counterpart: Some("adaptive_avg_pool1d"),
            read: |arguments| Self::read(arguments, Pooling::Avg),
            ..ROW
        },
    ];

    fn output(&self, site: &Site, inputs: &[Value], scope: &mut Scope) -> Result<Shape, Reported> {
        spatial(axes(&self.size), site, &inputs[0], scope)?;
        Ok(resized(inputs[0].shape[0].clone(), self.size.clone()))
    }

    fn lengths(&self, axis: usize, _takes: &Shape, _gives: &Shape) -> Lengths {
        Lengths::by_channel(axis, |_| Lengths::Read)
    }

    fn reach(&self, axis: usize, inputs: &Shape, output: &Shape) -> Reach {
        Reach::by_channel(axis, |_| Reach::Bins { axis, takes: inputs[axis].clone(), gives: output[axis].clone() })
    }

    fn operations(&self, of: &Placement) -> Vec<Product> {
        // A bin has ⌈in / out⌉ elements an axis, and one more here and there where they overlap.
        let bins = of.inputs[0][1..].iter().zip(&self.size).map(|(size, bins)| {
            Operation::QuotientUp.of(&[size.clone(), bins.clone()]).unwrap_or(Dimension::Literal(1))
        });
        vec![bins.chain(of.output.iter().cloned()).collect()]
    }

    fn facts(&self) -> Facts<'_> {
        Facts { work: Work::Calls(self, self.pooling.saves()), layout: Layout::Innermost, model: Some(self), output: self.pooling.output() }
    }
}

impl Model for AdaptivePool {
    fn parameters(&self, _inputs: &[Shape]) -> Vec<Parameter> {
        Vec::new()
    }

    fn runtime(&self, of: &Placement) -> Runtime {
        bins(self.pooling, of)
    }
}

impl Calls for AdaptivePool {
    fn forward(&self, call: &Call) -> TokenStream {
        over_bins(call)
    }

    fn backward<'a>(&'a self, call: &'a Call<'a>, gradient: &Gradient) -> Backward<'a> {
        over_bins_backward(self.pooling, call, gradient)
    }
}

impl AdaptivePool {
    fn read(arguments: &mut Arguments, pooling: Pooling) -> Result<Layer, Reported> {
        let (value, what) = (arguments.required()?, arguments.what_argument());
        let size = arguments.sizes(value, 1, &what)?;
        Ok(Layer::AdaptivePool(Self { pooling, size }))
    }
}
