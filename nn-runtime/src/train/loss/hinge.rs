//! Margins.

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

/// C = Σ max(0, m − t y) / Z for targets t of −1 and 1 and a margin m, where Z counts all elements of all samples but padding: the support vector machine's loss
/// (Cortes and Vapnik, 1995). The slope is −t where t y < m and else 0.
///
/// Targets: a [`Batch`] of the output's shape.
///
/// ```
/// use plumbline::{Batch, Const, train::{Hinge, Criterion}};
/// let outputs = Batch::<(Const<1>,)>::from_vec(vec![0.25, -2.0])?;
/// let targets = Batch::from_vec(vec![1.0, -1.0])?;
/// let (loss, gradient) = Hinge::new().value_and_gradient(&outputs, &targets)?;
/// assert_eq!((loss, gradient.as_slice()), (0.375, &[-0.5, 0.0][..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hinge {
    margin: f64,
}

/// The loss without options, as [`Hinge::new`] makes it, so that its bare name will do where no option is set.
///
/// ```
/// use plumbline::train::Hinge;
/// assert_eq!(Hinge, Hinge::new());
/// ```
#[allow(non_upper_case_globals)]
pub const Hinge: Hinge = Hinge::new();

impl Hinge {
    /// The loss with margin 1.
    pub const fn new() -> Self {
        Hinge { margin: 1.0 }
    }

    /// Sets the margin m, a positive number; 0 gives the perceptron's criterion.
    #[must_use]
    pub fn margin(self, margin: f64) -> Self {
        Hinge { margin }
    }
}

impl Default for Hinge {
    fn default() -> Self {
        Hinge::new()
    }
}

#[derive(Clone, Copy)]
struct Margin(f64);

impl<E: Math> Pointwise<E> for Margin {
    #[inline(always)]
    fn call<S: Simd>(self, simd: S, y: E::Vector<S>, t: E::Vector<S>) -> (E::Vector<S>, E::Vector<S>) {
        let zero = E::constant(simd, 0.0);
        let missing = E::sub(simd, E::constant(simd, self.0), E::mul(simd, t, y));
        let slope = E::select(simd, E::less(simd, zero, missing), E::sub(simd, zero, t), zero);
        (E::max(simd, zero, missing), slope)
    }
}

impl Criterion for Hinge {
    type Takes = AnyOutput;
}

impl<Out: Shape, E: Element> Loss<Out, Batch<Out, E>, E> for Hinge {
    fn part(&self, output: &[E], target: BatchView<'_, Out, E>, scale: f64, d_output: Option<&mut [E]>) -> f64 {
        scale * over_elements(Margin(self.margin), output, target, scale, d_output)
    }

    fn normalizer(&self, target: BatchView<'_, Out, E>, _: usize) -> f64 {
        elements(target)
    }

    fn check(&self, target: BatchView<'_, Out, E>) -> Result<(), LossError> {
        let fits = |margin: f64| margin >= 0.0 && margin.is_finite();
        check_option_in::<E>("margin", "finite in the output's numbers and not negative", self.margin, fits)?;
        check_each(target, "-1 or 1", |t| t.abs() == E::one())
    }
}
