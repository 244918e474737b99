//! How the learning rate changes with time.

use std::f64::consts::PI;

/// η(t): the learning rate at time t, from the base rate η₀ that the optimizer was made with. A time is an epoch or a step, as the
/// [`Trainer`](crate::train::Trainer) is told; both count from 0, and go on in a second training by the same trainer.
///
/// ```
/// use plumbline::train::{Schedule, Step};
/// let schedule = Step::new(10, 0.1);
/// assert_eq!(schedule.rate(0.5, 9), 0.5);
/// assert_eq!(schedule.rate(0.5, 10), 0.05);
/// ```
/// It may remember losses, as [`ReduceOnPlateau`] does. What trains with it keeps a clone of how it was at first, to begin anew with.
pub trait Schedule: std::fmt::Debug + Send {
    /// η(t) from η₀ = `base`.
    fn rate(&self, base: f64, time: usize) -> f64;

    /// Takes note of the loss after an epoch: the validation's where there is one.
    fn observe(&mut self, loss: f64) {
        let _ = loss;
    }
}

/// A schedule in use, and how it was at first.
pub(crate) struct Scheduled<'a> {
    pub(crate) now: Box<dyn Schedule + 'a>,
    anew: Box<dyn Fn() -> Box<dyn Schedule + 'a> + Send + 'a>,
}

impl<'a> Scheduled<'a> {
    pub(crate) fn new(schedule: impl Schedule + Clone + 'a) -> Self {
        Scheduled { now: Box::new(schedule.clone()), anew: Box::new(move || Box::new(schedule.clone())) }
    }

    pub(crate) fn restart(&mut self) {
        self.now = (self.anew)();
    }
}

impl std::fmt::Debug for Scheduled<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.now.fmt(f)
    }
}

/// η = η₀.
///
/// ```
/// use plumbline::train::{Constant, Schedule};
/// assert_eq!(Constant.rate(0.5, 99), 0.5);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Constant;

impl Schedule for Constant {
    fn rate(&self, base: f64, _: usize) -> f64 {
        base
    }
}

/// η = η₀ γ^⌊t / s⌋: `torch.optim.lr_scheduler.StepLR`.
///
/// ```
/// use plumbline::train::{Schedule, Step};
/// assert_eq!([0, 1, 2, 3, 4].map(|t| Step::new(2, 0.5).rate(8.0, t)), [8.0, 8.0, 4.0, 4.0, 2.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    size: usize,
    factor: f64,
}

impl Step {
    /// Steps of s = `size` times by the factor γ; a size of 0 counts as 1.
    pub fn new(size: usize, factor: f64) -> Self {
        Step { size: size.max(1), factor }
    }
}

impl Schedule for Step {
    fn rate(&self, base: f64, time: usize) -> f64 {
        base * self.factor.powf((time / self.size) as f64)
    }
}

/// η = η₀ γᵗ: `torch.optim.lr_scheduler.ExponentialLR`.
///
/// ```
/// use plumbline::train::{Exponential, Schedule};
/// assert_eq!([0, 1, 2].map(|t| Exponential::new(0.5).rate(8.0, t)), [8.0, 4.0, 2.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exponential {
    factor: f64,
}

impl Exponential {
    /// Decay by the factor γ.
    pub fn new(factor: f64) -> Self {
        Exponential { factor }
    }
}

impl Schedule for Exponential {
    fn rate(&self, base: f64, time: usize) -> f64 {
        base * self.factor.powf(time as f64)
    }
}

/// η = η₁ + ½ (η₀ − η₁) (1 + cos(π t / T)), and η₁ after T: `torch.optim.lr_scheduler.CosineAnnealingLR` (Loshchilov and Hutter, 2017).
///
/// ```
/// use plumbline::train::{Cosine, Schedule};
/// let schedule = Cosine::new(10).minimum(0.1);
/// assert_eq!((schedule.rate(0.5, 0), schedule.rate(0.5, 10), schedule.rate(0.5, 99)), (0.5, 0.1, 0.1));
/// assert!((schedule.rate(0.5, 5) - 0.3).abs() < 1e-12);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cosine {
    times: usize,
    minimum: f64,
}

impl Cosine {
    /// Half a wave over T = `times`, down to η₁ = 0.
    pub fn new(times: usize) -> Self {
        Cosine { times, minimum: 0.0 }
    }

