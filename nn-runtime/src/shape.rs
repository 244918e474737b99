//! What the types of shapes mean.
//!
//! A dimension is a type and a shape is a tuple of dimensions, so that the compiler compares shapes and prints them in
//! decimals: `(Const<1>, Const<28>, Const<28>)`. The batch axis is never part of a shape.

use std::marker::PhantomData;

use typenum::{Bit, UInt, UTerm, Unsigned};

use crate::check;
pub use crate::check::FREE;

/// A dimension of size `N`, known when the program is compiled.
///
/// ```
/// use plumbline::shape::{Const, Dimension};
/// assert_eq!(Const::<28>::SIZE, 28);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Const<const N: usize>;

/// A dimension: [`Const`] for a size known when the program is compiled, [`Free`] for one known when it runs, and
/// [`Sum`] and its kin for what arithmetic on a network's dimension parameters gives. The unsigned integers of
/// `typenum`, the sizes of `generic-array` and `nalgebra`, are dimensions too; they read less well in messages.
///
/// ```
/// use plumbline::shape::{Const, Dimension};
/// assert_eq!(<Const<28> as Dimension>::SIZE, 28);
/// ```
///
/// ```
/// use plumbline::{Batch, Shape};
/// use typenum::{U3, U28};
/// type Image = (U3, U28, U28);
/// assert_eq!(Image::DIMS, [3, 28, 28]);
/// assert_eq!(Batch::<Image>::zeros(2).sample(1).map(<[f32]>::len), Some(3 * 28 * 28));
/// ```
pub trait Dimension: 'static + Send + Sync {
    /// The size, or [`FREE`] where only the running program knows it. What is no [size](check::is_size) otherwise has no value: a
    /// difference that is less than zero, a quotient by zero, or what is above [`LARGEST`](check::LARGEST).
    const SIZE: usize;
    /// What only the running program knows of the size: nothing, `()`, or the size itself.
    type Extent: Copy + Default + PartialEq + std::fmt::Debug + Send + Sync + 'static;

    /// The size.
    fn size(extent: Self::Extent) -> usize;

    /// What is to be known of an axis of `size` elements, which must be [`Dimension::SIZE`] unless that is free.
    fn extent(size: usize) -> Option<Self::Extent>;
}

/// A dimension whose size is a constant.
macro_rules! fixed {
    () => {
        type Extent = ();

        #[inline(always)]
        fn size((): ()) -> usize {
            Self::SIZE
        }

        #[inline(always)]
        fn extent(size: usize) -> Option<()> {
            (size == Self::SIZE).then_some(())
        }
    };
}

impl<const N: usize> Dimension for Const<N> {
    const SIZE: usize = N;
    fixed!();
}

impl<const N: usize> FixedDimension for Const<N> {}

impl<A: Unsigned + Send + Sync, B: Bit + Send + Sync> Dimension for UInt<A, B> {
    const SIZE: usize = <Self as Unsigned>::USIZE;
    fixed!();
}

impl<A: Unsigned + Send + Sync, B: Bit + Send + Sync> FixedDimension for UInt<A, B> {}

impl Dimension for UTerm {
    const SIZE: usize = 0;
    fixed!();
}

impl FixedDimension for UTerm {}

