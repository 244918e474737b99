//! What a rule asks of dimensions, decided as early as it can be.

use proc_macro2::{Span, TokenStream};
use quote::quote;

use super::dimension::{Dimension, Shape};
use super::formula::Formula;
use super::operation::{LARGEST, Operation};
use crate::paths;

/// A relation between dimensions that a rule asks for.
#[derive(Clone, Debug)]
pub(crate) enum Condition {
    /// `a = b`
    Equal(Dimension, Dimension),
    /// `a ≤ b`
    AtMost(Dimension, Dimension),
    /// `a` divides `b`
    Divides(Dimension, Dimension),
    /// All of these.
    All(Vec<Condition>),
    /// The size is at least the number, and no larger than any may be.
    Within(u64, Dimension),
    /// The size that was calculated has a value of at least 1, or another check has reported that it has none.
    Calculated(Dimension),
    /// Each of these has a value, and their product is a number of elements that a program can hold.
    Holdable(Vec<Dimension>),
}

/// When a condition is decided.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// It holds, or concerns dimensions that are known only later than any constant.
    Holds,
    /// It does not hold.
    Fails,
    /// The compiler decides: tokens of type `bool`.
    Deferred(TokenStream),
}

impl Condition {
    /// The shapes are of one rank, and each axis has the same size in both.
    pub(crate) fn same_shape(a: &Shape, b: &Shape) -> Option<Self> {
        (a.len() == b.len())
            .then(|| Self::All(a.iter().zip(b).map(|(a, b)| Self::Equal(a.clone(), b.clone())).collect()))
    }

    /// Whether only the running program, which has a list of its sizes, can decide it.
    pub(crate) fn is_of_listed(&self) -> bool {
        match self {
            Self::Equal(a, b) | Self::AtMost(a, b) | Self::Divides(a, b) => a.is_listed() || b.is_listed(),
            Self::All(conditions) => conditions.iter().any(Self::is_of_listed),
            Self::Within(_, size) | Self::Calculated(size) => size.is_listed(),
            Self::Holdable(sizes) => sizes.iter().any(Dimension::is_listed),
        }
    }

