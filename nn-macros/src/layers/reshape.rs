//! `reshape([..])`: any shape → the given one, of as many elements.

use crate::shape::Shape;

/// The same elements in the same order under another shape.
#[derive(Clone, Debug)]
pub(crate) struct Reshape {
    pub(crate) shape: Shape,
}
