//! The forward pass of a single image, whose pixels lie one after the other: a register holds output channels, or pixels.

use pulp::{Simd, WithSimd};

use super::{
    Correlate, count, load, store,
    tile::{Sums, calculate, next_scalars, next_vectors, scalars_for, vectors_for_any},
};
use crate::kernels::{Element, simd::LANES};

/// A [`Correlate`] over one lane, forward.
///
/// Both ways sum in the same order as in the batch-innermost layout, so a sample gets the same numbers alone and in a batch.
pub(super) struct Single<'a, E>(pub(super) Correlate<'a, E>);

/// The memory of a single image's pass.
struct Parts<'a, E> {
    image: &'a mut [E],
    weight: &'a mut [E],
    initial: &'a mut [E],
    result: &'a mut [E],
}

impl<E: Element> Single<'_, E> {
    /// The numbers of scratch needed, with registers of up to as many lanes as there are.
    pub(super) fn scratch(job: &Correlate<'_, E>) -> usize {
        let width = LANES;
        let (a, b) = (Self::sizes(job, width, true), Self::sizes(job, width, false));
        a.iter().sum::<usize>().max(b.iter().sum())
    }

    /// The numbers of each of the [`Parts`] for registers of `width` numbers of channels or of pixels.
    fn sizes(job: &Correlate<'_, E>, width: usize, channels: bool) -> [usize; 4] {
        // Each is counted without wrapping around, and so is their sum.
        let outputs = count(&[job.outputs]).next_multiple_of(width);
        let span = job.columns.span().len();
        let sizes = if channels {
            let weight = count(&[outputs, job.inputs, job.rows.taps, job.columns.taps]);
            let result = count(&[job.rows.count, job.columns.count, outputs]);
            [count(&[job.inputs, job.rows.size, span]), weight, outputs, result]
        } else {
            // The last register reaches beyond the last pixel.
            let image = count(&[job.inputs, job.rows.span().len(), span]) + width;
            [image, 0, count(&[job.outputs, width]), count(&[job.outputs, Self::run(job).next_multiple_of(width)])]
        };
        // Each part begins at a cache line.
        sizes.map(|size| size.next_multiple_of(LANES))
    }

    /// The pixels from the first to the last of the output where its rows lie as far apart as those of the padded image.
    fn run(job: &Correlate<'_, E>) -> usize {
        if job.columns.count == 0 {
            0
        } else {
            count(&[job.rows.count.saturating_sub(1), job.columns.span().len()]) + job.columns.count
        }
    }

    /// Whether registers of channels take fewer steps than registers of pixels, which need pixels that lie side by side.
    fn by_channels(&self, width: usize) -> bool {
        let job = &self.0;
        let pixels = job.rows.count.saturating_mul(job.columns.count);
        let channels = job.outputs.div_ceil(width).saturating_mul(pixels);
        let pixels = job.outputs.saturating_mul(Self::run(job).div_ceil(width));
        job.rows.source_step != 1 || job.columns.source_step != 1 || channels <= pixels
    }
}

impl<E: Element> WithSimd for Single<'_, E> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        self.0.check();
        let width = E::lanes::<S>();
        let channels = self.by_channels(width);
        let sizes = Self::sizes(&self.0, width, channels);
        assert!(self.0.scratch.len() >= sizes.iter().sum(), "the scratch is whole");
        let (image, rest) = std::mem::take(&mut self.0.scratch).split_at_mut(sizes[0]);
        let (weight, rest) = rest.split_at_mut(sizes[1]);
        let (initial, rest) = rest.split_at_mut(sizes[2]);
        let mut parts = Parts { image, weight, initial, result: &mut rest[..sizes[3]] };
        for group in 0..self.0.groups {
            if channels {
                self.channels(simd, group, &mut parts);
            } else {
                self.pixels(simd, group, &mut parts);
            }
        }
    }
}

