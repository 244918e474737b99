//! What a small machine tells exactly.

use std::ops::Deref;

use ndarray::{Array1, Array2};
use rayon::prelude::*;

use crate::{
    Batch, Element,
    energy::{
        Boltzmann, FewTogether,
        boltzmann::enumeration::{Enumeration, Sums},
    },
    samplers::energy,
    shape::FixedDimension,
};

/// First and second moments of the units of a [`Boltzmann`] machine, visible ones first.
///
/// ```
/// use nn_runtime::{Const, energy::Boltzmann, layers::Init};
/// use rand::{SeedableRng, rngs::StdRng};
/// let machine: Boltzmann<Const<3>, Const<1>> = Boltzmann::new(Init::Zeros, &mut StdRng::seed_from_u64(1));
/// let moments = machine.moments_exact();
/// assert!((moments.means[0] - 0.5).abs() < 1e-12 && (moments.products[[0, 3]] - 0.25).abs() < 1e-12);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Moments {
    /// ⟨sᵢ⟩ = p(sᵢ = 1), \[I + N\].
    pub means: Array1<f64>,
    /// ⟨sᵢ sⱼ⟩ = p(sᵢ = sⱼ = 1), [I + N, I + N], with the means on the diagonal.
    pub products: Array2<f64>,
}

impl<I: FixedDimension, N: FixedDimension, E: Element> Boltzmann<I, N, E> {
    fn over_temperature<'a>(&self, numbers: impl Iterator<Item = &'a E>) -> Vec<f64> {
        numbers.map(|x| x.as_f64() / self.temperature).collect()
    }

    /// All units, and their biases.
    fn enumeration(&self) -> (Enumeration, Vec<f64>) {
        let weight = self.over_temperature(self.weight.iter());
        (Enumeration::new(Self::UNITS, weight), self.over_temperature(self.bias.iter()))
    }

    /// The hidden units alone.
    fn hidden_enumeration(&self) -> Enumeration {
        let couplings = self.hidden_couplings();
        let rows = (0..N::SIZE).flat_map(|j| couplings.of(j, N::SIZE));
        Enumeration::new(N::SIZE, self.over_temperature(rows))
    }

    /// The fields that a visible sample makes for the hidden units, over T, and −E(v, 0) / T.
    fn given(&self, v: &[E]) -> (Vec<f64>, f64) {
        let field = |j: usize| {
            let row = &self.weight[j * Self::UNITS..j * Self::UNITS + I::SIZE];
            let pull: f64 = row.iter().zip(v).map(|(w, v)| w.as_f64() * v.as_f64()).sum();
            (self.bias[j].as_f64() + pull) / self.temperature
        };
        let mut state = v.to_vec();
        state.resize(Self::UNITS, E::zero());
        let own = energy(&self.weight, &self.bias, &state);
        ((I::SIZE..Self::UNITS).map(field).collect(), -own / self.temperature)
    }

    /// ln Z, exactly: a sum over all 2^(I + N) states, in `f64`. For more than 24 units it does not compile.
    ///
    /// ```
    /// use nn_runtime::{Const, energy::Boltzmann, layers::Init};
    /// use rand::{SeedableRng, rngs::StdRng};
    /// let machine: Boltzmann<Const<12>, Const<6>> = Boltzmann::new(Init::Zeros, &mut StdRng::seed_from_u64(1));
    /// assert!((machine.log_partition_exact() - 18.0 * 2.0_f64.ln()).abs() < 1e-12);
    /// ```
    ///
    /// ```compile_fail
    /// use nn_runtime::{Const, energy::Boltzmann, layers::Init};
    /// use rand::{SeedableRng, rngs::StdRng};
    /// let machine: Boltzmann<Const<20>, Const<6>> = Boltzmann::new(Init::Zeros, &mut StdRng::seed_from_u64(1));
    /// machine.log_partition_exact();
    /// ```
    pub fn log_partition_exact(&self) -> f64
    where
        I: FewTogether<N>,
    {
        let (enumeration, bias) = self.enumeration();
        enumeration.log_sum(&bias)
    }

    /// p(s) of all 2^(I + N) states. The bits of a state's index are its units, the first visible unit the lowest. For more than 24 units it does not
    /// compile.
    ///
    /// ```
    /// use nn_runtime::{Const, energy::Boltzmann, layers::Init};
    /// use rand::{SeedableRng, rngs::StdRng};
    /// let mut machine: Boltzmann<Const<2>, Const<0>> = Boltzmann::new(Init::Zeros, &mut StdRng::seed_from_u64(1));
    /// machine.bias_mut()[0] = 3.0_f32.ln();
    /// let p = machine.probabilities_exact();
    /// assert!((p[0b00] - 0.125).abs() < 1e-6 && (p[0b01] - 0.375).abs() < 1e-6);
    /// ```
    pub fn probabilities_exact(&self) -> Vec<f64>
    where
        I: FewTogether<N>,
    {
        let (enumeration, bias) = self.enumeration();
        enumeration.probabilities(&bias)
    }

    /// ⟨s⟩ and ⟨s sᵀ⟩ over all 2^(I + N) states. For more than 24 units it does not compile.
    pub fn moments_exact(&self) -> Moments
    where
        I: FewTogether<N>,
    {
        let (sums, _) = self.model_sums();
        let products = Array2::from_shape_vec((Self::UNITS, Self::UNITS), sums.products);
        Moments { means: Array1::from(sums.means), products: products.expect("products fill their shape") }
    }

    /// The mean of ln p(v) over the samples, exactly, hidden units summed out. NaN of no samples. For more than 24 units it does not compile.
    ///
    /// ```
    /// use nn_runtime::{Batch, Const, energy::Boltzmann, layers::Init};
    /// use rand::{SeedableRng, rngs::StdRng};
    /// let machine: Boltzmann<Const<2>, Const<3>> = Boltzmann::new(Init::Zeros, &mut StdRng::seed_from_u64(1));
    /// let found = machine.log_likelihood_exact(&Batch::from_vec(vec![0.0, 1.0])?);
    /// assert!((found + 2.0 * 2.0_f64.ln()).abs() < 1e-12);
    /// # Ok::<(), nn_runtime::ShapeError>(())
    /// ```
    pub fn log_likelihood_exact<D>(&self, v: &Batch<(I,), E, D>) -> f64
    where
        I: FewTogether<N>,
        D: Deref<Target = [E]>,
    {
        let hidden = self.hidden_enumeration();
        let log_weight = |v: &[E]| {
            let (fields, own) = self.given(v);
            own + hidden.log_sum(&fields)
        };
        let logs: Vec<f64> = v.as_slice().par_chunks_exact(I::SIZE.max(1)).map(log_weight).collect();
        logs.iter().sum::<f64>() / logs.len() as f64 - self.log_partition_exact()
    }

    /// The sums over the machine, and ln Z.
    fn model_sums(&self) -> (Sums, f64) {
        let (enumeration, bias) = self.enumeration();
        enumeration.sums(&bias)
    }
}
