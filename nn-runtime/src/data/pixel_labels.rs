//! A class index for each pixel.

use std::{fmt::Display, ops::Range};

use crate::{
    Element, ShapeError,
    data::{AsTarget, LabelsView, Target, labels::class},
};

/// One class of `CLASSES` for each pixel of each image, as an index from 0: the targets of a network that segments images.
///
/// Pixels lie in rows from the top. Those that are [ignored](PixelLabels::ignoring) count in no loss and in no metric.
///
/// ```
/// use plumbline::data::PixelLabels;
/// let labels = PixelLabels::<3>::from_flat([0, 0, 1, 2, 2, 1], [2, 3])?;
/// assert_eq!((labels.samples(), labels.sizes()), (1, [2, 3]));
/// assert_eq!((labels.get(0, 1, 0), labels.get(0, 2, 0)), (Some(2), None));
/// let error = PixelLabels::<3>::from_flat([0, 0, 1, 2, 2, 7], [2, 3]).unwrap_err();
/// assert_eq!(error.to_string(), "expected labels from 0 to 2, found 7 at row 1, column 2 of sample 0");
/// # Ok::<(), plumbline::data::PixelLabelError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PixelLabels<const CLASSES: usize> {
    /// Below `CLASSES`, or [`IGNORED`].
    indices: Vec<u32>,
    samples: usize,
    sizes: [usize; 2],
}

/// Borrowed [`PixelLabels`] of some consecutive samples.
///
/// ```
/// use plumbline::data::{PixelLabels, Target};
/// let labels = PixelLabels::<3>::from_flat([0, 1, 2, 2], [1, 2])?;
/// let second = labels.rows(1..2);
/// assert_eq!((second.samples(), second.sizes()), (1, [1, 2]));
/// assert_eq!(second.iter().collect::<Vec<_>>(), [Some(2), Some(2)]);
/// # Ok::<(), plumbline::data::PixelLabelError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PixelLabelsView<'a, const CLASSES: usize> {
    indices: &'a [u32],
    samples: usize,
    sizes: [usize; 2],
}

/// The index of a pixel that does not count.
const IGNORED: u32 = u32::MAX;

/// Labels of pixels that are no classes, or do not make up images.
///
/// ```
/// use plumbline::{ShapeError, data::{PixelLabelError, PixelLabels}};
/// let error = PixelLabels::<2>::from_flat([0, 1, 1], [1, 2]).unwrap_err();
/// assert_eq!(error, PixelLabelError::Shape(ShapeError::Length { expected: 2, found: 3 }));
/// ```
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PixelLabelError {
    /// A label that is no class.
    #[error(
        "expected labels from 0 to {}, found {found} at row {row}, column {column} of sample {sample}",
        .classes.saturating_sub(1)
    )]
    Label {
        /// The sample.
        sample: usize,
        /// The row.
        row: usize,
        /// The column.
        column: usize,
        /// The label found, as written.
        found: String,
        /// The number of classes.
        classes: usize,
    },
    /// A number of labels that is no multiple of an image's pixels.
    #[error(transparent)]
    Shape(#[from] ShapeError),
}

impl<const CLASSES: usize> PixelLabels<CLASSES> {
    /// The labels of images of `[height, width]` pixels, one image after the other, each row by row, from integers of any type.
    ///
    /// # Errors
    ///
    /// [`PixelLabelError`] for the first label that is negative or not below `CLASSES`, and for a number of labels that is no multiple of
    /// height · width.
    pub fn from_flat<I>(labels: I, sizes: [usize; 2]) -> Result<Self, PixelLabelError>
    where
        I: IntoIterator<Item: Copy + Display + TryInto<u32>>,
    {
        Self::collect(labels.into_iter().map(|label| class(label, CLASSES)), sizes)
    }

    /// The same, where pixels labelled `ignored` do not count: 255 in many data sets, PyTorch's `ignore_index`.
    ///
    /// ```
    /// use plumbline::{Batch, Const, data::PixelLabels, train::{Accuracy, Metric}};
    /// let labels = PixelLabels::<2>::ignoring(255_u8, [0, 255, 1], [1, 3])?;
    /// let outputs = Batch::<(Const<2>, Const<1>, Const<3>)>::from_vec(vec![0.9, 0.8, 0.7, 0.1, 0.2, 0.3])?;
    /// assert_eq!(Accuracy.measure(&outputs, &labels)?, 0.5);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`PixelLabels::from_flat`].
    pub fn ignoring<L, I>(ignored: L, labels: I, sizes: [usize; 2]) -> Result<Self, PixelLabelError>
    where
        L: Copy + Display + TryInto<u32> + PartialEq,
        I: IntoIterator<Item = L>,
    {
        let index = |label| if label == ignored { Ok(IGNORED) } else { class(label, CLASSES) };
        Self::collect(labels.into_iter().map(index), sizes)
    }

