//! The steps of padded sequences that count.

use std::ops::Range;

use crate::{
    BatchView, Element, Shape,
    data::StepLabelsView,
    shape::{product, time_axis},
};

/// Which steps of consecutive samples are real: all of them, or the first of each.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RealSteps<'a> {
    samples: usize,
    /// The rows of a sample: each is a sequence, where time is not the first axis.
    rows: usize,
    /// The steps of a row, padding among them.
    steps: usize,
    /// Empty where all samples are full.
    lengths: &'a [usize],
}

impl<'a> RealSteps<'a> {
    pub(crate) fn of<S: Shape, E: Element>(batch: &'a BatchView<'_, S, E>) -> Self {
        let axis = time_axis(S::DIMS);
        let rows = product(&batch.sizes()[..axis]);
        RealSteps { samples: batch.samples(), rows, steps: batch.sizes()[axis], lengths: batch.lengths() }
    }

    pub(crate) fn of_labels<const C: usize>(labels: StepLabelsView<'a, C>) -> Self {
        RealSteps { samples: labels.samples(), rows: 1, steps: labels.steps(), lengths: labels.lengths() }
    }

    /// Runs of real steps, counted over the steps of all rows: a single one where all are full, else one for each row.
    pub(crate) fn runs(self) -> impl Iterator<Item = Range<usize>> {
        let RealSteps { samples, rows, steps, lengths } = self;
        let count = if lengths.is_empty() { 1 } else { samples * rows };
        (0..count).map(move |run| match lengths.get(run / rows.max(1)) {
            Some(length) => run * steps..run * steps + length,
            None => 0..samples * rows * steps,
        })
    }

    /// Each run with its outputs, of which a step has `width` numbers. The outputs may have more padding than the targets.
    pub(crate) fn outputs<E>(self, width: usize, output: &[E]) -> impl Iterator<Item = (Range<usize>, &[E])> {
        let sample = output.len() / (self.samples * self.rows).max(1);
        let first = if self.lengths.is_empty() { 0 } else { sample };
        self.runs().enumerate().map(move |(index, run)| {
            let outputs = &output[index * first..][..run.len() * width];
            (run, outputs)
        })
    }

    /// Σ f over the runs with their outputs and room for the gradients of these. The gradient of padding is 0.
    pub(crate) fn sum<E: Element>(
        self,
        width: usize,
        output: &[E],
        d_output: Option<&mut [E]>,
        mut f: impl FnMut(Range<usize>, &[E], Option<&mut [E]>) -> f64,
    ) -> f64 {
        let sample =
            if self.lengths.is_empty() { output.len() } else { output.len() / (self.samples * self.rows).max(1) };
        let mut rows = d_output.map(|d_output| d_output.chunks_exact_mut(sample.max(1)));
        let mut sum = 0.0;
        for (run, y) in self.outputs(width, output) {
            let d = rows.as_mut().and_then(Iterator::next).map(|row| {
                let (real, padding) = row.split_at_mut(y.len());
                padding.fill(E::zero());
                real
            });
            sum += f(run, y, d);
        }
        sum
    }
}

/// The numbers of a step of a batch that lie side by side.
pub(crate) fn step_of<S: Shape, E: Element>(batch: &BatchView<'_, S, E>) -> usize {
    product(&batch.sizes()[time_axis(S::DIMS) + 1..])
}
