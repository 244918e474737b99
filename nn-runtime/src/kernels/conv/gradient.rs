//! The gradient with respect to the weight: correlations of the input with the output's gradient.

use std::ops::Range;

use pulp::{Simd, WithSimd};

use super::{
    Axis, Geometry, count, gather_lanes, load, store,
    tile::{for_tile, next_scalars, next_vectors},
};
use crate::kernels::{Element, simd::LANES, vector::Vector};

/// weight (o, c, h, w) += Σ d_y (o, i, j) × x (c, i · stride + h · dilation − padding, …), summed over pixels and samples;
/// bias (o) += Σ d_y (o, i, j). Where `weight` is empty, only d_y is brought to what the sums are over.
#[derive(Debug)]
pub struct WeightGradient<'a, E> {
    pub(super) sizes: Geometry,
    pub(super) x: &'a [E],
    /// The output of a rectified convolution, whose gradient is zero where it is not positive; else empty.
    pub(super) rectified: &'a [E],
    pub(super) d_y: OutputGradient<'a, E>,
    /// Empty where its gradient is not wanted.
    pub(super) weight: &'a mut [E],
    /// Empty where there is none.
    pub(super) bias: &'a mut [E],
    pub(super) lanes: usize,
    pub(super) samples: usize,
    /// Memory for as many numbers as [`WeightGradient::scratch`] says.
    pub(super) scratch: &'a mut [E],
}

/// The gradient with respect to the output of a convolution.
#[derive(Debug)]
pub(super) enum OutputGradient<'a, E> {
    /// To be rectified, to be zero in the lanes beyond the samples and to be summed into the bias first.
    Open(&'a mut [E]),
    /// As it is.
    Closed(&'a [E]),
}

impl<E> OutputGradient<'_, E> {
    fn as_slice(&self) -> &[E] {
        match self {
            OutputGradient::Open(d_y) => d_y,
            OutputGradient::Closed(d_y) => d_y,
        }
    }
}

/// Bytes of the input that are copied at a time. They stay in a core's second-level cache.
const COPY_BYTES: usize = 1 << 18;

/// Bytes of the output gradient that are summed over at a time. They stay in a core's first-level cache.
const ROW_BYTES: usize = 28 << 10;

/// The outputs of a tile, at most.
const MOST_OUTPUTS: usize = 6;

/// Sums for O outputs × T taps, held in registers while they run over all pixels.
struct Tile<'a, E, const O: usize, const T: usize>(&'a Pixels<E>);

/// What a tile sums over.
struct Pixels<E> {
    rows: usize,
    columns: usize,
    /// The sources of the first pixel through each tap.
    x: [*const E; 8],
    /// From one row and column of the output to the next in the input.
    x_steps: [usize; 2],
    /// The first output's first pixel.
    d_y: *const E,
    /// From one output, row and column to the next.
    d_steps: [usize; 3],
    /// The sums, a register for each output and tap.
    sums: *mut E,
}