    /// Sets η₁.
    #[must_use]
    pub fn minimum(self, minimum: f64) -> Self {
        Cosine { minimum, ..self }
    }
}

impl Schedule for Cosine {
    fn rate(&self, base: f64, time: usize) -> f64 {
        if time >= self.times { self.minimum } else { anneal(base, self.minimum, time as f64 / self.times as f64) }
    }
}

/// Half a cosine wave from `start` at 0 to `end` at 1.
fn anneal(start: f64, end: f64, part: f64) -> f64 {
    end + (start - end) / 2.0 * (1.0 + (PI * part).cos())
}

/// From η₀ / 25 up to η₀ in the first 30 % of T times and down to η₀ / (25 · 10⁴) in the rest, both by half a cosine wave:
/// `torch.optim.lr_scheduler.OneCycleLR` with `max_lr` = η₀ (Smith and Topin, 2019). The optimizer's base rate is the peak.
///
/// ```
/// use plumbline::train::{OneCycle, Schedule};
/// let schedule = OneCycle::new(100);
/// for (time, rate) in [(0, 0.02), (29, 0.5), (99, 2e-6)] {
///     assert!((schedule.rate(0.5, time) - rate).abs() < 1e-12);
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OneCycle {
    times: usize,
    rise: f64,
    initial: f64,
    last: f64,
}

impl OneCycle {
    /// One cycle over T = `times`.
    pub fn new(times: usize) -> Self {
        OneCycle { times, rise: 0.3, initial: 25.0, last: 1e4 }
    }

    /// Sets the part of the times, from 0 to 1, in which the rate rises.
    #[must_use]
    pub fn rise(self, part: f64) -> Self {
        OneCycle { rise: part, ..self }
    }

    /// Sets the divisors: the first rate is η₀ / `initial`, the last η₀ / (`initial` · `last`).
    #[must_use]
    pub fn divisors(self, initial: f64, last: f64) -> Self {
        OneCycle { initial, last, ..self }
    }
}

impl Schedule for OneCycle {
    fn rate(&self, base: f64, time: usize) -> f64 {
        // As PyTorch counts: the peak is at rise · T − 1, the end at T − 1.
        let end = self.times as f64 - 1.0;
        let peak = (self.rise * self.times as f64 - 1.0).clamp(0.0, end.max(0.0));
        let (low, lowest) = (base / self.initial, base / self.initial / self.last);
        let time = time as f64;
        if time >= end {
            lowest
        } else if time <= peak {
            anneal(low, base, if peak > 0.0 { time / peak } else { 1.0 })
        } else {
            anneal(base, lowest, (time - peak) / (end - peak))
        }
    }
}

/// η rises in a straight line from η(0) / 3 to η(0) of another schedule, over n times, and follows that schedule from then on, which then counts from 0:
/// `torch.optim.lr_scheduler.LinearLR` before another in a `SequentialLR`.
///
/// ```
/// use plumbline::train::{Constant, Schedule, WarmUp};
/// let schedule = WarmUp::new(4, Constant).start(0.5);
/// assert_eq!([0, 1, 2, 3, 4, 5].map(|t| schedule.rate(8.0, t)), [4.0, 5.0, 6.0, 7.0, 8.0, 8.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WarmUp<S> {
    times: usize,
    start: f64,
    then: S,
}

impl<S: Schedule> WarmUp<S> {
    /// Rises for n = `times`, and goes on as `then`.
    pub fn new(times: usize, then: S) -> Self {
        WarmUp { times, start: 1.0 / 3.0, then }
    }

    /// Sets the part of the rate that it starts from.
    #[must_use]
    pub fn start(self, part: f64) -> Self {
        WarmUp { start: part, ..self }
    }
}

impl<S: Schedule> Schedule for WarmUp<S> {
    fn rate(&self, base: f64, time: usize) -> f64 {
        match time.checked_sub(self.times) {
            Some(time) => self.then.rate(base, time),
            None => {
                let part = self.start + (1.0 - self.start) * time as f64 / self.times as f64;
                self.then.rate(base, 0) * part
            }
        }
    }

    fn observe(&mut self, loss: f64) {
        self.then.observe(loss);
    }
}

