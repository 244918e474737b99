//! Class indices.

use std::{fmt::Display, ops::Range};

use crate::{
    Batch, Const, Element, ShapeError,
    data::{AsTarget, Target},
};

/// One class of `CLASSES` for each sample, as an index from 0.
///
/// ```
/// use plumbline::data::Labels;
/// let labels = Labels::<10>::new([3, 1, 4])?;
/// assert_eq!(labels.get(2), Some(4));
/// let error = Labels::<10>::new([3, 10]).unwrap_err();
/// assert_eq!(error.to_string(), "expected labels from 0 to 9, found 10 at index 1");
/// # Ok::<(), plumbline::data::LabelError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labels<const CLASSES: usize> {
    indices: Vec<u32>,
}

/// Borrowed [`Labels`] of some consecutive samples.
///
/// ```
/// use plumbline::data::{Labels, Target};
/// let labels = Labels::<10>::new([3, 1, 4])?;
/// assert_eq!(labels.rows(1..3).iter().collect::<Vec<_>>(), [1, 4]);
/// # Ok::<(), plumbline::data::LabelError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LabelsView<'a, const CLASSES: usize> {
    indices: &'a [u32],
}

/// A label that is no class.
///
/// ```
/// use plumbline::data::{LabelError, Labels};
/// let error = LabelError { index: 0, found: "-1".into(), classes: 2 };
/// assert_eq!(Labels::<2>::new([-1]), Err(error));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected labels from 0 to {}, found {found} at index {index}", .classes.saturating_sub(1))]
pub struct LabelError {
    /// The sample.
    pub index: usize,
    /// The label found, as written.
    pub found: String,
    /// The number of classes.
    pub classes: usize,
}

impl<const CLASSES: usize> Labels<CLASSES> {
    /// The labels of consecutive samples, from integers of any type.
    ///
    /// # Errors
    ///
    /// [`LabelError`] for the first that is negative or not below `CLASSES`.
    pub fn new<I>(labels: I) -> Result<Self, LabelError>
    where
        I: IntoIterator<Item: Copy + Display + TryInto<u32>>,
    {
        let error = |index, found| LabelError { index, found, classes: CLASSES };
        let check = |(index, label)| class(label, CLASSES).map_err(|found| error(index, found));
        let indices = labels.into_iter().enumerate().map(check).collect::<Result<_, _>>()?;
        Ok(Labels { indices })
    }

    /// Labels that are known to be classes, each below `CLASSES`.
    pub(crate) fn of_classes(indices: Vec<u32>) -> Self {
        Labels { indices }
    }

    /// The number of samples.
    pub fn len(&self) -> usize {
        self.indices.len()
    }

    /// Whether there are no samples.
    pub fn is_empty(&self) -> bool {
        self.indices.is_empty()
    }

    /// The class of a sample, or `None` past the end.
    pub fn get(&self, sample: usize) -> Option<usize> {
        self.indices.get(sample).map(|&class| class as usize)
    }

    /// The classes in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = usize> {
        self.indices.iter().map(|&class| class as usize)
    }

    /// The labels, borrowed.
    pub fn view(&self) -> LabelsView<'_, CLASSES> {
        LabelsView { indices: &self.indices }
    }

    /// A row for each label, 1 in its place and 0 elsewhere: targets for losses that compare numbers.
    ///
    /// ```
    /// use plumbline::{Batch, Const, data::Labels};
    /// let rows: Batch<(Const<3>,)> = Labels::<3>::new([2, 0])?.one_hot();
    /// assert_eq!(rows.as_slice(), [0.0, 0.0, 1.0, 1.0, 0.0, 0.0]);
    /// # Ok::<(), plumbline::data::LabelError>(())
    /// ```
    pub fn one_hot<E: Element>(&self) -> Batch<(Const<CLASSES>,), E> {
        let mut rows = Batch::zeros(self.len());
        for (row, class) in rows.as_mut_slice().chunks_exact_mut(CLASSES.max(1)).zip(self.iter()) {
            row[class] = E::one();
        }
        rows
    }

    /// How many samples each class has.
    pub fn counts(&self) -> [usize; CLASSES] {
        let mut counts = [0; CLASSES];
        for class in self.iter() {
            counts[class] += 1;
        }
        counts
    }
}

impl<'a, const CLASSES: usize> LabelsView<'a, CLASSES> {
    /// Classes that are known to be below `CLASSES`.
    pub(crate) fn new(indices: &'a [u32]) -> Self {
        LabelsView { indices }
    }

    /// The classes, each below `CLASSES`.
    pub fn as_slice(&self) -> &'a [u32] {
        self.indices
    }

    fn within(&self, range: Range<usize>) -> Self {
        let end = range.end.min(self.indices.len());
        LabelsView { indices: &self.indices[range.start.min(end)..end] }
    }

    /// The classes in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = usize> + use<'a, CLASSES> {
        self.indices.iter().map(|&class| class as usize)
    }
}

/// A label as a class of `classes`, or as it was written where it is none.
pub(super) fn class<L: Copy + Display + TryInto<u32>>(label: L, classes: usize) -> Result<u32, String> {
    match label.try_into() {
        Ok(class) if (class as usize) < classes => Ok(class),
        _ => Err(label.to_string()),
    }
}

impl<const CLASSES: usize> AsTarget for LabelsView<'_, CLASSES> {
    type Owned = Labels<CLASSES>;

    fn target_samples(&self) -> usize {
        self.indices.len()
    }

    fn target_rows(&self, range: Range<usize>) -> LabelsView<'_, CLASSES> {
        self.within(range)
    }
}

impl<const CLASSES: usize> Target for Labels<CLASSES> {
    type View<'a> = LabelsView<'a, CLASSES>;
    type As<F: Element> = Self;

    fn samples(&self) -> usize {
        self.indices.len()
    }

    fn rows(&self, range: Range<usize>) -> LabelsView<'_, CLASSES> {
        self.view().within(range)
    }

    fn gather(&self, indices: &[usize], into: &mut Self) -> Result<(), ShapeError> {
        into.indices.clear();
        if let Some(&past) = indices.iter().find(|&&index| index >= self.indices.len()) {
            return Err(ShapeError::Samples { expected: self.indices.len(), found: past.saturating_add(1) });
        }
        into.indices.extend(indices.iter().map(|&index| self.indices[index]));
        Ok(())
    }

    fn select(&self, indices: &[usize]) -> Result<Self, ShapeError> {
        let mut selected = Labels { indices: Vec::new() };
        self.gather(indices, &mut selected)?;
        Ok(selected)
    }

    fn cast<F: Element>(&self) -> Self {
        self.clone()
    }
}
