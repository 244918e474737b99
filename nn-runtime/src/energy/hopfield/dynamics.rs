//! Nets, energies and recall.

use std::ops::Deref;

use crate::{
    Batch, Element,
    energy::{
        EnergyError, Hopfield, Outcome, Recall, Trace,
        recall::sign,
        update::{ByIndex, Order, Shuffled, Update},
    },
    kernels::{
        field,
        matmul::{Matrix, MatrixMut, matmul},
        scratch, sum,
    },
    samplers::each_part,
    shape::FixedDimension,
};

/// The unit roundoffs of Σ |W_ij| + |θ_i| below which net_i counts as 0. A sum of n numbers in registers loses some √n / 16 of them.
const ROUNDING: f64 = 8.0;

/// Changes of units after which the rounding of nets that were only mended may come near what counts as 0.
const FRESH: usize = 256;

impl<I: FixedDimension, U, E: Element> Hopfield<I, U, E> {
    /// net = W s − θ for rows of states.
    fn nets_into(&self, states: &[E], nets: &mut [E]) {
        let rows = states.len().checked_div(I::SIZE).unwrap_or(0);
        let weight = Matrix::row_major(&self.weight, I::SIZE, I::SIZE);
        let states = Matrix::row_major(states, rows, I::SIZE);
        // W is its own transpose.
        matmul(MatrixMut::row_major(nets, rows, I::SIZE), states, weight.transpose(), false);
        for nets in nets.chunks_exact_mut(I::SIZE.max(1)) {
            nets.iter_mut().zip(&*self.threshold).for_each(|(net, &threshold)| *net -= threshold);
        }
    }

    /// Asks that no net overflows, nor its change when a unit does, nor an energy: each is at most twice Σ |W_ij| + |θ_i|, or their sum.
    pub(super) fn check_sums(&self) -> Result<(), EnergyError> {
        let rows = self.weight.chunks_exact(I::SIZE.max(1));
        for (unit, (row, threshold)) in rows.zip(&*self.threshold).enumerate() {
            let found = sum::absolute(row) + threshold.abs();
            if !(found + found).is_finite() || !(found.as_f64() * (2.0 * I::SIZE as f64)).is_finite() {
                return Err(EnergyError::Overflow { unit, found: found.as_f64() });
            }
        }
        Ok(())
    }

    /// What a net of each unit may be below 0 by rounding alone.
    fn slack_into(&self, slack: &mut [E]) {
        let rows = self.weight.chunks_exact(I::SIZE.max(1));
        for ((slack, row), threshold) in slack.iter_mut().zip(rows).zip(&*self.threshold) {
            *slack = (sum::absolute(row) + threshold.abs()) * E::epsilon() * E::from_f64(ROUNDING);
        }
    }

    /// −½ sᵀWs + θᵀs = −½ Σ s (net − θ) of a state with its nets.
    fn energy_of(&self, state: &[E], nets: &[E]) -> f64 {
        let terms = state.iter().zip(nets).zip(&*self.threshold);
        terms.map(|((s, net), threshold)| s.as_f64() * (threshold.as_f64() - net.as_f64())).sum::<f64>() / 2.0
    }

    /// Calls `f` with parts of the rows of `to` and the nets of the states in the same rows.
    fn with_nets<T: Send, D>(
        &self,
        states: &Batch<(I,), E, D>,
        to: &mut [T],
        width: usize,
        f: impl Fn(&[E], &[E], &mut [T]) + Sync,
    ) where
        D: Deref<Target = [E]>,
    {
        let states = states.as_slice();
        let work = states.len().saturating_mul(I::SIZE);
        each_part(to, &mut [], &mut [], [width, 0, 0], work, &|to: &mut [T], _: &mut [()], _: &mut [()], first| {
            let rows = to.len().checked_div(width).unwrap_or(0);
            let states = &states[first * I::SIZE..(first + rows) * I::SIZE];
            scratch::with(states.len(), |nets| {
                self.nets_into(states, nets);
                f(states, nets, to);
            });
        });
    }

