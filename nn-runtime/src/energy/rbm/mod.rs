//! The restricted Boltzmann machine.

mod ais;
#[cfg(test)]
mod conditional_tests;
mod conditionals;
mod energies;
mod exact;
#[cfg(test)]
mod interface_tests;
mod layer;
mod log_conditionals;
mod network;
mod sampling;
mod scikit_learn;
#[cfg(test)]
mod settings_tests;
#[cfg(test)]
mod tests;
mod unroll;

use std::marker::PhantomData;

use ndarray::{ArrayView1, ArrayView2, ArrayViewMut1, ArrayViewMut2};
use rand::Rng;

pub use ais::{Ais, Estimate, LogLikelihood};
pub(super) use energies::LogSum;
pub use exact::ExactByVisible;
pub(super) use exact::Statistics;
pub use scikit_learn::ScikitLearn;

use crate::{
    Batch, Element, Shape,
    energy::{EnergyError, Hidden, Visible, error::check_temperature, units::Bernoulli},
    kernels::aligned::Aligned,
    layers::{Init, type_check},
    network::{Parameters, Tensor, TensorMut},
    shape::FixedDimension,
};

/// p(v, h) = exp(−E(v, h) / T) / Z with E = A(v) + Σ q(h) − cᵀh − hᵀ W s(v): a restricted Boltzmann machine with `I` visible units of the kind `V`
/// and `N` hidden ones of the kind `H`.
///
/// For Bernoulli units on both sides, which is what the type means unless it says otherwise, E = −bᵀv − cᵀh − hᵀ W v (Smolensky, 1986; the notes'
/// "restricted Boltzmann machine"). [`units`](crate::energy::units) says what other kinds put in the place of A, q and s.
///
/// `weight` [N, I], `visible_bias` \[I\], `hidden_bias` \[N\]; a [`Softmax`](crate::energy::units::Softmax) unit, on either side, has K numbers in the place of one. T is 1
/// unless [`set_temperature`](Rbm::set_temperature) says otherwise; it belongs to the model, but is not saved with the parameters.
///
/// As a layer, and as a network of one layer, it gives E(h | v), which for Bernoulli units is p(h = 1 | v), and has its gradient.
///
/// ```
/// use plumbline::{Batch, Const, energy::Rbm, layers::Init};
/// use rand::{SeedableRng, rngs::StdRng};
/// let mut rbm: Rbm<Const<2>, Const<2>> = Rbm::new(Init::Zeros, &mut StdRng::seed_from_u64(42));
/// rbm.weight_mut().fill(0.5);
/// let data = Batch::from_vec(vec![0.0, 1.0])?;
/// assert!((rbm.log_partition_exact().exp() - 31.857068496).abs() < 1e-8);
/// assert!((rbm.log_likelihood_exact(&data).exp() - 0.220225046).abs() < 1e-8);
/// # Ok::<(), plumbline::ShapeError>(())
/// ```
pub struct Rbm<I, N, V = Bernoulli, H = Bernoulli, E = f32> {
    weight: Aligned<E>,
    visible_bias: Aligned<E>,
    hidden_bias: Aligned<E>,
    /// ln σ² of each visible unit, where variances are learned.
    log_variance: Aligned<E>,
    temperature: f64,
    kinds: Kinds<I, N, V, H>,
}

/// Types of which no value exists.
type Kinds<I, N, V, H> = PhantomData<fn(I, V) -> (N, H)>;

// Derived, these would ask the same of the sizes and kinds, of which no value exists.
impl<I, N, V, H, E: Clone> Clone for Rbm<I, N, V, H, E> {
    fn clone(&self) -> Self {
        Rbm {
            weight: self.weight.clone(),
            visible_bias: self.visible_bias.clone(),
            hidden_bias: self.hidden_bias.clone(),
            log_variance: self.log_variance.clone(),
            temperature: self.temperature,
            kinds: PhantomData,
        }
    }
}

impl<I, N, V, H, E: std::fmt::Debug> std::fmt::Debug for Rbm<I, N, V, H, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut rbm = f.debug_struct("Rbm");
        rbm.field("weight", &self.weight).field("visible_bias", &self.visible_bias);
        rbm.field("hidden_bias", &self.hidden_bias).field("temperature", &self.temperature).finish_non_exhaustive()
    }
}

impl<I: FixedDimension, N: FixedDimension, V: Visible, H: Hidden, E: Element> Rbm<I, N, V, H, E> {
    /// The numbers of a visible sample.
    pub(crate) const VISIBLE: usize = I::SIZE * V::LEVELS;
    /// The numbers of a hidden one.
    pub(crate) const HIDDEN: usize = N::SIZE * H::LEVELS;

