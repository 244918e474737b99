//! Points of two classes in the plane that no straight line separates.

use std::f64::consts::{PI, TAU};

use rand::{RngExt, SeedableRng, rngs::Xoshiro256PlusPlus};
use rand_distr::{Distribution, StandardNormal};

use crate::{
    Batch, Const,
    data::{Dataset, Labels},
};

/// A point in the plane.
pub type Plane = (Const<2>,);

/// Two spirals that turn one and three quarters times about each other, n points in all: class 0 at r·(cos φ, sin φ) and class 1
/// opposite, with φ = 3.5π·r and r = √u for u uniform in 0 … 1, plus normal noise of standard deviation `noise`.
///
/// The square root keeps points as dense outside as inside. Classes alternate.
///
/// ```
/// let spirals = plumbline::data::spirals(200, 0.0, 1);
/// assert_eq!(spirals.targets().counts(), [100, 100]);
/// assert!(spirals.inputs().as_slice().iter().all(|x| x.abs() <= 1.0));
/// ```
///
/// Source: after Lang and Witbrock, Learning to tell two spirals apart (1988).
pub fn spirals(n: usize, noise: f64, seed: u64) -> Dataset<Plane, Labels<2>> {
    scatter(n, noise, seed, |class, rng| {
        let radius = rng.random_range(0.0_f64..1.0).sqrt();
        let angle = 1.75 * TAU * radius + PI * class as f64;
        [radius * angle.cos(), radius * angle.sin()]
    })
}

/// Two half circles that reach into each other, n points in all: class 0 at (cos φ, sin φ) and class 1 at
/// (1 − cos φ, ½ − sin φ) for φ uniform in 0 … π, plus normal noise of standard deviation `noise`. Classes alternate.
///
/// ```
/// let moons = plumbline::data::moons(100, 0.1, 1);
/// assert_eq!((moons.len(), moons.targets().get(3)), (100, Some(1)));
/// ```
pub fn moons(n: usize, noise: f64, seed: u64) -> Dataset<Plane, Labels<2>> {
    scatter(n, noise, seed, |class, rng| {
        let (sin, cos) = rng.random_range(0.0..PI).sin_cos();
        if class == 0 { [cos, sin] } else { [1.0 - cos, 0.5 - sin] }
    })
}

/// The four corners of the unit square; class 1 where just one coordinate is 1.
///
/// ```
/// let xor = plumbline::data::xor();
/// assert_eq!(xor.inputs().as_slice(), [0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0]);
/// assert_eq!(xor.targets().iter().collect::<Vec<_>>(), [0, 1, 1, 0]);
/// ```
pub fn xor() -> Dataset<Plane, Labels<2>> {
    dataset(vec![0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0], vec![0, 1, 1, 0])
}

fn scatter(
    n: usize,
    noise: f64,
    seed: u64,
    place: impl Fn(usize, &mut Xoshiro256PlusPlus) -> [f64; 2],
) -> Dataset<Plane, Labels<2>> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut points = Vec::with_capacity(2 * n);
    for index in 0..n {
        for coordinate in place(index % 2, &mut rng) {
            let error: f64 = StandardNormal.sample(&mut rng);
            points.push((coordinate + noise * error) as f32);
        }
    }
    dataset(points, (0..n).map(|index| index % 2).collect())
}

fn dataset(points: Vec<f32>, labels: Vec<usize>) -> Dataset<Plane, Labels<2>> {
    let points = Batch::from_vec(points).expect("a point has two coordinates");
    let labels = Labels::new(labels).expect("there are two classes");
    Dataset::new(points, labels).expect("every point has a class")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_seeds_give_equal_points() {
        for make in [spirals, moons] {
            assert_eq!(make(50, 0.1, 4).inputs(), make(50, 0.1, 4).inputs());
            assert_ne!(make(50, 0.1, 4).inputs(), make(50, 0.1, 5).inputs());
            assert!(make(0, 0.1, 4).is_empty());
        }
    }

    #[test]
    fn noise_moves_points_by_its_standard_deviation() {
        let (clean, noisy) = (moons(4_000, 0.0, 2), moons(4_000, 0.2, 2));
        let pairs = clean.inputs().as_slice().iter().zip(noisy.inputs().as_slice());
        let variance = pairs.map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>() / 8_000.0;
        // The standard error of a variance from 8 000 numbers is 0.04 √(2/8000) = 0.0006: 6 of them either way.
        assert!((variance - 0.04).abs() < 0.004, "variance {variance}");
    }

    #[test]
    fn clean_spirals_mirror_each_other_and_keep_apart() {
        let spirals = spirals(2_000, 0.0, 3);
        let points: Vec<&[f32]> = spirals.inputs().as_slice().chunks_exact(2).collect();
        for (i, a) in points.iter().enumerate().filter(|(_, a)| a[0].hypot(a[1]) > 0.3) {
            for (j, b) in points.iter().enumerate() {
                let apart = (a[0] - b[0]).hypot(a[1] - b[1]);
                assert!((i + j) % 2 == 0 || apart > 0.1, "{a:?} and {b:?} are of different classes");
            }
        }
    }
}
