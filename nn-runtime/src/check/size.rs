//! Arithmetic on sizes.

/// A size that is not known, because what it is computed from has a fault; the value of a free dimension, too.
///
/// ```
/// # use nn_runtime::check::{UNKNOWN, product};
/// assert_eq!(product(&[3, UNKNOWN]), UNKNOWN);
/// ```
pub const UNKNOWN: usize = usize::MAX;

/// The largest number of elements that a shape may have.
///
/// ```
/// # use nn_runtime::check::{LARGEST, UNKNOWN, product};
/// assert_eq!(product(&[LARGEST, 2]), UNKNOWN);
/// ```
pub const LARGEST: usize = if usize::BITS > 32 { 1 << 32 } else { usize::MAX >> 1 };

/// Sizes above the largest count as unknown.
const fn bounded(size: Option<usize>) -> usize {
    match size {
        Some(size) if size <= LARGEST => size,
        _ => UNKNOWN,
    }
}

/// `a + b + …`
///
/// ```
/// # use nn_runtime::check::{UNKNOWN, sum};
/// assert_eq!(sum(&[3, 4]), 7);
/// assert_eq!(sum(&[3, UNKNOWN]), UNKNOWN);
/// ```
pub const fn sum(sizes: &[usize]) -> usize {
    let (mut total, mut index) = (0_usize, 0);
    while index < sizes.len() {
        total = bounded(total.checked_add(sizes[index]));
        index += 1;
    }
    total
}

/// `a · b · …`
///
/// ```
/// # use nn_runtime::check::product;
/// assert_eq!(product(&[16, 5, 5]), 400);
/// ```
pub const fn product(sizes: &[usize]) -> usize {
    let (mut total, mut index) = (1_usize, 0);
    let mut unknown = false;
    while index < sizes.len() {
        unknown |= sizes[index] == UNKNOWN;
        total = bounded(total.checked_mul(sizes[index]));
        index += 1;
    }
    if unknown { UNKNOWN } else { total }
}

/// `a - b`; unknown below 0.
///
/// ```
/// # use nn_runtime::check::{UNKNOWN, difference};
/// assert_eq!(difference(7, 3), 4);
/// assert_eq!(difference(3, 7), UNKNOWN);
/// ```
pub const fn difference(a: usize, b: usize) -> usize {
    if a == UNKNOWN || b == UNKNOWN { UNKNOWN } else { bounded(a.checked_sub(b)) }
}

/// `⌊a / b⌋`; unknown for `b = 0`.
///
/// ```
/// # use nn_runtime::check::quotient;
/// assert_eq!(quotient(7, 2), 3);
/// ```
pub const fn quotient(a: usize, b: usize) -> usize {
    if a == UNKNOWN || b == UNKNOWN { UNKNOWN } else { bounded(a.checked_div(b)) }
}

/// `⌈a / b⌉`; unknown for `b = 0`.
///
/// ```
/// # use nn_runtime::check::quotient_up;
/// assert_eq!(quotient_up(7, 2), 4);
/// ```
pub const fn quotient_up(a: usize, b: usize) -> usize {
    if a == UNKNOWN || b == UNKNOWN || b == 0 { UNKNOWN } else { bounded(Some(a.div_ceil(b))) }
}

/// The size that all have; unknown where they differ.
///
/// ```
/// # use nn_runtime::check::{UNKNOWN, same};
/// assert_eq!(same(&[6, 6]), 6);
/// assert_eq!(same(&[6, 7]), UNKNOWN);
/// ```
pub const fn same(sizes: &[usize]) -> usize {
    let mut index = 1;
    while index < sizes.len() {
        if sizes[index] != sizes[0] {
            return UNKNOWN;
        }
        index += 1;
    }
    if sizes.is_empty() { UNKNOWN } else { sizes[0] }
}

/// `dilation · (kernel - 1) + 1`: how many elements of an axis a dilated kernel spans.
///
/// ```
/// # use nn_runtime::check::span;
/// assert_eq!(span(3, 2), 5);
/// ```
pub const fn span(kernel: usize, dilation: usize) -> usize {
    sum(&[product(&[difference(kernel, 1), dilation]), 1])
}

/// `⌊(input + padding - span) / stride⌋ + 1`: how many places a window has on an axis, padding counted on both sides.
///
/// ```
/// # use nn_runtime::check::{UNKNOWN, window};
/// assert_eq!(window(28, 4, 5, 1), 28);
/// assert_eq!(window(5, 0, 7, 1), UNKNOWN);
/// ```
pub const fn window(input: usize, padding: usize, span: usize, stride: usize) -> usize {
    sum(&[quotient(difference(sum(&[input, padding]), span), stride), 1])
}

/// The size, or unknown where its condition does not hold.
///
/// ```
/// # use nn_runtime::check::{UNKNOWN, guarded};
/// assert_eq!(guarded(true, 3), 3);
/// assert_eq!(guarded(false, 3), UNKNOWN);
/// ```
pub const fn guarded(condition: bool, size: usize) -> usize {
    if condition { size } else { UNKNOWN }
}
