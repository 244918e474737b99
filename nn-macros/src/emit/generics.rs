//! The dimension parameters of a network, as the generated items declare and use them.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

/// The parameters of an impl. Without parameters all of it is what stands for a network of fixed dimensions.
pub(super) struct Generics<'a>(pub(super) &'a [Ident]);

impl Generics<'_> {
    /// `const C: usize, const H: usize,`
    pub(super) fn declared(&self) -> TokenStream {
        let names = self.0;
        quote!(#(const #names: ::core::primitive::usize,)*)
    }

    /// `{ C }, { H },`: a type of that name may be in sight.
    pub(super) fn used(&self) -> TokenStream {
        let names = self.0;
        quote!(#({ #names },)*)
    }

    /// `<const C: usize, const H: usize>`, or nothing.
    pub(super) fn declaration(&self) -> Option<TokenStream> {
        let declared = self.declared();
        (!self.0.is_empty()).then(|| quote!(<#declared>))
    }

    /// `<{ C }, { H }>`, or nothing.
    pub(super) fn arguments(&self) -> Option<TokenStream> {
        let used = self.used();
        (!self.0.is_empty()).then(|| quote!(<#used>))
    }
}
