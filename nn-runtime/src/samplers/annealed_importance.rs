//! Ratios of sums over states, by annealing.

use crate::{
    Element,
    samplers::{Bar, Blocks, Chains, Ladder, SamplerError, blocks::each_part, on_threads},
};

/// Annealed importance sampling: chains that start from exact samples at the first rung β₀ and make a Gibbs step at each rung between, with
/// the weight w = Π f(xₖ; βₖ₊₁) / f(xₖ; βₖ), whose mean is Z(β_K) / Z(β₀) (Neal, 2001; Salakhutdinov and Murray, 2008).
///
/// ```
/// use plumbline::samplers::{AnnealedImportance, Ladder};
/// let ais = AnnealedImportance::new(Ladder::linear(0.0, 0.5, 500).then(0.9, 4000).then(1.0, 10_000))?;
/// assert_eq!(ais.ladder().betas().len(), 14_501);
/// # Ok::<(), plumbline::samplers::SamplerError>(())
/// ```
#[derive(Clone, Debug)]
pub struct AnnealedImportance {
    ladder: Ladder,
    threads: Option<usize>,
    progress: bool,
}

impl AnnealedImportance {
    /// Annealing along a ladder of at least two rungs.
    ///
    /// # Errors
    ///
    /// [`SamplerError::Short`] for fewer, [`SamplerError::TooLong`] for more than memory holds; [`SamplerError::Temperature`] for a rung that is negative, infinite or NaN.
    pub fn new(ladder: Ladder) -> Result<Self, SamplerError> {
        ladder.check(2)?;
        Ok(AnnealedImportance { ladder, threads: None, progress: false })
    }

    /// Takes `count` threads of its own, or as many as the machine has cores where it is 0; without this, those of the current pool. Each thread takes some of
    /// the chains. The weights are the same, to the bit, for any number.
    #[must_use]
    pub fn threads(mut self, count: usize) -> Self {
        self.threads = Some(count);
        self
    }

    /// Whether progress is shown on the error stream, where that is a terminal. It is not unless this is set.
    #[must_use]
    pub fn progress(mut self, shown: bool) -> Self {
        self.progress = shown;
        self
    }

    /// The ladder.
    pub fn ladder(&self) -> &Ladder {
        &self.ladder
    }

    /// From samples at the first rung to the last: ln w for each chain, whose mean weight estimates Z(β_K) / Z(β₀).
    ///
    /// # Errors
    ///
    /// [`SamplerError::Model`] for a model of other widths than the chains', [`SamplerError::Improper`] for one that is no distribution at a rung,
    /// [`SamplerError::Threads`] where the system does not give as many as are asked for. The chains are then as they were.
    pub fn forward<E: Element>(
        &self,
        model: &impl Blocks<E>,
        chains: &mut Chains<E>,
    ) -> Result<LogWeights, SamplerError> {
        self.run(model, chains, "annealing", false)
    }

    /// From samples at the last rung to the first: ln w for each chain, whose mean weight estimates Z(β₀) / Z(β_K). Each chain first makes a
    /// Gibbs step at the last rung.
    ///
    /// With any other start x the mean weight estimates the probability of x under the forward annealing as a generator, divided by
    /// f(x; β_K) / Z(β₀): RAISE (Burda, Grosse and Salakhutdinov, 2015).
    ///
    /// # Errors
    ///
    /// As [`AnnealedImportance::forward`].
    pub fn reverse<E: Element>(
        &self,
        model: &impl Blocks<E>,
        chains: &mut Chains<E>,
    ) -> Result<LogWeights, SamplerError> {
        self.run(model, chains, "reverse annealing", true)
    }

    fn run<E: Element>(
        &self,
        model: &impl Blocks<E>,
        chains: &mut Chains<E>,
        what: &'static str,
        reverse: bool,
    ) -> Result<LogWeights, SamplerError> {
        chains.fit(model)?;
        self.ladder.check_for(model, 2)?;
        let bar = Bar::new(self.progress, what, self.steps(chains));
        on_threads(self.threads, || self.walk(model, chains, reverse, &bar))
    }

    /// The steps of all chains together.
    fn steps<E: Element>(&self, chains: &Chains<E>) -> u64 {
        (chains.count() as u64).saturating_mul(self.ladder.betas().len() as u64 - 1)
    }

