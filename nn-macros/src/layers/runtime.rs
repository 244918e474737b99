//! A layer as a type of the runtime.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use super::Placement;
use crate::{
    names::{E, LAYERS},
    paths,
    shape::{Dimension, Shape, types},
};

/// The type that stands for a layer in generated code, and how it is made.
pub(crate) struct Runtime {
    pub(crate) ty: TokenStream,
    /// A new one for a field, an expression that may draw from `rng`.
    pub(crate) new: TokenStream,
    /// One made on the spot, for a node without a name.
    pub(crate) here: TokenStream,
}

impl Runtime {
    /// A type of `layers`, which leads an editor from the user's word to its documentation, and the call that makes one.
    pub(super) fn layer(name: &str, of: &Placement, generics: &[TokenStream], make: &TokenStream) -> Self {
        let root = paths::plumbline();
        Self::within([quote!(#root::layers), quote!(#LAYERS)], name, of, generics, make)
    }

    /// An energy-based model, likewise.
    pub(super) fn energy(name: &str, of: &Placement, generics: &[TokenStream], make: &TokenStream) -> Self {
        let root = paths::plumbline();
        Self::within([quote!(#root::energy), quote!(#root::energy)], name, of, generics, make)
    }

    /// The type of a layer without arguments, or of a mark that is one.
    pub(super) fn marker(name: &str, of: &Placement) -> TokenStream {
        let (root, name) = (paths::plumbline(), Ident::new(name, of.kind.span()));
        quote!(#root::layers::#name)
    }

    fn within(
        [module, short]: [TokenStream; 2],
        name: &str,
        of: &Placement,
        generics: &[TokenStream],
        make: &TokenStream,
    ) -> Self {
        let (shown, name) = (Ident::new(name, of.kind.span()), Ident::new(name, Span::call_site()));
        let generics = (!generics.is_empty()).then(|| quote!(<#(#generics),*>));
        let ty = quote!(#module::#shown #generics);
        let (new, here) = (quote!(#short::#name::#make), quote!(<#ty>::#make));
        Self { ty, new, here }
    }
}

/// `Conv2d` of `Conv`: the name of a layer that moves over the axes of what it takes.
pub(super) fn over_axes(name: &str, of: &Placement) -> String {
    format!("{name}{}d", of.inputs[0].len() - 1)
}

/// The types of input and output, as images.
pub(super) fn images(of: &Placement) -> [TokenStream; 2] {
    [&of.inputs[0], of.output].map(|shape| types::shape(&types::image(shape)))
}

/// The type of the last axis.
pub(super) fn last(shape: &Shape) -> TokenStream {
    types::dimension(&shape[shape.len() - 1])
}

/// The type of elements, as the last argument of a type.
pub(super) fn element() -> TokenStream {
    quote!(#E)
}

/// A size as the argument of a type: a number, or a block.
pub(super) fn argument(size: &Dimension) -> TokenStream {
    let tokens = types::size(size);
    if size.literal().is_some() { tokens } else { quote!({ #tokens }) }
}
