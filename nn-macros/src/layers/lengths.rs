//! What becomes of the lengths of padded sequences behind a layer.

use crate::shape::{Dimension, Operation, Shape};

/// A layer's answer for sequences whose steps lie along some axis of what it takes.
#[derive(Clone, Debug)]
pub(crate) enum Lengths {
    /// Each step stays a step, along this axis of what the layer gives. What it gives for real steps depends on no padding, as long as the
    /// padding is 0.
    Kept(usize),
    /// Each step stays a step, and the layer goes over the real steps alone, for which it asks for the lengths.
    Walked(usize),
    /// The steps along this axis of what the layer gives are others, as many as follow from the length.
    Changed(usize, Change),
    /// The network inside decides. What it gives may be a sequence along this axis.
    Inside(usize),
    /// The layer reads each sequence up to its length, and gives no sequence.
    Read,
    /// The layer cannot tell steps from padding: it takes all of them together.
    Mixed,
}

/// How a length changes.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    /// ⌊(length + padding − span) / stride⌋ + 1
    Window { padding: Dimension, span: Dimension, stride: Dimension },
    /// (length − 1) · stride + reach − removed
    Transposed { stride: Dimension, reach: Dimension, removed: Dimension },
}

impl Lengths {
    /// Of a layer that takes the channels, which are the first axis, each by itself.
    pub(super) fn by_channel(axis: usize, otherwise: impl FnOnce(usize) -> Self) -> Self {
        match axis.checked_sub(1) {
            None => Self::Kept(0),
            Some(spatial) => otherwise(spatial),
        }
    }

    /// Of a layer that takes all channels together.
    pub(super) fn across_channels(axis: usize, otherwise: impl FnOnce(usize) -> Self) -> Self {
        match axis.checked_sub(1) {
            None => Self::Mixed,
            Some(spatial) => otherwise(spatial),
        }
    }

    /// Of a layer that takes the numbers along the last axis together.
    pub(super) fn unless_last(axis: usize, inputs: &Shape) -> Self {
        if axis + 1 == inputs.len() { Self::Mixed } else { Self::Kept(axis) }
    }
}

impl Change {
    /// Whether every length stays the same.
    pub(super) fn is_none(&self) -> bool {
        let one = Dimension::Literal(1);
        match self {
            Self::Window { padding, span, stride } => {
                *stride == one && Operation::Sum.of(&[padding.clone(), one]).is_some_and(|sum| sum == *span)
            }
            Self::Transposed { stride, reach, removed } => {
                *stride == one && Operation::Sum.of(&[removed.clone(), one]).is_some_and(|sum| sum == *reach)
            }
        }
    }
}

/// The axis that is time where a batch of the shape has lengths: the first free one, or the first where none is free.
pub(crate) fn time_axis(shape: &Shape) -> usize {
    shape.iter().position(Dimension::is_free).unwrap_or(0)
}
