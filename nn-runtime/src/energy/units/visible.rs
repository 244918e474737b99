//! Visible units.

use crate::{
    Const, Element, FixedShape,
    energy::units::{Bernoulli, Gaussian, softplus},
    kernels::{field, field::Bias, softmax},
    samplers::Draws,
    shape::FixedDimension,
};

/// A kind of visible unit: [`Bernoulli`], [`Gaussian`], [`GaussianVariance`] or [`Softmax`].
///
/// ```
/// use plumbline::{Const, Shape, energy::units::{Softmax, Visible}};
/// assert_eq!(<Softmax<5> as Visible>::Input::<Const<20>>::DIMS, [20, 5]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no kind of visible unit",
    note = "visible units are `Bernoulli`, `Gaussian`, `GaussianVariance` or `Softmax<K>` of `energy::units`"
)]
pub trait Visible: VisibleRows {
    /// The kind's name in `network!`.
    const NAME: &'static str;
    /// The shape of a sample with `I` units.
    type Input<I: FixedDimension>: FixedShape;
}

/// What a kind of visible unit does with its field. `variances` are ln σ² of each unit where they are learned, else empty.
pub trait VisibleRows: Copy + std::fmt::Debug + Default + Send + Sync + 'static {
    /// The numbers of a unit.
    const LEVELS: usize = 1;
    /// The states of a unit; 0 where it has uncountably many.
    const STATES: usize;
    /// Whether the variances are learned.
    const VARIANCES: bool = false;
    /// What a sample may hold, in a message.
    const EXPECTED: &'static str;

    /// The place of the first number of a row that it may not hold.
    fn fault<E: Element>(row: &[E]) -> Option<usize>;

    /// E(v | field) over rows.
    fn means<E: Element>(fields: &mut [E], temperature: f64);

    /// Samples over rows of `width`.
    fn draw<E: Element>(fields: &mut [E], width: usize, temperature: f64, variances: &[E], draws: Draws);

    /// A(v): the energy of a row by itself, without that of the weights.
    fn own_energy<E: Element>(row: &[E], bias: Bias<'_, E>, variances: &[E]) -> f64;

    /// ln Σ over v of exp((vᵀWᵀh − A(v)) / T) for one row, from its fields and its biases.
    fn log_sum(field: &[f64], bias: &[f64], variances: &[f64], temperature: f64) -> f64;

    /// The bias at which units have the mean `mean` without weights, T = 1.
    fn bias_of(mean: f64) -> f64;

    /// What state `state` of a unit adds to its numbers: 1 at this level, if any.
    fn level(state: usize) -> Option<usize> {
        Some(state)
    }
}

/// Visible units that are any number, whose variances σ² are learned: E = Σ (v − b)² / 2σ² − Σ h W v / σ² − …, so that v given h is normal with mean
/// b + Wᵀh and variance T σ² (Cho, Ilin and Raiko, 2011). The parameter is z = ln σ², `visible_log_variance`.
///
/// ```
/// use plumbline::{Const, energy::{Rbm, units::{Bernoulli, GaussianVariance}}};
/// type Real = Rbm<Const<64>, Const<100>, GaussianVariance, Bernoulli>;
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GaussianVariance;

/// Units of which each takes one of K levels, on either side, as a row of K numbers one of which is 1: p(level) = softmax(field / T). A sample has the shape
/// `[units, K]`. As hidden units they are K features that exclude each other (Hinton, A practical guide to training restricted Boltzmann machines, 2010, 13.1).
///
/// ```
/// use plumbline::{Const, energy::{Rbm, units::{Bernoulli, Softmax}}};
/// type Ratings = Rbm<Const<100>, Const<20>, Softmax<5>, Bernoulli>;
/// type Topics = Rbm<Const<1000>, Const<4>, Bernoulli, Softmax<10>>;
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Softmax<const K: usize>;

impl Visible for Bernoulli {
    const NAME: &'static str = "bernoulli";
    type Input<I: FixedDimension> = (I,);
}

impl VisibleRows for Bernoulli {
    const STATES: usize = 2;
    const EXPECTED: &'static str = "numbers from 0 to 1 for Bernoulli units";

    fn fault<E: Element>(row: &[E]) -> Option<usize> {
        row.iter().position(|x| !(E::zero()..=E::one()).contains(x))
    }

    fn means<E: Element>(fields: &mut [E], temperature: f64) {
        field::sigmoid(fields, 1.0 / temperature);
    }

    fn draw<E: Element>(fields: &mut [E], width: usize, temperature: f64, _: &[E], draws: Draws) {
        field::sigmoid(fields, 1.0 / temperature);
        draws.bernoulli(fields, width);
    }

    fn own_energy<E: Element>(row: &[E], bias: Bias<'_, E>, _: &[E]) -> f64 {
        linear(row, bias)
    }

    fn log_sum(field: &[f64], _: &[f64], _: &[f64], temperature: f64) -> f64 {
        field.iter().map(|u| softplus(u / temperature)).sum()
    }

    fn bias_of(mean: f64) -> f64 {
        (mean / (1.0 - mean)).ln()
    }

    fn level(state: usize) -> Option<usize> {
        (state == 1).then_some(0)
    }
}

impl Visible for Gaussian {
    const NAME: &'static str = "gaussian";
    type Input<I: FixedDimension> = (I,);
}

impl VisibleRows for Gaussian {
    const STATES: usize = 0;
    const EXPECTED: &'static str = "finite numbers for Gaussian units";

    fn fault<E: Element>(row: &[E]) -> Option<usize> {
        row.iter().position(|x| !x.is_finite())
    }

    fn means<E: Element>(_: &mut [E], _: f64) {}