    /// Decides the condition, or says what the compiler must decide.
    pub(crate) fn verdict(&self) -> Verdict {
        match self {
            Self::Equal(a, b) if a == b => Verdict::Holds,
            Self::Equal(a, b) if symbolic(&[a, b]) => {
                let difference = difference(a, b);
                match difference.as_ref().and_then(Formula::value) {
                    Some(0) => Verdict::Holds,
                    Some(_) => Verdict::Fails,
                    None if above(a, b) || above(b, a) => Verdict::Fails,
                    None => relation("equal", &[a, b], |_| true),
                }
            }
            Self::AtMost(a, b) if symbolic(&[a, b]) => {
                let difference = difference(b, a);
                match difference.as_ref().and_then(Formula::value) {
                    Some(0..) => Verdict::Holds,
                    Some(_) => Verdict::Fails,
                    None if difference.is_some_and(|difference| difference.is_never_negative()) => Verdict::Holds,
                    None if above(a, b) => Verdict::Fails,
                    None => relation("at_most", &[a, b], |_| true),
                }
            }
            Self::Equal(a, b) => relation("equal", &[a, b], |n| n[0] == n[1]),
            Self::Divides(a, b) if symbolic(&[a, b]) && divides(a, b) => Verdict::Holds,
            Self::AtMost(a, b) => relation("at_most", &[a, b], |n| n[0] <= n[1]),
            Self::Divides(a, b) => relation("divides", &[a, b], |n| n[0] != 0 && n[1] % n[0] == 0),
            Self::All(conditions) => {
                let mut open = Vec::new();
                for condition in conditions {
                    match condition.verdict() {
                        Verdict::Holds => {}
                        Verdict::Fails => return Verdict::Fails,
                        Verdict::Deferred(tokens) => open.push(tokens),
                    }
                }
                if open.is_empty() { Verdict::Holds } else { Verdict::Deferred(quote!(#(#open)&&*)) }
            }
            Self::Within(least, size) => match size {
                Dimension::Literal(value) if (*least..=LARGEST).contains(value) => Verdict::Holds,
                Dimension::Literal(_) => Verdict::Fails,
                Dimension::Free => Verdict::Holds,
                // What is less than the least whatever the parameters are.
                size if above(&Dimension::Literal(*least), size) => Verdict::Fails,
                size => {
                    // What is written as a constant is a number, and nothing stands in its place.
                    let function = if matches!(size, Dimension::Constant(_)) { "fits" } else { "within" };
                    let (function, size) = (paths::checked(function, Span::call_site()), size.tokens());
                    let least = Dimension::Literal(*least).tokens();
                    Verdict::Deferred(quote!(#function(#least, #size)))
                }
            },
            Self::Calculated(size @ (Dimension::Constant(_) | Dimension::Parameter(_))) => {
                let (function, size) = (paths::checked("within", Span::call_site()), size.tokens());
                Verdict::Deferred(quote!(#function(1, #size)))
            }
            Self::Calculated(size) => Self::Within(1, size.clone()).verdict(),
            // What is written is held to its bounds there.
            Self::Holdable(sizes) if sizes.iter().all(|size| sizes.len() == 1 && size.is_written()) => Verdict::Holds,
            Self::Holdable(sizes) => {
                let all: Vec<&Dimension> = sizes.iter().collect();
                let smallest = sizes.iter().filter_map(Dimension::literal);
                if Operation::Product.of_numbers(&smallest.collect::<Vec<_>>()).is_none() {
                    return Verdict::Fails;
                }
                let deferred = |tokens: Vec<TokenStream>| {
                    let function = paths::checked("holdable", Span::call_site());
                    quote!(#function(&[#(#tokens),*]))
                };
                decided(&all, |_| true, deferred)
            }
        }
    }
}

/// Whether a dimension parameter is among them, and nothing that only the running program knows.
fn symbolic(operands: &[&Dimension]) -> bool {
    let free = |operand: &&Dimension| matches!(operand, Dimension::Free);
    !operands.iter().any(free) && operands.iter().any(|operand| matches!(operand, Dimension::Parameter(_)))
}

fn difference(a: &Dimension, b: &Dimension) -> Option<Formula> {
    a.formula()?.plus(&b.formula()?, -1)
}

/// Whether `a` is above `b` whatever the parameters are.
fn above(a: &Dimension, b: &Dimension) -> bool {
    let least = difference(a, b).and_then(|difference| difference.plus(&Formula::number(1), -1));
    least.is_some_and(|least| least.is_never_negative())
}

/// Whether `a` divides `b` whatever the parameters are.
fn divides(a: &Dimension, b: &Dimension) -> bool {
    let (Some(divisor), Some(formula)) = (a.formula(), b.formula()) else { return false };
    a.literal().is_some_and(|a| formula.is_multiple_of(a)) || formula.is_product_with(&divisor)
}

/// A relation that the function of that name of `plumbline::check` decides.
fn relation(name: &str, operands: &[&Dimension], holds: impl Fn(&[u64]) -> bool) -> Verdict {
    let function = paths::checked(name, Span::call_site());
    decided(operands, holds, |tokens| quote!(#function(#(#tokens),*)))
}

/// Decides a relation of numbers, or defers it.
fn decided(
    operands: &[&Dimension],
    holds: impl Fn(&[u64]) -> bool,
    deferred: impl FnOnce(Vec<TokenStream>) -> TokenStream,
) -> Verdict {
    if let Some(numbers) = operands.iter().map(|operand| operand.literal()).collect::<Option<Vec<_>>>() {
        return if holds(&numbers) { Verdict::Holds } else { Verdict::Fails };
    }
    if operands.iter().any(|operand| matches!(operand, Dimension::Free)) {
        return Verdict::Holds;
    }
    Verdict::Deferred(deferred(operands.iter().map(|operand| operand.tokens()).collect()))
}