impl<E: Element> WeightGradient<'_, E> {
    /// Whether the output has no number: then there is nothing to do, however long its other axes are.
    pub(super) fn is_empty(&self) -> bool {
        let Geometry { groups, outputs, output: [height, width], .. } = self.sizes;
        [groups, outputs, height, width, self.lanes].contains(&0)
    }

    /// The numbers of scratch needed.
    pub(super) fn scratch(&self) -> usize {
        if self.weight.is_empty() {
            return 0;
        }
        let ([height, width], chunk) = (self.sizes.kernel, self.chunk());
        count(&[chunk, self.axis(0).span().len(), self.axis(1).span().len(), LANES])
            + count(&[chunk, height, width, MOST_OUTPUTS, LANES])
    }

    /// Input channels that are copied at a time.
    fn chunk(&self) -> usize {
        let plane = self.axis(0).span().len().saturating_mul(self.axis(1).span().len());
        let plane = plane.saturating_mul(LANES * size_of::<E>());
        (COPY_BYTES / plane.max(1)).clamp(1, self.sizes.channels.max(1))
    }

    fn axis(&self, i: usize) -> Axis {
        let s = &self.sizes;
        Axis::forward(s.input[i], s.output[i], s.kernel[i], s.stride[i], s.padding[i], s.dilation[i])
    }

    /// Panics where the images are smaller than the sizes say: before memory is asked for that they are copied to.
    pub(super) fn check_images(&self) {
        let (s, d_y) = (&self.sizes, self.d_y.as_slice().len());
        let input = count(&[s.groups, s.channels, s.input[0], s.input[1], self.lanes]);
        let output = count(&[s.groups, s.outputs, s.output[0], s.output[1], self.lanes]);
        assert!(
            self.x.len() >= input && d_y >= output,
            "expected images of {input} and {output} numbers for a convolution, found {} and {d_y}",
            self.x.len()
        );
    }

    /// Panics where the operands are smaller than the sizes say, so that no tile reaches beyond them. No product of sizes wraps around.
    fn check(&self) {
        let s = &self.sizes;
        self.check_images();
        assert!(self.weight.len() >= s.weights(), "the weight is whole");
        assert!(self.bias.is_empty() || self.bias.len() >= count(&[s.groups, s.outputs]), "the bias is whole");
        assert!(self.samples <= self.lanes, "every sample has a lane");
        assert!(self.scratch.len() >= self.scratch(), "the scratch is whole");
    }

    /// Sets the gradient to zero where the output was rectified and in the lanes beyond the samples, in the channels `channels`; adds
    /// its sums to the bias.
    #[inline(always)]
    fn close_lanes<S: Simd>(&mut self, simd: S, channels: Range<usize>) {
        let OutputGradient::Open(d_y) = &mut self.d_y else { return };
        let s = &self.sizes;
        let plane = s.output[0] * s.output[1] * self.lanes;
        let (zero, one) = (Vector::splat(simd, E::zero()), Vector::splat(simd, E::one()));
        for channel in channels {
            let place = channel * plane..(channel + 1) * plane;
            let d_y = &mut d_y[place.clone()];
            if self.samples < self.lanes {
                for pixel in d_y.chunks_exact_mut(self.lanes) {
                    pixel[self.samples..].fill(E::zero());
                }
            }
            let (d_y, _) = E::as_vectors_mut::<S>(d_y);
            let (mut even, mut odd) = (zero, zero);
            if !self.rectified.is_empty() {
                let (y, _) = E::as_vectors::<S>(&self.rectified[place]);
                for (d, &y) in d_y.iter_mut().zip(y) {
                    let passed = Vector::of(simd, *d) * zero.less(Vector::of(simd, y)).select(one, zero);
                    (even, odd) = (odd, even + passed);
                    *d = passed.raw();
                }
            } else if !self.bias.is_empty() {
                for &d in &*d_y {
                    (even, odd) = (odd, even + Vector::of(simd, d));
                }
            }
            if let Some(bias) = self.bias.get_mut(channel) {
                *bias += (even + odd).sum();
            }
        }
    }

    /// Copies one register of the input channels `channels` to the scratch, with zeros all around as far as the kernel reaches.
    #[inline(always)]
    fn copy_channels(&mut self, channels: Range<usize>, lane: usize, width: usize) {
        let (rows, columns) = (self.axis(0).span(), self.axis(1).span());
        let [height, size] = self.sizes.input;
        let line = columns.len() * width;
        if line == 0 {
            return;
        }
        let before = ((-columns.start) as usize).min(columns.len());
        let count = size.min(columns.len().saturating_sub(before));
        let places = channels.flat_map(|c| rows.clone().map(move |row| (c, row as usize)));
        for ((c, row), copy) in places.zip(self.scratch.chunks_exact_mut(line)) {
            if row >= height {
                copy.fill(E::zero());
                continue;
            }
            let at = (c * height + row) * size;
            let source = &self.x[at * self.lanes..(at + count) * self.lanes];
            copy[..before * width].fill(E::zero());
            gather_lanes(source, self.lanes, lane, width, &mut copy[before * width..(before + count) * width]);
            copy[(before + count) * width..].fill(E::zero());
        }
    }

    /// Where the sums begin in the scratch.
    #[inline(always)]
    fn sums<S: Simd>(&self) -> usize {
        self.chunk() * self.axis(0).span().len() * self.axis(1).span().len() * E::lanes::<S>()
    }

    /// Sets the sums of `outputs` outputs and `taps` taps to zero.
    #[inline(always)]
    fn clear_sums<S: Simd>(&mut self, outputs: usize, taps: usize) {
        let start = self.sums::<S>();
        self.scratch[start..start + outputs * taps * E::lanes::<S>()].fill(E::zero());
    }

    /// Adds the sums over their lanes to the weight of the outputs from `first`.
    #[inline(always)]
    fn add_sums<S: Simd>(&mut self, simd: S, first: usize, outputs: usize, taps: Range<usize>) {
        let start = self.sums::<S>();
        let (sums, _) = E::as_vectors::<S>(&self.scratch[start..]);
        let (mut tap, mut at) = (taps.start, 0);
        while tap < taps.end {
            let tile = next_vectors::<S, E>(outputs, taps.end - tap);
            for o in 0..outputs {
                let weight = (first + o) * self.sizes.taps() + tap;
                for weight in &mut self.weight[weight..weight + tile] {
                    *weight += E::sum_lanes(simd, sums[at]);
                    at += 1;
                }
            }
            tap += tile;
        }
    }

    /// The gradients of a group's weight for the input channels `channels`, which lie in the scratch.
    #[inline(always)]
    fn tiles<S: Simd>(&mut self, simd: S, group: usize, channels: Range<usize>, lane: usize) {
        let s = self.sizes;
        let kernel = s.kernel[0] * s.kernel[1];
        let mut output = 0;
        while output < s.outputs {
            let scalars = next_scalars::<S, E>(s.outputs - output);
            let first = group * s.outputs + output;
            if lane == 0 && channels.start == 0 {
                self.close_lanes(simd, first..first + scalars);
            }
            // Some rows at a time, of which the gradient stays in the first-level cache for all taps.
            let line = scalars * s.output[1] * E::lanes::<S>() * size_of::<E>();
            self.clear_sums::<S>(scalars, channels.len() * kernel);
            let parts = s.output[0].div_ceil((ROW_BYTES / line.max(1)).max(1)).max(1);
            for part in 0..parts {
                let rows = part * s.output[0] / parts..(part + 1) * s.output[0] / parts;
                let mut tap = channels.start * kernel;
                while tap < channels.end * kernel {
                    let vectors = next_vectors::<S, E>(scalars, channels.end * kernel - tap);
                    let pixels = self.pixels::<S>(first, scalars, tap, vectors, channels.start, rows.clone(), lane);
                    // SAFETY: `check` found the whole output gradient within its slice, by products that do not wrap around; `lane` is a
                    // multiple of the register's width, which divides the lanes. The scratch, as long as `scratch` counts it
                    // (asserted), holds each of the channels, at most `chunk` of them, as far as any pixel reaches through any tap, and
                    // behind them registers for the sums of `scalars` ≤ MOST_OUTPUTS outputs and all taps of the channels.
                    unsafe { calculate(simd, scalars, vectors, &pixels) };
                    tap += vectors;
                }
            }
            self.add_sums(simd, first, scalars, channels.start * kernel..channels.end * kernel);
            output += scalars;
        }
    }

    /// What a tile of `outputs` from `output` and `taps` from `tap` sums over, for some rows of one register.
    #[inline(always)]
    fn pixels<S: Simd>(
        &mut self,
        output: usize,
        outputs: usize,
        tap: usize,
        taps: usize,
        channel: usize,
        rows: Range<usize>,
        lane: usize,
    ) -> Pixels<E> {
        let s = &self.sizes;
        let (vertical, columns) = (self.axis(0), self.axis(1));
        let width = E::lanes::<S>();
        let line = columns.span().len() * width;
        let plane = vertical.span().len() * line;
        let kernel = s.kernel[0] * s.kernel[1];
        let image = s.output[0] * s.output[1] * self.lanes;
        let start = rows.start * vertical.source_step * line;
        let sums = self.sums::<S>() + (tap - channel * kernel) * outputs * width;
        let scratch = self.scratch.as_mut_ptr();
        let mut x = [scratch.cast_const(); 8];
        for t in 0..taps {
            let (c, place) = ((tap + t) / kernel - channel, (tap + t) % kernel);
            let (row, column) = (place / s.kernel[1] * s.dilation[0], place % s.kernel[1] * s.dilation[1]);
            x[t] = x[t].wrapping_add(c * plane + row * line + column * width + start);
        }
        Pixels {
            rows: rows.len(),
            columns: columns.count,
            x,
            x_steps: [vertical.source_step * line, columns.source_step * width],
            d_y: self
                .d_y
                .as_slice()
                .as_ptr()
                .wrapping_add(output * image + rows.start * s.output[1] * self.lanes + lane),
            d_steps: [image, s.output[1] * self.lanes, self.lanes],
            sums: scratch.wrapping_add(sums),
        }
    }
}

