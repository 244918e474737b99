//! The Hopfield network.

mod capacity;
mod chains;
mod dynamics;
mod layer;
mod storage;

use std::{marker::PhantomData, ops::Deref};

use ndarray::{ArrayView1, ArrayView2, ArrayViewMut1};
use rand::Rng;

pub use capacity::BitError;

use crate::{
    Batch, Element, Shape,
    energy::{EnergyError, recall::check_signs, symmetric, update::Asynchronous},
    kernels::aligned::Aligned,
    layers::{Init, type_check},
    network::{Parameters, Tensor, TensorMut},
    shape::FixedDimension,
};

/// E(s) = −½ sᵀWs + θᵀs with s in {−1, 1}: an associative memory of `I` units, all connected (Hopfield, 1982).
///
/// Recall sets s_i = 1 where net_i = (Ws − θ)_i ≥ 0, else −1, for all units at once or one after the other, as
/// [`update`](crate::energy::update)'s types say, until nothing changes (the notes' "Hopfield Networks", whose i − T is −θ here). A net that is
/// 0 but for rounding counts as 0.
///
/// `weight` [I, I], symmetric and 0 on the diagonal whatever writes to it, and `threshold` \[I\]; both 0 until patterns are stored. As a layer
/// it gives the state that recall ends in; it has no gradient.
///
/// ```
/// use plumbline::{Batch, Const, energy::Hopfield};
/// let patterns = Batch::from_vec(vec![1.0, 1.0, 1.0, 1.0, -1.0, -1.0, -1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0])?;
/// let mut net: Hopfield<Const<8>> = Hopfield::zeros();
/// net.store_hebbian(&patterns)?;
/// let spoilt = Batch::from_vec(vec![1.0, 1.0, 1.0, -1.0, -1.0, -1.0, -1.0, -1.0])?;
/// let recall = net.recall(&spoilt)?;
/// assert!(recall.converged());
/// assert_eq!(recall.states.sample(0), patterns.sample(0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Hopfield<I, U = Asynchronous, E = f32> {
    weight: Aligned<E>,
    threshold: Aligned<E>,
    kinds: PhantomData<fn(I) -> U>,
}

// Derived, these would ask the same of the size and the update, of which no value exists.
impl<I, U, E: Clone> Clone for Hopfield<I, U, E> {
    fn clone(&self) -> Self {
        Hopfield { weight: self.weight.clone(), threshold: self.threshold.clone(), kinds: PhantomData }
    }
}

impl<I, U, E: std::fmt::Debug> std::fmt::Debug for Hopfield<I, U, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hopfield").field("weight", &self.weight).field("threshold", &self.threshold).finish()
    }
}

impl<I: FixedDimension, U, E: Element> Hopfield<I, U, E> {
    /// A network without connections, whose thresholds are 0.
    pub fn zeros() -> Self {
        const { type_check::parameter("the weight of `Hopfield`", <(I, I)>::DIMS) };
        Hopfield { weight: Aligned::zeros(I::SIZE * I::SIZE), threshold: Aligned::zeros(I::SIZE), kinds: PhantomData }
    }

    /// A network with connections drawn by `init`, one for each pair of units, and thresholds of 0. `Init::Zeros` is the one to store patterns in;
    /// `Init::Normal(1 / √I)` gives the spin glass of Sherrington and Kirkpatrick (1975).
    pub fn new(init: Init, rng: &mut impl Rng) -> Self {
        let mut net = Self::zeros();
        init.fill(&mut net.weight, <(I, I)>::DIMS, rng);
        symmetric::mirror(&mut net.weight, I::SIZE);
        net
    }

    /// The same network with every parameter zero.
    #[must_use]
    pub fn zeroed(&self) -> Self {
        Self::zeros()
    }

    /// W, [I, I].
    pub fn weight(&self) -> ArrayView2<'_, E> {
        ArrayView2::from_shape((I::SIZE, I::SIZE), &self.weight).expect("a weight fills its shape")
    }

    /// Connects units `i` and `j`, both ways.
    ///
    /// ```
    /// use plumbline::{Const, energy::Hopfield};
    /// let mut net: Hopfield<Const<3>> = Hopfield::zeros();
    /// net.set_weight(0, 2, 1.5)?;
    /// assert_eq!(net.weight()[[2, 0]], 1.5);
    /// let error = net.set_weight(1, 1, 1.0).unwrap_err();
    /// assert_eq!(error.to_string(), "expected 0, as no unit is connected to itself, at [1, 1] of the connections, found 1");
    /// # Ok::<(), plumbline::energy::EnergyError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`EnergyError::Index`] for an index past the end, [`EnergyError::Connection`] for a number that is not finite, or not 0 for a unit and itself.
    pub fn set_weight(&mut self, i: usize, j: usize, value: E) -> Result<(), EnergyError> {
        symmetric::set(&mut self.weight, I::SIZE, i, j, value)
    }

    /// Sets all connections, or none where it fails.
    ///
    /// # Errors
    ///
    /// [`EnergyError::Array`] for another shape than [I, I], [`EnergyError::Connection`] for a matrix that is not finite, symmetric and 0 on
    /// the diagonal.
    pub fn set_weights(&mut self, weight: ArrayView2<'_, E>) -> Result<(), EnergyError> {
        symmetric::set_all(&mut self.weight, I::SIZE, weight)
    }

    /// θ, \[I\].
    pub fn threshold(&self) -> ArrayView1<'_, E> {
        ArrayView1::from(&*self.threshold)
    }

    /// θ, to change.
    pub fn threshold_mut(&mut self) -> ArrayViewMut1<'_, E> {
        ArrayViewMut1::from(&mut *self.threshold)
    }

    /// Asks that each number of a batch is a state of a unit, −1 or 1.
    ///
    /// # Errors
    ///
    /// [`EnergyError::Value`] names the first that is not.
    pub fn check<D: Deref<Target = [E]>>(&self, states: &Batch<(I,), E, D>) -> Result<(), EnergyError> {
        check_signs(states.as_slice(), I::SIZE)
    }
}

impl<I: FixedDimension, U, E: Element> Parameters<E> for Hopfield<I, U, E> {
    fn tensors(&self) -> usize {
        2
    }

    fn tensor(&self, index: usize) -> Tensor<'_, E> {
        match index {
            0 => Tensor::new("weight", <(I, I)>::DIMS, &self.weight).symmetric(),
            1 => Tensor::new("threshold", <(I,)>::DIMS, &self.threshold),
            _ => panic!("a parameter's index is below the number of parameters"),
        }
    }

    fn tensor_mut(&mut self, index: usize) -> TensorMut<'_, E> {
        match index {
            0 => TensorMut::new("weight", <(I, I)>::DIMS, &mut self.weight).symmetric(),
            1 => TensorMut::new("threshold", <(I,)>::DIMS, &mut self.threshold),
            _ => panic!("a parameter's index is below the number of parameters"),
        }
    }
}
