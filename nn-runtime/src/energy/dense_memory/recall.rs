//! Energies and recall.

use std::ops::Deref;

use crate::{
    Batch, Element,
    energy::{
        DenseMemory, EnergyError, Outcome, Recall, Trace,
        interaction::Interaction,
        recall::{check_signs, sign},
        update::{ByIndex, Order, Shuffled},
    },
    kernels::{
        matmul::{Matrix, MatrixMut, matmul},
        scratch,
    },
    samplers::each_part,
    shape::FixedDimension,
};

/// The unit roundoffs of the sum of all terms below which their difference counts as 0.
const ROUNDING: f64 = 8.0;

/// What the overlaps of a state say of each unit's next.
struct Worth<'a> {
    overlaps: &'a mut [f64],
    agreeing: &'a mut [f64],
    differing: &'a mut [f64],
    /// ½ Σ agreeing − differing.
    own: f64,
    /// What counts as 0.
    slack: f64,
}

impl Worth<'_> {
    /// Brings all but the overlaps up to date: `differing` is to hold the means of both.
    fn update<F: Interaction>(&mut self, units: usize) {
        F::worth(self.overlaps, units, self.agreeing, self.differing);
        let (mut own, mut all) = (0.0, 0.0);
        for (&mut agreeing, differing) in self.agreeing.iter_mut().zip(&mut *self.differing) {
            own += agreeing - *differing;
            all += agreeing.abs() + differing.abs();
            *differing = 0.5 * (agreeing + *differing);
        }
        (self.own, self.slack) = (0.5 * own, ROUNDING * f64::EPSILON * all);
    }

    /// Whether a unit is better up than down, where its state is `state` and in the patterns those of `column`: Σ x (agreeing where x = s, else
    /// differing), which is Σ x · mean + s · own.
    fn up<E: Element>(&self, column: &[E], state: E) -> bool {
        dot(column, self.differing) + state.as_f64() * self.own >= -self.slack
    }
}

/// Σ x y, in eight sums that can be added up at a time.
fn dot<E: Element>(x: &[E], y: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    let (x, x_rest) = x.as_chunks::<8>();
    let (y, y_rest) = y.as_chunks::<8>();
    for (x, y) in x.iter().zip(y) {
        for lane in 0..8 {
            sums[lane] += x[lane].as_f64() * y[lane];
        }
    }
    sums.iter().sum::<f64>() + x_rest.iter().zip(y_rest).map(|(x, y)| x.as_f64() * y).sum::<f64>()
}

impl<I: FixedDimension, F: Interaction, E: Element> DenseMemory<I, F, E> {
    /// The sweeps over the units after which recall stops.
    pub const SWEEPS: usize = 1000;

    fn check<D>(&self, states: &Batch<(I,), E, D>) -> Result<(), EnergyError>
    where
        D: Deref<Target = [E]>,
    {
        check_signs(states.as_slice(), I::SIZE)?;
        if self.count() == 0 { Err(EnergyError::Empty { what: "a memory with patterns" }) } else { Ok(()) }
    }

    /// ξ·s of the rows of states with each pattern: whole numbers, which are exact.
    fn overlaps_into(&self, states: &[E], overlaps: &mut [E]) {
        let rows = states.len() / I::SIZE.max(1);
        let columns = Matrix::row_major(&self.columns, I::SIZE, self.count());
        let states = Matrix::row_major(states, rows, I::SIZE);
        matmul(MatrixMut::row_major(overlaps, rows, self.count()), states, columns, false);
    }

    /// The energy of each state.
    ///
    /// # Errors
    ///
    /// [`EnergyError::Value`] for a number other than −1 and 1, [`EnergyError::Empty`] where no patterns are stored.
    pub fn energies<D>(&self, states: &Batch<(I,), E, D>) -> Result<Vec<f64>, EnergyError>
    where
        D: Deref<Target = [E]>,
    {
        self.check(states)?;
        let mut overlaps = vec![E::zero(); states.samples() * self.count()];
        self.overlaps_into(states.as_slice(), &mut overlaps);
        let energy = |overlaps: &[E]| {
            let overlaps: Vec<f64> = overlaps.iter().map(|m| m.as_f64()).collect();
            F::energy(&overlaps, I::SIZE)
        };
        Ok(overlaps.chunks_exact(self.count()).map(energy).collect())
    }