    fn collect(labels: impl Iterator<Item = Result<u32, String>>, sizes: [usize; 2]) -> Result<Self, PixelLabelError> {
        let [height, width] = sizes;
        // Sizes whose product has no value hold no label.
        let pixels = height.checked_mul(width).unwrap_or(0);
        let error = |index: usize, found| {
            let (sample, pixel) = (index / pixels.max(1), index % pixels.max(1));
            let (row, column) = (pixel / width.max(1), pixel % width.max(1));
            PixelLabelError::Label { sample, row, column, found, classes: CLASSES }
        };
        let check = |(index, label): (usize, Result<u32, String>)| label.map_err(|found| error(index, found));
        let indices: Vec<u32> = labels.enumerate().map(check).collect::<Result<_, _>>()?;
        match indices.len().checked_rem(pixels) {
            Some(0) => Ok(PixelLabels { samples: indices.len() / pixels, indices, sizes }),
            _ => Err(ShapeError::Length { expected: pixels, found: indices.len() }.into()),
        }
    }

    /// Labels that are known to be classes, each below `CLASSES`, and to make up images.
    pub(crate) fn of_classes(indices: Vec<u32>, samples: usize, sizes: [usize; 2]) -> Self {
        PixelLabels { indices, samples, sizes }
    }

    /// The number of samples.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// Height and width of each image.
    pub fn sizes(&self) -> [usize; 2] {
        self.sizes
    }

    /// The class of a pixel; `None` where it is ignored or past the end.
    pub fn get(&self, sample: usize, row: usize, column: usize) -> Option<usize> {
        let [height, width] = self.sizes;
        let within = sample < self.samples && row < height && column < width;
        within.then(|| class_of(self.indices[(sample * height + row) * width + column])).flatten()
    }

    /// How many pixels each class has.
    pub fn counts(&self) -> [usize; CLASSES] {
        let mut counts = [0; CLASSES];
        for class in self.view().iter().flatten() {
            counts[class] += 1;
        }
        counts
    }

    /// The labels, borrowed.
    pub fn view(&self) -> PixelLabelsView<'_, CLASSES> {
        PixelLabelsView { indices: &self.indices, samples: self.samples, sizes: self.sizes }
    }

    fn pixels(&self) -> usize {
        self.sizes[0] * self.sizes[1]
    }
}

fn class_of(index: u32) -> Option<usize> {
    (index != IGNORED).then_some(index as usize)
}

impl<'a, const CLASSES: usize> PixelLabelsView<'a, CLASSES> {
    /// The number of samples.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// Height and width of each image.
    pub fn sizes(&self) -> [usize; 2] {
        self.sizes
    }

    /// The class of each pixel, sample after sample, each row by row; `None` for one that is ignored.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Option<usize>> + use<'a, CLASSES> {
        self.indices.iter().map(|&index| class_of(index))
    }

    /// Runs of labels without an ignored one among them, in order.
    pub(crate) fn runs(&self) -> impl Iterator<Item = LabelsView<'a, CLASSES>> + use<'a, CLASSES> {
        self.indices.split(|&index| index == IGNORED).map(LabelsView::new)
    }

    /// The labels of a sample, as [`PixelLabelsView::iter`] gives them.
    pub(crate) fn sample(&self, index: usize) -> Self {
        self.within(index..index + 1)
    }

    fn within(&self, range: Range<usize>) -> Self {
        let end = range.end.min(self.samples);
        let start = range.start.min(end);
        let pixels = self.sizes[0] * self.sizes[1];
        PixelLabelsView { indices: &self.indices[start * pixels..end * pixels], samples: end - start, ..*self }
    }

    fn other_width_than(&self, width: usize) -> Option<usize> {
        let expected = CLASSES * self.sizes[0] * self.sizes[1];
        (expected != width).then_some(expected)
    }
}

