//! The machine as scikit-learn's `BernoulliRBM` has it.

use ndarray::{ArrayView1, ArrayView2};

use crate::{
    Element, Shape,
    energy::{EnergyError, Rbm, units::Bernoulli},
    network::{Name, Parameters, Tensor, TensorMut},
    shape::FixedDimension,
};

/// A machine of Bernoulli units whose parameters have the names of the attributes of `sklearn.neural_network.BernoulliRBM`: `components_` [N, I],
/// `intercept_hidden_` \[N\], `intercept_visible_` \[I\]. It is saved and loaded as any other model; the numbers are the same.
///
/// In Python, `safetensors.numpy.load_file(path)` gives the arrays of a file written here, each to be set by `setattr(rbm, name, array)`; and
/// `save_file({name: getattr(rbm, name) for name in ("components_", "intercept_hidden_", "intercept_visible_")}, path)` writes one for here.
///
/// ```
/// use plumbline::{Const, energy::{Rbm, ScikitLearn}, io::Weights, layers::Init};
/// use rand::{SeedableRng, rngs::StdRng};
/// let rbm: Rbm<Const<6>, Const<4>> = Rbm::new(Init::Normal(1.0), &mut StdRng::seed_from_u64(1));
/// let bytes = ScikitLearn(rbm.clone()).to_bytes()?;
/// let mut other = ScikitLearn(rbm.zeroed());
/// other.load_bytes(&bytes)?;
/// assert_eq!(other.0.weight(), rbm.weight());
/// # Ok::<(), plumbline::io::WeightsError>(())
/// ```
#[derive(Clone, Debug)]
pub struct ScikitLearn<M>(
    /// The machine.
    pub M,
);

/// The attributes.
const NAMES: [&str; 3] = ["components_", "intercept_hidden_", "intercept_visible_"];

/// Where a machine has each of them among its parameters.
const PLACES: [usize; 3] = [0, 2, 1];

impl<I: FixedDimension, N: FixedDimension, E: Element> ScikitLearn<Rbm<I, N, Bernoulli, Bernoulli, E>> {
    /// A machine with these arrays.
    ///
    /// ```
    /// use ndarray::{arr1, arr2};
    /// use plumbline::{Const, energy::{Rbm, ScikitLearn}};
    /// type Machine = Rbm<Const<3>, Const<2>>;
    /// let components = arr2(&[[1.0, 0.0, -1.0], [0.5, 0.5, 0.5]]);
    /// let machine: ScikitLearn<Machine> =
    ///     ScikitLearn::from_arrays(components.view(), arr1(&[0.1, 0.2]).view(), arr1(&[0.0, 0.0, 0.3]).view())?;
    /// assert_eq!(machine.0.weight()[[0, 2]], -1.0);
    /// let error = ScikitLearn::<Machine>::from_arrays(components.t(), arr1(&[0.1, 0.2]).view(), arr1(&[0.0; 3]).view()).unwrap_err();
    /// assert_eq!(error.to_string(), "expected `components_` of shape `[2, 3]`, found `[3, 2]`");
    /// # Ok::<(), plumbline::energy::EnergyError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`EnergyError::Array`] names the first that does not fit.
    pub fn from_arrays(
        components: ArrayView2<'_, E>,
        intercept_hidden: ArrayView1<'_, E>,
        intercept_visible: ArrayView1<'_, E>,
    ) -> Result<Self, EnergyError> {
        let shapes: [(&[usize], &[usize]); 3] = [
            (<(N, I)>::DIMS, components.shape()),
            (<(N,)>::DIMS, intercept_hidden.shape()),
            (<(I,)>::DIMS, intercept_visible.shape()),
        ];
        for (name, (expected, found)) in NAMES.into_iter().zip(shapes) {
            if expected != found {
                return Err(EnergyError::Array { name, expected: expected.to_vec(), found: found.to_vec() });
            }
        }
        let mut rbm = Rbm::zeros(1.0);
        rbm.weight_mut().assign(&components);
        rbm.hidden_bias_mut().assign(&intercept_hidden);
        rbm.visible_bias_mut().assign(&intercept_visible);
        Ok(ScikitLearn(rbm))
    }
}

impl<I: FixedDimension, N: FixedDimension, E: Element> Parameters<E>
    for ScikitLearn<Rbm<I, N, Bernoulli, Bernoulli, E>>
{
    fn tensors(&self) -> usize {
        NAMES.len()
    }

    fn tensor(&self, index: usize) -> Tensor<'_, E> {
        Tensor { name: Name::new(NAMES[index]), ..self.0.tensor(PLACES[index]) }
    }

    fn tensor_mut(&mut self, index: usize) -> TensorMut<'_, E> {
        TensorMut { name: Name::new(NAMES[index]), ..self.0.tensor_mut(PLACES[index]) }
    }
}
