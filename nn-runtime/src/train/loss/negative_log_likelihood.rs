//! Class indices against log-probabilities.

use crate::{
    Const, Element,
    data::{Labels, LabelsView},
    train::loss::{Criterion, Loss},
};

/// C = −1/N Σₙ yₙ\[tₙ\]: minus the mean log-probability of the right class, for networks that end in
/// `log_softmax`: `torch.nn.NLLLoss`. [`CrossEntropy`](crate::train::CrossEntropy) does both in one step and is faster.
///
/// Targets: [`Labels<N>`](Labels) for an output `[N]`.
///
/// ```
/// use nn_runtime::{Batch, Const, data::Labels, train::{Criterion, NegativeLogLikelihood}};
/// let outputs = Batch::<(Const<2>,)>::from_vec(vec![-0.5, -0.9])?;
/// let (loss, gradient) = NegativeLogLikelihood.value_and_gradient(&outputs, &Labels::<2>::new([1])?)?;
/// assert_eq!((loss, gradient.as_slice()), (0.9, &[0.0, -1.0][..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NegativeLogLikelihood;

impl Criterion for NegativeLogLikelihood {}

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
}
