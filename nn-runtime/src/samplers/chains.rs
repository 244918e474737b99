//! Independent Gibbs chains.

use crate::{
    Element,
    samplers::{
        Blocks, Draws, Ladder, SamplerError,
        blocks::each_part,
        ladder::{check_beta, check_proper},
    },
};

/// Independent block Gibbs chains: a step draws y ∼ p(y | x) and then x ∼ p(x | y) in each.
///
/// A chain's random numbers are those of its seed, step and place, so that equal seeds give equal bits whatever the number of threads. Steps
/// allocate nothing.
///
/// ```
/// use plumbline::{Const, energy::{Rbm, units::Bernoulli}, layers::Init, samplers::Chains};
/// use rand::{SeedableRng, rngs::StdRng};
/// let rng = &mut StdRng::seed_from_u64(1);
/// let rbm: Rbm<Const<4>, Const<3>, Bernoulli, Bernoulli> = Rbm::new(Init::Normal(0.1), rng);
/// let mut chains = Chains::starting_at(&rbm, vec![0.0; 100 * 4], 42)?;
/// chains.gibbs(&rbm, 50)?;
/// assert_eq!((chains.count(), chains.first().len(), chains.second().len()), (100, 400, 300));
/// # Ok::<(), plumbline::samplers::SamplerError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Chains<E> {
    first: Vec<E>,
    second: Vec<E>,
    widths: [usize; 2],
    seed: u64,
    steps: u64,
}

/// Variables of the first block that keep given values.
#[derive(Clone, Copy)]
pub(super) struct Clamp<'a, E> {
    /// Which: one mask for all chains, or one a chain.
    pub(super) known: &'a [bool],
    /// Empty where the variables keep the values that they have.
    pub(super) values: &'a [E],
}

impl<E: Element> Chains<E> {
    /// Chains of `model` whose first blocks are the rows of `first`. The second blocks are zeros until a step draws them.
    ///
    /// # Errors
    ///
    /// [`SamplerError::Length`] where `first` ends inside a state.
    pub fn starting_at(model: &impl Blocks<E>, first: Vec<E>, seed: u64) -> Result<Self, SamplerError> {
        let widths = model.widths();
        let count = count(first.len(), widths[0])?;
        Ok(Chains { first, second: vec![E::zero(); count * widths[1]], widths, seed, steps: 0 })
    }

    /// `steps` Gibbs steps of each chain.
    ///
    /// # Errors
    ///
    /// [`SamplerError::Model`] for a model of other widths.
    pub fn gibbs(&mut self, model: &impl Blocks<E>, steps: usize) -> Result<(), SamplerError> {
        self.run(model, &Temperatures::Same(1.0, steps), None)
    }

    /// `steps` Gibbs steps of each chain at the inverse temperature `beta`.
    ///
    /// # Errors
    ///
    /// [`SamplerError::Temperature`] where `beta` is negative, infinite or NaN, [`SamplerError::Improper`] for 0 where the model has Gaussian units,
    /// [`SamplerError::Model`] for a model of other widths.
    pub fn gibbs_at(&mut self, model: &impl Blocks<E>, beta: f64, steps: usize) -> Result<(), SamplerError> {
        check_beta(0, beta)?;
        check_proper(model, 0, beta)?;
        self.run(model, &Temperatures::Same(beta, steps), None)
    }

    /// A Gibbs step at each inverse temperature of the ladder, in order: simulated annealing where they grow.
    ///
    /// # Errors
    ///
    /// [`SamplerError::Temperature`] for a rung that is negative, infinite or NaN, [`SamplerError::Improper`] for one of 0 where the model has Gaussian
    /// units, [`SamplerError::Model`] for a model of other widths.
    pub fn anneal(&mut self, model: &impl Blocks<E>, ladder: &Ladder) -> Result<(), SamplerError> {
        ladder.check_for(model, 0)?;
        self.run(model, &Temperatures::Ladder(ladder.betas()), None)
    }

