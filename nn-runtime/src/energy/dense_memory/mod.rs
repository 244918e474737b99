//! Memories of states −1 and 1 that are steeper than quadratic.

mod recall;

use std::{marker::PhantomData, ops::Deref};

use crate::{
    Batch, Element,
    energy::{EnergyError, interaction::Exponential, recall::check_signs},
    shape::FixedDimension,
};

/// E(s) = −Σ F(ξ·s) over the stored patterns ξ, with s in {−1, 1}: a dense associative memory of `I` units (Krotov and Hopfield, 2016), which
/// holds many times the patterns of a [`Hopfield`](crate::energy::Hopfield) network. [`interaction`](crate::energy::interaction) says what F can
/// be.
///
/// Recall sets s_i = 1 where Σ F(ξ·s | s_i = 1) − F(ξ·s | s_i = −1) ≥ 0, else −1, for one unit after the other: where that lowers the energy. A
/// difference that is 0 but for rounding counts as 0. The patterns themselves are the memory; overlaps and their functions are summed in `f64`.
///
/// ```
/// use plumbline::{Batch, Const, energy::DenseMemory};
/// use rand::{RngExt, SeedableRng, rngs::StdRng};
/// // Twenty times as many patterns as units.
/// let mut rng = StdRng::seed_from_u64(1);
/// let bits = (0..600 * 30).map(|_| if rng.random::<bool>() { 1.0 } else { -1.0 }).collect();
/// let patterns = Batch::from_vec(bits)?;
/// let mut memory: DenseMemory<Const<30>> = DenseMemory::new();
/// memory.store(&patterns)?;
/// let recall = memory.recall(&patterns)?;
/// let kept = (0..600).filter(|&i| recall.states.sample(i) == patterns.sample(i)).count();
/// assert!(recall.converged() && kept >= 590);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct DenseMemory<I, F = Exponential, E = f32> {
    /// The patterns as columns: row i has the state of unit i in each of them.
    columns: Vec<E>,
    count: usize,
    kinds: PhantomData<fn(I) -> F>,
}

// Derived, these would ask the same of the size and the function, of which no value exists.
impl<I, F, E: Clone> Clone for DenseMemory<I, F, E> {
    fn clone(&self) -> Self {
        DenseMemory { columns: self.columns.clone(), count: self.count, kinds: PhantomData }
    }
}

impl<I, F, E> std::fmt::Debug for DenseMemory<I, F, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DenseMemory").field("count", &self.count).finish_non_exhaustive()
    }
}

impl<I: FixedDimension, F, E: Element> Default for DenseMemory<I, F, E> {
    fn default() -> Self {
        Self::new()
    }
}

impl<I: FixedDimension, F, E: Element> DenseMemory<I, F, E> {
    /// A memory without patterns.
    pub fn new() -> Self {
        DenseMemory { columns: Vec::new(), count: 0, kinds: PhantomData }
    }

    /// Adds patterns to those that are stored.
    ///
    /// # Errors
    ///
    /// [`EnergyError::Value`] for a number other than −1 and 1, [`EnergyError::Empty`] for no patterns; then nothing is stored.
    pub fn store<D>(&mut self, patterns: &Batch<(I,), E, D>) -> Result<(), EnergyError>
    where
        D: Deref<Target = [E]>,
    {
        check_signs(patterns.as_slice(), I::SIZE)?;
        if patterns.as_slice().is_empty() {
            return Err(EnergyError::Empty { what: "patterns" });
        }
        let mut rows = self.patterns().into_vec();
        rows.extend_from_slice(patterns.as_slice());
        self.count += patterns.samples();
        self.columns = turned(&rows, self.count, I::SIZE);
        Ok(())
    }

    /// The stored patterns, in the order in which they came.
    pub fn patterns(&self) -> Batch<(I,), E> {
        let mut patterns = Batch::zeros(self.count);
        patterns.as_mut_slice().copy_from_slice(&turned(&self.columns, I::SIZE, self.count));
        patterns
    }

    /// How many patterns are stored.
    pub fn count(&self) -> usize {
        self.count
    }
}

/// The transpose of a matrix.
fn turned<E: Element>(matrix: &[E], rows: usize, columns: usize) -> Vec<E> {
    let mut turned = vec![E::zero(); matrix.len()];
    E::transpose(matrix, columns, rows, &mut turned, rows);
    turned
}