    fn walk<E: Element>(&self, model: &impl Blocks<E>, chains: &mut Chains<E>, reverse: bool, bar: &Bar) -> LogWeights {
        let betas = self.ladder.betas();
        let rung = |step: usize| if reverse { betas[betas.len() - 1 - step] } else { betas[step] };
        let random = chains.take_steps(betas.len() as u64);
        let mut logs = vec![0.0; chains.count()];
        let [width, other] = chains.widths();
        let (first, second) = chains.parts_mut();
        let work = first.len().saturating_mul(other).saturating_mul(3 * betas.len());
        each_part(first, second, &mut logs, [width, other, 1], work, &|first, second, logs, chain| {
            let mut ratios = vec![0.0; logs.len()];
            let steps = betas.len() - 1;
            if reverse {
                random.step(model, rung(0), 0, first, second, chain);
            }
            for step in 0..steps {
                let draws = random.draws(step as u64 + 1, chain);
                let (from, to) = (rung(step), rung(step + 1));
                if step + 1 < steps {
                    model.log_ratios_and_draw(from, to, first, second, &mut ratios, draws.of_block(0));
                } else {
                    model.log_ratios(from, to, first, second, &mut ratios);
                }
                logs.iter_mut().zip(&ratios).for_each(|(log, ratio)| *log += ratio);
                if step + 1 < steps {
                    model.draw_first(to, second, first, draws.of_block(1));
                }
                bar.step(logs.len());
            }
        });
        LogWeights { logs }
    }
}

/// The logarithms of importance weights, and what they tell of the mean weight.
///
/// ```
/// use plumbline::samplers::LogWeights;
/// let weights = LogWeights::from(vec![1.0_f64.ln(), 3.0_f64.ln()]);
/// assert!((weights.log_mean() - 2.0_f64.ln()).abs() < 1e-12);
/// assert!((weights.standard_error() - 0.5).abs() < 1e-12); // √(2 / 2) / 2
/// assert!((weights.effective_count() - 1.6).abs() < 1e-12); // (1 + 3)² / (1 + 9)
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct LogWeights {
    logs: Vec<f64>,
}

impl From<Vec<f64>> for LogWeights {
    fn from(logs: Vec<f64>) -> Self {
        LogWeights { logs }
    }
}

impl LogWeights {
    /// ln wᵢ of each chain.
    pub fn logs(&self) -> &[f64] {
        &self.logs
    }

    /// ln of the mean weight; −∞ of none.
    pub fn log_mean(&self) -> f64 {
        let largest = self.largest();
        if largest.is_finite() { largest + self.mean_power(1).ln() } else { largest }
    }

    /// The standard error of [`LogWeights::log_mean`], to first order: that of the mean weight, divided by it. NaN of fewer than two.
    pub fn standard_error(&self) -> f64 {
        let (n, mean) = (self.logs.len() as f64, self.mean_power(1));
        // In units of the largest weight the squares neither overflow nor vanish.
        let variance = (self.mean_power(2) - mean * mean).max(0.0) * n / (n - 1.0);
        (variance / n).sqrt() / mean
    }

    /// ln of the mean weight minus and plus `errors` of its standard errors, as ln(mean ± errors · error); −∞ where the difference is not
    /// positive.
    pub fn interval(&self, errors: f64) -> [f64; 2] {
        let (log, error) = (self.log_mean(), errors * self.standard_error());
        [log + (1.0 - error).max(0.0).ln(), log + error.ln_1p()]
    }

    /// (Σ wᵢ)² / Σ wᵢ²: how many equal weights tell as much.
    pub fn effective_count(&self) -> f64 {
        self.logs.len() as f64 * self.mean_power(1).powi(2) / self.mean_power(2)
    }

    fn largest(&self) -> f64 {
        // A weight that is NaN makes their mean so.
        self.logs.iter().copied().fold(f64::NEG_INFINITY, |most, log| if log.is_nan() { log } else { most.max(log) })
    }

