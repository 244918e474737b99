//! Fields of units: what is left to do between a matrix product and a unit's conditional distribution.

use pulp::{Simd, WithSimd};

use crate::kernels::{
    Element,
    compiled::compiled,
    elementwise::{self, Binary, Unary},
    math::Math,
    simd::run,
    vector::Vector,
};

/// a + `part` · (b − a) in each place: the biases of a model between two others.
#[derive(Clone, Copy, Debug)]
pub struct Bias<'a, E> {
    pub(crate) from: &'a [E],
    pub(crate) to: &'a [E],
    pub(crate) part: f64,
}

impl<'a, E: Element> Bias<'a, E> {
    /// The biases themselves.
    pub(crate) fn of(bias: &'a [E]) -> Self {
        Bias { from: bias, to: bias, part: 1.0 }
    }

    /// The bias at a place.
    #[inline(always)]
    pub(crate) fn at(self, place: usize) -> f64 {
        let (from, to) = (self.from[place].as_f64(), self.to[place].as_f64());
        from + self.part * (to - from)
    }
}

/// x = `scale` · x + bias in each row.
pub(crate) fn add_bias<E: Element>(x: &mut [E], scale: f64, bias: Bias<'_, E>) {
    E::scale_and_add_bias(x, E::from_f64(scale), bias);
}

compiled! {
    /// Fields of units for an element type. Sealed through [`crate::Element`].
    pub trait Fields {
        fn scale_and_add_bias(x: &mut [Self], scale: Self, bias: Bias<'_, Self>) { run(AddBias { x, scale, bias }) }
        fn sigmoids(x: &mut [Self], scale: f64) { elementwise::update(Sigmoid(scale), x) }
        fn softpluses(x: &mut [Self], scale: f64) { elementwise::update(Softplus(scale), x) }
        fn scale_by(x: &mut [Self], s: f64) { elementwise::update(Scale(s), x) }
        fn add_multiple(y: &mut [Self], x: &[Self], s: Self) { elementwise::update_with(AddScaled(s), y, x) }
        fn difference_of_softpluses(x: &[Self], c: &[Self], from: (f64, f64), to: (f64, f64)) -> f64 {
            run(SoftplusDifference { x, c, from, to })
        }
    }
}

struct AddBias<'a, E> {
    x: &'a mut [E],
    scale: E,
    bias: Bias<'a, E>,
}

impl<E: Element> WithSimd for AddBias<'_, E> {
    type Output = ();

    // A plain loop, which the compiler turns into vector code.
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let AddBias { x, scale, bias } = self;
        let part = E::from_f64(bias.part);
        for row in x.chunks_exact_mut(bias.from.len().max(1)) {
            for ((x, &from), &to) in row.iter_mut().zip(bias.from).zip(bias.to) {
                *x = *x * scale + (from + part * (to - from));
            }
        }
    }
}

/// x = σ(x · `scale`)
pub(crate) fn sigmoid<E: Element>(x: &mut [E], scale: f64) {
    E::sigmoids(x, saturated::<E>(scale));
}

/// The nearest number that is finite as an `E`. With an infinite scale, a field of 0 would be NaN.
pub(crate) fn saturated<E: Element>(scale: f64) -> f64 {
    let most = E::max_value().as_f64();
    scale.clamp(-most, most)
}

/// x = ln(1 + exp(x · `scale`)) / `scale`
pub(crate) fn softplus<E: Element>(x: &mut [E], scale: f64) {
    E::softpluses(x, saturated::<E>(scale));
}

/// x = s · x
pub(crate) fn scale<E: Element>(x: &mut [E], s: f64) {
    E::scale_by(x, s);
}

/// y += s · x
pub(crate) fn add_scaled<E: Element>(y: &mut [E], x: &[E], s: E) {
    E::add_multiple(y, x, s);
}

#[derive(Clone, Copy)]
struct AddScaled<E>(E);

impl<E: Element> Binary<E> for AddScaled<E> {
    #[inline(always)]
    fn call<S: Simd>(self, simd: S, y: E::Vector<S>, x: E::Vector<S>) -> E::Vector<S> {
        Vector::splat(simd, self.0).mul_add(Vector::of(simd, x), Vector::of(simd, y)).raw()
    }
}

#[derive(Clone, Copy)]
struct Sigmoid(f64);

impl<E: Math> Unary<E> for Sigmoid {
    #[inline(always)]
    fn call<S: Simd>(self, simd: S, x: E::Vector<S>) -> E::Vector<S> {
        (Vector::<S, E>::of(simd, x) * Vector::constant(simd, self.0)).sigmoid().raw()
    }
}

#[derive(Clone, Copy)]
struct Softplus(f64);

impl<E: Math> Unary<E> for Softplus {
    #[inline(always)]
    fn call<S: Simd>(self, simd: S, x: E::Vector<S>) -> E::Vector<S> {
        let y = (Vector::<S, E>::of(simd, x) * Vector::constant(simd, self.0)).softplus();
        (y * Vector::constant(simd, 1.0 / self.0)).raw()
    }
}

#[derive(Clone, Copy)]
struct Scale(f64);

impl<E: Math> Unary<E> for Scale {
    #[inline(always)]
    fn call<S: Simd>(self, simd: S, x: E::Vector<S>) -> E::Vector<S> {
        (Vector::<S, E>::of(simd, x) * Vector::constant(simd, self.0)).raw()
    }
}

/// Σ ln(1 + exp(s₁ (c + w₁ x))) − ln(1 + exp(s₀ (c + w₀ x))) over a row, where `from` and `to` are (w₀, s₀) and (w₁, s₁). Registers are added up
/// in the element's own precision, blocks of them in `f64`.
pub(crate) fn softplus_difference<E: Element>(x: &[E], c: &[E], from: (f64, f64), to: (f64, f64)) -> f64 {
    let finite = |(w, s): (f64, f64)| (w, saturated::<E>(s));
    E::difference_of_softpluses(x, c, finite(from), finite(to))
}

