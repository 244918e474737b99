//! Energies and what follows from them.

use std::ops::Deref;

use crate::{
    Batch, Element, ShapeError,
    energy::{Hidden, Rbm, Visible},
    kernels::{field::Bias, scratch},
    shape::FixedDimension,
};

impl<I: FixedDimension, N: FixedDimension, V: Visible, H: Hidden, E: Element> Rbm<I, N, V, H, E> {
    /// E(v, h) of each pair of rows.
    ///
    /// # Errors
    ///
    /// [`ShapeError::Samples`] where the batches have different numbers of samples.
    pub fn energies<D, F>(
        &self,
        v: &Batch<V::Input<I>, E, D>,
        h: &Batch<H::Output<N>, E, F>,
    ) -> Result<Vec<f64>, ShapeError>
    where
        D: Deref<Target = [E]>,
        F: Deref<Target = [E]>,
    {
        if v.samples() != h.samples() {
            return Err(ShapeError::Samples { expected: v.samples(), found: h.samples() });
        }
        let mut energies = vec![0.0; v.samples()];
        let h = h.as_slice();
        Self::rows(v.as_slice(), &mut energies, [Self::VISIBLE, 1], |v, energies, first| {
            let h = &h[first * Self::HIDDEN..(first + energies.len()) * Self::HIDDEN];
            scratch::with(h.len(), |x| {
                self.hidden_fields(v, x, 1.0);
                let rows = v.chunks_exact(Self::VISIBLE.max(1)).zip(h.chunks_exact(Self::HIDDEN.max(1)));
                for ((energy, (v, h)), x) in energies.iter_mut().zip(rows).zip(x.chunks_exact(Self::HIDDEN.max(1))) {
                    let term = |(h, x): (&E, &E)| H::own_energy(h.as_f64()) - h.as_f64() * x.as_f64();
                    *energy = self.own_energy(v) + h.iter().zip(x).map(term).sum::<f64>();
                }
            });
        });
        Ok(energies)
    }

    /// F(v) = −T ln Σ over h of exp(−E(v, h) / T) of each sample, so that p(v) = exp(−F(v) / T) / Z.
    ///
    /// ```
    /// use plumbline::{Batch, Const, energy::Rbm, layers::Init};
    /// use rand::{SeedableRng, rngs::StdRng};
    /// let rbm: Rbm<Const<2>, Const<3>> = Rbm::new(Init::Zeros, &mut StdRng::seed_from_u64(1));
    /// let free = rbm.free_energies(&Batch::from_vec(vec![0.0, 1.0])?);
    /// assert!((free[0] + 8.0_f64.ln()).abs() < 1e-12);
    /// # Ok::<(), plumbline::ShapeError>(())
    /// ```
    pub fn free_energies<D>(&self, v: &Batch<V::Input<I>, E, D>) -> Vec<f64>
    where
        D: Deref<Target = [E]>,
    {
        let mut energies = vec![0.0; v.samples()];
        self.free_energies_into(v, &mut energies);
        energies
    }

    /// [`Rbm::free_energies`], written over the first numbers of `energies`, as many as both have samples.
    pub fn free_energies_into<D>(&self, v: &Batch<V::Input<I>, E, D>, energies: &mut [f64])
    where
        D: Deref<Target = [E]>,
    {
        let count = v.samples().min(energies.len());
        Self::rows(v.as_slice(), &mut energies[..count], [Self::VISIBLE, 1], |v, energies, _| {
            scratch::with(energies.len() * Self::HIDDEN, |x| {
                self.hidden_fields(v, x, 1.0);
                let fields = x.chunks_exact(Self::HIDDEN.max(1));
                for ((energy, v), x) in energies.iter_mut().zip(v.chunks_exact(Self::VISIBLE.max(1))).zip(fields) {
                    *energy = self.own_energy(v) - self.temperature * self.log_sum_hidden(x.iter().map(|x| x.as_f64()));
                }
            });
        });
    }

    /// The mean of ln p(v) over the samples, given ln Z: from [`Rbm::log_partition_exact`] or an estimate of [`Rbm::log_partition_ais`]. NaN of no
    /// samples.
    pub fn log_likelihood<D>(&self, v: &Batch<V::Input<I>, E, D>, log_partition: f64) -> f64
    where
        D: Deref<Target = [E]>,
    {
        -mean(&self.free_energies(v)) / self.temperature - log_partition
    }

    /// The mean free energy of `validation` less that of `training`: it grows where the model learns the training data by heart, and asks for no
    /// partition function (Hinton, 2010).
    pub fn free_energy_gap<D, F>(
        &self,
        training: &Batch<V::Input<I>, E, D>,
        validation: &Batch<V::Input<I>, E, F>,
    ) -> f64
    where
        D: Deref<Target = [E]>,
        F: Deref<Target = [E]>,
    {
        mean(&self.free_energies(validation)) - mean(&self.free_energies(training))
    }

