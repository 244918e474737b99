//! `[dimension, …]`

use proc_macro2::{Delimiter, Group};
use quote::ToTokens;
use syn::parse::ParseStream;
use syn::{Expr, Token};

use super::cursor::{accept, next, skip_to, within};
use super::tree::{Shape, Size};
use crate::report::{Faults, Reported, Written, compact};

/// The highest rank of a value.
const HIGHEST_RANK: usize = 3;

/// A shape, with the cursor before its bracket.
pub(super) fn shape(input: ParseStream, faults: &mut Faults) -> Result<Shape, Reported> {
    match input.parse::<Group>() {
        Ok(group) if group.delimiter() == Delimiter::Bracket => dimensions(&group, faults),
        Ok(other) => Err(faults.add(&other, Written::Dimension { found: compact(&other) })),
        Err(_) => {
            let found = next(input).to_token_stream();
            Err(faults.add(&found, Written::Dimension { found: compact(&found) }))
        }
    }
}

fn dimensions(group: &Group, faults: &mut Faults) -> Result<Shape, Reported> {
    let tokens = group.to_token_stream();
    let (dimensions, broken) = within(group.stream(), |input| {
        let (mut dimensions, mut broken) = (Vec::new(), None);
        while !input.is_empty() {
            let size = if input.peek(Token![_]) {
                input.parse::<Token![_]>().map(|_| Size::Free)
            } else {
                input.parse::<Expr>().map(Size::Expression)
            };
            let rest = skip_to(input, |input| input.peek(Token![,]));
            match size {
                Ok(Size::Expression(word)) if rest.is_empty() && is_none(&word) => {
                    broken = Some(faults.add(&word, Written::FreeDimension { found: compact(&word) }));
                }
                Ok(size) if rest.is_empty() => dimensions.push(size),
                Ok(_) => {
                    broken = Some(faults.add(&rest, Written::Dimension { found: compact(&rest) }));
                }
                Err(_) => {
                    let found = if rest.is_empty() { &tokens } else { &rest };
                    broken = Some(faults.add(found, Written::Dimension { found: compact(found) }));
                }
            }
            if !accept::<Token![,]>(input) {
                break;
            }
        }
        (dimensions, broken)
    });
    if let Some(reported) = broken {
        return Err(reported);
    }
    match dimensions.len() {
        0 => Err(faults.add(&tokens, Written::EmptyShape)),
        rank if rank > HIGHEST_RANK => Err(faults.add(&tokens, Written::RankTooHigh { rank })),
        _ => Ok(Shape { tokens, dimensions }),
    }
}

/// Whether it is the word of other libraries for a size that only the running program knows.
fn is_none(word: &Expr) -> bool {
    matches!(word, Expr::Path(path) if path.path.is_ident("None"))
}
