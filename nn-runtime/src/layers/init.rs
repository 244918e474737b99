//! Fresh weights.

use rand::Rng;
use rand_distr::{Distribution, StandardNormal, StandardUniform};

use crate::{Element, shape::product};

/// How a layer's weights are drawn. Biases start at zero.
///
/// `fan_in` and `fan_out` are the inputs of an output and the outputs of an input: for a weight of shape [o, i, k…],
/// i · Π k and o · Π k, as in PyTorch. All numbers are drawn in `f64`, so that networks of equal seeds agree in `f32` and `f64` up to
/// rounding.
///
/// ```
/// use plumbline::layers::Init;
/// use rand::{SeedableRng, rngs::StdRng};
/// let mut weight = [0.0_f32; 6];
/// Init::XavierUniform.fill(&mut weight, &[2, 3], &mut StdRng::seed_from_u64(42));
/// let bound = (6.0_f32 / 5.0).sqrt();
/// assert!(weight.iter().all(|w| w.abs() <= bound));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Init {
    /// Normal with variance 2 / fan_in (He et al., 2015).
    HeNormal,
    /// Uniform with variance 2 / fan_in.
    HeUniform,
    /// Normal with variance 2 / (fan_in + fan_out) (Glorot and Bengio, 2010).
    XavierNormal,
    /// Uniform with variance 2 / (fan_in + fan_out).
    XavierUniform,
    /// Normal with variance 1 / fan_in (LeCun et al., 1998).
    LecunNormal,
    /// A random matrix with orthonormal rows, or columns where there are more rows, uniform among all such (Saxe, McClelland and Ganguli, 2014).
    /// The matrix has the first axis as rows and all others as columns.
    Orthogonal,
    /// 1 where the indices along the first two axes agree, at the centre of the others, else 0: a square layer hands on what it gets.
    Identity,
    /// 0
    Zeros,
    /// Normal with this standard deviation.
    Normal(
        /// The standard deviation.
        f64,
    ),
    /// Uniform between minus and plus this bound.
    Uniform(
        /// The bound.
        f64,
    ),
}

impl Init {
    /// Draws `weight`, a parameter of this shape in row-major order.
    pub fn fill<E: Element>(self, weight: &mut [E], shape: &[usize], rng: &mut impl Rng) {
        let field = product(shape.get(2..).unwrap_or_default());
        let fan_out = (shape.first().unwrap_or(&1) * field) as f64;
        let fan_in = (shape.get(1).or(shape.first()).unwrap_or(&1) * field) as f64;
        match self {
            Init::HeNormal => normal(weight, (2.0 / fan_in).sqrt(), rng),
            Init::HeUniform => uniform(weight, (6.0 / fan_in).sqrt(), rng),
            Init::XavierNormal => normal(weight, (2.0 / (fan_in + fan_out)).sqrt(), rng),
            Init::XavierUniform => uniform(weight, (6.0 / (fan_in + fan_out)).sqrt(), rng),
            Init::LecunNormal => normal(weight, (1.0 / fan_in).sqrt(), rng),
            Init::Orthogonal => orthogonal(weight, *shape.first().unwrap_or(&1), rng),
            Init::Identity => identity(weight, shape),
            Init::Zeros => weight.fill(E::zero()),
            Init::Normal(sd) => normal(weight, sd, rng),
            Init::Uniform(bound) => uniform(weight, bound, rng),
        }
    }
}

fn normal<E: Element>(weight: &mut [E], sd: f64, rng: &mut impl Rng) {
    for w in weight {
        let z: f64 = StandardNormal.sample(rng);
        *w = E::from_f64(sd * z);
    }
}

fn uniform<E: Element>(weight: &mut [E], bound: f64, rng: &mut impl Rng) {
    for w in weight {
        let u: f64 = StandardUniform.sample(rng);
        *w = E::from_f64(bound * (2.0 * u - 1.0));
    }
}

fn identity<E: Element>(weight: &mut [E], shape: &[usize]) {
    weight.fill(E::zero());
    let &[rows, columns, ref field @ ..] = shape else {
        return weight.fill(E::one());
    };
    let centre = field.iter().fold(0, |offset, &size| offset * size + size / 2);
    let size = product(field);
    for i in 0..rows.min(columns) {
        weight[(i * columns + i) * size + centre] = E::one();
    }
}

