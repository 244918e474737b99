//! Squared where small, absolute where large.

use pulp::Simd;

use crate::{
    Batch, BatchView, Element, Shape,
    kernels::{loss::Pointwise, math::Math},
    train::loss::{
        AnyOutput, Criterion, Loss, LossError,
        error::{check_each, check_option_in},
        over_time::{elements, over_elements},
    },
};

/// C = Σ ℓ(y − t) / Z with ℓ(r) = ½ r² for |r| ≤ δ and δ (|r| − ½ δ) beyond, where Z counts all elements of all samples but padding:
/// `torch.nn.HuberLoss` (Huber, 1964). One outlier pulls with a slope of at most δ.
///
/// Targets: a [`Batch`] of the output's shape.
///
/// ```
/// use plumbline::{Batch, Const, train::{Huber, Criterion}};
/// let outputs = Batch::<(Const<2>,)>::from_vec(vec![1.0, 8.0])?;
/// let (loss, gradient) = Huber::new(2.0).value_and_gradient(&outputs, &Batch::zeros(1))?;
/// assert_eq!((loss, gradient.as_slice()), ((0.5 + 14.0) / 2.0, &[0.5, 1.0][..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Huber {
    delta: f64,
}

impl Huber {
    /// The loss with threshold `delta` = δ, a positive number.
    pub fn new(delta: f64) -> Self {
        Huber { delta }
    }
}

impl Default for Huber {
    /// δ = 1.
    fn default() -> Self {
        Huber::new(1.0)
    }
}

/// With the clipped residual c = min(max(r, −δ), δ), both branches are c (r − ½ c), and the slope is c.
#[derive(Clone, Copy)]
struct Clipped(f64);

impl<E: Math> Pointwise<E> for Clipped {
    #[inline(always)]
    fn call<S: Simd>(self, simd: S, y: E::Vector<S>, t: E::Vector<S>) -> (E::Vector<S>, E::Vector<S>) {
        let residual = E::sub(simd, y, t);
        let (low, high) = (E::constant(simd, -self.0), E::constant(simd, self.0));
        let clipped = E::min(simd, high, E::max(simd, low, residual));
        let mean = E::mul_add(simd, clipped, E::constant(simd, -0.5), residual);
        (E::mul(simd, clipped, mean), clipped)
    }
}

impl Criterion for Huber {
    type Takes = AnyOutput;
}

impl<Out: Shape, E: Element> Loss<Out, Batch<Out, E>, E> for Huber {
    fn part(&self, output: &[E], target: BatchView<'_, Out, E>, scale: f64, d_output: Option<&mut [E]>) -> f64 {
        scale * over_elements(Clipped(self.delta), output, target, scale, d_output)
    }

    fn normalizer(&self, target: BatchView<'_, Out, E>, _: usize) -> f64 {
        elements(target)
    }

    fn check(&self, target: BatchView<'_, Out, E>) -> Result<(), LossError> {
        let fits = |delta: f64| delta > 0.0 && delta.is_finite();
        check_option_in::<E>("delta", "positive and finite in the output's numbers", self.delta, fits)?;
        check_each(target, "finite", |t| t.is_finite())
    }
}
