//! How much the value of a dense layer changes with what the layer takes.

use crate::{
    Const, Element,
    kernels::sum::squares,
    layers::{Dense, Elu, Identity, LeakyRelu, Relu, Selu, Sigmoid, Softplus, Tanh},
    network::{View, ViewMut},
    shape::{Dimension, Features},
};

/// The slope of an elementwise function as a function g of its value, f′(x) = g(f(x)), and the derivative of g: what [`contractive_penalty`] and its
/// gradient are made of.
///
/// ```
/// use plumbline::layers::{Sigmoid, SlopeOfValue, Tanh};
/// assert_eq!(Sigmoid.slope_of_value(0.25), [0.1875, 0.5]);
/// assert_eq!(Tanh.slope_of_value(0.5), [0.75, -1.0]);
/// ```
pub trait SlopeOfValue: Copy {
    /// g(y) and g′(y) for a value y.
    fn slope_of_value(self, y: f64) -> [f64; 2];
}

macro_rules! slopes {
    ($($name:ident: |$self:ident, $y:ident| $slopes:expr;)*) => {
        $(impl SlopeOfValue for $name {
            #[inline(always)]
            fn slope_of_value($self, $y: f64) -> [f64; 2] {
                $slopes
            }
        })*
    };
}

/// `line` above 0, and y + `scale` below.
fn exponential(y: f64, line: f64, scale: f64) -> [f64; 2] {
    if y > 0.0 { [line, 0.0] } else { [y + scale, 1.0] }
}

slopes! {
    Identity: |self, _y| [1.0, 0.0];
    Relu: |self, y| [f64::from(y > 0.0), 0.0];
    LeakyRelu: |self, y| [if y > 0.0 { 1.0 } else { self.0 }, 0.0];
    Elu: |self, y| exponential(y, 1.0, self.0);
    Selu: |self, y| exponential(y, Selu::LAMBDA, Selu::LAMBDA * Selu::ALPHA);
    Sigmoid: |self, y| [y * (1.0 - y), 1.0 - 2.0 * y];
    Tanh: |self, y| [(1.0 - y) * (1.0 + y), -2.0 * y];
    // eˣ = e^y − 1, so the slope 1 / (1 + e⁻ˣ) is 1 − e^(−y).
    Softplus: |self, y| [-(-y).exp_m1(), (-y).exp()];
}

/// Calls `f` with each unit j of a layer, and ‖W_j‖².
fn each_unit<I: Dimension, O: Dimension, E: Element>(layer: &Dense<I, O, E>, mut f: impl FnMut(usize, f64)) {
    let [weight, _] = layer.slices();
    for (unit, row) in weight.chunks_exact(I::SIZE.max(1)).enumerate() {
        f(unit, squares(row));
    }
}

/// y = ‖∂h/∂x‖² = Σ_j f′_j² ‖W_j‖² for each sample: the squared Frobenius norm of the Jacobian of h = f(W x + b), the penalty of a contractive autoencoder
/// (Rifai et al., Contractive auto-encoders, 2011). `h` is what the layer gave.
///
/// It takes a [`Dense`] layer with a weight of its own, and any f whose slope is a function of its value. An x that is itself the value of other layers is
/// held fixed: of a deep encoder, each layer has a penalty of its own.
///
/// ```
/// use plumbline::{Const, layers::{Dense, Init, Sigmoid, contractive_penalty}, network::abi::{View, ViewMut}};
/// use rand::{SeedableRng, rngs::StdRng};
/// let mut encoder = Dense::<Const<2>, Const<1>, f64>::new(Init::Zeros, true, &mut StdRng::seed_from_u64(42));
/// encoder.weight_mut().assign(&ndarray::array![[3.0, 4.0]]);
/// let (h, mut y) = ([0.5], [0.0]);
/// let h = View::<(Const<1>,), f64>::new(&h, 1, 1);
/// contractive_penalty(&encoder, Sigmoid, h, ViewMut::new(&mut y, 1, 1));
/// assert_eq!(y, [0.25 * 0.25 * 25.0]);
/// ```
#[inline(always)]
pub fn contractive_penalty<I: Dimension, O: Dimension, H: Features<O>, E: Element, A: SlopeOfValue>(
    layer: &Dense<I, O, E>,
    f: A,
    h: View<'_, H, E>,
    mut y: ViewMut<'_, (Const<1>,), E>,
) {
    let y = y.data_mut();
    y.fill(E::zero());
    each_unit(layer, |unit, square| {
        for (y, h) in y.iter_mut().zip(h.data().chunks_exact(O::SIZE.max(1))) {
            let [slope, _] = f.slope_of_value(h[unit].as_f64());
            *y += E::from_f64(slope * slope * square);
        }
    });
}

