//! Gibbs chains that draw one variable after the other.

use crate::{
    Element,
    kernels::{
        field::{Bias, add_bias, saturated},
        matmul::{Matrix, MatrixMut, matmul},
        scratch,
        sites::{Couplings, Sweep},
    },
    samplers::{
        Draws, Ladder, SamplerError, Sites,
        blocks::each_part_from,
        chains::{Clamp, Temperatures, count, room},
        ladder::check_beta,
    },
};

/// Independent Gibbs chains of a model with couplings between all pairs of variables: a sweep draws each variable in its turn, given all the
/// others.
///
/// Each chain keeps the sums bᵢ + Σ Wᵢⱼ sⱼ and mends them where a variable changes, which costs one row of W; a variable that stays costs next to nothing.
/// A chain's random numbers are those of its seed, sweep and place, so that equal seeds give equal bits whatever the number of threads. Sweeps
/// allocate nothing.
///
/// ```
/// use plumbline::{Const, energy::Boltzmann, layers::Init, samplers::SiteChains};
/// use rand::{SeedableRng, rngs::StdRng};
/// let machine: Boltzmann<Const<4>, Const<2>> = Boltzmann::new(Init::Normal(0.5), &mut StdRng::seed_from_u64(1));
/// let mut chains = SiteChains::random(&machine, 100, 42)?;
/// chains.gibbs(&machine, 50)?;
/// assert_eq!((chains.count(), chains.states().len()), (100, 600));
/// # Ok::<(), plumbline::samplers::SamplerError>(())
/// ```
#[derive(Clone, Debug)]
pub struct SiteChains<E> {
    states: Vec<E>,
    /// b + W s of each chain, in a call.
    fields: Vec<E>,
    biases: Vec<E>,
    width: usize,
    seed: u64,
    sweeps: u64,
}

/// What [`SiteChains::anneal`] found.
///
/// ```
/// use plumbline::{Const, energy::Boltzmann, layers::Init, samplers::{Ladder, SiteChains}};
/// use rand::{SeedableRng, rngs::StdRng};
/// let mut machine: Boltzmann<Const<2>, Const<0>> = Boltzmann::new(Init::Zeros, &mut StdRng::seed_from_u64(1));
/// machine.set_weight(0, 1, -2.0)?;
/// machine.bias_mut().assign(&ndarray::array![1.0, 1.5]);
/// let found = SiteChains::random(&machine, 10, 1)?.anneal(&machine, &Ladder::geometric(0.1, 10.0, 20))?;
/// assert_eq!((found.state, found.energy, found.mean_energies.len()), (vec![0.0, 1.0], -1.5, 21));
/// assert_eq!((found.lowest_energies.len(), found.lowest_energies[20]), (21, -1.5));
/// # Ok::<(), plumbline::energy::EnergyError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Annealing<E> {
    /// A state of the lowest energy that a chain had after a sweep.
    pub state: Vec<E>,
    /// Its energy; ∞ where there was no chain or no rung.
    pub energy: f64,
    /// The mean energy of the chains after the sweep at each rung.
    pub mean_energies: Vec<f64>,
    /// The lowest energy that a chain had after any sweep so far, at each rung: it never rises.
    pub lowest_energies: Vec<f64>,
}

/// Sweeps after which the fields are calculated anew, before what rounding left in them adds up.
const FRESH: usize = 64;

/// Chains that a thread takes at a time, at least.
const PART: usize = 16;

/// What annealing remembers of a chain.
#[derive(Debug)]
struct Memory<E> {
    energy: f64,
    lowest: f64,
    state: Vec<E>,
}

impl<E: Element> SiteChains<E> {
    /// Chains of `model` whose states are the rows of `states`.
    ///
    /// # Errors
    ///
    /// [`SamplerError::Length`] where `states` ends inside a state, [`SamplerError::State`] for a number that is none of the model's two,
    /// [`SamplerError::Size`] for a model whose couplings are not those of its number of variables.
    pub fn starting_at(model: &impl Sites<E>, states: Vec<E>, seed: u64) -> Result<Self, SamplerError> {
        let width = model.sites();
        count(states.len(), width)?;
        check(&states, model.levels(), width)?;
        let chains = SiteChains { fields: Vec::new(), biases: vec![E::zero(); width], states, width, seed, sweeps: 0 };
        chains.fit(model)?;
        Ok(chains)
    }

