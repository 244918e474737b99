//! Arithmetic on sizes. A result that cannot be calculated says why, and so does what is calculated from it.

use super::value::{BELOW_ZERO, BY_ZERO, FREE, LARGEST, REPORTED, TOO_LARGE, of_operands};

/// Sizes above the largest have no value.
const fn bounded(size: Option<usize>) -> usize {
    match size {
        Some(size) if size <= LARGEST => size,
        _ => TOO_LARGE,
    }
}

/// `a + b + …`
///
/// ```
/// # use plumbline::{check::sum, shape::FREE};
/// assert_eq!(sum(&[3, 4]), 7);
/// assert_eq!(sum(&[3, FREE]), FREE);
/// ```
pub const fn sum(sizes: &[usize]) -> usize {
    if let Some(other) = of_operands(sizes) {
        return other;
    }
    let (mut total, mut index) = (0_usize, 0);
    while index < sizes.len() && total <= LARGEST {
        total = bounded(total.checked_add(sizes[index]));
        index += 1;
    }
    total
}

/// `a · b · …`; with a factor of 0 it is 0.
///
/// ```
/// # use plumbline::check::product;
/// assert_eq!(product(&[16, 5, 5]), 400);
/// assert_eq!(product(&[1 << 20, 1 << 20, 0]), 0);
/// ```
pub const fn product(sizes: &[usize]) -> usize {
    if let Some(other) = of_operands(sizes) {
        return other;
    }
    let (mut total, mut index) = (1_usize, 0);
    while index < sizes.len() {
        if sizes[index] == 0 {
            return 0;
        }
        if total <= LARGEST {
            total = bounded(total.checked_mul(sizes[index]));
        }
        index += 1;
    }
    total
}

/// `a - b`; [`BELOW_ZERO`] where `b` is larger.
///
/// ```
/// # use plumbline::check::{BELOW_ZERO, difference};
/// assert_eq!(difference(7, 3), 4);
/// assert_eq!(difference(3, 7), BELOW_ZERO);
/// ```
pub const fn difference(a: usize, b: usize) -> usize {
    match of_operands(&[a, b]) {
        Some(other) => other,
        None if a < b => BELOW_ZERO,
        None => a - b,
    }
}

/// `⌊a / b⌋`; [`BY_ZERO`] for `b = 0`.
///
/// ```
/// # use plumbline::check::{BY_ZERO, quotient};
/// assert_eq!(quotient(7, 2), 3);
/// assert_eq!(quotient(7, 0), BY_ZERO);
/// ```
pub const fn quotient(a: usize, b: usize) -> usize {
    match of_divided(a, b) {
        Some(other) => other,
        None => a / b,
    }
}

/// `⌈a / b⌉`; [`BY_ZERO`] for `b = 0`.
///
/// ```
/// # use plumbline::check::quotient_up;
/// assert_eq!(quotient_up(7, 2), 4);
/// ```
pub const fn quotient_up(a: usize, b: usize) -> usize {
    match of_divided(a, b) {
        Some(other) => other,
        None => a.div_ceil(b),
    }
}

/// What a quotient is for the sake of its operands alone. Nothing is divided by zero, not even what is free.
const fn of_divided(a: usize, b: usize) -> Option<usize> {
    match of_operands(&[a, b]) {
        None | Some(FREE) if b == 0 => Some(BY_ZERO),
        other => other,
    }
}

/// The size that all have; [`REPORTED`] where they differ, for which there is a condition of its own.
///
/// ```
/// # use plumbline::check::{REPORTED, same};
/// assert_eq!(same(&[6, 6]), 6);
/// assert_eq!(same(&[6, 7]), REPORTED);
/// ```
pub const fn same(sizes: &[usize]) -> usize {
    if let Some(other) = of_operands(sizes) {
        return other;
    }
    let mut index = 1;
    while index < sizes.len() {
        if sizes[index] != sizes[0] {
            return REPORTED;
        }
        index += 1;
    }
    if sizes.is_empty() { REPORTED } else { sizes[0] }
}

/// `dilation · (kernel - 1) + 1`: how many elements of an axis a dilated kernel spans.
///
/// ```
/// # use plumbline::check::span;
/// assert_eq!(span(3, 2), 5);
/// ```
pub const fn span(kernel: usize, dilation: usize) -> usize {
    sum(&[product(&[difference(kernel, 1), dilation]), 1])
}

/// `⌊(input + padding - span) / stride⌋ + 1`: how many places a window has on an axis, padding counted on both sides.
///
/// ```
/// # use plumbline::check::{BELOW_ZERO, window};
/// assert_eq!(window(28, 4, 5, 1), 28);
/// assert_eq!(window(5, 0, 7, 1), BELOW_ZERO);
/// ```
pub const fn window(input: usize, padding: usize, span: usize, stride: usize) -> usize {
    sum(&[quotient(difference(sum(&[input, padding]), span), stride), 1])
}

/// The size; [`REPORTED`] where its condition does not hold.
///
/// ```
/// # use plumbline::check::{REPORTED, guarded};
/// assert_eq!(guarded(true, 3), 3);
/// assert_eq!(guarded(false, 3), REPORTED);
/// ```
pub const fn guarded(condition: bool, size: usize) -> usize {
    if condition { size } else { REPORTED }
}
