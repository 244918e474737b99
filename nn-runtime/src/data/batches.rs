//! A dataset batch by batch.

use rand::{SeedableRng, rngs::StdRng, seq::SliceRandom};

use crate::{
    Element,
    data::{Dataset, Target},
};

/// Consecutive batches of a dataset, the last one short where they do not come out even: [`Dataset::batches`].
///
/// ```
/// use plumbline::{Batch, Const, data::{Dataset, Labels}};
/// let data = Dataset::new(Batch::<(Const<1>,)>::from_vec(vec![0.0, 1.0, 2.0, 3.0, 4.0])?, Labels::<5>::new(0..5)?)?;
/// let sizes: Vec<usize> = data.batches(2)?.shuffled(7).map(|batch| batch.len()).collect();
/// assert_eq!(sizes, [2, 2, 1]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Batches<'a, S, T: Target, E: Element = f32> {
    data: &'a Dataset<S, T, E>,
    order: Vec<usize>,
    samples: usize,
    next: usize,
}

impl<'a, S: 'static, T: Target, E: Element> Batches<'a, S, T, E> {
    /// Batches of `samples` samples, at least 1.
    pub(super) fn new(data: &'a Dataset<S, T, E>, samples: usize) -> Self {
        Batches { data, order: (0..data.len()).collect(), samples, next: 0 }
    }

    /// The batches of the samples in a random order. Equal seeds give equal orders; another one for each epoch gives each its own. The order is that of
    /// [`Dataset::shuffled`].
    #[must_use]
    pub fn shuffled(mut self, seed: u64) -> Self {
        self.order.sort_unstable();
        self.order.shuffle(&mut StdRng::seed_from_u64(seed));
        self
    }

    /// Writes the next batch over `batch`; `false` where there is none. Allocates nothing where `batch` has held as many numbers, so that a loop over
    /// `while batches.next_into(&mut batch)` allocates nothing after its first step.
    pub fn next_into(&mut self, batch: &mut Dataset<S, T, E>) -> bool {
        let indices = Self::take(&self.order, self.samples, &mut self.next);
        let gathered = !indices.is_empty();
        if gathered {
            self.data.select_into(indices, batch).expect("the order holds the dataset's indices");
        }
        gathered
    }

    fn take<'o>(order: &'o [usize], samples: usize, next: &mut usize) -> &'o [usize] {
        let first = *next;
        *next = first.saturating_add(samples).min(order.len());
        &order[first..*next]
    }
}

impl<S: 'static, T: Target, E: Element> Iterator for Batches<'_, S, T, E> {
    type Item = Dataset<S, T, E>;

    fn next(&mut self) -> Option<Dataset<S, T, E>> {
        let indices = Self::take(&self.order, self.samples, &mut self.next);
        let select = || self.data.select(indices).expect("the order holds the dataset's indices");
        (!indices.is_empty()).then(select)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = (self.order.len() - self.next).div_ceil(self.samples);
        (left, Some(left))
    }
}

impl<S: 'static, T: Target, E: Element> ExactSizeIterator for Batches<'_, S, T, E> {}
