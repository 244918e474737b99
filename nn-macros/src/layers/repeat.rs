//! `repeat(t)`: `[n]` → `[t, n]`.

use proc_macro2::TokenStream;
use quote::quote;

use super::dense::{Otherwise, vector};
use super::{Backward, Call, Calls, Facts, Gradient, Layer, Layout, Lengths, OutputKind, Product, Reach, Row, Rule, Saves, Placement, Work};
use crate::context::{Scope, Site, Value};
use crate::names::LAYERS;
use crate::report::Reported;
use crate::shape::{Dimension, Shape};

/// A vector, at each of a number of steps.
#[derive(Clone, Debug)]
pub(crate) struct Repeat {
    /// The steps.
    pub(crate) times: Dimension,
}

impl Rule for Repeat {
    const ROWS: &'static [Row] = &[Row {
        name: "repeat",
        call: "repeat(10)",
        arguments: [1, 1],
        argument: "number of steps",
        read: |arguments| arguments.size().map(|times| Layer::Repeat(Self { times })),
        ..Row::PLAIN
    }];

    fn output(&self, site: &Site, inputs: &[Value], scope: &mut Scope) -> Result<Shape, Reported> {
        vector(site, &inputs[0], scope, Otherwise::Nothing)?;
        Ok(vec![self.times.clone(), inputs[0].shape[0].clone()])
    }

    fn lengths(&self, axis: usize, _takes: &Shape, _gives: &Shape) -> Lengths {
        Lengths::Kept(axis + 1)
    }

    fn reach(&self, axis: usize, _inputs: &Shape, _output: &Shape) -> Reach {
        Reach::Same(axis + 1)
    }

    fn operations(&self, _of: &Placement) -> Vec<Product> {
        Vec::new()
    }

    fn facts(&self) -> Facts<'_> {
        Facts { work: Work::Calls(self, Saves::Neither), layout: Layout::ByRank, model: None, output: OutputKind::Same }
    }
}

impl Calls for Repeat {
    fn forward(&self, call: &Call) -> TokenStream {
        let (x, y) = (call.input(), &call.output);
        quote!(#LAYERS::repeat(#x, #y);)
    }

    fn backward<'a>(&'a self, _call: &'a Call<'a>, gradient: &Gradient) -> Backward<'a> {
        let d = gradient.read.clone();
        Backward::one(move |d_x| quote!(#LAYERS::repeat_backward(#d, #d_x);))
    }
}
