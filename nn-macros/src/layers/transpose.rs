//! `transpose`: `[a, b]` → `[b, a]`.

use proc_macro2::TokenStream;
use quote::quote;

use super::{Backward, Call, Calls, Facts, Gradient, Layer, Layout, Lengths, Model, OutputKind, Parameter, Product, Reach, Row, Rule, Runtime, Saves, Placement, Work};
use crate::context::{Scope, Site, Value};
use crate::report::{Rank, Reported};
use crate::shape::{Dimension, Shape};

/// The two axes of a matrix, exchanged.
#[derive(Clone, Debug)]
pub(crate) struct Transpose;

impl Rule for Transpose {
    const ROWS: &'static [Row] = &[Row {
        name: "transpose",
        call: "transpose",
        read: |_| Ok(Layer::Transpose(Self)),
        ..Row::PLAIN
    }];

    fn output(&self, site: &Site, inputs: &[Value], scope: &mut Scope) -> Result<Shape, Reported> {
        let value = &inputs[0];
        if let [a, b] = value.shape.as_slice() {
            return Ok(vec![b.clone(), a.clone()]);
        }
        let matrix = match value.shape.as_slice() {
            [Dimension::Literal(1), height, width] => Some(vec![height.clone(), width.clone()]),
            _ => None,
        };
        let (subject, found) = (site.subject.clone(), value.received());
        Err(scope.faults.add(&site.tokens, Rank::Matrix { subject, found, matrix }))
    }

    fn lengths(&self, axis: usize, _takes: &Shape, _gives: &Shape) -> Lengths {
        Lengths::Kept(1 - axis)
    }

    fn reach(&self, axis: usize, _inputs: &Shape, _output: &Shape) -> Reach {
        Reach::Same(1 - axis)
    }

    fn operations(&self, _of: &Placement) -> Vec<Product> {
        Vec::new()
    }

    fn facts(&self) -> Facts<'_> {
        Facts { work: Work::Calls(self, Saves::Neither), layout: Layout::ByRank, model: Some(self), output: OutputKind::Same }
    }
}

impl Model for Transpose {
    fn parameters(&self, _inputs: &[Shape]) -> Vec<Parameter> {
        Vec::new()
    }

    fn runtime(&self, of: &Placement) -> Runtime {
        Runtime::layer("Transpose", of, &[], &quote!(new()))
    }
}

impl Calls for Transpose {
    fn forward(&self, call: &Call) -> TokenStream {
        let (layer, x, y) = (&call.layer, call.input(), &call.output);
        quote!(#layer.forward(#x, #y);)
    }

    fn backward<'a>(&'a self, call: &'a Call<'a>, gradient: &Gradient) -> Backward<'a> {
        let (layer, d) = (&call.layer, gradient.read.clone());
        Backward::one(move |d_x| quote!(#layer.backward(#d, #d_x);))
    }
}