/// η ← max(γ η, η₁) whenever the loss C has not been better for more than `patience` epochs, C < C₀ − t |C₀| with the best loss C₀ before:
/// `torch.optim.lr_scheduler.ReduceLROnPlateau`, whose margin t C₀ is that for losses above 0 alone.
///
/// Defaults: γ = 0.1, patience 10, t = 10⁻⁴, η₁ = 0, no cooldown. The time does not matter to it. A loss of NaN is never better.
///
/// ```
/// use plumbline::train::{ReduceOnPlateau, Schedule};
/// let mut schedule = ReduceOnPlateau::new().patience(1).factor(0.5);
/// let rates = [3.0, 2.0, 2.0, 2.0, 2.0].map(|loss| {
///     schedule.observe(loss);
///     schedule.rate(8.0, 0)
/// });
/// assert_eq!(rates, [8.0, 8.0, 8.0, 4.0, 4.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReduceOnPlateau {
    factor: f64,
    patience: usize,
    cooldown: usize,
    minimum: f64,
    threshold: Threshold,
    best: f64,
    bad: usize,
    cooling: usize,
    reductions: i32,
}

/// By how much a loss must be lower to be better.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Threshold {
    /// By this part of the magnitude of the best.
    Relative(f64),
    Absolute(f64),
}

impl ReduceOnPlateau {
    /// The schedule with its defaults.
    pub fn new() -> Self {
        ReduceOnPlateau {
            factor: 0.1,
            patience: 10,
            cooldown: 0,
            minimum: 0.0,
            threshold: Threshold::Relative(1e-4),
            best: f64::INFINITY,
            bad: 0,
            cooling: 0,
            reductions: 0,
        }
    }

    /// Sets γ.
    #[must_use]
    pub fn factor(self, factor: f64) -> Self {
        ReduceOnPlateau { factor, ..self }
    }

    /// Sets the epochs without a better loss that are waited for.
    #[must_use]
    pub fn patience(self, epochs: usize) -> Self {
        ReduceOnPlateau { patience: epochs, ..self }
    }

    /// Sets the epochs after a reduction that do not count as bad.
    #[must_use]
    pub fn cooldown(self, epochs: usize) -> Self {
        ReduceOnPlateau { cooldown: epochs, ..self }
    }

    /// Sets η₁, below which the rate is not reduced.
    #[must_use]
    pub fn minimum(self, minimum: f64) -> Self {
        ReduceOnPlateau { minimum, ..self }
    }

    /// Sets t, the part of the best loss's magnitude by which a loss must be lower to be better, 10⁻⁴ unless set. PyTorch's `threshold_mode='rel'`.
    #[must_use]
    pub fn threshold(self, part: f64) -> Self {
        ReduceOnPlateau { threshold: Threshold::Relative(part), ..self }
    }

    /// Sets what a loss must be lower by to be better, whatever the best loss is, C < C₀ − `margin`: PyTorch's `threshold_mode='abs'`.
    ///
    /// ```
    /// use plumbline::train::{ReduceOnPlateau, Schedule};
    /// let mut schedule = ReduceOnPlateau::new().patience(0).absolute_threshold(0.5);
    /// let rates = [-10.0, -11.0, -11.25].map(|loss| {
    ///     schedule.observe(loss);
    ///     schedule.rate(1.0, 0)
    /// });
    /// assert_eq!(rates, [1.0, 1.0, 0.1]);
    /// ```
    #[must_use]
    pub fn absolute_threshold(self, margin: f64) -> Self {
        ReduceOnPlateau { threshold: Threshold::Absolute(margin), ..self }
    }

    fn is_better(&self, loss: f64) -> bool {
        // Before the first loss there is nothing to be better by.
        let margin = match self.threshold {
            _ if self.best == f64::INFINITY => 0.0,
            Threshold::Relative(part) => part * self.best.abs(),
            Threshold::Absolute(margin) => margin,
        };
        loss < self.best - margin
    }
}

impl Default for ReduceOnPlateau {
    fn default() -> Self {
        ReduceOnPlateau::new()
    }
}

impl Schedule for ReduceOnPlateau {
    fn rate(&self, base: f64, _: usize) -> f64 {
        (base * self.factor.powi(self.reductions)).max(self.minimum.min(base))
    }