    /// `steps` Gibbs steps of p(x, y | the known part of x): the variables of the first block where `known` says so have the values of
    /// `values`, before the first step and after each. `known` is one mask for all chains or one for each; `values` has a row for each.
    ///
    /// # Errors
    ///
    /// [`SamplerError::Size`] for another number of values, or of truth values, [`SamplerError::Model`] for a model of other widths. Nothing is changed
    /// then.
    pub fn gibbs_clamped(
        &mut self,
        model: &impl Blocks<E>,
        steps: usize,
        known: &[bool],
        values: &[E],
    ) -> Result<(), SamplerError> {
        let width = self.widths[0];
        if known.len() != width && known.len() != self.first.len() {
            return Err(SamplerError::Size { what: "a mask", expected: width, found: known.len() });
        }
        if values.len() != self.first.len() {
            return Err(SamplerError::Size { what: "values", expected: self.first.len(), found: values.len() });
        }
        self.run(model, &Temperatures::Same(1.0, steps), Some(Clamp { known, values }))
    }

    /// The states of the first block, a row for each chain.
    pub fn first(&self) -> &[E] {
        &self.first
    }

    /// The states of the first block, to change.
    pub fn first_mut(&mut self) -> &mut [E] {
        &mut self.first
    }

    /// The states of the second block from which the first was drawn, a row for each chain.
    pub fn second(&self) -> &[E] {
        &self.second
    }

    /// The number of chains.
    pub fn count(&self) -> usize {
        self.first.len().checked_div(self.widths[0]).unwrap_or(0)
    }

    /// The steps made so far.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Both blocks, to be filled by what calculates with the memory.
    pub(crate) fn parts_mut(&mut self) -> (&mut [E], &mut [E]) {
        (&mut self.first, &mut self.second)
    }

    pub(crate) fn widths(&self) -> [usize; 2] {
        self.widths
    }

    /// Asks that a model has the widths of the chains.
    pub(super) fn fit(&self, model: &impl Blocks<E>) -> Result<(), SamplerError> {
        fit(self.widths, model)
    }

    /// The random numbers of the steps to come, `count` of which count as made now.
    pub(crate) fn take_steps(&mut self, count: u64) -> Steps {
        let steps = Steps::new(self.seed, self.steps);
        self.steps += count;
        steps
    }

    fn run(
        &mut self,
        model: &impl Blocks<E>,
        temperatures: &Temperatures<'_>,
        clamp: Option<Clamp<'_, E>>,
    ) -> Result<(), SamplerError> {
        self.fit(model)?;
        let count = temperatures.count();
        let random = self.take_steps(count as u64);
        let [width, hidden] = self.widths;
        let work = self.first.len().saturating_mul(hidden).saturating_mul(count.saturating_mul(2));
        let part = |first: &mut [E], second: &mut [E], _: &mut [()], chain: usize| {
            let set = |first: &mut [E]| {
                if let Some(clamp) = clamp {
                    clamp.set(first, chain * width);
                }
            };
            set(first);
            for step in 0..count {
                random.step(model, temperatures.beta(step), step as u64, first, second, chain);
                set(first);
            }
        };
        each_part(&mut self.first, &mut self.second, &mut [], [width, hidden, 0], work, &part);
        Ok(())
    }
}

/// Asks that a model has the widths of the states that chains hold.
pub(super) fn fit<E: Element>(expected: [usize; 2], model: &impl Blocks<E>) -> Result<(), SamplerError> {
    let found = model.widths();
    if found == expected { Ok(()) } else { Err(SamplerError::Model { expected, found }) }
}

/// The numbers of rows of `width` numbers.
pub(super) fn count(numbers: usize, width: usize) -> Result<usize, SamplerError> {
    match numbers.checked_rem(width) {
        Some(0) => Ok(numbers / width),
        _ => Err(SamplerError::Length { expected: width, found: numbers }),
    }
}

/// An empty vector with room for the numbers of so many states.
pub(crate) fn room<E>(chains: usize, width: usize) -> Result<Vec<E>, SamplerError> {
    let mut numbers = Vec::new();
    let room = chains.checked_mul(width).and_then(|length| numbers.try_reserve_exact(length).ok());
    room.map(|()| numbers).ok_or(SamplerError::Memory { chains, width })
}

/// The random numbers of consecutive steps.
#[derive(Clone, Copy)]
pub(crate) struct Steps {
    seed: u64,
    next: u64,
}

impl Steps {
    pub(crate) fn new(seed: u64, next: u64) -> Self {
        Steps { seed, next }
    }

