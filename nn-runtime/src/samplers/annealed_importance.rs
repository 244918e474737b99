//! Ratios of sums over states, by annealing.

use crate::{
    Element,
    samplers::{Blocks, Chains, Ladder, SamplerError, blocks::each_part},
};

/// Annealed importance sampling: chains that start from exact samples at the first rung β₀ and make a Gibbs step at each rung between, with
/// the weight w = Π f(xₖ; βₖ₊₁) / f(xₖ; βₖ), whose mean is Z(β_K) / Z(β₀) (Neal, 2001; Salakhutdinov and Murray, 2008).
///
/// ```
/// use nn_runtime::samplers::{AnnealedImportance, Ladder};
/// let ais = AnnealedImportance::new(Ladder::linear(0.0, 0.5, 500).then(0.9, 4000).then(1.0, 10_000))?;
/// assert_eq!(ais.ladder().betas().len(), 14_501);
/// # Ok::<(), nn_runtime::samplers::SamplerError>(())
/// ```
#[derive(Clone, Debug)]
pub struct AnnealedImportance {
    ladder: Ladder,
}

impl AnnealedImportance {
    /// Annealing along a ladder of at least two rungs.
    ///
    /// # Errors
    ///
    /// [`SamplerError::Short`] for fewer; [`SamplerError::Temperature`] for a rung that is negative, infinite or NaN.
    pub fn new(ladder: Ladder) -> Result<Self, SamplerError> {
        ladder.check(2)?;
        Ok(AnnealedImportance { ladder })
    }

    /// The ladder.
    pub fn ladder(&self) -> &Ladder {
        &self.ladder
    }

    /// From samples at the first rung to the last: ln w for each chain, whose mean weight estimates Z(β_K) / Z(β₀).
    pub fn forward<E: Element>(&self, model: &impl Blocks<E>, chains: &mut Chains<E>) -> LogWeights {
        self.walk(model, chains, false)
    }

    /// From samples at the last rung to the first: ln w for each chain, whose mean weight estimates Z(β₀) / Z(β_K). Each chain first makes a
    /// Gibbs step at the last rung.
    ///
    /// With any other start x the mean weight estimates the probability of x under the forward annealing as a generator, divided by
    /// f(x; β_K) / Z(β₀): RAISE (Burda, Grosse and Salakhutdinov, 2015).
    pub fn reverse<E: Element>(&self, model: &impl Blocks<E>, chains: &mut Chains<E>) -> LogWeights {
        self.walk(model, chains, true)
    }

    fn walk<E: Element>(&self, model: &impl Blocks<E>, chains: &mut Chains<E>, reverse: bool) -> LogWeights {
        let betas = self.ladder.betas();
        let rung = |step: usize| if reverse { betas[betas.len() - 1 - step] } else { betas[step] };
        let random = chains.take_steps(betas.len() as u64);
        let mut logs = vec![0.0; chains.count()];
        let [width, other] = chains.widths();
        let (first, second) = chains.parts_mut();
        let work = (3 * betas.len() * first.len()).saturating_mul(other);
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
            }
        });
        LogWeights { logs }
    }
}

/// The logarithms of importance weights, and what they tell of the mean weight.
///
/// ```
/// use nn_runtime::samplers::LogWeights;
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
        self.logs.iter().copied().fold(f64::NEG_INFINITY, f64::max)
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
            let forward = ais.forward(&machine, &mut chains);
            let (found, error) = (forward.log_mean(), forward.standard_error());
            assert!((found - exact).abs() < 3.0 * error, "{found} ± {error}, expected {exact}");
            let [low, high] = forward.interval(3.0);
            assert!(low < exact && exact < high && high - low < 1.0);
            assert!(forward.effective_count() > 100.0);

            chains.gibbs(&machine, 100);
            let reverse = ais.reverse(&machine, &mut chains);
            let (found, error) = (-reverse.log_mean(), reverse.standard_error());
            assert!((found - exact).abs() < 3.0 * error, "reverse {found} ± {error}, expected {exact}");
            assert!(error > 0.0);
        }
    }

    #[test]
    fn weights_beyond_the_range_of_numbers_are_averaged() {
        let weights = LogWeights::from(vec![2000.0, 2000.0 + 3.0_f64.ln()]);
        assert!((weights.log_mean() - 2000.0 - 2.0_f64.ln()).abs() < 1e-12);
        assert_eq!(LogWeights::from(vec![]).log_mean(), f64::NEG_INFINITY);
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
