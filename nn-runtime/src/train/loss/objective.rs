//! What a training minimizes, over one output or several.

use std::{fmt::Debug, ops::Range};

use crate::{
    Element, Gradients, Network, Pass, ShapeError, Trainable,
    data::{AsTarget, InputsOf, Target},
    network::{Entry, OutputLengths, RowsRef, Walk},
    train::{
        loss::{
            Criterion, Loss, LossError, reciprocal,
            takes::{Accepts, One},
        },
        metric::MetricValue,
    },
};

/// C = Σᵢ wᵢ Cᵢ over the outputs of a network: what [`Trainer::fit`](crate::train::Trainer::fit) and
/// [`gradient_check`](crate::train::gradient_check) take. `Out` is the output's shape, or a tuple of them; `T` the targets, or a tuple.
///
/// Every [`Loss`] is one, of one output and with weight 1; [`Losses`](crate::train::Losses) is one of several.
///
/// ```
/// use plumbline::{Batch, Const, data::Labels, train::{CrossEntropy, Losses, MeanSquaredError, loss::Objective}};
/// type Outputs = ((Const<3>,), (Const<1>,));
/// type Targets = (Labels<3>, Batch<(Const<1>,)>);
/// fn takes_objective(_: impl Objective<Outputs, Targets, f32>) {}
/// takes_objective(Losses::new((CrossEntropy::new(), MeanSquaredError)));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot compare an output of shape `{Out}` with targets `{T}`",
    label = "the targets do not fit the output",
    note = "cross-entropy takes `Labels<N>` or a `Batch` of probabilities for an output `[N]`, negative log-likelihood \
            `Labels<N>` for `[N]`, binary cross-entropy `Labels<2>` for `[1]`; the first two take `StepLabels<N>` for a sequence `[T, N]` and \
            `PixelLabels<N>` for an image `[N, H, W]`",
    note = "every loss but these takes a `Batch` of the output's shape and element type, and binary cross-entropy does too",
    note = "a network with several outputs takes `Losses::new((…, …))` with a loss for each, and a tuple with targets for each"
)]
pub trait Objective<Out, T: Target, E: Element>: Clone + Debug + Send + Sync {
    /// Which outputs of networks its losses take, which [`Accepts`](crate::train::loss::Accepts) asks.
    type Takes;
    /// A number for each output.
    type Terms: Copy + Default + Debug + Send + Sync + AsRef<[f64]> + AsMut<[f64]>;

    /// Whether one of its losses is of the whole batch, as [`Loss::WHOLE_BATCH`].
    const WHOLE_BATCH: bool = false;

    /// The wᵢ.
    fn weights(&self) -> Self::Terms;

    /// The Zᵢ, as [`Loss::normalizer`].
    fn normalizers(&self, target: T::View<'_>, samples: usize) -> Self::Terms;

    /// The sum of output `index`, as [`Loss::part`]; 0 past the last output. It runs on several threads at once, and must not allocate
    /// or panic.
    fn term(&self, index: usize, output: &[E], target: T::View<'_>, scale: f64, d_output: Option<&mut [E]>) -> f64;

    /// Whether the targets, and the options of the losses, have a meaning.
    ///
    /// # Errors
    ///
    /// A [`LossError`] for the first target, or the option, that has none.
    fn check_targets(&self, target: T::View<'_>) -> Result<(), LossError>;
}

/// An [`Objective`] for the outputs of the network `N`: it compares them with the targets, and takes outputs of their kind. It is asked by
/// [`Trainer::fit`](crate::train::Trainer::fit), [`Trainer::evaluate`](crate::train::Trainer::evaluate) and [`Criterion::step`]; code that is generic
/// over losses asks it too.
///
/// ```
/// use plumbline::{Shape, Trainable, data::{Dataset, Target}, train::{Adam, History, TrainError, Trainer, loss::ObjectiveOf}};
/// fn learn<N, T, L>(net: &mut N, loss: L, data: &Dataset<N::Input, T>) -> Result<History, TrainError>
/// where
///     N: Trainable<Element = f32, Input: Shape>,
///     T: Target,
///     L: ObjectiveOf<N::Output, T, f32, N>,
/// {
///     Trainer::new(Adam::new(1e-3), loss).fit(net, data)
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot compare an output of shape `{Out}` with targets `{T}`",
    label = "the targets do not fit the output",
    note = "cross-entropy takes `Labels<N>` or a `Batch` of probabilities for an output `[N]`, negative log-likelihood \
            `Labels<N>` for `[N]`, binary cross-entropy `Labels<2>` for `[1]`; the first two take `StepLabels<N>` for a sequence `[T, N]` and \
            `PixelLabels<N>` for an image `[N, H, W]`",
    note = "every loss but these takes a `Batch` of the output's shape and element type, and binary cross-entropy does too",
    note = "a network with several outputs takes `Losses::new((…, …))` with a loss for each, and a tuple with targets for each"
)]
pub trait ObjectiveOf<Out, T: Target, E: Element, N>: Objective<Out, T, E> {}

impl<Out, T: Target, E: Element, N, L: Objective<Out, T, E, Takes: Accepts<N>>> ObjectiveOf<Out, T, E, N> for L {}

// That `Losses` is no `Criterion` keeps this impl apart from its own.
impl<Out, T: Target, E: Element, L: Criterion + Loss<Out, T, E>> Objective<Out, T, E> for L {
    type Takes = One<L>;
    type Terms = [f64; 1];

