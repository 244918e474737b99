//! `map(|x| expression)`: the same shape, elementwise.

use proc_macro2::TokenStream;
use quote::quote;

use super::facts::each;
use super::{Arguments, Backward, Call, Calls, Facts, Gradient, Layer, Layout, Lengths, OutputKind, Product, Reach, Row, Rule, Saves, Placement, Work};
use crate::context::{Scope, Site, Value};
use crate::map::{self, Mapping};
use crate::names::LAYERS;
use crate::report::Reported;
use crate::shape::Shape;

/// A function of the user's, applied to each element.
#[derive(Clone, Debug)]
pub(crate) struct Map {
    pub(crate) mapping: Mapping,
}

impl Rule for Map {
    const ROWS: &'static [Row] = &[Row {
        name: "map",
        call: "map(|x| x * x)",
        arguments: [1, 1],
        argument: "function",
        read: |arguments| Self::read(arguments).map(Layer::Map),
        ..Row::PLAIN
    }];

    fn output(&self, _site: &Site, inputs: &[Value], _scope: &mut Scope) -> Result<Shape, Reported> {
        Ok(inputs[0].shape.clone())
    }

    fn lengths(&self, axis: usize, _takes: &Shape, _gives: &Shape) -> Lengths {
        Lengths::Kept(axis)
    }

    fn reach(&self, axis: usize, _inputs: &Shape, _output: &Shape) -> Reach {
        Reach::Same(axis)
    }

    fn operations(&self, of: &Placement) -> Vec<Product> {
        // Both branches of an `if` are among them.
        vec![each(self.mapping.operations(), of.output)]
    }

    fn facts(&self) -> Facts<'_> {
        Facts { work: Work::Calls(self, Saves::Input), layout: Layout::ByRank, model: None, output: OutputKind::Unknown }
    }
}

impl Calls for Map {
    fn forward(&self, call: &Call) -> TokenStream {
        let (function, x, y) = (self.mapping.value(), call.input(), &call.output);
        quote!(#LAYERS::map::forward(#function, #x, #y);)
    }

    fn backward<'a>(&'a self, call: &'a Call<'a>, gradient: &Gradient) -> Backward<'a> {
        let (derivative, x, d) = (self.mapping.slope(), call.input(), &gradient.write);
        Backward::InPlace(quote!(#LAYERS::map::backward(#derivative, #x, #d);))
    }
}

impl Map {
    fn read(arguments: &mut Arguments) -> Result<Self, Reported> {
        let closure = arguments.required()?;
        Ok(Self { mapping: map::read(closure, arguments.scope)? })
    }
}
