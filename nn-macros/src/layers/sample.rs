//! `sample <- (mean, log_variance)`: a draw from a normal distribution, written so that both have a gradient.

use proc_macro2::TokenStream;
use quote::quote;

use super::add::equal_shapes;
use super::{Backward, Call, Calls, Facts, Gradient, Layer, Layout, Lengths, OutputKind, Product, Reach, Row, Rule, Saves, Placement, Sources, Work};
use crate::context::{Scope, Site, Value};
use crate::names::LAYERS;
use crate::report::Reported;
use crate::shape::Shape;

/// μ + exp(½ log σ²) · ε in training, μ in inference.
#[derive(Clone, Debug)]
pub(crate) struct Sample;

/// What a layer takes that goes by a normal distribution.
pub(super) const GAUSSIAN: Sources = Sources::Two(["mean", "log_variance"]);

impl Rule for Sample {
    const ROWS: &'static [Row] =
        &[Row { name: "sample", call: "sample", sources: GAUSSIAN, read: |_| Ok(Layer::Sample(Self)), ..Row::PLAIN }];

    fn output(&self, site: &Site, inputs: &[Value], scope: &mut Scope) -> Result<Shape, Reported> {
        equal_shapes(site, inputs, scope, "takes")
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

    fn operations(&self, _of: &Placement) -> Vec<Product> {
        Vec::new()
    }

    fn facts(&self) -> Facts<'_> {
        Facts { work: Work::Calls(self, Saves::Input), layout: Layout::ByRank, model: None, output: OutputKind::Numbers }
    }
}

impl Calls for Sample {
    fn forward(&self, call: &Call) -> TokenStream {
        if !call.training {
            return call.copy();
        }
        let (inputs, y, draw) = (&call.inputs, &call.output, call.draw());
        quote!(#LAYERS::sample(#(#inputs,)* #y, #draw);)
    }

    fn backward<'a>(&'a self, call: &'a Call<'a>, gradient: &Gradient) -> Backward<'a> {
        let [to_mean, to_log_variance] = [gradient.read.clone(), gradient.read.clone()];
        let mean = move |d_x: &TokenStream| quote!(#LAYERS::copy(#to_mean, #d_x););
        let log_variance = move |d_x: &TokenStream| {
            let (log_variance, draw) = (&call.inputs[1], call.draw());
            quote!(#LAYERS::sample_backward(#log_variance, #to_log_variance, #d_x, #draw);)
        };
        Backward::Each { shared: None, calls: vec![Box::new(mean), Box::new(log_variance)] }
    }
}