/// d h_j = d_y · 2 f′_j g′(h_j) ‖W_j‖², where f′ = g(h): the gradient of [`contractive_penalty`] with respect to the value that it reads.
///
/// ```
/// use plumbline::{Const, layers::{Dense, Init, Relu, contractive_penalty_backward}, network::abi::{View, ViewMut}};
/// use rand::{SeedableRng, rngs::StdRng};
/// let encoder = Dense::<Const<2>, Const<1>, f64>::new(Init::HeNormal, true, &mut StdRng::seed_from_u64(42));
/// let view = |x| View::<(Const<1>,), f64>::new(x, 1, 1);
/// let mut d = [1.0];
/// contractive_penalty_backward(&encoder, Relu, view(&[0.5]), view(&[1.0]), ViewMut::<(Const<1>,), f64>::new(&mut d, 1, 1));
/// assert_eq!(d, [0.0]); // the slope of a ReLU does not bend
/// ```
#[inline(always)]
pub fn contractive_penalty_backward<I: Dimension, O: Dimension, H: Features<O>, E: Element, A: SlopeOfValue>(
    layer: &Dense<I, O, E>,
    f: A,
    h: View<'_, H, E>,
    d_y: View<'_, (Const<1>,), E>,
    mut d_h: ViewMut<'_, H, E>,
) {
    let (h, d_h, width) = (h.data(), d_h.data_mut(), O::SIZE.max(1));
    each_unit(layer, |unit, square| {
        for ((d_h, h), d) in d_h.chunks_exact_mut(width).zip(h.chunks_exact(width)).zip(d_y.data()) {
            let [slope, bend] = f.slope_of_value(h[unit].as_f64());
            d_h[unit] = E::from_f64(d.as_f64() * 2.0 * slope * bend * square);
        }
    });
}