    const WHOLE_BATCH: bool = <L as Loss<Out, T, E>>::WHOLE_BATCH;

    fn weights(&self) -> [f64; 1] {
        [1.0]
    }

    fn normalizers(&self, target: T::View<'_>, samples: usize) -> [f64; 1] {
        [self.normalizer(target, samples)]
    }

    fn term(&self, index: usize, output: &[E], target: T::View<'_>, scale: f64, d_output: Option<&mut [E]>) -> f64 {
        if index == 0 { self.part(output, target, scale, d_output) } else { 0.0 }
    }

    fn check_targets(&self, target: T::View<'_>) -> Result<(), LossError> {
        self.check(target)
    }
}

/// wᵢ / Zᵢ.
pub(crate) fn scales<L, Out, T, E>(loss: &L, normalizers: &L::Terms) -> L::Terms
where
    L: Objective<Out, T, E>,
    T: Target,
    E: Element,
{
    let mut scales = loss.weights();
    for (scale, &z) in scales.as_mut().iter_mut().zip(normalizers.as_ref()) {
        *scale *= reciprocal(z);
    }
    scales
}

/// wᵢ / Zᵢ, once everything is checked. `widths` and `lengths` are as in [`check_fit`].
pub(crate) fn scales_for<'y, L, Out, E, A>(
    loss: &L,
    samples: usize,
    widths: impl Fn(usize) -> usize,
    lengths: impl Fn(usize) -> OutputLengths<'y>,
    target: &A,
) -> Result<L::Terms, LossError>
where
    L: Objective<Out, A::Owned, E>,
    E: Element,
    A: AsTarget,
{
    if let Some(found) = target.targets_other_than(samples) {
        return Err(LossError::Samples { expected: samples, found });
    }
    if samples == 0 {
        return Err(LossError::Empty);
    }
    (0..loss.weights().as_ref().len())
        .try_for_each(|output| check_fit(output, widths(output), lengths(output), target))?;
    loss.check_targets(target.target_view())?;
    Ok(scales(loss, &loss.normalizers(target.target_view(), samples)))
}

/// Asks that the targets of an output are for as many numbers as its samples have, and for their lengths, where these are padded.
pub(crate) fn check_fit(
    output: usize,
    width: usize,
    lengths: OutputLengths<'_>,
    target: &impl AsTarget,
) -> Result<(), LossError> {
    if let Some(found) = target.target_width_other_than(output, width) {
        return Err(LossError::Width { expected: width, found });
    }
    for (sample, expected) in lengths.iter().enumerate() {
        if let Some(found) = target.target_length(output, sample).filter(|&found| found != expected) {
            return Err(LossError::Lengths { sample, expected, found });
        }
    }
    Ok(())
}

/// The lengths of an output's sequences, which follow from those of an input; `inputs` gives the lengths of each.
pub(crate) fn lengths_of<'x, N: Network>(output: usize, inputs: impl Fn(usize) -> &'x [usize]) -> OutputLengths<'x> {
    OutputLengths::new::<N>(output, inputs)
}

/// `scale` · ∂Cᵢ/∂y, written over `d_output`, and its part of C. An output of weight 0 has none, whatever it gives.
pub(crate) fn term<L, Out, T, E>(
    loss: &L,
    index: usize,
    output: &[E],
    target: T::View<'_>,
    scale: f64,
    d_output: &mut [E],
) -> f64
where
    L: Objective<Out, T, E>,
    T: Target,
    E: Element,
{
    if scale == 0.0 {
        d_output.fill(E::zero());
        return 0.0;
    }
    loss.term(index, output, target, scale, Some(d_output))
}

