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
    /// Arithmetic on the network's dimension parameters.
    Parameter(Formula),
    /// Known only when the program runs.
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

    /// A constant expression of type `usize`. A free dimension has no value before the program runs: it reads as the
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
