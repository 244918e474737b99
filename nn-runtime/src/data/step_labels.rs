//! A class index for each step.

use std::{fmt::Display, ops::Range};

use crate::{
    Element, ShapeError,
    batch::check_lengths,
    data::{AsTarget, LabelsView, Steps, Target, labels::class},
    shape::FREE,
};

/// One class of `CLASSES` for each step of each sequence, as an index from 0.
///
/// Sequences of different lengths lie padded, with their [lengths](StepLabels::lengths), as in [`Batch`](crate::Batch); losses and metrics leave the padding
/// out. Samples that are selected are cut off after the longest of them.
///
/// ```
/// use plumbline::data::StepLabels;
/// let labels = StepLabels::<10>::padded([&[3, 1, 4][..], &[1]])?;
/// assert_eq!((labels.steps(), labels.lengths()), (3, &[3, 1][..]));
/// assert_eq!(labels.sample(1), Some(&[1][..]));
/// let error = StepLabels::<10>::padded([[3, 1], [4, 10]]).unwrap_err();
/// assert_eq!(error.to_string(), "expected labels from 0 to 9, found 10 at step 1 of sample 1");
/// # Ok::<(), plumbline::data::StepLabelError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepLabels<const CLASSES: usize> {
    indices: Vec<u32>,
    samples: usize,
    steps: usize,
    /// Empty where all samples are full.
    lengths: Vec<usize>,
}

/// Borrowed [`StepLabels`] of some consecutive samples.
///
/// ```
/// use plumbline::data::{StepLabels, Target};
/// let labels = StepLabels::<10>::padded([&[3, 1, 4][..], &[1]])?;
/// let second = labels.rows(1..2);
/// assert_eq!((second.labels(), second.steps(), second.lengths()), (&[1, 0, 0][..], 3, &[1][..]));
/// # Ok::<(), plumbline::data::StepLabelError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepLabelsView<'a, const CLASSES: usize> {
    indices: &'a [u32],
    samples: usize,
    steps: usize,
    lengths: &'a [usize],
}

/// Labels of steps that are no classes, or do not make up sequences.
///
/// ```
/// use plumbline::{ShapeError, data::{StepLabelError, StepLabels}};
/// let error = StepLabels::<2>::from_flat([0, 1, 1], 2).unwrap_err();
/// assert_eq!(error, StepLabelError::Shape(ShapeError::Length { expected: 2, found: 3 }));
/// ```
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum StepLabelError {
    /// A label that is no class.
    #[error("expected labels from 0 to {}, found {found} at step {step} of sample {sample}", .classes.saturating_sub(1))]
    Label {
        /// The sample.
        sample: usize,
        /// The step.
        step: usize,
        /// The label found, as written.
        found: String,
        /// The number of classes.
        classes: usize,
    },
    /// A sequence without steps, or a number of labels that is no multiple of the steps.
    #[error(transparent)]
    Shape(#[from] ShapeError),
}

impl<const CLASSES: usize> StepLabels<CLASSES> {
    /// The labels of sequences of different lengths, from integers of any type.
    ///
    /// # Errors
    ///
    /// [`StepLabelError`] for the first label that is negative or not below `CLASSES`, for a sequence without steps, and for more labels than
    /// memory can hold, padding among them.
    pub fn padded<I, L>(sequences: I) -> Result<Self, StepLabelError>
    where
        I: IntoIterator<Item: AsRef<[L]>>,
        L: Copy + Display + TryInto<u32>,
    {
        let (mut ragged, mut lengths) = (Vec::new(), Vec::new());
        for (sample, sequence) in sequences.into_iter().enumerate() {
            let sequence = sequence.as_ref();
            if sequence.is_empty() {
                return Err(ShapeError::Steps { most: FREE, sample, found: 0 }.into());
            }
            for (step, &label) in sequence.iter().enumerate() {
                ragged.push(class(label, CLASSES).map_err(|found| Self::no_class(sample, step, found))?);
            }
            lengths.push(sequence.len());
        }
        let (samples, steps) = (lengths.len(), lengths.iter().copied().max().unwrap_or(0));
        let error = || ShapeError::TooManySamples { samples, sizes: vec![steps] };
        let mut indices = Vec::new();
        let count = samples.checked_mul(steps).ok_or_else(error)?;
        indices.try_reserve_exact(count).map_err(|_| error())?;
        let mut rest = &ragged[..];
        for (sample, &length) in lengths.iter().enumerate() {
            let (sequence, others) = rest.split_at(length);
            indices.extend_from_slice(sequence);
            indices.resize((sample + 1) * steps, 0);
            rest = others;
        }
        Ok(StepLabels { indices, samples, steps, lengths })
    }

    /// The labels of sequences of `steps` steps each, one after the other, from integers of any type.
    ///
    /// ```
    /// use plumbline::data::StepLabels;
    /// let labels = StepLabels::<5>::from_flat([0, 1, 2, 3, 4, 0], 3)?;
    /// assert_eq!((labels.samples(), labels.sample(1)), (2, Some(&[3, 4, 0][..])));
    /// # Ok::<(), plumbline::data::StepLabelError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`StepLabelError`] for the first label that is negative or not below `CLASSES`, and for a number of labels that is no multiple of
    /// `steps`.
    pub fn from_flat<I>(labels: I, steps: usize) -> Result<Self, StepLabelError>
    where
        I: IntoIterator<Item: Copy + Display + TryInto<u32>>,
    {
        let place = |index: usize, found| Self::no_class(index / steps.max(1), index % steps.max(1), found);
        let check = |(index, label)| class(label, CLASSES).map_err(|found| place(index, found));
        let indices: Vec<u32> = labels.into_iter().enumerate().map(check).collect::<Result<_, _>>()?;
        match indices.len().checked_rem(steps) {
            Some(0) => Ok(StepLabels { samples: indices.len() / steps, indices, steps, lengths: Vec::new() }),
            _ => Err(ShapeError::Length { expected: steps, found: indices.len() }.into()),
        }
    }

    /// The same labels, of which only the first of each sample count, as [`Batch::with_lengths`](crate::Batch::with_lengths).
    ///
    /// # Errors
    ///
    /// [`ShapeError::Lengths`] for another number of lengths than of samples, [`ShapeError::Steps`] for a length of 0 or past the end.
    pub fn with_lengths(self, lengths: Vec<usize>) -> Result<Self, ShapeError> {
        check_lengths(&lengths, self.samples, self.steps)?;
        Ok(StepLabels { lengths, ..self })
    }

    /// Labels that are known to be classes, each below `CLASSES`, and to make up sequences of these lengths.
    pub(crate) fn of_classes(indices: Vec<u32>, samples: usize, steps: usize, lengths: Vec<usize>) -> Self {
        StepLabels { indices, samples, steps, lengths }
    }

    fn no_class(sample: usize, step: usize, found: String) -> StepLabelError {
        StepLabelError::Label { sample, step, found, classes: CLASSES }
    }

    /// The number of samples.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// The steps of each sample, padding among them.
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// The number of real steps of each sample; empty where all samples are full.
    pub fn lengths(&self) -> &[usize] {
        &self.lengths
    }

    /// The classes of a sample's real steps, or `None` past the end.
    pub fn sample(&self, index: usize) -> Option<&[u32]> {
        (index < self.samples).then(|| &self.indices[index * self.steps..][..self.length_of(index)])
    }

    fn length_of(&self, sample: usize) -> usize {
        self.lengths.get(sample).copied().unwrap_or(self.steps)
    }

    /// The labels, borrowed.
    pub fn view(&self) -> StepLabelsView<'_, CLASSES> {
        let StepLabels { indices, samples, steps, lengths } = self;
        StepLabelsView { indices, samples: *samples, steps: *steps, lengths }
    }
}

