//! Absolute paths to what the generated code calls.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;

/// The crate that users depend on.
pub(crate) fn plumbline() -> TokenStream {
    plumbline_at(Span::call_site())
}

/// A function of `plumbline::check`, with the span that an error about the call should have.
pub(crate) fn checked(function: &str, span: Span) -> TokenStream {
    let (root, function) = (plumbline_at(span), Ident::new(function, span));
    quote_spanned!(span=> #root::check::#function)
}

/// Every path of the generated code starts here.
fn plumbline_at(span: Span) -> TokenStream {
    quote_spanned!(span=> ::plumbline)
}
