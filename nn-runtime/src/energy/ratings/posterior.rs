//! What a model expects of one user.

use super::user_bias::tilt;
use crate::{
    Element,
    data::Rating,
    energy::{EnergyError, RatingRbm},
    kernels::{field, ratings, softmax},
    shape::FixedDimension,
};

/// A user whose ratings V of some items are known: what the model expects of the others.
///
/// ```
/// use plumbline::{Const, data::Rating, energy::RatingRbm, layers::Init};
/// use rand::{SeedableRng, rngs::StdRng};
/// let mut rbm: RatingRbm<Const<1>, 2, f64> = RatingRbm::new(2, Init::Zeros, &mut StdRng::seed_from_u64(1))?;
/// // The hidden unit is on for those who like both items.
/// rbm.weight_mut()[[0, 1, 0]] = 4.0;
/// rbm.weight_mut()[[1, 1, 0]] = 4.0;
/// rbm.hidden_bias_mut()[0] = -2.0;
/// let user = rbm.posterior(&[Rating { item: 0, level: 1 }])?;
/// assert!((user.hidden_means()[0] - 1.0 / (1.0 + (-2.0_f64).exp())).abs() < 1e-12);
/// let levels = user.predict(1)?;
/// // (1 + e⁶) : (1 + e²)
/// assert!((levels.probabilities[1] / levels.probabilities[0] - (1.0 + 6.0_f64.exp()) / (1.0 + 2.0_f64.exp())).abs() < 1e-9);
/// assert_eq!(levels.most_likely(), 1);
/// // Of someone of whom nothing is known.
/// assert!(rbm.posterior(&[])?.predict(1)?.mean() < levels.mean());
/// # Ok::<(), plumbline::energy::EnergyError>(())
/// ```
#[derive(Debug)]
pub struct RatingPosterior<'a, N, const K: usize, E = f32> {
    rbm: &'a RatingRbm<N, K, E>,
    known: &'a [Rating],
    rated: &'a [usize],
    /// f, without and with σ.
    fields: Vec<E>,
    means: Vec<E>,
    /// β
    bias: f64,
}

impl<N: FixedDimension, const K: usize, E: Element> RatingRbm<N, K, E> {
    /// What the model expects of a user with these ratings, in ascending order of their items: [`Ratings::of`](crate::data::Ratings::of) one that is known,
    /// or [`Ratings::profile`](crate::data::Ratings::profile) of someone new. No ratings at all are a cold start: predictions then come from the biases and
    /// what all users have in common.
    ///
    /// # Errors
    ///
    /// [`EnergyError::Index`] for an item or a level that the model does not have, [`EnergyError::Order`] where the items are not in ascending order, each
    /// once.
    pub fn posterior<'a>(&'a self, known: &'a [Rating]) -> Result<RatingPosterior<'a, N, K, E>, EnergyError> {
        self.posterior_among(known, &[])
    }

    /// [`posterior`](RatingRbm::posterior) of a user who is known to have rated the items `rated` too, with what rating is not known; in ascending order,
    /// and none of those in `known`. A model that is not conditional expects the same whatever they are, but does not recommend them.
    ///
    /// # Errors
    ///
    /// As [`posterior`](RatingRbm::posterior), for both lists; [`EnergyError::Order`] for an item that is in both.
    pub fn posterior_among<'a>(
        &'a self,
        known: &'a [Rating],
        rated: &'a [usize],
    ) -> Result<RatingPosterior<'a, N, K, E>, EnergyError> {
        self.check(known)?;
        self.check_order(rated.iter().copied())?;
        if let Some(&item) = rated.iter().find(|item| known.binary_search_by_key(*item, |rating| rating.item).is_ok()) {
            return Err(EnergyError::Order { first: item, second: item });
        }
        let mut posterior = RatingPosterior::of_nobody(self);
        posterior.turn_to(known, rated);
        Ok(posterior)
    }

    /// F(V) = −ln Σ_h exp(−E(V, h)) of a user's ratings, in ascending order of their items; of a model with biases of users, with the β of these ratings.
    ///
    /// # Errors
    ///
    /// As [`posterior`](RatingRbm::posterior).
    pub fn free_energy(&self, known: &[Rating]) -> Result<f64, EnergyError> {
        let RatingPosterior { mut fields, bias, .. } = self.posterior(known)?;
        let bias_of = |r: &Rating| self.visible_bias[r.item * K + r.level].as_f64() + bias * r.level as f64;
        let own: f64 = known.iter().map(bias_of).sum();
        field::softplus(&mut fields, 1.0);
        Ok(-own - fields.iter().map(|x| x.as_f64()).sum::<f64>())
    }
}

impl<'a, N: FixedDimension, const K: usize, E: Element> RatingPosterior<'a, N, K, E> {
    /// Memory for a user, who is still to be named.
    pub(super) fn of_nobody(rbm: &'a RatingRbm<N, K, E>) -> Self {
        let [fields, means] = [(); 2].map(|()| vec![E::zero(); N::SIZE]);
        RatingPosterior { rbm, known: &[], rated: &[], fields, means, bias: 0.0 }
    }

