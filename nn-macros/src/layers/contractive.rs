//! `contractive_penalty <- encoder`: how much a dense layer's value changes with what the layer takes.

use proc_macro2::TokenStream;
use quote::quote;

use super::facts::each;
use super::{Backward, Call, Calls, Dense, Encoder, Facts, Gradient, Layer, Layout, Lengths, OutputKind, Penalty, Product, Reach, Row, Rule, Placement, Work, dense::Weight};
use crate::context::{Scope, Site, Value};
use crate::names::{GRADIENTS, LAYERS};
use crate::report::{Naming, Reported};
use crate::shape::{Dimension, Shape};

/// ‖∂h/∂x‖² of a dense layer with an elementwise activation, x → h.
#[derive(Clone, Debug)]
pub(crate) struct Contractive;

impl Rule for Contractive {
    const ROWS: &'static [Row] = &[Row {
        name: "contractive_penalty",
        call: "contractive_penalty",
        read: |_| Ok(Layer::Contractive(Self)),
        ..Row::PLAIN
    }];

    fn output(&self, site: &Site, inputs: &[Value], scope: &mut Scope) -> Result<Shape, Reported> {
        let node = inputs[0].node.as_ref();
        let encoder = node.and_then(|name| scope.symbols.iter().find(|named| named.name == *name));
        if encoder.is_some_and(|named| named.encodes) {
            return Ok(vec![Dimension::Literal(1)]);
        }
        let near = scope.symbols.iter().rfind(|named| named.encodes).map(|named| named.name.clone());
        let fault = Naming::NotEncoder { subject: site.subject.clone(), from: inputs[0].from.clone(), near };
        Err(scope.faults.add(&site.tokens, fault))
    }

    fn lengths(&self, _axis: usize, _takes: &Shape, _gives: &Shape) -> Lengths {
        Lengths::Mixed
    }

    fn reach(&self, _axis: usize, _inputs: &Shape, _output: &Shape) -> Reach {
        Reach::Everything
    }

    fn operations(&self, of: &Placement) -> Vec<Product> {
        // For each unit: its derivative, its square, a factor and a sum. The sizes of the weight's rows are the same for every sample.
        vec![each(4, &of.inputs[0])]
    }

    fn facts(&self) -> Facts<'_> {
        Facts { work: Work::Penalty(self), layout: Layout::ByRank, model: None, output: OutputKind::Numbers }
    }
}

impl Calls for Contractive {
    fn forward(&self, call: &Call) -> TokenStream {
        let (encoder, x, y) = (&call.encoder, call.input(), &call.output);
        quote!(#LAYERS::contractive_penalty(#encoder, #x, #y);)
    }

    fn backward<'a>(&'a self, call: &'a Call<'a>, gradient: &Gradient) -> Backward<'a> {
        let (encoder, h, d) = (&call.encoder, call.input(), gradient.read.clone());
        Backward::one(move |d_h| quote!(#LAYERS::contractive_penalty_backward(#encoder, #h, #d, #d_h);))
    }
}

impl Penalty for Contractive {
    fn weight_gradient(&self, encoder: &Encoder, input: &TokenStream, d_output: &TokenStream) -> TokenStream {
        let name = encoder.name;
        quote!(#LAYERS::contractive_penalty_gradient(#encoder, #input, #d_output, &mut #GRADIENTS.#name);)
    }
}

/// Whether the penalty of a node with these stages has a closed form: a dense layer on a vector, with a weight of its own, and behind it one
/// activation at most, whose slope is a function of its value. A stage that another fault left unknown may be one.
pub(crate) fn encodes(stages: &[Option<&Layer>]) -> bool {
    let layer = |stage: &Option<&Layer>, fits: fn(&Layer) -> bool| stage.is_none_or(fits);
    let (Some(first), rest) = (stages.first(), stages.get(1..).unwrap_or_default()) else { return false };
    let dense: fn(&Layer) -> bool =
        |layer| matches!(layer, Layer::Dense(Dense { weight: Weight::Own(_), each_step: false, .. }));
    let smooth: fn(&Layer) -> bool = |layer| match layer {
        Layer::Activation(activation) => activation.is_smooth(),
        _ => false,
    };
    rest.len() <= 1 && layer(first, dense) && rest.iter().all(|stage| layer(stage, smooth))
}