impl<'a, const CLASSES: usize> StepLabelsView<'a, CLASSES> {
    /// The classes, sample after sample, those of padding among them; each is below `CLASSES`.
    pub fn labels(&self) -> &'a [u32] {
        self.indices
    }

    /// The number of samples.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// The steps of each sample, padding among them.
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// The number of real steps of each sample; empty where all samples are full.
    pub fn lengths(&self) -> &'a [usize] {
        self.lengths
    }

    /// The labels of the steps `run`, counted over all samples.
    pub(crate) fn run(&self, run: Range<usize>) -> LabelsView<'a, CLASSES> {
        LabelsView::new(&self.indices[run])
    }

    fn within(&self, range: Range<usize>) -> Self {
        let end = range.end.min(self.samples);
        let start = range.start.min(end);
        let lengths = if self.lengths.is_empty() { self.lengths } else { &self.lengths[start..end] };
        let indices = &self.indices[start * self.steps..end * self.steps];
        StepLabelsView { indices, samples: end - start, steps: self.steps, lengths }
    }

    fn length_of(&self, sample: usize) -> usize {
        self.lengths.get(sample).copied().unwrap_or(self.steps)
    }

    fn other_width_than(&self, width: usize) -> Option<usize> {
        super::target::other_width((self.steps, CLASSES), self.lengths, width)
    }
}

impl<const CLASSES: usize> AsTarget for StepLabelsView<'_, CLASSES> {
    type Owned = StepLabels<CLASSES>;

    fn target_samples(&self) -> usize {
        self.samples
    }

    fn target_width_other_than(&self, output: usize, width: usize) -> Option<usize> {
        self.other_width_than(width).filter(|_| output == 0)
    }

    fn target_length(&self, output: usize, sample: usize) -> Option<usize> {
        (output == 0).then(|| self.length_of(sample))
    }

    fn target_rows(&self, range: Range<usize>) -> StepLabelsView<'_, CLASSES> {
        self.within(range)
    }
}

impl<const CLASSES: usize> Target for StepLabels<CLASSES> {
    type View<'a> = StepLabelsView<'a, CLASSES>;
    type As<F: Element> = Self;

    fn samples(&self) -> usize {
        self.samples
    }

    fn width_other_than(&self, output: usize, width: usize) -> Option<usize> {
        self.view().other_width_than(width).filter(|_| output == 0)
    }

