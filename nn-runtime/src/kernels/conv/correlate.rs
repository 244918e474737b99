//! A target that is the correlation of a source with a kernel: the forward pass, and the gradient with respect to the input.

use std::ops::Range;

use pulp::{Simd, WithSimd};

use super::{
    Axis, count, gather_lanes,
    tile::{Sums, calculate, next_scalars, next_vectors},
};
use crate::kernels::{Element, simd::LANES};

/// target (o, i, j) = max(bias (o) + Σ weight × source, floor), summed over (input channel, tap row, tap column) in this order.
#[derive(Debug)]
pub struct Correlate<'a, E> {
    pub(super) weight: &'a [E],
    /// Empty for zeros.
    pub(super) bias: &'a [E],
    pub(super) source: &'a [E],
    pub(super) target: &'a mut [E],
    pub(super) lanes: usize,
    pub(super) groups: usize,
    /// Target channels of a group.
    pub(super) outputs: usize,
    /// Source channels of a group.
    pub(super) inputs: usize,
    /// From one target channel to the next in the weight.
    pub(super) weight_output: usize,
    /// From one source channel to the next in the weight.
    pub(super) weight_input: usize,
    /// From one row of the kernel to the next in the weight.
    pub(super) weight_row: usize,
    pub(super) rows: Axis,
    pub(super) columns: Axis,
    /// The target's height.
    pub(super) height: usize,
    /// The target's width.
    pub(super) width: usize,
    pub(super) floor: E,
    /// Memory for as many numbers as [`Correlate::scratch`] says.
    pub(super) scratch: &'a mut [E],
}

/// Bytes of source rows that are copied at a time. They stay in a core's second-level cache.
const COPY_BYTES: usize = 1 << 18;

impl<E: Element> Correlate<'_, E> {
    /// Whether the target has no number: then there is nothing to do, however long its other axes are.
    pub(super) fn is_empty(&self) -> bool {
        [self.groups, self.outputs, self.rows.count, self.columns.count, self.lanes].contains(&0)
    }

    /// The numbers of scratch needed.
    pub(super) fn scratch(&self) -> usize {
        let rows = (0..self.rows.count).step_by(self.chunk()).map(|i| self.rows_of(i).len()).max().unwrap_or(0);
        count(&[rows, self.inputs, self.columns.span().len(), LANES]) + count(&[self.outputs, LANES])
    }

    /// Target rows that are calculated from one copy of source rows.
    fn chunk(&self) -> usize {
        let row = self.inputs.saturating_mul(self.columns.span().len()).saturating_mul(LANES * size_of::<E>());
        let rows = COPY_BYTES / row.max(1);
        (rows.saturating_sub(self.rows.reach()) / self.rows.source_step + 1).min(self.rows.count).max(1)
    }

    /// The source rows that the target rows from `i` to the end of its chunk take.
    fn rows_of(&self, i: usize) -> Range<usize> {
        let end = (i + self.chunk()).min(self.rows.count);
        let span = self.rows.span_of(i..end);
        let start = span.start.clamp(0, self.rows.size as isize) as usize;
        start..span.end.clamp(start as isize, self.rows.size as isize) as usize
    }

    /// Panics where the images are smaller than the sizes say: before memory is asked for that they are copied to.
    pub(super) fn check_images(&self) {
        let Correlate { rows, columns, lanes, groups, outputs, inputs, .. } = *self;
        let source = count(&[groups, inputs, rows.size, columns.size, lanes]);
        let target = count(&[groups, outputs, self.height, self.width, lanes]);
        assert!(
            self.source.len() >= source && self.target.len() >= target,
            "expected images of {source} and {target} numbers for a convolution, found {} and {}",
            self.source.len(),
            self.target.len()
        );
    }

    /// Panics where the operands are smaller than the sizes say, so that no tile reaches beyond them. No product of sizes wraps around.
    pub(super) fn check(&self) {
        let Correlate { rows, columns, groups, outputs, inputs, .. } = *self;
        self.check_images();
        assert!(rows.past() <= self.height && columns.past() <= self.width, "the positions lie within the target");
        if [groups, outputs, inputs, rows.taps, columns.taps].iter().all(|&count| count > 0) {
            let furthest = count(&[groups - 1, self.weight_group()])
                + count(&[outputs - 1, self.weight_output])
                + count(&[inputs - 1, self.weight_input])
                + count(&[rows.last_weight(), self.weight_row])
                + columns.last_weight();
            assert!(furthest < self.weight.len(), "the weight is whole");
        }
        assert!(self.bias.is_empty() || self.bias.len() >= groups * outputs, "the bias is whole");
    }

    /// Whether this is the forward pass of one image.
    pub(super) fn is_single_forward(&self) -> bool {
        let forward = |axis: &Axis| axis.step == 1 && axis.weight_step == 1 && axis.tap_step > 0 && axis.count > 0;
        self.lanes == 1 && forward(&self.rows) && forward(&self.columns) && self.outputs > 0
    }

    /// From one group to the next in the weight.
    fn weight_group(&self) -> usize {
        count(&[self.outputs, self.inputs, self.weight_output.min(self.weight_input)])
    }
}

