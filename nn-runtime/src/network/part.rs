//! What generated code gets to work on: a part of a batch, or the whole of it after the last part.

use crate::{
    Element, Network,
    network::{common::Common, learned::Learned, memory::Scratch, probe::Probe, random::Random},
};

/// Some consecutive samples of a batch on their way through a network `N`.
#[derive(Debug)]
pub struct Part<'a, N: Network> {
    /// The part's rows of each input.
    pub inputs: N::Inputs<'a>,
    /// The part's rows of each value that is kept for the whole batch.
    pub kept: N::Kept<'a>,
    /// The sizes of free dimensions: those of the inputs, and what [`Sizing`](crate::network::abi::Sizing) calculates from them.
    pub sizes: &'a [usize],
    /// Memory for the other values.
    pub scratch: Scratch<'a, N::Element>,
    /// The index in the batch of the part's first sample.
    pub first: usize,
    /// The random numbers of this step.
    pub random: Random,
    /// The leg of the way that is walked now: 0 up to the first meeting.
    pub leg: usize,
    /// What the part tells the others, and what they told.
    pub common: Common<'a, N::Element>,
    /// The layers whose gradients a backward pass calculates.
    pub learned: Learned<'a>,
    /// What a forward pass does at the named nodes.
    pub probe: Probe<'a, N::Element>,
}

/// All samples of a batch, once each part has gone backward: what is left to do over the batch as a whole.
#[derive(Debug)]
pub struct Whole<'a, N: Network> {
    /// The rows of each input.
    pub inputs: N::Inputs<'a>,
    /// The rows of each kept value.
    pub kept: N::Kept<'a>,
    /// The sizes of free dimensions, as in [`Part`].
    pub sizes: &'a [usize],
    /// The shares' gradient buffers.
    pub shares: Shares<'a, N::Element>,
    /// The number of samples.
    pub samples: usize,
    /// The samples of each part but the last, which has those that are left.
    pub part: usize,
    /// The layers whose gradients are wanted; those of the others stay as they are.
    pub learned: Learned<'a>,
}

/// Gradient buffers of equal layout, one a share.
#[derive(Debug)]
pub struct Shares<'a, E> {
    data: &'a [E],
    width: usize,
    /// Where what is summed next begins in a buffer.
    start: usize,
}

impl<'a, E: Element> Shares<'a, E> {
    /// Buffers of `width` numbers each.
    pub(crate) fn new(data: &'a [E], width: usize) -> Self {
        Shares { data, width, start: 0 }
    }

    /// The same buffers from `start` on: what belongs to a part of the network.
    #[must_use]
    pub fn within(&self, start: usize) -> Self {
        Shares { start: self.start + start, ..*self }
    }

    /// Writes the sum of the buffers, in order, over the tensors of layers, which lie one after the other in a buffer. The tensors of layers that do
    /// not learn stay as they are.
    pub fn sum_into<const N: usize, const M: usize>(&self, layers: [[&mut [E]; M]; N], learned: [Learned<'_>; N]) {
        let mut start = self.start;
        let tensors =
            layers.into_iter().zip(learned).flat_map(|(layer, learned)| layer.map(|tensor| (tensor, learned)));
        for (tensor, learned) in tensors {
            let end = start + tensor.len();
            if !learned.any() {
                start = end;
                continue;
            }
            let mut buffers = self.data.chunks_exact(self.width);
            match buffers.next() {
                Some(first) => tensor.copy_from_slice(&first[start..end]),
                // A batch of no samples.
                None => tensor.fill(E::zero()),
            }
            for buffer in buffers {
                for (sum, &x) in tensor.iter_mut().zip(&buffer[start..end]) {
                    *sum += x;
                }
            }
            start = end;
        }
    }
}
