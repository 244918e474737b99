//! Hidden units.

use crate::{
    Const, Element, FixedShape,
    energy::{
        rbm::LogSum,
        units::{Bernoulli, Gaussian, Softmax, VisibleRows, softplus},
    },
    kernels::{field, softmax},
    samplers::Draws,
    shape::FixedDimension,
};

/// A kind of hidden unit: [`Bernoulli`], [`Gaussian`], [`Relu`] or [`Softmax`].
///
/// ```
/// use plumbline::{Const, Shape, energy::units::{Bernoulli, Hidden, Relu, Softmax}};
/// fn name<H: Hidden>() -> &'static str { H::NAME }
/// assert_eq!((name::<Bernoulli>(), name::<Relu>()), ("bernoulli", "relu"));
/// assert_eq!(<Softmax<5> as Hidden>::Output::<Const<20>>::DIMS, [20, 5]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no kind of hidden unit",
    note = "hidden units are `Bernoulli`, `Gaussian`, `Relu` or `Softmax<K>` of `energy::units`"
)]
pub trait Hidden: HiddenRows {
    /// The kind's name in `network!`.
    const NAME: &'static str;
    /// The shape of a sample with `N` units.
    type Output<N: FixedDimension>: FixedShape;
}

/// What a kind of hidden unit does with its field. Rows of fields become rows of values in place.
pub trait HiddenRows: Copy + std::fmt::Debug + Default + Send + Sync + 'static {
    /// The numbers of a unit.
    const LEVELS: usize = 1;
    /// The states of a unit; 0 where it has uncountably many.
    const STATES: usize;
    /// The numbers that a sample may hold, in a message.
    const EXPECTED: &'static str;

    /// The place of the first number of a row that it may not hold.
    fn fault<E: Element>(row: &[E]) -> Option<usize>;

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

    /// Rows of gradients with respect to the means become those with respect to the fields.
    fn backward<E: Element>(means: &[E], gradients: &mut [E], temperature: f64);

    /// The energy of a number by itself: q(h) of E = … + q(h) − x h.
    fn own_energy(value: f64) -> f64;

    /// Σ over units of ln Σ over h of exp((x h − q(h)) / T), from the fields of whole units.
    fn log_sums(fields: impl Iterator<Item = f64>, temperature: f64) -> f64;

    /// ln p(h | fields) of a row: of states its probability, of numbers its density.
    fn log_conditional<E: Element>(values: &[E], fields: &[E], temperature: f64) -> f64 {
        let term = |(h, x): (&E, &E)| x.as_f64() * h.as_f64() - Self::own_energy(h.as_f64());
        let sum: f64 = values.iter().zip(fields).map(term).sum();
        sum / temperature - Self::log_sums(fields.iter().map(|x| x.as_f64()), temperature)
    }

    /// The difference of `log_sums` at the fields c + w₁ x and the temperature T₁ to those at w₀ and T₀.
    fn log_ratio<E: Element>(x: &[E], bias: &[E], from: (f64, f64), to: (f64, f64)) -> f64 {
        let units = x.chunks_exact(Self::LEVELS).zip(bias.chunks_exact(Self::LEVELS));
        let log_sum = |x: &[E], c: &[E], (w, t): (f64, f64)| {
            Self::log_sums(x.iter().zip(c).map(|(x, c)| c.as_f64() + w * x.as_f64()), t)
        };
        units.map(|(x, c)| log_sum(x, c, to) - log_sum(x, c, from)).sum()
    }

    /// The number of a unit that is 1 in this state, if any.
    fn level(state: usize) -> Option<usize> {
        (state == 1).then_some(0)
    }
}

/// d ∘ ∂mean/∂field, where it is a function of the mean.
fn scale_by<E: Element>(means: &[E], gradients: &mut [E], slope: impl Fn(f64) -> f64) {
    gradients.iter_mut().zip(means).for_each(|(d, mean)| *d *= E::from_f64(slope(mean.as_f64())));
}

