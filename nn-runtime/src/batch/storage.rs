//! What holds the numbers of a batch.

use std::ops::Deref;

/// The numbers of a batch of its own, and the lengths of its samples: what [`Batch`](crate::Batch) holds unless it says otherwise.
///
/// ```
/// use plumbline::{Batch, Const, batch::Owned};
/// let batch: Batch<(Const<2>,), f32, Owned<f32>> = Batch::zeros(3);
/// assert_eq!(batch.as_slice().len(), 6);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Owned<E> {
    pub(super) numbers: Vec<E>,
    /// Empty where all samples are full.
    pub(super) lengths: Vec<usize>,
}

/// The numbers of a borrowed batch, and the lengths of its samples: what [`BatchView`](crate::BatchView) holds.
///
/// ```
/// use plumbline::{Batch, Const, batch::Borrowed};
/// let batch = Batch::<(Const<2>,)>::zeros(3);
/// let view: Batch<(Const<2>,), f32, Borrowed<'_, f32>> = batch.rows(1..3);
/// assert_eq!(view.samples(), 2);
/// ```
#[derive(Debug, PartialEq)]
pub struct Borrowed<'a, E> {
    pub(super) numbers: &'a [E],
    /// Empty where all samples are full.
    pub(super) lengths: &'a [usize],
}

// Derived, these would ask the same of `E`.
impl<E> Clone for Borrowed<'_, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E> Copy for Borrowed<'_, E> {}

impl<E> Deref for Owned<E> {
    type Target = [E];

    fn deref(&self) -> &[E] {
        &self.numbers
    }
}

impl<E> Deref for Borrowed<'_, E> {
    type Target = [E];

    fn deref(&self) -> &[E] {
        self.numbers
    }
}

/// What can hold the numbers and lengths of a batch.
pub(super) trait Storage {
    /// The lengths of the samples, or none where all are full.
    fn lengths(&self) -> &[usize];
}

impl<E> Storage for Owned<E> {
    fn lengths(&self) -> &[usize] {
        &self.lengths
    }
}

impl<E> Storage for Borrowed<'_, E> {
    fn lengths(&self) -> &[usize] {
        self.lengths
    }
}
