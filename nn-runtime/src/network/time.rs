//! The lengths of sequences on their way through a network and the networks inside it.

use crate::{
    Network, Shape, ShapeError,
    network::{Entry, PartLengths},
    shape::time_axis,
};

/// The steps of a sequence of `length` steps behind a window of `span` steps that moves by `stride`, with `padding` steps beside it in all. A
/// sequence that is shorter than the window has one.
pub const fn window_length(length: usize, padding: usize, span: usize, stride: usize) -> usize {
    match length.saturating_add(padding).saturating_sub(span).checked_div(stride) {
        Some(steps) => steps.saturating_add(1),
        None => 1,
    }
}

/// Whether such a window fits the sequence.
pub const fn window_fits(length: usize, padding: usize, span: usize) -> bool {
    length.saturating_add(padding) >= span
}

/// The steps of a sequence behind a transposed convolution: (length − 1) · stride + reach − removed, at least one.
pub const fn transposed_length(length: usize, stride: usize, reach: usize, removed: usize) -> usize {
    let steps = length.saturating_sub(1).saturating_mul(stride).saturating_add(reach).saturating_sub(removed);
    if steps == 0 { 1 } else { steps }
}

/// Whether anything is left behind a transposed convolution.
pub const fn transposed_fits(length: usize, stride: usize, reach: usize, removed: usize) -> bool {
    length.saturating_sub(1).saturating_mul(stride).saturating_add(reach) > removed
}

/// Whether lengths along `axis` are lengths to the network `N`, whose first input a value is.
const fn takes_lengths<N: Network<Input: Shape>>(axis: usize) -> bool {
    time_axis(N::Input::DIMS) == axis
}

/// Whether the first output of `N` is a sequence along `axis`.
const fn gives_lengths<N: Network<Output: Shape>>(axis: usize) -> bool {
    matches!(N::TIMES, [Some(_), ..]) && time_axis(N::Output::DIMS) == axis
}

/// The lengths along `axis` of what the network `N` takes, as it takes them: none where its time is another axis.
#[inline(always)]
pub const fn lengths_into<N: Network<Input: Shape>>(lengths: &[usize], axis: usize) -> &[usize] {
    if takes_lengths::<N>(axis) { lengths } else { &[] }
}

/// The lengths along `axes[1]` of what the network `N` gives for sequences of these lengths along `axes[0]`: none where its output is no
/// such sequence.
#[inline(always)]
pub fn lengths_through<N: Network<Input: Shape, Output: Shape>>(lengths: &[usize], axes: [usize; 2]) -> PartLengths {
    let keeps = takes_lengths::<N>(axes[0]) && gives_lengths::<N>(axes[1]);
    PartLengths::new(if keeps { lengths } else { &[] }, |length| N::output_length(0, length))
}

/// The input whose lengths become those of what `N` gives for a value that has those of the input `time`.
pub const fn time_through<N: Network<Input: Shape, Output: Shape>>(
    time: Option<usize>,
    axes: [usize; 2],
) -> Option<usize> {
    if takes_lengths::<N>(axes[0]) && gives_lengths::<N>(axes[1]) { time } else { None }
}

/// A sample's sequence at an input of a network.
#[derive(Clone, Copy, Debug)]
pub struct SequenceLength {
    /// Its real steps.
    pub steps: usize,
    /// Whether layers that cannot take lengths refuse this one. They do not where all sequences are full, nor in a part whose sequences have an
    /// axis of fixed size: there, branches alone are compared.
    pub ragged: bool,
}

/// What is wrong with the lengths of a sample's sequences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LengthFault {
    /// The sequence of an input is too short for a layer.
    Short {
        /// The input.
        input: usize,
        /// The layer's name.
        layer: String,
    },
    /// Two sequences of different lengths come together in a layer.
    Differ {
        /// The layer's name.
        layer: String,
        /// The steps of the first.
        expected: usize,
        /// The steps of the other.
        found: usize,
    },
    /// A layer that mixes real steps with padding.
    Mixed {
        /// The layer's name.
        layer: String,
    },
}

impl LengthFault {
    /// A window does not fit.
    pub fn short(input: usize, layer: &str) -> Option<Self> {
        Some(LengthFault::Short { input, layer: layer.to_owned() })
    }

