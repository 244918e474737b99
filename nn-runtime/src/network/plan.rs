//! What a network needs memory for.

use crate::network::total;

/// What a network needs memory for, as numbers a sample. The macro calculates it when it expands; where a network has free dimensions, once
/// more for their sizes.
#[derive(Clone, Copy, Debug)]
pub struct Plan<'a> {
    /// The width of each input.
    pub inputs: &'a [usize],
    /// The number of outputs.
    pub outputs: usize,
    /// The widths of the values kept for the whole batch, in this order: the outputs, the other values of the forward pass; the
    /// gradients with respect to the outputs, to the inputs, and the others of the backward pass.
    pub kept: &'a [usize],
    /// How many of them belong to the forward pass.
    pub forward_kept: usize,
    /// The width of a part's scratch in training, forward and backward.
    pub train_scratch: usize,
    /// The width of a part's scratch in inference.
    pub infer_scratch: usize,
    /// The numbers of a share's gradient buffer.
    pub share: usize,
    /// Samples of a part below which cutting a batch further does not pay.
    pub part: usize,
    /// The plans of the networks inside it, in order. Their kept values follow its own; their scratch and their shares' numbers are
    /// counted in its own.
    pub parts: &'a [Plan<'a>],
    /// How often in a forward pass of training the parts of a batch meet, as they do where a layer needs what all samples have in common.
    /// Every part walks up to the first meeting, then every part up to the second, and so on, `Part::leg` says how far; and in the
    /// backward pass as often. Those of the networks inside are counted.
    pub meetings: usize,
    /// The numbers that a part tells the others at all meetings: the network's own, then those of the networks inside, in order.
    pub common: usize,
    /// The name of each layer with memory. The last of the values kept in the forward pass are, for each of them, the state that it starts from, and
    /// then, for each, the state that it ends with. What a start has more numbers than an end is 0 where the layer begins afresh.
    pub states: &'a [&'a str],
    /// Whether a layer with memory reads its sequences from both ends, here or in a network inside.
    pub bidirectional: bool,
    /// What a network around calls this one, where it is inside of another.
    pub name: &'a str,
}

impl Plan<'_> {
    /// The plan of nothing.
    pub const EMPTY: Plan<'static> = Plan {
        inputs: &[],
        outputs: 0,
        kept: &[],
        forward_kept: 0,
        train_scratch: 0,
        infer_scratch: 0,
        share: 0,
        part: 0,
        parts: &[],
        meetings: 0,
        common: 0,
        states: &[],
        bidirectional: false,
        name: "",
    };

    /// Numbers of values and gradients in training, a sample.
    pub const fn width(&self) -> usize {
        self.train_scratch + self.kept_width()
    }

    const fn kept_width(&self) -> usize {
        let (mut sum, mut i) = (total(self.kept), 0);
        while i < self.parts.len() {
            sum += self.parts[i].kept_width();
            i += 1;
        }
        sum
    }
}
