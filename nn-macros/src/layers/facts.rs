//! What a program asks of a layer. Each answer is the layer's own: whoever asks names no layer.

use proc_macro2::Ident;

use super::{Activation, Calls, Parameter, Part, Penalty, Runtime};
use crate::shape::{Dimension, Shape};

/// A layer at its place in a node.
pub(crate) struct Placement<'a> {
    /// Its name as the user wrote it.
    pub(crate) kind: &'a Ident,
    /// The shapes that it takes, one for each source.
    pub(crate) inputs: &'a [Shape],
    pub(crate) output: &'a Shape,
}

/// A layer's answers.
pub(crate) struct Facts<'a> {
    pub(crate) work: Work<'a>,
    pub(crate) layout: Layout,
    /// The layer as a type of the runtime, where it is more than a call.
    pub(crate) model: Option<&'a dyn Model>,
    pub(crate) output: OutputKind,
}

/// How a layer is computed.
pub(crate) enum Work<'a> {
    /// The value itself.
    Identity,
    /// The numbers stay where they are, under another shape.
    Reshape,
    /// A function of each number or row, which can be calculated in place.
    Activation(&'a Activation),
    /// A layer whose weight has a gradient.
    Weights(Weights<'a>),
    /// A layer that goes through a sequence step by step.
    Recurrent(States<'a>),
    /// It is iterated until its units stay as they are, in a workspace of the shape of its output. It has no gradient.
    FixedPoint,
    /// Another network, or a layer of the user's own.
    Submodule(&'a Part),
    /// Calls of the runtime.
    Calls(&'a dyn Calls, Saves),
    /// Calls of the runtime with the weight of the dense layer before it.
    Penalty(&'a dyn Penalty),
}

/// What a backward pass asks for of a forward pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Saves {
    Neither,
    Input,
    Output,
    Both,
}

/// How a layer with weights is trained.
pub(crate) struct Weights<'a> {
    pub(crate) gradient: WeightGradient,
    /// Whether the activation behind it is calculated along with its output. If not, it is activated by itself.
    pub(crate) fuses: bool,
    /// The layer whose weight it borrows.
    pub(crate) tied: Option<&'a Ident>,
    /// How many indices it may look up, where its input consists of such.
    pub(crate) vocabulary: Option<&'a Dimension>,
}

/// How the gradient of a weight is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WeightGradient {
    /// Added up sample by sample, in the gradient accumulator of a chunk of the batch.
    Accumulated,
    /// One product over the whole batch, of its input and the gradient of its output, both of which are kept.
    WholeBatch,
    /// The same, and something is left to do with it: `finish`.
    Finished,
    /// Accumulated; and in training the output for a sample depends on the other samples, so that all chunks wait for each other.
    Synchronized,
}

/// The states of a recurrent layer.
pub(crate) struct States<'a> {
    /// The numbers of the state before the first step, and of that after the last.
    pub(crate) widths: [Dimension; 2],
    /// The node from whose last state it starts.
    pub(crate) from: Option<&'a Ident>,
    pub(crate) bidirectional: bool,
}

/// The layout that a layer reads and writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// A row for each sample, or the samples innermost, as the rank of each shape says.
    ByRank,
    /// The samples innermost: a signal `[c, l]` is an image `[c, 1, l]` to it.
    Innermost,
    /// That in which its input lies already.
    AsItLies,
}

/// What is known of the numbers that a layer gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OutputKind {
    Unknown,
    Numbers,
    Sigmoid,
    Softmax,
    LogSoftmax,
    /// Those of its input, moved or left out.
    Same,
    /// Averages of its input.
    Averaged,
    /// Products of its inputs.
    Product,
}

/// A layer as a type of the runtime.
pub(crate) trait Model {
    /// Its parameters for inputs of these shapes, in the order of a saved file.
    fn parameters(&self, inputs: &[Shape]) -> Vec<Parameter>;

    /// Its type, and how it is made.
    fn runtime(&self, of: &Placement) -> Runtime;
}

/// A product of sizes.
pub(crate) type Product = Vec<Dimension>;

/// So many operations for each element of a shape.
pub(super) fn each(operations: u64, shape: &[Dimension]) -> Product {
    [Dimension::Literal(operations)].into_iter().chain(shape.iter().cloned()).collect()
}