impl<E: Element> Single<'_, E> {
    /// A group of output channels, a register of channels at a time.
    #[inline(always)]
    fn channels<S: Simd>(&mut self, simd: S, group: usize, parts: &mut Parts<'_, E>) {
        let job = &mut self.0;
        let (rows, columns) = (job.rows, job.columns);
        let span = columns.span().len();
        let kernel = rows.taps * columns.taps;
        let outputs = job.outputs.next_multiple_of(E::lanes::<S>());
        let first = group * job.outputs;
        // Channels beyond the last are zero, and are not read from the result.
        parts.initial.fill(E::zero());
        if !job.bias.is_empty() {
            parts.initial[..job.outputs].copy_from_slice(&job.bias[first..first + job.outputs]);
        }
        if outputs != job.outputs {
            parts.weight.fill(E::zero());
        }
        let weights = job.inputs * kernel;
        let weight = &job.weight[first * weights..(first + job.outputs) * weights];
        E::transpose(weight, weights, job.outputs, parts.weight, outputs);
        let image = if span == columns.size && columns.span().start == 0 {
            &job.source[group * job.inputs * rows.size * span..(group + 1) * job.inputs * rows.size * span]
        } else {
            pad(simd, job, group, 0..rows.size as isize, parts.image);
            &*parts.image
        };
        for i in 0..rows.count {
            let taps = rows.taps_of(i..i + 1);
            let row = if taps.is_empty() { 0 } else { rows.position(i, taps.start) as usize };
            let mut output = 0;
            while output < outputs {
                let left = (outputs - output) / E::lanes::<S>();
                let vectors = vectors_for_any::<S, E>(left);
                let mut pixel = 0;
                while pixel < columns.count {
                    let scalars = scalars_for::<S, E>(vectors, columns.count - pixel);
                    let sums = Sums {
                        counts: [job.inputs, taps.len(), columns.taps],
                        scalar: image.as_ptr().wrapping_add(row * span + pixel * columns.source_step),
                        scalar_steps: [
                            columns.source_step,
                            rows.size * span,
                            rows.tap_step as usize * span,
                            columns.tap_step as usize,
                        ],
                        vector: parts.weight.as_ptr().wrapping_add(taps.start * columns.taps * outputs + output),
                        vector_steps: [E::lanes::<S>(), kernel * outputs, columns.taps * outputs, outputs]
                            .map(|step| step as isize),
                        initial: parts.initial.as_ptr().wrapping_add(output),
                        initial_steps: [0, E::lanes::<S>()],
                        target: parts.result.as_mut_ptr().wrapping_add((i * columns.count + pixel) * outputs + output),
                        target_steps: [outputs, E::lanes::<S>()],
                        floor: job.floor,
                    };
                    // SAFETY: the image holds whole rows of each channel, as wide as the span of all columns and taps, and `taps` are those
                    // whose row is one of them. The packed weight, the initial values and each pixel of the result hold `outputs`
                    // channels, a multiple of the register's width; the tile has `scalars` pixels of the row and `vectors` registers of
                    // channels. All four are parts of the scratch as long as `sizes` counts them, without wrapping around; or the image
                    // is a group's part of the source, sliced.
                    unsafe { calculate(simd, scalars, vectors, &sums) };
                    pixel += scalars;
                }
                output += vectors * E::lanes::<S>();
            }
        }
        let pixels = rows.count * columns.count;
        let target = &mut job.target[first * pixels..(first + job.outputs) * pixels];
        E::transpose(parts.result, outputs, pixels, target, pixels);
    }

    /// A group of output channels, a register of pixels at a time.
    #[inline(always)]
    fn pixels<S: Simd>(&mut self, simd: S, group: usize, parts: &mut Parts<'_, E>) {
        let job = &mut self.0;
        let (rows, columns) = (job.rows, job.columns);
        let (line, width) = (columns.span().len(), E::lanes::<S>());
        let registers = Self::run(job).div_ceil(width);
        let first = group * job.outputs;
        for (o, initial) in parts.initial.chunks_exact_mut(width).enumerate() {
            initial.fill(job.bias.get(first + o).copied().unwrap_or_else(E::zero));
        }
        pad(simd, job, group, rows.span(), parts.image);
        let mut output = 0;
        while output < job.outputs {
            let scalars = next_scalars::<S, E>(job.outputs - output);
            let mut register = 0;
            while register < registers {
                let vectors = next_vectors::<S, E>(scalars, registers - register);
                let sums = Sums {
                    counts: [job.inputs, rows.taps, columns.taps],
                    scalar: job.weight.as_ptr().wrapping_add((first + output) * job.weight_output),
                    scalar_steps: [job.weight_output, job.weight_input, job.weight_row, 1],
                    vector: parts.image.as_ptr().wrapping_add(register * width),
                    vector_steps: [
                        width as isize,
                        (rows.span().len() * line) as isize,
                        rows.tap_step * line as isize,
                        columns.tap_step,
                    ],
                    initial: parts.initial.as_ptr().wrapping_add(output * width),
                    initial_steps: [width, 0],
                    target: parts.result.as_mut_ptr().wrapping_add((output * registers + register) * width),
                    target_steps: [registers * width, width],
                    floor: job.floor,
                };
                // SAFETY: `check` found the whole weight within its slice. The padded image holds each channel as far as the first
                // pixel of a register reaches, and one register more; initial values and result hold `scalars` and `registers`. They are
                // parts of the scratch as long as `sizes` counts them, without wrapping around.
                unsafe { calculate(simd, scalars, vectors, &sums) };
                register += vectors;
            }
            output += scalars;
        }
        let pixels = rows.count * columns.count;
        let target = &mut job.target[first * pixels..(first + job.outputs) * pixels];
        for (result, target) in parts.result.chunks_exact(registers * width).zip(target.chunks_exact_mut(pixels)) {
            for (result, target) in result.chunks(line).zip(target.chunks_exact_mut(columns.count)) {
                copy(simd, &result[..columns.count], target);
            }
        }
    }
}

