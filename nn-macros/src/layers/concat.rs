//! `concat`: two or more values that are equal but for one axis → one after the other along it.

/// Its sources, one after the other.
#[derive(Clone, Debug)]
pub(crate) struct Concat {
    /// Counted without the batch axis.
    pub(crate) axis: usize,
}
