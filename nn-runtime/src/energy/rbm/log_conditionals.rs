//! ln p(h | v) and ln p(v | h) of whole rows.

use std::ops::Deref;

use crate::{
    Batch, Element, ShapeError,
    energy::{EnergyError, Hidden, Rbm, Visible},
    kernels::{field::Bias, scratch},
    shape::FixedDimension,
};

impl<I: FixedDimension, N: FixedDimension, V: Visible, H: Hidden, E: Element> Rbm<I, N, V, H, E> {
    /// ln p(h | v) = Σ ln p(hⱼ | v) of each pair of rows: given v the hidden units are independent, so that p(h | v) is a product over them. For Bernoulli units it
    /// is Π σ((2h − 1) ∘ (c + W v) / T)ⱼ (the notes' "RBM conditional").
    ///
    /// Of units with states it is the logarithm of a probability; a Bernoulli unit between 0 and 1 counts as a probability, as in
    /// [`free_energies`](Rbm::free_energies). Of Gaussian units it is that of a density, and of rectified ones that of the law of their samples, with a
    /// probability at 0 and a density above. `v` may be means.
    ///
    /// ```
    /// use plumbline::{Batch, Const, energy::Rbm, layers::Init};
    /// use rand::{SeedableRng, rngs::StdRng};
    /// let mut rbm: Rbm<Const<2>, Const<2>> = Rbm::new(Init::Zeros, &mut StdRng::seed_from_u64(1));
    /// rbm.weight_mut().fill(0.5);
    /// let (v, h) = (Batch::from_vec(vec![0.0, 1.0])?, Batch::from_vec(vec![0.0, 0.0])?);
    /// assert!((rbm.log_conditional_hidden(&v, &h)?[0].exp() - 0.142_536_957).abs() < 1e-7);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`EnergyError::Shape`] where the batches have different numbers of samples, [`EnergyError::Value`] for a number of `h` that no hidden unit can have.
    pub fn log_conditional_hidden<D, F>(
        &self,
        v: &Batch<V::Input<I>, E, D>,
        h: &Batch<H::Output<N>, E, F>,
    ) -> Result<Vec<f64>, EnergyError>
    where
        D: Deref<Target = [E]>,
        F: Deref<Target = [E]>,
    {
        equal(v.samples(), h.samples())?;
        self.check_hidden(h)?;
        let (v, mut logs) = (v.as_slice(), vec![0.0; h.samples()]);
        Self::rows(h.as_slice(), &mut logs, [Self::HIDDEN, 1], |h, logs, first| {
            let v = &v[first * Self::VISIBLE..(first + logs.len()) * Self::VISIBLE];
            scratch::with(h.len(), |x| {
                self.hidden_fields(v, x, 1.0);
                let rows = h.chunks_exact(Self::HIDDEN.max(1)).zip(x.chunks_exact(Self::HIDDEN.max(1)));
                for (log, (h, x)) in logs.iter_mut().zip(rows) {
                    *log = H::log_conditional(h, x, self.temperature);
                }
            });
        });
        Ok(logs)
    }

    /// ln p(v | h) = Σ ln p(vᵢ | h) of each pair of rows. For Bernoulli units p(v | h) = Π σ((2v − 1) ∘ (b + Wᵀh) / T)ᵢ, the notes' product; for softmax units it is
    /// the product of the levels' probabilities, for Gaussian ones that of the densities of normal numbers with mean b + Wᵀh and variance T σ².
    ///
    /// A Bernoulli unit between 0 and 1 counts as a probability. `h` may be means.
    ///
    /// ```
    /// use plumbline::{Batch, Const, energy::Rbm, layers::Init};
    /// use rand::{SeedableRng, rngs::StdRng};
    /// let mut rbm: Rbm<Const<3>, Const<2>> = Rbm::new(Init::Zeros, &mut StdRng::seed_from_u64(1));
    /// rbm.visible_bias_mut()[0] = 2.0;
    /// let (v, h) = (Batch::from_vec(vec![0.0, 1.0, 1.0])?, Batch::from_vec(vec![1.0, 0.0])?);
    /// let expected = (1.0 / (1.0 + 2.0_f64.exp())).ln() + 2.0 * 0.5_f64.ln();
    /// assert!((rbm.log_conditional_visible(&v, &h)?[0] - expected).abs() < 1e-6);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`EnergyError::Shape`] where the batches have different numbers of samples, [`EnergyError::Value`] for a number of `v` that no visible unit can have.
    pub fn log_conditional_visible<D, F>(
        &self,
        v: &Batch<V::Input<I>, E, D>,
        h: &Batch<H::Output<N>, E, F>,
    ) -> Result<Vec<f64>, EnergyError>
    where
        D: Deref<Target = [E]>,
        F: Deref<Target = [E]>,
    {
        equal(v.samples(), h.samples())?;
        self.check(v)?;
        let (h, mut logs) = (h.as_slice(), vec![0.0; v.samples()]);
        let variances: Vec<f64> = self.log_variance.iter().map(|z| z.as_f64()).collect();
        Self::rows(v.as_slice(), &mut logs, [Self::VISIBLE, 1], |v, logs, first| {
            let h = &h[first * Self::HIDDEN..(first + logs.len()) * Self::HIDDEN];
            let mut fields = vec![0.0; Self::VISIBLE];
            scratch::with(v.len(), |u| {
                self.visible_fields(h, u, 1.0, Bias::of(&self.visible_bias));
                let rows = v.chunks_exact(Self::VISIBLE.max(1)).zip(u.chunks_exact(Self::VISIBLE.max(1)));
                for (log, (v, u)) in logs.iter_mut().zip(rows) {
                    // v given h is a model without weights whose biases are the fields.
                    let own = V::own_energy(v, Bias::of(u), &self.log_variance);
                    fields.iter_mut().zip(u).for_each(|(field, u)| *field = u.as_f64());
                    *log = -own / self.temperature - V::log_sum(&fields, &fields, &variances, self.temperature);
                }
            });
        });
        Ok(logs)
    }
}

/// Asks for as many samples on both sides.
fn equal(expected: usize, found: usize) -> Result<(), ShapeError> {
    if expected == found { Ok(()) } else { Err(ShapeError::Samples { expected, found }) }
}
