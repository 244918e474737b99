//! The Boltzmann machine with all connections.

mod enumeration;
mod exact;
mod few;
mod learner;
mod learning;
mod mean_field;
mod sampling;

use std::{marker::PhantomData, ops::Deref};

pub use exact::Moments;
pub use few::FewTogether;
pub use learner::BoltzmannLearner;
pub use learning::{BoltzmannEpoch, BoltzmannLearning, BoltzmannReport, ExactStatistics, SampledStatistics};
pub use mean_field::MeanField;

use ndarray::{ArrayView1, ArrayView2, ArrayViewMut1};
use rand::Rng;

use crate::{
    Batch, Element, Shape,
    energy::{EnergyError, error::check_temperature, symmetric},
    kernels::aligned::Aligned,
    layers::{Init, type_check},
    network::{Parameters, Tensor, TensorMut},
    shape::{FixedDimension, Sum},
};

/// p(s) = exp(−E(s) / T) / Z with E(s) = −½ sᵀ W s − bᵀ s over all s = (v, h) in {0, 1}^(I + N): a Boltzmann machine with `I` visible units and `N`
/// hidden ones, each connected with every other (Ackley, Hinton and Sejnowski, 1985). With `Const<0>` for `N` it is fully visible.
///
/// `weight` [I + N, I + N] and `bias` \[I + N\], visible units first. The weights are symmetric, with zeros on the diagonal: what writes them
/// ([`set_weight`](Boltzmann::set_weight), [`set_weights`](Boltzmann::set_weights), [`io::Weights::load`](crate::io::Weights::load)) sees to it. Whoever writes
/// through [`Parameters::tensor_mut`] has to: the model reads row i for the field of unit i. T is 1 unless
/// [`set_temperature`](Boltzmann::set_temperature) says otherwise; it belongs to the model, but is not saved with the parameters.
///
/// As a layer it gives the mean-field p(h = 1 | v), without a gradient; it learns by [`BoltzmannLearning`].
///
/// ```
/// use plumbline::{Batch, Const, energy::Boltzmann, layers::Init};
/// use rand::{SeedableRng, rngs::StdRng};
/// let mut machine: Boltzmann<Const<2>, Const<1>> = Boltzmann::new(Init::Zeros, &mut StdRng::seed_from_u64(42));
/// machine.set_weight(0, 2, 3.0)?;
/// machine.set_weight(1, 2, 3.0)?;
/// assert_eq!(machine.weight()[[2, 0]], 3.0);
/// let h = machine.hidden_means(&Batch::from_vec(vec![1.0, 1.0])?);
/// assert!((h.as_slice()[0] - 0.997_527_4).abs() < 1e-6);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Boltzmann<I, N, E = f32> {
    weight: Aligned<E>,
    bias: Aligned<E>,
    temperature: f64,
    sizes: PhantomData<fn(I) -> N>,
}

// Derived, these would ask the same of the sizes, of which no value exists.
impl<I, N, E: Clone> Clone for Boltzmann<I, N, E> {
    fn clone(&self) -> Self {
        let (weight, bias) = (self.weight.clone(), self.bias.clone());
        Boltzmann { weight, bias, temperature: self.temperature, sizes: PhantomData }
    }
}

impl<I, N, E: std::fmt::Debug> std::fmt::Debug for Boltzmann<I, N, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut machine = f.debug_struct("Boltzmann");
        machine.field("weight", &self.weight).field("bias", &self.bias).field("temperature", &self.temperature);
        machine.finish()
    }
}

impl<I: FixedDimension, N: FixedDimension, E: Element> Boltzmann<I, N, E> {
    /// All units.
    pub(crate) const UNITS: usize = I::SIZE + N::SIZE;

    /// A machine whose weights between different units are drawn by `init`, with biases of 0 and T = 1. Small weights, such as `Init::Normal(0.01)`,
    /// begin close to independent units.
    pub fn new(init: Init, rng: &mut impl Rng) -> Self {
        const { type_check::parameter("the weight of `Boltzmann`", &[Self::UNITS, Self::UNITS]) };
        let mut machine = Self::zeros(1.0);
        init.fill(&mut machine.weight, &[Self::UNITS, Self::UNITS], rng);
        symmetric::mirror(&mut machine.weight, Self::UNITS);
        machine
    }

