//! The mean-field approximation: units that are independent of one another, as near to the machine's distribution as such can be.

use std::ops::Deref;

use crate::{
    Batch, Element,
    energy::Boltzmann,
    kernels::{
        field::{Bias, add_bias},
        matmul::{Matrix, MatrixMut, matmul},
        scratch,
        sites::{self, Couplings},
        sum,
    },
    network::{View, ViewMut},
    samplers::{each_part, energy},
    shape::FixedDimension,
};

/// The largest change of a mean in the last sweep.
const TOLERANCE: f64 = 1e-6;
/// The sweeps after which the means stay as they are.
const SWEEPS: usize = 1000;

/// The best independent units q(s) = Π μᵢ^sᵢ (1 − μᵢ)^(1 − sᵢ) that were found, and what they tell of Z.
///
/// ```
/// use plumbline::{Const, energy::Boltzmann, layers::Init};
/// use rand::{SeedableRng, rngs::StdRng};
/// let machine: Boltzmann<Const<4>, Const<2>, f64> = Boltzmann::new(Init::Normal(0.2), &mut StdRng::seed_from_u64(1));
/// let approximation = machine.mean_field();
/// assert!(approximation.log_partition <= machine.log_partition_exact());
/// assert!(approximation.log_partition > machine.log_partition_exact() - 0.1);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct MeanField<E> {
    /// μ, \[I + N\], visible units first.
    pub means: Vec<E>,
    /// (H(q) − ⟨E⟩ / T), in nats: at most ln Z.
    pub log_partition: f64,
    /// The sweeps over all units that it took; 1000 where the means still changed.
    pub sweeps: usize,
}

impl<I: FixedDimension, N: FixedDimension, E: Element> Boltzmann<I, N, E> {
    fn scale(&self) -> E {
        E::from_f64(1.0 / self.temperature)
    }

    /// The means of the hidden units given rows of visible ones: `h` gets them, `fields` the fields that they were calculated from.
    pub(super) fn hidden_rows(&self, v: &[E], h: &mut [E], fields: &mut [E]) {
        if N::SIZE == 0 {
            return;
        }
        let hidden = self.hidden_couplings();
        // What the fields have of means of ½.
        scratch::with(N::SIZE, |half| {
            for (i, half) in half.iter_mut().enumerate() {
                *half = E::from_f64(0.5) * sum::total(hidden.of(i, N::SIZE));
            }
            self.visible_part(v, fields);
            add_bias(fields, 1.0, Bias::of(half));
        });
        h.fill(E::from_f64(0.5));
        for (means, fields) in h.chunks_exact_mut(N::SIZE).zip(fields.chunks_exact_mut(N::SIZE)) {
            sites::MeanField {
                couplings: hidden,
                scale: self.scale(),
                tolerance: E::from_f64(TOLERANCE),
                sweeps: SWEEPS,
                means,
                fields,
            }
            .run();
        }
    }

    /// W among the hidden units.
    pub(super) fn hidden_couplings(&self) -> Couplings<'_, E> {
        Couplings {
            weight: self.weight.get(I::SIZE * Self::UNITS + I::SIZE..).unwrap_or_default(),
            stride: Self::UNITS,
        }
    }

    /// What rows of visible units and the biases contribute to the fields of the hidden ones.
    pub(super) fn visible_part(&self, v: &[E], fields: &mut [E]) {
        let rows = fields.len().checked_div(N::SIZE).unwrap_or(0);
        let (between, bias) = (&self.weight[I::SIZE..], &self.bias[I::SIZE..]);
        let between = Matrix::strided(between, I::SIZE, N::SIZE, Self::UNITS, 1);
        matmul(MatrixMut::row_major(fields, rows, N::SIZE), Matrix::row_major(v, rows, I::SIZE), between, false);
        add_bias(fields, 1.0, Bias::of(bias));
    }

    /// y = the mean-field p(h = 1 | v): μⱼ = σ((bⱼ + Σ Wⱼᵢ vᵢ + Σ Wⱼₖ μₖ) / T), one unit after the other, from μ = ½, until a sweep changes none by more
    /// than 10⁻⁶, or for 1000 sweeps. Without connections among the hidden units it is exact. `fields` is memory.
    pub fn forward(&self, x: View<'_, (I,), E>, mut y: ViewMut<'_, (N,), E>, mut fields: ViewMut<'_, (N,), E>) {
        self.hidden_rows(x.data(), y.data_mut(), fields.data_mut());
    }

    /// The mean-field p(h = 1 | v) of each sample, as [`Boltzmann::forward`] has it.
    pub fn hidden_means<D>(&self, v: &Batch<(I,), E, D>) -> Batch<(N,), E>
    where
        D: Deref<Target = [E]>,
    {
        let mut h = Batch::zeros(v.samples());
        self.hidden_means_into(v, &mut h);
        h
    }

    /// [`Boltzmann::hidden_means`], written over `h`, which is made anew where it has another number of samples.
    pub fn hidden_means_into<D>(&self, v: &Batch<(I,), E, D>, h: &mut Batch<(N,), E>)
    where
        D: Deref<Target = [E]>,
    {
        if h.samples() != v.samples() {
            *h = Batch::zeros(v.samples());
        }
        self.hidden_means_of(v.as_slice(), h.as_mut_slice());
    }

    /// [`Boltzmann::hidden_means_into`] for rows.
    pub(super) fn hidden_means_of(&self, v: &[E], h: &mut [E]) {
        let part = |h: &mut [E], _: &mut [()], _: &mut [()], first: usize| {
            let v = &v[first * I::SIZE..(first + h.len() / N::SIZE.max(1)) * I::SIZE];
            scratch::with(h.len(), |fields| self.hidden_rows(v, h, fields));
        };
        // Some sweeps.
        let work = 10 * h.len() * Self::UNITS;
        each_part(h, &mut [], &mut [], [N::SIZE, 0, 0], work, &part);
    }

    /// The means of all units together, μᵢ = σ((bᵢ + Σ Wᵢⱼ μⱼ) / T), one unit after the other, from μ = ½, until a sweep changes none by more than 10⁻⁶, or for
    /// 1000 sweeps: a stationary point of the bound ln Z ≥ H(μ) − ⟨E⟩ / T (Peterson and Anderson, 1987), from which no change of one mean leads up.
    pub fn mean_field(&self) -> MeanField<E> {
        let mut means = vec![E::from_f64(0.5); Self::UNITS];
        let mut fields = self.bias.to_vec();
        let weight = Matrix::row_major(&self.weight, Self::UNITS, Self::UNITS);
        let row = Matrix::row_major(&means, 1, Self::UNITS);
        matmul(MatrixMut::row_major(&mut fields, 1, Self::UNITS), row, weight, true);
        let sweeps = sites::MeanField {
            couplings: Couplings { weight: &self.weight, stride: Self::UNITS },
            scale: self.scale(),
            tolerance: E::from_f64(TOLERANCE),
            sweeps: SWEEPS,
            means: &mut means,
            fields: &mut fields,
        }
        .run();
        let log_partition = self.entropy(&means) - energy(&self.weight, &self.bias, &means) / self.temperature;
        MeanField { means, log_partition, sweeps }
    }

    /// Σ −μ ln μ − (1 − μ) ln (1 − μ).
    pub(super) fn entropy(&self, means: &[E]) -> f64 {
        let part = |p: f64| if p > 0.0 { -p * p.ln() } else { 0.0 };
        means.iter().map(|m| part(m.as_f64()) + part(1.0 - m.as_f64())).sum()
    }
}
