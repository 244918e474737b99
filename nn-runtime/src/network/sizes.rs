//! Arithmetic that generated constants need, where the macro cannot do it because sizes are constants of the user's.

use crate::{Batch, Element, Shape, ShapeError, network::memory::RowsRef, shape::product};
use std::ops::Deref;

/// The sum of sizes. `usize::MAX`, which stands for a size that a reported fault left unknown, counts as nothing.
pub const fn total(sizes: &[usize]) -> usize {
    let (mut sum, mut i) = (0usize, 0);
    while i < sizes.len() {
        if sizes[i] != usize::MAX {
            sum = sum.saturating_add(sizes[i]);
        }
        i += 1;
    }
    sum
}

/// The largest of sizes.
pub const fn widest(sizes: &[usize]) -> usize {
    let (mut largest, mut i) = (0, 0);
    while i < sizes.len() {
        if sizes[i] != usize::MAX && sizes[i] > largest {
            largest = sizes[i];
        }
        i += 1;
    }
    largest
}

/// A sum of products of sizes.
pub const fn operations(products: &[&[usize]]) -> u64 {
    let (mut sum, mut i) = (0u64, 0);
    while i < products.len() {
        let product = product(products[i]);
        if product != usize::MAX {
            sum = sum.saturating_add(product as u64);
        }
        i += 1;
    }
    sum
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
    let step = batch.width() / batch.sizes().first().copied().unwrap_or(1).max(1);
    RowsRef::new(batch.as_slice(), batch.width()).in_steps(step).with_lengths(batch.lengths())
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
