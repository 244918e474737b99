//! Class indices against log-probabilities.

use crate::{
    Const, Element,
    data::{Labels, LabelsView, StepLabels, StepLabelsView},
    shape::Dimension,
    train::loss::{
        Criterion, LogProbabilities, Loss, LossError,
        error::check_classes,
        over_time::{normalizer_of_steps, part_of_steps},
    },
};

/// C = −1/N Σₙ yₙ\[tₙ\]: minus the mean log-probability of the right class, for networks that end in
/// `log_softmax`: `torch.nn.NLLLoss`. [`CrossEntropy`](struct@crate::train::CrossEntropy) does both in one step and is faster.
///
/// Targets: [`Labels<N>`](Labels) for an output `[N]`, [`StepLabels<N>`](StepLabels) for sequences of steps `[T, N]`, whose padding is left out,
/// [`PixelLabels<N>`](crate::data::PixelLabels) for images `[N, H, W]`, whose ignored pixels are.
///
/// ```
/// use plumbline::{Batch, Const, data::Labels, train::{Criterion, NegativeLogLikelihood}};
/// let outputs = Batch::<(Const<2>,)>::from_vec(vec![-0.5, -0.9])?;
/// let (loss, gradient) = NegativeLogLikelihood.value_and_gradient(&outputs, &Labels::<2>::new([1])?)?;
/// assert_eq!((loss, gradient.as_slice()), (0.9, &[0.0, -1.0][..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NegativeLogLikelihood;

impl NegativeLogLikelihood {
    /// The loss: the same as its bare name.
    pub const fn new() -> Self {
        NegativeLogLikelihood
    }
}

impl Criterion for NegativeLogLikelihood {
    type Takes = LogProbabilities;
}

impl<const C: usize, E: Element> Loss<(Const<C>,), Labels<C>, E> for NegativeLogLikelihood {
    fn part(&self, output: &[E], target: LabelsView<'_, C>, scale: f64, d_output: Option<&mut [E]>) -> f64 {
        let rows = output.chunks_exact(C.max(1)).zip(target.iter());
        if let Some(d_output) = d_output {
            d_output.fill(E::zero());
            for (d, class) in d_output.chunks_exact_mut(C.max(1)).zip(target.iter()) {
                d[class] = E::from_f64(-scale);
            }
        }
        -scale * rows.map(|(y, class)| y[class].as_f64()).sum::<f64>()
    }

    fn check(&self, _: LabelsView<'_, C>) -> Result<(), LossError> {
        check_classes(C)
    }
}

impl<T: Dimension, const C: usize, E: Element> Loss<(T, Const<C>), StepLabels<C>, E> for NegativeLogLikelihood {
    fn part(&self, output: &[E], target: StepLabelsView<'_, C>, scale: f64, d_output: Option<&mut [E]>) -> f64 {
        part_of_steps(self, output, target, scale, d_output)
    }

    fn normalizer(&self, target: StepLabelsView<'_, C>, _: usize) -> f64 {
        normalizer_of_steps::<C, E>(self, target)
    }

    fn check(&self, _: StepLabelsView<'_, C>) -> Result<(), LossError> {
        check_classes(C)
    }
}
