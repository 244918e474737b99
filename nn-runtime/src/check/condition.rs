//! Conditions on sizes. What has no value, or is free, satisfies all of them but those that ask for a value.

use super::{
    product,
    value::{FREE, LARGEST, REPORTED, is_size},
};

/// `a = b`
///
/// ```
/// # use plumbline::check::{REPORTED, equal};
/// assert!(equal(3, 3) && !equal(3, 4) && equal(3, REPORTED));
/// ```
pub const fn equal(a: usize, b: usize) -> bool {
    a == b || !is_size(a) || !is_size(b)
}

/// `a ≤ b`
///
/// ```
/// # use plumbline::check::{REPORTED, at_most};
/// assert!(at_most(3, 4) && !at_most(4, 3) && at_most(REPORTED, 3));
/// ```
pub const fn at_most(a: usize, b: usize) -> bool {
    a <= b || !is_size(a) || !is_size(b)
}

/// `a` divides `b`.
///
/// ```
/// # use plumbline::check::{REPORTED, divides};
/// assert!(divides(3, 6) && !divides(4, 6) && !divides(0, 6) && divides(3, REPORTED));
/// ```
pub const fn divides(a: usize, b: usize) -> bool {
    !is_size(a) || !is_size(b) || (a != 0 && b.is_multiple_of(a))
}

/// The size has a value from `least` to [`LARGEST`], or another check has reported that it has none.
///
/// ```
/// # use plumbline::{check::{BELOW_ZERO, REPORTED, within}, shape::FREE};
/// assert!(within(1, 28) && !within(1, 0) && within(1, REPORTED));
/// assert!(!within(0, BELOW_ZERO) && !within(0, FREE) && !within(0, 1 << 40));
/// ```
pub const fn within(least: usize, size: usize) -> bool {
    size == REPORTED || fits(least, size)
}

/// The number that a user wrote lies between `least` and [`LARGEST`]. Nothing stands in its place.
///
/// ```
/// # use plumbline::check::{REPORTED, fits};
/// assert!(fits(1, 28) && !fits(1, 0) && !fits(0, REPORTED) && !fits(0, usize::MAX));
/// ```
pub const fn fits(least: usize, number: usize) -> bool {
    least <= number && number <= LARGEST
}

/// The product of the sizes is at most [`LARGEST`], and each has a value, or another check has reported that it has none. What
/// is free is asked where it is known.
///
/// ```
/// # use plumbline::{check::{BELOW_ZERO, REPORTED, holdable}, shape::FREE};
/// assert!(holdable(&[1 << 16, 1 << 15]) && !holdable(&[1 << 16, 1 << 16, 2]));
/// assert!(holdable(&[REPORTED, 2]) && holdable(&[FREE, 2]) && !holdable(&[BELOW_ZERO, 2]));
/// ```
pub const fn holdable(sizes: &[usize]) -> bool {
    matches!(product(sizes), 0..=LARGEST | REPORTED | FREE)
}

/// No size is free.
///
/// ```
/// # use plumbline::{check::{BELOW_ZERO, is_known}, shape::FREE};
/// assert!(is_known(&[1, 28]) && !is_known(&[1, FREE]) && is_known(&[1, BELOW_ZERO]));
/// ```
pub const fn is_known(sizes: &[usize]) -> bool {
    let (mut index, mut known) = (0, true);
    while index < sizes.len() {
        known &= sizes[index] != FREE;
        index += 1;
    }
    known
}

/// The shapes have equally many axes, and equal sizes. A vector `b` of a size that is [`REPORTED`] is a shape of which nothing
/// is known.
///
/// ```
/// # use plumbline::check::{REPORTED, same_shape};
/// assert!(same_shape(&[1, 28], &[1, REPORTED]) && !same_shape(&[28], &[1, 28]) && !same_shape(&[2], &[3]));
/// assert!(same_shape(&[1, 28], &[REPORTED]));
/// ```
pub const fn same_shape(a: &[usize], b: &[usize]) -> bool {
    if b.len() == 1 && b[0] == REPORTED {
        return true;
    }
    let (mut index, mut same) = (0, a.len() == b.len());
    while same && index < a.len() {
        same = equal(a[index], b[index]);
        index += 1;
    }
    same
}
