//! Restricted Boltzmann machines of ratings.

mod chain;
mod groups;
mod learner;
mod memory;
mod posterior;
mod report;
mod rows;
mod score;
mod train;

use std::marker::PhantomData;

use ndarray::{ArrayView1, ArrayView2, ArrayView3, ArrayViewMut1, ArrayViewMut2, ArrayViewMut3};
use rand::Rng;

pub use learner::RatingLearner;
pub use posterior::{LevelDistribution, RatingPosterior};
pub use report::{RatingEpoch, RatingReport};
pub use score::Prediction;
pub use train::RatingDivergence;

use crate::{
    Element,
    data::{Rating, Ratings},
    energy::EnergyError,
    kernels::{aligned::Aligned, ratings},
    layers::Init,
    network::{Parameters, Tensor, TensorMut},
    shape::FixedDimension,
};

/// E(v, h) = −Σ_{i ∈ S} (b_i^{k_i} + hᵀ W_i^{k_i}) − cᵀh − Σ_{i ∈ R} hᵀ D_i: the levels k_i that a user gave to the items S, and `N` binary hidden units.
///
/// A restricted Boltzmann machine with a softmax unit of `K` levels for each item that a user rated, and none for the others: each user has a machine of
/// their own size, and all share the weights. The visible layer has no unit for a missing rating, so whatever is calculated costs as much as there are
/// ratings. The sum over R, the items that the user is known to have rated, is there in a [`conditional`](RatingRbm::conditional) model alone:
/// its R holds S, and may hold items whose ratings are not known.
///
/// `weight` [items, K, N], `visible_bias` [items, K], `hidden_bias` \[N\], of a conditional model `rated` [items, N], and `level_bias` \[K\], which is not
/// learned: the logarithms of how often each level occurs, for items that the model does not know.
///
/// What a user says of one item reaches another through the weights of both alone: an item that few rated is predicted little better than from how often it
/// has each level, and where most items are such, [`RatingBaseline::biased`](crate::data::RatingBaseline::biased) may be the better predictor.
///
/// [`RatingDivergence`] trains it; [`posterior`](RatingRbm::posterior) predicts and recommends for one user, [`score`](RatingRbm::score) tells how far
/// predictions are from ratings that are known.
///
/// ```
/// use plumbline::{Const, data, energy::{RatingDivergence, RatingRbm}, layers::Init};
/// use rand::{SeedableRng, rngs::StdRng};
/// let (known, held_out) = data::ratings(500, 60, 20, 1)?.split(0.9, 1)?;
/// let mut rbm: RatingRbm<Const<16>, 5> = RatingRbm::new(known.items(), Init::Normal(0.01), &mut StdRng::seed_from_u64(1))?;
/// rbm.adopt_frequencies(&known)?;
/// let before = rbm.score(&known, &held_out)?.rmse;
/// RatingDivergence::new().batch_size(10).epochs(20).fit(&mut rbm, &known)?;
/// assert!(rbm.score(&known, &held_out)?.rmse < before);
/// let user = rbm.posterior(known.of(7))?;
/// let (item, levels) = user.top(1)[0];
/// println!("{}: {:.1} stars", known.item_name(item).unwrap_or_default(), known.scale().rating(levels.mean()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Source: Salakhutdinov, Mnih and Hinton, Restricted Boltzmann machines for collaborative filtering (2007); the notes' "RBM collaborative filtering".
pub struct RatingRbm<N, const K: usize, E = f32> {
    weight: Aligned<E>,
    visible_bias: Aligned<E>,
    hidden_bias: Aligned<E>,
    level_bias: Aligned<E>,
    rated: Option<Aligned<E>>,
    items: usize,
    shapes: Shapes,
    hidden: PhantomData<fn() -> N>,
}

/// The shapes of the parameters, which depend on the number of items.
#[derive(Clone, Debug)]
struct Shapes {
    weight: [usize; 3],
    visible_bias: [usize; 2],
    hidden_bias: [usize; 1],
    level_bias: [usize; 1],
    rated: [usize; 2],
}

// Derived, it would ask the same of `N`, of which no value exists.
impl<N, const K: usize, E: Clone> Clone for RatingRbm<N, K, E> {
    fn clone(&self) -> Self {
        RatingRbm {
            weight: self.weight.clone(),
            visible_bias: self.visible_bias.clone(),
            hidden_bias: self.hidden_bias.clone(),
            level_bias: self.level_bias.clone(),
            rated: self.rated.clone(),
            items: self.items,
            shapes: self.shapes.clone(),
            hidden: PhantomData,
        }
    }
}

