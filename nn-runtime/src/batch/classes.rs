//! Classes and probabilities of outputs.

use std::ops::Deref;

use crate::{
    Batch, Const, Element, Shape,
    data::{Labels, PixelLabels, StepLabels, Target},
    kernels::softmax,
    layers::{Sigmoid, activation},
    network::ViewMut,
    shape::Dimension,
};

/// A shape with an axis of classes: `[C]`, steps of a sequence `[T, C]`, or pixels of an image `[C, H, W]`.
///
/// ```
/// use plumbline::{Const, Free, batch::Classes};
/// fn classes<S: Classes>() -> usize { S::CLASSES }
/// assert_eq!([classes::<(Const<3>,)>(), classes::<(Free, Const<4>)>(), classes::<(Const<5>, Free, Free)>()], [3, 4, 5]);
/// ```
#[diagnostic::on_unimplemented(
    message = "samples of shape `{Self}` have no axis of classes",
    label = "expected outputs for a fixed number of classes",
    note = "the classes are the axis of `[C]`, the last of a sequence `[T, C]` and the first of an image `[C, H, W]`"
)]
pub trait Classes: Shape {
    /// The number of classes.
    const CLASSES: usize;

    /// A class for each row of outputs.
    type Labels: Target;

    /// The distance between the outputs of a row, where samples have axes of these sizes.
    #[doc(hidden)]
    fn stride(sizes: &[usize]) -> usize;

    /// The labels of all rows, each a class, in the order of the outputs.
    #[doc(hidden)]
    fn labels(indices: Vec<u32>, samples: usize, sizes: &[usize], lengths: &[usize]) -> Self::Labels;
}

impl<const C: usize> Classes for (Const<C>,) {
    const CLASSES: usize = several(C);
    type Labels = Labels<C>;

    fn stride(_: &[usize]) -> usize {
        1
    }

    fn labels(indices: Vec<u32>, _: usize, _: &[usize], _: &[usize]) -> Labels<C> {
        Labels::of_classes(indices)
    }
}

impl<T: Dimension, const C: usize> Classes for (T, Const<C>) {
    const CLASSES: usize = several(C);
    type Labels = StepLabels<C>;

    fn stride(_: &[usize]) -> usize {
        1
    }

    fn labels(indices: Vec<u32>, samples: usize, sizes: &[usize], lengths: &[usize]) -> StepLabels<C> {
        StepLabels::of_classes(indices, samples, sizes[0], lengths.to_vec())
    }
}

impl<const C: usize, H: Dimension, W: Dimension> Classes for (Const<C>, H, W) {
    const CLASSES: usize = several(C);
    type Labels = PixelLabels<C>;

    fn stride(sizes: &[usize]) -> usize {
        sizes[1] * sizes[2]
    }

    fn labels(indices: Vec<u32>, samples: usize, sizes: &[usize], _: &[usize]) -> PixelLabels<C> {
        PixelLabels::of_classes(indices, samples, [sizes[1], sizes[2]])
    }
}

const fn several(classes: usize) -> usize {
    assert!(classes != 1, "one output is no choice of classes: `sigmoid` of the outputs gives the probability of yes");
    classes
}

// The bound stands on each method: on the block, the compiler would not print its message.
impl<S: Shape, E: Element, D: Deref<Target = [E]>> Batch<S, E, D> {
    /// The class of the largest output, the first where several are equal: one for each sample of outputs `[C]` as [`Labels`], for each step of
    /// sequences `[T, C]` as [`StepLabels`] with the same lengths, for each pixel of images `[C, H, W]` as [`PixelLabels`].
    ///
    /// NaN counts as larger than any number, as in PyTorch and NumPy; metrics count a sample with NaN as wrong.
    ///
    /// ```
    /// use plumbline::{Batch, Const, data::Labels};
    /// let outputs = Batch::<(Const<3>,)>::from_vec(vec![0.1, 2.0, 0.3, 5.0, 1.0, 5.0])?;
    /// assert_eq!(outputs.argmax(), Labels::<3>::new([1, 0])?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn argmax(&self) -> S::Labels
    where
        S: Classes,
    {
        let (classes, stride) = (S::CLASSES, S::stride(self.sizes()));
        let mut indices = Vec::with_capacity(self.as_slice().len() / classes.max(1));
        for rows in self.as_slice().chunks_exact((classes * stride).max(1)) {
            indices.extend((0..stride).map(|row| largest(rows[row..].iter().step_by(stride))));
        }
        if let Some(width) = (!self.lengths().is_empty()).then_some(self.sizes()[0]) {
            for (sample, &length) in indices.chunks_exact_mut(width.max(1)).zip(self.lengths()) {
                sample[length..].fill(0);
            }
        }
        S::labels(indices, self.samples(), self.sizes(), self.lengths())
    }

