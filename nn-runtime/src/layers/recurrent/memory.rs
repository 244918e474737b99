//! How a layer's numbers lie in the memory that a network lends it.
//!
//! All is time-major: a block for each step, in it a row for each sample. The states of a direction have a block more, for the
//! start: before the first step, in the reverse direction behind the last one.

use crate::{Element, kernels::recurrent::Kind};

/// What a layer's type tells of its sizes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sizes {
    pub(super) kind: Kind,
    pub(super) inputs: usize,
    pub(super) n: usize,
    pub(super) layers: usize,
    pub(super) directions: usize,
}

/// A part's samples and steps, and how many steps of each sample are real: all where `lengths` is empty.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span<'a> {
    pub(super) samples: usize,
    pub(super) steps: usize,
    pub(super) lengths: &'a [usize],
}

/// Rows of numbers, one a sample.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rows<'a, E> {
    pub(super) data: &'a [E],
    pub(super) width: usize,
}

/// Rows of numbers to write.
#[derive(Debug)]
pub(super) struct RowsMut<'a, E> {
    pub(super) data: &'a mut [E],
    pub(super) width: usize,
}

/// What the forward pass of one layer in one direction writes.
#[derive(Debug)]
pub(super) struct States<'a, E> {
    /// [steps, samples, kept · n]
    pub(super) gates: &'a mut [E],
    /// [steps + 1, samples, n]
    pub(super) h: &'a mut [E],
    /// The same, or empty.
    pub(super) c: &'a mut [E],
}

/// The memory of one layer in one direction, which is kept for the backward pass and what follows it.
#[derive(Debug)]
pub(super) struct Kept<'a, E> {
    pub(super) states: States<'a, E>,
    /// ∂C/∂h, laid out as h.
    pub(super) d_h: &'a mut [E],
    /// ∂C/∂c, laid out as c.
    pub(super) d_c: &'a mut [E],
}

/// The same, to read.
#[derive(Clone, Copy, Debug)]
pub(super) struct KeptRef<'a, E> {
    pub(super) gates: &'a [E],
    pub(super) h: &'a [E],
    pub(super) c: &'a [E],
    pub(super) d_h: &'a [E],
    pub(super) d_c: &'a [E],
}

// What is calculated in constants saturates: a size that another fault left unknown is `usize::MAX`, and brings no second error.
impl Sizes {
    /// Whether a layer's inputs need memory of their own: the first's, which are copied, and those that lie side by side.
    const fn copies(self, layer: usize) -> bool {
        layer == 0 || self.directions > 1
    }

    /// The numbers that a layer takes a step.
    pub(super) const fn inputs(self, layer: usize) -> usize {
        if layer == 0 { self.inputs } else { self.n.saturating_mul(self.directions) }
    }

    /// The numbers of c for each of h.
    const fn cells(self) -> usize {
        self.kind.has_cell() as usize
    }

    /// Numbers a sample of the states of all layers and directions.
    pub(super) const fn state(self) -> usize {
        (self.layers * self.directions).saturating_mul(self.n).saturating_mul(1 + self.cells())
    }

    /// Where the state of a layer's direction lies in a sample's: h, and c where there is one.
    pub(super) const fn state_of(self, layer: usize, direction: usize) -> [usize; 2] {
        let h = (layer * self.directions + direction) * self.n;
        [h, self.layers * self.directions * self.n + h]
    }

    /// Numbers a sample of a layer's inputs.
    const fn trace_inputs(self, layer: usize, steps: usize) -> usize {
        if self.copies(layer) { steps.saturating_mul(self.inputs(layer)) } else { 0 }
    }

    /// Numbers a sample of one direction of a layer.
    const fn trace_direction(self, steps: usize) -> usize {
        let gates = steps.saturating_mul(self.n).saturating_mul(self.kind.kept());
        let states = steps.saturating_add(1).saturating_mul(self.n).saturating_mul(2 * (1 + self.cells()));
        gates.saturating_add(states)
    }

    /// Numbers a sample of the layers below `layer`.
    const fn trace_below(self, layer: usize, steps: usize) -> usize {
        let (mut sum, mut below) = (0_usize, 0);
        while below < layer {
            let directions = self.trace_direction(steps).saturating_mul(self.directions);
            sum = directions.saturating_add(self.trace_inputs(below, steps)).saturating_add(sum);
            below += 1;
        }
        sum
    }

    /// Numbers a sample of the memory for training. Steps that are not known yet give the largest number, which stands for that.
    pub(super) const fn trace(self, steps: usize) -> usize {
        self.trace_below(self.layers, steps)
    }

    /// The states of h that inference keeps at a time: those of both directions, or those of a layer and the one below.
    pub(super) const fn kept_states(self) -> usize {
        if self.directions > 1 || self.layers > 1 { 2 } else { 1 }
    }

    /// Numbers a sample of the memory for inference: the inputs, those of the layers above the first where they lie side by side, one
    /// direction's gates and c, and h.
    pub(super) const fn room(self, steps: usize) -> usize {
        let above = if self.layers > 1 { self.trace_inputs(1, steps) } else { 0 };
        let states = steps.saturating_add(1).saturating_mul(self.n).saturating_mul(self.kept_states() + self.cells());
        let gates = steps.saturating_mul(self.n).saturating_mul(self.kind.kept());
        steps.saturating_mul(self.inputs).saturating_add(above).saturating_add(gates).saturating_add(states)
    }