    fn draw<E: Element>(fields: &mut [E], width: usize, temperature: f64, _: &[E], draws: Draws) {
        draws.add_normal(fields, width, temperature.sqrt());
    }

    fn own_energy<E: Element>(row: &[E], bias: Bias<'_, E>, _: &[E]) -> f64 {
        row.iter().enumerate().map(|(i, v)| (v.as_f64() - bias.at(i)).powi(2) / 2.0).sum()
    }

    fn log_sum(field: &[f64], bias: &[f64], _: &[f64], temperature: f64) -> f64 {
        normal_log_sum(field, bias, |_| 0.0, temperature)
    }

    fn bias_of(mean: f64) -> f64 {
        mean
    }
}

impl Visible for GaussianVariance {
    const NAME: &'static str = "gaussian";
    type Input<I: FixedDimension> = (I,);
}

impl VisibleRows for GaussianVariance {
    const STATES: usize = 0;
    const VARIANCES: bool = true;
    const EXPECTED: &'static str = Gaussian::EXPECTED;

    fn fault<E: Element>(row: &[E]) -> Option<usize> {
        Gaussian::fault(row)
    }

    fn means<E: Element>(_: &mut [E], _: f64) {}

    fn draw<E: Element>(fields: &mut [E], width: usize, temperature: f64, variances: &[E], draws: Draws) {
        for (chain, row) in fields.chunks_exact_mut(width.max(1)).enumerate() {
            for (unit, (x, z)) in row.iter_mut().zip(variances).enumerate() {
                let deviation = (temperature * z.as_f64().exp()).sqrt();
                *x = E::from_f64(x.as_f64() + deviation * draws.normal(chain, width, unit));
            }
        }
    }

    fn own_energy<E: Element>(row: &[E], bias: Bias<'_, E>, variances: &[E]) -> f64 {
        let term = |(i, (v, z)): (usize, (&E, &E))| (v.as_f64() - bias.at(i)).powi(2) / (2.0 * z.as_f64().exp());
        row.iter().zip(variances).enumerate().map(term).sum()
    }

    fn log_sum(field: &[f64], bias: &[f64], variances: &[f64], temperature: f64) -> f64 {
        normal_log_sum(field, bias, |i| variances[i], temperature)
    }

    fn bias_of(mean: f64) -> f64 {
        mean
    }
}

impl<const K: usize> Visible for Softmax<K> {
    const NAME: &'static str = "softmax";
    type Input<I: FixedDimension> = (I, Const<K>);
}

impl<const K: usize> VisibleRows for Softmax<K> {
    const LEVELS: usize = K;
    const STATES: usize = K;
    const EXPECTED: &'static str = "a 1 and otherwise 0 in the levels of each softmax unit";

    fn fault<E: Element>(row: &[E]) -> Option<usize> {
        for (unit, levels) in row.chunks_exact(K).enumerate() {
            if let Some(level) = levels.iter().position(|x| *x != E::zero() && *x != E::one()) {
                return Some(unit * K + level);
            }
            let mut ones = levels.iter().enumerate().filter(|(_, x)| **x == E::one()).map(|(level, _)| level);
            match (ones.next(), ones.next()) {
                (Some(_), None) => {}
                (_, second) => return Some(unit * K + second.unwrap_or(0)),
            }
        }
        None
    }

    fn means<E: Element>(fields: &mut [E], temperature: f64) {
        if temperature != 1.0 {
            field::scale(fields, 1.0 / temperature);
        }
        softmax::forward(fields, K);
    }

    /// The level of the largest field after adding Gumbel's noise would ask for K numbers; one is enough to invert the sums of probabilities.
    fn draw<E: Element>(fields: &mut [E], width: usize, temperature: f64, _: &[E], draws: Draws) {
        Self::means(fields, temperature);
        let units = width / K.max(1);
        for (chain, row) in fields.chunks_exact_mut(width.max(1)).enumerate() {
            for (unit, levels) in row.chunks_exact_mut(K).enumerate() {
                let mut rest = draws.uniform(chain, units, unit);
                // Where rounding leaves a rest behind the last level, it is that of the last.
                let chosen = levels.iter().position(|p| {
                    rest -= p.as_f64();
                    rest < 0.0
                });
                let chosen = chosen.unwrap_or(K - 1);
                levels.fill(E::zero());
                levels[chosen] = E::one();
            }
        }
    }

    fn own_energy<E: Element>(row: &[E], bias: Bias<'_, E>, _: &[E]) -> f64 {
        linear(row, bias)
    }

    fn log_sum(field: &[f64], _: &[f64], _: &[f64], temperature: f64) -> f64 {
        let unit = |levels: &[f64]| {
            let largest = levels.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            largest / temperature + levels.iter().map(|u| ((u - largest) / temperature).exp()).sum::<f64>().ln()
        };
        field.chunks_exact(K).map(unit).sum()
    }

    fn bias_of(mean: f64) -> f64 {
        mean.ln()
    }
}

/// −bᵀv
fn linear<E: Element>(row: &[E], bias: Bias<'_, E>) -> f64 {
    -row.iter().enumerate().map(|(i, v)| bias.at(i) * v.as_f64()).sum::<f64>()
}

/// Σ ln ∫ exp((v (u − b) / σ² − (v − b)² / 2σ²) / T) dv = Σ (u² − b²) / 2σ²T + ½ ln(2πσ²T)
fn normal_log_sum(field: &[f64], bias: &[f64], log_variance: impl Fn(usize) -> f64, temperature: f64) -> f64 {
    let term = |(i, (u, b)): (usize, (&f64, &f64))| {
        let variance = temperature * log_variance(i).exp();
        (u * u - b * b) / (2.0 * variance) + 0.5 * (std::f64::consts::TAU * variance).ln()
    };
    field.iter().zip(bias).enumerate().map(term).sum()
}