    /// net = W s − θ of each state.
    ///
    /// # Errors
    ///
    /// [`EnergyError::Value`] for a number other than −1 and 1, [`EnergyError::Overflow`] for connections so large that a sum of them is not finite.
    pub fn nets<D>(&self, states: &Batch<(I,), E, D>) -> Result<Batch<(I,), E>, EnergyError>
    where
        D: Deref<Target = [E]>,
    {
        self.check(states)?;
        let mut nets = Batch::zeros(states.samples());
        self.with_nets(states, nets.as_mut_slice(), I::SIZE, |_, nets, to| to.copy_from_slice(nets));
        if !sum::all_finite(nets.as_slice()) {
            self.check_sums()?;
        }
        Ok(nets)
    }

    /// E(s) of each state.
    ///
    /// ```
    /// use plumbline::{Batch, Const, energy::Hopfield};
    /// let mut net: Hopfield<Const<2>> = Hopfield::zeros();
    /// net.set_weight(0, 1, 2.0)?;
    /// net.threshold_mut()[0] = 0.5;
    /// assert_eq!(net.energies(&Batch::from_vec(vec![1.0, 1.0, 1.0, -1.0])?)?, [-1.5, 2.5]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`EnergyError::Value`] for a number other than −1 and 1, [`EnergyError::Overflow`] for connections so large that a sum of them is not finite.
    pub fn energies<D>(&self, states: &Batch<(I,), E, D>) -> Result<Vec<f64>, EnergyError>
    where
        D: Deref<Target = [E]>,
    {
        self.check(states)?;
        let mut energies = vec![0.0; states.samples()];
        self.with_nets(states, &mut energies, 1, |states, nets, energies| {
            let rows = states.chunks_exact(I::SIZE.max(1)).zip(nets.chunks_exact(I::SIZE.max(1)));
            energies.iter_mut().zip(rows).for_each(|(energy, (state, nets))| *energy = self.energy_of(state, nets));
        });
        if !sum::all_finite(&energies) {
            self.check_sums()?;
        }
        Ok(energies)
    }

    /// The state after all units have changed once at the same time, whatever the network's own update is.
    ///
    /// # Errors
    ///
    /// [`EnergyError::Value`] for a number other than −1 and 1, [`EnergyError::Overflow`] for connections so large that a sum of them is not finite.
    pub fn step<D>(&self, states: &Batch<(I,), E, D>) -> Result<Batch<(I,), E>, EnergyError>
    where
        D: Deref<Target = [E]>,
    {
        self.check(states)?;
        self.check_sums()?;
        let mut next = Batch::zeros(states.samples());
        let mut slack = vec![E::zero(); I::SIZE];
        self.slack_into(&mut slack);
        self.with_nets(states, next.as_mut_slice(), I::SIZE, |_, nets, next| {
            for (next, nets) in next.chunks_exact_mut(I::SIZE.max(1)).zip(nets.chunks_exact(I::SIZE.max(1))) {
                next.iter_mut().zip(nets).zip(&slack).for_each(|((s, &net), &slack)| *s = sign(net >= -slack));
            }
        });
        Ok(next)
    }
}

impl<I: FixedDimension, U: Update, E: Element> Hopfield<I, U, E> {
    /// The sweeps over the units after which recall stops unless it is told otherwise. Stored patterns are found in some few.
    pub const SWEEPS: usize = 1000;

    /// From each state down to one that stays, with the energies of the way; or to a cycle of two states where all units change at once, and at most
    /// [`Hopfield::SWEEPS`] sweeps over the units.
    ///
    /// ```
    /// use plumbline::{Batch, Const, energy::Hopfield};
    /// let net: Hopfield<Const<3>> = Hopfield::zeros();
    /// let error = net.recall(&Batch::from_vec(vec![1.0, -1.0, 0.0])?).unwrap_err();
    /// assert_eq!(error.to_string(), "expected -1 or 1, found 0 at element 2 of sample 0");
    /// # Ok::<(), plumbline::ShapeError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`EnergyError::Value`] for a number other than −1 and 1, [`EnergyError::Overflow`] for connections so large that a sum of them is not finite.
    pub fn recall<D>(&self, start: &Batch<(I,), E, D>) -> Result<Recall<I, E>, EnergyError>
    where
        D: Deref<Target = [E]>,
    {
        self.recall_within(start, Self::SWEEPS)
    }