impl<E: Element> WithSimd for WeightGradient<'_, E> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        if self.weight.is_empty() {
            return self.close_lanes(simd, 0..self.sizes.groups * self.sizes.outputs);
        }
        self.check();
        let lanes = E::lanes::<S>();
        let chunk = self.chunk();
        for group in 0..self.sizes.groups {
            for lane in (0..self.lanes).step_by(lanes) {
                for start in (0..self.sizes.channels).step_by(chunk) {
                    let end = (start + chunk).min(self.sizes.channels);
                    let first = group * self.sizes.channels;
                    self.copy_channels(first + start..first + end, lane, lanes);
                    self.tiles(simd, group, start..end, lane);
                }
            }
        }
    }
}

/// Adds some rows' sums to those of a tile of `outputs` × `taps`.
///
/// # Safety
///
/// A register must be readable at the place of each output, tap and pixel that `pixels` gives, and `sums` be writable for a register of each
/// output and tap by nobody else.
#[inline(always)]
unsafe fn calculate<S: Simd, E: Element>(simd: S, outputs: usize, taps: usize, pixels: &Pixels<E>) {
    let tile: unsafe fn(S, &Pixels<E>) = for_tile!(tile, S, E, outputs, taps);
    // SAFETY: by the caller's promise.
    unsafe { tile(simd, pixels) }
}

