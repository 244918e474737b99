//! Sequences of different lengths in one batch.

use super::{
    Batch, BatchView, ShapeError,
    storage::{Borrowed, Owned},
};
use crate::{
    Element, Shape,
    network::Steps,
    shape::{Dimension, FREE, Sequence, time_axis},
};

impl<S: Shape, E: Element> Batch<S, E> {
    /// The same batch, of whose samples only the first steps are real: `lengths` has their number for each, from 1 to the size of the axis of time,
    /// which is the first free one, or the first where none is free. What lies behind is padding and becomes 0: a network gives for each
    /// sequence what it gives for it alone, and losses and metrics leave the padding out.
    ///
    /// ```
    /// use plumbline::{Batch, Const, Free, ShapeError};
    /// type Steps = (Free, Const<2>);
    /// let batch = || Batch::<Steps>::zeros_of(2, &[4, 2]);
    /// assert_eq!(batch()?.with_lengths(vec![4, 1])?.lengths(), [4, 1]);
    /// let error = batch()?.with_lengths(vec![4, 5]).unwrap_err();
    /// assert_eq!(error, ShapeError::Steps { most: 4, sample: 1, found: 5 });
    /// assert_eq!(error.to_string(), "expected sequences of 1 to 4 steps, found 5 in sample 1");
    /// # Ok::<(), ShapeError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ShapeError::Lengths`] for another number of lengths than of samples, [`ShapeError::Steps`] for a length of 0 or past the end.
    pub fn with_lengths(mut self, lengths: Vec<usize>) -> Result<Self, ShapeError> {
        let (width, steps) = (self.width(), Steps::of::<S>(&self.sizes, &lengths));
        check_lengths(&lengths, self.samples, steps.count)?;
        steps.fill_rows(&mut self.data.numbers, width, E::zero());
        self.data.lengths = lengths;
        Ok(self)
    }

    /// A batch of sequences of different lengths: each one's steps, one after the other, and zeros behind them, up to the longest, or, where
    /// time is no free axis, up to its size. It carries the sequences' [lengths](Batch::lengths).
    ///
    /// ```
    /// use plumbline::{Batch, Const, Free};
    /// // One sequence of three steps of two numbers, and one of a single step.
    /// let batch = Batch::<(Free, Const<2>)>::padded([&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0][..], &[7.0, 8.0]])?;
    /// assert_eq!((batch.sizes(), batch.lengths()), (&[3, 2][..], &[3, 1][..]));
    /// assert_eq!(batch.sample(1).unwrap(), [7.0, 8.0, 0.0, 0.0, 0.0, 0.0]);
    /// # Ok::<(), plumbline::ShapeError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ShapeError::Step`] for a sequence that ends inside a step, [`ShapeError::Steps`] for one without steps or with more than the axis
    /// of time has, [`ShapeError::TooLarge`] for samples of more numbers than a shape may have, [`ShapeError::TooManySamples`] for more
    /// than memory can hold, padding among their numbers.
    pub fn padded<I>(sequences: I) -> Result<Self, ShapeError>
    where
        S: Sequence,
        I: IntoIterator<Item: AsRef<[E]>>,
    {
        let (mut ragged, mut lengths) = (Vec::new(), Vec::new());
        let known = <S::Time as Dimension>::SIZE;
        for (sample, sequence) in sequences.into_iter().enumerate() {
            let numbers = sequence.as_ref();
            if numbers.len().checked_rem(S::STEP) != Some(0) {
                return Err(ShapeError::Step { expected: S::STEP, sample, found: numbers.len() });
            }
            let steps = numbers.len() / S::STEP;
            if !(1..=known).contains(&steps) {
                return Err(ShapeError::Steps { most: known, sample, found: steps });
            }
            ragged.extend_from_slice(numbers);
            lengths.push(steps);
        }
        let longest = lengths.iter().copied().max().unwrap_or(0);
        let mut sizes = S::DIMS.to_vec();
        sizes[0] = if known == FREE { longest } else { known };
        let mut batch = Self::zeros_of(lengths.len(), &sizes)?;
        let width = batch.width().max(1);
        let mut rest = &ragged[..];
        for (sample, steps) in batch.data.numbers.chunks_exact_mut(width).zip(&lengths) {
            let (sequence, others) = rest.split_at(steps * S::STEP);
            sample[..sequence.len()].copy_from_slice(sequence);
            rest = others;
        }
        batch.data.lengths = lengths;
        Ok(batch)
    }
}

