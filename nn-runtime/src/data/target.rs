//! What a network's outputs are compared with.

use std::{fmt::Debug, ops::Range};

use crate::{Batch, BatchView, Element, Shape, ShapeError, shape::time_axis};

/// The right answers for a batch of samples: class indices, one a sample ([`Labels`](crate::data::Labels)) or one for each step of a sequence
/// ([`StepLabels`](crate::data::StepLabels)) or each pixel of an image ([`PixelLabels`](crate::data::PixelLabels)), values ([`Batch`], which holds
/// one target a sample), or a tuple of two to four of these for a network with as many outputs.
///
/// `()` stands for no targets: for an output on which there is a penalty alone. Targets that are no tuple are those of the first output of a network with
/// several; the others have none.
///
/// A type of your own that implements it can be held by a [`Dataset`](crate::data::Dataset) and be taken by a
/// [`Loss`](crate::train::Loss) of your own.
///
/// ```
/// use plumbline::data::{Labels, Target};
/// let labels = Labels::<3>::new([2, 0, 1])?;
/// let mut batch = labels.select(&[])?;
/// labels.gather(&[1, 2], &mut batch)?;
/// assert_eq!(batch, Labels::new([0, 1])?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Target: Clone + Debug + Send + Sync + 'static {
    /// Some consecutive samples' targets, borrowed.
    type View<'a>: Copy + Debug + Send + Sync;

    /// The same targets for a network whose numbers are `F`s.
    type As<F: Element>: Target;

    /// The number of samples; of a tuple, the largest of its parts, and 0 of no targets.
    fn samples(&self) -> usize;

    /// The number of targets where it is not `samples`; of a tuple, that of the first part where it is not. No targets are any number.
    fn other_than(&self, samples: usize) -> Option<usize> {
        (self.samples() != samples).then(|| self.samples())
    }

    /// The numbers that a sample of an output, counted from 0, must have for its targets, where `width` of them do not fit. Outputs may have
    /// more steps of padding than targets.
    fn width_other_than(&self, output: usize, width: usize) -> Option<usize> {
        let _ = (output, width);
        None
    }

    /// The real steps of a sample's targets for an output, counted from 0, where they are a sequence.
    fn length(&self, output: usize, sample: usize) -> Option<usize> {
        let _ = (output, sample);
        None
    }

    /// The targets of the samples `range`; what lies past the end is left out.
    fn rows(&self, range: Range<usize>) -> Self::View<'_>;

    /// The targets at `indices`, in that order, written over `into`. Allocates nothing where `into` has held as many.
    ///
    /// # Errors
    ///
    /// [`ShapeError::Samples`] for an index past the end; `into` is then empty.
    fn gather(&self, indices: &[usize], into: &mut Self) -> Result<(), ShapeError>;

    /// The targets at `indices`, in that order.
    ///
    /// # Errors
    ///
    /// [`ShapeError::Samples`] for an index past the end.
    fn select(&self, indices: &[usize]) -> Result<Self, ShapeError>;

    /// The same targets for a network whose numbers are `F`s.
    fn cast<F: Element>(&self) -> Self::As<F>;
}

/// What can be compared with outputs without being owned: a [`Target`], or a borrowed batch of targets.
///
/// ```
/// use plumbline::{Batch, Const, data::AsTarget};
/// fn samples(target: &impl AsTarget) -> usize { target.target_samples() }
/// let batch = Batch::<(Const<2>,)>::zeros(3);
/// assert_eq!((samples(&batch), samples(&batch.rows(0..2))), (3, 2));
/// ```
pub trait AsTarget: Sync {
    /// The owned form.
    type Owned: Target;

    /// The number of samples; of a tuple, the largest of its parts, and 0 of no targets.
    fn target_samples(&self) -> usize;

    /// The number of targets where it is not `samples`; of a tuple, that of the first part where it is not.
    fn targets_other_than(&self, samples: usize) -> Option<usize> {
        (self.target_samples() != samples).then(|| self.target_samples())
    }

    /// As [`Target::width_other_than`].
    fn target_width_other_than(&self, output: usize, width: usize) -> Option<usize> {
        let _ = (output, width);
        None
    }

    /// As [`Target::length`].
    fn target_length(&self, output: usize, sample: usize) -> Option<usize> {
        let _ = (output, sample);
        None
    }

    /// The targets of the samples `range`; what lies past the end is left out.
    fn target_rows(&self, range: Range<usize>) -> <Self::Owned as Target>::View<'_>;

