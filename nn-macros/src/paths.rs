//! Absolute paths to what the generated code calls.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

/// The crate that users depend on; every path of the generated code starts here.
pub(crate) fn plumbline() -> TokenStream {
    quote!(::plumbline)
}

/// A function of `plumbline::check`, with the span that an error about its arguments should have.
pub(crate) fn checked(function: &str, span: Span) -> TokenStream {
    let (root, function) = (plumbline(), Ident::new(function, span));
    quote!(#root::check::#function)
}