impl<'a, S: Shape, E: Element> BatchView<'a, S, E> {
    /// The same batch, of whose samples only the first steps are real, as [`Batch::with_lengths`]; the padding stays as it is.
    ///
    /// # Errors
    ///
    /// [`ShapeError::Lengths`] for another number of lengths than of samples, [`ShapeError::Steps`] for a length of 0 or past the end.
    pub fn with_lengths(self, lengths: &'a [usize]) -> Result<Self, ShapeError> {
        check_lengths(lengths, self.samples, self.sizes[time_axis(S::DIMS)])?;
        Ok(Batch { data: Borrowed { lengths, ..self.data }, ..self })
    }
}

impl<E: Element> Owned<E> {
    /// Writes the samples at `indices` of `from` behind this, zeros for padding, each cut off after the longest of them where `trim` says so;
    /// `width` are the numbers of a sample, and `steps` where its steps lie. Gives the steps that are left.
    pub(super) fn gather(
        &mut self,
        from: Borrowed<'_, E>,
        indices: &[usize],
        width: usize,
        steps: Steps<'_>,
        trim: bool,
    ) -> usize {
        self.lengths.extend(indices.iter().filter_map(|&index| from.lengths.get(index)));
        let left = self.lengths.iter().copied().max().filter(|_| trim).unwrap_or(steps.count);
        let taken = left * steps.inner;
        let blocks = width.checked_div(steps.count * steps.inner).unwrap_or(0);
        self.numbers.reserve(indices.len() * blocks * taken);
        for &index in indices {
            let sample = &from.numbers[index * width..][..width];
            if from.lengths.is_empty() {
                self.numbers.extend_from_slice(sample);
                continue;
            }
            for real in steps.real(index, sample) {
                self.numbers.extend_from_slice(real);
                self.numbers.resize(self.numbers.len() + taken - real.len(), E::zero());
            }
        }
        left
    }
}