/// Gram and Schmidt's process over normal vectors: the Q of their QR decomposition with a positive diagonal in R, which is
/// uniform among orthogonal matrices (Mezzadri, 2007).
fn orthogonal<E: Element>(weight: &mut [E], rows: usize, rng: &mut impl Rng) {
    let columns = weight.len().checked_div(rows).unwrap_or(0);
    let (count, length) = (rows.min(columns), rows.max(columns));
    let mut vectors: Vec<f64> = (0..count * length).map(|_| StandardNormal.sample(rng)).collect();
    for i in 0..count {
        let (before, from) = vectors.split_at_mut(i * length);
        let v = &mut from[..length];
        // A second round removes what rounding left of the first.
        for _ in 0..2 {
            for u in before.chunks_exact(length) {
                let dot: f64 = u.iter().zip(&*v).map(|(u, v)| u * v).sum();
                v.iter_mut().zip(u).for_each(|(v, u)| *v -= dot * u);
            }
        }
        let norm = v.iter().map(|v| v * v).sum::<f64>().sqrt();
        v.iter_mut().for_each(|v| *v /= norm);
    }
    for row in 0..rows {
        for column in 0..columns {
            let (vector, at) = if rows <= columns { (row, column) } else { (column, row) };
            weight[row * columns + column] = E::from_f64(vectors[vector * length + at]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{SeedableRng, rngs::StdRng};

    fn draw(init: Init, shape: &[usize]) -> Vec<f64> {
        let mut weight = vec![f64::NAN; product(shape)];
        init.fill(&mut weight, shape, &mut StdRng::seed_from_u64(42));
        weight
    }

    /// Mean and variance of many draws. The sample mean has standard deviation √(v/n), the sample variance at most v √(2/n)
    /// (normal; less for uniform): beyond five of them with probability 6e-7 each.
    fn check(init: Init, shape: &[usize], variance: f64) {
        let weight = draw(init, shape);
        let n = weight.len() as f64;
        let mean = weight.iter().sum::<f64>() / n;
        let found = weight.iter().map(|w| (w - mean).powi(2)).sum::<f64>() / (n - 1.0);
        assert!(mean.abs() < 5.0 * (variance / n).sqrt(), "{init:?}: mean {mean}");
        assert!((found / variance - 1.0).abs() < 5.0 * (2.0 / n).sqrt(), "{init:?}: variance {found}, not {variance}");
    }

    #[test]
    fn variances_follow_the_fans() {
        for (shape, fan_in, fan_out) in [(&[100, 300][..], 300.0, 100.0), (&[60, 20, 5, 5], 500.0, 1500.0)] {
            check(Init::HeNormal, shape, 2.0 / fan_in);
            check(Init::HeUniform, shape, 2.0 / fan_in);
            check(Init::XavierNormal, shape, 2.0 / (fan_in + fan_out));
            check(Init::XavierUniform, shape, 2.0 / (fan_in + fan_out));
            check(Init::LecunNormal, shape, 1.0 / fan_in);
            check(Init::Normal(0.3), shape, 0.09);
            check(Init::Uniform(0.3), shape, 0.03);
        }
    }

    #[test]
    fn uniform_draws_stay_within_their_bound() {
        assert!(draw(Init::Uniform(0.5), &[100, 100]).iter().all(|w| w.abs() <= 0.5));
    }

    #[test]
    fn orthogonal_matrices_have_orthonormal_rows_or_columns() {
        for shape in [[20, 20], [10, 50], [50, 10]] {
            let [rows, columns] = shape;
            let weight = draw(Init::Orthogonal, &shape);
            let vector = |i: usize, j: usize| {
                if rows <= columns { weight[i * columns + j] } else { weight[j * columns + i] }
            };
            for a in 0..rows.min(columns) {
                for b in 0..rows.min(columns) {
                    let dot: f64 = (0..rows.max(columns)).map(|j| vector(a, j) * vector(b, j)).sum();
                    assert!((dot - f64::from(u8::from(a == b))).abs() < 1e-14, "{shape:?}: {a} · {b} = {dot}");
                }
            }
        }
        let filters = draw(Init::Orthogonal, &[4, 2, 3, 3]);
        let dot: f64 = filters[..18].iter().zip(&filters[18..36]).map(|(a, b)| a * b).sum();
        assert!(dot.abs() < 1e-14);
    }

    #[test]
    fn identity_hands_on_its_input() {
        assert_eq!(draw(Init::Identity, &[2, 3]), [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
        let mut filters = vec![0.0; 2 * 2 * 9];
        filters[4] = 1.0;
        filters[2 * 9 + 9 + 4] = 1.0;
        assert_eq!(draw(Init::Identity, &[2, 2, 3, 3]), filters);
        assert_eq!(draw(Init::Zeros, &[2, 2]), [0.0; 4]);
    }

    #[test]
    fn a_seed_gives_the_same_network_in_both_precisions() {
        for init in [Init::HeNormal, Init::XavierUniform, Init::Orthogonal] {
            let mut narrow = vec![0.0_f32; 600];
            init.fill(&mut narrow, &[20, 30], &mut StdRng::seed_from_u64(42));
            let wide = draw(init, &[20, 30]);
            assert!(narrow.iter().zip(&wide).all(|(&n, &w)| n == w as f32));
        }
    }
}
