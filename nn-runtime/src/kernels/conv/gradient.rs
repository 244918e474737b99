//! The gradient with respect to the weight: correlations of the input with the output's gradient.

use std::ops::Range;

use pulp::{Simd, WithSimd};

use super::{
    Axis, Geometry, gather_lanes, load,
    tile::{for_tile, next_scalars, next_vectors},
};
use crate::{Element, kernels::simd::Lanes, network::LANES};

/// weight (o, c, h, w) += Σ d_y (o, i, j) × x (c, i · stride + h · dilation − padding, …), summed over pixels and samples;
/// bias (o) += Σ d_y (o, i, j).
#[derive(Debug)]
pub struct WeightGradient<'a, E> {
    pub(super) sizes: Geometry,
    pub(super) x: &'a [E],
    /// The output of a rectified convolution, whose gradient is zero where it is not positive; else empty.
    pub(super) rectified: &'a [E],
    pub(super) d_y: &'a mut [E],
    pub(super) weight: &'a mut [E],
    /// Empty where there is none.
    pub(super) bias: &'a mut [E],
    pub(super) lanes: usize,
    pub(super) samples: usize,
    /// Memory for as many numbers as [`WeightGradient::scratch`] says.
    pub(super) scratch: &'a mut [E],
}

/// Bytes of the input that are copied at a time. They stay in a core's second-level cache.
const COPY_BYTES: usize = 1 << 18;

/// Sums for O outputs × T taps, held in registers while they run over all pixels.
struct Tile<'a, E, const O: usize, const T: usize> {
    pixels: &'a Pixels<E>,
    /// The gradients of the outputs' weights for the taps.
    weight: &'a mut [E],
}

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
    /// From one output to the next in the weight.
    taps: usize,
}

