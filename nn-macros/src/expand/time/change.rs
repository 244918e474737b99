//! What becomes of a length behind a layer that changes it.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};

use crate::{
    expand::types,
    layers::Change,
    names::NETWORK,
    shape::{Dimension, Operation},
};

impl Change {
    /// What becomes of a length.
    pub(super) fn value(&self, length: &impl ToTokens) -> TokenStream {
        match self {
            Change::Window { padding, span, stride } => {
                let [padding, span, stride] = [padding, span, stride].map(types::size);
                quote!(#NETWORK::window_length(#length, #padding, #span, #stride))
            }
            Change::Transposed { stride, reach, removed } => {
                let [stride, reach, removed] = [stride, reach, removed].map(types::size);
                quote!(#NETWORK::transposed_length(#length, #stride, #reach, #removed))
            }
        }
    }

    /// Whether a length is enough for the layer.
    pub(super) fn fits(&self, length: &Ident) -> TokenStream {
        match self {
            Change::Window { padding, span, .. } => {
                let [padding, span] = [padding, span].map(types::size);
                quote!(#NETWORK::window_fits(#length, #padding, #span))
            }
            Change::Transposed { stride, reach, removed } => {
                let [stride, reach, removed] = [stride, reach, removed].map(types::size);
                quote!(#NETWORK::transposed_fits(#length, #stride, #reach, #removed))
            }
        }
    }

    /// Whether both make the same of every length, as far as the macro knows: what padding adds, the span takes away.
    pub(super) fn is_same(&self, other: &Change) -> bool {
        let (Some((stride, more, less)), Some((other_stride, other_more, other_less))) =
            (self.by_stride(other), other.by_stride(self))
        else {
            return false;
        };
        let sum = |a: &Dimension, b: &Dimension| Operation::Sum.of(&[a.clone(), b.clone()]);
        let (one, another) = (sum(more, other_less), sum(other_more, less));
        stride == other_stride && one.is_some() && one == another
    }

    /// The stride, what is added to a length and what is taken away, where the other one is of the same kind.
    fn by_stride<'a>(&'a self, other: &Change) -> Option<(&'a Dimension, &'a Dimension, &'a Dimension)> {
        match (self, other) {
            (Change::Window { padding, span, stride }, Change::Window { .. }) => Some((stride, padding, span)),
            (Change::Transposed { stride, reach, removed }, Change::Transposed { .. }) => {
                Some((stride, reach, removed))
            }
            _ => None,
        }
    }
}
