//! An output that is a cost.

use crate::{
    Element,
    train::loss::{AnyOutput, Criterion, Loss},
};

/// C = Σ y / N over N samples: the output is a cost itself, which the network calculates, and becomes small. It is compared with nothing.
///
/// It takes the outputs of `gaussian_kl`, `contractive_penalty`, and of any node of your own whose value is to fall. Padding counts with what the output has
/// there, which is 0 in a network of `network!`.
///
/// Targets: none, `()`.
///
/// ```
/// use plumbline::{Batch, Const, train::{AuxiliaryLoss, Criterion}};
/// let outputs = Batch::<(Const<1>,)>::from_vec(vec![1.0, 5.0])?;
/// let (loss, gradient) = AuxiliaryLoss.value_and_gradient(&outputs, &())?;
/// assert_eq!((loss, gradient.as_slice()), (3.0, &[0.5, 0.5][..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AuxiliaryLoss;

impl AuxiliaryLoss {
    /// The loss: the same as its bare name.
    pub const fn new() -> Self {
        AuxiliaryLoss
    }
}

impl Criterion for AuxiliaryLoss {
    type Takes = AnyOutput;
}

impl<Out, E: Element> Loss<Out, (), E> for AuxiliaryLoss {
    fn part(&self, output: &[E], (): (), scale: f64, d_output: Option<&mut [E]>) -> f64 {
        if let Some(d) = d_output {
            d.fill(E::from_f64(scale));
        }
        scale * output.iter().map(|y| y.as_f64()).sum::<f64>()
    }
}