impl<N, const K: usize, E> std::fmt::Debug for RatingRbm<N, K, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut rbm = f.debug_struct("RatingRbm");
        rbm.field("weight", &self.weight).field("conditional", &self.rated.is_some()).finish_non_exhaustive()
    }
}

impl<N: FixedDimension, const K: usize, E: Element> RatingRbm<N, K, E> {
    /// A model of `items` items with weights drawn by `init`, such as `Init::Normal(0.01)`, and biases of 0. Less than two levels are a compile error.
    ///
    /// ```compile_fail
    /// use plumbline::{Const, energy::RatingRbm, layers::Init};
    /// use rand::{SeedableRng, rngs::StdRng};
    /// let rbm: RatingRbm<Const<10>, 1> = RatingRbm::new(7, Init::Zeros, &mut StdRng::seed_from_u64(1)).unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// [`EnergyError::Memory`] for more items than there is memory for.
    pub fn new(items: usize, init: Init, rng: &mut impl Rng) -> Result<Self, EnergyError> {
        const { assert!(K >= 2, "a rating has at least 2 levels") };
        let array = |name, shape: &[usize]| {
            let length = shape.iter().try_fold(1_usize, |length, &size| length.checked_mul(size));
            let memory = || EnergyError::Memory { name, shape: shape.to_vec() };
            length.and_then(Aligned::try_zeros).ok_or_else(memory)
        };
        let mut rbm = RatingRbm {
            weight: array("weight", &[items, K, N::SIZE])?,
            visible_bias: array("visible_bias", &[items, K])?,
            hidden_bias: Aligned::zeros(N::SIZE),
            level_bias: Aligned::zeros(K),
            rated: None,
            items,
            shapes: Shapes {
                weight: [items, K, N::SIZE],
                visible_bias: [items, K],
                hidden_bias: [N::SIZE],
                level_bias: [K],
                rated: [items, N::SIZE],
            },
            hidden: PhantomData,
        };
        init.fill(&mut rbm.weight, &rbm.shapes.weight, rng);
        Ok(rbm)
    }

    /// The model that also sees which items were rated, whatever the rating: D, which begins at 0. That someone rated an item says what they care
    /// for; it is known of ratings that are to be predicted, too, where someone asks for them ([`RatingDivergence::condition_on`],
    /// [`posterior_among`](RatingRbm::posterior_among)).
    #[must_use]
    pub fn conditional(mut self) -> Self {
        self.rated = Some(Aligned::zeros(self.items * N::SIZE));
        self
    }

    /// Whether the model sees which items were rated.
    pub fn is_conditional(&self) -> bool {
        self.rated.is_some()
    }

    /// The items that the model knows.
    pub fn items(&self) -> usize {
        self.items
    }

