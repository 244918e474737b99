//! The part of the samples that are almost right.

use std::borrow::Cow;

use crate::{
    Const, Element,
    data::{Labels, LabelsView},
    train::metric::{Hits, Metric, PerSample},
};

/// The part of the samples whose label is among the k largest outputs. Of equal outputs the first comes first, so that `TopK(1)` is
/// [`Accuracy`](crate::train::Accuracy): ten equal outputs are a hit for class 0 alone. A sample with NaN among its outputs is no hit.
///
/// Targets: [`Labels<N>`](Labels) for an output `[N]`.
///
/// ```
/// use plumbline::{Batch, Const, data::Labels, train::{Metric, TopK}};
/// let logits = Batch::<(Const<3>,)>::from_vec(vec![0.3, 0.2, 0.1])?;
/// let accuracies = [0, 1, 2].map(|label| TopK(2).measure(&logits, &Labels::<3>::new([label]).unwrap()).unwrap());
/// assert_eq!(accuracies, [1.0, 1.0, 0.0]);
/// # Ok::<(), plumbline::ShapeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TopK(
    /// k
    pub usize,
);

impl PerSample for TopK {}

impl<const C: usize, E: Element> Metric<(Const<C>,), Labels<C>, E> for TopK {
    type Tally = Hits;

    fn name(&self) -> Cow<'static, str> {
        Cow::Owned(format!("top-{}", self.0))
    }

    fn add(&self, tally: &mut Hits, output: &[E], target: LabelsView<'_, C>) {
        for (row, label) in output.chunks_exact(C.max(1)).zip(target.iter()) {
            let own = row[label];
            let before = |(class, &y): (usize, &E)| y > own || y == own && class < label;
            let place = row.iter().enumerate().filter(|&output| before(output)).count();
            tally.count(place < self.0 && !row.iter().any(|y| y.is_nan()));
        }
    }

    fn value(&self, tally: &Hits) -> f64 {
        tally.part()
    }
}