/// Rectified hidden units (Nair and Hinton, 2010): the sum of infinitely many Bernoulli units with the same weights and ever smaller biases.
/// Its mean is T ln(1 + exp(x / T)); a sample is max(0, x + n) with a normal n of variance T σ(x / T).
///
/// The free energy is that of the sum, T² Li₂(−exp(x / T)) for each unit, whose slope is the mean exactly; the sample is the paper's approximation.
/// E(v, h) counts ½ h² for a unit: the least energy of as many units of the sum. p(h | v) is the law of a sample: 0 has the probability Φ(−x / s), where s² is
/// the variance of n and Φ the normal distribution function, and what is above 0 the density of n about x.
///
/// ```
/// use plumbline::{Const, energy::{Rbm, units::{Bernoulli, Relu}}};
/// type Rectified = Rbm<Const<784>, Const<100>, Bernoulli, Relu>;
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Relu;

impl Hidden for Bernoulli {
    const NAME: &'static str = "bernoulli";
    type Output<N: FixedDimension> = (N,);
}

impl HiddenRows for Bernoulli {
    const STATES: usize = 2;
    const EXPECTED: &'static str = <Bernoulli as VisibleRows>::EXPECTED;

    fn fault<E: Element>(row: &[E]) -> Option<usize> {
        <Bernoulli as VisibleRows>::fault(row)
    }

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

    fn backward<E: Element>(means: &[E], gradients: &mut [E], temperature: f64) {
        scale_by(means, gradients, |mean| mean * (1.0 - mean) / temperature);
    }

    fn own_energy(_: f64) -> f64 {
        0.0
    }

    fn log_sums(fields: impl Iterator<Item = f64>, temperature: f64) -> f64 {
        fields.map(|x| softplus(x / temperature)).sum()
    }

    fn log_ratio<E: Element>(x: &[E], bias: &[E], from: (f64, f64), to: (f64, f64)) -> f64 {
        field::softplus_difference(x, bias, (from.0, 1.0 / from.1), (to.0, 1.0 / to.1))
    }
}

impl Hidden for Gaussian {
    const NAME: &'static str = "gaussian";
    type Output<N: FixedDimension> = (N,);
}

impl HiddenRows for Gaussian {
    const STATES: usize = 0;
    const EXPECTED: &'static str = <Gaussian as VisibleRows>::EXPECTED;

    fn fault<E: Element>(row: &[E]) -> Option<usize> {
        <Gaussian as VisibleRows>::fault(row)
    }

    fn means<E: Element>(_: &mut [E], _: f64) {}

    fn draw<E: Element>(fields: &mut [E], width: usize, temperature: f64, draws: Draws) {
        draws.add_normal(fields, width, temperature.sqrt());
    }

    fn backward<E: Element>(_: &[E], _: &mut [E], _: f64) {}

    fn own_energy(value: f64) -> f64 {
        value * value / 2.0
    }

    /// ∫ exp((x h − ½ h²) / T) dh = √(2πT) exp(x² / 2T)
    fn log_sums(fields: impl Iterator<Item = f64>, temperature: f64) -> f64 {
        let scale = 0.5 * (std::f64::consts::TAU * temperature).ln();
        fields.map(|x| x * x / (2.0 * temperature) + scale).sum()
    }

    /// With the square completed, so that large fields lose no digits.
    fn log_conditional<E: Element>(values: &[E], fields: &[E], temperature: f64) -> f64 {
        let term = |(h, x): (&E, &E)| normal_log_density(h.as_f64() - x.as_f64(), temperature);
        values.iter().zip(fields).map(term).sum()
    }
}

impl Hidden for Relu {
    const NAME: &'static str = "relu";
    type Output<N: FixedDimension> = (N,);
}

