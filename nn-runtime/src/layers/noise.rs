//! Corruption in training: what a denoising autoencoder undoes.

use crate::{
    Element, Shape,
    kernels::noise::{AddNormal, Corrupt, Keep, Noise, Replace},
    network::{Random, View, ViewMut},
};

/// y = x + sd · n, where each n is independently standard normal; in training only.
///
/// The noise of a sample depends on the random stream and on the sample's index in the batch alone, so no number of parts or threads
/// changes it. Backward, d_x = d_y.
///
/// ```
/// use plumbline::{Const, layers::GaussianNoise, network::abi::{Random, View, ViewMut}};
/// let (x, mut y) = ([0.0; 10_000], [0.0; 10_000]);
/// let noise = GaussianNoise { sd: 0.3 };
/// noise.forward(View::<(Const<10_000>,), f64>::new(&x, 1, 1), ViewMut::new(&mut y, 1, 1), Random::new(42, 1), 0);
/// let sd = (y.iter().map(|y| y * y).sum::<f64>() / 1e4).sqrt();
/// assert!((sd - 0.3).abs() < 0.01);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GaussianNoise {
    /// The standard deviation, 0 ≤ sd.
    pub sd: f64,
}

/// y = x · m, where each m is independently 0 with probability p, else 1; in training only (Vincent et al., Extracting and composing robust
/// features with denoising autoencoders, 2008).
///
/// Unlike [`Dropout`](crate::layers::Dropout) it does not scale what it leaves: the corrupted sample is one that could be met. The mask is
/// drawn as there, and the backward pass has the same.
///
/// ```
/// use plumbline::{Const, layers::MaskingNoise, network::abi::{Random, View, ViewMut}};
/// let (x, mut y) = ([1.0; 1000], [0.5; 1000]);
/// let noise = MaskingNoise { p: 0.3 };
/// noise.forward(View::<(Const<1000>,), f64>::new(&x, 1, 1), ViewMut::new(&mut y, 1, 1), Random::new(42, 1), 0);
/// assert!(y.iter().all(|&y| y == 0.0 || y == 1.0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MaskingNoise {
    /// The probability of a zero, 0 ≤ p ≤ 1.
    pub p: f64,
}

/// Each element is independently replaced with probability p, by 0 (pepper) or 1 (salt) with equal odds; in training only (Vincent et al.,
/// Stacked denoising autoencoders, 2010).
///
/// 0 and 1 are the least and the largest value of a pixel, as the readers of images in this crate scale them. Backward, the gradient of
/// what was replaced is 0.
///
/// ```
/// use plumbline::{Const, layers::SaltAndPepper, network::abi::{Random, View, ViewMut}};
/// let (x, mut y) = ([0.5; 1000], [0.0; 1000]);
/// let noise = SaltAndPepper { p: 0.3 };
/// noise.forward(View::<(Const<1000>,), f64>::new(&x, 1, 1), ViewMut::new(&mut y, 1, 1), Random::new(42, 1), 0);
/// assert!(y.iter().all(|y| [0.0, 0.5, 1.0].contains(y)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SaltAndPepper {
    /// The probability that an element is replaced, 0 ≤ p ≤ 1.
    pub p: f64,
}

/// Changes each number in place, where `first` is the index in the batch of the first sample.
#[inline(always)]
pub(super) fn corrupt<S: Shape, E: Element, C: Corrupt<E>>(
    corrupt: C,
    mut values: ViewMut<'_, S, E>,
    random: Random,
    first: usize,
) {
    Noise {
        corrupt,
        random,
        first: (first * values.width()) as u64,
        width: values.width(),
        lanes: if S::INTERLEAVED { values.lanes() } else { 1 },
        data: values.data_mut(),
    }
    .run();
}

/// `forward` and `backward`, given what becomes of a value and of a gradient.
macro_rules! layer {
    ($name:ident, $self:ident, $value:expr, $gradient:expr) => {
        impl $name {
            /// y = the corrupted x, where `first` is the index in the batch of the first sample.
            #[inline(always)]
            pub fn forward<S: Shape, E: Element>(
                $self,
                x: View<'_, S, E>,
                mut y: ViewMut<'_, S, E>,
                random: Random,
                first: usize,
            ) {
                y.data_mut().copy_from_slice(x.data());
                corrupt($value, y, random, first);
            }

            /// d_x in place of d_y, with the draws of the forward pass.
            #[inline(always)]
            pub fn backward<S: Shape, E: Element>($self, d: ViewMut<'_, S, E>, random: Random, first: usize) {
                let gradient: Option<Keep<E>> = $gradient;
                if let Some(gradient) = gradient {
                    corrupt(gradient, d, random, first);
                }
            }
        }
    };
}