    /// W, [items, K, N].
    pub fn weight(&self) -> ArrayView3<'_, E> {
        ArrayView3::from_shape(self.shapes.weight, &self.weight).expect("a weight fills its shape")
    }

    /// W, to change.
    pub fn weight_mut(&mut self) -> ArrayViewMut3<'_, E> {
        ArrayViewMut3::from_shape(self.shapes.weight, &mut self.weight).expect("a weight fills its shape")
    }

    /// b, [items, K].
    pub fn visible_bias(&self) -> ArrayView2<'_, E> {
        ArrayView2::from_shape(self.shapes.visible_bias, &self.visible_bias).expect("a bias fills its shape")
    }

    /// b, to change.
    pub fn visible_bias_mut(&mut self) -> ArrayViewMut2<'_, E> {
        ArrayViewMut2::from_shape(self.shapes.visible_bias, &mut self.visible_bias).expect("a bias fills its shape")
    }

    /// c, \[N\].
    pub fn hidden_bias(&self) -> ArrayView1<'_, E> {
        ArrayView1::from(&*self.hidden_bias)
    }

    /// c, to change.
    pub fn hidden_bias_mut(&mut self) -> ArrayViewMut1<'_, E> {
        ArrayViewMut1::from(&mut *self.hidden_bias)
    }

    /// D, [items, N], of a conditional model.
    pub fn rated(&self) -> Option<ArrayView2<'_, E>> {
        let rated = self.rated.as_ref()?;
        Some(ArrayView2::from_shape(self.shapes.rated, rated).expect("a weight fills its shape"))
    }

    /// D, to change.
    pub fn rated_mut(&mut self) -> Option<ArrayViewMut2<'_, E>> {
        let rated = self.rated.as_mut()?;
        Some(ArrayViewMut2::from_shape(self.shapes.rated, rated).expect("a weight fills its shape"))
    }

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

    /// Asks that ratings are of the model's items and on as many levels.
    fn check_items(&self, ratings: &Ratings) -> Result<(), EnergyError> {
        let (items, levels) = (ratings.items(), ratings.scale().levels());
        for (what, expected, found) in [("items", self.items, items), ("levels", K, levels)] {
            if found != expected {
                return Err(EnergyError::Ratings { what, expected, found });
            }
        }
        Ok(())
    }

    /// Asks that a user's ratings are of the model's items, in ascending order, on its levels.
    fn check(&self, known: &[Rating]) -> Result<(), EnergyError> {
        self.check_order(known.iter().map(|rating| rating.item))?;
        match known.iter().find(|rating| rating.level >= K) {
            None => Ok(()),
            Some(rating) => Err(EnergyError::Index { what: "a level", bound: K, found: rating.level }),
        }
    }

    fn check_order(&self, items: impl Iterator<Item = usize>) -> Result<(), EnergyError> {
        let mut last = None;
        for item in items {
            self.check_item(item)?;
            match last {
                Some(first) if first >= item => return Err(EnergyError::Order { first, second: item }),
                _ => last = Some(item),
            }
        }
        Ok(())
    }

    fn check_item(&self, item: usize) -> Result<(), EnergyError> {
        match item < self.items {
            true => Ok(()),
            false => Err(EnergyError::Index { what: "an item", bound: self.items, found: item }),
        }
    }

    /// `fields` = c + Σ_{i ∈ R} D_i, where R is the items of `known` and `beside`.
    fn base(&self, known: &[Rating], beside: &[usize], fields: &mut [E]) {
        fields.copy_from_slice(&self.hidden_bias);
        if let Some(weight) = &self.rated {
            let items = known.iter().map(|rating| rating.item);
            ratings::add_rows(fields, weight, items.chain(beside.iter().copied()));
        }
    }

    /// `fields` += Σ_{i ∈ S} W_i^{k_i}
    fn add_levels(&self, fields: &mut [E], known: impl Iterator<Item = (usize, usize)>) {
        ratings::add_rows(fields, &self.weight, known.map(|(item, level)| item * K + level));
    }

    /// W_i^k
    fn row(&self, item: usize, level: usize) -> &[E] {
        let row = item * K + level;
        &self.weight[row * N::SIZE..(row + 1) * N::SIZE]
    }

    /// The slices of what is learned, each with its numbers for an item.
    fn item_rows(&mut self) -> [(&mut [E], usize); 3] {
        let rated: (&mut [E], usize) = match &mut self.rated {
            Some(rated) => (rated, N::SIZE),
            None => (&mut [], 0),
        };
        [(&mut self.weight, K * N::SIZE), (&mut self.visible_bias, K), rated]
    }
}

impl<N: FixedDimension, const K: usize, E: Element> Parameters<E> for RatingRbm<N, K, E> {
    fn tensors(&self) -> usize {
        if self.rated.is_some() { 5 } else { 4 }
    }

    fn tensor(&self, index: usize) -> Tensor<'_, E> {
        let shapes = &self.shapes;
        match (index, &self.rated) {
            (0, _) => Tensor::new("weight", &shapes.weight, &self.weight),
            (1, _) => Tensor::new("visible_bias", &shapes.visible_bias, &self.visible_bias),
            (2, _) => Tensor::new("hidden_bias", &shapes.hidden_bias, &self.hidden_bias),
            (3, _) => Tensor::statistic("level_bias", &shapes.level_bias, &self.level_bias),
            (4, Some(rated)) => Tensor::new("rated", &shapes.rated, rated),
            _ => panic!("a parameter's index is below the number of parameters"),
        }
    }

    fn tensor_mut(&mut self, index: usize) -> TensorMut<'_, E> {
        let shapes = &self.shapes;
        match (index, &mut self.rated) {
            (0, _) => TensorMut::new("weight", &shapes.weight, &mut self.weight),
            (1, _) => TensorMut::new("visible_bias", &shapes.visible_bias, &mut self.visible_bias),
            (2, _) => TensorMut::new("hidden_bias", &shapes.hidden_bias, &mut self.hidden_bias),
            (3, _) => TensorMut::statistic("level_bias", &shapes.level_bias, &mut self.level_bias),
            (4, Some(rated)) => TensorMut::new("rated", &shapes.rated, rated),
            _ => panic!("a parameter's index is below the number of parameters"),
        }
    }
}