impl HiddenRows for Relu {
    const STATES: usize = 0;
    const EXPECTED: &'static str = "finite numbers from 0 up for rectified units";

    fn fault<E: Element>(row: &[E]) -> Option<usize> {
        row.iter().position(|h| !(h.is_finite() && *h >= E::zero()))
    }

    fn means<E: Element>(fields: &mut [E], temperature: f64) {
        field::softplus(fields, 1.0 / temperature);
    }

    fn draw<E: Element>(fields: &mut [E], width: usize, temperature: f64, draws: Draws) {
        for (chain, row) in fields.chunks_exact_mut(width.max(1)).enumerate() {
            for (unit, x) in row.iter_mut().enumerate() {
                let field = x.as_f64();
                let deviation = rectified_variance(field, temperature).sqrt();
                *x = E::from_f64((field + deviation * draws.normal(chain, width, unit)).max(0.0));
            }
        }
    }

    /// The slope is σ(x / T), which is 1 − exp(−mean / T).
    fn backward<E: Element>(means: &[E], gradients: &mut [E], temperature: f64) {
        scale_by(means, gradients, |mean| -(-mean / temperature).exp_m1());
    }

    fn own_energy(value: f64) -> f64 {
        value * value / 2.0
    }

    fn log_sums(fields: impl Iterator<Item = f64>, temperature: f64) -> f64 {
        fields.map(|x| -temperature * dilogarithm(x / temperature)).sum()
    }

    fn log_conditional<E: Element>(values: &[E], fields: &[E], temperature: f64) -> f64 {
        let term = |(h, x): (&E, &E)| {
            let (h, x) = (h.as_f64(), x.as_f64());
            let variance = rectified_variance(x, temperature);
            if h > 0.0 { normal_log_density(h - x, variance) } else { normal_log_below(-x / variance.sqrt()) }
        };
        values.iter().zip(fields).map(term).sum()
    }
}

impl<const K: usize> Hidden for Softmax<K> {
    const NAME: &'static str = "softmax";
    type Output<N: FixedDimension> = (N, Const<K>);
}

impl<const K: usize> HiddenRows for Softmax<K> {
    const LEVELS: usize = K;
    const STATES: usize = K;
    const EXPECTED: &'static str = <Self as VisibleRows>::EXPECTED;

    fn fault<E: Element>(row: &[E]) -> Option<usize> {
        <Self as VisibleRows>::fault(row)
    }

    fn means<E: Element>(fields: &mut [E], temperature: f64) {
        <Self as VisibleRows>::means(fields, temperature);
    }

    fn draw<E: Element>(fields: &mut [E], width: usize, temperature: f64, draws: Draws) {
        <Self as VisibleRows>::draw(fields, width, temperature, &[], draws);
    }

    fn backward<E: Element>(means: &[E], gradients: &mut [E], temperature: f64) {
        softmax::backward(means, gradients, K);
        if temperature != 1.0 {
            field::scale(gradients, 1.0 / temperature);
        }
    }

    fn own_energy(_: f64) -> f64 {
        0.0
    }

    fn log_sums(mut fields: impl Iterator<Item = f64>, temperature: f64) -> f64 {
        let mut sum = 0.0;
        while let Some(first) = fields.next() {
            let mut unit = LogSum::default();
            unit.add(first / temperature);
            fields.by_ref().take(K.saturating_sub(1)).for_each(|x| unit.add(x / temperature));
            sum += unit.total();
        }
        sum
    }

    fn level(state: usize) -> Option<usize> {
        Some(state)
    }
}

/// The variance T σ(x / T) of a rectified unit's noise. It is never 0, where a field far below 0 would make it so.
fn rectified_variance(field: f64, temperature: f64) -> f64 {
    (temperature / (1.0 + (-field / temperature).exp())).max(f64::MIN_POSITIVE)
}

/// ln of the density of a normal number of mean 0.
fn normal_log_density(x: f64, variance: f64) -> f64 {
    -x * x / (2.0 * variance) - 0.5 * (std::f64::consts::TAU * variance).ln()
}

