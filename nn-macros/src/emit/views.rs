//! The values of a program as generated code reads and writes them.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use crate::{
    emit::sizing,
    names,
    program::Program,
    shape::{Shape, types},
};

impl Program<'_> {
    /// The short name of a shape's type: `S6x28x28`, or a number where the macro does not know every size.
    pub(super) fn alias(&self, shape: &Shape) -> TokenStream {
        if self.is_generic() {
            return types::shape(shape);
        }
        let sizes: Option<Vec<String>> = shape.iter().map(|size| size.literal().map(|size| size.to_string())).collect();
        let place = self.shapes.iter().position(|other| other == shape).unwrap_or(self.shapes.len());
        let alias = match sizes {
            Some(sizes) => names::item(&format!("S{}", sizes.join("x"))),
            None => names::item(&format!("Shape{place}")),
        };
        quote!(#alias)
    }

    /// The value of a shape under a name, to read.
    pub(super) fn view(&self, name: &Ident, shape: &Shape) -> TokenStream {
        let kind = self.alias(shape);
        match types::extent(shape) {
            Some(extent) => quote!(#name.view_sized::<#kind>(#extent)),
            None => quote!(#name.view::<#kind>()),
        }
    }

    /// The value of a shape under a name, to write.
    pub(super) fn view_mut(&self, name: &Ident, shape: &Shape) -> TokenStream {
        let kind = self.alias(shape);
        match types::extent(shape) {
            Some(extent) => quote!(#name.view_mut_sized::<#kind>(#extent)),
            None => quote!(#name.view_mut::<#kind>()),
        }
    }

    /// The sizes that only the running program knows, out of what holds them.
    pub(super) fn sizes(&self, holder: &TokenStream) -> TokenStream {
        sizing::split(self.network, &quote!(#holder.sizes), "split_at")
    }

    /// Whether shapes depend on dimension parameters, which an item outside of an impl cannot name.
    fn is_generic(&self) -> bool {
        !self.network.parameters.is_empty()
    }

    /// The short names of the shapes, as items.
    pub(super) fn aliases(&self) -> TokenStream {
        let aliases = self.shapes.iter().filter(|_| !self.is_generic()).map(|shape| {
            let (alias, shape) = (self.alias(shape), types::shape(shape));
            quote!(#[allow(unused)] type #alias = #shape;)
        });
        quote!(#(#aliases)*)
    }
}
