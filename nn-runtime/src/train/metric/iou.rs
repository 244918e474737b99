//! How well the pixels of classes are met.

use std::borrow::Cow;

use crate::train::metric::Confusion;

/// IoU = TP / (TP + FP + FN), the intersection of what is of a class and what is taken for it over their union: its mean over the classes, or
/// that of one; scikit-learn's `jaccard_score`, the measure of segmentation. All samples and pixels are counted before it is divided.
///
/// The mean leaves out a class that nothing is of or taken for. The report has a line for each class.
///
/// Targets, NaN and empty sets: as for [`F1`](crate::train::F1). For images `[N, H, W]` the targets are
/// [`PixelLabels<N>`](crate::data::PixelLabels).
///
/// ```
/// use plumbline::{Batch, Const, data::PixelLabels, train::{Iou, Metric}};
/// let outputs = Batch::<(Const<2>, Const<1>, Const<4>)>::from_vec(vec![1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0])?;
/// let labels = PixelLabels::<2>::from_flat([0, 1, 1, 1], [1, 4])?;
/// assert_eq!(Iou::of(0).measure(&outputs, &labels)?, 0.5);
/// assert_eq!(Iou::mean().measure(&outputs, &labels)?, (0.5 + 2.0 / 3.0) / 2.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Iou {
    /// `None` for the mean.
    class: Option<usize>,
}

impl Iou {
    /// The mean over the classes.
    pub fn mean() -> Self {
        Iou { class: None }
    }

    /// That of one class.
    pub fn of(class: usize) -> Self {
        Iou { class: Some(class) }
    }

    pub(super) fn title(self) -> Cow<'static, str> {
        self.class.map_or(Cow::Borrowed("mean IoU"), |class| Cow::Owned(format!("IoU of class {class}")))
    }

    pub(super) fn of_tally<const C: usize>(self, tally: &Confusion<C>) -> f64 {
        match self.class {
            None => tally.mean(Confusion::iou),
            Some(class) => tally.iou(class).unwrap_or(f64::NAN),
        }
    }

    pub(super) fn report_of<const C: usize>(self, tally: &Confusion<C>) -> String {
        tally.lines("IoU", Confusion::iou)
    }
}