/// Asks for a length for each of `samples` samples, each from 1 to `most`.
pub(crate) fn check_lengths(lengths: &[usize], samples: usize, most: usize) -> Result<(), ShapeError> {
    if lengths.len() != samples {
        return Err(ShapeError::Lengths { expected: samples, found: lengths.len() });
    }
    match lengths.iter().position(|length| !(1..=most).contains(length)) {
        Some(sample) => Err(ShapeError::Steps { most, sample, found: lengths[sample] }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use crate::{Batch, Const, Free, ShapeError};

    type Steps = (Free, Const<2>);

    /// Samples of 3, 1 and 2 steps; the number of step t of sample s is 10 s + t and its negative.
    fn ragged() -> Batch<Steps, f64> {
        let sequence = |(sample, steps): (usize, usize)| -> Vec<f64> {
            (0..steps).map(|step| (10 * sample + step) as f64).flat_map(|x| [x, -x]).collect()
        };
        Batch::padded([3, 1, 2].into_iter().enumerate().map(sequence)).unwrap()
    }

    #[test]
    fn sequences_are_padded_with_zeros_to_the_longest() {
        let batch = ragged();
        assert_eq!((batch.samples(), batch.sizes(), batch.lengths()), (3, &[3, 2][..], &[3, 1, 2][..]));
        assert_eq!(batch.sample(1).unwrap(), [10.0, -10.0, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!(batch.sample(2).unwrap(), [20.0, -20.0, 21.0, -21.0, 0.0, 0.0]);
        let none = Batch::<Steps>::padded([[0.0; 0]; 0]).unwrap();
        assert_eq!((none.samples(), none.lengths()), (0, &[][..]));
        let tokens = Batch::<(Free,)>::padded([vec![1.0, 2.0], vec![3.0]]).unwrap();
        assert_eq!((tokens.as_slice(), tokens.lengths()), (&[1.0, 2.0, 3.0, 0.0][..], &[2, 1][..]));
        let fixed = Batch::<(Const<3>, Const<1>)>::padded([[1.0]]).unwrap();
        assert_eq!((fixed.as_slice(), fixed.lengths()), (&[1.0, 0.0, 0.0][..], &[1][..]));
    }

    #[test]
    fn whatever_takes_samples_keeps_their_lengths() {
        let batch = ragged();
        for same in
            [batch.clone(), batch.view().to_batch(), batch.rows(0..9).to_batch(), batch.cast(), batch.zeros_like()]
        {
            assert_eq!(same.lengths(), [3, 1, 2]);
        }
        assert_eq!(batch.rows(1..3).lengths(), [1, 2]);
        assert_eq!(batch.rows(1..3).rows(1..2).lengths(), [2]);
        assert!(batch.rows(3..9).lengths().is_empty());
        assert_ne!(batch, Batch::from_vec_of(batch.as_slice().to_vec(), &[3, 2]).unwrap());
        assert!(format!("{batch:?}").starts_with("Batch of 3 × [3, 2], lengths [3, 1, 2]"), "{batch:?}");
    }

    #[test]
    fn selected_samples_are_trimmed_to_the_longest_of_them() {
        let selected = ragged().select(&[2, 1]).unwrap();
        assert_eq!((selected.sizes(), selected.lengths()), (&[2, 2][..], &[2, 1][..]));
        assert_eq!(selected.as_slice(), [20.0, -20.0, 21.0, -21.0, 10.0, -10.0, 0.0, 0.0]);
        assert_eq!(ragged().rows(1..3).select(&[0]).unwrap().as_slice(), [10.0, -10.0]);
        // A fixed axis stays, and so does a batch whose samples are all full.
        let fixed = Batch::<(Const<3>, Const<1>)>::padded([[1.0], [2.0]]).unwrap().select(&[1]).unwrap();
        assert_eq!((fixed.as_slice(), fixed.lengths()), (&[2.0, 0.0, 0.0][..], &[1][..]));
        let full = Batch::<Steps>::zeros_of(2, &[4, 2]).unwrap().select(&[1]).unwrap();
        assert_eq!((full.sizes(), full.lengths()), (&[4, 2][..], &[][..]));
    }

    /// Channels before time, which is the free axis: lengths are those of the second axis.
    #[test]
    fn time_may_be_another_axis_than_the_first() {
        type Signal = (Const<2>, Free);
        let numbers = || Batch::<Signal, f64>::from_vec_of((1..13).map(f64::from).collect(), &[2, 3]).unwrap();
        let batch = numbers().with_lengths(vec![2, 1]).unwrap();
        assert_eq!(batch.as_slice(), [1.0, 2.0, 0.0, 4.0, 5.0, 0.0, 7.0, 0.0, 0.0, 10.0, 0.0, 0.0]);
        let selected = batch.select(&[1, 0]).unwrap();
        assert_eq!((selected.sizes(), selected.lengths()), (&[2, 2][..], &[1, 2][..]));
        assert_eq!(selected.as_slice(), [7.0, 0.0, 10.0, 0.0, 1.0, 2.0, 4.0, 5.0]);
        assert_eq!(numbers().with_lengths(vec![2, 4]), Err(ShapeError::Steps { most: 3, sample: 1, found: 4 }));
        assert_eq!(numbers().view().with_lengths(&[3, 3]).unwrap().lengths(), [3, 3]);
        assert_eq!(numbers().select(&[1]).unwrap().as_slice(), &numbers().as_slice()[6..]);
    }

    #[test]
    fn a_batch_that_is_written_over_forgets_its_lengths() {
        let mut into = ragged();
        let room = into.as_slice().as_ptr();
        ragged().select_into(&[1, 0], &mut into).unwrap();
        assert_eq!((into.as_slice().as_ptr(), into.sizes(), into.lengths()), (room, &[3, 2][..], &[1, 3][..]));
        Batch::zeros_of(2, &[1, 2]).unwrap().select_into(&[1], &mut into).unwrap();
        assert_eq!((into.samples(), into.sizes(), into.lengths()), (1, &[1, 2][..], &[][..]));
        assert!(ragged().select_into(&[3], &mut into).is_err());
        assert_eq!((into.samples(), into.lengths()), (0, &[][..]));
    }

    #[test]
    fn lengths_that_do_not_fit_are_errors() {
        let batch = || Batch::<Steps>::zeros_of(2, &[4, 2]).unwrap();
        assert_eq!(batch().with_lengths(vec![1]), Err(ShapeError::Lengths { expected: 2, found: 1 }));
        assert_eq!(batch().with_lengths(vec![1, 0]), Err(ShapeError::Steps { most: 4, sample: 1, found: 0 }));
        assert_eq!(batch().view().with_lengths(&[5, 1]), Err(ShapeError::Steps { most: 4, sample: 0, found: 5 }));
        assert_eq!(batch().view().with_lengths(&[4, 1]).unwrap().lengths(), [4, 1]);
        let ones = Batch::<(Free,)>::from_vec_of(vec![1.0; 6], &[3]).unwrap().with_lengths(vec![1, 3]).unwrap();
        assert_eq!(ones.as_slice(), [1.0, 0.0, 0.0, 1.0, 1.0, 1.0]);
        let padded = |sequence: &[f32]| Batch::<Steps>::padded([&[0.0, 0.0], sequence]).unwrap_err();
        assert_eq!(padded(&[1.0, 2.0, 3.0]), ShapeError::Step { expected: 2, sample: 1, found: 3 });
        let none = padded(&[]);
        assert_eq!(none.to_string(), "expected sequences of at least 1 step, found 0 in sample 1");
        let long = Batch::<(Const<2>, Const<1>)>::padded([[0.0; 3]]).unwrap_err();
        assert_eq!(long.to_string(), "expected sequences of 1 to 2 steps, found 3 in sample 0");
    }
}
