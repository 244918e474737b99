//! `[dimension, …]`

use proc_macro2::{Delimiter, Group};
use quote::ToTokens;
use syn::parse::ParseStream;
use syn::{Expr, Token, token};

use super::cursor::{accept, skip_to, within};
use super::{Shape, Size};
use crate::report::{Faults, Written, compact};

/// The highest rank of a value.
const HIGHEST_RANK: usize = 3;

/// A shape, with the cursor before its bracket.
pub(super) fn shape(input: ParseStream, faults: &mut Faults) -> Option<Shape> {
    debug_assert!(input.peek(token::Bracket));
    let group = input.parse::<Group>().ok().filter(|group| group.delimiter() == Delimiter::Bracket)?;
    dimensions(&group, faults)
}

fn dimensions(group: &Group, faults: &mut Faults) -> Option<Shape> {
    let tokens = group.to_token_stream();
    let (dimensions, whole) = within(group.stream(), |input| {
        let (mut dimensions, mut whole) = (Vec::new(), true);
        while !input.is_empty() {
            let size = if input.peek(Token![_]) {
                input.parse::<Token![_]>().map(|_| Size::Free)
            } else {
                input.parse::<Expr>().map(Size::Expression)
            };
            let rest = skip_to(input, |input| input.peek(Token![,]));
            match size {
                Ok(Size::Expression(word)) if rest.is_empty() && compact(&word) == "None" => {
                    faults.add(&word, Written::FreeDimension { found: compact(&word) });
                    whole = false;
                }
                Ok(size) if rest.is_empty() => dimensions.push(size),
                Ok(_) => {
                    faults.add(&rest, Written::Dimension { found: compact(&rest) });
                    whole = false;
                }
                Err(_) => {
                    let found = if rest.is_empty() { &tokens } else { &rest };
                    faults.add(found, Written::Dimension { found: compact(found) });
                    whole = false;
                }
            }
            if !accept::<Token![,]>(input) {
                break;
            }
        }
        (dimensions, whole)
    });
    if !whole {
        return None;
    }
    match dimensions.len() {
        0 => faults.add(&tokens, Written::EmptyShape),
        rank if rank > HIGHEST_RANK => faults.add(&tokens, Written::RankTooHigh { rank }),
        _ => return Some(Shape { tokens, dimensions }),
    }
    None
}
