//! What can be wrong with targets and with a loss.

use crate::{
    BatchView, Element, Shape, ShapeError,
    network::PassError,
    shape::FREE,
    train::real_steps::{RealSteps, step_of},
};

/// Targets that a loss cannot compare outputs with, or an option that has no meaning.
///
/// ```
/// use plumbline::{Batch, Const, train::{Hinge, Criterion, LossError}};
/// let outputs = Batch::<(Const<1>,)>::zeros(2);
/// let targets = Batch::from_vec(vec![1.0, 0.5])?;
/// let error = Hinge::new().value(&outputs, &targets).unwrap_err();
/// assert_eq!(error.to_string(), "expected targets that are -1 or 1, found 0.5 at element 0 of sample 1");
/// # Ok::<(), plumbline::ShapeError>(())
/// ```
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum LossError {
    /// Nothing to take a mean of.
    #[error("expected at least 1 sample, found none")]
    Empty,
    /// Another number of targets, or room for another number of gradients, than of outputs.
    #[error("expected {expected} samples, as many as outputs, found {found}")]
    Samples {
        /// The number of outputs.
        expected: usize,
        /// The number found.
        found: usize,
    },
    /// Targets of other sizes than the outputs, where these are free.
    #[error("expected targets for outputs of {expected} numbers a sample, found targets for {found}")]
    Width {
        /// The numbers of a sample's output.
        expected: usize,
        /// The numbers of a sample's output that the targets are for.
        found: usize,
    },
    /// Sequences of targets that are not as long as those of outputs.
    #[error("expected targets for the {expected} steps of outputs in sample {sample}, found targets for {found}")]
    Lengths {
        /// The index of the sample.
        sample: usize,
        /// The real steps of its output.
        expected: usize,
        /// The real steps of its target.
        found: usize,
    },
    /// Images of labels of another size than those of outputs.
    #[error("expected labels for images of {} pixels, found {}", of_pixels(.expected), of_pixels(.found))]
    Pixels {
        /// Height and width of the outputs; [`FREE`] where any will do.
        expected: [usize; 2],
        /// Height and width of the labels.
        found: [usize; 2],
    },
    /// A loss of classes on an output of one, whose loss would always be 0.
    #[error("expected an output for each of at least 2 classes, found one output; `BinaryCrossEntropy` takes it")]
    OneClass,
    /// A batch that the network does not let in.
    #[error(transparent)]
    Input(#[from] ShapeError),
    /// Buffers that have not moved by the step before.
    #[error(transparent)]
    Pass(#[from] PassError),
    /// A target without a meaning for the loss.
    #[error("expected targets that are {expected}, found {found} at element {element} of sample {sample}")]
    Target {
        /// What the loss takes.
        expected: &'static str,
        /// What it got.
        found: f64,
        /// The index of the sample.
        sample: usize,
        /// The index of the element in the sample.
        element: usize,
    },
    /// Probabilities of classes that do not sum to 1.
    #[error("expected probabilities that sum to 1, found the sum {found} in sample {sample}")]
    Sum {
        /// The sum.
        found: f64,
        /// The index of the sample.
        sample: usize,
    },
    /// Class weights for another number of classes.
    #[error("expected a weight for each of {expected} classes, found {found} weights")]
    Weights {
        /// The number of classes.
        expected: usize,
        /// The number of weights.
        found: usize,
    },
    /// Targets of one of several outputs, or an option of its loss.
    #[error("output {output}: {source}")]
    Output {
        /// The output, counted from 0.
        output: usize,
        /// What is wrong.
        source: Box<LossError>,
    },
    /// An option that has no meaning.
    #[error("expected `{option}` to be {expected}, found {found}")]
    Option {
        /// The method that sets it.
        option: &'static str,
        /// What it may be.
        expected: &'static str,
        /// What it is.
        found: f64,
    },
}

/// Height and width in a message.
fn of_pixels(sizes: &[usize; 2]) -> String {
    let size = |size: usize| if size == FREE { "_".to_owned() } else { size.to_string() };
    format!("{} × {}", size(sizes[0]), size(sizes[1]))
}

/// Checks each target but padding by `fits`, which says whether it is what `expected` states.
pub(super) fn check_each<S: Shape, E: Element>(
    target: BatchView<'_, S, E>,
    expected: &'static str,
    fits: impl Fn(E) -> bool,
) -> Result<(), LossError> {
    // Blocks without a branch for each number become vector code; only a bad block is searched.
    const BLOCK: usize = 1024;
    let step = step_of(&target);
    for run in RealSteps::of(&target).runs() {
        let start = run.start * step;
        for (block, numbers) in target.as_slice()[start..run.end * step].chunks(BLOCK).enumerate() {
            if numbers.iter().fold(true, |all, &t| all & fits(t)) {
                continue;
            }
            if let Some((index, found)) = numbers.iter().enumerate().find(|&(_, &t)| !fits(t)) {
                let index = start + block * BLOCK + index;
                let (sample, element) = (index / target.width(), index % target.width());
                return Err(LossError::Target { expected, found: found.as_f64(), sample, element });
            }
        }
    }
    Ok(())
}

/// Asks for a choice of classes.
pub(super) fn check_classes(classes: usize) -> Result<(), LossError> {
    if classes == 1 { Err(LossError::OneClass) } else { Ok(()) }
}

/// Checks an option by `fits`.
pub(super) fn check_option(
    option: &'static str,
    expected: &'static str,
    found: f64,
    fits: bool,
) -> Result<(), LossError> {
    if fits { Ok(()) } else { Err(LossError::Option { option, expected, found }) }
}

/// Checks an option that a loss calculates with in the network's element type, by `fits`.
pub(super) fn check_option_in<E: Element>(
    option: &'static str,
    expected: &'static str,
    found: f64,
    fits: impl Fn(f64) -> bool,
) -> Result<(), LossError> {
    check_option(option, expected, found, fits(found) && fits(E::from_f64(found).as_f64()))
}
