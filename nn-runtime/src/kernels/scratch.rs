//! Memory that a thread keeps for its kernels.

use std::cell::Cell;

use crate::Element;

/// A cache line, so that the memory begins at one.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Line([u64; 8]);

thread_local! {
    static LINES: Cell<Vec<Line>> = const { Cell::new(Vec::new()) };
}

/// Calls `f` with `length` numbers of this thread's memory, which hold anything. They grow to the largest length asked for and stay.
pub(super) fn with<E: Element, R>(length: usize, f: impl FnOnce(&mut [E]) -> R) -> R {
    let mut lines = LINES.take();
    let count = (length * size_of::<E>()).div_ceil(size_of::<Line>());
    if lines.len() < count {
        lines.resize(count, Line([0; 8]));
    }
    // SAFETY: the lines are `count` × 64 initialized bytes, borrowed uniquely here, at least `length` × the size of E, and
    // aligned to 64; `Element` is sealed to `f32` and `f64`, which any bits are a value of.
    let numbers = unsafe { std::slice::from_raw_parts_mut(lines.as_mut_ptr().cast::<E>(), length) };
    let result = f(numbers);
    LINES.set(lines);
    result
}
