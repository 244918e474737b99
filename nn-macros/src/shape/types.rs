//! Dimensions and shapes as generated code writes them: types, and sizes as expressions.

use proc_macro2::{Literal, Span, TokenStream};
use quote::quote;

use super::{Dimension, Operation, Shape};
use crate::{names::NETWORK, paths};

/// A dimension's type: `Const<28>`, which reads in decimals in every message.
pub(crate) fn dimension(dimension: &Dimension) -> TokenStream {
    let root = paths::plumbline();
    match dimension {
        Dimension::Literal(_) => {
            let size = dimension.tokens();
            let size = literal(&size);
            quote!(#root::Const<#size>)
        }
        Dimension::Constant(tokens) => quote!(#root::Const<{ #tokens }>),
        Dimension::Parameter(formula) => formula.kind(),
        Dimension::Free => quote!(#root::Free),
    }
}

/// A number without its type's suffix, as a person writes it.
fn literal(tokens: &TokenStream) -> TokenStream {
    let text = tokens.to_string();
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or_else(|_| tokens.clone())
}

/// A size as an expression of type `usize`.
pub(crate) fn size(dimension: &Dimension) -> TokenStream {
    let tokens = dimension.tokens();
    if dimension.literal().is_some() { literal(&tokens) } else { tokens }
}

/// A shape's type: a tuple of dimensions.
pub(crate) fn shape(shape: &Shape) -> TokenStream {
    let dimensions = shape.iter().map(dimension);
    quote!((#(#dimensions,)*))
}

/// What only the running program knows of a shape, as an expression; `None` where that is nothing.
pub(crate) fn extent(shape: &Shape) -> Option<TokenStream> {
    let sizes = shape.iter().map(|dimension| if dimension.is_free() { size(dimension) } else { quote!(()) });
    shape.iter().any(Dimension::is_free).then(|| quote!((#(#sizes,)*)))
}

/// A shape as an array of sizes.
pub(crate) fn sizes(shape: &Shape) -> TokenStream {
    let sizes = shape.iter().map(size);
    quote!([#(#sizes),*])
}

/// The number of elements.
pub(crate) fn length(shape: &Shape) -> Dimension {
    // The check rejects shapes whose product is too large.
    let beyond = || Dimension::Constant(paths::checked("TOO_LARGE", Span::call_site()));
    Operation::Product.of(shape).unwrap_or_else(beyond)
}

/// The shape of a value as an image: `[c, l]` is one of height 1, and `[c]` of one pixel.
pub(crate) fn image(shape: &Shape) -> Shape {
    let ones = vec![Dimension::Literal(1); 3_usize.saturating_sub(shape.len())];
    let (channels, extents) = shape.split_at(1);
    [channels.to_vec(), ones, extents.to_vec()].concat()
}

/// A count as a person writes it.
pub(crate) fn count(count: usize) -> Literal {
    Literal::usize_unsuffixed(count)
}

/// The largest of several sizes.
pub(crate) fn widest(widths: &[Dimension]) -> TokenStream {
    match widths.iter().map(Dimension::literal).collect::<Option<Vec<_>>>() {
        Some(literals) => size(&Dimension::Literal(literals.into_iter().max().unwrap_or(0))),
        None => {
            let sizes = widths.iter().map(size);
            quote!(#NETWORK::widest(&[#(#sizes),*]))
        }
    }
}
