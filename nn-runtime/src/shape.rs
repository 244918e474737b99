//! What the types of shapes mean.
//!
//! A dimension is a type and a shape is a tuple of dimensions, so that the compiler compares shapes and prints them in
//! decimals: `(Const<1>, Const<28>, Const<28>)`. The batch axis is never part of a shape.

/// A dimension of size `N`, known when the program is compiled.
///
/// ```
/// use nn_runtime::shape::{Const, Dimension};
/// assert_eq!(Const::<28>::SIZE, 28);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Const<const N: usize>;

/// A dimension: [`Const`] for a size known when the program is compiled, [`Free`] for one known when it runs, and
/// typenum's numbers for what arithmetic on a network's dimension parameter gives.
///
/// ```
/// use nn_runtime::shape::{Const, Dimension};
/// assert_eq!(<Const<28> as Dimension>::SIZE, 28);
/// ```
pub trait Dimension: 'static + Send + Sync {
    /// The size, or [`FREE`] where only the running program knows it.
    const SIZE: usize;
}

/// The [`Dimension::SIZE`] of a free dimension. No array has an axis of this length.
pub const FREE: usize = usize::MAX;

impl<const N: usize> Dimension for Const<N> {
    const SIZE: usize = N;
}

impl Dimension for typenum::UTerm {
    const SIZE: usize = 0;
}

impl<U: typenum::Unsigned + 'static + Send + Sync, B: typenum::Bit + 'static + Send + Sync> Dimension
    for typenum::UInt<U, B>
{
    const SIZE: usize = <Self as typenum::Unsigned>::USIZE;
}

/// A dimension that is known only when the program runs, written `_` in a network: an image's size, a sequence's length.
///
/// ```
/// use nn_runtime::shape::{Dimension, FREE, Free};
/// assert_eq!(Free::SIZE, FREE);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Free;

impl Dimension for Free {
    const SIZE: usize = FREE;
}

/// A shape without its batch axis: a tuple of one to three [`Dimension`]s.
///
/// ```
/// use nn_runtime::{Const, Shape};
/// type Image = (Const<1>, Const<28>, Const<28>);
/// assert_eq!(Image::DIMS, [1, 28, 28]);
/// assert_eq!(Image::LEN, 784);
/// ```
pub trait Shape: 'static + Send + Sync {
    /// The sizes, outermost first.
    const DIMS: &'static [usize];
    /// The number of elements of one sample.
    const LEN: usize = product(Self::DIMS);
    /// Whether several samples lie with the sample innermost (three axes) or one after the other (one or two).
    const INTERLEAVED: bool = Self::DIMS.len() == 3;
}

/// The product of sizes, 1 for none. A size that is not known ([`FREE`]) makes the product unknown.
pub const fn product(sizes: &[usize]) -> usize {
    let (mut result, mut i) = (1usize, 0);
    while i < sizes.len() {
        if sizes[i] == FREE {
            return FREE;
        }
        result = result.saturating_mul(sizes[i]);
        i += 1;
    }
    result
}

impl<A: Dimension> Shape for (A,) {
    const DIMS: &'static [usize] = &[A::SIZE];
}

impl<A: Dimension, B: Dimension> Shape for (A, B) {
    const DIMS: &'static [usize] = &[A::SIZE, B::SIZE];
}

impl<A: Dimension, B: Dimension, C: Dimension> Shape for (A, B, C) {
    const DIMS: &'static [usize] = &[A::SIZE, B::SIZE, C::SIZE];
}

/// A shape whose last axis has `I` features: `(I,)`, or `(T, I)` with one vector for each of T steps.
///
/// ```
/// use nn_runtime::shape::{Const, Features};
/// fn features<I, S: Features<I>>() -> usize { S::STEPS }
/// assert_eq!(features::<Const<8>, (Const<5>, Const<8>)>(), 5);
/// ```
pub trait Features<I>: Shape {
    /// Vectors a sample: 1, or the number of steps.
    const STEPS: usize;
}

impl<I: Dimension> Features<I> for (I,) {
    const STEPS: usize = 1;
}

impl<T: Dimension, I: Dimension> Features<I> for (T, I) {
    const STEPS: usize = T::SIZE;
}

/// Dimensions as a person reads them: `[1, 28, 28]`, `_` for a free one.
///
/// ```
/// use nn_runtime::shape::{Dims, FREE};
/// assert_eq!(Dims(&[3, FREE, FREE]).to_string(), "[3, _, _]");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dims<'a>(
    /// The sizes.
    pub &'a [usize],
);

impl std::fmt::Display for Dims<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[")?;
        for (i, &size) in self.0.iter().enumerate() {
            let comma = if i == 0 { "" } else { ", " };
            match size {
                FREE => write!(f, "{comma}_")?,
                size => write!(f, "{comma}{size}")?,
            }
        }
        f.write_str("]")
    }
}
