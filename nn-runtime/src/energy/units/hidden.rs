//! Hidden units.

use crate::{
    Element,
    energy::units::{Bernoulli, Gaussian, softplus},
    kernels::field,
    samplers::Draws,
};

/// A kind of hidden unit: [`Bernoulli`], [`Gaussian`] or [`Relu`].
///
/// ```
/// use plumbline::energy::units::{Bernoulli, Hidden, Relu};
/// fn name<H: Hidden>() -> &'static str { H::NAME }
/// assert_eq!((name::<Bernoulli>(), name::<Relu>()), ("bernoulli", "relu"));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no kind of hidden unit",
    note = "hidden units are `Bernoulli`, `Gaussian` or `Relu` of `energy::units`"
)]
pub trait Hidden: HiddenRows {
    /// The kind's name in `network!`.
    const NAME: &'static str;
}

/// What a kind of hidden unit does with its field. Rows of fields become rows of values in place.
pub trait HiddenRows: Copy + std::fmt::Debug + Default + Send + Sync + 'static {
    /// The states of a unit; 0 where it has uncountably many.
    const STATES: usize;

    /// E(h | field) over rows.
    fn means<E: Element>(fields: &mut [E], temperature: f64);

    /// Samples over rows of `width`.
    fn draw<E: Element>(fields: &mut [E], width: usize, temperature: f64, draws: Draws);

    /// E(h | field) over rows of `means`, and samples in place of the fields.
    fn means_and_draw<E: Element>(fields: &mut [E], means: &mut [E], width: usize, temperature: f64, draws: Draws) {
        means.copy_from_slice(fields);
        Self::means(means, temperature);
        Self::draw(fields, width, temperature, draws);
    }

    /// The slope of the mean by the field, from the mean.
    fn slope(mean: f64, temperature: f64) -> f64;

    /// The energy of a value by itself: q(h) of E = … + q(h) − x h.
    fn own_energy(value: f64) -> f64;

    /// ln Σ over h of exp((x h − q(h)) / T).
    fn log_sum(field: f64, temperature: f64) -> f64;

    /// Σ over a row of `log_sum` at the fields c + w₁ x and the temperature T₁ less those at w₀ and T₀.
    fn log_ratio<E: Element>(x: &[E], bias: &[E], from: (f64, f64), to: (f64, f64)) -> f64 {
        let term = |x: f64, c: f64, (w, t): (f64, f64)| Self::log_sum(c + w * x, t);
        let ratio = |(x, c): (&E, &E)| term(x.as_f64(), c.as_f64(), to) - term(x.as_f64(), c.as_f64(), from);
        x.iter().zip(bias).map(ratio).sum()
    }
}

/// Rectified hidden units (Nair and Hinton, 2010): the sum of infinitely many Bernoulli units with the same weights and ever smaller biases.
/// Its mean is T ln(1 + exp(x / T)); a sample is max(0, x + n) with a normal n of variance T σ(x / T).
///
/// The free energy is that of the sum, T² Li₂(−exp(x / T)) for each unit, whose slope is the mean exactly; the sample is the paper's approximation.
/// E(v, h) counts ½ h² for a unit: the least energy of as many units of the sum.
///
/// ```
/// use plumbline::{Const, energy::{Rbm, units::{Bernoulli, Relu}}};
/// type Rectified = Rbm<Const<784>, Const<100>, Bernoulli, Relu>;
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Relu;

impl Hidden for Bernoulli {
    const NAME: &'static str = "bernoulli";
}

impl HiddenRows for Bernoulli {
    const STATES: usize = 2;

    fn means<E: Element>(fields: &mut [E], temperature: f64) {
        field::sigmoid(fields, 1.0 / temperature);
    }

    fn draw<E: Element>(fields: &mut [E], width: usize, temperature: f64, draws: Draws) {
        field::sigmoid(fields, 1.0 / temperature);
        draws.bernoulli(fields, width);
    }

    fn means_and_draw<E: Element>(fields: &mut [E], means: &mut [E], width: usize, temperature: f64, draws: Draws) {
        field::sigmoid(fields, 1.0 / temperature);
        means.copy_from_slice(fields);
        draws.bernoulli(fields, width);
    }

    fn slope(mean: f64, temperature: f64) -> f64 {
        mean * (1.0 - mean) / temperature
    }

    fn own_energy(_: f64) -> f64 {
        0.0
    }

    fn log_sum(field: f64, temperature: f64) -> f64 {
        softplus(field / temperature)
    }

    fn log_ratio<E: Element>(x: &[E], bias: &[E], from: (f64, f64), to: (f64, f64)) -> f64 {
        field::softplus_difference(x, bias, (from.0, 1.0 / from.1), (to.0, 1.0 / to.1))
    }
}

impl Hidden for Gaussian {
    const NAME: &'static str = "gaussian";
}

impl HiddenRows for Gaussian {
    const STATES: usize = 0;

    fn means<E: Element>(_: &mut [E], _: f64) {}

    fn draw<E: Element>(fields: &mut [E], width: usize, temperature: f64, draws: Draws) {
        draws.add_normal(fields, width, temperature.sqrt());
    }

    fn slope(_: f64, _: f64) -> f64 {
        1.0
    }

