//! What a small machine tells exactly.

use std::ops::Deref;

use ndarray::{Array1, Array2};
use rayon::prelude::*;

use crate::{
    Batch, Element,
    energy::{
        Boltzmann, Few, FewTogether,
        boltzmann::enumeration::{Enumeration, Sums},
    },
    samplers::energy,
    shape::FixedDimension,
};

/// Samples of which a thread takes the sums at a time.
const PART: usize = 16;

/// First and second moments of the units of a [`Boltzmann`] machine, visible ones first.
///
/// ```
/// use plumbline::{Const, energy::Boltzmann, layers::Init};
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
    /// use plumbline::{Const, energy::Boltzmann, layers::Init};
    /// use rand::{SeedableRng, rngs::StdRng};
    /// let machine: Boltzmann<Const<12>, Const<6>> = Boltzmann::new(Init::Zeros, &mut StdRng::seed_from_u64(1));
    /// assert!((machine.log_partition_exact() - 18.0 * 2.0_f64.ln()).abs() < 1e-12);
    /// ```
    ///
    /// ```compile_fail
    /// use plumbline::{Const, energy::Boltzmann, layers::Init};
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
    /// use plumbline::{Const, energy::Boltzmann, layers::Init};
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
    ///
    /// ```
    /// use plumbline::{Const, energy::Boltzmann, layers::Init};
    /// use rand::{SeedableRng, rngs::StdRng};
    /// let mut machine: Boltzmann<Const<2>, Const<0>, f64> = Boltzmann::new(Init::Zeros, &mut StdRng::seed_from_u64(1));
    /// // The state 1 1 has as much weight as the three others together.
    /// machine.set_weight(0, 1, 3.0_f64.ln())?;
    /// let moments = machine.moments_exact();
    /// assert!((moments.products[[0, 1]] - 0.5).abs() < 1e-12 && (moments.means[0] - 4.0 / 6.0).abs() < 1e-12);
    /// # Ok::<(), plumbline::energy::EnergyError>(())
    /// ```
    pub fn moments_exact(&self) -> Moments
    where
        I: FewTogether<N>,
    {
        let (sums, _) = self.model_sums();
        let products = Array2::from_shape_vec((Self::UNITS, Self::UNITS), sums.products);
        Moments { means: Array1::from(sums.means), products: products.expect("products fill their shape") }
    }

    /// F(v) = −T ln Σ over h of exp(−E(v, h) / T) of each sample, exactly, so that p(v) = exp(−F(v) / T) / Z: a sum over all 2^N states of the hidden
    /// units. For more than 24 of them it does not compile.
    ///
    /// ```
    /// use plumbline::{Batch, Const, energy::Boltzmann, layers::Init};
    /// use rand::{SeedableRng, rngs::StdRng};
    /// let machine: Boltzmann<Const<100>, Const<3>> = Boltzmann::new(Init::Zeros, &mut StdRng::seed_from_u64(1));
    /// let free = machine.free_energies_exact(&Batch::zeros(2));
    /// assert!((free[1] + 8.0_f64.ln()).abs() < 1e-12);
    /// ```
    pub fn free_energies_exact<D>(&self, v: &Batch<(I,), E, D>) -> Vec<f64>
    where
        N: Few,
        D: Deref<Target = [E]>,
    {
        self.log_weights(v.as_slice()).into_iter().map(|log| -self.temperature * log).collect()
    }

    /// The mean of ln p(v) over the samples, exactly, hidden units summed out. NaN of no samples. For more than 24 units it does not compile.
    ///
    /// ```
    /// use plumbline::{Batch, Const, energy::Boltzmann, layers::Init};
    /// use rand::{SeedableRng, rngs::StdRng};
    /// let machine: Boltzmann<Const<2>, Const<3>> = Boltzmann::new(Init::Zeros, &mut StdRng::seed_from_u64(1));
    /// let found = machine.log_likelihood_exact(&Batch::from_vec(vec![0.0, 1.0])?);
    /// assert!((found + 2.0 * 2.0_f64.ln()).abs() < 1e-12);
    /// # Ok::<(), plumbline::ShapeError>(())
    /// ```
    pub fn log_likelihood_exact<D>(&self, v: &Batch<(I,), E, D>) -> f64
    where
        I: FewTogether<N>,
        D: Deref<Target = [E]>,
    {
        let logs = self.log_weights(v.as_slice());
        logs.iter().sum::<f64>() / logs.len() as f64 - self.log_partition_exact()
    }

    /// ln Σ over h of exp(−E(v, h) / T) of each row.
    fn log_weights(&self, v: &[E]) -> Vec<f64> {
        let hidden = self.hidden_enumeration();
        let log_weight = |v: &[E]| {
            let (fields, own) = self.given(v);
            own + hidden.log_sum(&fields)
        };
        crate::parallel::ready();
        v.par_chunks_exact(I::SIZE.max(1)).map(log_weight).collect()
    }

    /// The sums over the machine, and ln Z.
    pub(super) fn model_sums(&self) -> (Sums, f64) {
        let (enumeration, bias) = self.enumeration();
        enumeration.sums(&bias)
    }

    /// The means over the rows of ⟨s⟩ and ⟨s sᵀ⟩ given v, and of ln Σ over h of exp(−E(v, h) / T).
    pub(super) fn data_sums(&self, v: &[E]) -> (Sums, f64) {
        let (hidden, units) = (self.hidden_enumeration(), Self::UNITS);
        let rows = v.len().checked_div(I::SIZE).unwrap_or(0);
        let part = |rows: &[E]| {
            let (mut sums, mut log_weight) = (Sums::zeros(units), 0.0);
            let mut means = vec![0.0; units];
            for v in rows.chunks_exact(I::SIZE) {
                let (fields, own) = self.given(v);
                let (given, log_sum) = hidden.sums(&fields);
                log_weight += own + log_sum;
                means.iter_mut().zip(v).for_each(|(mean, v)| *mean = v.as_f64());
                means[I::SIZE..].copy_from_slice(&given.means);
                sums.means.iter_mut().zip(&means).for_each(|(sum, mean)| *sum += mean);
                for (i, products) in sums.products.chunks_exact_mut(units).enumerate() {
                    // Pairs with a visible unit, whose state is known, and pairs of hidden ones.
                    let known = if i < I::SIZE { units } else { I::SIZE };
                    products[..known].iter_mut().zip(&means).for_each(|(sum, mean)| *sum += means[i] * mean);
                    let among = given.products.iter().skip((i - i.min(I::SIZE)) * N::SIZE);
                    let hidden = if i < I::SIZE { &mut [][..] } else { &mut products[I::SIZE..] };
                    hidden.iter_mut().zip(among).for_each(|(sum, both)| *sum += both);
                }
            }
            (sums, log_weight)
        };
        crate::parallel::ready();
        let parts: Vec<_> = v.par_chunks(PART * I::SIZE.max(1)).map(part).collect();
        let (mut sums, mut log_weight) = (Sums::zeros(units), 0.0);
        for (part, log) in &parts {
            sums.add(part);
            log_weight += log;
        }
        let mean = 1.0 / rows as f64;
        sums.means.iter_mut().chain(&mut sums.products).for_each(|sum| *sum *= mean);
        (sums, log_weight * mean)
    }
}