/// Adds dW_j = 2 W_j Σ d_y f′_j² to a gradient: the gradient of [`contractive_penalty`] with respect to the weight, over all samples of `h`.
///
/// ```
/// use plumbline::{Const, layers::{Dense, Identity, Init, contractive_penalty_gradient}, network::abi::View};
/// use rand::{SeedableRng, rngs::StdRng};
/// let mut encoder = Dense::<Const<2>, Const<1>, f64>::new(Init::Zeros, true, &mut StdRng::seed_from_u64(42));
/// encoder.weight_mut().assign(&ndarray::array![[3.0, 4.0]]);
/// let mut gradient = encoder.zeroed();
/// let view = |x| View::<(Const<1>,), f64>::new(x, 1, 1);
/// contractive_penalty_gradient(&encoder, Identity, view(&[0.5]), view(&[1.0]), &mut gradient);
/// assert_eq!(gradient.weight(), ndarray::array![[6.0, 8.0]]);
/// ```
pub fn contractive_penalty_gradient<I: Dimension, O: Dimension, H: Features<O>, E: Element, A: SlopeOfValue>(
    layer: &Dense<I, O, E>,
    f: A,
    h: View<'_, H, E>,
    d_y: View<'_, (Const<1>,), E>,
    gradient: &mut Dense<I, O, E>,
) {
    let (width, size) = (O::SIZE.max(1), I::SIZE.max(1));
    let ([weight, _], [d_weight, _]) = (layer.slices(), gradient.slices_mut());
    for (unit, (row, d_row)) in weight.chunks_exact(size).zip(d_weight.chunks_exact_mut(size)).enumerate() {
        let mut sum = 0.0;
        for (h, d) in h.data().chunks_exact(width).zip(d_y.data()) {
            let [slope, _] = f.slope_of_value(h[unit].as_f64());
            sum += d.as_f64() * slope * slope;
        }
        let factor = E::from_f64(2.0 * sum);
        d_row.iter_mut().zip(row).for_each(|(d, &w)| *d += factor * w);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::{
        Init,
        testing::{assert_close, differences, values},
    };
    use rand::{SeedableRng, rngs::StdRng};

    type Layer = Dense<Const<5>, Const<4>, f64>;
    const SAMPLES: usize = 3;

    fn view(x: &[f64]) -> View<'_, (Const<4>,), f64> {
        View::new(x, SAMPLES, 16)
    }

    /// The penalty as it is defined: from differences of h with respect to x, one by one.
    fn by_differences<A: crate::layers::Activation<f64> + SlopeOfValue>(layer: &Layer, f: A, x: &[f64]) -> Vec<f64> {
        let run = |x: &[f64]| {
            let mut h = vec![0.0; 4];
            layer.forward(View::<(Const<5>,), f64>::new(x, 1, 1), ViewMut::<(Const<4>,), f64>::new(&mut h, 1, 1), f);
            h
        };
        let norm = |x: &[f64]| -> f64 {
            let unit = |j: usize| (0..4).map(|i| f64::from(i == j)).collect::<Vec<f64>>();
            (0..4).flat_map(|j| differences(x, &unit(j), run)).map(|d| d * d).sum()
        };
        x.chunks(5).map(norm).collect()
    }

    fn holds<A: crate::layers::Activation<f64> + SlopeOfValue>(f: A) {
        let layer = Layer::new(Init::XavierUniform, true, &mut StdRng::seed_from_u64(3));
        let x: Vec<f64> = values(SAMPLES * 5, 1);
        let mut h = vec![0.0; SAMPLES * 4];
        let rows = View::<(Const<5>,), f64>::new(&x, SAMPLES, 16);
        layer.forward(rows, ViewMut::<(Const<4>,), f64>::new(&mut h, SAMPLES, 16), f);
        let penalty = |layer: &Layer, h: &[f64]| {
            let mut y = vec![f64::NAN; SAMPLES];
            contractive_penalty(layer, f, view(h), ViewMut::new(&mut y, SAMPLES, 16));
            y
        };
        assert_close(&penalty(&layer, &h), &by_differences(&layer, f, &x), 1e-7);

        // At 0, where a rectifier has its kink, differences have no meaning.
        let h: Vec<f64> = h.into_iter().map(|h| if h == 0.0 { -0.5 } else { h }).collect();
        let d: Vec<f64> = values(SAMPLES, 2);
        let (d_y, mut d_h) = (View::new(&d, SAMPLES, 16), vec![f64::NAN; SAMPLES * 4]);
        contractive_penalty_backward(&layer, f, view(&h), d_y, ViewMut::<(Const<4>,), f64>::new(&mut d_h, SAMPLES, 16));
        assert_close(&d_h, &differences(&h, &d, |h| penalty(&layer, h)), 1e-8);

        let mut gradient = layer.zeroed();
        contractive_penalty_gradient(&layer, f, view(&h), d_y, &mut gradient);
        let weights: Vec<f64> = layer.weight().iter().copied().collect();
        let of_weights = |weights: &[f64]| {
            let mut layer = layer.clone();
            layer.weight_mut().iter_mut().zip(weights).for_each(|(w, &value)| *w = value);
            penalty(&layer, &h)
        };
        let gradient: Vec<f64> = gradient.weight().iter().copied().collect();
        assert_close(&gradient, &differences(&weights, &d, of_weights), 1e-8);
    }

    #[test]
    fn the_penalty_is_the_norm_of_the_jacobian_and_its_gradients_agree_with_differences() {
        holds(Identity);
        holds(Relu);
        holds(LeakyRelu(0.2));
        holds(Elu(0.7));
        holds(Selu);
        holds(Sigmoid);
        holds(Tanh);
        holds(Softplus);
    }
}
