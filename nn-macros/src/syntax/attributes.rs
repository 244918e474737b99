//! Attributes and doc comments.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::Attribute;
use syn::parse::ParseStream;
use syn::parse::discouraged::Speculative;

use super::cursor::skip_one;
use crate::report::{Faults, Written};

/// All tokens of attributes.
pub(super) fn tokens_of(attributes: &[Attribute]) -> TokenStream {
    attributes.iter().map(ToTokens::to_token_stream).collect()
}

/// Attributes and doc comments; one that cannot be read is reported and passed by.
pub(super) fn attributes(input: ParseStream, faults: &mut Faults) -> Vec<Attribute> {
    let fork = input.fork();
    if let Ok(attributes) = fork.call(Attribute::parse_outer) {
        input.advance_to(&fork);
        return attributes;
    }
    let mut skipped = TokenStream::new();
    while input.peek(syn::Token![#]) {
        skipped.extend(skip_one(input));
        skipped.extend(skip_one(input));
    }
    faults.add(skipped, Written::Attribute);
    Vec::new()
}
