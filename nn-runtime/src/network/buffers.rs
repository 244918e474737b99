//! What layers measure in training and keep for inference: the running mean of a batch normalization.

use crate::network::Learned;

/// What the layers of a network have measured over all samples of a batch, in a forward pass of training. Generated code hands each layer, and each
/// network inside, its own.
///
/// ```
/// use plumbline::network::abi::{Learned, Measured};
/// let measured = Measured::new(&[1.0, 2.0, 3.0], Learned::ALL);
/// assert_eq!(measured.within(1, Learned::ALL).numbers(), Some(&[2.0, 3.0][..]));
/// assert_eq!(measured.within(1, Learned::NONE).numbers(), None);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Measured<'a, E> {
    numbers: &'a [E],
    /// The layers that learn.
    pub learned: Learned<'a>,
}

impl<'a, E> Measured<'a, E> {
    /// What a part of the batch has once all parts have told each other theirs, of the layers that are `learned`.
    pub fn new(numbers: &'a [E], learned: Learned<'a>) -> Self {
        Measured { numbers, learned }
    }

    /// What belongs to a layer or to a network inside the network: it begins at `start`.
    #[must_use]
    pub fn within(self, start: usize, learned: Learned<'a>) -> Self {
        Measured { numbers: &self.numbers[start..], learned }
    }

    /// The numbers; none for a layer that is frozen, whose buffers stay.
    pub fn numbers(self) -> Option<&'a [E]> {
        self.learned.any().then_some(self.numbers)
    }
}
