//! `value, …, option = value, …`

use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Expr, Ident, Token};

use super::cursor::{accept, next, skip_to};
use crate::report::{Faults, Written, compact};

/// The arguments of a layer: those without a name, and the options.
pub(super) fn arguments(input: ParseStream, faults: &mut Faults) -> (Vec<Expr>, Vec<(Ident, Expr)>) {
    let (mut positional, mut options) = (Vec::new(), Vec::new());
    while !input.is_empty() {
        let colon = input.peek2(Token![:]) && !input.peek2(Token![::]);
        if input.peek(Ident::peek_any) && (colon || input.peek2(Token![=]) && !input.peek2(Token![==])) {
            if let Some(option) = option(input, colon, faults) {
                options.push(option);
            }
        } else if let Some(value) = value(input, faults) {
            if options.is_empty() {
                positional.push(value);
            } else {
                faults.add(&value, Written::PositionalAfterOption { argument: compact(&value) });
            }
        }
        if !accept::<Token![,]>(input) {
            break;
        }
    }
    (positional, options)
}

fn option(input: ParseStream, colon: bool, faults: &mut Faults) -> Option<(Ident, Expr)> {
    let name = Ident::parse_any(input).ok()?;
    if colon {
        faults.add(&name, Written::ColonInOption { option: name.to_string() });
        accept::<Token![:]>(input);
    } else {
        accept::<Token![=]>(input);
    }
    if input.is_empty() || input.peek(Token![,]) {
        faults.add(&name, Written::Value { option: name.to_string() });
        return None;
    }
    value(input, faults).map(|value| (name, value))
}

/// The expression of a `macro_rules!` around, without the group that it comes in.
fn bare(value: Expr) -> Expr {
    match value {
        Expr::Group(group) if group.attrs.is_empty() => bare(*group.expr),
        other => other,
    }
}

/// An expression up to the next comma; anything else is reported and passed by.
fn value(input: ParseStream, faults: &mut Faults) -> Option<Expr> {
    let first = next(input).to_token_stream();
    let value = input.parse::<Expr>();
    let rest = skip_to(input, |input| input.peek(Token![,]));
    match value {
        Ok(value) if rest.is_empty() => Some(bare(value)),
        _ => {
            let at = if rest.is_empty() { first } else { rest };
            faults.add(&at, Written::Argument { found: compact(&at) });
            None
        }
    }
}
