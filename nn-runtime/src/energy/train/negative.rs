//! The chains that stand for the model.

use super::is_amount;
use crate::{
    Element,
    energy::{EnergyError, Hidden, Rbm, Visible, rbm::Statistics},
    samplers::{Bar, Draws, Ladder, PART, Tempering, each_part_from},
    shape::FixedDimension,
    train::OptimizerError,
};

/// Where the model's means come from.
#[derive(Clone, Debug)]
pub(super) struct Negative {
    pub(super) steps: usize,
    /// Whether the statistics have samples of h in place of E(h | v).
    sampled_hidden: bool,
    chains: Chains,
}

#[derive(Clone, Debug)]
enum Chains {
    /// None: the means are exact.
    None,
    /// As many as the batch has samples, starting there.
    AtData,
    Persistent(usize),
    Fast {
        chains: usize,
        rate: f64,
        memory: f64,
    },
    Tempered {
        chains: usize,
        ladder: Ladder,
    },
}

impl Negative {
    pub(super) fn none() -> Self {
        Negative { steps: 0, sampled_hidden: false, chains: Chains::None }
    }

    pub(super) fn at_data(steps: usize) -> Self {
        Negative { steps, sampled_hidden: false, chains: Chains::AtData }
    }

    pub(super) fn persist(&mut self, chains: usize) {
        self.chains = Chains::Persistent(chains);
    }

    pub(super) fn hasten(&mut self, chains: usize, rate: f64, memory: f64) {
        self.chains = Chains::Fast { chains, rate, memory };
    }

    pub(super) fn temper(&mut self, chains: usize, ladder: Ladder) {
        self.chains = Chains::Tempered { chains, ladder };
    }

    pub(super) fn sample_hidden(&mut self, sampled: bool) {
        self.sampled_hidden = sampled;
    }

    pub(super) fn take(&mut self) -> Self {
        std::mem::replace(self, Negative::none())
    }

    /// The chains that go on from step to step.
    fn lasting(&self) -> Option<usize> {
        match self.chains {
            Chains::None | Chains::AtData => None,
            Chains::Persistent(chains) | Chains::Fast { chains, .. } | Chains::Tempered { chains, .. } => Some(chains),
        }
    }

    fn check<E: Element>(&self) -> Result<(), EnergyError> {
        if self.steps == 0 && !matches!(self.chains, Chains::None) {
            let (option, expected) = ("ContrastiveDivergence::new", "at least 1 Gibbs step");
            return Err(EnergyError::Option { option, expected, found: 0.0 });
        }
        if self.lasting() == Some(0) {
            let expected = "at least 1 chain";
            return Err(EnergyError::Option { option: "persistent", expected, found: 0.0 });
        }
        let (option, expected) = ("fast_persistent", "a rate of at least 0 and a memory from 0 to below 1");
        match self.chains {
            Chains::Fast { rate, .. } if !is_amount::<E>(rate) => {
                Err(EnergyError::Option { option, expected, found: rate })
            }
            Chains::Fast { memory, .. } if !(0.0..1.0).contains(&memory) => {
                Err(EnergyError::Option { option, expected, found: memory })
            }
            _ => Ok(()),
        }
    }
}

/// Whether the model's means are sampled or exact. Only where they are exact is the code compiled that asks for a small model.
pub trait Means: std::fmt::Debug {
    /// The exact means, if they are to be.
    #[doc(hidden)]
    fn exact<I: FixedDimension, N: FixedDimension, V: Visible, H: Hidden, E: Element>(
        rbm: &Rbm<I, N, V, H, E>,
    ) -> Option<Statistics>;
}

/// Means over chains.
#[derive(Clone, Copy, Debug)]
pub struct Sampled;

/// Means over all states.
#[derive(Clone, Copy, Debug)]
pub struct Enumerated;

impl Means for Sampled {
    fn exact<I: FixedDimension, N: FixedDimension, V: Visible, H: Hidden, E: Element>(
        _: &Rbm<I, N, V, H, E>,
    ) -> Option<Statistics> {
        None
    }
}

impl Means for Enumerated {
    fn exact<I: FixedDimension, N: FixedDimension, V: Visible, H: Hidden, E: Element>(
        rbm: &Rbm<I, N, V, H, E>,
    ) -> Option<Statistics> {
        Some(rbm.exact_statistics())
    }
}