/// ln(1 + exp(s₁ (c + w₁ x))) − ln(1 + exp(s₀ (c + w₀ x))). A function and no closure: one that is not inlined would be compiled for the least
/// instruction set.
#[inline(always)]
fn difference<S: Simd, E: Math>(
    x: Vector<S, E>,
    c: Vector<S, E>,
    from: [Vector<S, E>; 2],
    to: [Vector<S, E>; 2],
) -> Vector<S, E> {
    scaled_softplus(x, c, to) - scaled_softplus(x, c, from)
}

/// ln(1 + exp(s (c + w x)))
#[inline(always)]
fn scaled_softplus<S: Simd, E: Math>(x: Vector<S, E>, c: Vector<S, E>, [w, s]: [Vector<S, E>; 2]) -> Vector<S, E> {
    (s * w.mul_add(x, c)).softplus()
}

struct SoftplusDifference<'a, E> {
    x: &'a [E],
    c: &'a [E],
    from: (f64, f64),
    to: (f64, f64),
}

impl<E: Element> WithSimd for SoftplusDifference<'_, E> {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f64 {
        let SoftplusDifference { x, c, from, to } = self;
        let length = x.len().min(c.len());
        let (x, x_rest) = E::as_vectors::<S>(&x[..length]);
        let (c, c_rest) = E::as_vectors::<S>(&c[..length]);
        let constants = |(w, s): (f64, f64)| [Vector::constant(simd, w), Vector::constant(simd, s)];
        let (from, to) = (constants(from), constants(to));
        let mut total = 0.0;
        for (x, c) in x.chunks(16).zip(c.chunks(16)) {
            let mut sum = Vector::<S, E>::constant(simd, 0.0);
            for (&x, &c) in x.iter().zip(c) {
                sum = sum + difference(Vector::of(simd, x), Vector::of(simd, c), from, to);
            }
            total += sum.sum().as_f64();
        }
        if !x_rest.is_empty() {
            let mut rest = [E::zero(); 64];
            let rest = &mut rest[..x_rest.len()];
            difference(Vector::load(simd, x_rest), Vector::load(simd, c_rest), from, to).store(rest);
            total += rest.iter().map(|x| x.as_f64()).sum::<f64>();
        }
        total
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::testing::{assert_close, values};

    fn softplus_of(x: f64) -> f64 {
        x.max(0.0) + (-x.abs()).exp().ln_1p()
    }

    #[test]
    fn fields_and_curves_agree_with_their_definitions() {
        let (x, a, b) = (values::<f64>(3 * 37, 1), values::<f64>(37, 2), values::<f64>(37, 3));
        let mut y = x.clone();
        add_bias(&mut y, 0.3, Bias { from: &a, to: &b, part: 0.25 });
        let expected: Vec<f64> = (0..y.len()).map(|i| 0.3 * x[i] + 0.75 * a[i % 37] + 0.25 * b[i % 37]).collect();
        assert_close(&y, &expected, 1e-15);
        let mut plain = x.clone();
        add_bias(&mut plain, 1.0, Bias::of(&a));
        assert_close(&plain, &(0..x.len()).map(|i| x[i] + a[i % 37]).collect::<Vec<_>>(), 1e-15);
        let mut narrow = values::<f32>(111, 1);
        sigmoid(&mut narrow, 2.0);
        assert_close(&narrow, &x.iter().map(|x| 1.0 / (1.0 + (-2.0 * x).exp())).collect::<Vec<_>>(), 1e-6);
        let mut wide = x.clone();
        softplus(&mut wide, 2.0);
        assert_close(&wide, &x.iter().map(|x| softplus_of(2.0 * x) / 2.0).collect::<Vec<_>>(), 1e-15);
        scale(&mut wide, -0.5);
        assert_close(&wide, &x.iter().map(|x| softplus_of(2.0 * x) / -4.0).collect::<Vec<_>>(), 1e-15);
    }

    #[test]
    fn a_scale_beyond_the_range_leaves_a_field_of_zero_at_one_half() {
        for factor in [1e30, 1e39, 1e300, f64::INFINITY] {
            let mut x = [0.0_f32, 2.0, -2.0];
            sigmoid(&mut x, factor);
            assert_eq!(x, [0.5, 1.0, 0.0], "{factor}");
            let mut x = [0.0_f64, 2.0, -2.0];
            sigmoid(&mut x, factor);
            assert_eq!(x, [0.5, 1.0, 0.0], "{factor}");
            let found = softplus_difference(&[0.0_f32], &[0.0], (1.0, 1.0), (1.0, factor));
            assert!(found.abs() < 1e-6, "{factor}: {found}");
        }
    }

    #[test]
    fn differences_of_sums_agree_with_their_definition() {
        for length in [0, 1, 15, 16, 17, 500] {
            let (x, c) = (values::<f64>(length, 1), values::<f64>(length, 2));
            let term = |i: usize, (w, s): (f64, f64)| softplus_of(s * (c[i] + w * x[i]));
            let (from, to) = ((0.2, 0.9), (1.5, 2.0));
            let expected: f64 = (0..length).map(|i| term(i, to) - term(i, from)).sum();
            assert!((softplus_difference(&x, &c, from, to) - expected).abs() < 1e-12);
            let narrow = softplus_difference(&values::<f32>(length, 1), &values::<f32>(length, 2), from, to);
            assert!((narrow - expected).abs() < 1e-4);
        }
    }
}
