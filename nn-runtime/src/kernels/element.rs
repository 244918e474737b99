//! The numbers that networks calculate with.

use crate::kernels::{compiled::Compiled, draw::Draw, math::Math};

/// A number type of a network: `f32` for training and running, `f64` for checks.
///
/// The trait is sealed: kernels are written for these two.
///
/// ```
/// use plumbline::Element;
/// fn half<E: Element>(x: E) -> E { x * E::from_f64(0.5) }
/// assert_eq!(half(3.0_f32), 1.5);
/// ```
pub trait Element: ndarray::NdFloat + Default + Math + Draw + Compiled + sealed::Sealed {
    /// The type's name in messages and files, `"f32"` or `"f64"`.
    const NAME: &'static str;

    /// The nearest number to `value`.
    fn from_f64(value: f64) -> Self;

    /// This number, exactly.
    fn as_f64(self) -> f64;
}

impl Element for f32 {
    const NAME: &'static str = "f32";

    #[inline]
    fn from_f64(value: f64) -> Self {
        value as f32
    }

    #[inline]
    fn as_f64(self) -> f64 {
        f64::from(self)
    }
}

impl Element for f64 {
    const NAME: &'static str = "f64";

    #[inline]
    fn from_f64(value: f64) -> Self {
        value
    }

    #[inline]
    fn as_f64(self) -> f64 {
        self
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}