    /// `count` chains of `model`, each variable in either state with equal odds.
    ///
    /// # Errors
    ///
    /// [`SamplerError::Size`] for a model whose couplings are not those of its number of variables, [`SamplerError::Memory`] for more chains than there is
    /// room for.
    pub fn random(model: &impl Sites<E>, count: usize, seed: u64) -> Result<Self, SamplerError> {
        let (width, [low, high]) = (model.sites(), model.levels());
        let mut states = room(count, width)?;
        states.resize(count * width, E::from_f64(0.5));
        // Of another use than the sweeps'.
        Draws::new(seed, 0).of_block(1).bernoulli(&mut states, width);
        states.iter_mut().for_each(|state| *state = if *state == E::one() { high } else { low });
        Self::starting_at(model, states, seed)
    }

    /// `sweeps` sweeps of each chain.
    ///
    /// # Errors
    ///
    /// [`SamplerError::Size`] for a model of another number of variables.
    pub fn gibbs(&mut self, model: &impl Sites<E>, sweeps: usize) -> Result<(), SamplerError> {
        self.run(model, &Temperatures::Same(1.0, sweeps), None)
    }

    /// `sweeps` sweeps of each chain at the inverse temperature `beta`: of p^β over its sum.
    ///
    /// # Errors
    ///
    /// [`SamplerError::Size`] for a model of another number of variables, [`SamplerError::Temperature`] where `beta` is negative, infinite or NaN.
    pub fn gibbs_at(&mut self, model: &impl Sites<E>, beta: f64, sweeps: usize) -> Result<(), SamplerError> {
        check_beta(0, beta)?;
        self.run(model, &Temperatures::Same(beta, sweeps), None)
    }

    /// `sweeps` sweeps of p(s | the known part of s): the variables where `known` says so have the values of `values` and keep them. `known` is one
    /// mask for all chains or one for each; `values` has a row for each.
    ///
    /// # Errors
    ///
    /// [`SamplerError::Size`] for another number of values, or of truth values, or a model of another number of variables; [`SamplerError::State`] for a
    /// known value that is none of the model's two. Nothing is changed then.
    pub fn gibbs_clamped(
        &mut self,
        model: &impl Sites<E>,
        sweeps: usize,
        known: &[bool],
        values: &[E],
    ) -> Result<(), SamplerError> {
        if known.len() != self.width && known.len() != self.states.len() {
            return Err(SamplerError::Size { what: "a mask", expected: self.width, found: known.len() });
        }
        if values.len() != self.states.len() {
            return Err(SamplerError::Size { what: "values", expected: self.states.len(), found: values.len() });
        }
        let [low, high] = model.levels();
        let mut numbers = values.iter().zip(known.iter().cycle());
        if let Some(place) = numbers.position(|(&value, &known)| known && value != low && value != high) {
            return Err(fault(values, place, [low, high], self.width));
        }
        self.run(model, &Temperatures::Same(1.0, sweeps), Some(Clamp { known, values }))
    }

    /// Simulated annealing (Kirkpatrick, Gelatt and Vecchi, 1983): a sweep of each chain at each inverse temperature of the ladder, in order. What is found
    /// is the state of the lowest energy of any chain after any sweep.
    ///
    /// # Errors
    ///
    /// [`SamplerError::Temperature`] for a rung that is negative, infinite or NaN, [`SamplerError::Size`] for a model of another number of variables.
    pub fn anneal(&mut self, model: &impl Sites<E>, ladder: &Ladder) -> Result<Annealing<E>, SamplerError> {
        ladder.check(0)?;
        let betas = ladder.betas();
        let memory = || Memory { energy: 0.0, lowest: f64::INFINITY, state: vec![E::zero(); self.width] };
        let mut memories: Vec<_> = (0..self.count()).map(|_| memory()).collect();
        let (mut mean_energies, mut lowest_energies) =
            (Vec::with_capacity(betas.len()), Vec::with_capacity(betas.len()));
        for (rung, &beta) in betas.iter().enumerate() {
            self.sweep(model, &Temperatures::Same(beta, 1), None, &mut memories, rung % FRESH == 0)?;
            let sum: f64 = memories.iter().map(|memory| memory.energy).sum();
            mean_energies.push(sum / memories.len() as f64);
            lowest_energies.push(memories.iter().map(|memory| memory.lowest).fold(f64::INFINITY, f64::min));
        }
        let mut best = Memory { energy: 0.0, lowest: f64::INFINITY, state: Vec::new() };
        for memory in memories.into_iter().filter(|_| !betas.is_empty()) {
            if memory.lowest < best.lowest || best.state.is_empty() {
                best = memory;
            }
        }
        let energy = energies(model, &best.state).first().copied().unwrap_or(f64::INFINITY);
        Ok(Annealing { state: best.state, energy, mean_energies, lowest_energies })
    }