impl<E: Element> WithSimd for Correlate<'_, E> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        self.check();
        assert!(self.scratch.len() >= self.scratch(), "the scratch is whole");
        let lanes = E::lanes::<S>();
        let span = self.columns.span();
        for group in 0..self.groups {
            let (initial, _) = self.scratch.split_at_mut(self.outputs * lanes);
            for (o, initial) in initial.chunks_exact_mut(lanes).enumerate() {
                initial.fill(self.bias.get(group * self.outputs + o).copied().unwrap_or_else(E::zero));
            }
            for lane in (0..self.lanes).step_by(lanes) {
                for first in (0..self.rows.count).step_by(self.chunk()) {
                    let sources = self.rows_of(first);
                    self.copy_rows(group, lane, lanes, sources.clone());
                    for i in first..(first + self.chunk()).min(self.rows.count) {
                        self.row(simd, group, lane, i, sources.clone(), span.clone());
                    }
                }
            }
        }
    }
}

impl<E: Element> Correlate<'_, E> {
    /// Copies one register of the source rows `rows` of each channel behind the initial values, with zeros where the target reaches
    /// beyond their columns.
    #[inline(always)]
    fn copy_rows(&mut self, group: usize, lane: usize, width: usize, rows: Range<usize>) {
        let span = self.columns.span();
        let line = span.len() * width;
        let size = self.columns.size;
        let before = (-span.start).clamp(0, span.len() as isize) as usize;
        let first = span.start.clamp(0, size as isize) as usize;
        let count = (span.end.clamp(0, size as isize) as usize).saturating_sub(first);
        let (_, copies) = self.scratch.split_at_mut(self.outputs * width);
        if line == 0 || rows.is_empty() {
            return;
        }
        for (c, copy) in copies.chunks_exact_mut(rows.len() * line).take(self.inputs).enumerate() {
            for (row, copy) in rows.clone().zip(copy.chunks_exact_mut(line)) {
                let at = ((group * self.inputs + c) * self.rows.size + row) * size + first;
                let source = &self.source[at * self.lanes..(at + count) * self.lanes];
                copy[..before * width].fill(E::zero());
                gather_lanes(source, self.lanes, lane, width, &mut copy[before * width..(before + count) * width]);
                copy[(before + count) * width..].fill(E::zero());
            }
        }
    }

    /// One row of the target, of all channels of a group, in one register of lanes.
    #[inline(always)]
    fn row<S: Simd>(
        &mut self,
        simd: S,
        group: usize,
        lane: usize,
        i: usize,
        sources: Range<usize>,
        span: Range<isize>,
    ) {
        let (rows, columns) = (self.rows, self.columns);
        let width = E::lanes::<S>();
        let line = span.len() * width;
        let taps = rows.taps_of(i..i + 1);
        let source_row = if taps.is_empty() { 0 } else { rows.position(i, taps.start) as usize - sources.start };
        let weight_row = group * self.weight_group() + (rows.weight + taps.start * rows.weight_step) * self.weight_row;
        let plane = self.height * self.width;
        let target_row = group * self.outputs * plane + (rows.first + i * rows.step) * self.width;
        let mut output = 0;
        while output < self.outputs {
            let scalars = next_scalars::<S, E>(self.outputs - output);
            let mut pixel = 0;
            while pixel < columns.count {
                let vectors = next_vectors::<S, E>(scalars, columns.count - pixel);
                let column_taps = columns.taps_of(pixel..pixel + vectors);
                let column =
                    if column_taps.is_empty() { 0 } else { columns.position(pixel, column_taps.start) - span.start };
                let source = self.outputs * width + source_row * line + column as usize * width;
                let weight = weight_row + output * self.weight_output;
                let weight = weight + columns.weight + column_taps.start * columns.weight_step;
                let target = target_row + output * plane + columns.first + pixel * columns.step;
                let scratch = self.scratch.as_ptr();
                let sums = Sums {
                    counts: [self.inputs, taps.len(), column_taps.len()],
                    scalar: self.weight.as_ptr().wrapping_add(weight),
                    scalar_steps: [
                        self.weight_output,
                        self.weight_input,
                        rows.weight_step * self.weight_row,
                        columns.weight_step,
                    ],
                    vector: scratch.wrapping_add(source),
                    vector_steps: [
                        (columns.source_step * width) as isize,
                        (sources.len() * line) as isize,
                        rows.tap_step * line as isize,
                        columns.tap_step * width as isize,
                    ],
                    initial: scratch.wrapping_add(output * width),
                    initial_steps: [width, 0],
                    target: self.target.as_mut_ptr().wrapping_add(target * self.lanes + lane),
                    target_steps: [plane * self.lanes, columns.step * self.lanes],
                    floor: self.floor,
                };
                // SAFETY: `check` found the furthest weight and target position within their slices, by products that do not wrap
                // around. `lane` is a multiple of the register's width, which divides the lanes: `run` takes registers of one number
                // where the lanes are no multiple of the widest. The scratch, as long as `scratch` counts it (asserted), holds an
                // initial value for each output, and behind them the rows `sources` of each channel, each as wide as the span of all
                // columns and taps: a row through one of `taps` is one of `sources`, and a column through any tap lies in the span.
                // Where no tap finds a source there are no terms, and nothing of the weight and the rows is read.
                unsafe { calculate(simd, scalars, vectors, &sums) };
                pixel += vectors;
            }
            output += scalars;
        }
    }
}
