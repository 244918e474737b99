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
        Criterion, Loss, LossError,
        error::{check_each, check_option},
        over_time::{elements, over_elements},
    },
};

/// C = −Σ [w t ln σ(y) + (1 − t) ln(1 − σ(y))] / Z, from logits y and targets t in 0…1, where Z counts all elements of all samples but padding and w
/// is 1 unless [set](BinaryCrossEntropy::positive_weight): `torch.nn.BCEWithLogitsLoss`.
///
/// Targets: a [`Batch`] of the output's shape, or [`Labels<2>`](Labels) for an output of one logit.
///
/// ```
/// use nn_runtime::{Batch, Const, data::Labels, train::{BinaryCrossEntropy, Criterion}};
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

impl BinaryCrossEntropy {
    /// The loss with w = 1.
    pub fn new() -> Self {
        BinaryCrossEntropy { positive_weight: 1.0 }
    }

    /// Sets w, the weight of the positive targets: above 1 it trades precision for recall. PyTorch's `pos_weight`.
    #[must_use]
    pub fn positive_weight(self, weight: f64) -> Self {
        BinaryCrossEntropy { positive_weight: weight }
    }

    fn check_options(&self) -> Result<(), LossError> {
        let weight = self.positive_weight;
        check_option("positive_weight", "finite and not negative", weight, weight >= 0.0 && weight.is_finite())
    }
}

impl Default for BinaryCrossEntropy {
    fn default() -> Self {
        BinaryCrossEntropy::new()
    }
}

/// −ln σ(y) = softplus(−y) and −ln(1 − σ(y)) = softplus(y) = y + softplus(−y), so
/// ℓ = w t softplus(−y) + (1 − t) (y + softplus(−y)) = (1 − t) y + a softplus(−y) with a = 1 + (w − 1) t,
/// and, since softplus′ = σ, ∂ℓ/∂y = (1 − t) − a σ(−y). Softplus neither overflows nor cancels for any y.
#[derive(Clone, Copy)]
struct Logit {
    /// w − 1
    excess: f64,
}

impl<E: Math> Pointwise<E> for Logit {
    #[inline(always)]
    fn call<S: Simd>(self, simd: S, y: E::Vector<S>, t: E::Vector<S>) -> (E::Vector<S>, E::Vector<S>) {
        let (zero, one) = (E::constant(simd, 0.0), E::constant(simd, 1.0));
        let a = E::mul_add(simd, E::constant(simd, self.excess), t, one);
        let (no, minus_y) = (E::sub(simd, one, t), E::sub(simd, zero, y));
        let value = E::mul_add(simd, a, E::softplus(simd, minus_y), E::mul(simd, no, y));
        let slope = E::sub(simd, no, E::mul(simd, a, E::sigmoid(simd, minus_y)));
        (value, slope)
    }
}

impl Criterion for BinaryCrossEntropy {}

impl<Out: Shape, E: Element> Loss<Out, Batch<Out, E>, E> for BinaryCrossEntropy {
    fn part(&self, output: &[E], target: BatchView<'_, Out, E>, scale: f64, d_output: Option<&mut [E]>) -> f64 {
        let f = Logit { excess: self.positive_weight - 1.0 };
        scale * over_elements(f, output, target, scale, d_output)
    }

    fn normalizer(&self, target: BatchView<'_, Out, E>, _: usize) -> f64 {
        elements(target)
    }

    fn check(&self, target: BatchView<'_, Out, E>) -> Result<(), LossError> {
        self.check_options()?;
        check_each(target, "from 0 to 1", |t| t >= E::zero() && t <= E::one())
    }
}

impl<E: Element> Loss<(Const<1>,), Labels<2>, E> for BinaryCrossEntropy {
    fn part(&self, output: &[E], target: LabelsView<'_, 2>, scale: f64, mut d_output: Option<&mut [E]>) -> f64 {
        let f = Logit { excess: self.positive_weight - 1.0 };
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
        self.check_options()
    }
}