    /// As many chains as are asked for, whose states are to be written over what is returned.
    pub(crate) fn restart(&mut self, count: usize) -> &mut [E] {
        self.states.resize(count * self.width, E::zero());
        &mut self.states
    }

    /// [`SiteChains::gibbs_clamped`], where the known variables have their values. `known` is one mask for all chains.
    pub(crate) fn gibbs_holding(
        &mut self,
        model: &impl Sites<E>,
        sweeps: usize,
        known: &[bool],
    ) -> Result<(), SamplerError> {
        self.run(model, &Temperatures::Same(1.0, sweeps), Some(Clamp { known, values: &[] }))
    }

    /// The states, a row for each chain.
    pub fn states(&self) -> &[E] {
        &self.states
    }

    /// E(s) of each chain's state, in `f64`.
    ///
    /// # Errors
    ///
    /// [`SamplerError::Size`] for a model of another number of variables.
    pub fn energies(&self, model: &impl Sites<E>) -> Result<Vec<f64>, SamplerError> {
        self.fit(model)?;
        Ok(energies(model, &self.states))
    }

    /// The number of chains.
    pub fn count(&self) -> usize {
        self.states.len().checked_div(self.width).unwrap_or(0)
    }

    /// The sweeps made so far.
    pub fn sweeps(&self) -> u64 {
        self.sweeps
    }

    /// Asks that a model has as many variables as the chains.
    fn fit(&self, model: &impl Sites<E>) -> Result<(), SamplerError> {
        let (expected, found) = (self.width, model.sites());
        if expected != found {
            return Err(SamplerError::Size { what: "a state of the model", expected, found });
        }
        let (expected, found) = (expected.saturating_mul(expected), model.couplings().len());
        if expected != found {
            return Err(SamplerError::Size { what: "the couplings", expected, found });
        }
        check_beta(0, 1.0 / model.temperature())
    }

    fn run(
        &mut self,
        model: &impl Sites<E>,
        temperatures: &Temperatures<'_>,
        clamp: Option<Clamp<'_, E>>,
    ) -> Result<(), SamplerError> {
        self.sweep(model, temperatures, clamp, &mut [], true)
    }

    /// Sweeps at consecutive temperatures. The fields are calculated anew at the first where `fresh`. A memory for each chain is brought up to date
    /// after the last, if there are any.
    fn sweep(
        &mut self,
        model: &impl Sites<E>,
        temperatures: &Temperatures<'_>,
        clamp: Option<Clamp<'_, E>>,
        memories: &mut [Memory<E>],
        fresh: bool,
    ) -> Result<(), SamplerError> {
        self.fit(model)?;
        let (width, steps, first) = (self.width, temperatures.count(), self.sweeps);
        self.sweeps += steps as u64;
        self.fields.resize(self.states.len(), E::zero());
        model.biases_into(&mut self.biases);
        let site = Site {
            weight: model.couplings(),
            biases: &self.biases,
            levels: model.levels(),
            scale: (model.levels()[1] - model.levels()[0]).as_f64() / model.temperature(),
        };
        let (seed, remember) = (self.seed, usize::from(!memories.is_empty()));
        let work = self.states.len().saturating_mul(width).saturating_mul(steps.saturating_add(1));
        let part = |states: &mut [E], fields: &mut [E], memories: &mut [Memory<E>], chain: usize| {
            if let Some(clamp) = clamp {
                clamp.set(states, chain * width);
            }
            for step in 0..steps {
                if step % FRESH == 0 && (fresh || step > 0) {
                    site.fields(states, fields);
                }
                let draws = Draws::new(seed, first + step as u64).of_chain(chain);
                let known = clamp.map_or(&[][..], |clamp| clamp.of_rows(chain * width, width));
                site.sweep(states, fields, known, temperatures.beta(step), draws);
            }
            let rows = states.chunks_exact(width.max(1)).zip(fields.chunks_exact(width.max(1)));
            for (memory, (state, fields)) in memories.iter_mut().zip(rows) {
                memory.note(site.energy(state, fields), state);
            }
        };
        each_part_from(PART, &mut self.states, &mut self.fields, memories, [width, width, remember], work, &part);
        Ok(())
    }
}

