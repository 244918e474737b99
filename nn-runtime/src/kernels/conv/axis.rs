//! How the positions of a source and of a target meet along one axis.

use std::ops::Range;

/// One axis of a correlation: target position i takes, through tap t, the source at `source + i × source_step + t × tap_step`.
///
/// It is made of a [`Geometry`](super::Geometry) that was checked, so that no such sum overflows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Axis {
    /// The first target position.
    pub(super) first: usize,
    /// From one target position to the next.
    pub(super) step: usize,
    /// How many target positions there are.
    pub(super) count: usize,
    /// How many taps there are.
    pub(super) taps: usize,
    /// The index of the first tap in the kernel.
    pub(super) weight: usize,
    /// From one tap to the next in the kernel.
    pub(super) weight_step: usize,
    /// The source position of the first target position and tap.
    pub(super) source: isize,
    /// Source positions from one target position to the next.
    pub(super) source_step: usize,
    /// Source positions from one tap to the next.
    pub(super) tap_step: isize,
    /// The size of the source. What lies outside is zero.
    pub(super) size: usize,
}

impl Axis {
    /// The axis of a forward pass.
    pub(super) fn forward(
        input: usize,
        output: usize,
        kernel: usize,
        stride: usize,
        padding: usize,
        dilation: usize,
    ) -> Axis {
        Axis {
            first: 0,
            step: 1,
            count: output,
            taps: kernel,
            weight: 0,
            weight_step: 1,
            source: -(padding as isize),
            source_step: stride,
            tap_step: dilation as isize,
            size: input,
        }
    }

    /// The part of a backward pass that fills the input positions `class`, `class + stride`, …: those that the same taps
    /// reach, since input = output × stride + tap × dilation − padding.
    pub(super) fn backward(
        class: usize,
        input: usize,
        output: usize,
        kernel: usize,
        stride: usize,
        padding: usize,
        dilation: usize,
    ) -> Axis {
        let reaches = |tap: &usize| (class + padding).abs_diff(tap * dilation).is_multiple_of(stride);
        let weight = (0..kernel).find(reaches).unwrap_or(kernel);
        let common = gcd(stride, dilation);
        let period = stride / common;
        Axis {
            first: class,
            step: stride,
            count: input.saturating_sub(class).div_ceil(stride),
            taps: (kernel - weight).div_ceil(period),
            weight,
            weight_step: period,
            source: ((class + padding) as isize - (weight * dilation) as isize) / stride as isize,
            source_step: 1,
            // period · dilation / stride
            tap_step: -((dilation / common) as isize),
            size: output,
        }
    }

    /// The end of the target positions.
    pub(super) fn past(&self) -> usize {
        if self.count == 0 { 0 } else { self.first + (self.count - 1) * self.step + 1 }
    }

    /// The index of the last tap in the kernel.
    pub(super) fn last_weight(&self) -> usize {
        self.weight + self.taps.saturating_sub(1) * self.weight_step
    }

    /// The source position of target position `i` through tap `t`.
    #[inline(always)]
    pub(super) fn position(&self, i: usize, t: usize) -> isize {
        self.source + (i * self.source_step) as isize + t as isize * self.tap_step
    }

    /// Whether target position `i` finds a source through tap `t`.
    #[inline(always)]
    fn within(&self, i: usize, t: usize) -> bool {
        (self.position(i, t) as usize) < self.size
    }

    /// The taps through which at least one of the target positions finds a source.
    #[inline(always)]
    pub(super) fn taps_of(&self, positions: Range<usize>) -> Range<usize> {
        if self.taps > 0 && !positions.is_empty() {
            let (first, last, tap) = (positions.start, positions.end - 1, self.taps - 1);
            let corners = [(first, 0), (first, tap), (last, 0), (last, tap)];
            if corners.iter().all(|&(i, t)| self.within(i, t)) {
                return 0..self.taps;
            }
        }
        let meets = |&t: &usize| positions.clone().any(|i| self.within(i, t));
        let Some(start) = (0..self.taps).find(meets) else { return 0..0 };
        let end = (start..self.taps).rfind(meets).map_or(start, |t| t + 1);
        start..end
    }

    /// From the first to the last source position that the target positions reach, inside of the source or not.
    pub(super) fn span_of(&self, positions: Range<usize>) -> Range<isize> {
        if self.taps == 0 || positions.is_empty() {
            return 0..0;
        }
        let (first, last) = (self.position(positions.start, 0), self.position(positions.end - 1, 0));
        let taps = (self.taps - 1) as isize * self.tap_step;
        first + taps.min(0)..last + taps.max(0) + 1
    }

    /// From the first to the last source position that any target position reaches.
    pub(super) fn span(&self) -> Range<isize> {
        self.span_of(0..self.count)
    }

    /// The source positions from the first to the last that one target position reaches.
    pub(super) fn reach(&self) -> usize {
        self.taps.saturating_sub(1) * self.tap_step.unsigned_abs() + 1
    }
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}
