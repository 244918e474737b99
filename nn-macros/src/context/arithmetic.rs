//! Arithmetic on the user's constants, as `plumbline::check` calculates it: `K - 5` says why it has no value, where Rust would end the evaluation.

use proc_macro2::{Literal, Span, TokenStream};
use quote::quote;
use syn::{BinOp, Expr};

use super::expression::{Folded, fold};
use crate::paths;

/// The expression without parentheses around it.
pub(super) fn bare(expression: &Expr) -> &Expr {
    match expression {
        Expr::Paren(inner) => bare(&inner.expr),
        Expr::Group(inner) => bare(&inner.expr),
        other => other,
    }
}

/// Whether it is arithmetic that goes through `plumbline::check`.
pub(super) fn is_one(expression: &Expr) -> bool {
    matches!(expression, Expr::Binary(binary) if method(&binary.op).is_some())
}

/// The arithmetic as an expression of type `Whole`, each operand that is no number under the name that `name` gives it.
pub(super) fn tokens(expression: &Expr, name: &mut impl FnMut(&Expr) -> TokenStream) -> TokenStream {
    let whole = paths::checked("Whole", Span::call_site());
    let of = |number: Literal| quote!(#whole::of(#number));
    let expression = bare(expression);
    if let Expr::Binary(binary) = expression
        && let Some(method) = method(&binary.op)
    {
        let (a, b) = (tokens(&binary.left, name), tokens(&binary.right, name));
        let method = proc_macro2::Ident::new(method, Span::call_site());
        return quote!(#a.#method(#b));
    }
    match fold(expression) {
        Folded::Number(number) => {
            let magnitude = of(Literal::u128_unsuffixed(number.unsigned_abs()));
            if number < 0 {
                let zero = of(Literal::u128_unsuffixed(0));
                quote!(#zero.minus(#magnitude))
            } else {
                magnitude
            }
        }
        _ => {
            let name = name(expression);
            quote!(#whole::of(#name as ::core::primitive::u128))
        }
    }
}

/// The method of `Whole` that the operator stands for.
fn method(operator: &BinOp) -> Option<&'static str> {
    Some(match operator {
        BinOp::Add(_) => "plus",
        BinOp::Sub(_) => "minus",
        BinOp::Mul(_) => "times",
        BinOp::Div(_) => "over",
        BinOp::Rem(_) => "modulo",
        BinOp::Shl(_) => "left",
        BinOp::Shr(_) => "right",
        _ => return None,
    })
}