/// # Safety
///
/// As for [`calculate`].
unsafe fn tile<S: Simd, E: Element, const O: usize, const T: usize>(simd: S, pixels: &Pixels<E>) {
    simd.vectorize(Tile::<E, O, T>(pixels));
}

impl<E: Element, const O: usize, const T: usize> WithSimd for Tile<'_, E, O, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let p = self.0;
        let mut sums = [[Vector::splat(simd, E::zero()); T]; O];
        for o in 0..O {
            for t in 0..T {
                // SAFETY: as below.
                sums[o][t] = unsafe { load(simd, p.sums.add((o * T + t) * E::lanes::<S>())) };
            }
        }
        for i in 0..p.rows {
            let mut x = [p.d_y; T];
            for t in 0..T {
                x[t] = p.x[t].wrapping_add(i * p.x_steps[0]);
            }
            let d_y = p.d_y.wrapping_add(i * p.d_steps[1]);
            for j in 0..p.columns {
                let mut factors = [sums[0][0]; T];
                // SAFETY: `calculate`, the only way here, had its caller promise that all of these are readable.
                unsafe {
                    for t in 0..T {
                        factors[t] = load(simd, x[t].add(j * p.x_steps[1]));
                    }
                    for o in 0..O {
                        let d = load(simd, d_y.add(o * p.d_steps[0] + j * p.d_steps[2]));
                        for t in 0..T {
                            sums[o][t] = d.mul_add(factors[t], sums[o][t]);
                        }
                    }
                }
            }
        }
        for o in 0..O {
            for t in 0..T {
                // SAFETY: as above; nobody else has the sums of this tile.
                unsafe { store(p.sums.add((o * T + t) * E::lanes::<S>()), sums[o][t]) };
            }
        }
    }
}