    /// The memory of the layers below `layer`, and that from it on.
    pub(super) fn split<'a, E>(self, trace: &'a mut [E], layer: usize, span: Span<'_>) -> (&'a mut [E], &'a mut [E]) {
        trace.split_at_mut(span.samples * self.trace_below(layer, span.steps))
    }

    /// Of memory that begins with a layer's: its inputs, empty where they are the states of the layer below, and its directions, the
    /// second empty where there is one.
    pub(super) fn layer<'a, E>(
        self,
        memory: &'a mut [E],
        layer: usize,
        span: Span<'_>,
    ) -> (&'a mut [E], [Kept<'a, E>; 2]) {
        let Span { samples, steps, .. } = span;
        let mut rest = memory;
        let input = take(&mut rest, samples * self.trace_inputs(layer, steps));
        let mut direction = |count: usize| {
            let states = count * samples * (steps + 1) * self.n;
            Kept {
                states: States {
                    gates: take(&mut rest, count * samples * steps * self.kind.kept() * self.n),
                    h: take(&mut rest, states),
                    c: take(&mut rest, states * self.cells()),
                },
                d_h: take(&mut rest, states),
                d_c: take(&mut rest, states * self.cells()),
            }
        };
        let first = direction(1);
        (input, [first, direction(self.directions - 1)])
    }

    /// One direction of a layer, to read.
    pub(super) fn direction<'a, E>(
        self,
        trace: &'a [E],
        layer: usize,
        direction: usize,
        span: Span<'_>,
    ) -> KeptRef<'a, E> {
        let Span { samples, steps, .. } = span;
        let before = self.trace_inputs(layer, steps) + direction * self.trace_direction(steps);
        let mut rest = &trace[samples * (self.trace_below(layer, steps) + before)..];
        let states = samples * (steps + 1) * self.n;
        let mut take = |count: usize| {
            let (head, tail) = rest.split_at(count);
            rest = tail;
            head
        };
        KeptRef {
            gates: take(samples * steps * self.kind.kept() * self.n),
            h: take(states),
            c: take(states * self.cells()),
            d_h: take(states),
            d_c: take(states * self.cells()),
        }
    }

    /// What a layer's directions took as inputs, [steps, samples, inputs].
    pub(super) fn input<'a, E>(self, trace: &'a [E], layer: usize, span: Span<'_>) -> &'a [E] {
        let Span { samples, steps, .. } = span;
        if self.copies(layer) {
            &trace[samples * self.trace_below(layer, steps)..][..samples * steps * self.inputs(layer)]
        } else {
            let below = self.direction(trace, layer - 1, 0, span);
            &below.h[span.after(false, samples * self.n)]
        }
    }
}

impl Span<'_> {
    /// Whether step `step` of a sample is padding.
    pub(super) fn is_padding(&self, sample: usize, step: usize) -> bool {
        self.lengths.get(sample).is_some_and(|&length| step >= length)
    }

    /// The samples that have ended before step `step`.
    pub(super) fn ended(&self, step: usize) -> impl Iterator<Item = usize> {
        let ended = move |(sample, &length): (usize, &usize)| (step >= length).then_some(sample);
        self.lengths.iter().enumerate().filter_map(ended)
    }

    /// The blocks of states after each step, of `block` numbers each.
    pub(super) fn after(&self, reverse: bool, block: usize) -> std::ops::Range<usize> {
        let first = usize::from(!reverse) * block;
        first..first + self.steps * block
    }

    /// The blocks of states before each step.
    pub(super) fn before(&self, reverse: bool, block: usize) -> std::ops::Range<usize> {
        self.after(!reverse, block)
    }

    /// The places of the states before the first step and after the last one.
    pub(super) fn ends(&self, reverse: bool) -> [usize; 2] {
        if reverse { [self.steps, 0] } else { [0, self.steps] }
    }
}

/// The step that comes at place `index` of those taken, and the places of the states before and after it.
pub(super) fn step(index: usize, steps: usize, reverse: bool) -> (usize, usize, usize) {
    if reverse {
        let step = steps - 1 - index;
        (step, step + 1, step)
    } else {
        (index, index, index + 1)
    }
}

/// The blocks `before`, to read, and `after`, to write, of blocks of `length` numbers; nothing of nothing.
pub(super) fn pair<E>(data: &mut [E], before: usize, after: usize, length: usize) -> (&mut [E], &mut [E]) {
    if data.is_empty() {
        return (&mut [], &mut []);
    }
    let (low, high) = data.split_at_mut(before.max(after) * length);
    let low = &mut low[before.min(after) * length..][..length];
    let high = &mut high[..length];
    if before < after { (low, high) } else { (high, low) }
}

/// The first `count` elements, taken off.
pub(super) fn take<'a, E>(rest: &mut &'a mut [E], count: usize) -> &'a mut [E] {
    let (head, tail) = std::mem::take(rest).split_at_mut(count);
    *rest = tail;
    head
}

impl<'a, E: Element> Rows<'a, E> {
    /// `length` numbers of a sample's row, from `at`.
    pub(super) fn part(&self, sample: usize, at: usize, length: usize) -> &'a [E] {
        &self.data[sample * self.width + at..][..length]
    }

    /// Copies `width` numbers of each step from `first` on, of steps of `stride` numbers, to blocks of steps; 0 for padding.
    pub(super) fn gather(self, span: Span<'_>, [stride, first, width]: [usize; 3], blocks: &mut [E]) {
        for (step, block) in blocks.chunks_exact_mut((span.samples * width).max(1)).enumerate() {
            for (sample, row) in block.chunks_exact_mut(width).enumerate() {
                if span.is_padding(sample, step) {
                    row.fill(E::zero());
                } else {
                    row.copy_from_slice(self.part(sample, step * stride + first, width));
                }
            }
        }
    }
}

impl<E: Element> RowsMut<'_, E> {
    /// `length` numbers of a sample's row, from `at`, to write.
    pub(super) fn part(&mut self, sample: usize, at: usize, length: usize) -> &mut [E] {
        &mut self.data[sample * self.width + at..][..length]
    }
}
