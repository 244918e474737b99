//! Maxima, means and norms over windows of images in the batch-innermost layout.

mod average;
mod max;
mod norm;
#[cfg(test)]
pub(super) mod tests;
mod weighted;

use std::ops::Range;

use pulp::{Simd, WithSimd};

use crate::kernels::{
    Element,
    compiled::compiled,
    simd::{self, LANES},
    sizes::count,
};

pub(crate) use average::{AveragePool, AveragePoolGradient};
use max::max_pool;
pub(crate) use max::{MaxPool, MaxPoolGradient};
pub(crate) use norm::{NormPool, NormPoolGradient};
pub(crate) use weighted::{WeightedPool, WeightedPoolGradient};
use weighted::{weighted_pool, weighted_pool_gradient};

compiled! {
    /// Pools for an element type. Sealed through [`crate::Element`].
    pub trait Pools {
        fn max_pool(job: MaxPool<'_, Self>) { max_pool(job) }
        fn max_pool_gradient(job: MaxPoolGradient<'_, Self>) { run(job.sizes.lanes, job) }
        fn average_pool(job: AveragePool<'_, Self>) { run(job.sizes.lanes, job) }
        fn average_pool_gradient(job: AveragePoolGradient<'_, Self>) { run(job.sizes.lanes, job) }
        fn norm_pool(job: NormPool<'_, Self>) { run(job.sizes.lanes, job) }
        fn norm_pool_gradient(job: NormPoolGradient<'_, Self>) { run(job.sizes.lanes, job) }
        fn weighted_pool(job: WeightedPool<'_, Self>) { weighted_pool(job) }
        fn weighted_pool_gradient(job: WeightedPoolGradient<'_, Self>) { weighted_pool_gradient(job) }
    }
}

/// The sizes of a pooling layer; pairs are vertical and horizontal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PoolSizes {
    /// Channels.
    pub(crate) channels: usize,
    /// Where the windows lie.
    pub(crate) windows: Windows,
    /// The input's size.
    pub(crate) input: [usize; 2],
    /// The output's size.
    pub(crate) output: [usize; 2],
    /// The samples that a pixel has room for.
    pub(crate) lanes: usize,
}

/// Where the windows of a pooling layer lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Windows {
    /// Window (i, j) covers rows `i · stride − padding` to `i · stride − padding + kernel`, as far as they exist, and columns
    /// likewise.
    Sliding { kernel: [usize; 2], stride: [usize; 2], padding: [usize; 2] },
    /// Window (i, j) of h × w covers rows ⌊i · H / h⌋ to ⌈(i + 1) · H / h⌉ of H, and columns likewise.
    Adaptive,
}

/// Runs `kernel` with registers that divide `lanes`.
fn run<K: WithSimd>(lanes: usize, kernel: K) -> K::Output {
    if lanes.is_multiple_of(LANES) { simd::run(kernel) } else { kernel.with_simd(pulp::Scalar) }
}

impl PoolSizes {
    /// Panics where the images are smaller than the sizes say, or positions beyond what memory can hold: no product below wraps around.
    #[inline(always)]
    fn check(&self, input: usize, output: usize) {
        let PoolSizes { channels, lanes, .. } = *self;
        let inputs = count(&[channels, self.input[0], self.input[1], lanes]);
        let outputs = count(&[channels, self.output[0], self.output[1], lanes]);
        assert!(
            inputs <= input && outputs <= output,
            "expected images of {inputs} and {outputs} numbers for a pooling layer, found {input} and {output}"
        );
        for axis in 0..2 {
            match self.windows {
                Windows::Sliding { kernel, stride, padding } => {
                    let _ =
                        (count(&[self.output[axis], stride[axis]]), count(&[kernel[axis]]), count(&[padding[axis]]));
                }
                Windows::Adaptive => _ = count(&[self.input[axis], self.output[axis] + 1]),
            }
        }
    }

    /// The registers of a pixel.
    #[inline(always)]
    fn registers<S: Simd, E: Element>(&self) -> usize {
        self.lanes / E::lanes::<S>()
    }

    /// Calls `f(channel, i, j)` for each window.
    #[inline(always)]
    fn windows(&self, mut f: impl FnMut(usize, usize, usize)) {
        for channel in 0..self.channels {
            for i in 0..self.output[0] {
                for j in 0..self.output[1] {
                    f(channel, i, j);
                }
            }
        }
    }

    /// The input positions of window `i` along an axis.
    #[inline(always)]
    fn covers(&self, axis: usize, i: usize) -> Range<usize> {
        let (input, output) = (self.input[axis], self.output[axis]);
        match self.windows {
            Windows::Sliding { kernel, stride, padding } => {
                let start = i * stride[axis];
                let clip = |end: usize| end.saturating_sub(padding[axis]).min(input);
                clip(start)..clip(start + kernel[axis])
            }
            Windows::Adaptive => i * input / output..((i + 1) * input).div_ceil(output),
        }
    }

    /// The pixels of the input that window (i, j) covers, in row-major order.
    #[inline(always)]
    fn pixels(&self, channel: usize, i: usize, j: usize) -> impl Iterator<Item = usize> + use<> {
        let (columns, [height, width]) = (self.covers(1, j), self.input);
        self.covers(0, i).flat_map(move |row| {
            let line = (channel * height + row) * width;
            line + columns.start..line + columns.end
        })
    }

    /// The pixel of the output that window (i, j) gives.
    #[inline(always)]
    fn window(&self, channel: usize, i: usize, j: usize) -> usize {
        (channel * self.output[0] + i) * self.output[1] + j
    }
}
