//! Memory that a thread keeps for its kernels.

use std::cell::RefCell;

use crate::kernels::{Element, aligned};

/// A cache line, so that the memory begins at one.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Line([u64; 8]);

const _: () = assert!(size_of::<Line>() == aligned::LINE, "a line is a line");

thread_local! {
    /// What is not in use now: one entry for each level of calls inside calls that there has been.
    static FREE: RefCell<Vec<Vec<Line>>> = const { RefCell::new(Vec::new()) };
}

/// Calls `f` with `length` numbers of this thread's memory, which hold anything. They grow to the largest length asked for and stay. `f` may
/// ask for more memory: it gets other.
///
/// # Panics
///
/// Where no memory can hold them.
pub(crate) fn with<E: Element, R>(length: usize, f: impl FnOnce(&mut [E]) -> R) -> R {
    let mut lines = FREE.with_borrow_mut(Vec::pop).unwrap_or_default();
    let count = aligned::lines::<E>(length);
    if lines.len() < count {
        lines.resize(count, Line([0; 8]));
    }
    // SAFETY: the lines are at least `count` × 64 initialized bytes, borrowed uniquely here and aligned to 64. `count` is the number that
    // `length` elements take up, counted without overflow, as a line here is as large as one there. `Element` is sealed to `f32` and
    // `f64`, which any bits are a value of.
    let numbers = unsafe { std::slice::from_raw_parts_mut(lines.as_mut_ptr().cast::<E>(), length) };
    let result = f(numbers);
    FREE.with_borrow_mut(|free| free.push(lines));
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "expected a number of elements that memory can hold, found 4611686018427387904")]
    #[cfg(target_pointer_width = "64")]
    fn more_elements_than_bytes_can_be_counted_for_are_refused() {
        // 2⁶² times four bytes would be none.
        with::<f32, _>(1 << 62, |_| ());
    }

    #[test]
    fn calls_inside_calls_get_memory_of_their_own_which_stays() {
        let places = || {
            with::<f32, _>(100, |outer| {
                outer.fill(1.0);
                let inner = with::<f64, _>(50, |inner| {
                    inner.fill(2.0);
                    inner.as_ptr().addr()
                });
                assert!(outer.iter().all(|&x| x == 1.0));
                (outer.as_ptr().addr(), inner)
            })
        };
        let first = places();
        assert_eq!(first, places());
        assert!(first.0 != first.1 && first.0.is_multiple_of(64) && first.1.is_multiple_of(64));
    }
}
