//! Arithmetic that generated constants need, where the macro cannot do it because sizes are constants of the user's.

use crate::{
    Batch, Element, Shape, ShapeError,
    check::{BELOW_ZERO, BY_ZERO, REPORTED, TOO_LARGE},
    network::{Steps, memory::RowsRef},
    shape::FREE,
};
use std::ops::Deref;

/// Whether a number of a plan is to be counted: one that is free is not, nor one that has no value, which a check reports.
const fn counts(size: usize) -> bool {
    !matches!(size, FREE | REPORTED | BELOW_ZERO | BY_ZERO | TOO_LARGE)
}

/// The sum of sizes. What is free counts as nothing, and so does what has no value: that is reported elsewhere.
pub const fn total(sizes: &[usize]) -> usize {
    let (mut sum, mut i) = (0usize, 0);
    while i < sizes.len() {
        if counts(sizes[i]) {
            sum = sum.saturating_add(sizes[i]);
        }
        i += 1;
    }
    sum
}

/// Where things of these sizes begin that lie one after the other: the [`total`] of those before each.
///
/// ```
/// use plumbline::network::abi::offsets;
/// assert_eq!(offsets([5, 2, 4]), [0, 5, 7]);
/// ```
pub const fn offsets<const N: usize>(sizes: [usize; N]) -> [usize; N] {
    let (mut offsets, mut before, mut i) = ([0; N], 0, 0);
    while i < N {
        offsets[i] = before;
        before = total(&[before, sizes[i]]);
        i += 1;
    }
    offsets
}

/// The largest of sizes, counted as in [`total`].
pub const fn widest(sizes: &[usize]) -> usize {
    let (mut largest, mut i) = (0, 0);
    while i < sizes.len() {
        if counts(sizes[i]) && sizes[i] > largest {
            largest = sizes[i];
        }
        i += 1;
    }
    largest
}

/// A sum of products of sizes. A product counts as nothing where one of its sizes does, see [`total`].
pub const fn operations(products: &[&[usize]]) -> u64 {
    let (mut sum, mut i) = (0u64, 0);
    while i < products.len() {
        sum = sum.saturating_add(operations_of(products[i]));
        i += 1;
    }
    sum
}

/// A product of sizes; nothing where one is not counted. It may be above the largest number of elements.
const fn operations_of(sizes: &[usize]) -> u64 {
    let (mut product, mut counted, mut i) = (1u64, true, 0);
    while i < sizes.len() {
        counted &= counts(sizes[i]);
        product = product.saturating_mul(sizes[i] as u64);
        i += 1;
    }
    if counted { product } else { 0 }
}

/// `data` cut into pieces of the given lengths.
///
/// # Panics
///
/// Where the lengths exceed the data: a mistake in the network's memory plan, never in a user's data.
pub fn split<E, const N: usize>(data: &mut [E], lengths: [usize; N]) -> [&mut [E]; N] {
    let mut rest = data;
    lengths.map(|length| {
        let (piece, behind) = std::mem::take(&mut rest).split_at_mut(length);
        rest = behind;
        piece
    })
}

/// The samples of a batch as rows, with their lengths.
pub fn rows<S: Shape, E: Element, D: Deref<Target = [E]>>(batch: &Batch<S, E, D>) -> RowsRef<'_, E> {
    let steps = Steps::of::<S>(batch.sizes(), batch.lengths());
    RowsRef::new(batch.as_slice(), batch.width()).in_steps(steps)
}

/// The samples `range` of a batch as rows; what lies past the end is left out.
pub(crate) fn rows_within<S: Shape, E: Element, D: Deref<Target = [E]>>(
    batch: &Batch<S, E, D>,
    range: std::ops::Range<usize>,
) -> RowsRef<'_, E> {
    let (whole, end) = (rows(batch), range.end.min(batch.samples()));
    let start = range.start.min(end);
    whole.split_at(end).0.split_at(start).1
}

/// The number of samples that all counts agree on.
///
/// # Errors
///
/// [`ShapeError::Samples`] where they do not.
pub fn samples<const N: usize>(counts: [usize; N]) -> Result<usize, ShapeError> {
    let expected = counts.first().copied().unwrap_or(0);
    match counts.iter().find(|&&found| found != expected) {
        Some(&found) => Err(ShapeError::Samples { expected, found }),
        None => Ok(expected),
    }
}
