//! What stands in place of a size that has no value, and why it has none.
//!
//! A size that only the running program knows is another thing: that is [`FREE`].

/// The [`SIZE`](crate::shape::Dimension::SIZE) of a dimension that is free. No array has an axis of this length. It is not what stands for a size
/// without a value, such as [`BELOW_ZERO`].
pub const FREE: usize = usize::MAX;

/// The largest number of elements that a shape may have, and the largest size of an axis.
///
/// ```
/// # use plumbline::check::{LARGEST, TOO_LARGE, product};
/// assert_eq!(product(&[LARGEST, 2]), TOO_LARGE);
/// ```
pub const LARGEST: usize = if usize::BITS > 32 { 1 << 32 } else { usize::MAX >> 1 };

/// In place of a size without a value where a check has reported already that there is none. It satisfies every condition, so
/// that one mistake makes one error.
///
/// ```
/// # use plumbline::check::{REPORTED, equal, holdable, sum};
/// assert_eq!(sum(&[3, REPORTED]), REPORTED);
/// assert!(equal(3, REPORTED) && holdable(&[3, REPORTED]));
/// ```
pub const REPORTED: usize = usize::MAX - 1;

/// In place of a difference that is less than zero.
///
/// ```
/// # use plumbline::check::{BELOW_ZERO, difference, product};
/// assert_eq!(difference(3, 7), BELOW_ZERO);
/// assert_eq!(product(&[2, BELOW_ZERO]), BELOW_ZERO);
/// ```
pub const BELOW_ZERO: usize = usize::MAX - 2;

/// In place of a quotient whose divisor is zero.
///
/// ```
/// # use plumbline::check::{BY_ZERO, quotient};
/// assert_eq!(quotient(3, 0), BY_ZERO);
/// ```
pub const BY_ZERO: usize = usize::MAX - 3;

/// In place of a size above [`LARGEST`].
///
/// ```
/// # use plumbline::check::{LARGEST, TOO_LARGE, sum};
/// assert_eq!(sum(&[LARGEST, 1]), TOO_LARGE);
/// ```
pub const TOO_LARGE: usize = usize::MAX - 4;

/// Whether it is the size of an axis: it has a value, which is no larger than [`LARGEST`], and it is not free.
///
/// Whatever takes sizes from types and reads memory by them must ask for this.
///
/// ```
/// # use plumbline::{check::{difference, is_size}, shape::FREE};
/// assert!(is_size(28) && !is_size(FREE) && !is_size(difference(1, 4)));
/// ```
pub const fn is_size(size: usize) -> bool {
    size <= LARGEST
}

/// What a calculation gives for the sake of its operands alone: nothing where all are sizes, else why one has no value, else
/// [`FREE`].
pub(super) const fn of_operands(sizes: &[usize]) -> Option<usize> {
    let (mut result, mut index) = (None, 0);
    while index < sizes.len() {
        let size = sizes[index];
        result = match (result, size) {
            (Some(REPORTED), _) | (_, REPORTED) => Some(REPORTED),
            (result, size) if is_size(size) => result,
            (None | Some(FREE), BELOW_ZERO | BY_ZERO | FREE) => Some(size),
            (None | Some(FREE), _) => Some(TOO_LARGE),
            (earlier, _) => earlier,
        };
        index += 1;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::{BELOW_ZERO, BY_ZERO, FREE, LARGEST, REPORTED, TOO_LARGE, is_size, of_operands};

    #[test]
    fn what_has_no_value_is_told_from_what_is_free() {
        let markers = [FREE, REPORTED, BELOW_ZERO, BY_ZERO, TOO_LARGE];
        for (index, marker) in markers.into_iter().enumerate() {
            assert!(!is_size(marker) && !markers[..index].contains(&marker));
            assert_eq!(of_operands(&[3, marker]), Some(marker));
        }
        assert!(is_size(0) && is_size(LARGEST) && !is_size(LARGEST + 1));
        assert_eq!(of_operands(&[0, 3, LARGEST]), None);
        assert_eq!(of_operands(&[LARGEST + 1]), Some(TOO_LARGE));
        assert_eq!(of_operands(&[FREE, 3, BY_ZERO, BELOW_ZERO]), Some(BY_ZERO));
        assert_eq!(of_operands(&[FREE, BELOW_ZERO, REPORTED, BY_ZERO]), Some(REPORTED));
        assert_eq!(of_operands(&[BELOW_ZERO, FREE]), Some(BELOW_ZERO));
    }
}