impl<E: Element> WeightGradient<'_, E> {
    /// The numbers of scratch needed.
    pub(super) fn scratch(&self) -> usize {
        self.chunk() * self.axis(0).span().len() * self.axis(1).span().len() * LANES
    }

    /// Input channels that are copied at a time.
    fn chunk(&self) -> usize {
        let plane = self.axis(0).span().len() * self.axis(1).span().len() * LANES * size_of::<E>();
        (COPY_BYTES / plane.max(1)).clamp(1, self.sizes.channels.max(1))
    }

    fn axis(&self, i: usize) -> Axis {
        let s = &self.sizes;
        Axis::forward(s.input[i], s.output[i], s.kernel[i], s.stride[i], s.padding[i], s.dilation[i])
    }

    /// Panics where the operands are smaller than the sizes say, so that no tile reaches beyond them.
    fn check(&self) {
        let s = &self.sizes;
        let x = s.groups * s.channels * s.input[0] * s.input[1] * self.lanes;
        let d_y = s.groups * s.outputs * s.output[0] * s.output[1] * self.lanes;
        assert!(self.x.len() >= x && self.d_y.len() >= d_y, "the images of a convolution are whole");
        assert!(self.weight.len() >= s.weights(), "the weight is whole");
        assert!(self.bias.is_empty() || self.bias.len() >= s.groups * s.outputs, "the bias is whole");
        assert!(self.samples <= self.lanes, "every sample has a lane");
        assert!(self.scratch.len() >= self.scratch(), "the scratch is whole");
    }

    /// Sets the gradient to zero where the output was rectified and in the lanes beyond the samples; adds its sums to the bias.
    #[inline(always)]
    fn close_lanes<S: Simd>(&mut self, simd: S) {
        let s = &self.sizes;
        let plane = s.output[0] * s.output[1] * self.lanes;
        let zero = E::splat(simd, E::zero());
        for channel in 0..s.groups * s.outputs {
            let d_y = &mut self.d_y[channel * plane..(channel + 1) * plane];
            if self.samples < self.lanes {
                for pixel in d_y.chunks_exact_mut(self.lanes) {
                    pixel[self.samples..].fill(E::zero());
                }
            }
            let (d_y, _) = E::as_vectors_mut::<S>(d_y);
            let mut sums = [zero; 4];
            if self.rectified.is_empty() {
                if !self.bias.is_empty() {
                    for (i, &d) in d_y.iter().enumerate() {
                        sums[i % 4] = <E as Lanes>::add(simd, sums[i % 4], d);
                    }
                }
            } else {
                let (y, _) = E::as_vectors::<S>(&self.rectified[channel * plane..(channel + 1) * plane]);
                for (i, (d, &y)) in d_y.iter_mut().zip(y).enumerate() {
                    *d = E::select(simd, E::less(simd, zero, y), *d, zero);
                    sums[i % 4] = <E as Lanes>::add(simd, sums[i % 4], *d);
                }
            }
            if let Some(bias) = self.bias.get_mut(channel) {
                let (even, odd) =
                    (<E as Lanes>::add(simd, sums[0], sums[2]), <E as Lanes>::add(simd, sums[1], sums[3]));
                *bias += E::sum_lanes(simd, <E as Lanes>::add(simd, even, odd));
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

    /// The gradients of a group's weight for the input channels `channels`, which lie in the scratch.
    #[inline(always)]
    fn tiles<S: Simd>(&mut self, simd: S, group: usize, channels: Range<usize>, lane: usize) {
        let s = self.sizes;
        let (rows, columns) = (self.axis(0), self.axis(1));
        let width = E::lanes::<S>();
        let line = columns.span().len() * width;
        let plane = rows.span().len() * line;
        let (taps, kernel) = (s.taps(), s.kernel[0] * s.kernel[1]);
        let pixels = s.output[0] * s.output[1] * self.lanes;
        let mut output = 0;
        while output < s.outputs {
            let scalars = next_scalars::<S, E>(s.outputs - output);
            let mut tap = channels.start * kernel;
            while tap < channels.end * kernel {
                let vectors = next_vectors::<S, E>(scalars, channels.end * kernel - tap);
                let mut x = [self.scratch.as_ptr(); 8];
                for t in 0..vectors {
                    let (c, place) = ((tap + t) / kernel - channels.start, (tap + t) % kernel);
                    let (row, column) = (place / s.kernel[1] * s.dilation[0], place % s.kernel[1] * s.dilation[1]);
                    x[t] = x[t].wrapping_add(c * plane + row * line + column * width);
                }
                let tile = Pixels {
                    rows: rows.count,
                    columns: columns.count,
                    x,
                    x_steps: [rows.source_step * line, columns.source_step * width],
                    d_y: self.d_y.as_ptr().wrapping_add((group * s.outputs + output) * pixels + lane),
                    d_steps: [pixels, columns.count * self.lanes, self.lanes],
                    taps,
                };
                let weight = &mut self.weight[(group * s.outputs + output) * taps + tap..];
                // SAFETY: `check` found the whole output gradient within its slice; `lane` is a multiple of the register's width, which
                // divides the lanes. The scratch holds each of the channels, as far as any pixel reaches through any tap.
                unsafe { calculate(simd, scalars, vectors, &tile, weight) };
                tap += vectors;
            }
            output += scalars;
        }
    }
}

impl<E: Element> WithSimd for WeightGradient<'_, E> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        self.check();
        self.close_lanes(simd);
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

/// Adds the sums of a tile of `outputs` × `taps` to the weight.
///
/// # Safety
///
/// A register must be readable at the place of each output, tap and pixel that `pixels` gives.
#[inline(always)]
unsafe fn calculate<S: Simd, E: Element>(simd: S, outputs: usize, taps: usize, pixels: &Pixels<E>, weight: &mut [E]) {
    let tile: unsafe fn(S, &Pixels<E>, &mut [E]) = for_tile!(tile, S, E, outputs, taps);
    // SAFETY: by the caller's promise.
    unsafe { tile(simd, pixels, weight) }
}

/// # Safety
///
/// As for [`calculate`].
unsafe fn tile<S: Simd, E: Element, const O: usize, const T: usize>(simd: S, pixels: &Pixels<E>, weight: &mut [E]) {
    simd.vectorize(Tile::<E, O, T> { pixels, weight });
}

impl<E: Element, const O: usize, const T: usize> WithSimd for Tile<'_, E, O, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Tile { pixels: p, weight } = self;
        let mut sums = [[E::splat(simd, E::zero()); T]; O];
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
                        factors[t] = load::<S, E>(x[t].add(j * p.x_steps[1]));
                    }
                    for o in 0..O {
                        let d = load::<S, E>(d_y.add(o * p.d_steps[0] + j * p.d_steps[2]));
                        for t in 0..T {
                            sums[o][t] = <E as Lanes>::mul_add(simd, d, factors[t], sums[o][t]);
                        }
                    }
                }
            }
        }
        for o in 0..O {
            for t in 0..T {
                weight[o * p.taps + t] += E::sum_lanes(simd, sums[o][t]);
            }
        }
    }
}
