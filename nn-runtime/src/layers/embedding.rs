//! y_t = a(W[x_t])

use std::{fmt, marker::PhantomData};

use ndarray::{ArrayView2, ArrayViewMut2};
use rand::Rng;

use crate::{
    Element, Shape,
    kernels::{aligned::Aligned, rows::gather},
    layers::{Activation, Init, activation, type_check, weight_and_bias::weight_and_bias},
    network::{Product, RowSums, View, ViewMut},
    shape::Dimension,
};

/// y_t = a(W\[x_t\]): for each index x_t of a sequence the row of W that it names; `[T]` → `[T, N]`; a is an [`Activation`] chosen at the call.
///
/// `weight` [V, N], as PyTorch's `Embedding`; there it is drawn from a normal distribution of standard deviation 1. The indices are whole
/// numbers from 0 to V − 1, of the type of all other numbers: `f32` holds those up to 2²⁴ exactly. A number that is no such index counts as the
/// nearest that is one, and NaN as 0; networks let no such number in. T may be a free dimension.
///
/// The backward pass is dW\[v\] = Σ dz_t over all t of all samples with x_t = v, where dz = dy ∘ a′(y), by [`Embedding::product`] over
/// the whole batch at once. The indices, whole numbers, have no gradient: what stands for it is 0.
///
/// ```
/// use plumbline::{Const, layers::{Embedding, Identity, Init}, network::abi::{View, ViewMut}};
/// use rand::{SeedableRng, rngs::StdRng};
/// let mut words = Embedding::<Const<3>, Const<2>, f64>::new(Init::Normal(1.0), &mut StdRng::seed_from_u64(42));
/// words.weight_mut().assign(&ndarray::array![[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);
/// let mut y = [0.0; 6];
/// let x = View::<(Const<3>,), f64>::new(&[2.0, 0.0, 2.0], 1, 1);
/// words.forward(x, ViewMut::<(Const<3>, Const<2>), f64>::new(&mut y, 1, 1), Identity);
/// assert_eq!(y, [5.0, 6.0, 1.0, 2.0, 5.0, 6.0]);
/// ```
pub struct Embedding<V, N, E = f32> {
    weight: Aligned<E>,
    sizes: PhantomData<fn(V) -> N>,
}

// Derived, these would ask the same of the sizes, of which no value exists.
impl<V, N, E: Clone> Clone for Embedding<V, N, E> {
    fn clone(&self) -> Self {
        Embedding { weight: self.weight.clone(), sizes: PhantomData }
    }
}

impl<V, N, E: fmt::Debug> fmt::Debug for Embedding<V, N, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Embedding").field("weight", &self.weight).finish()
    }
}

impl<V: Dimension, N: Dimension, E: Element> Embedding<V, N, E> {
    /// A layer with a weight drawn by `init`.
    pub fn new(init: Init, rng: &mut impl Rng) -> Self {
        const { type_check::parameter("the weight of `Embedding`", <(V, N)>::DIMS) };
        let mut weight = Aligned::zeros(V::SIZE * N::SIZE);
        init.fill(&mut weight, <(V, N)>::DIMS, rng);
        Embedding { weight, sizes: PhantomData }
    }

    /// The same layer with every parameter zero.
    #[must_use]
    pub fn zeroed(&self) -> Self {
        Embedding { weight: Aligned::zeros(self.weight.len()), sizes: PhantomData }
    }

