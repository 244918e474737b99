//! `global_max_pool` and `global_avg_pool`: `[c, l]` or `[c, h, w]` → `[c]`.

use proc_macro2::TokenStream;

use super::pool::{Pooling, bins, over_bins, over_bins_backward};
use super::window::spatial;
use super::{Backward, Call, Calls, Facts, Gradient, Layer, Layout, Lengths, Model, Parameter, Product, Reach, Row, Rule, Runtime, Placement, Work};
use crate::context::{Scope, Site, Value};
use crate::report::Reported;
use crate::shape::Shape;

/// Each channel as one number.
#[derive(Clone, Debug)]
pub(crate) struct GlobalPool {
    pub(crate) pooling: Pooling,
}

impl Rule for GlobalPool {
    const ROWS: &'static [Row] = &[
        Row {
            name: "global_max_pool",
            call: "global_max_pool",
            read: |_| Ok(Layer::GlobalPool(Self { pooling: Pooling::Max })),
            ..Row::PLAIN
        },
        Row {
            name: "global_avg_pool",
            call: "global_avg_pool",
            read: |_| Ok(Layer::GlobalPool(Self { pooling: Pooling::Avg })),
            ..Row::PLAIN
        },
    ];

    fn output(&self, site: &Site, inputs: &[Value], scope: &mut Scope) -> Result<Shape, Reported> {
        spatial(&[1, 2], site, &inputs[0], scope)?;
        Ok(inputs[0].shape[..1].to_vec())
    }

    fn lengths(&self, axis: usize, _takes: &Shape, _gives: &Shape) -> Lengths {
        Lengths::by_channel(axis, |_| Lengths::Read)
    }

    fn reach(&self, axis: usize, _inputs: &Shape, _output: &Shape) -> Reach {
        Reach::by_channel(axis, |_| Reach::Places)
    }

    fn operations(&self, of: &Placement) -> Vec<Product> {
        vec![of.inputs[0].clone()]
    }

    fn facts(&self) -> Facts<'_> {
        Facts { work: Work::Calls(self, self.pooling.saves()), layout: Layout::Innermost, model: Some(self), output: self.pooling.output() }
    }
}

impl Model for GlobalPool {
    fn parameters(&self, _inputs: &[Shape]) -> Vec<Parameter> {
        Vec::new()
    }

    fn runtime(&self, of: &Placement) -> Runtime {
        bins(self.pooling, of)
    }
}

impl Calls for GlobalPool {
    fn forward(&self, call: &Call) -> TokenStream {
        over_bins(call)
    }

    fn backward<'a>(&'a self, call: &'a Call<'a>, gradient: &Gradient) -> Backward<'a> {
        over_bins_backward(self.pooling, call, gradient)
    }
}
