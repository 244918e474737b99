//! Yes or no, from a logit.

use pulp::Simd;

use crate::{
    Batch, BatchView, Const, Element, Shape,
    data::{Labels, LabelsView},
    kernels::{
        loss::{Pointwise, pointwise},
        math::Math,
    },
    train::loss::{
        Criterion, Logits, Loss, LossError,
        error::{check_each, check_option_in},
        over_time::{elements, over_elements},
    },
};

/// C = −Σ [w t ln σ(y) + (1 − t) ln(1 − σ(y))] / Z, from logits y and targets t in 0…1, where Z counts all elements of all samples but padding and w
/// is 1 unless [set](BinaryCrossEntropy::positive_weight): `torch.nn.BCEWithLogitsLoss`.
///
/// Targets: a [`Batch`] of the output's shape, or [`Labels<2>`](Labels) for an output of one logit.
///
/// The loss and its slope are right to within a relative error of 5·10⁻⁷ in `f32`, and 10⁻¹⁵ in `f64`, for every logit and a target of 0 or 1. An infinite
/// logit gives the limit: 0 where it is right, ∞ where it is wrong, and a slope of 0, −w or 1.
///
/// ```
/// use plumbline::{Batch, Const, data::Labels, train::{BinaryCrossEntropy, Criterion}};
/// let logits = Batch::<(Const<1>,)>::from_vec(vec![0.0, 1e4])?;
/// let (loss, gradient) = BinaryCrossEntropy::new().value_and_gradient(&logits, &Labels::<2>::new([0, 1])?)?;
/// assert_eq!(loss, 2.0_f32.ln() / 2.0);
/// assert_eq!(gradient.as_slice(), [0.25, 0.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BinaryCrossEntropy {
    positive_weight: f64,
}

/// The loss without options, as [`BinaryCrossEntropy::new`] makes it, so that its bare name will do where no option is set.
///
/// ```
/// use plumbline::train::BinaryCrossEntropy;
/// assert_eq!(BinaryCrossEntropy, BinaryCrossEntropy::new());
/// ```
#[allow(non_upper_case_globals)]
pub const BinaryCrossEntropy: BinaryCrossEntropy = BinaryCrossEntropy::new();

impl BinaryCrossEntropy {
    /// The loss with w = 1.
    pub const fn new() -> Self {
        BinaryCrossEntropy { positive_weight: 1.0 }
    }

    /// Sets w, the weight of the positive targets: above 1 it trades precision for recall. PyTorch's `pos_weight`.
    #[must_use]
    pub fn positive_weight(self, weight: f64) -> Self {
        BinaryCrossEntropy { positive_weight: weight }
    }

    fn check_options<E: Element>(&self) -> Result<(), LossError> {
        let fits = |weight: f64| weight >= 0.0 && weight.is_finite();
        let expected = "finite in the output's numbers and not negative";
        check_option_in::<E>("positive_weight", expected, self.positive_weight, fits)
    }
}

impl Default for BinaryCrossEntropy {
    fn default() -> Self {
        BinaryCrossEntropy::new()
    }
}

/// −ln σ(y) = max(−y, 0) + L and −ln(1 − σ(y)) = max(y, 0) + L with L = ln(1 + e^(−|y|)), so with p = w t and q = 1 − t
/// ℓ = p max(−y, 0) + q max(y, 0) + (p + q) L and ∂ℓ/∂y = q σ(y) − p σ(−y). Nothing overflows, nothing cancels, and −y with p and q exchanged gives the
/// same digits.
#[derive(Clone, Copy)]
struct Logit {
    positive_weight: f64,
}

impl<E: Math> Pointwise<E> for Logit {
    #[inline(always)]
    fn call<S: Simd>(self, simd: S, y: E::Vector<S>, t: E::Vector<S>) -> (E::Vector<S>, E::Vector<S>) {
        let (zero, one) = (E::constant(simd, 0.0), E::constant(simd, 1.0));
        let p = E::mul(simd, E::constant(simd, self.positive_weight), t);
        let q = E::sub(simd, one, t);
        let size = E::abs_(simd, y);
        let e = E::exp(simd, E::sub(simd, zero, size));
        let positive = E::less(simd, zero, y);
        // The weight of the target that y speaks against; without one, an infinite y costs nothing.
        let against = E::select(simd, positive, q, p);
        let line = E::select(simd, E::equal(simd, against, zero), zero, E::mul(simd, against, size));
        let value = E::add(simd, line, E::mul(simd, E::add(simd, p, q), E::log_one_plus(simd, e)));
        let large = E::div(simd, one, E::add(simd, one, e));
        let small = E::mul(simd, e, large);
        let up = E::mul(simd, q, E::select(simd, positive, large, small));
        let down = E::mul(simd, p, E::select(simd, positive, small, large));
        (value, E::sub(simd, up, down))
    }
}

impl Criterion for BinaryCrossEntropy {
    type Takes = Logits;
}

impl<Out: Shape, E: Element> Loss<Out, Batch<Out, E>, E> for BinaryCrossEntropy {
    fn part(&self, output: &[E], target: BatchView<'_, Out, E>, scale: f64, d_output: Option<&mut [E]>) -> f64 {
        let f = Logit { positive_weight: self.positive_weight };
        scale * over_elements(f, output, target, scale, d_output)
    }

    fn normalizer(&self, target: BatchView<'_, Out, E>, _: usize) -> f64 {
        elements(target)
    }

    fn check(&self, target: BatchView<'_, Out, E>) -> Result<(), LossError> {
        self.check_options::<E>()?;
        check_each(target, "from 0 to 1", |t| t >= E::zero() && t <= E::one())
    }
}

impl<E: Element> Loss<(Const<1>,), Labels<2>, E> for BinaryCrossEntropy {
    fn part(&self, output: &[E], target: LabelsView<'_, 2>, scale: f64, mut d_output: Option<&mut [E]>) -> f64 {
        let f = Logit { positive_weight: self.positive_weight };
        // Labels become numbers a block at a time, on the stack.
        const BLOCK: usize = 64;
        let mut sum = 0.0;
        for (index, (y, labels)) in output.chunks(BLOCK).zip(target.as_slice().chunks(BLOCK)).enumerate() {
            let mut t = [E::zero(); BLOCK];
            for (t, &label) in t.iter_mut().zip(labels) {
                *t = E::from_f64(f64::from(label));
            }
            let d = d_output.as_deref_mut().map(|d| &mut d[index * BLOCK..][..y.len()]);
            sum += pointwise(f, y, &t[..y.len()], scale, d);
        }
        scale * sum
    }

    fn check(&self, _: LabelsView<'_, 2>) -> Result<(), LossError> {
        self.check_options::<E>()
    }
}