    /// [`Hopfield::recall`] of at most `sweeps` sweeps.
    ///
    /// # Errors
    ///
    /// As [`Hopfield::recall`].
    pub fn recall_within<D>(&self, start: &Batch<(I,), E, D>, sweeps: usize) -> Result<Recall<I, E>, EnergyError>
    where
        D: Deref<Target = [E]>,
    {
        self.check(start)?;
        self.check_sums()?;
        Ok(self.recall_by(start, |states, other, traces, first| {
            self.settle(states, other, traces, first, &mut ByIndex(I::SIZE), sweeps);
        }))
    }

    /// Recall with units that change one after the other, in another random order in each sweep and sample, whatever the network's own update is.
    /// Equal seeds give equal bits.
    ///
    /// ```
    /// use plumbline::{Batch, Const, energy::{Hopfield, update::Synchronous}};
    /// let mut net: Hopfield<Const<4>, Synchronous> = Hopfield::zeros();
    /// net.store_hebbian(&Batch::from_vec(vec![1.0, -1.0, -1.0, 1.0])?)?;
    /// let recall = net.recall_in_random_order(&Batch::from_vec(vec![1.0, -1.0, 1.0, 1.0])?, 42)?;
    /// assert_eq!(recall.states.as_slice(), [1.0, -1.0, -1.0, 1.0]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Hopfield::recall`].
    pub fn recall_in_random_order<D>(&self, start: &Batch<(I,), E, D>, seed: u64) -> Result<Recall<I, E>, EnergyError>
    where
        D: Deref<Target = [E]>,
    {
        self.check(start)?;
        self.check_sums()?;
        Ok(self.recall_by(start, |states, nets, traces, first| {
            let mut order = Shuffled::new(seed, I::SIZE);
            self.with_slack(|slack| {
                self.one_by_one(states, nets, traces, first, &mut order, slack, Self::SWEEPS);
            });
        }))
    }

    /// Recall by `f` of parts of the states, with as much memory, traces and the index of the first.
    fn recall_by<D>(
        &self,
        start: &Batch<(I,), E, D>,
        f: impl Fn(&mut [E], &mut [E], &mut [Trace], usize) + Sync,
    ) -> Recall<I, E>
    where
        D: Deref<Target = [E]>,
    {
        let mut states = start.to_batch();
        let mut other = vec![E::zero(); states.as_slice().len()];
        let mut traces = vec![Trace::empty(); states.samples()];
        let work = other.len().saturating_mul(2 * I::SIZE);
        each_part(states.as_mut_slice(), &mut other, &mut traces, [I::SIZE, I::SIZE, 1], work, &f);
        Recall { states, traces }
    }

    fn with_slack<R>(&self, f: impl FnOnce(&[E]) -> R) -> R {
        scratch::with(I::SIZE, |slack| {
            self.slack_into(slack);
            f(slack)
        })
    }

    /// Recall of rows of states in place, with traces of them unless there are none.
    pub(super) fn settle(
        &self,
        states: &mut [E],
        other: &mut [E],
        traces: &mut [Trace],
        first: usize,
        order: &mut impl Order,
        limit: usize,
    ) {
        self.with_slack(|slack| {
            if U::ALL_AT_ONCE {
                scratch::with(states.len(), |nets| self.all_at_once(states, other, nets, traces, slack, limit));
            } else {
                self.one_by_one(states, other, traces, first, order, slack, limit);
            }
        });
    }