    fn observe(&mut self, loss: f64) {
        if self.is_better(loss) {
            (self.best, self.bad) = (loss, 0);
        } else {
            self.bad += 1;
        }
        if self.cooling > 0 {
            self.cooling -= 1;
            self.bad = 0;
        }
        if self.bad > self.patience {
            self.reductions += 1;
            (self.cooling, self.bad) = (self.cooldown, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::train::{Cosine, OneCycle, ReduceOnPlateau, Schedule, WarmUp};

    #[test]
    fn one_cycle_follows_pytorch() {
        // OneCycleLR(max_lr=1, total_steps=10): initial 0.04, lowest 4e-6, the peak at step 2, the end at step 9.
        let schedule = OneCycle::new(10);
        let expected = |t: f64| match t {
            t if t <= 2.0 => 1.0 + (0.04 - 1.0) / 2.0 * (1.0 + (std::f64::consts::PI * t / 2.0).cos()),
            t => 4e-6 + (1.0 - 4e-6) / 2.0 * (1.0 + (std::f64::consts::PI * (t - 2.0) / 7.0).cos()),
        };
        for t in 0..10 {
            assert!((schedule.rate(1.0, t) - expected(t as f64)).abs() < 1e-12, "at {t}");
        }
        assert!((schedule.rate(1.0, 1) - 0.52).abs() < 1e-12);
        assert_eq!(schedule.rate(1.0, 50), schedule.rate(1.0, 9));
    }

    #[test]
    fn one_cycle_of_any_length_is_finite() {
        for times in 0..5 {
            for time in 0..6 {
                assert!(OneCycle::new(times).rate(1.0, time).is_finite(), "{times} {time}");
            }
        }
        assert_eq!(OneCycle::new(10).rise(0.0).rate(1.0, 0), 1.0);
    }

    #[test]
    fn warm_up_hands_over_at_its_schedules_start() {
        let schedule = WarmUp::new(3, Cosine::new(10));
        assert!((schedule.rate(3.0, 0) - 1.0).abs() < 1e-12);
        assert_eq!((schedule.rate(3.0, 3), schedule.rate(3.0, 13)), (3.0, 0.0));
        assert_eq!(WarmUp::new(0, Cosine::new(10)).rate(3.0, 0), 3.0);
    }

    #[test]
    fn a_plateau_cools_down_and_ends_at_the_minimum() {
        let mut schedule = ReduceOnPlateau::new().patience(0).factor(0.1).cooldown(2).minimum(0.05);
        let rates: Vec<f64> = (0..8)
            .map(|_| {
                schedule.observe(1.0);
                schedule.rate(1.0, 0)
            })
            .collect();
        // Better, bad, two cooling, bad, two cooling, bad: 0.001 is below the minimum.
        assert_eq!(rates, [1.0, 0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.05]);
    }

    /// The rates after each loss.
    fn rates(mut schedule: ReduceOnPlateau, losses: &[f64]) -> Vec<f64> {
        let after = |loss: &f64| {
            schedule.observe(*loss);
            schedule.rate(1.0, 0)
        };
        losses.iter().map(after).collect()
    }

    #[test]
    fn a_plateau_below_zero_is_one() {
        let schedule = || ReduceOnPlateau::new().patience(1).factor(0.5);
        assert_eq!(rates(schedule(), &[-1.0; 5]), [1.0, 1.0, 0.5, 0.5, 0.25]);
        // Losses that rise.
        assert_eq!(rates(schedule(), &[-10.0, -9.9995, -9.999, -9.9965]), [1.0, 1.0, 0.5, 0.5]);
        // Losses that fall by less than the margin, and by more.
        assert_eq!(rates(schedule(), &[-10.0, -10.0005, -10.0009]), [1.0, 1.0, 0.5]);
        assert_eq!(rates(schedule(), &[-10.0, -10.002, -10.004, -10.006]), [1.0; 4]);
        // From above to below 0, where the margin is 0.
        assert_eq!(rates(schedule(), &[1.0, 0.0, -1e-9, -1e-8]), [1.0; 4]);
    }

    #[test]
    fn an_absolute_threshold_is_one_on_each_side_of_zero() {
        for offset in [-5.0, 0.0, 5.0] {
            let schedule = ReduceOnPlateau::new().patience(0).factor(0.5).absolute_threshold(0.25);
            let losses = [0.0, -0.5, -0.625, -1.0].map(|loss| loss + offset);
            assert_eq!(rates(schedule, &losses), [1.0, 1.0, 0.5, 0.5], "around {offset}");
        }
    }

    #[test]
    fn a_loss_that_is_no_number_is_a_bad_epoch() {
        let mut schedule = ReduceOnPlateau::new().patience(0);
        schedule.observe(f64::NAN);
        assert_eq!(schedule.rate(1.0, 0), 0.1);
    }
}
