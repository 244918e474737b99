//! Pooling over sequences of different lengths, each by itself.

use crate::{Element, kernels::pool::PoolSizes, network::Steps};

/// One sample of a batch with the samples innermost, whose image is as large as its own sequence is long.
pub(super) struct Sample {
    /// Its own sizes, for numbers side by side.
    pub(super) sizes: PoolSizes,
    /// Those of the batch.
    batch: PoolSizes,
    index: usize,
}

/// The samples of a part, where the steps are the rows or the columns of the images.
pub(super) fn samples(batch: PoolSizes, steps: Steps<'_>, count: usize) -> impl Iterator<Item = Sample> {
    let axis = usize::from(steps.inner == 1 && steps.count == batch.input[1]);
    (0..count).map(move |index| {
        let mut sizes = PoolSizes { lanes: 1, ..batch };
        sizes.input[axis] = steps.length(index);
        Sample { sizes, batch, index }
    })
}

impl Sample {
    /// The numbers of its input and its output.
    pub(super) fn numbers(&self) -> [usize; 2] {
        [self.sizes.input, self.sizes.output].map(|size| self.sizes.channels * size[0] * size[1])
    }

    /// The places in the batch of the numbers of an image that is the upper left corner of the batch's.
    fn places(&self, own: [usize; 2], whole: [usize; 2]) -> impl Iterator<Item = usize> + use<> {
        let (channels, lanes, index) = (self.sizes.channels, self.batch.lanes, self.index);
        let lines = (0..channels).flat_map(move |channel| (0..own[0]).map(move |row| channel * whole[0] + row));
        lines.flat_map(move |line| (0..own[1]).map(move |column| (line * whole[1] + column) * lanes + index))
    }

    fn input_places(&self) -> impl Iterator<Item = usize> + use<> {
        self.places(self.sizes.input, self.batch.input)
    }

    fn output_places(&self) -> impl Iterator<Item = usize> + use<> {
        self.places(self.sizes.output, self.batch.output)
    }

    /// Takes its input out of the batch's.
    pub(super) fn take_input<E: Element>(&self, batch: &[E], own: &mut [E]) {
        own.iter_mut().zip(self.input_places()).for_each(|(own, place)| *own = batch[place]);
    }

    /// Takes its output out of the batch's.
    pub(super) fn take_output<E: Element>(&self, batch: &[E], own: &mut [E]) {
        own.iter_mut().zip(self.output_places()).for_each(|(own, place)| *own = batch[place]);
    }

    /// Puts its input into the batch's.
    pub(super) fn put_input<E: Element>(&self, own: &[E], batch: &mut [E]) {
        own.iter().zip(self.input_places()).for_each(|(&own, place)| batch[place] = own);
    }

    /// Puts its output into the batch's.
    pub(super) fn put_output<E: Element>(&self, own: &[E], batch: &mut [E]) {
        own.iter().zip(self.output_places()).for_each(|(&own, place)| batch[place] = own);
    }
}
