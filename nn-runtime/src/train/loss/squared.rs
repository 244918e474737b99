//! Squared differences.

use pulp::Simd;

use crate::{
    Batch, BatchView, Element, Shape,
    kernels::{loss::Pointwise, math::Math},
    train::loss::{
        AnyOutput, Criterion, Loss, LossError,
        error::check_each,
        over_time::{elements, over_elements},
    },
};

/// C = 1/N Σₙ ½ ‖yₙ − tₙ‖²: half the squared distance, as in the derivation of backpropagation, averaged over the samples. For one
/// sample ∂C/∂y = y − t. Of sequences it is the sum over their real steps, C = Σ_t C_t.
///
/// Targets: a [`Batch`] of the output's shape.
///
/// ```
/// use plumbline::{Batch, Const, train::{Criterion, SquaredError}};
/// let outputs = Batch::<(Const<2>,)>::from_vec(vec![1.0, 2.0])?;
/// let (loss, gradient) = SquaredError.value_and_gradient(&outputs, &Batch::from_vec(vec![0.0, 4.0])?)?;
/// assert_eq!((loss, gradient.as_slice()), (2.5, &[1.0, -2.0][..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SquaredError;

impl SquaredError {
    /// The loss: the same as its bare name.
    pub const fn new() -> Self {
        SquaredError
    }
}

/// C = Σ (y − t)² / Z, where Z counts all elements of all samples but padding: `torch.nn.MSELoss`.
///
/// Targets: a [`Batch`] of the output's shape.
///
/// ```
/// use plumbline::{Batch, Const, train::{Criterion, MeanSquaredError}};
/// let outputs = Batch::<(Const<2>,)>::from_vec(vec![1.0, 2.0])?;
/// let (loss, gradient) = MeanSquaredError.value_and_gradient(&outputs, &Batch::from_vec(vec![0.0, 4.0])?)?;
/// assert_eq!((loss, gradient.as_slice()), (2.5, &[1.0, -2.0][..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MeanSquaredError;

impl MeanSquaredError {
    /// The loss: the same as its bare name.
    pub const fn new() -> Self {
        MeanSquaredError
    }
}

/// ½ (y − t)², slope y − t.
#[derive(Clone, Copy)]
struct HalfSquare;

impl<E: Math> Pointwise<E> for HalfSquare {
    #[inline(always)]
    fn call<S: Simd>(self, simd: S, y: E::Vector<S>, t: E::Vector<S>) -> (E::Vector<S>, E::Vector<S>) {
        let difference = E::sub(simd, y, t);
        (E::mul(simd, E::constant(simd, 0.5), E::mul(simd, difference, difference)), difference)
    }
}

impl Criterion for SquaredError {
    type Takes = AnyOutput;
}

impl Criterion for MeanSquaredError {
    type Takes = AnyOutput;
}

impl<Out: Shape, E: Element> Loss<Out, Batch<Out, E>, E> for SquaredError {
    fn part(&self, output: &[E], target: BatchView<'_, Out, E>, scale: f64, d_output: Option<&mut [E]>) -> f64 {
        scale * over_elements(HalfSquare, output, target, scale, d_output)
    }

    fn check(&self, target: BatchView<'_, Out, E>) -> Result<(), LossError> {
        check_each(target, "finite", |t| t.is_finite())
    }
}

impl<Out: Shape, E: Element> Loss<Out, Batch<Out, E>, E> for MeanSquaredError {
    fn part(&self, output: &[E], target: BatchView<'_, Out, E>, scale: f64, d_output: Option<&mut [E]>) -> f64 {
        2.0 * scale * over_elements(HalfSquare, output, target, 2.0 * scale, d_output)
    }

    fn normalizer(&self, target: BatchView<'_, Out, E>, _: usize) -> f64 {
        elements(target)
    }

    fn check(&self, target: BatchView<'_, Out, E>) -> Result<(), LossError> {
        check_each(target, "finite", |t| t.is_finite())
    }
}
