//! Restricted Boltzmann machines of ratings.

mod adopt;
mod average;
mod chain;
mod groups;
mod learner;
mod memory;
mod posterior;
mod report;
mod rows;
mod score;
mod train;
mod user_bias;

use std::marker::PhantomData;

use ndarray::{ArrayView1, ArrayView2, ArrayView3, ArrayViewMut1, ArrayViewMut2, ArrayViewMut3};
use rand::Rng;

pub use average::RatingAverage;
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

use user_bias::UserBias;

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
/// What a user says of one item reaches another through the weights of both alone. That some users give more stars to everything takes many hidden units to
/// say; [`adopt_biases`](RatingRbm::adopt_biases) gives each user a bias β for it, E(v, h) − β Σ_{i ∈ S} k_i, which follows from the user's ratings and is
/// not learned. With it the model begins as a biased baseline, and training adds to that. On real ratings it is the better model.
///
/// A model of [`Ratings::transposed`] is item-based: each item is a sample, and the visible units are users. [`RatingAverage`] is the mean of both.
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
    user_bias: Option<UserBias<E>>,
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
            user_bias: self.user_bias.clone(),
            items: self.items,
            shapes: self.shapes.clone(),
            hidden: PhantomData,
        }
    }
}

impl<N, const K: usize, E> std::fmt::Debug for RatingRbm<N, K, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut rbm = f.debug_struct("RatingRbm");
        rbm.field("weight", &self.weight).field("conditional", &self.rated.is_some());
        rbm.field("user_biased", &self.user_bias.is_some()).finish_non_exhaustive()
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
            user_bias: None,
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

    /// The model with a bias for each user, too: β ([`RatingPosterior::user_bias`]), which is 0 until
    /// [`adopt_biases`](RatingRbm::adopt_biases) says how it follows from the user's ratings. To load a file of such a model into.
    #[must_use]
    pub fn user_biased(mut self) -> Self {
        self.user_bias = Some(UserBias::zeros(self.items));
        self
    }

    /// Whether the model has a bias for each user.
    pub fn is_user_biased(&self) -> bool {
        self.user_bias.is_some()
    }

    /// β of a user with these ratings; 0 where the model has none.
    fn user_bias_of(&self, known: &[Rating]) -> f64 {
        self.user_bias.as_ref().map_or(0.0, |bias| bias.of(known))
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
        4 + usize::from(self.is_conditional()) + if self.is_user_biased() { 2 } else { 0 }
    }

    fn tensor(&self, index: usize) -> Tensor<'_, E> {
        let shapes = &self.shapes;
        match (index, &self.rated, &self.user_bias) {
            (0, ..) => Tensor::new("weight", &shapes.weight, &self.weight),
            (1, ..) => Tensor::new("visible_bias", &shapes.visible_bias, &self.visible_bias),
            (2, ..) => Tensor::new("hidden_bias", &shapes.hidden_bias, &self.hidden_bias),
            (3, ..) => Tensor::buffer("level_bias", &shapes.level_bias, &self.level_bias),
            (4, Some(rated), _) => Tensor::new("rated", &shapes.rated, rated),
            (4, None, Some(bias)) | (5, Some(_), Some(bias)) => bias.mean_level(),
            (5, None, Some(bias)) | (6, Some(_), Some(bias)) => bias.scale(),
            _ => panic!("a parameter's index is below the number of parameters"),
        }
    }

    fn tensor_mut(&mut self, index: usize) -> TensorMut<'_, E> {
        let shapes = &self.shapes;
        match (index, &mut self.rated, &mut self.user_bias) {
            (0, ..) => TensorMut::new("weight", &shapes.weight, &mut self.weight),
            (1, ..) => TensorMut::new("visible_bias", &shapes.visible_bias, &mut self.visible_bias),
            (2, ..) => TensorMut::new("hidden_bias", &shapes.hidden_bias, &mut self.hidden_bias),
            (3, ..) => TensorMut::buffer("level_bias", &shapes.level_bias, &mut self.level_bias),
            (4, Some(rated), _) => TensorMut::new("rated", &shapes.rated, rated),
            (4, None, Some(bias)) | (5, Some(_), Some(bias)) => bias.mean_level_mut(),
            (5, None, Some(bias)) | (6, Some(_), Some(bias)) => bias.scale_mut(),
            _ => panic!("a parameter's index is below the number of parameters"),
        }
    }
}
