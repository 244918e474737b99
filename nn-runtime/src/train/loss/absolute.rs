//! Absolute differences.

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

/// C = Σ |y − t| / Z, where Z counts all elements of all samples but padding: `torch.nn.L1Loss`. The slope at y = t is 0.
///
/// Targets: a [`Batch`] of the output's shape.
///
/// ```
/// use plumbline::{Batch, Const, train::{AbsoluteError, Criterion}};
/// let outputs = Batch::<(Const<2>,)>::from_vec(vec![1.0, 2.0])?;
/// let (loss, gradient) = AbsoluteError.value_and_gradient(&outputs, &Batch::from_vec(vec![0.0, 4.0])?)?;
/// assert_eq!((loss, gradient.as_slice()), (1.5, &[0.5, -0.5][..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AbsoluteError;

impl AbsoluteError {
    /// The loss: the same as its bare name.
    pub const fn new() -> Self {
        AbsoluteError
    }
}

#[derive(Clone, Copy)]
struct Absolute;

impl<E: Math> Pointwise<E> for Absolute {
    #[inline(always)]
    fn call<S: Simd>(self, simd: S, y: E::Vector<S>, t: E::Vector<S>) -> (E::Vector<S>, E::Vector<S>) {
        let (one, zero) = (E::constant(simd, 1.0), E::constant(simd, 0.0));
        let minus = E::constant(simd, -1.0);
        let below = E::select(simd, E::less(simd, y, t), minus, zero);
        let slope = E::select(simd, E::less(simd, t, y), one, below);
        (E::abs_(simd, E::sub(simd, y, t)), slope)
    }
}

impl Criterion for AbsoluteError {
    type Takes = AnyOutput;
}

impl<Out: Shape, E: Element> Loss<Out, Batch<Out, E>, E> for AbsoluteError {
    fn part(&self, output: &[E], target: BatchView<'_, Out, E>, scale: f64, d_output: Option<&mut [E]>) -> f64 {
        scale * over_elements(Absolute, output, target, scale, d_output)
    }

    fn normalizer(&self, target: BatchView<'_, Out, E>, _: usize) -> f64 {
        elements(target)
    }

    fn check(&self, target: BatchView<'_, Out, E>) -> Result<(), LossError> {
        check_each(target, "finite", |t| t.is_finite())
    }
}
