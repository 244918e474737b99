//! f(x) = x σ(x), σ the logistic function.

use pulp::Simd;

use crate::{kernels::math::Math, layers::activation::Activation};

/// f(x) = x / (1 + e⁻ˣ) (Elfwing, Uchibe and Doya, 2018; "swish").
///
/// The error of f(x) is at most 3·10⁻⁷ relative in `f32` and 10⁻¹⁵ in `f64` for every x; that of f′(x) at most 5·10⁻⁷ and 10⁻¹⁵, absolute near its zero at
/// −1.278. SiLU(−∞) is 0, and what would be subnormal in `f32` may be 0.
///
/// ```
/// use plumbline::{Const, layers::{Silu, activation}, network::abi::ViewMut};
/// let mut y = [2.0];
/// activation::forward(Silu, ViewMut::<(Const<1>,), f64>::new(&mut y, 1, 1));
/// assert!((y[0] - 1.761_594_155_955_765).abs() < 1e-14);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Silu;

impl<E: Math> Activation<E> for Silu {
    const FROM_OUTPUT: bool = false;

    #[inline(always)]
    fn forward<S: Simd>(self, simd: S, x: E::Vector<S>) -> E::Vector<S> {
        E::silu(simd, x)
    }

    #[inline(always)]
    fn derivative<S: Simd>(self, simd: S, x: E::Vector<S>) -> E::Vector<S> {
        E::silu_slope(simd, x)
    }
}