/// [`Criterion::step`] for any objective.
pub(crate) fn checked_step<L, N, X, A>(
    loss: &L,
    net: &N,
    x: &X,
    target: &A,
    pass: &mut Pass<N>,
    gradients: &mut Gradients<N>,
) -> Result<N::Element, LossError>
where
    L: Objective<N::Output, A::Owned, N::Element>,
    N: Trainable,
    X: InputsOf<N::Input, N::Element>,
    A: AsTarget,
{
    pass.check_buffers()?;
    let (entries, inputs) = x.entries();
    let samples = enter(pass, &entries[..inputs])?;
    let lengths = |output| lengths_of::<N>(output, |input| entries[input].lengths());
    let scales = scales_for(loss, samples, |output| pass.output_width(output), lengths, target)?;
    let rows = entries.map(|entry| entry.rows());
    Ok(N::Element::from_f64(step_from(loss, net, &rows[..inputs], 0..samples, target, &scales, pass, gradients)))
}

/// Lets batches into a pass, and tells the number of samples that each of them has.
pub(crate) fn enter<N: Network>(pass: &mut Pass<N>, inputs: &[Entry<'_, N::Element>]) -> Result<usize, LossError> {
    let expected = inputs.first().map_or(0, Entry::samples);
    if let Some(found) = inputs.iter().map(Entry::samples).find(|&found| found != expected) {
        return Err(ShapeError::Samples { expected, found }.into());
    }
    pass.enter(inputs)?;
    Ok(expected)
}

/// [`Criterion::step`] for samples that have entered the pass and whose targets, which are known to fit, are those of the range `samples`; `inputs` are
/// these samples of each input.
#[expect(clippy::too_many_arguments, reason = "a step takes what `Criterion::step` takes, and where its samples lie")]
pub(crate) fn step_from<L, N, A>(
    loss: &L,
    net: &N,
    inputs: &[RowsRef<'_, N::Element>],
    samples: Range<usize>,
    target: &A,
    scales: &L::Terms,
    pass: &mut Pass<N>,
    gradients: &mut Gradients<N>,
) -> f64
where
    L: Objective<N::Output, A::Owned, N::Element>,
    N: Trainable,
    A: AsTarget,
{
    let walk = if L::WHOLE_BATCH { Walk::Whole } else { Walk::Parts };
    pass.step_by(walk, net, inputs, samples.len(), gradients, |first, outputs, d_outputs| {
        let first = samples.start + first;
        let targets = target.target_rows(first..first + outputs[0].samples());
        let mut sum = 0.0;
        for (index, &scale) in scales.as_ref().iter().enumerate() {
            sum += term(loss, index, outputs[index].data(), targets, scale, d_outputs[index].data_mut());
        }
        sum
    })
}

/// The means Cᵢ over any number of batches.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Means<W> {
    sums: W,
    normalizers: W,
}

impl<W: AsRef<[f64]> + AsMut<[f64]>> Means<W> {
    /// Takes in Σ ℓ of an output over some samples, which belongs to `normalizer`.
    pub(crate) fn add(&mut self, index: usize, sum: f64, normalizer: f64) {
        self.sums.as_mut()[index] += sum;
        self.normalizers.as_mut()[index] += normalizer;
    }

    fn means(&self) -> impl Iterator<Item = f64> {
        self.sums.as_ref().iter().zip(self.normalizers.as_ref()).map(|(sum, &z)| sum * reciprocal(z))
    }

    /// C.
    pub(crate) fn total(&self, weights: &W) -> f64 {
        // An output of weight 0 has no part, whatever it gives.
        let weighted = weights.as_ref().iter().zip(self.means()).filter(|(weight, _)| **weight != 0.0);
        weighted.map(|(weight, mean)| weight * mean).sum()
    }

    /// Each Cᵢ under the name of its output, where there are several.
    pub(crate) fn values(&self, names: &[&'static str], values: &mut Vec<MetricValue>) {
        if self.sums.as_ref().len() > 1 {
            let named = self.means().enumerate();
            values.extend(named.map(|(index, value)| MetricValue::of_output("loss", index, names, value)));
        }
    }
}
