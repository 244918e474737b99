//! Sizes of operands and of memory, whose products never wrap around.

/// The most numbers that any memory holds of one kind, and the farthest that positions lie apart. So many, a few times added up, overflow
/// neither `usize` nor `isize`.
pub(super) const MOST: usize = isize::MAX as usize / 8;

/// The product of sizes: how many numbers they take up.
///
/// # Panics
///
/// Where no memory holds as many. Slices are compared with such a product before a tile reads from them, so it must not wrap around.
#[inline]
pub(super) fn count(sizes: &[usize]) -> usize {
    let product = sizes.iter().try_fold(1_usize, |product, &size| product.checked_mul(size));
    product
        .filter(|&product| product <= MOST)
        .unwrap_or_else(|| panic!("expected sizes whose product memory can hold, found {sizes:?}"))
}