    /// The same memory for another user, whose lists are checked.
    pub(super) fn turn_to(&mut self, known: &'a [Rating], rated: &'a [usize]) {
        (self.known, self.rated) = (known, rated);
        self.bias = self.rbm.user_bias_of(known);
        self.rbm.base(self.known, self.rated, &mut self.fields);
        self.rbm.add_levels(&mut self.fields, self.known.iter().map(|rating| (rating.item, rating.level)));
        self.means.copy_from_slice(&self.fields);
        field::sigmoid(&mut self.means, 1.0);
    }

    /// p(h_j = 1 | V) = σ(f_j) with f = c + Σ_{i ∈ R} D_i + Σ_{i ∈ S} W_i^{k_i}, \[N\].
    pub fn hidden_means(&self) -> &[E] {
        &self.means
    }

    /// β, the user's bias, of a model that has one ([`RatingRbm::adopt_biases`]); else 0. It adds β k to the exponent of each p(v_q = k | …) below.
    pub fn user_bias(&self) -> f64 {
        self.bias
    }

    /// p(v_q = k | V) ∝ exp(b_q^k) Π_j (1 + exp(f_j + W_qj^k)), exactly, for an item q; of one that is known, as if it were rated once more.
    ///
    /// # Errors
    ///
    /// [`EnergyError::Index`] for an item that the model does not have.
    pub fn predict(&self, item: usize) -> Result<LevelDistribution<K>, EnergyError> {
        self.rbm.check_item(item)?;
        Ok(self.exact(item))
    }

    /// p(v_q = k | ĥ) ∝ exp(b_q^k + ĥᵀ W_q^k) with ĥ = p(h = 1 | V): the mean-field approximation, some times faster than the exact one, and as good where
    /// V is large.
    ///
    /// # Errors
    ///
    /// As [`predict`](RatingPosterior::predict).
    pub fn predict_mean_field(&self, item: usize) -> Result<LevelDistribution<K>, EnergyError> {
        self.rbm.check_item(item)?;
        Ok(self.mean_field(item))
    }

    /// The exact distribution of an item; of one that the model does not know, that of all ratings.
    pub(super) fn exact(&self, item: usize) -> LevelDistribution<K> {
        let rbm = self.rbm;
        if item >= rbm.items {
            return self.of_unknown();
        }
        LevelDistribution::of(std::array::from_fn(|level| {
            // Less the same product without W, which is the same for all levels.
            let gain = field::softplus_difference(rbm.row(item, level), &self.fields, (0.0, 1.0), (1.0, 1.0));
            rbm.visible_bias[item * K + level].as_f64() + self.bias * level as f64 + gain
        }))
    }

    pub(super) fn mean_field(&self, item: usize) -> LevelDistribution<K> {
        let rbm = self.rbm;
        if item >= rbm.items {
            return self.of_unknown();
        }
        let mut fields = [E::zero(); K];
        ratings::level_fields::<E, K>(&rbm.weight, &rbm.visible_bias, &self.means, std::iter::once(item), &mut fields);
        tilt(&mut fields, K, self.bias);
        softmax::forward(&mut fields, K);
        LevelDistribution { probabilities: fields.map(|p| p.as_f64()) }
    }

    fn of_unknown(&self) -> LevelDistribution<K> {
        LevelDistribution::of(std::array::from_fn(|level| {
            self.rbm.level_bias[level].as_f64() + self.bias * level as f64
        }))
    }

    /// The `n` items that the user did not rate whose mean level is highest, best first, each with the distribution of its level; fewer where the
    /// user rated almost all.
    pub fn top(&self, n: usize) -> Vec<(usize, LevelDistribution<K>)> {
        let mut known = self.known.iter().map(|rating| rating.item).peekable();
        let mut rated = self.rated.iter().copied().peekable();
        let mut unrated: Vec<_> = (0..self.rbm.items)
            .filter(|item| known.next_if_eq(item).is_none() && rated.next_if_eq(item).is_none())
            .map(|item| (item, self.exact(item)))
            .collect();
        // Of equal ones the first.
        unrated.sort_by(|a, b| b.1.mean().total_cmp(&a.1.mean()));
        unrated.truncate(n);
        unrated
    }
}

/// The probabilities of the levels of a rating.
///
/// ```
/// use plumbline::{data::RatingScale, energy::LevelDistribution};
/// let levels = LevelDistribution { probabilities: [0.0, 0.0, 0.4, 0.35, 0.25] };
/// assert_eq!(levels.most_likely(), 2);
/// assert!((RatingScale::STARS.rating(levels.mean()) - 3.85).abs() < 1e-12);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LevelDistribution<const K: usize> {
    /// p(k) for the level k from 0 to K − 1.
    pub probabilities: [f64; K],
}

impl<const K: usize> LevelDistribution<K> {
    /// p ∝ exp(x)
    fn of(x: [f64; K]) -> Self {
        let largest = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let weights = x.map(|x| (x - largest).exp());
        let sum: f64 = weights.iter().sum();
        LevelDistribution { probabilities: weights.map(|weight| weight / sum) }
    }

    /// Σ k p(k): the level whose squared error is expected to be least.
    pub fn mean(&self) -> f64 {
        self.probabilities.iter().enumerate().map(|(level, p)| level as f64 * p).sum()
    }

    /// The level with the largest p, the lowest of equal ones.
    pub fn most_likely(&self) -> usize {
        (0..K).rev().max_by(|&a, &b| self.probabilities[a].total_cmp(&self.probabilities[b])).unwrap_or(0)
    }
}
