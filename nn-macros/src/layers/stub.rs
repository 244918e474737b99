//! What stands in for a layer with a fault, so that its network gives its own errors and no others.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use crate::{
    names::E,
    paths,
    shape::{Dimension, Shape, types},
};

/// What is known of the network around a layer with a fault.
pub(crate) struct Surroundings<'a> {
    /// The shape of its only input.
    pub(crate) input: Option<&'a Shape>,
    /// The shape of its only output.
    pub(crate) output: Option<&'a Shape>,
}

/// The type that stands in for a layer of which nothing but its name is known.
pub(crate) type Stub = fn(&Surroundings) -> TokenStream;

/// The smallest dimension.
fn one() -> TokenStream {
    let root = paths::plumbline();
    quote!(#root::Const<1>)
}

fn layers() -> TokenStream {
    let root = paths::plumbline();
    quote!(#root::layers)
}

/// A layer of the runtime with so many sizes.
pub(super) fn sized(name: &str, sizes: usize) -> TokenStream {
    let (layers, name, ones) = (layers(), Ident::new(name, Span::call_site()), vec![one(); sizes]);
    quote!(#layers::#name<#(#ones,)* #E>)
}

/// A convolution of any kind.
pub(super) fn convolution(name: &str) -> TokenStream {
    let (layers, name, one) = (layers(), Ident::new(name, Span::call_site()), one());
    let (shape, window) = (quote!((#one, #one, #one)), quote!(#layers::Window<1, 1, 1, 1, 0, 0, 1, 1>));
    quote!(#layers::#name<#shape, #shape, #window, #one, #E>)
}

/// A recurrent layer with cells of this kind.
pub(super) fn recurrent(cell: &str) -> TokenStream {
    let (layers, cell, one) = (layers(), Ident::new(cell, Span::call_site()), one());
    quote!(#layers::Recurrent<#layers::#cell, #one, #one, 1, 1, #E>)
}

/// Units of an energy-based model: their kind and their number. Its methods take them.
pub(super) struct Units {
    pub(super) kind: TokenStream,
    pub(super) count: TokenStream,
}

impl Units {
    /// The visible units that take the network's input.
    pub(super) fn visible(around: &Surroundings) -> Self {
        match around.input.map(Vec::as_slice) {
            Some([items, Dimension::Literal(levels)]) => Self::softmax(*levels, items),
            Some(shape) if !shape.iter().any(Dimension::is_free) => Self::bernoulli(&types::length(&shape.to_vec())),
            _ => Self { kind: quote!(Bernoulli), count: one() },
        }
    }

    /// The hidden units that give its output.
    pub(super) fn hidden(around: &Surroundings) -> Self {
        match around.output.map(Vec::as_slice) {
            Some([units]) if !units.is_free() => Self::bernoulli(units),
            Some([units, Dimension::Literal(levels)]) if !units.is_free() => Self::softmax(*levels, units),
            _ => Self { kind: quote!(Bernoulli), count: one() },
        }
    }

    fn bernoulli(count: &Dimension) -> Self {
        Self { kind: quote!(Bernoulli), count: types::dimension(count) }
    }

    fn softmax(levels: u64, count: &Dimension) -> Self {
        let levels = types::size(&Dimension::Literal(levels));
        Self { kind: quote!(Softmax<#levels>), count: types::dimension(count) }
    }
}
