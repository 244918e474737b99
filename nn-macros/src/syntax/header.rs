//! `Name<parameters>: ports -> ports`

use proc_macro2::{Group, TokenStream};
use quote::ToTokens;
use syn::parse::ParseStream;
use syn::{Ident, Token, token};

use super::cursor::{accept, at_name_and_colon, name, next, skip_one, skip_to, within};
use super::shape::shape;
use super::tree::Port;
use crate::report::{Faults, Written, compact};

/// What stands between a network's name and its body.
pub(super) struct Header {
    pub(super) parameters: Vec<Ident>,
    pub(super) inputs: Vec<Port>,
    pub(super) outputs: Vec<Port>,
}

pub(super) fn header(input: ParseStream, network: &Ident, faults: &mut Faults) -> Header {
    let text = network.to_string();
    let parameters = parameters(input, faults);
    if !accept::<Token![:]>(input) {
        faults.add(network, Written::Colon { network: text.clone() });
        skip_to(input, |input| at_ports(input) || input.peek(Token![->]) || input.peek(token::Brace));
    }
    let before = faults.count();
    let (inputs, taken) = ports(input, network, "takes", faults);
    // Who has not written the rest yet is told what comes next, and no more.
    let unfinished = |input: ParseStream, faults: &Faults| input.is_empty() && faults.count() > before;
    if unfinished(input, faults) {
        return Header { parameters, inputs, outputs: Vec::new() };
    }
    if !accept::<Token![->]>(input) {
        // What lacks its arrow lacks it after the inputs.
        faults.add(taken, Written::Arrow { network: text.clone() });
        skip_to(input, |input| at_ports(input) || input.peek(token::Brace));
        if input.peek(token::Brace) || input.is_empty() {
            return Header { parameters, inputs, outputs: Vec::new() };
        }
    }
    let (mut outputs, mut given) = ports(input, network, "gives", faults);
    if accept::<Token![->]>(input) {
        // The arrow that was missed comes after ports that are too many.
        (outputs, given) = ports(input, network, "gives", faults);
    }
    if !input.peek(token::Brace) && !unfinished(input, faults) {
        faults.add(given, Written::Body { network: text });
        skip_to(input, |input| input.peek(token::Brace));
    }
    Header { parameters, inputs, outputs }
}

fn at_ports(input: ParseStream) -> bool {
    input.peek(token::Bracket) || input.peek(token::Paren)
}

/// The ports that the network `takes` or `gives`, and the tokens to underline for what is missing after them.
fn ports(input: ParseStream, network: &Ident, role: &'static str, faults: &mut Faults) -> (Vec<Port>, TokenStream) {
    if input.peek(token::Bracket) {
        let tokens = next(input).to_token_stream();
        return (vec![Port { name: None, shape: shape(input, faults) }], tokens);
    }
    if let (true, Ok(group)) = (input.peek(token::Paren), input.parse::<Group>()) {
        if group.stream().is_empty() {
            // `Net: [3] -> () { … }`
            let (found, network) = (Some("()".to_owned()), network.to_string());
            let reported = faults.add(&group, Written::Shape { found, network, role });
            return (vec![Port { name: None, shape: Err(reported) }], group.to_token_stream());
        }
        return (within(group.stream(), |input| named_ports(input, faults)), group.to_token_stream());
    }
    let named = at_name_and_colon(input);
    let skipped = skip_to(input, |input| input.peek(Token![->]) || input.peek(token::Brace));
    if named {
        // `Pair: left: [4], right: [4] -> [8]`; what is wrong in it beside that can wait.
        let before = faults.count();
        let ports = within(skipped.clone(), |input| named_ports(input, faults));
        faults.forget_after(before);
        faults.add(&skipped, Written::PortsLoose { fixed: format!("({})", compact(&skipped)) });
        return (ports, skipped);
    }
    let found = (!skipped.is_empty()).then(|| compact(&skipped));
    let at = if skipped.is_empty() { network.to_token_stream() } else { skipped };
    let reported = faults.add(&at, Written::Shape { found, network: network.to_string(), role });
    (vec![Port { name: None, shape: Err(reported) }], at)
}

fn named_ports(input: ParseStream, faults: &mut Faults) -> Vec<Port> {
    let mut all = Vec::new();
    if input.peek(token::Bracket) {
        let shapes = skip_to(input, |_| false);
        let reported = faults.add(&shapes, Written::PortsUnnamed);
        return [(); 2].map(|()| Port { name: None, shape: Err(reported) }).into();
    }
    while !input.is_empty() {
        let before = next(input);
        let named = at_name_and_colon(input).then(|| name(input, faults)).flatten();
        let colon = accept::<Token![:]>(input);
        let shape = (colon && input.peek(token::Bracket)).then(|| shape(input, faults));
        let rest = skip_to(input, |input| input.peek(Token![,]));
        let strays = [&rest, &named.to_token_stream(), &before.to_token_stream()];
        let at = strays.into_iter().find(|at| !at.is_empty()).cloned().unwrap_or_default();
        let fault = Written::Port { found: compact(&at) };
        let shape = match shape {
            Some(shape) if named.is_some() && rest.is_empty() => shape,
            Some(shape) => {
                faults.add(&at, fault);
                shape
            }
            None => Err(faults.add(&at, fault)),
        };
        all.push(Port { name: named, shape });
        accept::<Token![,]>(input);
    }
    all
}

fn parameters(input: ParseStream, faults: &mut Faults) -> Vec<Ident> {
    let mut all = Vec::new();
    if accept::<Token![<]>(input) {
        while !input.peek(Token![>]) && !input.is_empty() {
            // `const N: usize`, as Rust has it.
            let before = if input.peek(Token![const]) { skip_one(input) } else { TokenStream::new() };
            let name = name(input, faults);
            let mut found = before.clone();
            name.to_tokens(&mut found);
            let rest =
                skip_to(input, |input| input.peek(Token![,]) || input.peek(Token![>]) || input.peek(token::Brace));
            rest.to_tokens(&mut found);
            if name.is_none() && !found.is_empty() {
                // `Net<'a, N>`
                faults.add(&found, Written::NoParameter { found: compact(&found) });
            }
            if let Some(name) = name {
                if !before.is_empty() || !rest.is_empty() {
                    let text = compact(&found).replace(" :", ":");
                    let fault = Written::Parameter { found: text, name: name.to_string() };
                    faults.add(&found, fault);
                }
                all.push(name);
            }
            if !accept::<Token![,]>(input) {
                break;
            }
        }
        accept::<Token![>]>(input);
    }
    all
}
