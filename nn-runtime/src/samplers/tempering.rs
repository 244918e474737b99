//! Parallel tempering: replicas at several temperatures that change places.

use rayon::prelude::*;

use crate::{
    Element,
    samplers::{
        Bar, Blocks, Draws, Ladder, SamplerError,
        chains::{Steps, count, fit, room},
        on_threads,
    },
};

/// Parallel tempering: for each chain a replica at every rung β of a ladder; after a Gibbs step of all, neighbours change places with probability
/// min(1, f(x′; β) f(x; β′) / (f(x; β) f(x′; β′))), where f is p_β(x) up to a factor, y summed out (Swendsen and Wang, 1986; Geyer, 1991).
///
/// Replicas at small β move freely and bring what they find to the first rung, which is usually β = 1. A rate of changes between 0.2 and 0.6 at
/// each place is good; lower ones ask for more rungs there. Equal seeds give equal bits, whatever the number of threads.
///
/// ```
/// use plumbline::{Const, energy::{Rbm, units::Bernoulli}, layers::Init, samplers::{Ladder, Tempering}};
/// use rand::{SeedableRng, rngs::StdRng};
/// let rng = &mut StdRng::seed_from_u64(1);
/// let rbm: Rbm<Const<4>, Const<3>, Bernoulli, Bernoulli> = Rbm::new(Init::Normal(1.0), rng);
/// let mut tempering = Tempering::starting_at(&rbm, Ladder::linear(1.0, 0.2, 4), vec![0.0; 10 * 4], 42)?;
/// tempering.run(&rbm, 100)?;
/// assert_eq!(tempering.first(0).len(), 40);
/// assert!(tempering.swap_rates().iter().all(|&rate| rate > 0.5));
/// # Ok::<(), plumbline::samplers::SamplerError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Tempering<E> {
    ladder: Ladder,
    /// Replica after replica, each with a row for each chain.
    first: Vec<E>,
    second: Vec<E>,
    /// ln f(x; β′) − ln f(x; β) for the replica that each may change places with.
    ratios: Vec<f64>,
    widths: [usize; 2],
    chains: usize,
    seed: u64,
    steps: u64,
    /// Changes made and offered between each rung and the next.
    swaps: Vec<[u64; 2]>,
    threads: Option<usize>,
    progress: bool,
}

/// A replica's place, its states, memory of the size of the second block, and its ratios.
type Replica<'a, E> = (usize, ((&'a [E], &'a mut [E]), &'a mut [f64]));

impl<E: Element> Tempering<E> {
    /// Chains of `model` that all replicas start with: the rows of `first`.
    ///
    /// # Errors
    ///
    /// [`SamplerError::Length`] where `first` ends inside a state; [`SamplerError::Short`] for a ladder without rungs, [`SamplerError::TooLong`] for one too long for memory;
    /// [`SamplerError::Temperature`] for a rung that is negative, infinite or NaN; [`SamplerError::Improper`] for one of 0 where the model has Gaussian
    /// units; [`SamplerError::Memory`] for more replicas than there is room for.
    pub fn starting_at(model: &impl Blocks<E>, ladder: Ladder, first: Vec<E>, seed: u64) -> Result<Self, SamplerError> {
        ladder.check_for(model, 1)?;
        let widths = model.widths();
        let chains = count(first.len(), widths[0])?;
        let rungs = ladder.betas().len();
        let rows = rungs.saturating_mul(chains);
        let [mut replicas, mut second] = [room(rows, widths[0])?, room(rows, widths[1])?];
        (0..rungs).for_each(|_| replicas.extend_from_slice(&first));
        second.resize(rows * widths[1], E::zero());
        Ok(Tempering {
            first: replicas,
            second,
            ratios: vec![0.0; rows],
            swaps: vec![[0; 2]; rungs - 1],
            ladder,
            widths,
            chains,
            seed,
            steps: 0,
            threads: None,
            progress: false,
        })
    }

    /// Makes [`run`](Tempering::run) take `count` threads of its own, or as many as the machine has cores where it is 0. The states are the same, to
    /// the bit, for any number.
    #[must_use]
    pub fn threads(mut self, count: usize) -> Self {
        self.threads = Some(count);
        self
    }

    /// Whether [`run`](Tempering::run) shows its progress on the error stream, where that is a terminal. It does not unless this is set.
    #[must_use]
    pub fn progress(mut self, shown: bool) -> Self {
        self.progress = shown;
        self
    }