    /// The probability of each class, exp(y_c) / Σ exp(y), from logits y: over the axis of outputs `[C]`, the last of sequences `[T, C]`, whose
    /// padding stays 0, and the first of images `[C, H, W]`.
    ///
    /// ```
    /// use plumbline::{Batch, Const};
    /// let logits = Batch::<(Const<2>,)>::from_vec(vec![3.0_f32.ln(), 0.0])?;
    /// let p = logits.softmax();
    /// assert!((p.as_slice()[0] - 0.75).abs() < 1e-6);
    /// # Ok::<(), plumbline::ShapeError>(())
    /// ```
    pub fn softmax(&self) -> Batch<S, E>
    where
        S: Classes,
    {
        self.each_row(softmax::forward)
    }

    /// The logarithm of [`softmax`](Batch::softmax), which is exact where the probability is too small for a number.
    ///
    /// ```
    /// use plumbline::{Batch, Const};
    /// let logits = Batch::<(Const<2>,)>::from_vec(vec![0.0, 1e4])?;
    /// assert_eq!(logits.log_softmax().as_slice(), [-1e4, 0.0]);
    /// # Ok::<(), plumbline::ShapeError>(())
    /// ```
    pub fn log_softmax(&self) -> Batch<S, E>
    where
        S: Classes,
    {
        self.each_row(softmax::log_forward)
    }

    /// The probability of yes, 1 / (1 + exp(−y)), of each logit y; padding stays 0.
    ///
    /// ```
    /// use plumbline::{Batch, Const};
    /// let logits = Batch::<(Const<1>,)>::from_vec(vec![0.0, -200.0])?;
    /// assert_eq!(logits.sigmoid().as_slice(), [0.5, 0.0]);
    /// # Ok::<(), plumbline::ShapeError>(())
    /// ```
    pub fn sigmoid(&self) -> Batch<S, E> {
        let mut all = self.to_batch();
        let numbers = all.as_mut_slice();
        let count = numbers.len();
        activation::forward(Sigmoid, ViewMut::<(Const<1>,), E>::new(numbers, count, count));
        all.clear_padding();
        all
    }

    /// A copy in which `f` has changed all rows of outputs.
    fn each_row(&self, f: impl Fn(&mut [E], usize)) -> Batch<S, E>
    where
        S: Classes,
    {
        let (classes, stride) = (S::CLASSES, S::stride(self.sizes()));
        let mut all = self.to_batch();
        if stride == 1 {
            f(all.as_mut_slice(), classes);
        } else {
            let mut rows = vec![E::zero(); classes * stride];
            for image in all.as_mut_slice().chunks_exact_mut((classes * stride).max(1)) {
                for (index, y) in rows.iter_mut().enumerate() {
                    *y = image[index % classes * stride + index / classes];
                }
                f(&mut rows, classes);
                for (index, &y) in rows.iter().enumerate() {
                    image[index % classes * stride + index / classes] = y;
                }
            }
        }
        all.clear_padding();
        all
    }
}

impl<S: Shape, E: Element> Batch<S, E> {
    /// Writes 0 over the padding.
    fn clear_padding(&mut self) {
        let width = self.width();
        let step = width.checked_div(self.sizes()[0]).unwrap_or(0);
        let lengths = self.lengths().to_vec();
        for (sample, length) in self.as_mut_slice().chunks_exact_mut(width.max(1)).zip(lengths) {
            sample[length * step..].fill(E::zero());
        }
    }
}

/// The index of the first of the largest numbers; NaN is larger than all. 0 for none.
fn largest<'a, E: Element>(row: impl Iterator<Item = &'a E>) -> u32 {
    let (mut class, mut most) = (0, E::neg_infinity());
    for (index, &y) in (0..).zip(row) {
        if y > most || y.is_nan() && !most.is_nan() {
            (class, most) = (index, y);
        }
    }
    class
}

#[cfg(test)]
mod tests {
    use crate::{
        Batch, Const, Element, Free, Shape,
        data::{Labels, PixelLabels, StepLabels},
        train::{Accuracy, Metric},
    };

    fn close<S: Shape, E: Element>(found: &Batch<S, E>, expected: &[f64], tolerance: f64) {
        assert_eq!(found.as_slice().len(), expected.len());
        for (found, expected) in found.as_slice().iter().zip(expected) {
            assert!((found.as_f64() - expected).abs() <= tolerance, "{found}, expected {expected}");
        }
    }

