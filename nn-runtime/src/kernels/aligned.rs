//! Numbers in memory that begins at a cache line.

use std::{
    marker::PhantomData,
    ops::{Deref, DerefMut},
};

use crate::kernels::Element;

/// Elements, the first at a multiple of 64 bytes, so that no register's load from a row of whole registers crosses a cache line.
///
/// Where the first lies follows from the type alone, so that a clone, and memory that has grown, hold the same elements at the same indices.
#[derive(Clone)]
pub(crate) struct Aligned<E> {
    /// At least as many bytes as `length` elements take up: [`lines`] counts them, and only [`Aligned::grow`] changes either.
    lines: Vec<Line>,
    length: usize,
    element: PhantomData<E>,
}

/// A cache line.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Line([u8; LINE]);

/// The bytes of a cache line.
pub(super) const LINE: usize = 64;

/// The cache lines that `length` elements take up.
///
/// # Panics
///
/// Where no memory can hold them.
pub(super) fn lines<E>(length: usize) -> usize {
    match try_lines::<E>(length) {
        Some(lines) => lines,
        None => panic!("expected a number of elements that memory can hold, found {length}"),
    }
}

/// The same; `None` where an address cannot count their bytes.
fn try_lines<E>(length: usize) -> Option<usize> {
    length.checked_mul(size_of::<E>()).map(|bytes| bytes.div_ceil(LINE))
}

// Derived, this would ask the same of the element.
impl<E> Default for Aligned<E> {
    fn default() -> Self {
        Aligned { lines: Vec::new(), length: 0, element: PhantomData }
    }
}

impl<E: Element> Aligned<E> {
    /// `length` zeros.
    ///
    /// # Panics
    ///
    /// Where no memory can hold them.
    pub(crate) fn zeros(length: usize) -> Self {
        Aligned { lines: vec![Line([0; LINE]); lines::<E>(length)], length, element: PhantomData }
    }

    /// Adds zeros, so that there are `length` elements at least.
    ///
    /// # Panics
    ///
    /// Where no memory can hold them.
    pub(crate) fn grow(&mut self, length: usize) {
        if length > self.length {
            let count = lines::<E>(length);
            if count > self.lines.len() {
                self.lines.resize(count, Line([0; LINE]));
            }
            self.length = length;
        }
    }

    /// `length` zeros; `None` where there is no memory for them.
    pub(crate) fn try_zeros(length: usize) -> Option<Self> {
        let count = try_lines::<E>(length)?;
        let mut lines = Vec::new();
        lines.try_reserve_exact(count).ok()?;
        lines.resize(count, Line([0; LINE]));
        Some(Aligned { lines, length, element: PhantomData })
    }
}

impl<E: Element> Deref for Aligned<E> {
    type Target = [E];

    #[inline(always)]
    fn deref(&self) -> &[E] {
        // SAFETY: `Element` is sealed to f32 and f64, whose alignment divides that of a line and for which every bit pattern is
        // valid. The lines have no padding and are initialized. `zeros`, `try_zeros` and `grow`, which alone set `length`, made as many of
        // them at least as `length` elements take up, counted without overflow.
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

    #[test]
    fn what_has_grown_holds_what_it_held_and_zeros() {
        let mut data = Aligned::<f64>::default();
        assert!(data.is_empty());
        for length in [1, 3, 8, 9, 1000, 2] {
            let before = data.to_vec();
            data.grow(length);
            assert_eq!(data.len(), before.len().max(length));
            assert_eq!(data[..before.len()], before);
            assert!(data[before.len()..].iter().all(|&x| x == 0.0));
            let last = data.len() - 1;
            data[last] = length as f64;
        }
    }

    #[test]
    #[should_panic(expected = "expected a number of elements that memory can hold, found 4611686018427387904")]
    #[cfg(target_pointer_width = "64")]
    fn more_elements_than_bytes_can_be_counted_for_are_refused() {
        // 2⁶² times four bytes would be none.
        Aligned::<f32>::zeros(1 << 62);
    }
}