    fn own_energy(value: f64) -> f64 {
        value * value / 2.0
    }

    /// ∫ exp((x h − ½ h²) / T) dh = √(2πT) exp(x² / 2T)
    fn log_sum(field: f64, temperature: f64) -> f64 {
        field * field / (2.0 * temperature) + 0.5 * (std::f64::consts::TAU * temperature).ln()
    }
}

impl Hidden for Relu {
    const NAME: &'static str = "relu";
}

impl HiddenRows for Relu {
    const STATES: usize = 0;

    fn means<E: Element>(fields: &mut [E], temperature: f64) {
        field::softplus(fields, 1.0 / temperature);
    }

    fn draw<E: Element>(fields: &mut [E], width: usize, temperature: f64, draws: Draws) {
        for (chain, row) in fields.chunks_exact_mut(width.max(1)).enumerate() {
            for (unit, x) in row.iter_mut().enumerate() {
                let field = x.as_f64();
                let deviation = (temperature / (1.0 + (-field / temperature).exp())).sqrt();
                *x = E::from_f64((field + deviation * draws.normal(chain, width, unit)).max(0.0));
            }
        }
    }

    /// σ(x / T), which is 1 − exp(−mean / T).
    fn slope(mean: f64, temperature: f64) -> f64 {
        -(-mean / temperature).exp_m1()
    }

    fn own_energy(value: f64) -> f64 {
        value * value / 2.0
    }

    fn log_sum(field: f64, temperature: f64) -> f64 {
        -temperature * dilogarithm(field / temperature)
    }
}

/// Li₂(−eʸ), whose slope is −ln(1 + eʸ).
fn dilogarithm(y: f64) -> f64 {
    // B₂ₙ / (2n + 1)! of Li₂(1 − e⁻ᵘ) = u − u²/4 + Σ B₂ₙ u²ⁿ⁺¹ / (2n + 1)!, which converges for |u| < 2π.
    const SERIES: [f64; 9] = [
        1.0,
        1.0 / 36.0,
        -1.0 / 3_600.0,
        1.0 / 211_680.0,
        -1.0 / 10_886_400.0,
        1.0 / 526_901_760.0,
        -4.064_761_645_144_226e-11,
        8.921_691_020_456_453e-13,
        -1.993_929_586_072_108e-14,
    ];
    let below = |y: f64| {
        // −eʸ = 1 − e⁻ᵘ at u = −ln(1 + eʸ), which is at most ln 2 in size.
        let u = -y.exp().ln_1p();
        u * SERIES.iter().rev().fold(0.0, |sum, c| sum * u * u + c) - u * u / 4.0
    };
    if y <= 0.0 { below(y) } else { -std::f64::consts::PI.powi(2) / 6.0 - y * y / 2.0 - below(-y) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dilogarithm_agrees_with_its_series_its_values_and_its_slope() {
        assert!((dilogarithm(0.0) + std::f64::consts::PI.powi(2) / 12.0).abs() < 1e-15);
        for y in [-30.0, -5.0, -1.0, -0.3] {
            let z = -f64::exp(y);
            let series: f64 = (1..2000).rev().map(|n| z.powi(n) / f64::from(n).powi(2)).sum();
            assert!((dilogarithm(y) / series - 1.0).abs() < 1e-14, "{y}: {}, expected {series}", dilogarithm(y));
        }
        for y in [-3.0_f64, -0.01, 0.01, 2.0, 40.0] {
            let slope = (dilogarithm(y + 1e-5) - dilogarithm(y - 1e-5)) / 2e-5;
            assert!((slope + softplus(y)).abs() < 1e-8 * (1.0 + y.abs()), "{y}");
        }
    }

    /// The mean is the slope of T `log_sum`, and `slope` that of the mean, by differences.
    fn check<H: Hidden>() {
        for temperature in [0.5, 1.0, 2.0] {
            for field in [-3.0, -0.4, 0.0, 0.7, 5.0] {
                let mean = |field: f64| {
                    let mut row = [field];
                    H::means(&mut row, temperature);
                    row[0]
                };
                let step = 1e-5;
                let log = |field: f64| temperature * H::log_sum(field, temperature);
                let slope = (log(field + step) - log(field - step)) / (2.0 * step);
                assert!((mean(field) - slope).abs() < 1e-9, "{} at {field}: {} and {slope}", H::NAME, mean(field));
                let slope = (mean(field + step) - mean(field - step)) / (2.0 * step);
                assert!((H::slope(mean(field), temperature) - slope).abs() < 1e-8, "{} at {field}", H::NAME);
            }
        }
        let (x, c) = ([0.3_f64, -2.0, 1.0], [0.1, 0.2, -0.4]);
        let term = |i: usize, (w, t): (f64, f64)| H::log_sum(c[i] + w * x[i], t);
        let (from, to) = ((0.2, 1.5), (0.9, 1.0));
        let expected: f64 = (0..3).map(|i| term(i, to) - term(i, from)).sum();
        assert!((H::log_ratio(&x, &c, from, to) - expected).abs() < 1e-13);
    }

    #[test]
    fn means_are_the_slopes_of_log_sums() {
        check::<Bernoulli>();
        check::<Gaussian>();
        check::<Relu>();
    }
}