    /// `steps` Gibbs steps of all replicas, neighbours changing places after each.
    ///
    /// # Errors
    ///
    /// [`SamplerError::Model`] for a model of other widths, [`SamplerError::Improper`] for one that is no distribution at a rung,
    /// [`SamplerError::Threads`] where the system does not give as many as are asked for. Nothing is changed then.
    pub fn run(&mut self, model: &impl Blocks<E>, steps: usize) -> Result<(), SamplerError> {
        fit(self.widths, model)?;
        self.ladder.check_for(model, 1)?;
        let bar = Bar::new(self.progress, "parallel tempering", steps as u64);
        on_threads(self.threads, || self.advance(model, steps, &bar))
    }

    /// [`Tempering::run`] by a model whose widths and rungs are known to fit.
    pub(crate) fn advance(&mut self, model: &impl Blocks<E>, steps: usize, bar: &Bar) {
        for _ in 0..steps {
            self.gibbs(model);
            self.exchange(model);
            self.steps += 1;
            bar.step(1);
        }
    }

    /// The states of the first block at a rung, a row for each chain; nothing where there is no such rung.
    pub fn first(&self, rung: usize) -> &[E] {
        if rung >= self.ladder.betas().len() {
            return &[];
        }
        let size = self.chains * self.widths[0];
        &self.first[rung * size..(rung + 1) * size]
    }

    /// The rungs.
    pub fn ladder(&self) -> &Ladder {
        &self.ladder
    }

    /// The number of chains, each with a replica at every rung.
    pub fn count(&self) -> usize {
        self.chains
    }

    /// The part of the changes of place offered between each rung and the next that were made; NaN before the first offer.
    pub fn swap_rates(&self) -> Vec<f64> {
        self.swaps.iter().map(|&[made, offered]| made as f64 / offered as f64).collect()
    }

    fn threaded(&self) -> bool {
        // Below this many operations a second thread costs more than it saves.
        2 * self.first.len() * self.widths[1] >= 1 << 20
    }

    fn gibbs(&mut self, model: &impl Blocks<E>) {
        let (threaded, chains) = (self.threaded(), self.chains);
        let random = Steps::new(self.seed, self.steps);
        let betas = self.ladder.betas();
        let [width, other] = self.widths.map(|width| (chains * width).max(1));
        let step = |(rung, (first, second)): (usize, (&mut [E], &mut [E]))| {
            random.step(model, betas[rung], 0, first, second, rung * chains);
        };
        if threaded {
            crate::parallel::ready();
            self.first.par_chunks_mut(width).zip(self.second.par_chunks_mut(other)).enumerate().for_each(step);
        } else {
            self.first.chunks_mut(width).zip(self.second.chunks_mut(other)).enumerate().for_each(step);
        }
    }

