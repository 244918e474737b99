//! What a layer's value depends on: the receptive field of one layer.

use super::Window;
use crate::shape::{Dimension, Operation, Shape};

/// What one element of what a layer gives depends on, along one axis of what it takes.
#[derive(Clone, Debug)]
pub(crate) enum Reach {
    /// The element at the same place along this axis of what the layer gives.
    Same(usize),
    /// A window that moves along this axis of what it gives.
    Window { axis: usize, kernel: Dimension, stride: Dimension, before: Dimension, dilation: Dimension },
    /// The transpose of such a window.
    Transposed { axis: usize, kernel: Dimension, stride: Dimension, before: Dimension },
    /// Bins of an adaptive pool along this axis of what it gives.
    Bins { axis: usize, takes: Dimension, gives: Dimension },
    /// All places of a spatial axis.
    Places,
    /// Everything.
    Everything,
    /// The network inside decides.
    Inside,
}

impl Reach {
    /// Whether it makes the axis a spatial one, as far as the macro knows.
    pub(crate) fn may_be_spatial(&self) -> bool {
        !matches!(self, Self::Same(_) | Self::Everything)
    }

    /// Of a layer that takes the numbers along the last axis together.
    pub(super) fn unless_last(axis: usize, takes: &Shape) -> Self {
        if axis + 1 == takes.len() { Self::Everything } else { Self::Same(axis) }
    }

    /// Of a layer that takes the channels, which are the first axis, each by itself.
    pub(super) fn by_channel(axis: usize, otherwise: impl FnOnce(usize) -> Self) -> Self {
        match axis.checked_sub(1) {
            None => Self::Same(0),
            Some(spatial) => otherwise(spatial),
        }
    }

    /// Of a layer that takes all channels together.
    pub(super) fn across_channels(axis: usize, otherwise: impl FnOnce(usize) -> Self) -> Self {
        match axis.checked_sub(1) {
            None => Self::Everything,
            Some(spatial) => otherwise(spatial),
        }
    }

    /// Of a layer that gives the numbers in their order under another shape: an axis stays one where its size
    /// does, and as many numbers lie before it or behind it.
    pub(super) fn in_order(axis: usize, takes: &Shape, gives: &Shape) -> Self {
        let alike = |a: &[Dimension], b: &[Dimension]| {
            let long = |shape: &[Dimension]| -> Vec<Dimension> {
                shape.iter().filter(|size| size.literal() != Some(1)).cloned().collect()
            };
            let products = Operation::Product.of(a).zip(Operation::Product.of(b));
            long(a) == long(b) || products.is_some_and(|(a, b)| a == b)
        };
        let stays = |&to: &usize| {
            gives[to] == takes[axis]
                && (alike(&takes[..axis], &gives[..to]) || alike(&takes[axis + 1..], &gives[to + 1..]))
        };
        (0..gives.len()).find(stays).map_or(Self::Everything, Self::Same)
    }
}

impl Window {
    /// How far a layer reaches that moves the window along a spatial axis.
    pub(super) fn reach(&self, spatial: usize) -> Reach {
        Reach::Window {
            axis: spatial + 1,
            kernel: self.kernel[spatial].clone(),
            stride: self.stride[spatial].clone(),
            before: self.before[spatial].clone(),
            dilation: self.dilation[spatial].clone(),
        }
    }
}