    /// The mean of wᵏ in units of the largest weight.
    fn mean_power(&self, power: i32) -> f64 {
        let largest = self.largest();
        self.logs.iter().map(|log| (f64::from(power) * (log - largest)).exp()).sum::<f64>() / self.logs.len() as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samplers::testing::Machine;

    #[test]
    fn both_ways_agree_with_the_exact_ratio() {
        for (visible, hidden, seed) in [(3, 2, 1), (5, 4, 2), (6, 6, 3)] {
            let machine = Machine::new(visible, hidden, seed);
            let exact = machine.log_sum(1.0) - machine.log_sum(0.0);
            let ais = AnnealedImportance::new(Ladder::linear(0.0, 1.0, 30)).unwrap();
            // Every state is as likely as any other at β = 0.
            let bits = crate::layers::testing::values::<f64>(4000 * visible, 9);
            let start = bits.iter().map(|&x| f64::from(u8::from(x > 0.0))).collect();
            let mut chains = Chains::starting_at(&machine, start, seed).unwrap();
            let forward = ais.forward(&machine, &mut chains).unwrap();
            let (found, error) = (forward.log_mean(), forward.standard_error());
            assert!((found - exact).abs() < 3.0 * error, "{found} ± {error}, expected {exact}");
            let [low, high] = forward.interval(3.0);
            assert!(low < exact && exact < high && high - low < 1.0);
            assert!(forward.effective_count() > 100.0);

            chains.gibbs(&machine, 100).unwrap();
            let reverse = ais.reverse(&machine, &mut chains).unwrap();
            let (found, error) = (-reverse.log_mean(), reverse.standard_error());
            assert!((found - exact).abs() < 3.0 * error, "reverse {found} ± {error}, expected {exact}");
            assert!(error > 0.0);
        }
    }

    #[test]
    fn the_threads_change_no_bit_and_every_step_is_counted() {
        let machine = Machine::new(12, 8, 1);
        let start = Chains::starting_at(&machine, vec![0.0; 12 * 200], 3).unwrap();
        let ais = AnnealedImportance::new(Ladder::linear(0.0, 1.0, 40)).unwrap();
        // Enough for a second thread.
        assert!(3 * 41 * start.first().len() * 8 >= 1 << 20);
        let walk = |ais: AnnealedImportance, reverse| {
            let mut chains = start.clone();
            let ais = ais.progress(true);
            let weights = if reverse { ais.reverse(&machine, &mut chains) } else { ais.forward(&machine, &mut chains) };
            (weights.unwrap(), chains.first().to_vec())
        };
        for reverse in [false, true] {
            let one = walk(ais.clone().threads(1), reverse);
            assert!((2..5).all(|threads| walk(ais.clone().threads(threads), reverse) == one));
            assert_eq!(walk(ais.clone(), reverse), one);
            let bar = Bar::hidden(ais.steps(&start));
            ais.walk(&machine, &mut start.clone(), reverse, &bar);
            assert_eq!(bar.position(), Some((200 * 40, Some(200 * 40))));
        }
    }

    #[test]
    fn a_model_of_other_widths_is_an_error_and_changes_nothing() {
        let mut chains = Chains::starting_at(&Machine::new(3, 2, 1), vec![1.0; 6], 1).unwrap();
        let ais = AnnealedImportance::new(Ladder::linear(0.0, 1.0, 3)).unwrap();
        let other = Machine::new(2, 2, 1);
        let expected = Err(SamplerError::Model { expected: [3, 2], found: [2, 2] });
        assert_eq!(ais.forward(&other, &mut chains), expected);
        assert_eq!(ais.reverse(&other, &mut chains), expected);
        assert_eq!((chains.first(), chains.steps()), (&[1.0; 6][..], 0));
    }

    #[test]
    fn weights_beyond_the_range_of_numbers_are_averaged() {
        let weights = LogWeights::from(vec![2000.0, 2000.0 + 3.0_f64.ln()]);
        assert!((weights.log_mean() - 2000.0 - 2.0_f64.ln()).abs() < 1e-12);
        assert_eq!(LogWeights::from(vec![]).log_mean(), f64::NEG_INFINITY);
        assert!(
            [vec![f64::NAN], vec![0.0, f64::NAN], vec![f64::NAN, 0.0]]
                .map(LogWeights::from)
                .iter()
                .all(|w| w.log_mean().is_nan())
        );
        assert_eq!(LogWeights::from(vec![-1.0; 3]).standard_error(), 0.0);
        assert!(LogWeights::from(vec![1.0]).standard_error().is_nan());
        assert_eq!(LogWeights::from(vec![0.0, 10.0]).interval(3.0)[0], f64::NEG_INFINITY);
    }

    #[test]
    fn one_rung_is_too_short() {
        let error = AnnealedImportance::new(Ladder::from(vec![1.0])).unwrap_err();
        assert_eq!(error, SamplerError::Short { expected: 2, found: 1 });
    }
}
