//! `add`: two or more values of equal shape → their sum.

use proc_macro2::TokenStream;
use quote::quote;

use super::facts::each;
use super::{Backward, Call, Calls, Facts, Gradient, Layer, Layout, Lengths, OutputKind, Product, Reach, Row, Rule, Saves, Placement, Sources, Work};
use crate::context::{Scope, Site, Value};
use crate::names::LAYERS;
use crate::report::{Mismatch, Reported};
use crate::shape::{Condition, Operation, Shape};

/// The sum of its sources.
#[derive(Clone, Debug)]
pub(crate) struct Add;

impl Rule for Add {
    const ROWS: &'static [Row] =
        &[Row { name: "add", call: "add", sources: Sources::Several, read: |_| Ok(Layer::Add(Self)), ..Row::PLAIN }];

    fn output(&self, site: &Site, inputs: &[Value], scope: &mut Scope) -> Result<Shape, Reported> {
        equal_shapes(site, inputs, scope, "adds")
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
        Facts { work: Work::Calls(self, Saves::Neither), layout: Layout::ByRank, model: None, output: OutputKind::Unknown }
    }
}

impl Calls for Add {
    fn forward(&self, call: &Call) -> TokenStream {
        let (inputs, y) = (&call.inputs, &call.output);
        quote!(#LAYERS::add([#(#inputs),*], #y);)
    }

    fn backward<'a>(&'a self, _call: &'a Call<'a>, _gradient: &Gradient) -> Backward<'a> {
        Backward::InPlace(TokenStream::new())
    }
}

/// The shape that all sources have.
pub(super) fn equal_shapes(site: &Site, inputs: &[Value], scope: &mut Scope, verb: &'static str) -> Result<Shape, Reported> {
    let first = &inputs[0];
    let mut output = Ok(first.shape.clone());
    for other in &inputs[1..] {
        let fault = || Mismatch::Equal {
            subject: site.subject.clone(),
            verb,
            first: first.received(),
            other: other.received(),
        };
        let Some(same) = Condition::same_shape(&first.shape, &other.shape) else {
            output = Err(scope.faults.add(&site.tokens, fault()));
            continue;
        };
        let answer = scope.ask(&site.tokens, Some(other), &same, fault);
        answer.holds()?;
        let what = || format!("the size of `{}`", site.subject);
        let axes = output?.into_iter().zip(other.shape.clone());
        output = axes.map(|(a, b)| scope.calculate(&site.tokens, what, Operation::Same, &[a, b])).collect();
    }
    output
}
