//! Losses of each pixel of an image, from losses of a sample.

#[cfg(test)]
mod tests;

use crate::{
    Const, Element,
    data::{Labels, LabelsView, PixelLabels, PixelLabelsView},
    shape::{Dimension, FREE},
    train::loss::{CrossEntropy, Loss, LossError, NegativeLogLikelihood},
};

/// The pixels whose outputs are gathered at a time: their numbers lie far from each other, and neighbours lie together.
const BLOCK: usize = 8;

/// [`Loss::part`] over the labels of pixels, each pixel that is not ignored taken as a sample. The gradient of the others is 0.
fn part_of_pixels<const C: usize, E: Element>(
    loss: &impl Loss<(Const<C>,), Labels<C>, E>,
    output: &[E],
    target: PixelLabelsView<'_, C>,
    scale: f64,
    mut d_output: Option<&mut [E]>,
) -> f64 {
    let [height, width] = target.sizes();
    let pixels = height * width;
    if let Some(d_output) = &mut d_output {
        d_output.fill(E::zero());
    }
    let mut sum = 0.0;
    for (sample, image) in output.chunks_exact((C * pixels).max(1)).take(target.samples()).enumerate() {
        let mut d_image = d_output.as_deref_mut().map(|d| &mut d[sample * C * pixels..(sample + 1) * C * pixels]);
        let labels = target.sample(sample);
        let mut counted = labels.iter().enumerate().filter_map(|(pixel, label)| Some((pixel, label? as u32)));
        loop {
            // The block on the stack: rows of outputs, their gradients, their places and labels.
            let (mut y, mut d) = ([[E::zero(); C]; BLOCK], [[E::zero(); C]; BLOCK]);
            let (mut places, mut classes, mut count) = ([0; BLOCK], [0; BLOCK], 0);
            for (pixel, label) in counted.by_ref().take(BLOCK) {
                y[count] = std::array::from_fn(|class| image[class * pixels + pixel]);
                (places[count], classes[count]) = (pixel, label);
                count += 1;
            }
            if count == 0 {
                break;
            }
            let rows = y[..count].as_flattened();
            let d_rows = d_image.is_some().then(|| d[..count].as_flattened_mut());
            sum += loss.part(rows, LabelsView::new(&classes[..count]), scale, d_rows);
            if let Some(d_image) = &mut d_image {
                for (d, pixel) in d[..count].iter().zip(places) {
                    for (class, &d) in d.iter().enumerate() {
                        d_image[class * pixels + pixel] = d;
                    }
                }
            }
        }
    }
    sum
}

/// [`Loss::normalizer`] over the labels of pixels.
fn normalizer_of_pixels<const C: usize, E: Element>(
    loss: &impl Loss<(Const<C>,), Labels<C>, E>,
    target: PixelLabelsView<'_, C>,
) -> f64 {
    target.runs().map(|run| loss.normalizer(run, run.as_slice().len())).sum()
}

/// Asks that images of labels are as high and as wide as those of outputs, where the types tell.
fn check_sizes<H: Dimension, W: Dimension>([height, width]: [usize; 2]) -> Result<(), LossError> {
    let fits = |size, found| size == FREE || size == found;
    if fits(H::SIZE, height) && fits(W::SIZE, width) {
        return Ok(());
    }
    Err(LossError::Pixels { expected: [H::SIZE, W::SIZE], found: [height, width] })
}

macro_rules! pixels {
    ($($loss:ident),*) => {
        $(impl<const C: usize, H: Dimension, W: Dimension, E: Element> Loss<(Const<C>, H, W), PixelLabels<C>, E> for $loss {
            fn part(&self, output: &[E], target: PixelLabelsView<'_, C>, scale: f64, d_output: Option<&mut [E]>) -> f64 {
                part_of_pixels(self, output, target, scale, d_output)
            }

            fn normalizer(&self, target: PixelLabelsView<'_, C>, _: usize) -> f64 {
                normalizer_of_pixels::<C, E>(self, target)
            }

            fn check(&self, target: PixelLabelsView<'_, C>) -> Result<(), LossError> {
                check_sizes::<H, W>(target.sizes())?;
                <Self as Loss<(Const<C>,), Labels<C>, E>>::check(self, LabelsView::new(&[]))
            }
        })*
    };
}

pixels!(CrossEntropy, NegativeLogLikelihood);