    fn exchange(&mut self, model: &impl Blocks<E>) {
        // Odd and even places take turns, so that no replica is offered two at once.
        let lowest = (self.steps % 2) as usize;
        let (threaded, chains) = (self.threaded(), self.chains);
        let betas = self.ladder.betas();
        let [width, other] = self.widths.map(|width| (chains * width).max(1));
        let partner = |rung: usize| {
            let partner = if (rung + lowest).is_multiple_of(2) { rung + 1 } else { rung.wrapping_sub(1) };
            betas.get(partner)
        };
        let ratio = |(rung, ((first, second), ratios)): Replica<'_, E>| {
            if let Some(&to) = partner(rung) {
                model.log_ratios(betas[rung], to, first, second, ratios);
            }
        };
        if threaded {
            crate::parallel::ready();
            let blocks = self.first.par_chunks(width).zip(self.second.par_chunks_mut(other));
            blocks.zip(self.ratios.par_chunks_mut(chains.max(1))).enumerate().for_each(ratio);
        } else {
            let blocks = self.first.chunks(width).zip(self.second.chunks_mut(other));
            blocks.zip(self.ratios.chunks_mut(chains.max(1))).enumerate().for_each(ratio);
        }
        let draws = Draws::new(self.seed, self.steps).of_block(2);
        for low in (lowest..self.swaps.len()).step_by(2) {
            for chain in 0..chains {
                let [at, next] = [low, low + 1].map(|rung| rung * chains + chain);
                let log = self.ratios[at] + self.ratios[next];
                self.swaps[low][1] += 1;
                if draws.uniform(low, chains, chain).ln() < log {
                    self.swaps[low][0] += 1;
                    let width = self.widths[0];
                    let (head, tail) = self.first.split_at_mut(next * width);
                    head[at * width..(at + 1) * width].swap_with_slice(&mut tail[..width]);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samplers::testing::{ALPHA, Machine, assert_frequencies, frequencies};

    /// The probabilities of the first block's states at β.
    fn marginal(machine: &Machine, beta: f64) -> Vec<f64> {
        let states = 1 << machine.widths()[0];
        let mut sums = vec![0.0; states];
        for (state, p) in machine.table(beta).iter().enumerate() {
            sums[state % states] += p;
        }
        sums
    }

    #[test]
    fn every_rung_keeps_its_own_distribution() {
        let machine = Machine::new(3, 3, 11);
        let betas = vec![1.0, 0.6, 0.3, 0.0];
        let mut tempering = Tempering::starting_at(&machine, betas.clone().into(), vec![1.0; 3 * 20_000], 2).unwrap();
        tempering.run(&machine, 40).unwrap();
        for (rung, &beta) in betas.iter().enumerate() {
            let counts = frequencies(tempering.first(rung), 3, &[] as &[f64], 0);
            assert_frequencies(&counts, &marginal(&machine, beta), ALPHA);
        }
        // The rate is the mean of min(1, ratio) over independent pairs of states.
        let [p, q] = [1.0, 0.6].map(|beta| marginal(&machine, beta));
        let expected: f64 = (0..64).map(|s| (s % 8, s / 8)).map(|(x, y)| (p[x] * q[y]).min(p[y] * q[x])).sum();
        let rate = tempering.swap_rates()[0];
        assert!((rate - expected).abs() < 5.0 * (0.25_f64 / 400_000.0).sqrt() * 2.0, "{rate}, expected {expected}");
    }

    #[test]
    fn the_threads_change_no_bit() {
        let machine = Machine::new(12, 8, 1);
        let run = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                let ladder = Ladder::linear(1.0, 0.1, 9);
                let mut tempering = Tempering::starting_at(&machine, ladder, vec![0.0; 12 * 600], 5).unwrap();
                assert!(tempering.threaded());
                tempering.run(&machine, 4).unwrap();
                (tempering.first(0).to_vec(), tempering.first(9).to_vec(), tempering.swaps)
            })
        };
        assert_eq!(run(1), run(3));
        // Its own threads are those of the pool that it is run in.
        let ladder = Ladder::linear(1.0, 0.1, 9);
        let tempering = Tempering::starting_at(&machine, ladder, vec![0.0; 12 * 600], 5).unwrap();
        let (mut tempering, bar) = (tempering.threads(2).progress(false), Bar::hidden(4));
        tempering.clone().advance(&machine, 4, &bar);
        assert_eq!(bar.position(), Some((4, Some(4))));
        tempering.run(&machine, 4).unwrap();
        assert_eq!((tempering.first(0).to_vec(), tempering.first(9).to_vec(), tempering.swaps), run(1));
    }

    #[test]
    fn a_model_of_other_widths_is_an_error_and_changes_nothing() {
        let machine = Machine::new(3, 2, 1);
        let mut tempering = Tempering::starting_at(&machine, Ladder::linear(1.0, 0.0, 2), vec![1.0; 6], 1).unwrap();
        for (visible, hidden) in [(4, 2), (3, 1), (2, 3)] {
            let error = tempering.run(&Machine::new(visible, hidden, 1), 1).unwrap_err();
            assert_eq!(error, SamplerError::Model { expected: [3, 2], found: [visible, hidden] });
        }
        assert_eq!((tempering.first(1), tempering.steps), (&[1.0; 6][..], 0));
    }

    #[test]
    fn a_ladder_without_rungs_is_an_error() {
        let machine = Machine::new(2, 2, 1);
        let error = Tempering::starting_at(&machine, Ladder::from(vec![]), vec![0.0; 2], 1).unwrap_err();
        assert_eq!(error.to_string(), "expected at least 1 inverse temperatures, found 0");
        let error = Tempering::starting_at(&machine, Ladder::linear(1.0, 0.0, 1), vec![0.0; 3], 1).unwrap_err();
        assert_eq!(error, SamplerError::Length { expected: 2, found: 3 });
        let none = Tempering::starting_at(&machine, Ladder::linear(1.0, 0.0, 1), vec![], 1).unwrap();
        assert!(none.swap_rates()[0].is_nan() && none.first(2).is_empty() && none.first(usize::MAX).is_empty());
    }
}
