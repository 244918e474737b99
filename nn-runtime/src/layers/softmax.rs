//! Probabilities from logits.

use crate::{
    Element, Shape,
    kernels::softmax,
    network::{View, ViewMut},
};

/// yᵢ = exp(xᵢ) / Σⱼ exp(xⱼ) over the last axis, for shapes of one or two axes.
///
/// The largest xⱼ is subtracted first, so that no exponential overflows.
///
/// ```
/// use nn_runtime::{Const, layers::Softmax, network::ViewMut};
/// let mut y = [1e4, 1e4];
/// Softmax.forward(ViewMut::<(Const<2>,), f64>::new(&mut y, 1, 1));
/// assert_eq!(y, [0.5, 0.5]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Softmax;

/// yᵢ = xᵢ − ln Σⱼ exp(xⱼ) over the last axis, for shapes of one or two axes; as stable as [`Softmax`].
///
/// ```
/// use nn_runtime::{Const, layers::LogSoftmax, network::ViewMut};
/// let mut y = [0.0, 1e4];
/// LogSoftmax.forward(ViewMut::<(Const<2>,), f64>::new(&mut y, 1, 1));
/// assert_eq!(y, [-1e4, 0.0]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LogSoftmax;

/// The size of the last axis.
#[inline(always)]
const fn last<S: Shape>() -> usize {
    assert!(!S::INTERLEAVED, "softmax is over the last axis of one or two");
    S::DIMS[S::DIMS.len() - 1]
}

impl Softmax {
    /// The softmax of y in place.
    #[inline(always)]
    pub fn forward<S: Shape, E: Element>(self, mut y: ViewMut<'_, S, E>) {
        softmax::forward(y.data_mut(), const { last::<S>() });
    }

    /// d = y (d − Σⱼ dⱼ yⱼ) in place, where y is the result of the forward pass.
    #[inline(always)]
    pub fn backward<S: Shape, E: Element>(self, y: View<'_, S, E>, mut d: ViewMut<'_, S, E>) {
        softmax::backward(y.data(), d.data_mut(), const { last::<S>() });
    }
}

impl LogSoftmax {
    /// The logarithm of the softmax of y in place.
    #[inline(always)]
    pub fn forward<S: Shape, E: Element>(self, mut y: ViewMut<'_, S, E>) {
        softmax::log_forward(y.data_mut(), const { last::<S>() });
    }

    /// d = d − exp(y) Σⱼ dⱼ in place, where y is the result of the forward pass.
    #[inline(always)]
    pub fn backward<S: Shape, E: Element>(self, y: View<'_, S, E>, mut d: ViewMut<'_, S, E>) {
        softmax::log_backward(y.data(), d.data_mut(), const { last::<S>() });
    }
}