impl<const CLASSES: usize> AsTarget for PixelLabelsView<'_, CLASSES> {
    type Owned = PixelLabels<CLASSES>;

    fn target_samples(&self) -> usize {
        self.samples
    }

    fn target_width_other_than(&self, output: usize, width: usize) -> Option<usize> {
        self.other_width_than(width).filter(|_| output == 0)
    }

    fn target_rows(&self, range: Range<usize>) -> PixelLabelsView<'_, CLASSES> {
        self.within(range)
    }
}

impl<const CLASSES: usize> Target for PixelLabels<CLASSES> {
    type View<'a> = PixelLabelsView<'a, CLASSES>;
    type As<F: Element> = Self;

    fn samples(&self) -> usize {
        self.samples
    }

    fn width_other_than(&self, output: usize, width: usize) -> Option<usize> {
        self.view().other_width_than(width).filter(|_| output == 0)
    }

    fn rows(&self, range: Range<usize>) -> PixelLabelsView<'_, CLASSES> {
        self.view().within(range)
    }

    fn gather(&self, indices: &[usize], into: &mut Self) -> Result<(), ShapeError> {
        into.indices.clear();
        (into.samples, into.sizes) = (0, self.sizes);
        if let Some(&past) = indices.iter().find(|&&index| index >= self.samples) {
            return Err(ShapeError::Samples { expected: self.samples, found: past.saturating_add(1) });
        }
        let pixels = self.pixels();
        for &index in indices {
            into.indices.extend_from_slice(&self.indices[index * pixels..(index + 1) * pixels]);
        }
        into.samples = indices.len();
        Ok(())
    }

    fn select(&self, indices: &[usize]) -> Result<Self, ShapeError> {
        let mut selected = PixelLabels { indices: Vec::new(), samples: 0, sizes: self.sizes };
        self.gather(indices, &mut selected)?;
        Ok(selected)
    }

    fn cast<F: Element>(&self) -> Self {
        self.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two() -> PixelLabels<9> {
        PixelLabels::ignoring(-1, [0, 1, -1, 3, 4, 5, 6, 7, 8, -1, 0, 1], [2, 3]).unwrap()
    }

    #[test]
    fn samples_are_borrowed_and_gathered() {
        let labels = two();
        assert_eq!((labels.samples(), labels.sizes()), (2, [2, 3]));
        assert_eq!((labels.get(0, 0, 2), labels.get(1, 0, 2), labels.get(1, 1, 2)), (None, Some(8), Some(1)));
        assert_eq!((labels.get(2, 0, 0), labels.get(0, 0, 3)), (None, None));
        assert_eq!(labels.counts(), [2, 2, 0, 1, 1, 1, 1, 1, 1]);
        let second = labels.rows(1..7);
        assert_eq!(second.iter().flatten().collect::<Vec<_>>(), [6, 7, 8, 0, 1]);
        let runs: Vec<usize> = second.runs().map(|run| run.as_slice().len()).collect();
        assert_eq!(runs, [3, 2]);
        let mut into = labels.clone();
        labels.gather(&[1, 1, 0], &mut into).unwrap();
        assert_eq!((into.samples(), into.get(0, 0, 0), into.get(2, 1, 0)), (3, Some(6), Some(3)));
        assert_eq!(into, labels.select(&[1, 1, 0]).unwrap().cast::<f64>());
        assert!(labels.gather(&[2], &mut into).is_err());
        assert_eq!((into.samples(), into.view().iter().len()), (0, 0));
    }

    #[test]
    fn what_is_no_label_is_an_error() {
        let label = |sample, row, column, found: &str| {
            let found = found.to_owned();
            Err(PixelLabelError::Label { sample, row, column, found, classes: 2 })
        };
        assert_eq!(PixelLabels::<2>::from_flat([0, 1, 0, 0, 0, -1], [1, 3]), label(1, 0, 2, "-1"));
        assert_eq!(PixelLabels::<2>::ignoring(255, [0, 255, 254, 0], [2, 2]), label(0, 1, 0, "254"));
        let length = |expected, found| Err(ShapeError::Length { expected, found }.into());
        assert_eq!(PixelLabels::<2>::from_flat([0, 1, 0], [2, 1]), length(2, 3));
        assert_eq!(PixelLabels::<2>::from_flat([0], [0, 4]), length(0, 1));
        assert_eq!(PixelLabels::<2>::from_flat([0], [usize::MAX, 2]), length(0, 1));
    }
}
