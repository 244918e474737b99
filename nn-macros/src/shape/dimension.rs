//! One dimension, and the list of them that is a shape.

use proc_macro2::TokenStream;
use quote::quote;

use super::Formula;

/// The shape of a value, without the batch axis.
pub(crate) type Shape = Vec<Dimension>;

/// How many elements an axis has, or a size that a layer was given: a kernel, a stride.
#[derive(Clone, Debug)]
pub(crate) enum Dimension {
    /// A number that the macro knows.
    Literal(u64),
    /// Tokens that evaluate to a `usize` in a constant; `usize::MAX` stands for a size that another fault left unknown.
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

    /// Whether only the running program knows the size.
    pub(crate) fn is_free(&self) -> bool {
        match self {
            Self::Parameter(formula) => formula.is_free(),
            Self::Free => true,
            Self::Literal(_) | Self::Constant(_) => false,
        }
    }

    /// An expression of type `usize`. `_` reads as the
    /// `usize::MAX` that the functions of `plumbline::check` pass on unseen.
    pub(crate) fn tokens(&self) -> TokenStream {
        match self {
            Self::Literal(value) => {
                let value = usize::try_from(*value).unwrap_or(usize::MAX);
                quote!(#value)
            }
            Self::Constant(tokens) => tokens.clone(),
            Self::Parameter(formula) => formula.tokens(),
            Self::Free => quote!(::core::primitive::usize::MAX),
        }
    }
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