    /// W, [V, N].
    pub fn weight(&self) -> ArrayView2<'_, E> {
        ArrayView2::from_shape((V::SIZE, N::SIZE), &self.weight).expect("a weight fills its shape")
    }

    /// W, to change.
    pub fn weight_mut(&mut self) -> ArrayViewMut2<'_, E> {
        ArrayViewMut2::from_shape((V::SIZE, N::SIZE), &mut self.weight).expect("a weight fills its shape")
    }

    fn slices(&self) -> [&[E]; 2] {
        [&self.weight, &[]]
    }

    fn slices_mut(&mut self) -> [&mut [E]; 2] {
        [&mut self.weight, &mut []]
    }

    /// y_t = a(W\[x_t\])
    #[inline(always)]
    pub fn forward<T: Dimension, A: Activation<E>>(&self, x: View<'_, (T,), E>, mut y: ViewMut<'_, (T, N), E>, a: A) {
        gather(&self.weight, N::SIZE, x.data(), y.data_mut());
        activation::forward(a, y);
    }

    /// d_y = d_y ∘ a′(y) in place, left there for [`Embedding::product`]; then d_x = 0.
    #[inline(always)]
    pub fn backward<T: Dimension, A: Activation<E>>(
        &self,
        y: View<'_, (T, N), E>,
        d_y: ViewMut<'_, (T, N), E>,
        d_x: Option<ViewMut<'_, (T,), E>>,
        a: A,
    ) {
        activation::backward(a, y, d_y);
        if let Some(mut d_x) = d_x {
            d_x.data_mut().fill(E::zero());
        }
    }

    /// The gradient dW over the samples, to be written into `self`, which holds gradients. `d_y` is what [`Embedding::backward`] left.
    #[inline(always)]
    pub fn product<'a, T: Dimension>(&'a mut self, x: View<'a, (T,), E>, d_y: View<'a, (T, N), E>) -> Product<'a, E> {
        Product::RowSums(RowSums {
            indices: x.data(),
            right: d_y.data(),
            rows: V::SIZE,
            columns: N::SIZE,
            gradient: &mut self.weight,
        })
    }
}

/// The shape of the bias that the layer does not have.
const NO_BIAS: &[usize] = &[];

weight_and_bias! { impl<V: Dimension, N: Dimension> for Embedding, <(V, N)>::DIMS, NO_BIAS }

#[cfg(test)]
mod tests {
    use rand::{SeedableRng, rngs::StdRng};

    use super::*;
    use crate::{
        layers::{
            Identity, Tanh,
            testing::{assert_close, differences, values},
        },
        network::{Parameters, products},
        shape::{Const, Free},
    };

    fn layer<V: Dimension, N: Dimension, E: Element>() -> Embedding<V, N, E> {
        Embedding::new(Init::Normal(1.0), &mut StdRng::seed_from_u64(42))
    }

    fn outputs<V: Dimension, N: Dimension<Extent = ()>, E: Element, A: Activation<E>>(
        layer: &Embedding<V, N, E>,
        x: &[E],
        steps: usize,
        a: A,
    ) -> Vec<E> {
        let samples = x.len() / steps;
        let mut y = vec![E::nan(); x.len() * N::SIZE];
        let rows = ViewMut::sized(&mut y, samples, 16, (steps, ()));
        layer.forward::<Free, A>(View::sized(x, samples, 16, (steps,)), rows, a);
        y
    }