    fn zeros(temperature: f64) -> Self {
        let (weight, bias) = (Aligned::zeros(Self::UNITS * Self::UNITS), Aligned::zeros(Self::UNITS));
        Boltzmann { weight, bias, temperature, sizes: PhantomData }
    }

    /// The same machine with every parameter zero.
    #[must_use]
    pub fn zeroed(&self) -> Self {
        Self::zeros(self.temperature)
    }

    /// W, [I + N, I + N].
    pub fn weight(&self) -> ArrayView2<'_, E> {
        ArrayView2::from_shape((Self::UNITS, Self::UNITS), &self.weight).expect("a weight fills its shape")
    }

    /// Sets the weight between two units, in both places that it has.
    ///
    /// # Errors
    ///
    /// [`EnergyError::Index`] for an index past the end, [`EnergyError::Connection`] for a number that is not finite, or not 0 for a unit and itself. Nothing
    /// is changed then.
    pub fn set_weight(&mut self, i: usize, j: usize, weight: E) -> Result<(), EnergyError> {
        symmetric::set(&mut self.weight, Self::UNITS, i, j, weight)
    }

    /// Sets all weights, or none where it fails.
    ///
    /// ```
    /// use plumbline::{Const, energy::Boltzmann, layers::Init};
    /// use rand::{SeedableRng, rngs::StdRng};
    /// let mut machine: Boltzmann<Const<2>, Const<0>> = Boltzmann::new(Init::Zeros, &mut StdRng::seed_from_u64(1));
    /// machine.set_weights(ndarray::arr2(&[[0.0, 2.0], [2.0, 0.0]]).view())?;
    /// let error = machine.set_weights(ndarray::arr2(&[[0.0, 2.0], [1.0, 0.0]]).view()).unwrap_err();
    /// assert_eq!(error.to_string(), "expected the number at its mirrored place at [0, 1] of the connections, found 2");
    /// # Ok::<(), plumbline::energy::EnergyError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`EnergyError::Array`] for another shape than [I + N, I + N], [`EnergyError::Connection`] for a matrix that is not finite, symmetric and 0 on
    /// the diagonal.
    pub fn set_weights(&mut self, weights: ArrayView2<'_, E>) -> Result<(), EnergyError> {
        symmetric::set_all(&mut self.weight, Self::UNITS, weights)
    }

    /// b, \[I + N\].
    pub fn bias(&self) -> ArrayView1<'_, E> {
        ArrayView1::from(&*self.bias)
    }

    /// b, to change.
    pub fn bias_mut(&mut self) -> ArrayViewMut1<'_, E> {
        ArrayViewMut1::from(&mut *self.bias)
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

    /// Asks that each number of a batch is 0 or 1.
    ///
    /// # Errors
    ///
    /// [`EnergyError::Value`] names the first that is not.
    pub fn check<S: Shape, D: Deref<Target = [E]>>(&self, data: &Batch<S, E, D>) -> Result<(), EnergyError> {
        let fits = |x: &E| *x == E::zero() || *x == E::one();
        let width = data.width().max(1);
        match data.as_slice().iter().position(|x| !fits(x)) {
            None => Ok(()),
            Some(place) => Err(EnergyError::Value {
                expected: "0 or 1 for the units of a Boltzmann machine",
                found: data.as_slice()[place].as_f64(),
                sample: place / width,
                element: place % width,
            }),
        }
    }
}

impl<I: FixedDimension, N: FixedDimension, E: Element> Parameters<E> for Boltzmann<I, N, E> {
    fn tensors(&self) -> usize {
        2
    }

    fn tensor(&self, index: usize) -> Tensor<'_, E> {
        match index {
            0 => Tensor::new("weight", <(Sum<I, N>, Sum<I, N>)>::DIMS, &self.weight).symmetric(),
            1 => Tensor::new("bias", <(Sum<I, N>,)>::DIMS, &self.bias),
            _ => panic!("a parameter's index is below the number of parameters"),
        }
    }

    fn tensor_mut(&mut self, index: usize) -> TensorMut<'_, E> {
        match index {
            0 => TensorMut::new("weight", <(Sum<I, N>, Sum<I, N>)>::DIMS, &mut self.weight).symmetric(),
            1 => TensorMut::new("bias", <(Sum<I, N>,)>::DIMS, &mut self.bias),
            _ => panic!("a parameter's index is below the number of parameters"),
        }
    }
}
