//! `gaussian_kl <- (mean, log_variance)`: how far a normal distribution is from the standard one.

use proc_macro2::TokenStream;
use quote::quote;

use super::add::equal_shapes;
use super::facts::each;
use super::sample::GAUSSIAN;
use super::{Backward, Call, Calls, Facts, Gradient, Layer, Layout, Lengths, OutputKind, Product, Reach, Row, Rule, Saves, Placement, Work};
use crate::context::{Scope, Site, Value};
use crate::names::LAYERS;
use crate::report::Reported;
use crate::shape::{Dimension, Shape};

/// −½ Σ (1 + log σ² − μ² − σ²) over the elements of a sample.
#[derive(Clone, Debug)]
pub(crate) struct GaussianKl;

impl Rule for GaussianKl {
    const ROWS: &'static [Row] = &[Row {
        name: "gaussian_kl",
        call: "gaussian_kl",
        sources: GAUSSIAN,
        read: |_| Ok(Layer::GaussianKl(Self)),
        ..Row::PLAIN
    }];

    fn output(&self, site: &Site, inputs: &[Value], scope: &mut Scope) -> Result<Shape, Reported> {
        equal_shapes(site, inputs, scope, "takes").map(|_| vec![Dimension::Literal(1)])
    }

    /// Padding is 0, of which the divergence is 0.
    fn lengths(&self, _axis: usize, _takes: &Shape, _gives: &Shape) -> Lengths {
        Lengths::Read
    }

    fn reach(&self, _axis: usize, _inputs: &Shape, _output: &Shape) -> Reach {
        Reach::Everything
    }

    fn unify(&self, inputs: &mut [Shape], _gives: &mut Shape) {
        let first = inputs[0].clone();
        inputs.fill(first);
    }

    fn operations(&self, of: &Placement) -> Vec<Product> {
        // For each element: a square, an exponential, a difference of four terms.
        vec![each(5, &of.inputs[0])]
    }

    fn facts(&self) -> Facts<'_> {
        Facts { work: Work::Calls(self, Saves::Input), layout: Layout::ByRank, model: None, output: OutputKind::Numbers }
    }
}

impl Calls for GaussianKl {
    fn forward(&self, call: &Call) -> TokenStream {
        let (inputs, y) = (&call.inputs, &call.output);
        quote!(#LAYERS::gaussian_kl(#(#inputs,)* #y);)
    }

    fn backward<'a>(&'a self, call: &'a Call<'a>, gradient: &Gradient) -> Backward<'a> {
        let (inputs, d) = (&call.inputs, [gradient.read.clone(), gradient.read.clone()]);
        let [to_mean, to_log_variance] = d;
        let mean = move |d_x: &TokenStream| {
            let mean = &inputs[0];
            quote!(#LAYERS::gaussian_kl_mean_backward(#mean, #to_mean, #d_x);)
        };
        let log_variance = move |d_x: &TokenStream| {
            let log_variance = &inputs[1];
            quote!(#LAYERS::gaussian_kl_log_variance_backward(#log_variance, #to_log_variance, #d_x);)
        };
        Backward::Each { shared: None, calls: vec![Box::new(mean), Box::new(log_variance)] }
    }
}
