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
/// use nn_runtime::layers::Init;
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