/// The fast parameters, in the order of the model's slices.
const NAMES: [&str; 4] = ["fast weight", "fast visible_bias", "fast hidden_bias", "fast log_variance"];

/// A model, and what its parameters have more than those of the one that learns.
type Fast<I, N, V, H, E> = [Rbm<I, N, V, H, E>; 2];

/// The chains between steps.
pub(super) struct Phase<I, N, V, H, E> {
    negative: Negative,
    /// The model of the chains, where it has parameters of its own.
    fast: Option<Fast<I, N, V, H, E>>,
    tempering: Option<Tempering<E>>,
    /// Wᵀ of this step.
    turned: Vec<E>,
}

impl<I: FixedDimension, N: FixedDimension, V: Visible, H: Hidden, E: Element> Phase<I, N, V, H, E> {
    const VISIBLE: usize = Rbm::<I, N, V, H, E>::VISIBLE;

    /// Chains that start at samples of `data`, which has some; and the samples themselves.
    pub(super) fn new(
        rbm: &Rbm<I, N, V, H, E>,
        data: &[E],
        negative: Negative,
        seed: u64,
    ) -> Result<(Self, Vec<E>), EnergyError> {
        negative.check::<E>()?;
        let mut phase = Phase { fast: None, tempering: None, turned: Vec::new(), negative };
        let Some(chains) = phase.negative.lasting() else {
            return Ok((phase, Vec::new()));
        };
        let samples = data.len() / Self::VISIBLE.max(1);
        let random = Draws::new(seed, 0);
        let start = |chain: usize| {
            // A sample for each chain, drawn with replacement.
            let sample = ((random.uniform(chain, 1, 0) * samples as f64) as usize).min(samples - 1);
            &data[sample * Self::VISIBLE..(sample + 1) * Self::VISIBLE]
        };
        let start: Vec<E> = (0..chains).flat_map(start).copied().collect();
        match &phase.negative.chains {
            Chains::Fast { .. } => phase.fast = Some([rbm.clone(), rbm.zeroed()]),
            Chains::Tempered { ladder, .. } => {
                if ladder.betas().first() != Some(&1.0) {
                    let (option, expected) = ("tempered", "a ladder that begins at 1");
                    let found = ladder.betas().first().copied().unwrap_or(f64::NAN);
                    return Err(EnergyError::Option { option, expected, found });
                }
                phase.tempering = Some(Tempering::starting_at(rbm, ladder.clone(), start.clone(), seed)?);
            }
            _ => {}
        }
        Ok((phase, start))
    }

    /// The chains that belong to a batch.
    pub(super) fn chains(&self, samples: usize) -> usize {
        match self.negative.chains {
            Chains::None => 0,
            _ => self.negative.lasting().unwrap_or(samples),
        }
    }

    pub(super) fn swap_rates(&self) -> Vec<f64> {
        self.tempering.as_ref().map_or_else(Vec::new, Tempering::swap_rates)
    }

