//! Bumps on a circle.

use std::f64::consts::TAU;

use rand::{RngExt, SeedableRng, rngs::Xoshiro256PlusPlus};
use rand_distr::{Distribution, StandardNormal};

use crate::{Batch, data::Plane};

/// A mixture of normal distributions in the plane whose means lie at even distances on a circle around 0: the usual first task of a generative model, since
/// one that has lost some of the bumps, its modes, is seen at once.
///
/// ```
/// use plumbline::data::Ring;
/// let ring = Ring::new(8, 2.0, 0.05);
/// let coverage = ring.coverage(&ring.sample(4_000, 1));
/// assert_eq!(coverage.modes, 8);
/// assert!(coverage.good > 0.98);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ring {
    modes: usize,
    radius: f64,
    deviation: f64,
}

/// How well samples cover a [`Ring`].
///
/// ```
/// use plumbline::{Batch, data::Ring};
/// let none = Ring::new(8, 2.0, 0.05).coverage(&Batch::zeros(10));
/// assert_eq!((none.modes, none.good), (0, 0.0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coverage {
    /// The modes with at least one percent of the samples within three standard deviations of their mean.
    pub modes: usize,
    /// The share of the samples, from 0 to 1, that lie within three standard deviations of some mean. It is 1 − e^(−9/2) ≈ 0.989 for the distribution itself;
    /// NaN for no samples.
    pub good: f64,
}

impl Ring {
    /// `modes` bumps of standard deviation `deviation` in each direction, on a circle of radius `radius`; the first one is to the right of 0.
    pub fn new(modes: usize, radius: f64, deviation: f64) -> Self {
        Ring { modes, radius, deviation }
    }

    /// The mean of a mode.
    fn mean(&self, mode: usize) -> [f64; 2] {
        let (sin, cos) = (TAU * mode as f64 / self.modes as f64).sin_cos();
        [self.radius * cos, self.radius * sin]
    }

    /// Points of the distribution. Equal seeds give equal points; no modes give points at 0.
    ///
    /// # Panics
    ///
    /// Where memory cannot hold them, as [`Batch::zeros`].
    pub fn sample(&self, points: usize, seed: u64) -> Batch<Plane> {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut batch = Batch::zeros(points);
        if self.modes > 0 {
            for point in batch.as_mut_slice().chunks_exact_mut(2) {
                let mean = self.mean(rng.random_range(0..self.modes));
                for (x, mean) in point.iter_mut().zip(mean) {
                    let error: f64 = StandardNormal.sample(&mut rng);
                    *x = (mean + self.deviation * error) as f32;
                }
            }
        }
        batch
    }

    /// The modes that samples cover, and the share of good samples.
    pub fn coverage(&self, samples: &Batch<Plane>) -> Coverage {
        let mut near = vec![0_usize; self.modes];
        for point in samples.as_slice().chunks_exact(2) {
            let distance = |mode: usize| {
                let mean = self.mean(mode);
                (f64::from(point[0]) - mean[0]).hypot(f64::from(point[1]) - mean[1])
            };
            let closest = (0..self.modes).min_by(|&a, &b| distance(a).total_cmp(&distance(b)));
            if let Some(mode) = closest.filter(|&mode| distance(mode) <= 3.0 * self.deviation) {
                near[mode] += 1;
            }
        }
        let count = samples.samples() as f64;
        let modes = near.iter().filter(|&&near| near > 0 && near as f64 >= 0.01 * count).count();
        Coverage { modes, good: near.iter().sum::<usize>() as f64 / count }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mode_is_covered_by_one_percent() {
        let ring = Ring::new(4, 1.0, 0.1);
        // 99 points at the first mode, one at the second, one far away for each other hundred.
        let at = |x: f32, y: f32| [x, y];
        let points = |far: usize| {
            let near = std::iter::repeat_n(at(1.0, 0.29), 99).chain([at(0.0, 1.0)]);
            let points: Vec<f32> = near.chain(std::iter::repeat_n(at(1.31, 0.0), far)).flatten().collect();
            ring.coverage(&Batch::from_vec(points).unwrap())
        };
        assert_eq!(points(0), Coverage { modes: 2, good: 1.0 });
        assert_eq!(points(1), Coverage { modes: 1, good: 100.0 / 101.0 });
        assert_eq!(Ring::new(0, 1.0, 0.1).coverage(&Batch::zeros(3)), Coverage { modes: 0, good: 0.0 });
        let nan = Batch::from_vec(vec![f32::NAN, 0.0]).unwrap();
        assert_eq!(ring.coverage(&nan), Coverage { modes: 0, good: 0.0 });
    }
}
