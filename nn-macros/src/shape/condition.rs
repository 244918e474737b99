//! What a rule asks of dimensions, decided as early as it can be.

use proc_macro2::{Span, TokenStream};
use quote::quote;

use super::{Dimension, Operation, Shape};
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
    /// The product of these is a number of elements that a program can hold.
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

    /// Decides the condition, or says what the compiler must decide.
    pub(crate) fn verdict(&self) -> Verdict {
        match self {
            Self::Equal(a, b) if a == b => Verdict::Holds,
            Self::Equal(a, b) => relation("equal", &[a, b], |n| n[0] == n[1]),
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
            // A size that is no more than fits is asked for where it is written.
            Self::Holdable(sizes) if sizes.len() < 2 => Verdict::Holds,
            Self::Holdable(sizes) => {
                let all: Vec<&Dimension> = sizes.iter().collect();
                let smallest = sizes.iter().filter_map(Dimension::literal);
                if Operation::Product.of_numbers(&smallest.collect::<Vec<_>>()).is_none() {
                    return Verdict::Fails;
                }
                relation("holdable", &all, |_| true)
            }
        }
    }
}

fn relation(name: &str, operands: &[&Dimension], holds: impl Fn(&[u64]) -> bool) -> Verdict {
    if let Some(numbers) = operands.iter().map(|operand| operand.literal()).collect::<Option<Vec<_>>>() {
        return if holds(&numbers) { Verdict::Holds } else { Verdict::Fails };
    }
    if operands.iter().any(|operand| matches!(operand, Dimension::Free | Dimension::Parameter(_))) {
        return Verdict::Holds;
    }
    let function = paths::checked(name, Span::call_site());
    let operands = operands.iter().map(|operand| operand.tokens());
    Verdict::Deferred(if name == "holdable" {
        quote!(#function(&[#(#operands),*]))
    } else {
        quote!(#function(#(#operands),*))
    })
}
