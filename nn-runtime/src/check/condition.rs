//! Conditions on sizes; what is unknown satisfies all of them.

use super::{LARGEST, UNKNOWN, product};

/// `a = b`
///
/// ```
/// # use nn_runtime::check::{UNKNOWN, equal};
/// assert!(equal(3, 3) && !equal(3, 4) && equal(3, UNKNOWN));
/// ```
pub const fn equal(a: usize, b: usize) -> bool {
    a == b || a == UNKNOWN || b == UNKNOWN
}

/// `a ≤ b`
///
/// ```
/// # use nn_runtime::check::{UNKNOWN, at_most};
/// assert!(at_most(3, 4) && !at_most(4, 3) && at_most(UNKNOWN, 3));
/// ```
pub const fn at_most(a: usize, b: usize) -> bool {
    a <= b || a == UNKNOWN
}

/// `a` divides `b`.
///
/// ```
/// # use nn_runtime::check::{UNKNOWN, divides};
/// assert!(divides(3, 6) && !divides(4, 6) && !divides(0, 6) && divides(3, UNKNOWN));
/// ```
pub const fn divides(a: usize, b: usize) -> bool {
    a == UNKNOWN || b == UNKNOWN || (a != 0 && b.is_multiple_of(a))
}

/// The product of the sizes is at most [`LARGEST`].
///
/// ```
/// # use nn_runtime::check::{UNKNOWN, holdable};
/// assert!(holdable(&[1 << 16, 1 << 15]) && !holdable(&[1 << 16, 1 << 16, 2]) && holdable(&[UNKNOWN, 2]));
/// ```
pub const fn holdable(sizes: &[usize]) -> bool {
    let (mut index, mut known) = (0, true);
    while index < sizes.len() {
        known &= sizes[index] <= LARGEST;
        index += 1;
    }
    !known || product(sizes) != UNKNOWN
}

/// Every size is known: none is free.
///
/// ```
/// # use nn_runtime::check::{UNKNOWN, is_known};
/// assert!(is_known(&[1, 28]) && !is_known(&[1, UNKNOWN]));
/// ```
pub const fn is_known(sizes: &[usize]) -> bool {
    let (mut index, mut known) = (0, true);
    while index < sizes.len() {
        known &= sizes[index] != UNKNOWN;
        index += 1;
    }
    known
}

/// The shapes have equally many axes, and equal sizes. A vector `b` of unknown size is a shape that a reported fault left unknown.
///
/// ```
/// # use nn_runtime::check::{UNKNOWN, same_shape};
/// assert!(same_shape(&[1, 28], &[1, UNKNOWN]) && !same_shape(&[28], &[1, 28]) && !same_shape(&[2], &[3]));
/// assert!(same_shape(&[1, 28], &[UNKNOWN]));
/// ```
pub const fn same_shape(a: &[usize], b: &[usize]) -> bool {
    if b.len() == 1 && b[0] == UNKNOWN {
        return true;
    }
    let (mut index, mut same) = (0, a.len() == b.len());
    while same && index < a.len() {
        same = equal(a[index], b[index]);
        index += 1;
    }
    same
}
