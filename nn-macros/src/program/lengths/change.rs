//! Layers that change lengths in the same way.

use crate::{
    layers::Change,
    shape::{Dimension, Operation},
};

impl Change {
    /// Whether both make the same of every length, as far as the macro knows: what padding adds, the span takes away.
    pub(crate) fn is_same(&self, other: &Change) -> bool {
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
