//! `last`: `[t, n]` → `[n]`.

use proc_macro2::TokenStream;
use quote::quote;

use super::{Backward, Call, Calls, Facts, Gradient, Layer, Layout, Lengths, OutputKind, Product, Reach, Row, Rule, Saves, Placement, Work};
use crate::context::{Scope, Site, Value};
use crate::names::LAYERS;
use crate::report::{Rank, Reported};
use crate::shape::{Operation, Shape};

/// The last step of a sequence, which is the one at its length.
#[derive(Clone, Debug)]
pub(crate) struct Last;

impl Rule for Last {
    const ROWS: &'static [Row] =
        &[Row { name: "last", call: "last", read: |_| Ok(Layer::Last(Self)), ..Row::PLAIN }];

    fn output(&self, site: &Site, inputs: &[Value], scope: &mut Scope) -> Result<Shape, Reported> {
        let value = &inputs[0];
        if let [_, features] = value.shape.as_slice() {
            return Ok(vec![features.clone()]);
        }
        let (subject, found) = (site.subject.clone(), value.received());
        let flat = Operation::Product.of(&value.shape).filter(|flat| !flat.is_free());
        let pooled = value.shape.first().filter(|channels| !channels.is_free()).cloned();
        Err(scope.faults.add(&site.tokens, Rank::Last { subject, found, flat, pooled }))
    }

    fn lengths(&self, axis: usize, _takes: &Shape, _gives: &Shape) -> Lengths {
        // Steps behind each other along the second axis stay; only those along the first are its own.
        if axis == 0 { Lengths::Read } else { Lengths::Kept(axis - 1) }
    }

    fn reach(&self, axis: usize, _inputs: &Shape, _output: &Shape) -> Reach {
        if axis == 0 { Reach::Everything } else { Reach::Same(axis - 1) }
    }

    fn operations(&self, _of: &Placement) -> Vec<Product> {
        Vec::new()
    }

    fn facts(&self) -> Facts<'_> {
        Facts { work: Work::Calls(self, Saves::Neither), layout: Layout::ByRank, model: None, output: OutputKind::Same }
    }
}

impl Calls for Last {
    fn forward(&self, call: &Call) -> TokenStream {
        let (x, y, lengths) = (call.input(), &call.output, &call.lengths);
        quote!(#LAYERS::last(#x, #y, #lengths);)
    }

    fn backward<'a>(&'a self, call: &'a Call<'a>, gradient: &Gradient) -> Backward<'a> {
        let (d, lengths) = (gradient.read.clone(), &call.lengths);
        Backward::one(move |d_x| quote!(#LAYERS::last_backward(#d, #d_x, #lengths);))
    }
}
