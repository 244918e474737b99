//! One dimension, and the list of them that is a shape.

use proc_macro2::{Span, TokenStream};
use quote::quote;

use super::formula::Formula;
use crate::paths;

/// The shape of a value, without the batch axis.
pub(crate) type Shape = Vec<Dimension>;

/// How many elements an axis has, or a size that a layer was given: a kernel, a stride.
#[derive(Clone, Debug)]
pub(crate) enum Dimension {
    /// A number that the macro knows.
    Literal(u64),
    /// Tokens that evaluate to a `usize` in a constant, or to what `plumbline::check` has in place of a size without a value.
    Constant(TokenStream),
    /// Arithmetic on the network's dimension parameters, and on sizes that only the running program knows.
    Parameter(Formula),
    /// `_` where a value is described: any size that only the running program knows.
    Free,
}

impl Dimension {
    /// The number, where the macro knows it.
    pub(crate) fn literal(&self) -> Option<u64> {
        match self {
            Self::Literal(value) => Some(*value),
            _ => None,
        }
    }

    /// Whether it is a number, a parameter or a free size as it was written or came in: nothing was calculated.
    pub(crate) fn is_written(&self) -> bool {
        match self {
            Self::Literal(_) | Self::Free => true,
            Self::Constant(_) => false,
            Self::Parameter(formula) => formula.is_written(),
        }
    }

    /// Whether only the running program knows the size.
    pub(crate) fn is_free(&self) -> bool {
        match self {
            Self::Parameter(formula) => formula.is_free(),
            Self::Free => true,
            Self::Literal(_) | Self::Constant(_) => false,
        }
    }

    /// Whether it is calculated from the running program's list of sizes.
    pub(crate) fn is_listed(&self) -> bool {
        matches!(self, Self::Parameter(formula) if formula.is_free())
    }

    /// The dimension that a formula is; `None` where it is a number below zero or beyond all bounds.
    pub(super) fn of(formula: Formula) -> Option<Self> {
        match formula.value() {
            Some(value) => u64::try_from(value).ok().map(Self::Literal),
            None if formula.is_constant() => Some(Self::Constant(formula.tokens())),
            None => Some(Self::Parameter(formula)),
        }
    }

    /// The dimension as a formula; `None` for a free one.
    pub(super) fn formula(&self) -> Option<Formula> {
        match self {
            Self::Literal(value) => Some(Formula::number(i128::from(*value))),
            Self::Constant(tokens) => Some(Formula::constant(tokens)),
            Self::Parameter(formula) => Some(formula.clone()),
            Self::Free => None,
        }
    }

    /// An expression of type `usize`, or what stands in place of a size.
    pub(crate) fn tokens(&self) -> TokenStream {
        match self {
            Self::Literal(value) => match usize::try_from(*value) {
                Ok(value) => quote!(#value),
                Err(_) => paths::checked("TOO_LARGE", Span::call_site()),
            },
            Self::Constant(tokens) => tokens.clone(),
            Self::Parameter(formula) => formula.tokens(),
            Self::Free => free(),
        }
    }
}

/// What stands for a size that only the running program knows.
pub(crate) fn free() -> TokenStream {
    let root = paths::plumbline();
    quote!(#root::shape::FREE)
}

/// Equal for certain: the same number, or the same expression. Two different expressions may still have the same value.
impl PartialEq for Dimension {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Literal(a), Self::Literal(b)) => a == b,
            (Self::Constant(a), Self::Constant(b)) => a.to_string() == b.to_string(),
            (Self::Parameter(a), Self::Parameter(b)) => a == b,
            _ => false,
        }
    }
}
