//! What an associative memory made of the states that it was given.

use crate::{Batch, Element, energy::EnergyError, shape::FixedDimension};

/// What recall made of each sample.
///
/// ```
/// use plumbline::{Batch, Const, energy::{Hopfield, Outcome}};
/// let mut net: Hopfield<Const<5>> = Hopfield::zeros();
/// net.store_hebbian(&Batch::from_vec(vec![1.0, -1.0, 1.0, -1.0, 1.0])?)?;
/// let recall = net.recall(&Batch::from_vec(vec![-1.0, -1.0, 1.0, -1.0, 1.0])?)?;
/// assert_eq!(recall.states.as_slice(), [1.0, -1.0, 1.0, -1.0, 1.0]);
/// let trace = &recall.traces[0];
/// assert_eq!((trace.outcome, trace.sweeps()), (Outcome::Converged, 2));
/// assert!(trace.energies[0] > trace.energies[1] && trace.energies[1] == trace.energies[2]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Recall<I: FixedDimension, E: Element = f32> {
    /// The last state of each sample.
    pub states: Batch<(I,), E>,
    /// How it came to it.
    pub traces: Vec<Trace>,
}

impl<I: FixedDimension, E: Element> Recall<I, E> {
    /// Whether the states of all samples stay as they are.
    pub fn converged(&self) -> bool {
        self.traces.iter().all(|trace| trace.outcome == Outcome::Converged)
    }
}

// Derived, these would ask the same of the size, of which no value exists.
impl<I: FixedDimension, E: Element> Clone for Recall<I, E> {
    fn clone(&self) -> Self {
        Recall { states: self.states.clone(), traces: self.traces.clone() }
    }
}

impl<I: FixedDimension, E: Element> std::fmt::Debug for Recall<I, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recall").field("states", &self.states.as_slice()).field("traces", &self.traces).finish()
    }
}

/// The way of one sample.
///
/// ```
/// use plumbline::energy::{Outcome, Trace};
/// let trace = Trace { energies: vec![-1.0, -3.0, -3.0], outcome: Outcome::Converged };
/// assert_eq!(trace.sweeps(), 2);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// The energy of the state at the start, and after each sweep over the units.
    pub energies: Vec<f64>,
    /// How it ended.
    pub outcome: Outcome,
}

impl Trace {
    /// Nothing yet.
    pub(super) fn empty() -> Self {
        Trace { energies: Vec::new(), outcome: Outcome::Changing }
    }

    /// The sweeps over all units, with the last, which where recall converged changed nothing.
    pub fn sweeps(&self) -> usize {
        self.energies.len().saturating_sub(1)
    }
}

/// How recall of a sample ended.
///
/// ```
/// use plumbline::energy::Outcome;
/// assert_ne!(Outcome::Converged, Outcome::Cycle);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// In a state that stays.
    Converged,
    /// In a cycle of two states, of which the one reached last is told.
    Cycle,
    /// At the limit of sweeps, while it was still changing.
    Changing,
}

/// Asks that each number is a state of a unit, −1 or 1.
pub(super) fn check_signs<E: Element>(states: &[E], width: usize) -> Result<(), EnergyError> {
    match states.iter().position(|s| s.abs() != E::one()) {
        None => Ok(()),
        Some(place) => Err(EnergyError::Value {
            expected: "-1 or 1",
            found: states[place].as_f64(),
            sample: place / width.max(1),
            element: place % width.max(1),
        }),
    }
}

/// 1 where a number is at least 0, else −1.
#[inline(always)]
pub(super) fn sign<E: Element>(up: bool) -> E {
    if up { E::one() } else { -E::one() }
}
