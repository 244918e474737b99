//! Inputs with their targets.

use std::marker::PhantomData;

use rand::{SeedableRng, rngs::StdRng, seq::SliceRandom};

use crate::{
    Batch, BatchView, Element, Network, Shape, ShapeError,
    data::{Batches, Columns, Inputs, Target, answers::Answers},
    train::OutputAt,
};

/// Samples of shape `S` and the right answer for each.
///
/// ```
/// use plumbline::{Batch, Const, data::{Dataset, Labels}};
/// let inputs = Batch::<(Const<2>,)>::from_vec(vec![0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0])?;
/// let xor = Dataset::new(inputs, Labels::<2>::new([0, 1, 1, 0])?)?;
/// let (train, test) = xor.shuffled(7).split(0.75)?;
/// assert_eq!((train.len(), test.len()), (3, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// For a network with several inputs they are a tuple of batches, and for one with several outputs the targets are a tuple:
/// `Dataset::new((image, question), (labels, values))`.
pub struct Dataset<S, T, E = f32> {
    inputs: Columns<E>,
    targets: Answers<T, E>,
    shape: PhantomData<fn() -> S>,
}

/// The dataset that a network `N` is trained on, with targets `T`: for signatures.
///
/// ```
/// use plumbline::{Network, data::{DataOf, Labels}};
/// fn samples<N: Network>(data: &DataOf<N, Labels<10>>) -> usize { data.len() }
/// ```
pub type DataOf<N, T> = Dataset<<N as Network>::Input, T, <N as Network>::Element>;

/// Inputs and targets that do not belong together, or a part of them that is none.
///
/// ```
/// use plumbline::{Batch, Const, data::{Dataset, DatasetError, Labels}};
/// let error = Dataset::new(Batch::<(Const<2>,)>::zeros(3), Labels::<2>::new([0, 1])?).unwrap_err();
/// assert_eq!(error, DatasetError::Targets { inputs: 3, targets: 2 });
/// assert_eq!(error.to_string(), "expected a target for each of the 3 inputs, found 2 targets");
/// # Ok::<(), plumbline::data::LabelError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum DatasetError {
    /// Another number of targets than of inputs.
    #[error("expected a target for each of the {inputs} inputs, found {targets} targets")]
    Targets {
        /// The number of inputs.
        inputs: usize,
        /// The number of targets; of several, that of the first of which there is another number.
        targets: usize,
    },
    /// An input with another number of samples than the first, or than there were.
    #[error("expected {expected} samples in each input, found {found} in input {input}")]
    Inputs {
        /// The samples of the first input, or of those before.
        expected: usize,
        /// The samples found.
        found: usize,
        /// The input that has them, counted from 0.
        input: usize,
    },
    /// An argument that has no meaning.
    #[error("expected `{option}` to be {expected}, found {found}")]
    Option {
        /// The method.
        option: &'static str,
        /// What its argument may be.
        expected: &'static str,
        /// What it is.
        found: f64,
    },
}