    /// Those of a step of the chains whose first has the index `chain`.
    pub(crate) fn draws(self, step: u64, chain: usize) -> Draws {
        Draws::new(self.seed, self.next + step).of_chain(chain)
    }

    /// A Gibbs step at β of the chains whose first has the index `chain`.
    pub(crate) fn step<E: Element>(
        self,
        model: &impl Blocks<E>,
        beta: f64,
        step: u64,
        first: &mut [E],
        second: &mut [E],
        chain: usize,
    ) {
        let draws = self.draws(step, chain);
        model.draw_second(beta, first, second, draws.of_block(0));
        model.draw_first(beta, second, first, draws.of_block(1));
    }
}

/// The inverse temperatures of consecutive steps.
pub(super) enum Temperatures<'a> {
    Same(f64, usize),
    Ladder(&'a [f64]),
}

impl Temperatures<'_> {
    pub(super) fn count(&self) -> usize {
        match self {
            Temperatures::Same(_, count) => *count,
            Temperatures::Ladder(betas) => betas.len(),
        }
    }

    pub(super) fn beta(&self, step: usize) -> f64 {
        match self {
            Temperatures::Same(beta, _) => *beta,
            Temperatures::Ladder(betas) => betas[step],
        }
    }
}

impl<'a, E: Element> Clamp<'a, E> {
    /// The mask of all rows of `width` numbers, or those of the rows from `start` on.
    pub(super) fn of_rows(self, start: usize, width: usize) -> &'a [bool] {
        if self.known.len() == width { self.known } else { self.known.get(start..).unwrap_or_default() }
    }

    /// Sets the known variables of rows that begin at `start` in those of all chains.
    pub(super) fn set(self, first: &mut [E], start: usize) {
        if self.values.is_empty() {
            return;
        }
        let values = &self.values[start..start + first.len()];
        // Masks of all chains begin where the rows do; the mask of one begins anew in each.
        let known = self.known[start % self.known.len().max(1)..].iter().chain(self.known.iter().cycle());
        for ((x, &value), _) in first.iter_mut().zip(values).zip(known).filter(|(_, known)| **known) {
            *x = value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samplers::testing::{ALPHA, Machine, assert_frequencies, frequencies};

    #[test]
    fn long_run_frequencies_agree_with_the_joint_table() {
        for (visible, hidden, seed) in [(1, 1, 1), (2, 2, 2), (3, 2, 3), (2, 4, 4)] {
            let machine = Machine::new(visible, hidden, seed);
            for beta in [1.0, 0.4] {
                let mut chains = Chains::starting_at(&machine, vec![0.0; 20_000 * visible], 7).unwrap();
                chains.gibbs_at(&machine, beta, 40).unwrap();
                let counts = frequencies(chains.first(), visible, chains.second(), hidden);
                assert_frequencies(&counts, &machine.table(beta), ALPHA);
            }
        }
    }

    #[test]
    fn annealing_ends_at_the_last_rung() {
        let machine = Machine::new(3, 3, 5);
        let mut chains = Chains::starting_at(&machine, vec![1.0; 20_000 * 3], 1).unwrap();
        chains.anneal(&machine, &Ladder::linear(0.0, 0.7, 30).then(0.7, 30)).unwrap();
        let counts = frequencies(chains.first(), 3, chains.second(), 3);
        assert_frequencies(&counts, &machine.table(0.7), ALPHA);
        let bad = chains.anneal(&machine, &Ladder::from(vec![f64::NAN]));
        assert!(matches!(bad, Err(SamplerError::Temperature { place: 0, .. })));
    }

    #[test]
    fn clamped_chains_draw_from_the_conditional_distribution() {
        let machine = Machine::new(3, 2, 6);
        let values: Vec<f64> = (0..20_000).flat_map(|_| [9.0, 1.0, 9.0]).collect();
        let mut chains = Chains::starting_at(&machine, vec![0.0; 60_000], 3).unwrap();
        chains.gibbs_clamped(&machine, 40, &[false, true, false], &values).unwrap();
        let mut table = machine.table(1.0);
        let clamped = |state: usize| (state >> 1) & 1 == 1;
        let kept: f64 = table.iter().enumerate().filter(|(state, _)| clamped(*state)).map(|(_, p)| p).sum();
        for (state, p) in table.iter_mut().enumerate() {
            *p = if clamped(state) { *p / kept } else { 0.0 };
        }
        assert_frequencies(&frequencies(chains.first(), 3, chains.second(), 2), &table, ALPHA);

        // A mask for each chain.
        let mask: Vec<bool> = (0..60_000).map(|i| i % 3 == (i / 3) % 3).collect();
        let values: Vec<f64> = (0..60_000).map(|i| f64::from(i % 2)).collect();
        chains.gibbs_clamped(&machine, 3, &mask, &values).unwrap();
        assert!(mask.iter().zip(&values).zip(chains.first()).all(|((known, value), x)| !known || value == x));
    }

    #[test]
    fn the_threads_change_no_bit_and_the_seed_all() {
        // Enough work for several threads.
        let machine = Machine::new(5, 4, 8);
        let run = |threads: usize, seed: u64| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                let mut chains = Chains::starting_at(&machine, vec![0.0; 5 * 700], seed).unwrap();
                chains.gibbs(&machine, 50).unwrap();
                chains.gibbs(&machine, 3).unwrap();
                (chains.first().to_vec(), chains.second().to_vec(), chains.steps())
            })
        };
        assert_eq!(run(1, 1), run(3, 1));
        assert_ne!(run(1, 1), run(1, 2));
        let mut once = Chains::starting_at(&machine, vec![0.0; 5 * 700], 1).unwrap();
        once.gibbs(&machine, 53).unwrap();
        assert_eq!(once.first(), run(1, 1).0);
    }

    #[test]
    fn wrong_sizes_are_errors() {
        let machine = Machine::new(3, 2, 1);
        let short = Chains::starting_at(&machine, vec![0.0; 4], 1).unwrap_err();
        assert_eq!(short, SamplerError::Length { expected: 3, found: 4 });
        let mut chains = Chains::starting_at(&machine, vec![0.0; 6], 1).unwrap();
        let mask = chains.gibbs_clamped(&machine, 1, &[true; 4], &[0.0; 6]).unwrap_err();
        assert_eq!(mask.to_string(), "expected 3 numbers of a mask, found 4");
        let values = chains.gibbs_clamped(&machine, 1, &[true; 3], &[0.0; 3]).unwrap_err();
        assert_eq!(values.to_string(), "expected 6 numbers of values, found 3");
        let temperature = |beta: f64| {
            let error = chains.clone().gibbs_at(&machine, beta, 1).unwrap_err();
            matches!(error, SamplerError::Temperature { place: 0, found } if found.to_bits() == beta.to_bits())
        };
        assert!([f64::NAN, f64::INFINITY, -1.0].into_iter().all(temperature));
        assert!(room::<f64>(usize::MAX, 3).is_err() && room::<f64>(usize::MAX / 64, 3).is_err());
    }

    #[test]
    fn a_model_of_other_widths_is_an_error_and_changes_nothing() {
        let machine = Machine::new(3, 2, 1);
        let mut chains = Chains::starting_at(&machine, vec![1.0; 6], 1).unwrap();
        // Of other widths, of as many numbers in all, and with its blocks the other way round.
        for (visible, hidden) in [(4, 2), (3, 1), (6, 4), (1, 2), (2, 3)] {
            let other = Machine::new(visible, hidden, 1);
            let expected = SamplerError::Model { expected: [3, 2], found: [visible, hidden] };
            let tries = [
                chains.gibbs(&other, 1),
                chains.gibbs_at(&other, 0.5, 1),
                chains.anneal(&other, &Ladder::linear(0.0, 1.0, 3)),
                chains.gibbs_clamped(&other, 1, &[true; 3], &[0.0; 6]),
            ];
            assert!(tries.iter().all(|result| result.as_ref() == Err(&expected)), "{tries:?}");
        }
        assert_eq!((chains.first(), chains.steps()), (&[1.0; 6][..], 0));
        let error = chains.gibbs(&Machine::new(4, 2, 1), 1).unwrap_err().to_string();
        let expected = "expected a model with 3 and 2 numbers in the states of its blocks, as the chains have, found one with 4 and 2";
        assert_eq!(error, expected);
    }
}
