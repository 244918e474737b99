//! Handwritten-looking digits, without a download.

mod glyphs;
mod pen;

use rand::{RngExt, SeedableRng, rngs::Xoshiro256PlusPlus, seq::SliceRandom};
use rayon::prelude::*;

use crate::{
    Batch, Const,
    data::{Dataset, Labels},
    network::mix,
};

/// A grey image of 28 × 28 pixels, from 0 (paper) to 1 (ink).
pub type Image = (Const<1>, Const<28>, Const<28>);

/// Images of digits with the digit on each.
pub type Digits = Dataset<Image, Labels<10>>;

const SIDE: usize = 28;

/// `n` images of the digits 0 to 9 and the digit on each, as many of one as of another (to within one), in random order.
///
/// A digit is drawn with a pen along lines, arcs and curves, in one of several ways of writing it; the drawing is bent, sheared,
/// turned, scaled and shifted at random, the pen's width, softness and ink vary, and the image gets pixel noise.
/// Equal seeds give equal images, whatever the number of threads; the images of one seed are no part of those of another.
///
/// ```
/// let digits = plumbline::data::digits(20, 42);
/// assert_eq!(digits.len(), 20);
/// assert_eq!(digits.targets().counts(), [2; 10]);
/// assert!(digits.inputs().as_slice().iter().all(|pixel| (0.0..=1.0).contains(pixel)));
/// ```
pub fn digits(n: usize, seed: u64) -> Digits {
    let mut labels: Vec<usize> = (0..n).map(|index| index % 10).collect();
    labels.shuffle(&mut Xoshiro256PlusPlus::seed_from_u64(mix(seed)));
    let mut images = Batch::zeros(n);
    crate::parallel::ready();
    let pixels = images.as_mut_slice().par_chunks_exact_mut(SIDE * SIDE);
    pixels.zip(&labels).enumerate().for_each(|(index, (image, &label))| {
        // Each image has a generator of its own, so that it is the same whichever thread draws it.
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(mix(mix(seed) ^ mix(index as u64)));
        draw(label, image, &mut rng);
    });
    let labels = Labels::new(labels).expect("labels are drawn from the ten digits");
    Dataset::new(images, labels).expect("every image has a label")
}

fn draw(digit: usize, image: &mut [f32], rng: &mut Xoshiro256PlusPlus) {
    let variants = glyphs::DIGITS[digit];
    let glyph = variants[rng.random_range(0..variants.len())];
    let hand = pen::Hand::new(rng);
    let pen = pen::Pen::new(rng);
    for stroke in glyph {
        pen.draw(&hand.trace(stroke, rng), image);
    }
    pen::noise(image, rng);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_number_is_balanced_and_in_random_order() {
        for n in [0, 1, 9, 237] {
            let counts = digits(n, 1).targets().counts();
            assert_eq!(counts.iter().sum::<usize>(), n);
            assert!(counts.iter().max().unwrap() - counts.iter().min().unwrap() <= 1, "{n}: {counts:?}");
        }
        let labels: Vec<usize> = digits(100, 1).targets().iter().collect();
        assert_ne!(labels, (0..100).map(|index| index % 10).collect::<Vec<_>>());
    }

    #[test]
    fn equal_seeds_give_equal_images_on_any_number_of_threads() {
        let on = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| digits(64, 7))
        };
        let (one, three, other) = (on(1), on(3), digits(64, 8));
        assert_eq!(one.inputs(), three.inputs());
        assert_eq!(one.targets(), three.targets());
        assert_ne!(one.inputs(), other.inputs());
    }

    #[test]
    fn every_digit_leaves_ink_well_inside_the_image() {
        let digits = digits(1_000, 3);
        for (index, image) in digits.inputs().as_slice().chunks_exact(SIDE * SIDE).enumerate() {
            let ink = image.iter().filter(|&&pixel| pixel > 0.5).count();
            assert!((20..350).contains(&ink), "image {index} has {ink} dark pixels");
            let edge = |at: usize| at == 0 || at == SIDE - 1;
            let cut = (0..image.len()).filter(|&i| (edge(i / SIDE) || edge(i % SIDE)) && image[i] > 0.5).count();
            assert!(cut <= 14, "image {index} has {cut} dark pixels on its edge");
        }
    }

    /// The nearest class mean is the simplest classifier there is. The digits must be recognisable to it and not solved by it.
    #[test]
    fn digits_are_neither_noise_nor_trivial() {
        let (train, test) = digits(3_000, 5).split(0.8).unwrap();
        let mut means = vec![[0.0_f32; SIDE * SIDE]; 10];
        let counts = train.targets().counts();
        for (image, label) in train.inputs().as_slice().chunks_exact(SIDE * SIDE).zip(train.targets().iter()) {
            for (mean, pixel) in means[label].iter_mut().zip(image) {
                *mean += pixel / counts[label] as f32;
            }
        }
        let distance = |mean: &[f32], image: &[f32]| mean.iter().zip(image).map(|(m, x)| (m - x).powi(2)).sum::<f32>();
        let guess = |image: &[f32]| {
            (0..10).min_by(|&a, &b| distance(&means[a], image).total_cmp(&distance(&means[b], image))).unwrap()
        };
        let images = test.inputs().as_slice().chunks_exact(SIDE * SIDE);
        let right = images.zip(test.targets().iter()).filter(|&(image, label)| guess(image) == label).count();
        let accuracy = right as f64 / test.len() as f64;
        assert!((0.5..0.9).contains(&accuracy), "accuracy {accuracy}");
    }
}
