//! `multiply`: two or more values of equal shape → their elementwise product.

use proc_macro2::TokenStream;
use quote::quote;

use super::add::equal_shapes;
use super::facts::each;
use super::{Backward, Call, Calls, Facts, Gradient, Layer, Layout, Lengths, OutputKind, Product, Reach, Row, Rule, Saves, Placement, Sources, Work, Write};
use crate::context::{Scope, Site, Value};
use crate::names::{LAYERS, self};
use crate::report::Reported;
use crate::shape::{Shape, types};

/// The elementwise product of its sources.
#[derive(Clone, Debug)]
pub(crate) struct Multiply;

impl Rule for Multiply {
    const ROWS: &'static [Row] =
        &[Row { name: "multiply", call: "multiply", sources: Sources::Several, read: |_| Ok(Layer::Multiply(Self)), ..Row::PLAIN }];

    fn output(&self, site: &Site, inputs: &[Value], scope: &mut Scope) -> Result<Shape, Reported> {
        equal_shapes(site, inputs, scope, "multiplies")
    }

    fn lengths(&self, axis: usize, _takes: &Shape, _gives: &Shape) -> Lengths {
        Lengths::Kept(axis)
    }

    fn reach(&self, axis: usize, _inputs: &Shape, _output: &Shape) -> Reach {
        Reach::Same(axis)
    }

    fn unify(&self, inputs: &mut [Shape], output: &mut Shape) {
        inputs.fill(output.clone());
    }

    fn operations(&self, of: &Placement) -> Vec<Product> {
        vec![each(of.inputs.len() as u64 - 1, of.output)]
    }

    fn facts(&self) -> Facts<'_> {
        Facts { work: Work::Calls(self, Saves::Input), layout: Layout::ByRank, model: None, output: OutputKind::Product }
    }
}

impl Calls for Multiply {
    fn forward(&self, call: &Call) -> TokenStream {
        let (inputs, y) = (&call.inputs, &call.output);
        quote!(#LAYERS::multiply([#(#inputs),*], #y);)
    }

    fn backward<'a>(&'a self, call: &'a Call<'a>, gradient: &Gradient) -> Backward<'a> {
        let (inputs, factors, d) = (&call.inputs, names::local("factors", ""), &gradient.read);
        let calls = (0..inputs.len()).map(|place| -> Write<'a> {
            let (place, factors, d) = (types::count(place), factors.clone(), d.clone());
            Box::new(move |d_x| quote!(#LAYERS::multiply_backward(#d, #factors, #place, #d_x);))
        });
        Backward::Each { shared: Some(quote!(let #factors = [#(#inputs),*];)), calls: calls.collect() }
    }
}