    /// Sweeps of units that change one after the other. A change of unit i changes the nets by 2 s_i W_i; they are summed anew where so many
    /// changes went into them that rounding might let a state seem to stay.
    fn one_by_one(
        &self,
        states: &mut [E],
        nets: &mut [E],
        traces: &mut [Trace],
        first: usize,
        order: &mut impl Order,
        slack: &[E],
        limit: usize,
    ) {
        self.nets_into(states, nets);
        let width = I::SIZE.max(1);
        for (row, (state, nets)) in states.chunks_exact_mut(width).zip(nets.chunks_exact_mut(width)).enumerate() {
            let mut trace = traces.get_mut(row);
            let mut note = |state: &[E], nets: &[E], outcome| {
                if let Some(trace) = &mut trace {
                    trace.energies.push(self.energy_of(state, nets));
                    trace.outcome = outcome;
                }
            };
            note(state, nets, Outcome::Changing);
            let mut changes = 0;
            for sweep in 0..limit {
                let before = changes;
                for unit in order.units(first + row, sweep) {
                    let next = sign::<E>(nets[unit] >= -slack[unit]);
                    if next != state[unit] {
                        state[unit] = next;
                        field::add_scaled(nets, &self.weight[unit * width..(unit + 1) * width], next + next);
                        changes += 1;
                    }
                }
                let mut changed = changes != before;
                if !changed && changes > FRESH {
                    self.nets_into(state, nets);
                    changes = 0;
                    changed = state.iter().zip(&*nets).zip(slack).any(|((&s, &net), &slack)| s != sign(net >= -slack));
                }
                note(state, nets, if changed { Outcome::Changing } else { Outcome::Converged });
                if !changed {
                    break;
                }
            }
        }
    }

    /// Sweeps of units that change at the same time, by a product of all states with W. `previous` is to hold the states before.
    fn all_at_once(
        &self,
        states: &mut [E],
        previous: &mut [E],
        nets: &mut [E],
        traces: &mut [Trace],
        slack: &[E],
        limit: usize,
    ) {
        let width = I::SIZE.max(1);
        let rows = states.len() / width;
        // No state, so that none is found again in the first sweep.
        previous.fill(E::zero());
        scratch::with(rows, |open: &mut [E]| {
            open.fill(E::one());
            // Rows from the first to the last that still changes.
            let (mut from, mut to) = (0, rows);
            for sweep in 0..=limit {
                if from == to || sweep == limit && traces.is_empty() {
                    break;
                }
                self.nets_into(&states[from * width..to * width], &mut nets[from * width..to * width]);
                for row in from..to {
                    if open[row] == E::zero() {
                        continue;
                    }
                    let numbers = row * width..(row + 1) * width;
                    let (state, nets) = (&mut states[numbers.clone()], &nets[numbers.clone()]);
                    let mut trace = traces.get_mut(row);
                    if let Some(trace) = &mut trace {
                        trace.energies.push(self.energy_of(state, nets));
                    }
                    if sweep == limit {
                        continue;
                    }
                    let (mut stays, mut returns) = (true, true);
                    for (((s, before), &net), &slack) in
                        state.iter_mut().zip(&mut previous[numbers]).zip(nets).zip(slack)
                    {
                        let next = sign::<E>(net >= -slack);
                        stays &= next == *s;
                        returns &= next == *before;
                        (*before, *s) = (*s, next);
                    }
                    if !stays && !returns {
                        continue;
                    }
                    open[row] = E::zero();
                    if let Some(trace) = &mut trace {
                        // The state that is reached is the one before, or the one before that.
                        let (outcome, back) = if stays { (Outcome::Converged, 1) } else { (Outcome::Cycle, 2) };
                        trace.outcome = outcome;
                        trace
                            .energies
                            .extend(trace.energies.len().checked_sub(back).map(|place| trace.energies[place]));
                    }
                }
                from += open[from..to].iter().take_while(|&&open| open == E::zero()).count();
                to -= open[from..to].iter().rev().take_while(|&&open| open == E::zero()).count();
            }
        });
    }
}
