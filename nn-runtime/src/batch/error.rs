//! Data whose shape is not the one that its receiver takes.

use crate::{
    check::LARGEST,
    shape::{Dims, FREE},
};

/// Data whose shape is not the one that its receiver takes.
///
/// ```
/// use plumbline::{Batch, Const, ShapeError};
/// let error = Batch::<(Const<4>,)>::from_vec(vec![0.0; 6]).unwrap_err();
/// assert_eq!(error, ShapeError::Length { expected: 4, found: 6 });
/// ```
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ShapeError {
    /// The axes after the first are not those of a sample.
    #[error("expected samples of shape `{}`, found `{}`", Dims(expected), Dims(found))]
    Sample {
        /// The shape of a sample.
        expected: Vec<usize>,
        /// The axes found after the first.
        found: Vec<usize>,
    },
    /// An array without a batch axis.
    #[error("expected a batch axis before samples of shape `{}`, found an array without axes", Dims(expected))]
    NoBatchAxis {
        /// The shape of a sample.
        expected: Vec<usize>,
    },
    /// A number of elements that is no multiple of a sample's.
    #[error("expected a multiple of the {expected} numbers of a sample, found {found} numbers")]
    Length {
        /// The numbers of one sample.
        expected: usize,
        /// The numbers found.
        found: usize,
    },
    /// A view cannot be borrowed because its samples do not lie one after the other in row-major order.
    #[error("expected a row-major array to borrow, found strides {strides:?}; `Batch::try_from` copies any order")]
    Order {
        /// The strides found, in elements.
        strides: Vec<isize>,
    },
    /// A sample of more numbers than a shape may have.
    #[error("expected samples of at most {} numbers, found samples of shape `{}`", LARGEST, Dims(found))]
    TooLarge {
        /// The sizes of the axes.
        found: Vec<usize>,
    },
    /// There is no memory for the numbers.
    #[error("expected memory for {numbers} numbers of {bytes} bytes, found too little")]
    Memory {
        /// How many there are.
        numbers: usize,
        /// The bytes of one.
        bytes: usize,
    },
    /// More samples than memory can hold.
    #[error("expected a batch that memory can hold, found {samples} samples of shape `{}`", Dims(sizes))]
    TooManySamples {
        /// The number of samples.
        samples: usize,
        /// The sizes of the axes of a sample.
        sizes: Vec<usize>,
    },
    /// Sizes on free axes that a layer of a network cannot take.
    #[error("expected {} with sizes that every layer takes, found {}: {rule}", list(expected), list(found))]
    Sizes {
        /// The shape of each input; [`FREE`] where an axis is free.
        expected: Vec<Vec<usize>>,
        /// The sizes of each input.
        found: Vec<Vec<usize>>,
        /// What is wrong, as the compiler would say it of known sizes.
        rule: String,
    },
    /// A number that is no index, where a network begins with an `embedding`.
    #[error("expected {}, found {found} at position {position} of sample {sample}", indices(*vocabulary))]
    Index {
        /// The number of indices.
        vocabulary: usize,
        /// The index of the sample.
        sample: usize,
        /// The index in the sample.
        position: usize,
        /// The number found.
        found: f64,
    },
    /// Another number of lengths than of samples.
    #[error("expected a length for each of the {expected} samples, found {found} lengths")]
    Lengths {
        /// The number of samples.
        expected: usize,
        /// The number of lengths.
        found: usize,
    },
    /// A sequence without steps, or with more than there is room for.
    #[error("expected sequences of {}, found {found} in sample {sample}", steps(*most))]
    Steps {
        /// The most steps that a sequence may have; [`FREE`] for any number.
        most: usize,
        /// The index of the sample.
        sample: usize,
        /// The steps of the sequence.
        found: usize,
    },
    /// A sequence that ends inside a step.
    #[error("expected a multiple of the {expected} numbers of a step, found {found} numbers in sample {sample}")]
    Step {
        /// The numbers of a step.
        expected: usize,
        /// The index of the sample.
        sample: usize,
        /// The numbers of the sequence.
        found: usize,
    },
    /// A sequence that is shorter than what a layer looks at.
    #[error("expected sequences of at least {least} steps for the layer `{layer}`, found {found} in sample {sample}")]
    TooShort {
        /// The layer's name.
        layer: String,
        /// The steps of the shortest sequence that fits.
        least: usize,
        /// The index of the sample.
        sample: usize,
        /// The steps of the sequence.
        found: usize,
    },
    /// Two sequences of different lengths come together in a layer.
    #[error(
        "expected sequences of equal lengths in the layer `{layer}`, found {expected} and {found} steps in sample {sample}"
    )]
    OtherLength {
        /// The layer's name.
        layer: String,
        /// The index of the sample.
        sample: usize,
        /// The steps of the layer's first sequence.
        expected: usize,
        /// The steps of the other one.
        found: usize,
    },
    /// Sequences of different lengths, and a layer that mixes their steps with the padding.
    #[error("expected samples without lengths, found some: the layer `{layer}` cannot tell steps from padding")]
    MixedSteps {
        /// The layer's name.
        layer: String,
    },
    /// Values of a node that have lengths, where the layers before the node make other lengths of those of the inputs.
    #[error(
        "expected values without lengths to start from the node `{node}`, found some: the layers before it change lengths, and those behind it \
         go by those of the inputs"
    )]
    NodeLengths {
        /// The node's name.
        node: String,
    },
    /// Two batches that belong together have different numbers of samples.
    #[error("expected {expected} samples, found {found}")]
    Samples {
        /// The number of the first.
        expected: usize,
        /// The number of the other.
        found: usize,
    },
}

/// Several shapes in a message.
fn list(shapes: &[Vec<usize>]) -> String {
    shapes.iter().map(|shape| format!("`{}`", Dims(shape))).collect::<Vec<_>>().join(" and ")
}

/// Which numbers are indices, in a message.
fn indices(vocabulary: usize) -> String {
    match vocabulary.checked_sub(1) {
        Some(last) => format!("a whole number from 0 to {last}"),
        None => "no number, for the vocabulary is empty".into(),
    }
}

/// How many steps a sequence may have, in a message.
fn steps(most: usize) -> String {
    if most == FREE { "at least 1 step".into() } else { format!("1 to {most} steps") }
}
