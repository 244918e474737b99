//! Metrics of each pixel of an image, from metrics of a sample.

use std::borrow::Cow;

use crate::{
    Const, Element,
    data::{Labels, LabelsView, PixelLabels, PixelLabelsView},
    shape::Dimension,
    train::metric::{Metric, PerSample},
};

/// What a metric makes of the labels of samples, it makes of those of pixels: each pixel that is not ignored is a sample.
///
/// ```
/// use plumbline::{Batch, Const, data::PixelLabels, train::{Accuracy, Iou, Metric}};
/// // Two pixels of class 0 and one of class 1, of which the network finds the first two.
/// let outputs = Batch::<(Const<2>, Const<1>, Const<3>)>::from_vec(vec![2.0, 2.0, 2.0, 1.0, 1.0, 1.0])?;
/// let labels = PixelLabels::<2>::from_flat([0, 0, 1], [1, 3])?;
/// assert_eq!(Accuracy.measure(&outputs, &labels)?, 2.0 / 3.0);
/// assert_eq!(Iou::mean().measure(&outputs, &labels)?, 1.0 / 3.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl<M, H, W, const C: usize, E> Metric<(Const<C>, H, W), PixelLabels<C>, E> for M
where
    M: PerSample + Metric<(Const<C>,), Labels<C>, E>,
    H: Dimension,
    W: Dimension,
    E: Element,
{
    type Tally = M::Tally;

    fn name(&self) -> Cow<'static, str> {
        self.name()
    }

    fn add(&self, tally: &mut M::Tally, output: &[E], target: PixelLabelsView<'_, C>) {
        each_pixel(output, target, |y: &[E; C], label| self.add(tally, y, LabelsView::new(&[label])));
    }

    fn add_probabilities(&self, tally: &mut M::Tally, output: &[E], target: PixelLabelsView<'_, C>) {
        each_pixel(output, target, |y: &[E; C], label| self.add_probabilities(tally, y, LabelsView::new(&[label])));
    }

    fn value(&self, tally: &M::Tally) -> f64 {
        self.value(tally)
    }

    fn report(&self, tally: &M::Tally) -> Option<String> {
        self.report(tally)
    }
}

/// Calls `f` with the `C` outputs of each pixel that counts, and its label.
fn each_pixel<const C: usize, E: Element>(
    output: &[E],
    target: PixelLabelsView<'_, C>,
    mut f: impl FnMut(&[E; C], u32),
) {
    let [height, width] = target.sizes();
    let pixels = height * width;
    for (sample, image) in output.chunks_exact((C * pixels).max(1)).take(target.samples()).enumerate() {
        for (pixel, label) in target.sample(sample).iter().enumerate() {
            if let Some(label) = label {
                let y = std::array::from_fn(|class| image[class * pixels + pixel]);
                f(&y, label as u32);
            }
        }
    }
}
