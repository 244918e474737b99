//! When the units of an associative memory change: all at once or one after the other.

use crate::samplers::Draws;

/// When the units of a [`Hopfield`](crate::energy::Hopfield) network change. Sealed: [`Synchronous`] and [`Asynchronous`].
///
/// ```
/// use plumbline::energy::update::{Asynchronous, Synchronous, Update};
/// assert!(Synchronous::ALL_AT_ONCE && !Asynchronous::ALL_AT_ONCE);
/// ```
pub trait Update: sealed::Sealed + Send + Sync + 'static {
    /// Whether all units change at the same time.
    const ALL_AT_ONCE: bool;
}

/// All units change at the same time, each by the others' states before (Little, 1974). Recall ends in a state that stays, or in two that alternate
/// (Goles, Fogelman and Pellegrin, 1985).
///
/// ```
/// use plumbline::{Batch, Const, energy::{Hopfield, Outcome, update::Synchronous}};
/// use ndarray::array;
/// let mut net: Hopfield<Const<2>, Synchronous> = Hopfield::zeros();
/// net.set_weights(array![[0.0, 1.0], [1.0, 0.0]].view())?;
/// // Each takes the state that the other had.
/// let recall = net.recall(&Batch::from_vec(vec![1.0, -1.0])?)?;
/// assert_eq!(recall.traces[0].outcome, Outcome::Cycle);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Synchronous;

/// The units change one after the other, in the order of their indices, each by the states of that moment (Hopfield, 1982). The energy never grows,
/// and recall ends in a state that stays.
///
/// ```
/// use plumbline::{Batch, Const, energy::{Hopfield, Outcome, update::Asynchronous}};
/// use ndarray::array;
/// let mut net: Hopfield<Const<2>, Asynchronous> = Hopfield::zeros();
/// net.set_weights(array![[0.0, 1.0], [1.0, 0.0]].view())?;
/// let recall = net.recall(&Batch::from_vec(vec![1.0, -1.0])?)?;
/// assert_eq!((recall.states.as_slice(), recall.traces[0].outcome), (&[-1.0, -1.0][..], Outcome::Converged));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asynchronous;

impl Update for Synchronous {
    const ALL_AT_ONCE: bool = true;
}

impl Update for Asynchronous {
    const ALL_AT_ONCE: bool = false;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Synchronous {}
    impl Sealed for super::Asynchronous {}
}

/// The order in which units change one after the other.
pub(super) trait Order {
    /// The units of a sweep over the states of a sample.
    fn units(&mut self, sample: usize, sweep: usize) -> impl Iterator<Item = usize>;
}

/// The order of the indices of so many units.
pub(super) struct ByIndex(pub(super) usize);

impl Order for ByIndex {
    fn units(&mut self, _: usize, _: usize) -> impl Iterator<Item = usize> {
        0..self.0
    }
}

/// Another random order in each sweep.
pub(super) struct Shuffled {
    seed: u64,
    units: Vec<usize>,
}

impl Shuffled {
    /// Orders of `count` units.
    pub(super) fn new(seed: u64, count: usize) -> Self {
        Shuffled { seed, units: (0..count).collect() }
    }
}

impl Order for Shuffled {
    /// Each order with the same probability (Fisher and Yates; Durstenfeld, 1964).
    fn units(&mut self, sample: usize, sweep: usize) -> impl Iterator<Item = usize> {
        let draws = Draws::new(self.seed, sweep as u64);
        let count = self.units.len();
        // From the same order each time, so that a sample's orders do not depend on the samples before it.
        self.units.iter_mut().enumerate().for_each(|(index, unit)| *unit = index);
        for left in (2..=count).rev() {
            let chosen = (draws.uniform(sample, count, left - 1) * left as f64) as usize;
            self.units.swap(left - 1, chosen.min(left - 1));
        }
        self.units.iter().copied()
    }
}