/// Copies the rows `rows` of each of a group's source channels, with zeros where there is no source.
#[inline(always)]
fn pad<S: Simd, E: Element>(
    simd: S,
    job: &Correlate<'_, E>,
    group: usize,
    rows: std::ops::Range<isize>,
    image: &mut [E],
) {
    let span = job.columns.span();
    let (height, size) = (job.rows.size, job.columns.size);
    let before = ((-span.start) as usize).min(span.len());
    let count = size.min(span.len() - before);
    let lines = (0..job.inputs).flat_map(|c| rows.clone().map(move |row| (c, row as usize)));
    if before + count < span.len() || before > 0 || rows.start < 0 || rows.end > height as isize {
        image.fill(E::zero());
    }
    for ((c, row), line) in lines.zip(image.chunks_exact_mut(span.len())) {
        if row < height {
            let at = ((group * job.inputs + c) * height + row) * size;
            copy(simd, &job.source[at..at + count], &mut line[before..before + count]);
        }
    }
}

/// Copies a row of the same length, for which, short as it is, a call of the library's function would take longer.
#[inline(always)]
fn copy<S: Simd, E: Element>(simd: S, from: &[E], to: &mut [E]) {
    let width = E::lanes::<S>();
    let count = from.len();
    assert!(count == to.len(), "rows to copy are of one length");
    if count < width {
        to.copy_from_slice(from);
        return;
    }
    // The last register overlaps the one before it.
    for i in (0..count).step_by(width).map(|i| i.min(count - width)) {
        // SAFETY: i + width is at most `count`, the length of both (asserted).
        unsafe { store(to.as_mut_ptr().add(i), load(simd, from.as_ptr().add(i))) };
    }
}
