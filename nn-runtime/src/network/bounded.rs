//! Which gradients a backward pass knows to be bounded, so that an optimizer need not look at them.

use std::sync::atomic::{AtomicBool, Ordering};

/// For each tensor, whether all its numbers are known to be finite and at most [`WITHIN`](crate::kernels::optimizer::WITHIN) in magnitude.
#[derive(Debug, Default)]
pub(super) struct Bounded(Vec<AtomicBool>);

impl Bounded {
    /// Nothing is known of `tensors` tensors.
    pub(super) fn new(tensors: usize) -> Self {
        Bounded((0..tensors).map(|_| AtomicBool::new(false)).collect())
    }

    pub(super) fn is_bounded(&self, tensor: usize) -> bool {
        self.0.get(tensor).is_some_and(|flag| flag.load(Ordering::Relaxed))
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.0.iter_mut().for_each(|flag| *flag.get_mut() = false);
    }

    pub(super) fn flags(&self) -> Flags<'_> {
        Flags(&self.0)
    }
}

impl Clone for Bounded {
    fn clone(&self) -> Self {
        Bounded(self.0.iter().map(|flag| AtomicBool::new(flag.load(Ordering::Relaxed))).collect())
    }
}

/// The flags of some consecutive tensors.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flags<'a>(&'a [AtomicBool]);

impl Flags<'static> {
    pub(super) const NONE: Self = Flags(&[]);
}

impl Flags<'_> {
    pub(super) fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// Those of the first `tensors`, and the others.
    pub(super) fn split_at(self, tensors: usize) -> (Self, Self) {
        let (first, second) = self.0.split_at(tensors.min(self.0.len()));
        (Flags(first), Flags(second))
    }

    pub(super) fn set_first(self) {
        if let Some(flag) = self.0.first() {
            flag.store(true, Ordering::Relaxed);
        }
    }

    pub(super) fn clear(self) {
        self.0.iter().for_each(|flag| flag.store(false, Ordering::Relaxed));
    }
}
