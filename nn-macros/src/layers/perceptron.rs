//! `perceptron`: `[i]` → `[1]` in {−1, 1}.

use proc_macro2::TokenStream;
use quote::quote;

use super::dense::{Otherwise, vector};
use super::facts::each;
use super::runtime::{element, last};
use super::{stub, Backward, Call, Calls, Facts, Gradient, Layer, Layout, Lengths, Model, OutputKind, Parameter, Product, Reach, Row, Rule, Runtime, Saves, Placement, Work};
use crate::context::{Scope, Site, Value};
use crate::names::{LAYERS, RNG};
use crate::report::Reported;
use crate::shape::{Dimension, Shape};

/// Rosenblatt's unit: the sign of an affine map. It has no gradient.
#[derive(Clone, Debug)]
pub(crate) struct Perceptron;

impl Rule for Perceptron {
    const ROWS: &'static [Row] = &[Row {
        name: "perceptron",
        call: "perceptron",
        stub: Some(|_| stub::sized("Perceptron", 1)),
        gradient: false,
        read: |_| Ok(Layer::Perceptron(Self)),
        ..Row::PLAIN
    }];

    fn output(&self, site: &Site, inputs: &[Value], scope: &mut Scope) -> Result<Shape, Reported> {
        vector(site, &inputs[0], scope, Otherwise::Nothing)?;
        Ok(vec![Dimension::Literal(1)])
    }

    fn lengths(&self, _axis: usize, _takes: &Shape, _gives: &Shape) -> Lengths {
        Lengths::Mixed
    }

    fn reach(&self, _axis: usize, _inputs: &Shape, _output: &Shape) -> Reach {
        Reach::Everything
    }

    fn operations(&self, of: &Placement) -> Vec<Product> {
        vec![each(2, &of.inputs[0])]
    }

    fn facts(&self) -> Facts<'_> {
        Facts { work: Work::Calls(self, Saves::Neither), layout: Layout::ByRank, model: Some(self), output: OutputKind::Unknown }
    }
}

impl Model for Perceptron {
    /// `weight [1, i]` and `bias [1]`.
    fn parameters(&self, inputs: &[Shape]) -> Vec<Parameter> {
        let one = Dimension::Literal(1);
        vec![
            Parameter { name: "weight".into(), shape: vec![one.clone(), inputs[0][0].clone()] },
            Parameter { name: "bias".into(), shape: vec![one] },
        ]
    }

    fn runtime(&self, of: &Placement) -> Runtime {
        let make = quote!(new(#LAYERS::Init::XavierUniform, #RNG));
        Runtime::layer("Perceptron", of, &[last(&of.inputs[0]), element()], &make)
    }
}

impl Calls for Perceptron {
    fn forward(&self, call: &Call) -> TokenStream {
        let (layer, x, y) = (&call.layer, call.input(), &call.output);
        quote!(#layer.forward(#x, #y);)
    }

    fn backward<'a>(&'a self, _call: &'a Call<'a>, _gradient: &Gradient) -> Backward<'a> {
        Backward::Nothing
    }
}
