//! The symbols that options of a layer may name: the nodes above with what each offers, its weight to `tied = name`, its state to `state = name`.

use proc_macro2::TokenStream;

use crate::report::Reported;
use crate::shape::{Dimension, Shape};

/// A named node above, as options see it.
pub(crate) struct Symbol {
    pub(crate) name: String,
    /// What a note on it underlines.
    pub(crate) tokens: TokenStream,
    pub(crate) referent: Referent,
    /// Whether `contractive_penalty` reads it.
    pub(crate) encodes: bool,
}

/// What a node offers.
#[derive(Clone, Debug)]
pub(crate) enum Referent {
    /// The weight `[n, i]` of a dense layer, unless it has a fault.
    Weight(Result<Shape, Reported>),
    /// A dense layer that is itself tied to the layer of this name.
    TiedWeight {
        to: String,
    },
    /// The state of a recurrent layer of this kind, and its form unless it has a fault.
    State {
        kind: &'static str,
        form: Result<StateForm, Reported>,
    },
    Nothing,
}

/// The form of a recurrent layer's state.
#[derive(Clone, Debug)]
pub(crate) struct StateForm {
    pub(crate) kind: &'static str,
    pub(crate) units: Dimension,
    pub(crate) layers: usize,
    pub(crate) bidirectional: bool,
}
