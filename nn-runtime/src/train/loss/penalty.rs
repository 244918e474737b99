//! Penalties on the size of an output.

use crate::{
    Element,
    kernels::sum::squares,
    train::loss::{AnyOutput, Criterion, Loss},
};

/// C = Σ |y| / N over N samples: many elements of the output become 0 and few stay large, which makes a code sparse. The slope at 0 is 0.
///
/// The output is compared with nothing. Padding, where a network of `network!` has 0, adds nothing. In [`Losses`](crate::train::Losses) its weight is the λ
/// of the literature.
///
/// Targets: none, `()`.
///
/// ```
/// use plumbline::{Batch, Const, train::{Criterion, L1Penalty}};
/// let outputs = Batch::<(Const<3>,)>::from_vec(vec![1.0, 0.0, -2.0])?;
/// let (loss, gradient) = L1Penalty.value_and_gradient(&outputs, &())?;
/// assert_eq!((loss, gradient.as_slice()), (3.0, &[1.0, 0.0, -1.0][..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct L1Penalty;

/// C = Σ y² / N over N samples: the output stays small. Otherwise as [`L1Penalty`].
///
/// Targets: none, `()`.
///
/// ```
/// use plumbline::{Batch, Const, train::{Criterion, L2Penalty}};
/// let outputs = Batch::<(Const<3>,)>::from_vec(vec![1.0, 0.0, -2.0])?;
/// let (loss, gradient) = L2Penalty.value_and_gradient(&outputs, &())?;
/// assert_eq!((loss, gradient.as_slice()), (5.0, &[2.0, 0.0, -4.0][..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct L2Penalty;

impl L1Penalty {
    /// The penalty: the same as its bare name.
    pub const fn new() -> Self {
        L1Penalty
    }
}

impl L2Penalty {
    /// The penalty: the same as its bare name.
    pub const fn new() -> Self {
        L2Penalty
    }
}

impl Criterion for L1Penalty {
    type Takes = AnyOutput;
}

impl Criterion for L2Penalty {
    type Takes = AnyOutput;
}

impl<Out, E: Element> Loss<Out, (), E> for L1Penalty {
    fn part(&self, output: &[E], (): (), scale: f64, d_output: Option<&mut [E]>) -> f64 {
        if let Some(d) = d_output {
            let slope = E::from_f64(scale);
            for (d, &y) in d.iter_mut().zip(output) {
                // `signum` of 0 is 1; NaN stays NaN.
                *d = if y == E::zero() { E::zero() } else { slope * y.signum() };
            }
        }
        scale * output.iter().map(|y| y.as_f64().abs()).sum::<f64>()
    }
}

impl<Out, E: Element> Loss<Out, (), E> for L2Penalty {
    fn part(&self, output: &[E], (): (), scale: f64, d_output: Option<&mut [E]>) -> f64 {
        if let Some(d) = d_output {
            let slope = E::from_f64(2.0 * scale);
            d.iter_mut().zip(output).for_each(|(d, &y)| *d = slope * y);
        }
        scale * squares(output)
    }
}
