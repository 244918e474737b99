//! One unit after the other of a model with couplings between pairs: what changes when a unit does is the fields of the others.

use pulp::{Simd, WithSimd};

use crate::kernels::{Element, compiled::compiled, simd::run};

/// Couplings among some consecutive units: row i begins at i × `stride`, and the matrix is equal to its transpose.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Couplings<'a, E> {
    pub(crate) weight: &'a [E],
    pub(crate) stride: usize,
}

impl<'a, E> Couplings<'a, E> {
    /// The couplings of `count` units with the unit `i`.
    #[inline(always)]
    pub(crate) fn of(self, i: usize, count: usize) -> &'a [E] {
        &self.weight[i * self.stride..i * self.stride + count]
    }
}

compiled! {
    /// Units one after the other, for an element type. Sealed through [`crate::Element`].
    pub trait Sites {
        fn sweep(job: Sweep<'_, Self>) { run(job) }
        fn mean_field(job: MeanField<'_, Self>) -> usize { run(job) }
    }
}

/// x += d · w
#[inline(always)]
fn add_multiple<E: Element>(x: &mut [E], d: E, w: &[E]) {
    for (x, &w) in x.iter_mut().zip(w) {
        *x += d * w;
    }
}

/// A Gibbs sweep over the units of one chain: each in its turn becomes `high` where `scale` × its field is above its threshold, else `low`, and where it
/// changes so do the fields of the others. With standard logistic numbers as thresholds that is p(high) = σ(`scale` · field).
#[derive(Debug)]
pub struct Sweep<'a, E> {
    pub(crate) couplings: Couplings<'a, E>,
    pub(crate) thresholds: &'a [E],
    /// Units to leave as they are; none of them where this is empty.
    pub(crate) known: &'a [bool],
    pub(crate) scale: E,
    pub(crate) levels: [E; 2],
    pub(crate) states: &'a mut [E],
    pub(crate) fields: &'a mut [E],
}

impl<E: Element> Sweep<'_, E> {
    pub(crate) fn run(self) {
        E::sweep(self);
    }
}

impl<E: Element> WithSimd for Sweep<'_, E> {
    type Output = ();

    // The loop over the fields is a plain one, which the compiler turns into vector code.
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Sweep { couplings, thresholds, known, scale, levels: [low, high], states, fields } = self;
        let count = states.len();
        let (thresholds, fields) = (&thresholds[..count], &mut fields[..count]);
        for i in 0..count {
            let state = if scale * fields[i] > thresholds[i] { high } else { low };
            if state != states[i] && !known.get(i).copied().unwrap_or(false) {
                let d = state - states[i];
                states[i] = state;
                add_multiple(fields, d, couplings.of(i, count));
            }
        }
    }
}

/// The mean-field equations of one sample, μᵢ = σ(`scale` · fieldᵢ), solved one unit after the other.
#[derive(Debug)]
pub struct MeanField<'a, E> {
    pub(crate) couplings: Couplings<'a, E>,
    pub(crate) scale: E,
    /// The largest change of a sweep that ends the iteration.
    pub(crate) tolerance: E,
    pub(crate) sweeps: usize,
    pub(crate) means: &'a mut [E],
    pub(crate) fields: &'a mut [E],
}

impl<E: Element> MeanField<'_, E> {
    /// The sweeps made.
    pub(crate) fn run(self) -> usize {
        E::mean_field(self)
    }
}

impl<E: Element> WithSimd for MeanField<'_, E> {
    type Output = usize;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> usize {
        let MeanField { couplings, scale, tolerance, sweeps, means, fields } = self;
        let count = means.len();
        let fields = &mut fields[..count];
        for sweep in 1..=sweeps {
            let mut largest = E::zero();
            for i in 0..count {
                let mean = E::one() / (E::one() + (-scale * fields[i]).exp());
                let d = mean - means[i];
                means[i] = mean;
                if d != E::zero() {
                    add_multiple(fields, d, couplings.of(i, count));
                }
                largest = largest.max(d.abs());
            }
            if largest <= tolerance {
                return sweep;
            }
        }
        sweeps
    }
}
