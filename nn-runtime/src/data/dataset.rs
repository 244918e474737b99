//! Inputs with their targets.

use rand::{SeedableRng, rngs::StdRng, seq::SliceRandom};

use crate::{Batch, BatchView, Element, Shape, ShapeError, data::Target};

/// Samples of shape `S` and the right answer for each.
///
/// ```
/// use nn_runtime::{Batch, Const, data::{Dataset, Labels}};
/// let inputs = Batch::<(Const<2>,)>::from_vec(vec![0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0])?;
/// let xor = Dataset::new(inputs, Labels::<2>::new([0, 1, 1, 0])?)?;
/// let (train, test) = xor.shuffled(7).split(0.75);
/// assert_eq!((train.len(), test.len()), (3, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// For a network with several outputs the targets are a tuple, `Dataset::new(inputs, (labels, values))`.
pub struct Dataset<S, T, E = f32> {
    inputs: Batch<S, E>,
    targets: T,
}

/// Inputs and targets that do not belong together.
///
/// ```
/// use nn_runtime::{Batch, Const, data::{Dataset, DatasetError, Labels}};
/// let error = Dataset::new(Batch::<(Const<2>,)>::zeros(3), Labels::<2>::new([0, 1])?).unwrap_err();
/// assert_eq!(error, DatasetError { inputs: 3, targets: 2 });
/// assert_eq!(error.to_string(), "expected a target for each of the 3 inputs, found 2 targets");
/// # Ok::<(), nn_runtime::data::LabelError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a target for each of the {inputs} inputs, found {targets} targets")]
pub struct DatasetError {
    /// The number of inputs.
    pub inputs: usize,
    /// The number of targets; of several, that of the first of which there is another number.
    pub targets: usize,
}

impl<S: Shape, T: Target, E: Element> Dataset<S, T, E> {
    /// Inputs and a target for each.
    ///
    /// # Errors
    ///
    /// [`DatasetError`] for unequal numbers of samples.
    pub fn new(inputs: Batch<S, E>, targets: T) -> Result<Self, DatasetError> {
        match targets.other_than(inputs.samples()) {
            None => Ok(Dataset { inputs, targets }),
            Some(targets) => Err(DatasetError { inputs: inputs.samples(), targets }),
        }
    }

    /// The number of samples.
    pub fn len(&self) -> usize {
        self.inputs.samples()
    }

    /// Whether there are no samples.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The inputs.
    pub fn inputs(&self) -> &Batch<S, E> {
        &self.inputs
    }

    /// The targets.
    pub fn targets(&self) -> &T {
        &self.targets
    }

    /// The inputs and targets, taken out.
    pub fn into_parts(self) -> (Batch<S, E>, T) {
        (self.inputs, self.targets)
    }

    /// The samples `range`, borrowed; what lies past the end is left out.
    pub fn rows(&self, range: std::ops::Range<usize>) -> (BatchView<'_, S, E>, T::View<'_>) {
        (self.inputs.rows(range.clone()), self.targets.rows(range))
    }

    /// The first `fraction` of the samples, rounded to a whole number, and the others. A fraction outside 0…1 is taken as the nearer bound.
    pub fn split(&self, fraction: f64) -> (Self, Self) {
        // A cast from NaN gives 0.
        let count = (self.len() as f64 * fraction.clamp(0.0, 1.0)).round() as usize;
        (self.range(0..count), self.range(count..self.len()))
    }

    /// The first `count` samples, or all where there are fewer.
    pub fn take(&self, count: usize) -> Self {
        self.range(0..count.min(self.len()))
    }

    /// The samples in random order. Equal seeds give equal orders.
    pub fn shuffled(&self, seed: u64) -> Self {
        let mut order: Vec<usize> = (0..self.len()).collect();
        order.shuffle(&mut StdRng::seed_from_u64(seed));
        self.select(&order).expect("a permutation of the samples")
    }

    /// The samples at `indices`, in that order.
    ///
    /// # Errors
    ///
    /// [`ShapeError::Samples`] for an index past the end.
    pub fn select(&self, indices: &[usize]) -> Result<Self, ShapeError> {
        Ok(Dataset { inputs: self.inputs.select(indices)?, targets: self.targets.select(indices)? })
    }

    /// The same samples for a network whose numbers are `F`s.
    pub fn cast<F: Element>(&self) -> Dataset<S, T::As<F>, F> {
        Dataset { inputs: self.inputs.cast(), targets: self.targets.cast() }
    }

    fn range(&self, range: std::ops::Range<usize>) -> Self {
        let indices: Vec<usize> = range.collect();
        self.select(&indices).expect("a range within the samples")
    }
}

// Derived, these would ask the same of `S`, of which no value exists.
impl<S: Shape, T: Target, E: Element> Clone for Dataset<S, T, E> {
    fn clone(&self) -> Self {
        Dataset { inputs: self.inputs.clone(), targets: self.targets.clone() }
    }
}

impl<S: Shape, T: Target, E: Element> std::fmt::Debug for Dataset<S, T, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dataset").field("inputs", &self.inputs).field("targets", &self.targets).finish()
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        Batch, Const, ShapeError,
        data::{Dataset, Labels},
    };

    fn numbered(count: usize) -> Dataset<(Const<1>,), Labels<100>> {
        let inputs = Batch::from_vec((0..count).map(|i| i as f32).collect()).unwrap();
        Dataset::new(inputs, Labels::new(0..count).unwrap()).unwrap()
    }

    #[test]
    fn shuffling_keeps_every_pair_and_follows_the_seed() {
        let shuffled = numbered(50).shuffled(3);
        let mut seen: Vec<usize> = shuffled.targets().iter().collect();
        assert!(shuffled.inputs().as_slice().iter().zip(&seen).all(|(&x, &label)| x as usize == label));
        assert_ne!(seen, (0..50).collect::<Vec<_>>());
        assert_eq!(*shuffled.targets(), *numbered(50).shuffled(3).targets());
        assert_ne!(*shuffled.targets(), *numbered(50).shuffled(4).targets());
        seen.sort_unstable();
        assert_eq!(seen, (0..50).collect::<Vec<_>>());
    }

    #[test]
    fn a_split_rounds_and_takes_any_fraction() {
        let sizes = |fraction| {
            let (first, rest) = numbered(9).split(fraction);
            (first.len(), rest.len())
        };
        assert_eq!([0.5, 0.0, 1.0].map(sizes), [(5, 4), (0, 9), (9, 0)]);
        assert_eq!([-1.0, 7.0, f64::NAN].map(sizes), [(0, 9), (9, 0), (0, 9)]);
        assert_eq!((numbered(9).take(4).len(), numbered(9).take(40).len()), (4, 9));
    }

    #[test]
    fn casting_keeps_values_and_labels() {
        let cast = numbered(4).cast::<f64>();
        assert_eq!((cast.inputs().as_slice(), cast.targets().get(3)), (&[0.0, 1.0, 2.0, 3.0][..], Some(3)));
    }

    #[test]
    fn an_index_past_the_end_is_an_error() {
        let error = numbered(4).select(&[0, 4]).unwrap_err();
        assert_eq!(error, ShapeError::Samples { expected: 4, found: 5 });
    }
}
