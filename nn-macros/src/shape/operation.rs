//! The operations that sizes are calculated by: on numbers, and as calls into `plumbline::check` for the compiler.

use proc_macro2::{Span, TokenStream};
use quote::quote;

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
