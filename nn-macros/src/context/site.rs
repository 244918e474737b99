//! The site of a fault: the stage under check, the values that it takes, and what came of asking for a condition there.

use proc_macro2::TokenStream;

use super::constants::guarded;
use crate::report::{Received, Reported};
use crate::shape::{Dimension, Shape};

/// A value that a stage takes.
#[derive(Clone)]
pub(crate) struct Value {
    /// How messages call where it comes from: `` `pool2` ``, `the input`.
    pub(crate) from: String,
    /// What a note on it underlines; `None` for an input.
    pub(crate) producer: Option<(String, TokenStream)>,
    /// The node whose value it is, by its name, where it has one.
    pub(crate) node: Option<String>,
    pub(crate) shape: Shape,
}

impl Value {
    /// What a message says of it.
    pub(crate) fn received(&self) -> Received {
        Received { shape: self.shape.clone(), from: self.from.clone() }
    }
}

/// A stage under check.
#[derive(Clone)]
pub(crate) struct Site {
    /// The layer of the same kind over images, of one over signals, or the other way round.
    pub(crate) counterpart: Option<&'static str>,
    /// How messages call it: its node's name, or its kind.
    pub(crate) subject: String,
    /// What an error about it underlines.
    pub(crate) tokens: TokenStream,
}

/// What came of asking for a condition.
pub(crate) enum Answer {
    Holds,
    /// The fault is noted.
    Fails(Reported),
    /// The compiler decides; a named constant of type `bool`.
    Deferred(TokenStream),
}

impl Answer {
    /// The shape where the condition holds; a size stays unknown where the compiler finds that it does not.
    pub(crate) fn guard(self, shape: Shape) -> Result<Shape, Reported> {
        match self {
            Self::Holds => Ok(shape),
            Self::Fails(reported) => Err(reported),
            Self::Deferred(condition) => {
                Ok(shape.into_iter().map(|dimension| guarded(&condition, dimension)).collect())
            }
        }
    }

    /// The same of a single size.
    pub(crate) fn guard_size(self, size: Dimension) -> Result<Dimension, Reported> {
        match self {
            Self::Holds => Ok(size),
            Self::Fails(reported) => Err(reported),
            Self::Deferred(condition) => Ok(guarded(&condition, size)),
        }
    }

    /// Whether the condition holds, as far as the macro can tell.
    pub(crate) fn holds(&self) -> Result<(), Reported> {
        match self {
            Self::Fails(reported) => Err(*reported),
            Self::Holds | Self::Deferred(_) => Ok(()),
        }
    }
}
