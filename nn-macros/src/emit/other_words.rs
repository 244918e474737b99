//! Methods that networks have in other libraries: see the runtime's `other_words`.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::{format_ident, quote};

use crate::{emit::generics::Generics, names::E, paths};

/// What makes a call of one of them say what to call in its place.
pub(super) fn other_words(name: &Ident, parameters: &[Ident]) -> TokenStream {
    let (root, generics) = (paths::plumbline(), Generics(parameters));
    let (declared, used) = (generics.declared(), generics.used());
    let words = ["Fit", "Predict", "Train", "Eval"].map(|word| {
        let (method, condition) = (format_ident!("{word}"), format_ident!("Networks{word}"));
        quote! {
            impl<#declared #E: #root::Element> #root::network::other_words::#method for #name<#used #E>
            where
                Self: #root::network::other_words::#condition,
            {
            }
        }
    });
    located(quote!(#(#words)*), name)
}

/// The tokens with all of their places at the name's, as the compiler shows them.
pub(super) fn located(tokens: TokenStream, name: &Ident) -> TokenStream {
    let place = |mut token: TokenTree| {
        let span = token.span().located_at(name.span());
        if let TokenTree::Group(group) = &token {
            token = Group::new(group.delimiter(), located(group.stream(), name)).into();
        }
        token.set_span(span);
        token
    };
    tokens.into_iter().map(place).collect()
}
