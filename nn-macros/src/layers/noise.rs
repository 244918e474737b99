//! `dropout(p)`, `gaussian_noise(sd)`, `masking_noise(p)` and `salt_and_pepper(p)`: the same shape, changed in training only.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use super::real::Range;
use super::{Arguments, Backward, Call, Calls, Facts, Gradient, Layer, Layout, Lengths, Model, OutputKind, Parameter, Product, Real, Reach, Row, Rule, Runtime, Saves, Placement, Work};
use crate::context::{Scope, Site, Value};
use crate::names::LAYERS;
use crate::report::Reported;
use crate::shape::Shape;

/// A layer that is random in training and hands its values on otherwise.
#[derive(Clone, Debug)]
pub(crate) struct Noise {
    pub(crate) kind: NoiseKind,
    /// The probability, or the standard deviation.
    pub(crate) amount: Real,
}

/// What happens to each element.
#[derive(Clone, Copy, Debug)]
pub(crate) enum NoiseKind {
    /// Zero with probability `p`, and divided by `1 - p` otherwise.
    Dropout,
    /// A normal number is added.
    Gaussian,
    /// Zero with probability `p`.
    Masking,
    /// 0 or 1 with probability `p`.
    SaltAndPepper,
}

/// What all rows have.
const ROW: Row = Row { arguments: [1, 1], argument: "probability", ..Row::PLAIN };

impl Rule for Noise {
    const ROWS: &'static [Row] = &[
        Row {
            name: "dropout",
            call: "dropout(0.5)",
            read: |arguments| Self::read(arguments, NoiseKind::Dropout, Range::Probability),
            ..ROW
        },
        Row {
            name: "gaussian_noise",
            call: "gaussian_noise(0.3)",
            argument: "standard deviation",
            read: |arguments| Self::read(arguments, NoiseKind::Gaussian, Range::NotNegative),
            ..ROW
        },
        Row {
            name: "masking_noise",
            call: "masking_noise(0.3)",
            read: |arguments| Self::read(arguments, NoiseKind::Masking, Range::Probability),
            ..ROW
        },
        Row {
            name: "salt_and_pepper",
            call: "salt_and_pepper(0.1)",
            read: |arguments| Self::read(arguments, NoiseKind::SaltAndPepper, Range::Probability),
            ..ROW
        },
    ];

    fn output(&self, _site: &Site, inputs: &[Value], _scope: &mut Scope) -> Result<Shape, Reported> {
        Ok(inputs[0].shape.clone())
    }

    fn lengths(&self, axis: usize, _takes: &Shape, _gives: &Shape) -> Lengths {
        Lengths::Kept(axis)
    }

    fn reach(&self, axis: usize, _inputs: &Shape, _output: &Shape) -> Reach {
        Reach::Same(axis)
    }

    fn operations(&self, _of: &Placement) -> Vec<Product> {
        Vec::new()
    }

    fn facts(&self) -> Facts<'_> {
        Facts { work: Work::Calls(self, Saves::Neither), layout: Layout::ByRank, model: Some(self), output: OutputKind::Same }
    }
}

impl Model for Noise {
    fn parameters(&self, _inputs: &[Shape]) -> Vec<Parameter> {
        Vec::new()
    }

    fn runtime(&self, of: &Placement) -> Runtime {
        let (name, field) = self.kind.runtime();
        let (ty, amount) = (Runtime::marker(name, of), &self.amount);
        let (name, field) = (Ident::new(name, Span::call_site()), Ident::new(field, Span::call_site()));
        let new = quote!(#LAYERS::#name { #field: #amount });
        Runtime { ty, here: quote!((#new)), new }
    }
}

impl Calls for Noise {
    fn forward(&self, call: &Call) -> TokenStream {
        if !call.training {
            return call.copy();
        }
        let (layer, x, y, draw) = (&call.layer, call.input(), &call.output, call.draw());
        quote!(#layer.forward(#x, #y, #draw);)
    }

    fn backward<'a>(&'a self, call: &'a Call<'a>, gradient: &Gradient) -> Backward<'a> {
        let (layer, d, draw) = (&call.layer, &gradient.write, call.draw());
        Backward::InPlace(quote!(#layer.backward(#d, #draw);))
    }
}

impl NoiseKind {
    /// The layer's type in the runtime, and the field of its amount.
    fn runtime(self) -> (&'static str, &'static str) {
        match self {
            Self::Dropout => ("Dropout", "p"),
            Self::Gaussian => ("GaussianNoise", "sd"),
            Self::Masking => ("MaskingNoise", "p"),
            Self::SaltAndPepper => ("SaltAndPepper", "p"),
        }
    }
}

impl Noise {
    fn read(arguments: &mut Arguments, kind: NoiseKind, range: Range) -> Result<Layer, Reported> {
        let (value, what) = (arguments.required()?, arguments.what_argument());
        let amount = arguments.real(value, &what, range, arguments.row.call)?;
        Ok(Layer::Noise(Self { kind, amount }))
    }
}
