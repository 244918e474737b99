//! Two-dimensional convolution in the batch-innermost layout: forward, gradient with respect to the input, gradient with
//! respect to the weight.
//!
//! A register holds one pixel of as many samples as it has lanes, so every lane works whatever the size of the image, the
//! kernel and the stride. Sizes are arguments, not types: the kernels are compiled here, once for each element type and
//! instruction set, and a network adds nothing to them. Only the shapes of the register tiles are constants.

mod axis;
mod correlate;
mod geometry;
mod gradient;
mod single;
#[cfg(test)]
pub(super) mod tests;
mod tile;

use axis::Axis;
pub(crate) use geometry::Geometry;
use single::Single;

pub(crate) use correlate::Correlate;
pub(crate) use gradient::WeightGradient;

use crate::kernels::{
    Element,
    compiled::compiled,
    scratch, simd,
    sizes::{MOST, count},
    vector::Vector,
};

compiled! {
    /// Convolutions for an element type. Sealed through [`crate::Element`].
    pub trait Convolutions {
        fn correlate(job: Correlate<'_, Self>) { correlate(job) }
        fn weight_gradient(job: WeightGradient<'_, Self>) { weight_gradient(job) }
    }
}

/// Runs a correlation.
fn correlate<E: Element>(job: Correlate<'_, E>) {
    if job.is_empty() {
        return;
    }
    job.check_images();
    if job.is_single_forward() {
        let length = Single::scratch(&job);
        scratch::with(length, |scratch| simd::run(Single(Correlate { scratch, ..job })));
    } else {
        scratch::with(job.scratch(), |scratch| run(job.lanes, Correlate { scratch, ..job }));
    }
}

/// Runs a weight gradient.
fn weight_gradient<E: Element>(job: WeightGradient<'_, E>) {
    if job.is_empty() {
        return;
    }
    job.check_images();
    scratch::with(job.scratch(), |scratch| run(job.lanes, WeightGradient { scratch, ..job }));
}

/// Runs `kernel` with registers that divide `lanes`.
fn run<K: pulp::WithSimd>(lanes: usize, kernel: K) -> K::Output {
    if lanes.is_multiple_of(simd::LANES) { simd::run(kernel) } else { kernel.with_simd(pulp::Scalar) }
}

/// The register at `from`.
///
/// # Safety
///
/// As many elements as a register has must be readable there.
#[inline(always)]
unsafe fn load<S: pulp::Simd, E: Element>(simd: S, from: *const E) -> Vector<S, E> {
    // SAFETY: readable by the caller's promise; a register of floats is as many floats, whatever their bits.
    Vector::of(simd, unsafe { from.cast::<E::Vector<S>>().read_unaligned() })
}

/// Writes a register to `to`.
///
/// # Safety
///
/// As many elements as a register has must be writable there.
#[inline(always)]
unsafe fn store<S: pulp::Simd, E: Element>(to: *mut E, value: Vector<S, E>) {
    // SAFETY: writable by the caller's promise; a register of floats is as many floats.
    unsafe { to.cast::<E::Vector<S>>().write_unaligned(value.raw()) }
}

/// Copies the lanes `lane..lane + width` of pixels that lie `lanes` apart to `to`, where they lie one after the other.
#[inline(always)]
fn gather_lanes<E: Copy>(from: &[E], lanes: usize, lane: usize, width: usize, to: &mut [E]) {
    if lanes == width {
        to.copy_from_slice(from);
        return;
    }
    for (from, to) in from.chunks_exact(lanes).zip(to.chunks_exact_mut(width)) {
        to.copy_from_slice(&from[lane..lane + width]);
    }
}
