//! `attributes visibility Name header { nodes }`, as often as it comes.

use proc_macro2::{Group, TokenStream};
use syn::parse::ParseStream;
use syn::parse::discouraged::Speculative;
use syn::{Attribute, Visibility, token};

use super::Network;
use super::cursor::{name, next_text, skip_to, within};
use super::header::{Header, header};
use super::node::node;
use crate::report::{Faults, Written};

/// The networks of an invocation, and the faults of what is no network at all.
pub(crate) fn parse(tokens: TokenStream) -> (Vec<Network>, Faults) {
    let mut strays = Faults::default();
    let networks = within(tokens, |input| {
        let mut networks = Vec::new();
        while !input.is_empty() {
            networks.extend(network(input, &mut strays));
        }
        networks
    });
    (networks, strays)
}

fn network(input: ParseStream, strays: &mut Faults) -> Option<Network> {
    let attributes = attributes(input, strays);
    let visibility = input.parse().unwrap_or(Visibility::Inherited);
    let Some(name) = name(input, strays) else {
        let found = next_text(input).unwrap_or_default();
        let mut skipped = skip_to(input, |input| input.peek(token::Brace));
        if skipped.is_empty() {
            skipped = next_text(input).map(|_| skip_one(input)).unwrap_or_default();
        } else {
            skip_one(input);
        }
        strays.add(skipped, Written::NetworkName { found });
        return None;
    };
    let mut faults = Faults::default();
    let Header { parameters, inputs, outputs } = header(input, &name, &mut faults);
    let mut nodes = Vec::new();
    if let (true, Ok(body)) = (input.peek(token::Brace), input.parse::<Group>()) {
        within(body.stream(), |input| {
            while !input.is_empty() {
                nodes.push(node(input, &mut faults));
            }
        });
        if nodes.is_empty() {
            faults.add(&name, Written::Empty { network: name.to_string() });
        }
    }
    Some(Network { attributes, visibility, name, parameters, inputs, outputs, nodes, faults })
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

/// Reads one token.
pub(super) fn skip_one(input: ParseStream) -> TokenStream {
    input.parse::<proc_macro2::TokenTree>().map(TokenStream::from).unwrap_or_default()
}