    /// A model with weights drawn by `init`, biases of 0, variances of 1 where they are learned, and T = 1. Small weights, such as
    /// `Init::Normal(0.01)`, begin close to independent units (Hinton, A practical guide to training restricted Boltzmann machines, 2010).
    pub fn new(init: Init, rng: &mut impl Rng) -> Self {
        const { type_check::parameter("the weight of `Rbm`", &[Self::HIDDEN, Self::VISIBLE]) };
        let mut rbm = Self::zeros(1.0);
        init.fill(&mut rbm.weight, &[Self::HIDDEN, Self::VISIBLE], rng);
        rbm
    }

    fn zeros(temperature: f64) -> Self {
        Rbm {
            weight: Aligned::zeros(Self::HIDDEN * Self::VISIBLE),
            visible_bias: Aligned::zeros(Self::VISIBLE),
            hidden_bias: Aligned::zeros(Self::HIDDEN),
            log_variance: Aligned::zeros(if V::VARIANCES { Self::VISIBLE } else { 0 }),
            temperature,
            kinds: PhantomData,
        }
    }

    /// The same model with every parameter zero.
    #[must_use]
    pub fn zeroed(&self) -> Self {
        Self::zeros(self.temperature)
    }

    /// W, [N, I]; softmax units have K columns each, or K rows where they are hidden.
    pub fn weight(&self) -> ArrayView2<'_, E> {
        ArrayView2::from_shape((Self::HIDDEN, Self::VISIBLE), &self.weight).expect("a weight fills its shape")
    }

    /// W, to change.
    pub fn weight_mut(&mut self) -> ArrayViewMut2<'_, E> {
        ArrayViewMut2::from_shape((Self::HIDDEN, Self::VISIBLE), &mut self.weight).expect("a weight fills its shape")
    }

    /// b, \[I\]; softmax units have K numbers each.
    pub fn visible_bias(&self) -> ArrayView1<'_, E> {
        ArrayView1::from(&*self.visible_bias)
    }

    /// b, to change.
    pub fn visible_bias_mut(&mut self) -> ArrayViewMut1<'_, E> {
        ArrayViewMut1::from(&mut *self.visible_bias)
    }

    /// c, \[N\]; softmax units have K numbers each.
    pub fn hidden_bias(&self) -> ArrayView1<'_, E> {
        ArrayView1::from(&*self.hidden_bias)
    }

    /// c, to change.
    pub fn hidden_bias_mut(&mut self) -> ArrayViewMut1<'_, E> {
        ArrayViewMut1::from(&mut *self.hidden_bias)
    }

    /// ln σ², \[I\], where variances are learned, else of length 0.
    pub fn visible_log_variance(&self) -> ArrayView1<'_, E> {
        ArrayView1::from(&*self.log_variance)
    }

    /// ln σ², to change.
    pub fn visible_log_variance_mut(&mut self) -> ArrayViewMut1<'_, E> {
        ArrayViewMut1::from(&mut *self.log_variance)
    }

    /// T.
    pub fn temperature(&self) -> f64 {
        self.temperature
    }

    /// Sets T.
    ///
    /// # Errors
    ///
    /// [`EnergyError::Option`] where it, or its inverse, is not finite and above 0 as a number of the model's type.
    pub fn set_temperature(&mut self, temperature: f64) -> Result<(), EnergyError> {
        check_temperature::<E>(temperature)?;
        self.temperature = temperature;
        Ok(())
    }

    /// Asks that each number of a batch is one that the visible units can have.
    ///
    /// # Errors
    ///
    /// [`EnergyError::Value`] names the first that is not.
    pub fn check<D: std::ops::Deref<Target = [E]>>(&self, data: &Batch<V::Input<I>, E, D>) -> Result<(), EnergyError> {
        for (sample, row) in data.as_slice().chunks_exact(Self::VISIBLE.max(1)).enumerate() {
            if let Some(element) = V::fault(row) {
                let found = row[element].as_f64();
                return Err(EnergyError::Value { expected: V::EXPECTED, found, sample, element });
            }
        }
        Ok(())
    }

    /// Asks that each number of a batch of hidden states is one that the hidden units can have.
    ///
    /// # Errors
    ///
    /// [`EnergyError::Value`] names the first that is not.
    pub fn check_hidden<D: std::ops::Deref<Target = [E]>>(
        &self,
        states: &Batch<H::Output<N>, E, D>,
    ) -> Result<(), EnergyError> {
        for (sample, row) in states.as_slice().chunks_exact(Self::HIDDEN.max(1)).enumerate() {
            if let Some(element) = H::fault(row) {
                let found = row[element].as_f64();
                return Err(EnergyError::Value { expected: H::EXPECTED, found, sample, element });
            }
        }
        Ok(())
    }

    /// Sets the visible biases so that without weights each unit has its mean over the data: the start that Hinton (2010) advises.
    ///
    /// # Errors
    ///
    /// [`EnergyError::Value`] for a number that no unit can have, [`EnergyError::Empty`] for no samples.
    pub fn adopt_means<D>(&mut self, data: &Batch<V::Input<I>, E, D>) -> Result<(), EnergyError>
    where
        D: std::ops::Deref<Target = [E]>,
    {
        self.check(data)?;
        let means = smoothed_means::<V, E>(data.as_slice(), Self::VISIBLE)?;
        for (bias, mean) in self.visible_bias.iter_mut().zip(means) {
            *bias = E::from_f64(self.temperature * V::bias_of(mean));
        }
        Ok(())
    }

    pub(super) fn slices(&self) -> [&[E]; 4] {
        [&self.weight, &self.visible_bias, &self.hidden_bias, &self.log_variance]
    }

    pub(super) fn slices_mut(&mut self) -> [&mut [E]; 4] {
        [&mut self.weight, &mut self.visible_bias, &mut self.hidden_bias, &mut self.log_variance]
    }
}