    /// The sequences differ.
    pub fn differ(layer: &str, expected: usize, found: usize) -> Option<Self> {
        Some(LengthFault::Differ { layer: layer.to_owned(), expected, found })
    }

    /// The layer cannot keep lengths.
    pub fn mixed(layer: &str) -> Option<Self> {
        Some(LengthFault::Mixed { layer: layer.to_owned() })
    }

    /// The fault of a network inside the network, under the name that it has there, of the sequence of `input`.
    fn within(self, part: &str, at: usize) -> Self {
        let inside = |layer: String| format!("{part}.{layer}");
        match self {
            LengthFault::Short { layer, .. } => LengthFault::Short { input: at, layer: inside(layer) },
            LengthFault::Differ { layer, expected, found } => {
                LengthFault::Differ { layer: inside(layer), expected, found }
            }
            LengthFault::Mixed { layer } => LengthFault::Mixed { layer: inside(layer) },
        }
    }
}

/// What the network `N`, which is called `name` inside another one, has against a sequence along `axes[0]`, that goes on along `axes[1]`; it
/// comes from the outer network's input `input`.
pub fn length_fault_within<N: Network<Input: Shape, Output: Shape>>(
    name: &str,
    sequence: SequenceLength,
    axes: [usize; 2],
    input: usize,
) -> Option<LengthFault> {
    let takes = takes_lengths::<N>(axes[0]);
    if sequence.ragged && (!takes || !gives_lengths::<N>(axes[1]) && matches!(N::TIMES, [Some(_), ..])) {
        return LengthFault::mixed(name);
    }
    if !takes {
        return None;
    }
    N::length_fault(&|_| sequence).map(|fault| fault.within(name, input))
}

/// Asks that the network takes the lengths of each sample.
pub(super) fn check_lengths<N: Network>(entries: &[Entry<'_, N::Element>]) -> Result<(), ShapeError> {
    let samples = entries.iter().map(|entry| entry.lengths().len()).max().unwrap_or(0);
    for sample in 0..samples {
        let sequence = |input: usize| {
            let entry = &entries[input];
            SequenceLength { steps: entry.steps().length(sample), ragged: !entry.lengths().is_empty() }
        };
        let Some(fault) = N::length_fault(&sequence) else { continue };
        return Err(match fault {
            LengthFault::Mixed { layer } => ShapeError::MixedSteps { layer },
            LengthFault::Differ { layer, expected, found } => {
                ShapeError::OtherLength { layer, sample, expected, found }
            }
            LengthFault::Short { input, layer } => {
                let found = sequence(input).steps;
                let longer = |steps: usize| {
                    let with = |at| if at == input { SequenceLength { steps, ragged: true } } else { sequence(at) };
                    N::length_fault(&with)
                };
                let still =
                    |steps: usize| matches!(longer(steps), Some(LengthFault::Short { input: at, .. }) if at == input);
                let least = (found + 1..entries[input].steps().count).find(|&steps| !still(steps));
                ShapeError::TooShort { layer, least: least.unwrap_or(entries[input].steps().count), sample, found }
            }
        });
    }
    Ok(())
}

/// The lengths of an output's sequences, which follow from those of an input.
#[derive(Clone, Copy)]
pub(crate) struct OutputLengths<'a> {
    input: &'a [usize],
    output: usize,
    change: fn(usize, usize) -> usize,
}

impl<'a> OutputLengths<'a> {
    /// Those of output `output` of `N`, from the lengths of each input; none where all are full, or it is no sequence.
    pub(crate) fn new<N: Network>(output: usize, inputs: impl Fn(usize) -> &'a [usize]) -> Self {
        let input = match N::TIMES.get(output) {
            Some(&Some(input)) => inputs(input),
            _ => &[],
        };
        OutputLengths { input, output, change: N::output_length }
    }

    /// Lengths as they are.
    pub(crate) fn same(lengths: &'a [usize]) -> Self {
        OutputLengths { input: lengths, output: 0, change: |_, length| length }
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = usize> + use<'a> {
        self.input.iter().map(move |&length| (self.change)(self.output, length))
    }
}
