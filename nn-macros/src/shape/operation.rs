//! Arithmetic on dimensions: folded where they are numbers, a call into `plumbline::check` where they are constants.

use proc_macro2::{Span, TokenStream};
use quote::quote;

use super::{Dimension, Formula, formula::MOST_TERMS};
use crate::paths;

/// The largest number of elements that a shape, or a layer's weight, may have.
pub(crate) const LARGEST: u64 = 1 << 32;

/// An operation on dimensions, with the order of its operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    /// `a + b + …`
    Sum,
    /// `a · b · …`
    Product,
    /// `a - b`, undefined below 0.
    Difference,
    /// `⌊a / b⌋`
    Quotient,
    /// `⌈a / b⌉`
    QuotientUp,
    /// `dilation · (kernel - 1) + 1`: what a window of (kernel, dilation) spans.
    Span,
    /// The size that all operands have; undefined where they differ.
    Same,
    /// `⌊(input + padding - span) / stride⌋ + 1` of (input, padding in all, span, stride).
    Window,
}

impl Operation {
    /// The result for numbers; `None` where it is undefined or larger than any size may be.
    pub(crate) fn of_numbers(self, operands: &[u64]) -> Option<u64> {
        let result = match (self, operands) {
            (Self::Sum, all) => all.iter().try_fold(0_u64, |sum, &next| sum.checked_add(next)),
            (Self::Product, all) => all.iter().try_fold(1_u64, |product, &next| product.checked_mul(next)),
            (Self::Difference, &[a, b]) => a.checked_sub(b),
            (Self::Quotient, &[a, b]) => a.checked_div(b),
            (Self::QuotientUp, &[a, b]) => (b > 0).then(|| a.div_ceil(b)),
            (Self::Same, [first, rest @ ..]) => rest.iter().all(|next| next == first).then_some(*first),
            (Self::Span, &[kernel, dilation]) => kernel.checked_sub(1)?.checked_mul(dilation)?.checked_add(1),
            (Self::Window, &[input, padding, span, stride]) => {
                input.checked_add(padding)?.checked_sub(span)?.checked_div(stride)?.checked_add(1)
            }
            _ => unreachable!("{self:?} of {} operands", operands.len()),
        };
        result.filter(|&value| value <= LARGEST)
    }

    /// The result for any dimensions; `None` where it is undefined, which some rule has then reported.
    pub(crate) fn of(self, operands: &[Dimension]) -> Option<Dimension> {
        if operands.contains_free() {
            return Some(Dimension::Free);
        }
        if let Some(numbers) = operands.iter().map(Dimension::literal).collect::<Option<Vec<_>>>() {
            return self.of_numbers(&numbers).map(Dimension::Literal);
        }
        if operands.iter().any(|operand| matches!(operand, Dimension::Parameter(_))) {
            return Formula::apply(self, operands)?.dimension();
        }
        if let Some(simple) = self.simplified(operands) {
            return Some(simple);
        }
        Some(Dimension::Constant(self.tokens(operands)))
    }

    /// Whether it is a product of sums that has more terms than a formula may have.
    pub(crate) fn is_too_long(self, operands: &[Dimension]) -> bool {
        self == Self::Product && Formula::is_too_long(operands)
    }

    /// The operation as a person writes it, and why it has no value.
    pub(crate) fn lack(self, operands: &[Dimension]) -> (String, String) {
        let text = |operand: &Dimension| match operand {
            Dimension::Literal(value) => value.to_string(),
            Dimension::Parameter(formula) => {
                let text = formula.to_string();
                if text.contains(' ') { format!("({text})") } else { text }
            }
            Dimension::Constant(_) | Dimension::Free => "_".to_owned(),
        };
        let all: Vec<String> = operands.iter().map(text).collect();
        let written = match (self, all.as_slice()) {
            (Self::Sum, all) => all.join(" + "),
            (Self::Product, all) => all.join(" * "),
            (Self::Difference, all) => all.join(" - "),
            (Self::Quotient | Self::QuotientUp, all) => all.join(" / "),
            (Self::Span, [kernel, dilation]) => format!("{dilation} * ({kernel} - 1) + 1"),
            (Self::Window, [input, padding, span, stride]) => format!("({input} + {padding} - {span}) / {stride} + 1"),
            (_, all) => all.join(", "),
        };
        let numbers: Option<Vec<u64>> = operands.iter().map(Dimension::literal).collect();
        let why = match (self, numbers.as_deref()) {
            (Self::Difference, Some([a, b])) if a < b => "below zero".to_owned(),
            (Self::Quotient | Self::QuotientUp, Some([_, 0])) => "divided by zero".to_owned(),
            _ if self.is_too_long(operands) => format!("multiplied out to more than {MOST_TERMS} products"),
            _ => format!("above {LARGEST}"),
        };
        (written, why)
    }

    /// Equalities that hold whatever the value: `1 · x` and `x + 0` are `x`, and so is `h + 2 - 3 + 1`.
    fn simplified(self, operands: &[Dimension]) -> Option<Dimension> {
        match (self, operands) {
            (Self::Window, [input, Dimension::Literal(padding), Dimension::Literal(span), Dimension::Literal(1)]) => {
                (padding + 1 == *span).then(|| input.clone())
            }
            (Self::Quotient | Self::QuotientUp, [a, Dimension::Literal(1)]) => Some(a.clone()),
            (Self::Difference, [a, Dimension::Literal(0)]) => Some(a.clone()),
            (Self::Same, [first, rest @ ..]) => rest.iter().all(|next| next == first).then(|| first.clone()),
            (Self::Sum, all) => only_other(all, 0),
            (Self::Product, all) => only_other(all, 1),
            _ => None,
        }
    }

    /// The call that computes it in a constant.
    pub(crate) fn tokens(self, operands: &[Dimension]) -> TokenStream {
        self.call(&operands.iter().map(Dimension::tokens).collect::<Vec<_>>())
    }

    /// The call of the operation on tokens.
    pub(super) fn call(self, operands: &[TokenStream]) -> TokenStream {
        let (name, listed) = match self {
            Self::Sum => ("sum", true),
            Self::Product => ("product", true),
            Self::Difference => ("difference", false),
            Self::Quotient => ("quotient", false),
            Self::QuotientUp => ("quotient_up", false),
            Self::Same => ("same", true),
            Self::Span => ("span", false),
            Self::Window => ("window", false),
        };
        let function = paths::checked(name, Span::call_site());
        if listed { quote!(#function(&[#(#operands),*])) } else { quote!(#function(#(#operands),*)) }
    }
}

impl Operation {
    /// The type of `plumbline::shape` that calculates it.
    pub(super) fn kind(self) -> &'static str {
        match self {
            Self::Sum => "Sum",
            Self::Product => "Product",
            Self::Difference => "Difference",
            Self::Quotient => "Quotient",
            Self::QuotientUp => "QuotientUp",
            Self::Span | Self::Same | Self::Window => {
                unreachable!("a formula is written by sums, products and quotients")
            }
        }
    }
}

/// The one operand that is not the literal `neutral`, where there is one alone.
fn only_other(operands: &[Dimension], neutral: u64) -> Option<Dimension> {
    let mut others = operands.iter().filter(|operand| operand.literal() != Some(neutral));
    let other = others.next()?;
    others.next().is_none().then(|| other.clone())
}

trait ContainsFree {
    fn contains_free(&self) -> bool;
}

impl ContainsFree for [Dimension] {
    fn contains_free(&self) -> bool {
        self.iter().any(|dimension| matches!(dimension, Dimension::Free))
    }
}
