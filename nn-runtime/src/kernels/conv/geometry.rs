//! The sizes of a convolution.

use super::{Axis, Correlate, MOST, WeightGradient, count, gradient::OutputGradient};
use crate::kernels::Element;

/// The sizes of a convolution; pairs are vertical and horizontal.
///
/// Output (o, i, j) is the sum over (c, h, w) of `weight[o, c, h, w]` times input
/// (c, i · stride + h · dilation − padding, j · stride + w · dilation − padding), where what lies outside of the input is zero.
/// With groups, the outputs of a group take the channels of that group alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Geometry {
    /// Groups of channels.
    pub(crate) groups: usize,
    /// Output channels of a group.
    pub(crate) outputs: usize,
    /// Input channels of a group.
    pub(crate) channels: usize,
    /// The kernel's size.
    pub(crate) kernel: [usize; 2],
    /// Input positions from one output position to the next.
    pub(crate) stride: [usize; 2],
    /// Zeros before the first row and column of the input.
    pub(crate) padding: [usize; 2],
    /// Input positions from one element of the kernel to the next.
    pub(crate) dilation: [usize; 2],
    /// The input's size.
    pub(crate) input: [usize; 2],
    /// The output's size.
    pub(crate) output: [usize; 2],
}

impl Geometry {
    /// The numbers of the weight.
    pub(super) fn weights(&self) -> usize {
        count(&[self.groups, self.outputs, self.channels, self.kernel[0], self.kernel[1]])
    }

    /// The numbers of the weight that one output channel has.
    pub(super) const fn taps(&self) -> usize {
        self.channels * self.kernel[0] * self.kernel[1]
    }

    /// Panics for a window that does not move or has no elements, and where a position overflows. Every method that runs a kernel begins with
    /// it: along each axis, all positions that the window's elements take, and all places of its elements in the weight, are then at most
    /// [`MOST`] away from the first of the input, whatever an [`Axis`] adds up of them.
    fn check(&self) {
        for i in 0..2 {
            let [kernel, stride, dilation] = [self.kernel[i], self.stride[i], self.dilation[i]];
            assert!(
                kernel > 0 && stride > 0 && dilation > 0,
                "expected a window with a kernel, a stride and a dilation of at least 1, found {kernel}, {stride} and {dilation}"
            );
            let moved = self.output[i].saturating_sub(1).checked_mul(stride);
            let reach = moved.zip((kernel - 1).checked_mul(dilation)).and_then(|(a, b)| a.checked_add(b));
            let sizes = [kernel, stride, dilation, self.padding[i], self.input[i], self.output[i]];
            assert!(
                reach.is_some_and(|reach| reach < MOST) && sizes.iter().all(|&size| size < MOST),
                "expected a window that stays within what memory can hold, found {self:?}"
            );
        }
    }

    /// y = max(x ∗ weight + bias, floor), in the batch-innermost layout of `lanes` lanes. An empty bias is zero.
    pub(crate) fn forward<E: Element>(&self, weight: &[E], bias: &[E], x: &[E], y: &mut [E], lanes: usize, floor: E) {
        self.check();
        let (inputs, kernel) = (self.channels, count(&self.kernel));
        let axis = |i: usize| {
            let (input, output) = (self.input[i], self.output[i]);
            Axis::forward(input, output, self.kernel[i], self.stride[i], self.padding[i], self.dilation[i])
        };
        E::correlate(Correlate {
            weight,
            bias,
            source: x,
            target: y,
            lanes,
            groups: self.groups,
            outputs: self.outputs,
            inputs,
            weight_output: count(&[inputs, kernel]),
            weight_input: kernel,
            weight_row: self.kernel[1],
            rows: axis(0),
            columns: axis(1),
            height: self.output[0],
            width: self.output[1],
            floor,
            scratch: &mut [],
        });
    }

    /// d_x from d_y. Overwrites d_x.
    pub(crate) fn input_gradient<E: Element>(&self, weight: &[E], d_y: &[E], d_x: &mut [E], lanes: usize) {
        self.transposed(weight, &[], d_y, d_x, lanes, E::neg_infinity());
    }

    /// x = max(Wᵀ y + bias, floor), where y = W x is the convolution without a bias. Overwrites x. An empty bias is zero.
    pub(crate) fn transposed<E: Element>(
        &self,
        weight: &[E],
        bias: &[E],
        y: &[E],
        x: &mut [E],
        lanes: usize,
        floor: E,
    ) {
        self.check();
        let kernel = count(&self.kernel);
        let axis = |i: usize, class: usize| {
            let (input, output) = (self.input[i], self.output[i]);
            Axis::backward(class, input, output, self.kernel[i], self.stride[i], self.padding[i], self.dilation[i])
        };
        for row in 0..self.stride[0].min(self.input[0]) {
            for column in 0..self.stride[1].min(self.input[1]) {
                E::correlate(Correlate {
                    weight,
                    bias,
                    source: y,
                    target: &mut *x,
                    lanes,
                    groups: self.groups,
                    outputs: self.channels,
                    inputs: self.outputs,
                    weight_output: kernel,
                    weight_input: count(&[self.channels, kernel]),
                    weight_row: self.kernel[1],
                    rows: axis(0, row),
                    columns: axis(1, column),
                    height: self.input[0],
                    width: self.input[1],
                    floor,
                    scratch: &mut [],
                });
            }
        }
    }

    /// Sets d_y to zero where `rectified` is not positive, unless that is empty, and in the lanes beyond `samples`. Adds the gradients of the
    /// weight, and of the bias where `bias` is not empty, from x and d_y; no gradient where `weight` is empty.
    pub(crate) fn weight_gradient<E: Element>(
        &self,
        x: &[E],
        rectified: &[E],
        d_y: &mut [E],
        weight: &mut [E],
        bias: &mut [E],
        lanes: usize,
        samples: usize,
    ) {
        self.check();
        E::weight_gradient(WeightGradient {
            sizes: *self,
            x,
            rectified,
            d_y: OutputGradient::Open(d_y),
            weight,
            bias,
            lanes,
            samples,
            scratch: &mut [],
        });
    }

    /// Adds the gradient of the weight from x and d_y, one of which is zero in the lanes beyond the samples.
    pub(crate) fn closed_weight_gradient<E: Element>(&self, x: &[E], d_y: &[E], weight: &mut [E], lanes: usize) {
        self.check();
        E::weight_gradient(WeightGradient {
            sizes: *self,
            x,
            rectified: &[],
            d_y: OutputGradient::Closed(d_y),
            weight,
            bias: &mut [],
            lanes,
            samples: lanes,
            scratch: &mut [],
        });
    }
}