layer!(GaussianNoise, self, AddNormal { sd: self.sd }, None);
layer!(MaskingNoise, self, Keep::new(1.0 - self.p, E::one()), Some(Keep::new(1.0 - self.p, E::one())));
layer!(SaltAndPepper, self, Replace::new(1.0 - self.p), Some(Keep::new(1.0 - self.p, E::one())));

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape::Const;

    type Row = (Const<100>,);
    type Image = (Const<4>, Const<5>, Const<5>);

    /// 100 000 numbers, corrupted.
    fn noisy(value: f64, call: impl Fn(View<'_, Row, f64>, ViewMut<'_, Row, f64>, Random)) -> Vec<f64> {
        let (x, mut y) = (vec![value; 100_000], vec![f64::NAN; 100_000]);
        call(View::new(&x, 1000, 1008), ViewMut::new(&mut y, 1000, 1008), Random::new(7, 3));
        y
    }

    /// Holds a count of independent draws to within 5 standard deviations, which one in 1.7 million exceeds.
    #[track_caller]
    fn assert_count(y: &[f64], value: f64, p: f64) {
        let (n, count) = (y.len() as f64, y.iter().filter(|&&y| y == value).count() as f64);
        assert!((count - n * p).abs() <= 5.0 * (n * p * (1.0 - p)).sqrt(), "{count} of {value} for p = {p}");
    }

    #[test]
    fn gaussian_noise_has_the_moments_and_tails_of_a_normal_distribution() {
        let y = noisy(2.0, |x, y, random| GaussianNoise { sd: 0.5 }.forward(x, y, random, 0));
        let n: Vec<f64> = y.iter().map(|y| (y - 2.0) / 0.5).collect();
        let moment = |power: i32| n.iter().map(|n| n.powi(power)).sum::<f64>() / 1e5;
        // The moments' standard deviations for 100 000 draws are √(1, 2, 15, 96 / 10⁵): 5 of them, as above.
        for (power, expected, variance) in [(1, 0.0, 1.0), (2, 1.0, 2.0), (3, 0.0, 15.0), (4, 3.0, 96.0)] {
            let error: f64 = moment(power) - expected;
            assert!(error.abs() < 5.0 * f64::sqrt(variance / 1e5), "moment {power} is off by {error}");
        }
        let beyond: Vec<f64> = n.iter().map(|n| f64::from(n.abs() > 1.959_963_984_540_054)).collect();
        assert_count(&beyond, 1.0, 0.05);
        // Neighbours are independent.
        let correlation = n.windows(2).map(|n| n[0] * n[1]).sum::<f64>() / 1e5;
        assert!(correlation.abs() < 5.0 / f64::sqrt(1e5), "neighbours correlate by {correlation}");
    }

    #[test]
    fn masks_and_replacements_come_with_their_probabilities() {
        for p in [0.0, 0.1, 0.5, 1.0] {
            let y = noisy(0.3, |x, y, random| MaskingNoise { p }.forward(x, y, random, 0));
            assert_count(&y, 0.0, p);
            assert_count(&y, 0.3, 1.0 - p);
            let y = noisy(0.3, |x, y, random| SaltAndPepper { p }.forward(x, y, random, 0));
            assert_count(&y, 0.0, p / 2.0);
            assert_count(&y, 1.0, p / 2.0);
            assert_count(&y, 0.3, 1.0 - p);
        }
    }

    #[test]
    fn the_gradient_goes_where_the_value_went() {
        let masked = noisy(0.3, |x, y, random| MaskingNoise { p: 0.4 }.forward(x, y, random, 0));
        let salted = noisy(0.3, |x, y, random| SaltAndPepper { p: 0.4 }.forward(x, y, random, 0));
        let gradient = |call: &dyn Fn(ViewMut<'_, Row, f64>)| {
            let mut d = vec![2.0; 100_000];
            call(ViewMut::new(&mut d, 1000, 1008));
            d
        };
        let random = Random::new(7, 3);
        let expected = |y: &[f64]| y.iter().map(|&y| if y == 0.3 { 2.0 } else { 0.0 }).collect::<Vec<_>>();
        assert_eq!(gradient(&|d| MaskingNoise { p: 0.4 }.backward(d, random, 0)), expected(&masked));
        assert_eq!(gradient(&|d| SaltAndPepper { p: 0.4 }.backward(d, random, 0)), expected(&salted));
        assert_eq!(gradient(&|d| GaussianNoise { sd: 0.4 }.backward(d, random, 0)), vec![2.0; 100_000]);
    }

    #[test]
    fn the_noise_is_that_of_the_sample_whatever_the_part_or_layout() {
        let random = Random::new(7, 3);
        let rows = |samples: usize, first: usize| {
            let (x, mut y) = (vec![1.0; samples * 100], vec![0.0; samples * 100]);
            let noise = GaussianNoise { sd: 1.0 };
            noise.forward(View::<Row, f64>::new(&x, samples, 16), ViewMut::new(&mut y, samples, 16), random, first);
            y
        };
        let whole = rows(20, 0);
        assert_eq!(rows(13, 7), whole[700..]);
        let (x, mut image) = (vec![1.0; 100 * 32], vec![0.0; 100 * 32]);
        let noise = GaussianNoise { sd: 1.0 };
        noise.forward(View::<Image, f64>::new(&x, 20, 32), ViewMut::new(&mut image, 20, 32), random, 0);
        for (sample, row) in whole.chunks(100).enumerate() {
            for (element, &y) in row.iter().enumerate() {
                assert_eq!(image[element * 32 + sample], y);
            }
        }
    }
}