impl<S: 'static, T: Target, E: Element> Dataset<S, T, E> {
    /// Inputs and a target for each.
    ///
    /// # Errors
    ///
    /// [`DatasetError`] for unequal numbers of samples.
    pub fn new(inputs: impl Inputs<Shape = S, Element = E>, targets: T) -> Result<Self, DatasetError> {
        let inputs = inputs.into_columns();
        let expected = inputs.samples();
        if let Some((input, found)) = inputs.other_than(expected) {
            return Err(DatasetError::Inputs { expected, found, input });
        }
        match targets.other_than(expected) {
            None => Ok(Dataset { inputs, targets: Answers::Own(targets), shape: PhantomData }),
            Some(targets) => Err(DatasetError::Targets { inputs: expected, targets }),
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

    /// The input `I` of several, counted from 0: `data.input_at::<1>()`.
    pub fn input_at<const I: usize>(&self) -> &Batch<<S as OutputAt<I>>::Part, E>
    where
        S: OutputAt<I, Part: Shape>,
    {
        self.inputs.at(I)
    }

    /// The numbers of the input `I` of several, counted from 0, to change, sample after sample.
    pub fn input_at_mut<const I: usize>(&mut self) -> &mut [E]
    where
        S: OutputAt<I, Part: Shape>,
    {
        self.keep_targets();
        self.inputs.at_mut::<<S as OutputAt<I>>::Part>(I).as_mut_slice()
    }

    /// The targets.
    pub fn targets(&self) -> &T {
        self.targets.of(&self.inputs)
    }

    /// Takes other inputs for the same samples: of other sizes, say, where the network takes any.
    ///
    /// # Errors
    ///
    /// [`DatasetError::Inputs`] for another number of samples; the dataset is then as before.
    pub fn set_inputs(&mut self, inputs: impl Inputs<Shape = S, Element = E>) -> Result<(), DatasetError> {
        let (inputs, expected) = (inputs.into_columns(), self.len());
        if let Some((input, found)) = inputs.other_than(expected) {
            return Err(DatasetError::Inputs { expected, found, input });
        }
        self.keep_targets();
        self.inputs = inputs;
        Ok(())
    }

    /// Takes other targets for the same samples.
    ///
    /// # Errors
    ///
    /// [`DatasetError::Targets`] for another number; the dataset is then as before.
    pub fn set_targets(&mut self, targets: T) -> Result<(), DatasetError> {
        match targets.other_than(self.len()) {
            None => {
                self.targets = Answers::Own(targets);
                Ok(())
            }
            Some(targets) => Err(DatasetError::Targets { inputs: self.len(), targets }),
        }
    }

    /// The first `fraction` of the samples, rounded to a whole number, and the others.
    ///
    /// # Errors
    ///
    /// [`DatasetError::Option`] for a fraction that is not from 0 to 1.
    pub fn split(&self, fraction: f64) -> Result<(Self, Self), DatasetError> {
        if !(0.0..=1.0).contains(&fraction) {
            let (option, expected) = ("split", "a fraction from 0 to 1");
            return Err(DatasetError::Option { option, expected, found: fraction });
        }
        let count = (self.len() as f64 * fraction).round() as usize;
        Ok((self.range(0..count), self.range(count..self.len())))
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

    /// The dataset in batches of `samples` samples, the last one short where they do not come out even: for a loop of your own. In the order of the dataset,
    /// unless [`shuffled`](Batches::shuffled).
    ///
    /// ```
    /// use plumbline::{Shape, Trainable, data::{DataOf, Labels}, network::output::Numbers, train::*};
    /// fn learn<N>(net: &mut N, train: &DataOf<N, Labels<10>>) -> Result<(), Box<dyn std::error::Error>>
    /// where
    ///     N: Trainable<Element = f32, Input: Shape, Output = (plumbline::Const<10>,), OutputKind = Numbers>,
    /// {
    ///     let (loss, mut optimizer) = (CrossEntropy::new(), Adam::new(1e-3));
    ///     let (mut pass, mut gradients) = (net.pass(64), net.gradients());
    ///     for epoch in 0..20 {
    ///         for batch in train.batches(64)?.shuffled(epoch) {
    ///             loss.step(net, batch.inputs(), batch.targets(), &mut pass, &mut gradients)?;
    ///             optimizer.step(net, &gradients)?;
    ///         }
    ///     }
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// [`DatasetError::Option`] for batches of 0 samples.
    pub fn batches(&self, samples: usize) -> Result<Batches<'_, S, T, E>, DatasetError> {
        if samples == 0 {
            return Err(DatasetError::Option { option: "batches", expected: "at least 1 sample", found: 0.0 });
        }
        Ok(Batches::new(self, samples))
    }

    /// The samples at `indices`, in that order.
    ///
    /// # Errors
    ///
    /// [`ShapeError::Samples`] for an index past the end.
    pub fn select(&self, indices: &[usize]) -> Result<Self, ShapeError> {
        let inputs = self.inputs.select(indices)?;
        let targets = match &self.targets {
            Answers::Own(targets) => Answers::Own(targets.select(indices)?),
            Answers::Inputs(of) => Answers::Inputs(*of),
        };
        Ok(Dataset { inputs, targets, shape: PhantomData })
    }

    /// The samples at `indices`, in that order, written over `into`. Allocates nothing where `into` has held as many.
    ///
    /// # Errors
    ///
    /// [`ShapeError::Samples`] for an index past the end; `into` is then empty.
    pub fn select_into(&self, indices: &[usize], into: &mut Self) -> Result<(), ShapeError> {
        // Both, so that an error leaves both empty.
        let inputs = self.inputs.select_into(indices, &mut into.inputs);
        let targets = match (&self.targets, &mut into.targets) {
            (Answers::Inputs(_), Answers::Inputs(_)) => Ok(()),
            (_, Answers::Own(targets)) => self.targets().gather(indices, targets),
            (Answers::Own(targets), into) => targets.select(indices).map(|targets| *into = Answers::Own(targets)),
        };
        inputs.and(targets)
    }

    /// The same samples for a network whose numbers are `F`s.
    pub fn cast<F: Element>(&self) -> Dataset<S, T::As<F>, F> {
        Dataset { inputs: self.inputs.cast(), targets: Answers::Own(self.targets().cast()), shape: PhantomData }
    }

    /// Gives the targets memory of their own, where they are the inputs, so that these can change.
    fn keep_targets(&mut self) {
        if let Answers::Inputs(of) = self.targets {
            self.targets = Answers::Own(of(&self.inputs).clone());
        }
    }

    /// The batch of each input.
    pub(crate) fn columns(&self) -> &Columns<E> {
        &self.inputs
    }

    fn range(&self, range: std::ops::Range<usize>) -> Self {
        let indices: Vec<usize> = range.collect();
        self.select(&indices).expect("a range within the samples")
    }
}

impl<S: Shape, T: Target, E: Element> Dataset<S, T, E> {
    /// The inputs, where the network has one; of several, [`input_at`](Dataset::input_at) gives each.
    pub fn inputs(&self) -> &Batch<S, E> {
        self.inputs.at(0)
    }

    /// The numbers of the inputs to change, sample after sample. Targets that are the inputs stay as they are.
    pub fn inputs_mut(&mut self) -> &mut [E] {
        self.keep_targets();
        self.inputs.at_mut::<S>(0).as_mut_slice()
    }

    /// The inputs and targets, taken out.
    pub fn into_parts(self) -> (Batch<S, E>, T) {
        let targets = match self.targets {
            Answers::Own(targets) => targets,
            Answers::Inputs(of) => of(&self.inputs).clone(),
        };
        (self.inputs.into_one(), targets)
    }

    /// The samples `range`, borrowed; what lies past the end is left out.
    pub fn rows(&self, range: std::ops::Range<usize>) -> (BatchView<'_, S, E>, T::View<'_>) {
        (self.inputs().rows(range.clone()), self.targets().rows(range))
    }

    /// The inputs as their own targets, in place of those that there were: what an autoencoder learns from. Copies nothing.
    ///
    /// ```
    /// use plumbline::data;
    /// let images = data::digits(20, 42).reconstructing();
    /// assert_eq!(images.targets(), images.inputs());
    /// ```
    #[must_use]
    pub fn reconstructing(self) -> Dataset<S, Batch<S, E>, E> {
        Dataset { inputs: self.inputs, targets: Answers::Inputs(|inputs| inputs.at(0)), shape: PhantomData }
    }
}

/// Inputs that are their own targets, as [`Dataset::reconstructing`] makes them. Copies nothing; where inputs are changed, the targets stay.
///
/// ```
/// use plumbline::{Batch, Const, data::Dataset};
/// let mut images = Dataset::from(Batch::<(Const<4>,)>::zeros(3));
/// images.inputs_mut().fill(1.0); // noise, say
/// assert_eq!((images.inputs().as_slice()[0], images.targets().as_slice()[0]), (1.0, 0.0));
/// ```
impl<S: Shape, E: Element> From<Batch<S, E>> for Dataset<S, Batch<S, E>, E> {
    fn from(inputs: Batch<S, E>) -> Self {
        Dataset { inputs: inputs.into_columns(), targets: Answers::Inputs(|inputs| inputs.at(0)), shape: PhantomData }
    }
}

// Derived, these would ask the same of `S`, of which no value exists.
impl<S, T: Target, E: Element> Clone for Dataset<S, T, E> {
    fn clone(&self) -> Self {
        Dataset { inputs: self.inputs.clone(), targets: self.targets.clone(), shape: PhantomData }
    }
}

impl<S, T: Target, E: Element> std::fmt::Debug for Dataset<S, T, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dataset").field("inputs", &self.inputs).field("targets", self.targets.of(&self.inputs)).finish()
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        Batch, Const, ShapeError,
        data::{Batches, Dataset, DatasetError, Labels},
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
    fn a_split_rounds_and_takes_fractions_alone() {
        let sizes = |fraction| {
            let (first, rest) = numbered(9).split(fraction).unwrap();
            (first.len(), rest.len())
        };
        assert_eq!([0.5, 0.0, 1.0].map(sizes), [(5, 4), (0, 9), (9, 0)]);
        for bad in [90.0, -0.1, 1.0 + f64::EPSILON, f64::NAN, f64::INFINITY] {
            let error = numbered(9).split(bad).unwrap_err();
            assert_eq!(error.to_string(), format!("expected `split` to be a fraction from 0 to 1, found {bad}"));
        }
        assert_eq!((numbered(9).take(4).len(), numbered(9).take(40).len()), (4, 9));
    }

    #[test]
    fn batches_hold_every_sample_once_and_follow_the_seed() {
        let data = numbered(10);
        let labels = |batches: Batches<'_, (Const<1>,), Labels<100>>| -> Vec<Vec<usize>> {
            batches.map(|batch| batch.targets().iter().collect()).collect()
        };
        assert_eq!(labels(data.batches(4).unwrap()), [vec![0, 1, 2, 3], vec![4, 5, 6, 7], vec![8, 9]]);
        let shuffled: Vec<usize> = labels(data.batches(4).unwrap().shuffled(3)).concat();
        assert_eq!(shuffled, data.shuffled(3).targets().iter().collect::<Vec<_>>());
        assert_ne!(shuffled, labels(data.batches(4).unwrap().shuffled(4)).concat());
        assert_eq!(data.batches(4).unwrap().len(), 3);
        assert_eq!(labels(data.batches(usize::MAX).unwrap()).concat().len(), 10);
        assert!(numbered(0).batches(4).unwrap().next().is_none());
        let error = data.batches(0).unwrap_err();
        assert_eq!(error.to_string(), "expected `batches` to be at least 1 sample, found 0");
        // The same, written over one batch.
        let (mut batch, mut batches, mut seen) = (data.take(0), data.batches(4).unwrap().shuffled(3), Vec::new());
        while batches.next_into(&mut batch) {
            assert!(
                batch.inputs().as_slice().iter().zip(batch.targets().iter()).all(|(&x, label)| x as usize == label)
            );
            seen.extend(batch.targets().iter());
        }
        assert_eq!(seen, shuffled);
    }

    #[test]
    fn several_inputs_stay_together() {
        let first = Batch::<(Const<1>,)>::from_vec((0..9).map(|i| i as f32).collect()).unwrap();
        let second = Batch::<(Const<2>, Const<1>)>::from_vec((0..18).map(|i| (i / 2) as f32).collect()).unwrap();
        let labels = || Labels::<9>::new(0..9).unwrap();
        let data = Dataset::new((first.clone(), second.clone()), labels()).unwrap().shuffled(5);
        let (train, test) = data.cast::<f64>().split(0.7).unwrap();
        assert_eq!((train.len(), test.len()), (6, 3));
        for part in [&train, &test] {
            for (i, label) in part.targets().iter().enumerate() {
                let label = label as f64;
                assert_eq!(part.input_at::<0>().sample(i), Some(&[label][..]));
                assert_eq!(part.input_at::<1>().sample(i), Some(&[label, label][..]));
            }
        }
        let error = Dataset::new((first, second.rows(0..4).to_batch()), labels()).unwrap_err();
        assert_eq!(error, DatasetError::Inputs { expected: 9, found: 4, input: 1 });
        assert_eq!(error.to_string(), "expected 9 samples in each input, found 4 in input 1");
    }

    #[test]
    fn what_is_set_has_as_many_samples() {
        let mut data = numbered(4);
        data.inputs_mut()[2] = 7.5;
        assert_eq!(data.inputs().as_slice(), [0.0, 1.0, 7.5, 3.0]);
        data.set_targets(Labels::new([4, 3, 2, 1]).unwrap()).unwrap();
        data.set_inputs(Batch::zeros(4)).unwrap();
        let before = data.clone();
        assert_eq!(data.set_targets(Labels::new([1]).unwrap()), Err(DatasetError::Targets { inputs: 4, targets: 1 }));
        assert_eq!(data.set_inputs(Batch::zeros(3)), Err(DatasetError::Inputs { expected: 4, found: 3, input: 0 }));
        assert_eq!((data.inputs(), data.targets()), (before.inputs(), before.targets()));
    }

    #[test]
    fn inputs_are_their_own_targets_until_they_change() {
        let images = || numbered(6).reconstructing();
        let data = images();
        assert!(std::ptr::eq(data.targets(), data.inputs()));
        assert_eq!((data.shuffled(3).targets(), data.len()), (data.shuffled(3).inputs(), 6));
        let (first, _) = data.split(0.5).unwrap();
        assert_eq!(
            (first.inputs().as_slice(), first.targets().as_slice()),
            (&[0.0, 1.0, 2.0][..], &[0.0, 1.0, 2.0][..])
        );
        let (inputs, targets) = data.select(&[4, 1]).unwrap().into_parts();
        assert_eq!((inputs.as_slice(), targets.as_slice()), (&[4.0, 1.0][..], &[4.0, 1.0][..]));
        assert_eq!(data.cast::<f64>().targets().as_slice()[5], 5.0);

        let mut noisy = images();
        noisy.inputs_mut().fill(9.0);
        assert_eq!((noisy.inputs().as_slice()[1], noisy.targets().as_slice()[1]), (9.0, 1.0));
        // A batch that has changed takes other samples with targets of its own.
        data.select_into(&[3, 2], &mut noisy).unwrap();
        assert_eq!((noisy.inputs().as_slice(), noisy.targets().as_slice()), (&[3.0, 2.0][..], &[3.0, 2.0][..]));
        noisy.inputs_mut().fill(7.0);
        assert_eq!(noisy.targets().as_slice(), [3.0, 2.0]);
        let mut before = data.take(1);
        noisy.select_into(&[1], &mut before).unwrap();
        assert_eq!((before.inputs().as_slice(), before.targets().as_slice()), (&[7.0][..], &[2.0][..]));
        let mut other = images();
        other.set_inputs(Batch::from_vec(vec![8.0; 6]).unwrap()).unwrap();
        assert_eq!((other.inputs().as_slice()[2], other.targets().as_slice()[2]), (8.0, 2.0));
        assert!(data.select_into(&[7], &mut before).is_err() && before.is_empty());
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
