//! The functions that the whole state of a simple recurrent cell goes through.

use pulp::Simd;

use crate::kernels::{
    math::Math,
    piecewise::{exponential, exponential_derivative, leaky_relu},
    recurrent::lstm::tanh_gradient,
    vector::Vector,
};

/// An activation of the whole state, and its derivative.
pub(super) trait Function: Copy {
    /// Whether the derivative is calculated from z, which is kept for it; else from h′ alone.
    const KEEPS_SUM: bool = false;

    /// f(z)
    fn value<S: Simd, E: Math>(self, simd: S, z: E::Vector<S>) -> E::Vector<S>;

    /// d · f′(z), from `kept`: z or f(z).
    fn slope<S: Simd, E: Math>(self, simd: S, d: E::Vector<S>, kept: E::Vector<S>) -> E::Vector<S>;
}

#[derive(Clone, Copy)]
pub(super) struct Tanh;

#[derive(Clone, Copy)]
pub(super) struct Relu;

#[derive(Clone, Copy)]
pub(super) struct Sigmoid;

#[derive(Clone, Copy)]
pub(super) struct Identity;

impl Function for Tanh {
    #[inline(always)]
    fn value<S: Simd, E: Math>(self, simd: S, z: E::Vector<S>) -> E::Vector<S> {
        E::tanh(simd, z)
    }

    #[inline(always)]
    fn slope<S: Simd, E: Math>(self, simd: S, d: E::Vector<S>, h: E::Vector<S>) -> E::Vector<S> {
        tanh_gradient::<S, E>(simd, Vector::of(simd, d), Vector::of(simd, h)).raw()
    }
}

impl Function for Relu {
    #[inline(always)]
    fn value<S: Simd, E: Math>(self, simd: S, z: E::Vector<S>) -> E::Vector<S> {
        E::max(simd, E::constant(simd, 0.0), z)
    }

    #[inline(always)]
    fn slope<S: Simd, E: Math>(self, simd: S, d: E::Vector<S>, h: E::Vector<S>) -> E::Vector<S> {
        let zero = E::constant(simd, 0.0);
        E::select(simd, E::less(simd, zero, h), d, zero)
    }
}

impl Function for Sigmoid {
    const KEEPS_SUM: bool = true;

    #[inline(always)]
    fn value<S: Simd, E: Math>(self, simd: S, z: E::Vector<S>) -> E::Vector<S> {
        E::sigmoid(simd, z)
    }

    /// d · σ(z) σ(−z): of an h near 1, 1 − h is what rounding has left.
    #[inline(always)]
    fn slope<S: Simd, E: Math>(self, simd: S, d: E::Vector<S>, z: E::Vector<S>) -> E::Vector<S> {
        let other = E::sigmoid(simd, E::sub(simd, E::constant(simd, 0.0), z));
        E::mul(simd, d, E::mul(simd, E::sigmoid(simd, z), other))
    }
}

impl Function for Identity {
    #[inline(always)]
    fn value<S: Simd, E: Math>(self, _: S, z: E::Vector<S>) -> E::Vector<S> {
        z
    }

    #[inline(always)]
    fn slope<S: Simd, E: Math>(self, _: S, d: E::Vector<S>, _: E::Vector<S>) -> E::Vector<S> {
        d
    }
}

/// z above 0, else a z.
#[derive(Clone, Copy)]
pub(super) struct LeakyRelu(pub(super) f64);

/// `line` z above 0, else `scale` (e^z − 1).
#[derive(Clone, Copy)]
pub(super) struct Exponential {
    pub(super) line: f64,
    pub(super) scale: f64,
}

#[derive(Clone, Copy)]
pub(super) struct Gelu;

#[derive(Clone, Copy)]
pub(super) struct Silu;

#[derive(Clone, Copy)]
pub(super) struct Softplus;

impl Function for LeakyRelu {
    #[inline(always)]
    fn value<S: Simd, E: Math>(self, simd: S, z: E::Vector<S>) -> E::Vector<S> {
        leaky_relu::<S, E>(simd, z, self.0)
    }

    /// h has the sign of z, or is 0 for a slope of 0.
    #[inline(always)]
    fn slope<S: Simd, E: Math>(self, simd: S, d: E::Vector<S>, h: E::Vector<S>) -> E::Vector<S> {
        let (zero, a) = (E::constant(simd, 0.0), E::constant(simd, self.0));
        E::select(simd, E::less(simd, zero, h), d, E::mul(simd, a, d))
    }
}

impl Function for Exponential {
    const KEEPS_SUM: bool = true;

    #[inline(always)]
    fn value<S: Simd, E: Math>(self, simd: S, z: E::Vector<S>) -> E::Vector<S> {
        exponential::<S, E>(simd, z, self.line, self.scale)
    }

    /// From z: of an h near its limit, what is left of the slope is rounding.
    #[inline(always)]
    fn slope<S: Simd, E: Math>(self, simd: S, d: E::Vector<S>, z: E::Vector<S>) -> E::Vector<S> {
        E::mul(simd, d, exponential_derivative::<S, E>(simd, z, self.line, self.scale))
    }
}

impl Function for Gelu {
    const KEEPS_SUM: bool = true;

    #[inline(always)]
    fn value<S: Simd, E: Math>(self, simd: S, z: E::Vector<S>) -> E::Vector<S> {
        E::gelu(simd, z)
    }

    #[inline(always)]
    fn slope<S: Simd, E: Math>(self, simd: S, d: E::Vector<S>, z: E::Vector<S>) -> E::Vector<S> {
        E::mul(simd, d, E::gelu_slope(simd, z))
    }
}

impl Function for Silu {
    const KEEPS_SUM: bool = true;

    #[inline(always)]
    fn value<S: Simd, E: Math>(self, simd: S, z: E::Vector<S>) -> E::Vector<S> {
        E::silu(simd, z)
    }

    #[inline(always)]
    fn slope<S: Simd, E: Math>(self, simd: S, d: E::Vector<S>, z: E::Vector<S>) -> E::Vector<S> {
        E::mul(simd, d, E::silu_slope(simd, z))
    }
}

impl Function for Softplus {
    #[inline(always)]
    fn value<S: Simd, E: Math>(self, simd: S, z: E::Vector<S>) -> E::Vector<S> {
        E::softplus(simd, z)
    }

    /// d σ(z) = d (1 − e^(−h))
    #[inline(always)]
    fn slope<S: Simd, E: Math>(self, simd: S, d: E::Vector<S>, h: E::Vector<S>) -> E::Vector<S> {
        let zero = E::constant(simd, 0.0);
        let fall = E::exp_minus_one(simd, E::sub(simd, zero, h));
        E::mul(simd, d, E::sub(simd, zero, fall))
    }
}