    #[test]
    fn classes_of_vectors() {
        let (nan, infinity) = (f64::NAN, f64::INFINITY);
        let rows = [[1.0, 3.0, 2.0], [2.0, 2.0, 2.0], [0.0, nan, nan], [-infinity; 3], [1.0, infinity, infinity]];
        let outputs = Batch::<(Const<3>,), f64>::from_vec(rows.concat()).unwrap();
        assert_eq!(outputs.argmax(), Labels::<3>::new([1, 0, 1, 0, 1]).unwrap());
        assert_eq!(outputs.rows(1..3).argmax(), Labels::<3>::new([0, 1]).unwrap());
        assert_eq!(Batch::<(Const<3>,)>::zeros(0).argmax(), Labels::new([0_u32; 0]).unwrap());
    }

    #[test]
    fn probabilities_of_vectors() {
        // torch.softmax(torch.tensor([[1., 2., 3.], [1000., 0., -1000.]]), 1)
        let expected = [0.090_030_573_170_380_46, 0.244_728_471_054_797_64, 0.665_240_955_774_821_8, 1.0, 0.0, 0.0];
        let numbers = [1.0, 2.0, 3.0, 1000.0, 0.0, -1000.0];
        let outputs = Batch::<(Const<3>,), f64>::from_vec(numbers.to_vec()).unwrap();
        close(&outputs.softmax(), &expected, 1e-15);
        close(&outputs.cast::<f32>().softmax(), &expected, 1e-6);
        let logs = [-2.407_605_964_444_38, -1.407_605_964_444_38, -0.407_605_964_444_38, 0.0, -1000.0, -2000.0];
        close(&outputs.log_softmax(), &logs, 1e-14);
        close(&outputs.sigmoid(), &[1.0, 2.0, 3.0, 1e3, 0.0, -1e3].map(|y: f64| 1.0 / (1.0 + (-y).exp())), 1e-15);
    }

    #[test]
    fn steps_keep_their_lengths_and_padding() {
        let outputs = Batch::<(Free, Const<2>)>::padded([&[0.0, 1.0, 3.0, 2.0][..], &[2.0, 2.0]]).unwrap();
        assert_eq!(outputs.argmax(), StepLabels::<2>::padded([&[1, 0][..], &[0]]).unwrap());
        let p = outputs.softmax();
        assert_eq!((p.lengths(), &p.as_slice()[4..]), (&[2, 1][..], &[0.5, 0.5, 0.0, 0.0][..]));
        assert_eq!(outputs.log_softmax().as_slice()[6..], [0.0, 0.0]);
        assert_eq!(outputs.sigmoid().as_slice()[6..], [0.0, 0.0]);
        assert_eq!(Accuracy.measure(&outputs, &outputs.argmax()), Ok(1.0));
    }

    #[test]
    fn pixels_have_their_classes_on_the_first_axis() {
        // Two images of 1 × 2 pixels: (0, 5, 2), (4, 3, 4) and (1, 1, 1), (0, 0, 9).
        let numbers = vec![0.0, 4.0, 5.0, 3.0, 2.0, 4.0, 1.0, 0.0, 1.0, 0.0, 1.0, 9.0];
        let outputs = Batch::<(Const<3>, Free, Free), f64>::from_vec_of(numbers, &[3, 1, 2]).unwrap();
        assert_eq!(outputs.argmax(), PixelLabels::<3>::from_flat([1, 0, 0, 2], [1, 2]).unwrap());
        let p = outputs.softmax();
        let first = Batch::<(Const<3>,), f64>::from_vec(vec![0.0, 5.0, 2.0, 4.0, 3.0, 4.0]).unwrap().softmax();
        let of = first.as_slice();
        close(
            &Batch::<(Const<6>,), f64>::from_vec(p.as_slice()[..6].to_vec()).unwrap(),
            &[of[0], of[3], of[1], of[4], of[2], of[5]],
            0.0,
        );
        for pixel in 0..2 {
            let sum: f64 = p.as_slice()[6..].iter().skip(pixel).step_by(2).sum();
            assert!((sum - 1.0).abs() < 1e-15);
        }
        // An image of one pixel lies as a vector does.
        let one = Batch::<(Const<3>, Const<1>, Const<1>)>::from_vec(vec![0.0; 3]).unwrap();
        close(&one.softmax(), &[1.0 / 3.0; 3], 1e-7);
    }
}
