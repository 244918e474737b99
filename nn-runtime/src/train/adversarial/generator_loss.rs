//! What a generator descends.

use crate::{
    Batch, BatchView, Const, Element,
    train::{BinaryCrossEntropy, Loss},
};

/// The loss of a generator, from the discriminator's logits for m generated samples.
///
/// ```
/// use plumbline::train::GeneratorLoss;
/// // A discriminator that is sure: D(G(z)) = σ(−10).
/// let (minimax, slope) = GeneratorLoss::Minimax.value_and_gradient(&[-10.0_f64]);
/// let (non_saturating, steep) = GeneratorLoss::NonSaturating.value_and_gradient(&[-10.0_f64]);
/// assert!((minimax + 4.54e-5).abs() < 1e-7 && (slope[0] + 4.54e-5).abs() < 1e-7);
/// assert!((non_saturating - 10.0).abs() < 1e-4 && (steep[0] + 1.0).abs() < 1e-4);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GeneratorLoss {
    /// (1/m) Σ ln(1 − D(G(z))), as the game of two has it. Its gradient vanishes where D is sure that the samples are generated, as it is at first.
    Minimax,
    /// −(1/m) Σ ln D(G(z)): the same aim, with a gradient where the other one has none (Goodfellow and others, 2014, section 3).
    #[default]
    NonSaturating,
}

impl GeneratorLoss {
    /// The loss and its gradient with respect to each logit; 0 for no logits.
    pub fn value_and_gradient<E: Element>(self, logits: &[E]) -> (E, Vec<E>) {
        let mut gradient = vec![E::zero(); logits.len()];
        let loss = self.evaluate(logits, &vec![self.target(); logits.len()], &mut gradient);
        (E::from_f64(loss), gradient)
    }

    /// The target of the cross-entropy that the loss is made of.
    pub(super) fn target<E: Element>(self) -> E {
        match self {
            GeneratorLoss::Minimax => E::zero(),
            GeneratorLoss::NonSaturating => E::one(),
        }
    }

    /// The loss, with its gradient written to `gradient`; `targets` holds [`GeneratorLoss::target`] for each logit.
    pub(super) fn evaluate<E: Element>(self, logits: &[E], targets: &[E], gradient: &mut [E]) -> f64 {
        if logits.is_empty() {
            return 0.0;
        }
        let sign = match self {
            GeneratorLoss::Minimax => -1.0,
            GeneratorLoss::NonSaturating => 1.0,
        };
        cross_entropy(logits, targets, sign / logits.len() as f64, gradient)
    }
}

/// `scale` · −Σ [t ln σ(a) + (1 − t) ln(1 − σ(a))], with its gradient with respect to the logits a written to `gradient`.
pub(super) fn cross_entropy<E: Element>(logits: &[E], targets: &[E], scale: f64, gradient: &mut [E]) -> f64 {
    let targets = BatchView::<(Const<1>,), E>::lent(targets, targets.len(), &[1]);
    let loss = BinaryCrossEntropy::new();
    <BinaryCrossEntropy as Loss<_, Batch<(Const<1>,), E>, E>>::part(&loss, logits, targets, scale, Some(gradient))
}
