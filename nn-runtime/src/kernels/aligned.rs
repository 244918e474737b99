//! Numbers in memory that begins at a cache line.

use std::{
    marker::PhantomData,
    ops::{Deref, DerefMut},
};

use crate::Element;

/// A fixed number of elements, the first at a multiple of 64 bytes, so that no register's load from a row of whole registers
/// crosses a cache line.
#[derive(Clone)]
pub(crate) struct Aligned<E> {
    lines: Vec<Line>,
    length: usize,
    element: PhantomData<E>,
}

/// A cache line.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Line([u8; 64]);

impl<E: Element> Aligned<E> {
    /// `length` zeros.
    pub(crate) fn zeros(length: usize) -> Self {
        let lines = vec![Line([0; 64]); (length * size_of::<E>()).div_ceil(size_of::<Line>())];
        Aligned { lines, length, element: PhantomData }
    }

    /// `length` zeros; `None` where there is no memory for them.
    pub(crate) fn try_zeros(length: usize) -> Option<Self> {
        let count = length.checked_mul(size_of::<E>())?.div_ceil(size_of::<Line>());
        let mut lines = Vec::new();
        lines.try_reserve_exact(count).ok()?;
        lines.resize(count, Line([0; 64]));
        Some(Aligned { lines, length, element: PhantomData })
    }
}

impl<E: Element> Deref for Aligned<E> {
    type Target = [E];

    #[inline(always)]
    fn deref(&self) -> &[E] {
        // SAFETY: `Element` is sealed to f32 and f64, whose alignment divides that of a line and for which every bit pattern is
        // valid. The lines, which have no padding and are initialized, hold `length` elements at least.
        unsafe { std::slice::from_raw_parts(self.lines.as_ptr().cast(), self.length) }
    }
}

impl<E: Element> DerefMut for Aligned<E> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [E] {
        // SAFETY: as for `deref`; the lines are borrowed mutably and any elements are valid bytes.
        unsafe { std::slice::from_raw_parts_mut(self.lines.as_mut_ptr().cast(), self.length) }
    }
}

/// The length alone: a layer's thousands of numbers would hide what else there is to see.
impl<E> std::fmt::Debug for Aligned<E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} numbers", self.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_begin_at_a_cache_line_and_clones_are_equal() {
        for length in [0, 1, 15, 16, 17, 1000] {
            let mut data = Aligned::<f32>::zeros(length);
            assert_eq!(*data, vec![0.0; length]);
            data.iter_mut().enumerate().for_each(|(i, x)| *x = i as f32);
            let copy = data.clone();
            assert_eq!(*copy, *data);
            assert!(length == 0 || copy.as_ptr().addr().is_multiple_of(64));
            assert_eq!(Aligned::<f64>::zeros(length).len(), length);
            assert_eq!(*Aligned::<f64>::try_zeros(length).unwrap(), vec![0.0; length]);
        }
        for length in [usize::MAX, usize::MAX / 4, usize::MAX / 8, usize::MAX / 64] {
            assert!(Aligned::<f32>::try_zeros(length).is_none() && Aligned::<f64>::try_zeros(length).is_none());
        }
    }
}