    fn length(&self, output: usize, sample: usize) -> Option<usize> {
        (output == 0).then(|| self.length_of(sample))
    }

    fn rows(&self, range: Range<usize>) -> StepLabelsView<'_, CLASSES> {
        self.view().within(range)
    }

    fn gather(&self, indices: &[usize], into: &mut Self) -> Result<(), ShapeError> {
        into.indices.clear();
        into.lengths.clear();
        (into.samples, into.steps) = (0, self.steps);
        if let Some(&past) = indices.iter().find(|&&index| index >= self.samples) {
            return Err(ShapeError::Samples { expected: self.samples, found: past.saturating_add(1) });
        }
        into.lengths.extend(indices.iter().filter_map(|&index| self.lengths.get(index)));
        into.steps = into.lengths.iter().copied().max().unwrap_or(self.steps);
        for &index in indices {
            into.indices.extend_from_slice(&self.indices[index * self.steps..][..into.steps]);
        }
        into.samples = indices.len();
        Ok(())
    }

    fn select(&self, indices: &[usize]) -> Result<Self, ShapeError> {
        let mut selected = StepLabels { indices: Vec::new(), samples: 0, steps: self.steps, lengths: Vec::new() };
        self.gather(indices, &mut selected)?;
        Ok(selected)
    }

    fn cast<F: Element>(&self) -> Self {
        self.clone()
    }
}

impl<const CLASSES: usize> Steps for StepLabels<CLASSES> {
    fn real_steps(view: StepLabelsView<'_, CLASSES>) -> usize {
        if view.lengths.is_empty() { view.samples * view.steps } else { view.lengths.iter().sum() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ragged() -> StepLabels<9> {
        StepLabels::padded([&[1, 2, 3][..], &[4], &[5, 6]]).unwrap()
    }

    #[test]
    fn samples_are_padded_borrowed_and_trimmed() {
        let labels = ragged();
        assert_eq!((labels.samples(), labels.steps(), labels.lengths()), (3, 3, &[3, 1, 2][..]));
        assert_eq!(labels.view().labels(), [1, 2, 3, 4, 0, 0, 5, 6, 0]);
        assert_eq!(([labels.sample(2), labels.sample(3)]), [Some(&[5, 6][..]), None]);
        let rows = labels.rows(1..9);
        assert_eq!((rows.labels(), rows.samples(), rows.lengths()), (&[4, 0, 0, 5, 6, 0][..], 2, &[1, 2][..]));
        assert_eq!(rows.target_rows(1..2).labels(), [5, 6, 0]);
        let mut into = labels.clone();
        let room = into.indices.as_ptr();
        labels.gather(&[2, 1], &mut into).unwrap();
        assert_eq!((into.view().labels(), into.steps(), into.lengths()), (&[5, 6, 4, 0][..], 2, &[2, 1][..]));
        assert_eq!(into.indices.as_ptr(), room);
        assert_eq!(into, labels.select(&[2, 1]).unwrap().cast::<f64>());
        assert!(labels.gather(&[3], &mut into).is_err());
        assert_eq!((into.samples(), into.lengths()), (0, &[][..]));
    }

    #[test]
    fn full_samples_have_no_lengths_unless_they_are_given_some() {
        let labels = StepLabels::<9>::from_flat(0..6_u8, 2).unwrap();
        assert_eq!((labels.samples(), labels.steps(), labels.lengths()), (3, 2, &[][..]));
        let selected = labels.select(&[2]).unwrap();
        assert_eq!((selected.view().labels(), selected.lengths()), (&[4, 5][..], &[][..]));
        assert_eq!(StepLabels::<9>::real_steps(labels.rows(0..2)), 4);
        let some = labels.clone().with_lengths(vec![1, 2, 1]).unwrap();
        assert_eq!((some.sample(0), StepLabels::<9>::real_steps(some.view())), (Some(&[0][..]), 4));
        assert_eq!(labels.clone().with_lengths(vec![1]), Err(ShapeError::Lengths { expected: 3, found: 1 }));
        let error = labels.with_lengths(vec![1, 3, 1]).unwrap_err();
        assert_eq!(error, ShapeError::Steps { most: 2, sample: 1, found: 3 });
    }

    #[test]
    fn what_is_no_label_is_an_error() {
        let label = |sample, step, found: &str| {
            let found = found.to_owned();
            Err(StepLabelError::Label { sample, step, found, classes: 2 })
        };
        assert_eq!(StepLabels::<2>::padded([vec![0], vec![1, 1, -1]]), label(1, 2, "-1"));
        assert_eq!(StepLabels::<2>::from_flat([0, 1, 0, 2], 2), label(1, 1, "2"));
        let steps = StepLabels::<2>::padded([&[0][..], &[]]).unwrap_err();
        assert_eq!(steps.to_string(), "expected sequences of at least 1 step, found 0 in sample 1");
        let length = |expected, found| Err(ShapeError::Length { expected, found }.into());
        assert_eq!(StepLabels::<2>::from_flat([0, 1, 0], 2), length(2, 3));
        assert_eq!(StepLabels::<2>::from_flat([0], 0), length(0, 1));
    }
}
