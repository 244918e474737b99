//! Where training begins.

use crate::{
    Element,
    data::{RatingBaseline, RatingError, Ratings},
    energy::{EnergyError, RatingRbm},
    shape::FixedDimension,
};

/// The most sweeps of the fit of a and s, which is near its optimum after ten.
const SWEEPS: usize = 50;

impl<N: FixedDimension, const K: usize, E: Element> RatingRbm<N, K, E> {
    /// Sets the visible biases to the logarithms of how often each item has each level, so that without weights the model predicts these: where training
    /// should begin. Frequencies are smoothed as if each item had K ratings more, which are distributed as all ratings are; those of `level_bias`, of all
    /// items together, as if each level had occurred once more.
    ///
    /// # Errors
    ///
    /// [`EnergyError::Ratings`] for other items or levels than the model's.
    pub fn adopt_frequencies(&mut self, ratings: &Ratings) -> Result<(), EnergyError> {
        self.check_items(ratings)?;
        let memory = |_| EnergyError::Memory { name: "level counts", shape: vec![self.items, K] };
        let counts = ratings.level_counts().map_err(memory)?;
        let mut totals = [1.0; K];
        for row in counts.chunks_exact(K) {
            totals.iter_mut().zip(row).for_each(|(total, &count)| *total += count as f64);
        }
        let all: f64 = totals.iter().sum();
        let shares = totals.map(|total| total / all);
        for (bias, row) in self.visible_bias.chunks_exact_mut(K).zip(counts.chunks_exact(K)) {
            let count = row.iter().sum::<usize>() as f64;
            for ((bias, &seen), share) in bias.iter_mut().zip(row).zip(shares) {
                *bias = E::from_f64(((seen as f64 + K as f64 * share) / (count + K as f64)).ln());
            }
        }
        self.level_bias.iter_mut().zip(shares).for_each(|(bias, share)| *bias = E::from_f64(share.ln()));
        Ok(())
    }

    /// Gives each user a bias β, and sets the visible biases so that without weights the model is a biased baseline in the form of probabilities,
    ///
    /// p(k | user, item) ∝ exp(a_k + s (b_u + b_i) k),
    ///
    /// where b are those of [`RatingBaseline::biased`] with this `penalty`, in levels, and a and s the most likely ones for these ratings. So b_i^k = a_k + s b_i k
    /// but for a constant, and training goes on from there; β = s b_u with b_u = Σ_{i ∈ S} (k_i − μ − b_i) / (|S| + penalty) follows from whatever ratings of a
    /// user are known, also of one that is new. `level_bias` becomes a. Best before training; on real ratings it is a much better beginning than
    /// [`adopt_frequencies`](RatingRbm::adopt_frequencies).
    ///
    /// ```
    /// use plumbline::{Const, data::{self, RatingBaseline}, energy::RatingRbm, layers::Init};
    /// use rand::{SeedableRng, rngs::StdRng};
    /// let (known, held_out) = data::ratings(300, 60, 20, 1)?.split(0.8, 1)?;
    /// let mut rbm: RatingRbm<Const<4>, 5> = RatingRbm::new(60, Init::Zeros, &mut StdRng::seed_from_u64(1))?;
    /// rbm.adopt_biases(&known, 4.0)?;
    /// let baseline = RatingBaseline::biased(&known, 4.0)?.score(&held_out).rmse;
    /// assert!((rbm.score(&known, &held_out)?.rmse - baseline).abs() < 0.02);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`EnergyError::Ratings`] for other items or levels than the model's, [`EnergyError::Empty`] for no ratings, [`EnergyError::Option`] for a penalty that
    /// is not finite and at least 0.
    pub fn adopt_biases(&mut self, ratings: &Ratings, penalty: f64) -> Result<(), EnergyError> {
        self.check_items(ratings)?;
        let baseline = RatingBaseline::biased(ratings, penalty).map_err(|error| match error {
            RatingError::Option { option, expected, found } => EnergyError::Option { option, expected, found },
            _ => EnergyError::Empty { what: "ratings" },
        })?;
        let scale = ratings.scale();
        let mean = (baseline.mean() - scale.rating(0.0)) / scale.step();
        let in_levels = |biases: &[f64]| -> Vec<f64> { biases.iter().map(|bias| bias / scale.step()).collect() };
        let [users, items] = [baseline.user_biases(), baseline.item_biases()].map(in_levels);
        let (levels, tilt) = most_likely::<K>(ratings, mean, |user, item| users[user] + items[item]);
        for (row, item) in self.visible_bias.chunks_exact_mut(K).zip(&items) {
            let fields = levels.iter().enumerate().map(|(k, level)| level + tilt * item * (k as f64 - mean));
            row.iter_mut().zip(fields).for_each(|(bias, field)| *bias = E::from_f64(field));
        }
        self.level_bias.iter_mut().zip(levels).for_each(|(bias, level)| *bias = E::from_f64(level));
        let bias = self.user_bias.get_or_insert_with(|| super::UserBias::zeros(self.items));
        bias.set(items.iter().map(|item| mean + item), tilt, penalty);
        Ok(())
    }
}

/// The a and s of p(k) ∝ exp(a_k + s x (k − μ)) that are most likely for the ratings, where x is that of a user and an item, by turns. The shares of the
/// levels are smoothed as if each had occurred once more.
fn most_likely<const K: usize>(ratings: &Ratings, mean: f64, x: impl Fn(usize, usize) -> f64) -> ([f64; K], f64) {
    let (mut shares, mut variance) = ([1.0; K], 0.0);
    for (user, r) in ratings.iter() {
        shares[r.level] += 1.0;
        variance += (r.level as f64 - mean - x(user, r.item)).powi(2);
    }
    let count = ratings.len() as f64;
    let shares = shares.map(|seen| seen / (count + K as f64));
    // What it would be of a normal distribution.
    let mut s = 1.0 / (variance / count).max(0.01);
    let mut a = shares.map(f64::ln);
    for _ in 0..SWEEPS {
        let (mut expected, mut slope, mut curvature) = ([0.0; K], 0.0, 0.0);
        for (user, r) in ratings.iter() {
            let x = x(user, r.item);
            let mut p: [f64; K] = std::array::from_fn(|k| a[k] + s * x * (k as f64 - mean));
            let largest = p.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            p.iter_mut().for_each(|p| *p = (*p - largest).exp());
            let sum: f64 = p.iter().sum();
            let [mut first, mut second] = [0.0; 2];
            for (k, p) in p.iter().enumerate() {
                let (k, p) = (k as f64 - mean, p / sum);
                (first, second) = (first + p * k, second + p * k * k);
            }
            expected.iter_mut().zip(p).for_each(|(expected, p)| *expected += p / sum);
            slope += x * (r.level as f64 - mean - first);
            curvature += x * x * (second - first * first);
        }
        let changes: [f64; K] = std::array::from_fn(|k| (shares[k] * count / expected[k].max(1e-300)).ln());
        let step = if curvature > 0.0 { (slope / curvature).clamp(-0.5 * s, s) } else { 0.0 };
        a.iter_mut().zip(changes).for_each(|(a, change)| *a += change);
        s += step;
        if changes.iter().chain([&(step / s)]).all(|change| change.abs() < 1e-6) {
            break;
        }
    }
    (a, s)
}