macro_rules! arithmetic {
    ($($(#[$text:meta])* $name:ident: $function:path;)*) => {
        $($(#[$text])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name<A, B>(PhantomData<fn() -> (A, B)>);

        impl<A: Dimension, B: Dimension> Dimension for $name<A, B> {
            const SIZE: usize = $function(A::SIZE, B::SIZE);
            fixed!();
        }

        impl<A: Dimension, B: Dimension> FixedDimension for $name<A, B> {})*
    };
}

const fn sum(a: usize, b: usize) -> usize {
    check::sum(&[a, b])
}

const fn times(a: usize, b: usize) -> usize {
    check::product(&[a, b])
}

arithmetic! {
    /// The dimension A + B of a network that is generic over dimensions.
    ///
    /// ```
    /// use plumbline::shape::{Const, Dimension, Sum};
    /// assert_eq!(Sum::<Const<3>, Const<4>>::SIZE, 7);
    /// ```
    Sum: sum;
    /// The dimension A · B.
    ///
    /// ```
    /// use plumbline::shape::{Const, Dimension, Product};
    /// assert_eq!(Product::<Const<3>, Const<4>>::SIZE, 12);
    /// ```
    Product: times;
    /// The dimension A − B. Less than zero it has no value, and a network that comes to it does not compile.
    ///
    /// ```
    /// use plumbline::shape::{Const, Difference, Dimension};
    /// assert_eq!(Difference::<Const<7>, Const<4>>::SIZE, 3);
    /// ```
    Difference: check::difference;
    /// The dimension ⌊A / B⌋.
    ///
    /// ```
    /// use plumbline::shape::{Const, Dimension, Quotient};
    /// assert_eq!(Quotient::<Const<7>, Const<2>>::SIZE, 3);
    /// ```
    Quotient: check::quotient;
    /// The dimension ⌈A / B⌉.
    ///
    /// ```
    /// use plumbline::shape::{Const, Dimension, QuotientUp};
    /// assert_eq!(QuotientUp::<Const<7>, Const<2>>::SIZE, 4);
    /// ```
    QuotientUp: check::quotient_up;
}

/// A dimension that is known only when the program runs, written `_` in a network: an image's size, a sequence's length.
///
/// ```
/// use plumbline::shape::{Dimension, FREE, Free};
/// assert_eq!(Free::SIZE, FREE);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Free;

impl Dimension for Free {
    const SIZE: usize = FREE;
    type Extent = usize;

    #[inline(always)]
    fn size(extent: usize) -> usize {
        extent
    }

    #[inline(always)]
    fn extent(size: usize) -> Option<usize> {
        Some(size)
    }
}

/// A shape without its batch axis: a tuple of one to three [`Dimension`]s.
///
/// ```
/// use plumbline::{Const, Shape};
/// type Image = (Const<1>, Const<28>, Const<28>);
/// assert_eq!(Image::DIMS, [1, 28, 28]);
/// assert_eq!(Image::LEN, 784);
/// ```
pub trait Shape: 'static + Send + Sync {
    /// The sizes, outermost first.
    const DIMS: &'static [usize];
    /// The number of elements of one sample, or [`FREE`]. What is no [size](check::is_size) otherwise has no value.
    const LEN: usize = product(Self::DIMS);
    /// Whether several samples lie with the sample innermost (three axes) or one after the other (one or two).
    const INTERLEAVED: bool = Self::DIMS.len() == 3;
    /// What only the running program knows of the sizes: nothing where none is free.
    type Extent: Copy + Default + PartialEq + std::fmt::Debug + Send + Sync + 'static;
    /// An array with the size of each axis.
    type Sizes: AsRef<[usize]> + Copy + std::fmt::Debug;

    /// The size of each axis, outermost first.
    fn sizes(extent: Self::Extent) -> Self::Sizes;

    /// What is to be known of samples with axes of these sizes; `None` where one is not that of the shape.
    fn extent(sizes: &[usize]) -> Option<Self::Extent>;

    /// The number of elements of one sample.
    #[inline(always)]
    fn len(extent: Self::Extent) -> usize {
        if Self::LEN == FREE { product(Self::sizes(extent).as_ref()) } else { Self::LEN }
    }
}

/// A shape without a free axis: its type alone tells the size of a sample.
///
/// ```
/// use plumbline::{Batch, Const, shape::FixedShape};
/// fn one<S: FixedShape>() -> Batch<S> { Batch::zeros(1) }
/// assert_eq!(one::<(Const<2>, Const<3>)>().as_slice().len(), 6);
/// ```
pub trait FixedShape: Shape {}

/// A dimension whose size is known from its type: any but [`Free`].
///
/// ```
/// use plumbline::{Const, shape::FixedDimension};
/// fn size<D: FixedDimension>() -> usize { D::SIZE }
/// assert_eq!(size::<Const<3>>(), 3);
/// ```
#[diagnostic::on_unimplemented(
    message = "the size of an axis is not known from the type of the shape",
    label = "this shape has a free axis",
    note = "`Batch::zeros_of`, `Batch::from_vec_of` and `BatchView::from_slice_of` take the sizes; `Batch::try_from` takes an array of any size"
)]
pub trait FixedDimension: Dimension<Extent = ()> {}

/// The product of sizes, 1 for none; [`FREE`] with a size that is free. With one that has no value, or above
/// [`LARGEST`](check::LARGEST), it has no value either.
pub const fn product(sizes: &[usize]) -> usize {
    check::product(sizes)
}

/// The axis of a shape that is time where its samples have lengths: the first free one, or the first where none is free.
///
/// ```
/// use plumbline::{Const, Free, Shape, shape::time_axis};
/// assert_eq!(time_axis(<(Free, Const<8>)>::DIMS), 0);
/// assert_eq!(time_axis(<(Const<8>, Free)>::DIMS), 1);
/// assert_eq!(time_axis(<(Const<8>, Const<9>)>::DIMS), 0);
/// ```
pub const fn time_axis(dims: &[usize]) -> usize {
    let mut axis = 0;
    while axis < dims.len() {
        if dims[axis] == FREE {
            return axis;
        }
        axis += 1;
    }
    0
}

macro_rules! shapes {
    ($($count:literal: $($axis:ident $place:tt),+;)*) => {
        $(impl<$($axis: Dimension),+> Shape for ($($axis,)+) {
            const DIMS: &'static [usize] = &[$($axis::SIZE),+];
            type Extent = ($($axis::Extent,)+);
            type Sizes = [usize; $count];

            #[inline(always)]
            fn sizes(extent: Self::Extent) -> [usize; $count] {
                [$($axis::size(extent.$place)),+]
            }

            #[inline(always)]
            fn extent(sizes: &[usize]) -> Option<Self::Extent> {
                if sizes.len() != $count {
                    return None;
                }
                Some(($($axis::extent(sizes[$place])?,)+))
            }
        }

        impl<$($axis: FixedDimension),+> FixedShape for ($($axis,)+) {})*
    };
}

shapes! {
    1: A 0;
    2: A 0, B 1;
    3: A 0, B 1, C 2;
}

/// A shape whose first axis is time, and whose steps have a known size: `(T,)`, `(T, A)` or `(T, A, B)` with any dimension `T`.
///
/// ```
/// use plumbline::{Const, Free, shape::Sequence};
/// assert_eq!(<(Free, Const<8>)>::STEP, 8);
/// ```
pub trait Sequence: Shape {
    /// The dimension of time.
    type Time: Dimension;
    /// The numbers of a step.
    const STEP: usize;
}

impl<T: Dimension> Sequence for (T,) {
    type Time = T;
    const STEP: usize = 1;
}

impl<T: Dimension, A: FixedDimension> Sequence for (T, A) {
    type Time = T;
    const STEP: usize = A::SIZE;
}

impl<T: Dimension, A: FixedDimension, B: FixedDimension> Sequence for (T, A, B) {
    type Time = T;
    const STEP: usize = product(&[A::SIZE, B::SIZE]);
}

/// A shape whose last axis has `I` features: `(I,)`, or `(T, I)` with one vector for each of T steps.
///
/// ```
/// use plumbline::shape::{Const, Features};
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
/// use plumbline::shape::{Dims, FREE};
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