    /// Values, gradients and both precisions for a number of samples and steps, most indices among them several times.
    fn check<V: Dimension<Extent = ()>, N: Dimension<Extent = ()>>(samples: usize, steps: usize) {
        let layer = layer::<V, N, f64>();
        let x: Vec<f64> = (0..samples * steps).map(|i| (i * i % 5 % V::SIZE) as f64).collect();
        let naive: Vec<f64> = x
            .iter()
            .flat_map(|&x| (0..N::SIZE).map(move |n| (x as usize, n)))
            .map(|at| layer.weight()[at].tanh())
            .collect();
        let y = outputs(&layer, &x, steps, Tanh);
        assert_close(&y, &naive, 1e-14);
        let single: Vec<f32> = x.iter().map(|&x| x as f32).collect();
        assert_close(&outputs(&self::layer::<V, N, f32>(), &single, steps, Tanh), &naive, 1e-6);

        let d = values::<f64>(y.len(), 2);
        let (mut d_y, mut d_x) = (d.clone(), vec![f64::NAN; x.len()]);
        layer.backward::<Free, _>(
            View::sized(&y, samples, 16, (steps, ())),
            ViewMut::sized(&mut d_y, samples, 16, (steps, ())),
            Some(ViewMut::sized(&mut d_x, samples, 16, (steps,))),
            Tanh,
        );
        assert_eq!(d_x, vec![0.0; x.len()]);

        let expected = differences(&layer.weight, &d, |values| {
            let mut changed = layer.clone();
            changed.weight.copy_from_slice(values);
            outputs(&changed, &x, steps, Tanh)
        });
        let mut gradient = layer.zeroed();
        gradient.weight.fill(f64::NAN);
        let indices = View::<(Free,), f64>::sized(&x, samples, 16, (steps,));
        products([gradient.product(indices, View::sized(&d_y, samples, 16, (steps, ())))]);
        assert_close(&gradient.weight, &expected, 1e-8);

        let mut gradient = self::layer::<V, N, f32>();
        let d_y: Vec<f32> = d_y.iter().map(|&d| d as f32).collect();
        let indices = View::<(Free,), f32>::sized(&single, samples, 16, (steps,));
        products([gradient.product(indices, View::sized(&d_y, samples, 16, (steps, ())))]);
        assert_close(&gradient.weight, &expected, 1e-5);
    }

    #[test]
    fn values_and_gradients_agree_with_the_definition() {
        check::<Const<3>, Const<2>>(1, 1);
        check::<Const<1>, Const<5>>(2, 3);
        check::<Const<7>, Const<16>>(4, 9);
        check::<Const<20>, Const<33>>(17, 2);
        check::<Const<4>, Const<1>>(5, 1);
    }

    #[test]
    fn nothing_that_is_no_index_leaves_the_table() {
        let layer = layer::<Const<3>, Const<2>, f64>();
        let x = [-1.0, 3.0, f64::NAN, f64::INFINITY, 1e300, 1.7];
        let rows: Vec<f64> = [0, 2, 0, 2, 2, 1].iter().flat_map(|&row| layer.weight().row(row).to_vec()).collect();
        assert_eq!(outputs(&layer, &x, 3, Identity), rows);
        let mut gradient = layer.zeroed();
        let d_y = [1.0; 12];
        let indices = View::<(Const<6>,), f64>::new(&x, 1, 16);
        products([gradient.product(indices, View::new(&d_y, 1, 16))]);
        assert_eq!(*gradient.weight, [2.0, 2.0, 1.0, 1.0, 3.0, 3.0]);
    }

    /// A vocabulary for which a share of the batch could not have a gradient of its own.
    #[test]
    fn the_number_of_threads_changes_no_bit_of_a_large_vocabulary() {
        type Words = Embedding<Const<20_000>, Const<24>, f32>;
        let x: Vec<f32> = (0..6_400_u32).map(|i| (i * i % 19_997) as f32).collect();
        let d_y = values::<f32>(x.len() * 24, 2);
        let gradient = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool of threads");
            let mut gradient = layer::<Const<20_000>, Const<24>, f32>();
            let indices = View::<(Const<100>,), f32>::new(&x, 64, 64);
            pool.install(|| products([Words::product(&mut gradient, indices, View::new(&d_y, 64, 64))]));
            gradient.weight
        };
        let one = gradient(1);
        assert!(one.iter().any(|&w| w != 0.0) && one.contains(&0.0));
        for threads in [2, 3, 8] {
            assert!(gradient(threads).iter().zip(&*one).all(|(a, b)| a.to_bits() == b.to_bits()), "{threads} threads");
        }
    }

    #[test]
    fn the_parameter_has_pytorchs_name_and_shape() {
        let layer = layer::<Const<5>, Const<2>, f32>();
        let named: Vec<_> = layer.parameters().map(|t| (t.name.to_string(), t.shape)).collect();
        assert_eq!(named, [("weight".to_string(), &[5, 2][..])]);
        assert!(layer.zeroed().parameters().all(|t| t.values.iter().all(|&w| w == 0.0)));
    }
}
