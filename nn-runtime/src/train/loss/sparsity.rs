//! A target for how often each unit is active.

use crate::{
    Element,
    shape::FixedShape,
    train::loss::{Activations, Criterion, Loss, LossError, error::check_option},
};

/// C = Σⱼ KL(ρ ‖ ρ̂ⱼ) = Σⱼ [ρ ln(ρ / ρ̂ⱼ) + (1 − ρ) ln((1 − ρ) / (1 − ρ̂ⱼ))], where ρ̂ⱼ is the mean over the batch of unit j of the output: each unit is
/// to be active in a share ρ of the samples (Ng, Sparse autoencoder, 2011).
///
/// It is a loss of the batch as a whole, [`WHOLE_BATCH`](Loss::WHOLE_BATCH): a batch should have several times 1/ρ samples. The output is of activations
/// from 0 to 1, without free axes; where a mean is 0 or 1 the penalty is infinite. In [`Losses`](crate::train::Losses) its weight is the β of the literature.
///
/// Targets: none, `()`.
///
/// ```
/// use plumbline::{Batch, Const, train::{Criterion, SparsityPenalty}};
/// let outputs = Batch::<(Const<2>,), f64>::from_vec(vec![0.1, 0.9, 0.3, 0.7])?;
/// let loss = SparsityPenalty::new(0.2).value(&outputs, &())?; // the means are 0.2 and 0.8
/// assert!((loss - (0.2 * 0.25_f64.ln() + 0.8 * 4.0_f64.ln())).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SparsityPenalty {
    rho: f64,
}

impl SparsityPenalty {
    /// The penalty with the target ρ, between 0 and 1: 0.05 is usual.
    pub const fn new(rho: f64) -> Self {
        SparsityPenalty { rho }
    }
}

impl Criterion for SparsityPenalty {
    type Takes = Activations;
}

/// ρ ln(ρ / q) + (1 − ρ) ln((1 − ρ) / (1 − q)), and its slope in q. Infinite outside of 0 < q < 1.
fn divergence(rho: f64, q: f64) -> [f64; 2] {
    if q <= 0.0 || q >= 1.0 {
        return [f64::INFINITY, if q <= 0.0 { f64::NEG_INFINITY } else { f64::INFINITY }];
    }
    let value = rho * (rho / q).ln() + (1.0 - rho) * ((1.0 - rho) / (1.0 - q)).ln();
    [value, (q - rho) / (q * (1.0 - q))]
}

impl<Out: FixedShape, E: Element> Loss<Out, (), E> for SparsityPenalty {
    const WHOLE_BATCH: bool = true;

    /// `scale` is 1 / Z with Z the number of samples, of which those at hand count: N / Z · C.
    fn part(&self, output: &[E], (): (), scale: f64, mut d_output: Option<&mut [E]>) -> f64 {
        let width = Out::LEN.max(1);
        let samples = output.len() / width;
        let mut sum = 0.0;
        for unit in 0..width {
            let active: f64 = output.iter().skip(unit).step_by(width).map(|y| y.as_f64()).sum();
            let [value, slope] = divergence(self.rho, active / samples as f64);
            sum += value;
            if let Some(d) = &mut d_output {
                // N / Z · ∂C/∂ρ̂ · 1 / N
                let slope = E::from_f64(scale * slope);
                d.iter_mut().skip(unit).step_by(width).for_each(|d| *d = slope);
            }
        }
        scale * samples as f64 * sum
    }

    fn check(&self, (): ()) -> Result<(), LossError> {
        check_option("rho", "between 0 and 1", self.rho, self.rho > 0.0 && self.rho < 1.0)
    }
}
