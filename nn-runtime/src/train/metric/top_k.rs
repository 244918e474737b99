//! The part of the samples that are almost right.

use std::borrow::Cow;

use crate::{
    Const, Element,
    data::{Labels, LabelsView},
    train::metric::{Hits, Metric},
};

/// The part of the samples with fewer than k outputs above that of the label.
///
/// Targets: [`Labels<N>`](Labels) for an output `[N]`.
///
/// ```
/// use nn_runtime::{Batch, Const, data::Labels, train::{Metric, TopK}};
/// let logits = Batch::<(Const<3>,)>::from_vec(vec![0.3, 0.2, 0.1])?;
/// let accuracies = [0, 1, 2].map(|label| TopK(2).measure(&logits, &Labels::<3>::new([label]).unwrap()).unwrap());
/// assert_eq!(accuracies, [1.0, 1.0, 0.0]);
/// # Ok::<(), nn_runtime::ShapeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TopK(
    /// k
    pub usize,
);

impl<const C: usize, E: Element> Metric<(Const<C>,), Labels<C>, E> for TopK {
    type Tally = Hits;

    fn name(&self) -> Cow<'static, str> {
        Cow::Owned(format!("top-{}", self.0))
    }

    fn add(&self, tally: &mut Hits, output: &[E], target: LabelsView<'_, C>) {
        for (row, label) in output.chunks_exact(C.max(1)).zip(target.iter()) {
            // NaN counts as above, so it is never a hit.
            let own = row[label];
            let above = row.iter().enumerate().filter(|&(class, &y)| class != label && (y > own || y.is_nan())).count();
            tally.count(!own.is_nan() && above < self.0);
        }
    }

    fn value(&self, tally: &Hits) -> f64 {
        tally.part()
    }
}
