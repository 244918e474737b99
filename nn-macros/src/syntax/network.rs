//! `attributes visibility Name header { nodes }`, as often as it comes.

use proc_macro2::{Group, TokenStream};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::parse::discouraged::Speculative;
use syn::{Ident, Token, Visibility, token};

use super::attributes::{attributes, tokens_of};
use super::cursor::{name, next_text, skip_one, skip_to, within};
use super::header::{Header, header};
use super::node::node;
use super::tree::{Network, Port};
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
    if input.is_empty() && !attributes.is_empty() {
        strays.add(tokens_of(&attributes), Written::AttributeLast { of: "network" });
        return None;
    }
    let visibility = input.parse().unwrap_or(Visibility::Inherited);
    let item = item_word(input);
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
    if let Some(word) = item {
        let reported = faults.add(&word, Written::Item { word: word.to_string(), name: name.to_string() });
        if !input.peek(Token![:]) && !input.peek(Token![<]) {
            // Its fields are no nodes.
            skip_to(input, |input| input.peek(token::Brace) || input.peek(Token![;]));
            skip_one(input);
            let port = || vec![Port { name: None, shape: Err(reported) }];
            let (inputs, outputs, nodes) = (port(), port(), Vec::new());
            return Some(Network {
                attributes,
                visibility,
                name,
                parameters: Vec::new(),
                inputs,
                outputs,
                nodes,
                faults,
            });
        }
    }
    let Header { parameters, inputs, outputs } = header(input, &name, &mut faults);
    let mut nodes = Vec::new();
    let before = faults.count();
    if let (true, Ok(body)) = (input.peek(token::Brace), input.parse::<Group>()) {
        within(body.stream(), |input| {
            while !input.is_empty() {
                nodes.extend(node(input, &mut faults));
            }
        });
        if nodes.is_empty() && faults.count() == before {
            faults.add(&name, Written::Empty { network: name.to_string() });
        }
    }
    Some(Network { attributes, visibility, name, parameters, inputs, outputs, nodes, faults })
}

/// The word of Rust that begins an item, where a name stands behind it: `struct Net`.
fn item_word(input: ParseStream) -> Option<Ident> {
    let words = ["struct", "enum", "fn", "mod", "trait", "type", "impl", "union", "class", "network"];
    let fork = input.fork();
    let word = Ident::parse_any(&fork).ok().filter(|word| words.contains(&word.to_string().as_str()))?;
    if !fork.peek(Ident) {
        return None;
    }
    input.advance_to(&fork);
    Some(word)
}