    /// E(h | v) of the data into `means`, and the chains a few steps on: their states into `chains` and E(h | v) of these into `chain_means`. Where the statistics
    /// have samples, these stand in place of the means.
    pub(super) fn run(
        &mut self,
        rbm: &Rbm<I, N, V, H, E>,
        data: &[E],
        means: &mut [E],
        chains: &mut [E],
        chain_means: &mut [E],
        draws: Draws,
    ) {
        let (visible, hidden) = (Self::VISIBLE, Rbm::<I, N, V, H, E>::HIDDEN);
        let (steps, sampled) = (self.negative.steps, self.negative.sampled_hidden);
        // The blocks of random numbers behind those of the Gibbs steps.
        let [of_chains, of_data] = [0, 1].map(|block| draws.of_block(2 * steps as u64 + block));
        // A mean, or the sample that stands for it, from fields.
        let settle = |h: &mut [E], model: &Rbm<I, N, V, H, E>, draws: Draws| {
            if sampled {
                H::draw(h, hidden, model.temperature(), draws);
            } else {
                H::means(h, model.temperature());
            }
        };
        let cost = visible * hidden;
        rbm.turn(means.len() / hidden.max(1), &mut self.turned);
        let turned = &*self.turned;
        // Products with the turned weights are cut by columns, and want many rows.
        let least = if turned.is_empty() { PART } else { 4 * PART };
        if let Chains::AtData = self.negative.chains {
            let work = means.len() * visible * (2 * steps + 2);
            let part = |means: &mut [E], v: &mut [E], h: &mut [E], first: usize| {
                let start = &data[first * visible..first * visible + v.len()];
                let draws = draws.of_chain(first);
                rbm.hidden_fields_by(start, h, turned);
                H::means_and_draw(h, means, hidden, rbm.temperature(), draws.of_block(0));
                if sampled {
                    // The sample that the chain starts with.
                    means.copy_from_slice(h);
                }
                v.copy_from_slice(start);
                for step in 0..steps as u64 {
                    if step > 0 {
                        rbm.hidden_fields_by(v, h, turned);
                        H::draw(h, hidden, rbm.temperature(), draws.of_block(2 * step));
                    }
                    rbm.draw_visible_rows(h, v, draws.of_block(2 * step + 1));
                }
                rbm.hidden_fields_by(v, h, turned);
                settle(h, rbm, of_chains.of_chain(first));
            };
            return each_part_from(least, means, chains, chain_means, [hidden, visible, hidden], work, &part);
        }
        Rbm::<I, N, V, H, E>::rows(data, means, [visible, hidden], |v, h, first| {
            rbm.hidden_fields_by(v, h, turned);
            settle(h, rbm, of_data.of_chain(first));
        });
        if let Some(tempering) = &mut self.tempering {
            // Of the model that the chains were made for.
            tempering.advance(rbm, steps, &Bar::new(false, "", 0));
            chains.copy_from_slice(tempering.first(0));
            Rbm::<I, N, V, H, E>::rows(chains, chain_means, [visible, hidden], |v, h, first| {
                rbm.hidden_fields(v, h, 1.0);
                settle(h, rbm, of_chains.of_chain(first));
            });
            return;
        }
        let model = match &mut self.fast {
            Some([sum, fast]) => {
                for ((sum, own), fast) in sum.slices_mut().into_iter().zip(rbm.slices()).zip(fast.slices()) {
                    sum.iter_mut().zip(own).zip(fast).for_each(|((sum, &own), &fast)| *sum = own + fast);
                }
                &*sum
            }
            None => rbm,
        };
        // The chains' model may have parameters of its own.
        model.turn(chains.len() / visible.max(1), &mut self.turned);
        let turned = &*self.turned;
        let least = if turned.is_empty() { PART } else { 4 * PART };
        let work = chains.len() / visible.max(1) * cost * (2 * steps + 1);
        each_part_from(
            least,
            chains,
            chain_means,
            &mut [],
            [visible, hidden, 0],
            work,
            &|v, h, _: &mut [()], first| {
                let draws = draws.of_chain(first);
                for step in 0..steps as u64 {
                    model.hidden_fields_by(v, h, turned);
                    H::draw(h, hidden, model.temperature(), draws.of_block(2 * step));
                    model.draw_visible_rows(h, v, draws.of_block(2 * step + 1));
                }
                model.hidden_fields_by(v, h, turned);
                settle(h, model, of_chains.of_chain(first));
            },
        );
    }

    /// What the chains are.
    pub(super) fn negative(&self) -> &Negative {
        &self.negative
    }

    /// The fast parameters learn from the gradient, which is finite.
    ///
    /// # Errors
    ///
    /// [`OptimizerError::Overflow`] where a fast parameter would leave the finite numbers; nothing is changed then.
    pub(super) fn learn(&mut self, gradients: &Rbm<I, N, V, H, E>) -> Result<(), OptimizerError> {
        if let (Some([_, fast]), Chains::Fast { rate, memory, .. }) = (&mut self.fast, &self.negative.chains) {
            let (rate, memory) = (E::from_f64(*rate), E::from_f64(*memory));
            let next = |fast: E, g: E| memory * fast - rate * g;
            for (tensor, (fast, gradient)) in fast.slices().into_iter().zip(gradients.slices()).enumerate() {
                let mut numbers = fast.iter().zip(gradient).map(|(&fast, &g)| next(fast, g)).enumerate();
                if let Some((index, found)) = numbers.find(|(_, fast)| !fast.is_finite()) {
                    let name = NAMES[tensor].into();
                    return Err(OptimizerError::Overflow { name, index, found: found.as_f64() });
                }
            }
            for (fast, gradient) in fast.slices_mut().into_iter().zip(gradients.slices()) {
                fast.iter_mut().zip(gradient).for_each(|(fast, &g)| *fast = next(*fast, g));
            }
        }
        Ok(())
    }
}