    /// All targets.
    fn target_view(&self) -> <Self::Owned as Target>::View<'_> {
        self.target_rows(0..self.target_samples())
    }
}

/// Targets of which each sample is a sequence of steps: [`StepLabels`](crate::data::StepLabels), or a [`Batch`], whose [axis of time](crate::shape::time_axis) is the first free
/// one, or the first where none is free.
///
/// ```
/// use plumbline::{Batch, Const, data::Steps};
/// let batch = Batch::<(Const<3>, Const<2>)>::zeros(2);
/// let padded = batch.view().with_lengths(&[1, 3])?;
/// assert_eq!((Batch::real_steps(batch.view()), Batch::real_steps(padded)), (6, 4));
/// # Ok::<(), plumbline::ShapeError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no steps to sum over",
    label = "expected a target for each step",
    note = "`StepLabels<N>` and a `Batch` with time as its first axis have one"
)]
pub trait Steps: Target {
    /// The steps of all samples that are no padding.
    fn real_steps(view: Self::View<'_>) -> usize;
}

impl<S: Shape, E: Element> Steps for Batch<S, E> {
    fn real_steps(view: BatchView<'_, S, E>) -> usize {
        match view.lengths() {
            [] => view.samples() * view.sizes()[time_axis(S::DIMS)],
            lengths => lengths.iter().sum(),
        }
    }
}

/// What a sample of an output must have where `width` numbers do not fit its targets, which have `steps` steps of `step` numbers.
pub(super) fn other_width((steps, step): (usize, usize), lengths: &[usize], width: usize) -> Option<usize> {
    let fits = match lengths.iter().max() {
        None => width == steps * step,
        Some(&longest) => width.is_multiple_of(step.max(1)) && width >= longest * step,
    };
    (!fits).then_some(steps * step)
}

fn batch_width<S: Shape, E: Element>(batch: &BatchView<'_, S, E>, width: usize) -> Option<usize> {
    let steps = batch.sizes()[time_axis(S::DIMS)];
    let step = batch.width().checked_div(steps).unwrap_or(0);
    other_width((steps, step), batch.lengths(), width)
}

fn length_of<S: Shape, E: Element>(batch: &BatchView<'_, S, E>, sample: usize) -> usize {
    batch.lengths().get(sample).copied().unwrap_or(batch.sizes()[time_axis(S::DIMS)])
}

impl<T: Target> AsTarget for T {
    type Owned = T;

    fn target_samples(&self) -> usize {
        self.samples()
    }

    fn targets_other_than(&self, samples: usize) -> Option<usize> {
        self.other_than(samples)
    }

    fn target_width_other_than(&self, output: usize, width: usize) -> Option<usize> {
        self.width_other_than(output, width)
    }

    fn target_length(&self, output: usize, sample: usize) -> Option<usize> {
        self.length(output, sample)
    }

    fn target_rows(&self, range: Range<usize>) -> T::View<'_> {
        self.rows(range)
    }
}

impl<S: Shape, E: Element> AsTarget for BatchView<'_, S, E> {
    type Owned = Batch<S, E>;

    fn target_samples(&self) -> usize {
        self.samples()
    }

    fn target_width_other_than(&self, output: usize, width: usize) -> Option<usize> {
        batch_width(self, width).filter(|_| output == 0)
    }

    fn target_length(&self, output: usize, sample: usize) -> Option<usize> {
        (output == 0).then(|| length_of(self, sample))
    }

    fn target_rows(&self, range: Range<usize>) -> BatchView<'_, S, E> {
        self.rows(range)
    }
}

impl<S: Shape, E: Element> Target for Batch<S, E> {
    type View<'a> = BatchView<'a, S, E>;
    type As<F: Element> = Batch<S, F>;

    fn samples(&self) -> usize {
        Batch::samples(self)
    }

    fn width_other_than(&self, output: usize, width: usize) -> Option<usize> {
        batch_width(&self.view(), width).filter(|_| output == 0)
    }

    fn length(&self, output: usize, sample: usize) -> Option<usize> {
        (output == 0).then(|| length_of(&self.view(), sample))
    }

    fn rows(&self, range: Range<usize>) -> BatchView<'_, S, E> {
        Batch::rows(self, range)
    }

    fn gather(&self, indices: &[usize], into: &mut Self) -> Result<(), ShapeError> {
        self.select_into(indices, into)
    }

    fn select(&self, indices: &[usize]) -> Result<Self, ShapeError> {
        Batch::select(self, indices)
    }

    fn cast<F: Element>(&self) -> Batch<S, F> {
        Batch::cast(self)
    }
}