    /// The mean over the samples of Σ ln p(vᵢ | all other v) (Besag, 1975), exactly, over every unit. Units with states only: for others it does not
    /// compile.
    ///
    /// A Bernoulli unit between 0 and 1 counts as a probability.
    ///
    /// ```
    /// use plumbline::{Batch, Const, energy::Rbm, layers::Init};
    /// use rand::{SeedableRng, rngs::StdRng};
    /// let rbm: Rbm<Const<2>, Const<3>> = Rbm::new(Init::Zeros, &mut StdRng::seed_from_u64(1));
    /// let found = rbm.pseudo_log_likelihood(&Batch::from_vec(vec![0.0, 1.0])?);
    /// assert!((found + 2.0 * 2.0_f64.ln()).abs() < 1e-12);
    /// # Ok::<(), plumbline::ShapeError>(())
    /// ```
    pub fn pseudo_log_likelihood<D>(&self, v: &Batch<V::Input<I>, E, D>) -> f64
    where
        D: Deref<Target = [E]>,
    {
        const {
            assert!(
                V::STATES > 0,
                "`pseudo_log_likelihood` sums over the states of each visible unit: Gaussian units have too many"
            )
        };
        let mut sums = vec![0.0; v.samples()];
        Self::rows(v.as_slice(), &mut sums, [Self::VISIBLE, 1], |v, sums, _| {
            scratch::with(Self::HIDDEN, |x| {
                for (sum, v) in sums.iter_mut().zip(v.chunks_exact(Self::VISIBLE.max(1))) {
                    self.hidden_fields(v, x, 1.0);
                    *sum = (0..I::SIZE).map(|unit| self.log_conditional_of_unit(v, x, unit)).sum();
                }
            });
        });
        mean(&sums)
    }

    /// ln p(v of `unit` | the other visible units), from the fields x of the hidden ones.
    fn log_conditional_of_unit(&self, v: &[E], x: &[E], unit: usize) -> f64 {
        let place = unit * V::LEVELS;
        let weight = |j: usize, level: usize| self.weight[j * Self::VISIBLE + place + level].as_f64();
        let own = &v[place..place + V::LEVELS];
        let log_of = |state: usize| {
            let field = |j: usize| {
                let seen: f64 = own.iter().enumerate().map(|(level, v)| v.as_f64() * weight(j, level)).sum();
                x[j].as_f64() - seen + V::level(state).map_or(0.0, |level| weight(j, level))
            };
            let bias = V::level(state).map_or(0.0, |level| self.visible_bias[place + level].as_f64());
            bias / self.temperature + self.log_sum_hidden((0..Self::HIDDEN).map(field))
        };
        // How much of each state the data have: all of one, or of a Bernoulli unit parts of both.
        let part = |state: usize| match V::level(state) {
            Some(level) => own[level].as_f64(),
            None => 1.0 - own.iter().map(|v| v.as_f64()).sum::<f64>(),
        };
        let (mut all, mut seen) = (LogSum::default(), 0.0);
        for state in 0..V::STATES {
            let log = log_of(state);
            all.add(log);
            seen += part(state) * log;
        }
        seen - all.total()
    }

    /// A(v) of a row.
    pub(super) fn own_energy(&self, v: &[E]) -> f64 {
        V::own_energy(v, Bias::of(&self.visible_bias), &self.log_variance)
    }

    /// Σ ln Σ over h of exp((x h − q(h)) / T).
    pub(super) fn log_sum_hidden(&self, fields: impl Iterator<Item = f64>) -> f64 {
        H::log_sums(fields, self.temperature)
    }
}

pub(super) fn mean(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() / numbers.len() as f64
}

/// ln Σ exp(xᵢ), one x at a time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LogSum {
    largest: f64,
    /// Σ exp(xᵢ − largest)
    sum: f64,
}

impl Default for LogSum {
    fn default() -> Self {
        LogSum { largest: f64::NEG_INFINITY, sum: 0.0 }
    }
}

impl LogSum {
    pub(in crate::energy) fn add(&mut self, x: f64) {
        if x > self.largest {
            self.sum = self.sum * (self.largest - x).exp() + 1.0;
            self.largest = x;
        } else {
            self.sum += (x - self.largest).exp();
        }
    }

    /// Adds several at a time: one look for the largest, and one exponential each.
    pub(in crate::energy) fn add_all(&mut self, x: &[f64]) {
        let largest = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if largest > f64::NEG_INFINITY {
            self.merge(LogSum { largest, sum: x.iter().map(|x| (x - largest).exp()).sum() });
        }
    }

    pub(in crate::energy) fn merge(&mut self, other: LogSum) {
        if other.largest > self.largest {
            *self = LogSum { largest: other.largest, sum: self.sum * (self.largest - other.largest).exp() + other.sum };
        } else if other.sum > 0.0 {
            self.sum += other.sum * (other.largest - self.largest).exp();
        }
    }

    pub(in crate::energy) fn total(self) -> f64 {
        self.largest + self.sum.ln()
    }
}