/// A model's numbers.
#[derive(Clone, Copy)]
struct Site<'a, E> {
    weight: &'a [E],
    biases: &'a [E],
    levels: [E; 2],
    /// (upper − lower) / T
    scale: f64,
}

impl<E: Element> Site<'_, E> {
    /// b + W s of rows of states.
    fn fields(&self, states: &[E], fields: &mut [E]) {
        let width = self.biases.len();
        let rows = states.len().checked_div(width).unwrap_or(0);
        let weight = Matrix::row_major(self.weight, width, width);
        matmul(MatrixMut::row_major(fields, rows, width), Matrix::row_major(states, rows, width), weight, false);
        add_bias(fields, 1.0, Bias::of(self.biases));
    }

    /// A sweep of each row. `known` is a mask for all rows or one for each, or empty.
    fn sweep(&self, states: &mut [E], fields: &mut [E], known: &[bool], beta: f64, draws: Draws) {
        let width = self.biases.len();
        let rows = states.chunks_exact_mut(width.max(1)).zip(fields.chunks_exact_mut(width.max(1)));
        let mut masks = known.chunks_exact(width.max(1)).cycle();
        scratch::with(width, |thresholds| {
            for (chain, (states, fields)) in rows.enumerate() {
                let known = masks.next().unwrap_or_default();
                // The variables from the first to the last that is not known: among the others nothing changes, and nobody asks for their fields.
                let (from, to) = match known.iter().position(|known| !known) {
                    Some(from) => (from, known.iter().rposition(|known| !known).map_or(width, |last| last + 1)),
                    None if known.is_empty() => (0, width),
                    None => continue,
                };
                draws.of_chain(chain).logistic_from(&mut thresholds[from..to], width, from);
                Sweep {
                    couplings: Couplings { weight: &self.weight[from * width + from..], stride: width },
                    thresholds: &thresholds[from..to],
                    known: known.get(from..to).unwrap_or_default(),
                    scale: E::from_f64(saturated::<E>(beta * self.scale)),
                    levels: self.levels,
                    states: &mut states[from..to],
                    fields: &mut fields[from..to],
                }
                .run();
            }
        });
    }

    /// E(s) = −½ s · (b + x) with the fields x = b + W s.
    fn energy(&self, state: &[E], fields: &[E]) -> f64 {
        let terms = state.iter().zip(fields).zip(self.biases);
        -0.5 * terms.map(|((s, x), b)| s.as_f64() * (x.as_f64() + b.as_f64())).sum::<f64>()
    }
}

impl<E: Element> Memory<E> {
    fn note(&mut self, energy: f64, state: &[E]) {
        self.energy = energy;
        if energy < self.lowest {
            self.lowest = energy;
            self.state.copy_from_slice(state);
        }
    }
}

/// E(s) of rows of states, in `f64`.
fn energies<E: Element>(model: &impl Sites<E>, states: &[E]) -> Vec<f64> {
    let width = model.sites();
    let mut biases = vec![E::zero(); width];
    model.biases_into(&mut biases);
    states.chunks_exact(width.max(1)).map(|s| energy(model.couplings(), &biases, s)).collect()
}

/// −½ sᵀ W s − bᵀ s, in `f64`.
pub(crate) fn energy<E: Element>(weight: &[E], biases: &[E], s: &[E]) -> f64 {
    let dot = |a: &[E], b: &[E]| a.iter().zip(b).map(|(a, b)| a.as_f64() * b.as_f64()).sum::<f64>();
    let rows = weight.chunks_exact(s.len().max(1)).zip(s).filter(|(_, s)| **s != E::zero());
    -0.5 * rows.map(|(row, own)| own.as_f64() * dot(row, s)).sum::<f64>() - dot(biases, s)
}

/// Asks that each number is one of the two.
fn check<E: Element>(states: &[E], levels: [E; 2], width: usize) -> Result<(), SamplerError> {
    match states.iter().position(|state| !levels.contains(state)) {
        None => Ok(()),
        Some(place) => Err(fault(states, place, levels, width)),
    }
}

fn fault<E: Element>(states: &[E], place: usize, levels: [E; 2], width: usize) -> SamplerError {
    SamplerError::State {
        expected: levels.map(E::as_f64),
        found: states[place].as_f64(),
        place: place % width.max(1),
        chain: place / width.max(1),
    }
}
