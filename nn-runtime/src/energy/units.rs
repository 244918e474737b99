//! Kinds of units, chosen by type for each side of a model.
//!
//! A hidden unit sees the field x = c + W s(v), a visible one the field u = b + Wᵀ h. What a unit does with its field is all that the kinds
//! differ in.

mod hidden;
mod visible;

pub use hidden::{Hidden, HiddenRows, Relu};
pub use visible::{GaussianVariance, Softmax, Visible, VisibleRows};

pub use crate::kernels::field::Bias;

/// Units that are 0 or 1, on either side: p(1) = σ(field / T).
///
/// Visible data may lie between 0 and 1, as the intensities of images do; they then count as probabilities.
///
/// ```
/// use plumbline::{Const, energy::{Rbm, units::Bernoulli}};
/// type Binary = Rbm<Const<784>, Const<500>, Bernoulli, Bernoulli>;
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bernoulli;

/// Units that are any number, on either side. Visible: E = ½ ‖v − b‖² − …, so that v given h is normal with mean b + Wᵀh and variance T.
/// Hidden: E = ½ ‖h‖² − cᵀh − …, so that h given v is normal with mean c + W v and variance T.
///
/// As visible units they want data scaled to variance 1, or [`GaussianVariance`].
///
/// ```
/// use plumbline::{Const, energy::{Rbm, units::{Bernoulli, Gaussian}}};
/// type Real = Rbm<Const<64>, Const<100>, Gaussian, Bernoulli>;
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gaussian;

/// ln(1 + eˣ) without overflow.
pub(crate) fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}
