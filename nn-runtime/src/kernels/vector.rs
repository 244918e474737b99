//! A register with operators and methods, so that a kernel reads as the formula that it calculates.

use std::ops::{Add, Div, Mul, Sub};

use pulp::Simd;

use crate::kernels::{math::Math, simd::Lanes};

/// A register of `E` on the instruction set `S`. Each method is the function of [`Lanes`] or [`Math`] of the same name.
pub(crate) struct Vector<S: Simd, E: Lanes> {
    /// The instruction set, which takes up no memory.
    simd: S,
    lanes: E::Vector<S>,
}

/// A truth value for each lane of a [`Vector`].
pub(crate) struct Mask<S: Simd, E: Lanes> {
    simd: S,
    lanes: E::Mask<S>,
}

// Derived, these would ask the same of `E`.
impl<S: Simd, E: Lanes> Clone for Vector<S, E> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}

impl<S: Simd, E: Lanes> Copy for Vector<S, E> {}

impl<S: Simd, E: Lanes> Clone for Mask<S, E> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}

impl<S: Simd, E: Lanes> Copy for Mask<S, E> {}

impl<S: Simd, E: Lanes> Vector<S, E> {
    /// The register as pulp has it.
    #[inline(always)]
    pub(crate) fn of(simd: S, lanes: E::Vector<S>) -> Self {
        Vector { simd, lanes }
    }

    /// The register for pulp.
    #[inline(always)]
    pub(crate) fn raw(self) -> E::Vector<S> {
        self.lanes
    }

    /// `x` in each lane.
    #[inline(always)]
    pub(crate) fn splat(simd: S, x: E) -> Self {
        Vector::of(simd, E::splat(simd, x))
    }

    /// The numbers of a slice of at most a register, zeros behind them.
    #[inline(always)]
    pub(crate) fn load(simd: S, slice: &[E]) -> Self {
        Vector::of(simd, E::load_partial(simd, slice))
    }

    /// As many of its numbers as the slice takes, which is at most all.
    #[inline(always)]
    pub(crate) fn store(self, slice: &mut [E]) {
        E::store_partial(self.simd, slice, self.lanes);
    }

    /// self · b + c, rounded once where the processor can.
    #[inline(always)]
    pub(crate) fn mul_add(self, b: Self, c: Self) -> Self {
        Vector::of(self.simd, E::mul_add(self.simd, self.lanes, b.lanes, c.lanes))
    }

    /// The larger of two numbers; `other` where one of them is NaN.
    #[inline(always)]
    pub(crate) fn max(self, other: Self) -> Self {
        Vector::of(self.simd, E::max(self.simd, self.lanes, other.lanes))
    }

    /// self < other
    #[inline(always)]
    pub(crate) fn less(self, other: Self) -> Mask<S, E> {
        Mask { simd: self.simd, lanes: E::less(self.simd, self.lanes, other.lanes) }
    }

    /// self = other
    #[inline(always)]
    pub(crate) fn equal(self, other: Self) -> Mask<S, E> {
        Mask { simd: self.simd, lanes: E::equal(self.simd, self.lanes, other.lanes) }
    }

    /// The sum over the lanes, in a fixed order.
    #[inline(always)]
    pub(crate) fn sum(self) -> E {
        E::sum_lanes(self.simd, self.lanes)
    }

    /// The largest of the lanes; where one is NaN, any of them.
    #[inline(always)]
    pub(crate) fn largest(self) -> E {
        E::max_lanes(self.simd, self.lanes)
    }
}

impl<S: Simd, E: Lanes> Mask<S, E> {
    /// `yes` where it holds, else `no`.
    #[inline(always)]
    pub(crate) fn select(self, yes: Vector<S, E>, no: Vector<S, E>) -> Vector<S, E> {
        Vector::of(self.simd, E::select(self.simd, self.lanes, yes.lanes, no.lanes))
    }
}

macro_rules! operators {
    ($($operator:ident $method:ident;)*) => {
        $(impl<S: Simd, E: Lanes> $operator for Vector<S, E> {
            type Output = Self;

            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Vector::of(self.simd, <E as Lanes>::$method(self.simd, self.lanes, other.lanes))
            }
        })*
    };
}

operators! {
    Add add;
    Sub sub;
    Mul mul;
    Div div;
}

impl<S: Simd, E: Lanes> Vector<S, E> {
    /// x − x: 0 where x is finite, NaN where it is not.
    #[inline(always)]
    #[expect(clippy::eq_op, reason = "an infinity less itself is NaN")]
    pub(crate) fn zero_if_finite(self) -> Self {
        self - self
    }
}

impl<S: Simd, E: Math> Vector<S, E> {
    /// The nearest number to `x` in each lane.
    #[inline(always)]
    pub(crate) fn constant(simd: S, x: f64) -> Self {
        Vector::of(simd, E::constant(simd, x))
    }
}

macro_rules! functions {
    ($($bound:ident: $($name:ident = $function:ident)*;)*) => {
        $(impl<S: Simd, E: $bound> Vector<S, E> {
            $(#[inline(always)]
            pub(crate) fn $name(self) -> Self {
                Vector::of(self.simd, <E as $bound>::$function(self.simd, self.lanes))
            })*
        })*
    };
}

functions! {
    Lanes: abs = abs_ sqrt = sqrt_;
    Math: exp = exp exp_minus_one = exp_minus_one sigmoid = sigmoid softplus = softplus tanh = tanh;
}