    /// From each state down to one that stays, the units changing in the order of their indices, with the energies of the way.
    ///
    /// # Errors
    ///
    /// [`EnergyError::Value`] for a number other than −1 and 1, [`EnergyError::Empty`] where no patterns are stored.
    pub fn recall<D>(&self, start: &Batch<(I,), E, D>) -> Result<Recall<I, E>, EnergyError>
    where
        D: Deref<Target = [E]>,
    {
        self.recall_by(start, || ByIndex(I::SIZE))
    }

    /// [`DenseMemory::recall`] in another random order of the units in each sweep and sample. Equal seeds give equal bits.
    ///
    /// # Errors
    ///
    /// As [`DenseMemory::recall`].
    pub fn recall_in_random_order<D>(&self, start: &Batch<(I,), E, D>, seed: u64) -> Result<Recall<I, E>, EnergyError>
    where
        D: Deref<Target = [E]>,
    {
        self.recall_by(start, || Shuffled::new(seed, I::SIZE))
    }

    fn recall_by<D, O: Order>(
        &self,
        start: &Batch<(I,), E, D>,
        order: impl Fn() -> O + Sync,
    ) -> Result<Recall<I, E>, EnergyError>
    where
        D: Deref<Target = [E]>,
    {
        self.check(start)?;
        let mut states = start.to_batch();
        let mut traces = vec![Trace::empty(); states.samples()];
        let work = states.as_slice().len().saturating_mul(2 * self.count());
        let part = |states: &mut [E], traces: &mut [Trace], _: &mut [()], first| {
            scratch::with(traces.len() * self.count(), |overlaps: &mut [E]| {
                self.overlaps_into(states, overlaps);
                self.settle(states, overlaps, traces, first, &mut order());
            });
        };
        each_part(states.as_mut_slice(), &mut traces, &mut [], [I::SIZE, 1, 0], work, &part);
        Ok(Recall { states, traces })
    }

    fn settle(&self, states: &mut [E], overlaps: &[E], traces: &mut [Trace], first: usize, order: &mut impl Order) {
        let (units, count) = (I::SIZE.max(1), self.count());
        let rows = states.chunks_exact_mut(units).zip(overlaps.chunks_exact(count)).zip(traces);
        scratch::with(3 * count, |memory: &mut [f64]| {
            let (exact, memory) = memory.split_at_mut(count);
            let (agreeing, differing) = memory.split_at_mut(count);
            let mut worth = Worth { overlaps: exact, agreeing, differing, own: 0.0, slack: 0.0 };
            for (row, ((state, overlaps), trace)) in rows.enumerate() {
                worth.overlaps.iter_mut().zip(overlaps).for_each(|(exact, m)| *exact = m.as_f64());
                worth.update::<F>(units);
                trace.energies.push(F::energy(worth.overlaps, units));
                for sweep in 0..Self::SWEEPS {
                    let mut changed = false;
                    for unit in order.units(first + row, sweep) {
                        let column = &self.columns[unit * count..(unit + 1) * count];
                        let next = sign::<E>(worth.up(column, state[unit]));
                        if next != state[unit] {
                            state[unit] = next;
                            let step = 2.0 * next.as_f64();
                            worth.overlaps.iter_mut().zip(column).for_each(|(m, x)| *m += step * x.as_f64());
                            worth.update::<F>(units);
                            changed = true;
                        }
                    }
                    trace.energies.push(F::energy(worth.overlaps, units));
                    if !changed {
                        trace.outcome = Outcome::Converged;
                        break;
                    }
                }
            }
        });
    }
}
