//! Networks as token streams: what the check finds, and what it builds.

mod gate;
mod graph;
mod growth;
mod imports;
mod messages;
mod mistakes;
mod naming;
mod reference;
mod rooms;
mod slips;

use proc_macro2::{TokenStream, TokenTree};

use crate::check::{Outcome, check};
use crate::network::Network;
use crate::syntax;

/// The messages of the errors, in order.
fn errors(input: TokenStream) -> Vec<String> {
    let mut found = Vec::new();
    let (written, strays) = syntax::parse(input);
    collect(strays.finish().err().unwrap_or_default().found, &mut found);
    for outcome in check(written) {
        if let Outcome::Faulty(_, errors) = outcome {
            collect(errors.found, &mut found);
        }
    }
    found
}

/// The texts of `compile_error!` invocations.
fn collect(errors: TokenStream, found: &mut Vec<String>) {
    for token in errors {
        match token {
            TokenTree::Group(group) => collect(group.stream(), found),
            TokenTree::Literal(literal) => {
                found.extend(syn::parse2::<syn::LitStr>(quote::quote!(#literal)).map(|text| text.value()))
            }
            _ => {}
        }
    }
}

/// The one network of the invocation, which has no fault.
fn checked(input: TokenStream) -> Network {
    let (written, strays) = syntax::parse(input);
    assert!(strays.finish().is_ok());
    let mut outcomes = check(written);
    match (outcomes.pop(), outcomes.is_empty()) {
        (Some(Outcome::Checked(network)), true) => *network,
        (Some(Outcome::Faulty(_, errors)), _) => panic!("{}", errors.found),
        _ => panic!("one network was expected"),
    }
}