/// ln Φ(z): the logarithm of the probability that a standard normal number is below z.
fn normal_log_below(z: f64) -> f64 {
    if z > -20.0 {
        return (0.5 * libm::erfc(-z / std::f64::consts::SQRT_2)).ln();
    }
    // Φ(z) = φ(z) / |z| · (1 − 1/z² + 3/z⁴ − 15/z⁶ + 105/z⁸ − …), where erfc would come to nothing.
    let w = 1.0 / (z * z);
    let series = -w * (1.0 - 3.0 * w * (1.0 - 5.0 * w * (1.0 - 7.0 * w)));
    normal_log_density(z, 1.0) - (-z).ln() + series.ln_1p()
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

    /// The means are the slopes of T `log_sums`, and `backward` gives those of the means, by differences.
    fn check<H: Hidden>() {
        // Two units, in rows of as many numbers.
        let (width, step) = (2 * H::LEVELS, 1e-5);
        for temperature in [0.5, 1.0, 2.0] {
            for field in [-3.0, -0.4, 0.0, 0.7, 5.0] {
                let row: Vec<f64> = (0..width).map(|i| field + 0.3 * (i * i) as f64).collect();
                let moved = |i: usize, by: f64| {
                    let mut row = row.clone();
                    row[i] += by;
                    row
                };
                let means = |mut row: Vec<f64>| {
                    H::means(&mut row, temperature);
                    row
                };
                let log = |row: Vec<f64>| temperature * H::log_sums(row.into_iter(), temperature);
                let weights: Vec<f64> = (0..width).map(|i| 0.5 - i as f64).collect();
                let weighted = |row| means(row).iter().zip(&weights).map(|(m, w)| m * w).sum::<f64>();
                let mut gradients = weights.clone();
                H::backward(&means(row.clone()), &mut gradients, temperature);
                for i in 0..width {
                    let slope = (log(moved(i, step)) - log(moved(i, -step))) / (2.0 * step);
                    assert!((means(row.clone())[i] - slope).abs() < 1e-9, "{} at {field}: {slope}", H::NAME);
                    let slope = (weighted(moved(i, step)) - weighted(moved(i, -step))) / (2.0 * step);
                    assert!((gradients[i] - slope).abs() < 1e-8, "{} at {field}", H::NAME);
                }
            }
        }
        let (x, c) = ([0.3_f64, -2.0, 1.0, 0.5, 0.7, -1.0], [0.1, 0.2, -0.4, 0.9, -0.6, 0.0]);
        let sums = |(w, t): (f64, f64)| H::log_sums(x.iter().zip(c).map(|(x, c)| c + w * x), t);
        let (from, to) = ((0.2, 1.5), (0.9, 1.0));
        assert!((H::log_ratio(&x, &c, from, to) - (sums(to) - sums(from))).abs() < 1e-13);
    }

    #[test]
    fn means_are_the_slopes_of_log_sums() {
        check::<Bernoulli>();
        check::<Gaussian>();
        check::<Relu>();
        check::<Softmax<3>>();
        check::<Softmax<2>>();
    }

    #[test]
    fn the_logarithm_of_the_normal_distribution_has_its_tail() {
        // mpmath.log(mpmath.ncdf(z)) with 30 digits.
        for (z, expected) in [
            (2.0, -0.023_012_909_328_963_488),
            (-1.0, -1.841_021_645_009_263_5),
            (-19.9, -201.917_167_707_332_63),
            (-20.1, -205.927_118_401_948_2),
            (-50.0, -1_254.831_361_139_42),
        ] {
            let found = normal_log_below(z);
            assert!((found / expected - 1.0).abs() < 1e-12, "{z}: {found}, expected {expected}");
        }
        assert!(normal_log_below(-1e9).is_finite());
    }
}