/// The mean of each visible number over the data; of units with states, as if each state had been seen once more.
fn smoothed_means<V: Visible, E: Element>(data: &[E], width: usize) -> Result<Vec<f64>, EnergyError> {
    let samples = data.len().checked_div(width).unwrap_or(0);
    if samples == 0 {
        return Err(EnergyError::Empty { what: "data to take means of" });
    }
    let mut sums = vec![0.0; width];
    for row in data.chunks_exact(width) {
        sums.iter_mut().zip(row).for_each(|(sum, x)| *sum += x.as_f64());
    }
    let seen = if V::STATES == 0 { 0.0 } else { 1.0 };
    let count = samples as f64 + V::STATES as f64;
    Ok(sums.into_iter().map(|sum| (sum + seen) / count).collect())
}

impl<I: FixedDimension, N: FixedDimension, V: Visible, H: Hidden, E: Element> Rbm<I, N, V, H, E> {
    /// The axes of the hidden numbers, then those of the visible ones, then what is left of four.
    const AXES: [usize; 4] = {
        let (hidden, visible) = (<H::Output<N> as Shape>::DIMS, <V::Input<I> as Shape>::DIMS);
        let (mut axes, mut axis) = ([0; 4], 0);
        while axis < hidden.len() + visible.len() {
            axes[axis] = if axis < hidden.len() { hidden[axis] } else { visible[axis - hidden.len()] };
            axis += 1;
        }
        axes
    };

    const TENSORS: [(&'static str, &'static [usize]); 4] = [
        ("weight", {
            let axes: &'static [usize] = &Self::AXES;
            axes.split_at(<H::Output<N> as Shape>::DIMS.len() + <V::Input<I> as Shape>::DIMS.len()).0
        }),
        ("visible_bias", <V::Input<I> as Shape>::DIMS),
        ("hidden_bias", <H::Output<N> as Shape>::DIMS),
        ("visible_log_variance", <V::Input<I> as Shape>::DIMS),
    ];
}

impl<I: FixedDimension, N: FixedDimension, V: Visible, H: Hidden, E: Element> Parameters<E> for Rbm<I, N, V, H, E> {
    fn tensors(&self) -> usize {
        if V::VARIANCES { 4 } else { 3 }
    }

    fn tensor(&self, index: usize) -> Tensor<'_, E> {
        assert!(index < self.tensors(), "a parameter's index is below the number of parameters");
        let (name, shape) = Self::TENSORS[index];
        Tensor::new(name, shape, self.slices()[index])
    }

    fn tensor_mut(&mut self, index: usize) -> TensorMut<'_, E> {
        assert!(index < self.tensors(), "a parameter's index is below the number of parameters");
        let (name, shape) = Self::TENSORS[index];
        let [weight, visible, hidden, variance] = self.slices_mut();
        TensorMut::new(name, shape, [weight, visible, hidden, variance].into_iter().nth(index).unwrap_or_default())
    }
}
