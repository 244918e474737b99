//! y = a(x Wᵀ + b).

use std::marker::PhantomData;

use ndarray::{ArrayView1, ArrayView2, ArrayViewMut1, ArrayViewMut2};
use rand::Rng;

use crate::{
    Element, Shape,
    kernels::{
        aligned::Aligned,
        gemv::{self, MatrixSizes},
        matmul::{Matrix, MatrixMut, matmul},
    },
    layers::{Activation, Init, activation, type_check, weight_and_bias::weight_and_bias},
    network::{Matrices, Product, Sums, View, ViewMut},
    shape::{Dimension, Features},
};

/// y = a(x Wᵀ + b) on the last axis: `I` → `O` features, or a vector of them for each step; a is an [`Activation`] chosen at the call.
///
/// `weight` [O, I] and `bias` \[O\], as PyTorch's `Linear`. The backward pass is dz = dy ∘ a′(y), dx = dz W, dW = dzᵀ x, db = Σ dz;
/// the last two over the whole batch at once, by [`Dense::product`].
///
/// ```
/// use plumbline::{Const, layers::{Dense, Identity, Init}, network::abi::{View, ViewMut}};
/// use rand::{SeedableRng, rngs::StdRng};
/// type X = (Const<2>,);
/// let mut dense = Dense::<Const<2>, Const<1>, f64>::new(Init::Zeros, true, &mut StdRng::seed_from_u64(42));
/// dense.weight_mut().assign(&ndarray::array![[2.0, 3.0]]);
/// dense.bias_mut()[0] = 1.0;
/// let mut y = [0.0; 1];
/// dense.forward::<X, (Const<1>,), _>(View::new(&[1.0, 10.0], 1, 1), ViewMut::new(&mut y, 1, 1), Identity);
/// assert_eq!(y, [33.0]);
/// ```
pub struct Dense<I, O, E = f32> {
    weight: Aligned<E>,
    bias: Aligned<E>,
    sizes: PhantomData<fn(I) -> O>,
}

// Derived, these would ask the same of the sizes, of which no value exists.
impl<I, O, E: Clone> Clone for Dense<I, O, E> {
    fn clone(&self) -> Self {
        Dense { weight: self.weight.clone(), bias: self.bias.clone(), sizes: PhantomData }
    }
}

impl<I, O, E: std::fmt::Debug> std::fmt::Debug for Dense<I, O, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dense").field("weight", &self.weight).field("bias", &self.bias).finish()
    }
}

impl<I: Dimension, O: Dimension, E: Element> Dense<I, O, E> {
    /// A layer with weights drawn by `init`, and a bias of zeros if there is to be one.
    pub fn new(init: Init, bias: bool, rng: &mut impl Rng) -> Self {
        const { type_check::parameter("the weight of `Dense`", <(O, I)>::DIMS) };
        let mut weight = Aligned::zeros(O::SIZE * I::SIZE);
        init.fill(&mut weight, <(O, I)>::DIMS, rng);
        Dense { weight, bias: Aligned::zeros(if bias { O::SIZE } else { 0 }), sizes: PhantomData }
    }

    /// The same layer with every parameter zero.
    #[must_use]
    pub fn zeroed(&self) -> Self {
        Dense { weight: Aligned::zeros(self.weight.len()), bias: Aligned::zeros(self.bias.len()), sizes: PhantomData }
    }

    /// W, [O, I].
    pub fn weight(&self) -> ArrayView2<'_, E> {
        ArrayView2::from_shape((O::SIZE, I::SIZE), &self.weight).expect("a weight fills its shape")
    }

    /// W, to change.
    pub fn weight_mut(&mut self) -> ArrayViewMut2<'_, E> {
        ArrayViewMut2::from_shape((O::SIZE, I::SIZE), &mut self.weight).expect("a weight fills its shape")
    }

    /// b, \[O\], or of length 0 where the layer has none.
    pub fn bias(&self) -> ArrayView1<'_, E> {
        ArrayView1::from(&*self.bias)
    }

    /// b, to change.
    pub fn bias_mut(&mut self) -> ArrayViewMut1<'_, E> {
        ArrayViewMut1::from(&mut *self.bias)
    }

    pub(super) fn weight_matrix(&self) -> Matrix<'_, E> {
        Matrix::row_major(&self.weight, O::SIZE, I::SIZE)
    }

    pub(super) fn slices(&self) -> [&[E]; 2] {
        [&self.weight, &self.bias]
    }

    pub(super) fn slices_mut(&mut self) -> [&mut [E]; 2] {
        [&mut self.weight, &mut self.bias]
    }

    /// y = a(x Wᵀ + b)
    #[inline(always)]
    pub fn forward<X: Features<I>, Y: Features<O>, A: Activation<E>>(
        &self,
        x: View<'_, X, E>,
        mut y: ViewMut<'_, Y, E>,
        a: A,
    ) {
        if x.data().len() == I::SIZE {
            gemv::gemv::<(O, I), E, _>(&self.weight, &self.bias, x.data(), y.data_mut(), activation::Forward(a));
        } else {
            affine(x.data(), self.weight_matrix().transpose(), &self.bias, y.data_mut());
            activation::forward(a, y);
        }
    }

    /// d_y = d_y ∘ a′(y) in place, left there for [`Dense::product`]; then d_x = d_y W.
    #[inline(always)]
    pub fn backward<X: Features<I>, Y: Features<O>, A: Activation<E>>(
        &self,
        y: View<'_, Y, E>,
        mut d_y: ViewMut<'_, Y, E>,
        d_x: Option<ViewMut<'_, X, E>>,
        a: A,
    ) {
        activation::backward(a, y, d_y.reborrow());
        if let Some(mut d_x) = d_x {
            affine(d_y.as_view().data(), self.weight_matrix(), &[], d_x.data_mut());
        }
    }

    /// The gradients dW = d_yᵀ x and db = Σ d_y over the samples, to be written into `self`, which holds gradients. `d_y` is what
    /// [`Dense::backward`] left.
    #[inline(always)]
    pub fn product<'a, X: Features<I>, Y: Features<O>>(
        &'a mut self,
        x: View<'a, X, E>,
        d_y: View<'a, Y, E>,
    ) -> Product<'a, E> {
        Product::Matrices(Matrices {
            left: d_y.data(),
            left_stride: O::SIZE,
            right: x.data(),
            rows: O::SIZE,
            columns: I::SIZE,
            gradient: &mut self.weight,
            sums: if self.bias.is_empty() { Sums::None } else { Sums::Left(&mut self.bias) },
            accumulate: false,
        })
    }
}

impl<R: Dimension, C: Dimension> MatrixSizes for (R, C) {
    const ROWS: usize = R::SIZE;
    const COLUMNS: usize = C::SIZE;
}

/// y = x M + b for rows x, where b may be empty for none.
#[inline(always)]
pub(crate) fn affine<E: Element>(x: &[E], m: Matrix<'_, E>, bias: &[E], y: &mut [E]) {
    let (inputs, outputs) = (m.rows(), m.columns());
    let rows = y.len().checked_div(outputs).unwrap_or(0);
    if !bias.is_empty() {
        y.chunks_exact_mut(outputs).for_each(|y| y.copy_from_slice(bias));
    }
    matmul(MatrixMut::row_major(y, rows, outputs), Matrix::row_major(x, rows, inputs), m, !bias.is_empty());
}

weight_and_bias! { impl<I: Dimension, O: Dimension> for Dense, <(O, I)>::DIMS, <(O,)>::DIMS }

#[cfg(test)]
mod tests {
    use rand::{SeedableRng, rngs::StdRng};

    use super::*;
    use crate::{
        layers::{
            Identity, Relu, Tanh, TiedDense,
            testing::{assert_close, differences, values},
        },
        network::{Learned, Parameters, products},
        shape::{Const, FixedDimension},
    };

    fn layer<I: FixedDimension, O: FixedDimension, E: Element>(bias: bool) -> Dense<I, O, E> {
        let mut dense = Dense::new(Init::XavierNormal, bias, &mut StdRng::seed_from_u64(42));
        let values = values::<E>(dense.bias.len(), 5);
        dense.bias.copy_from_slice(&values);
        dense
    }

    fn outputs<I: FixedDimension, O: FixedDimension, E: Element, A: Activation<E>>(
        dense: &Dense<I, O, E>,
        x: &[E],
        a: A,
    ) -> Vec<E> {
        let samples = x.len() / I::SIZE;
        let mut y = vec![E::nan(); samples * O::SIZE];
        dense.forward::<(I,), (O,), A>(View::new(x, samples, 16), ViewMut::new(&mut y, samples, 16), a);
        y
    }

    /// tanh(x Wᵀ + b) by loops over the definition.
    fn naive<I: FixedDimension, O: FixedDimension>(dense: &Dense<I, O, f64>, x: &[f64]) -> Vec<f64> {
        let row = |x: &[f64], o: usize| {
            let dot: f64 = (0..I::SIZE).map(|i| dense.weight[o * I::SIZE + i] * x[i]).sum();
            (dot + dense.bias.get(o).unwrap_or(&0.0)).tanh()
        };
        x.chunks(I::SIZE).flat_map(|x| (0..O::SIZE).map(move |o| row(x, o))).collect()
    }

    /// Values, gradients and both precisions for a layer and a number of samples.
    fn check<I: FixedDimension, O: FixedDimension>(samples: usize, bias: bool) {
        let dense = layer::<I, O, f64>(bias);
        let x = values::<f64>(samples * I::SIZE, 1);
        let d = values::<f64>(samples * O::SIZE, 2);
        let y = outputs(&dense, &x, Tanh);
        assert_close(&y, &naive(&dense, &x), 1e-13);

        let single = layer::<I, O, f32>(bias);
        assert_close(&outputs(&single, &values::<f32>(x.len(), 1), Tanh), &y, 1e-5);

        let (mut d_y, mut d_x) = (d.clone(), vec![f64::NAN; x.len()]);
        let y = View::<(O,), f64>::new(&y, samples, 16);
        let d_y_view = ViewMut::new(&mut d_y, samples, 16);
        dense.backward::<(I,), (O,), _>(y, d_y_view, Some(ViewMut::new(&mut d_x, samples, 16)), Tanh);
        assert_close(&d_x, &differences(&x, &d, |x| outputs(&dense, x, Tanh)), 1e-8);

        let mut gradient = dense.zeroed();
        gradient.weight.fill(f64::NAN);
        gradient.bias.fill(f64::NAN);
        let (x_view, d_y) = (View::<(I,), f64>::new(&x, samples, 16), View::<(O,), f64>::new(&d_y, samples, 16));
        products([gradient.product(x_view, d_y)]);
        for (index, found) in [&gradient.weight, &gradient.bias].into_iter().enumerate() {
            let start = if index == 0 { &dense.weight } else { &dense.bias };
            let expected = differences(start, &d, |values| {
                let mut changed = dense.clone();
                let parameter = if index == 0 { &mut changed.weight } else { &mut changed.bias };
                parameter.copy_from_slice(values);
                outputs(&changed, &x, Tanh)
            });
            assert_close(found, &expected, 1e-8);
        }
    }

    #[test]
    fn values_and_gradients_agree_with_the_definition() {
        check::<Const<5>, Const<3>>(1, true);
        check::<Const<16>, Const<20>>(1, true);
        check::<Const<33>, Const<17>>(1, false);
        check::<Const<5>, Const<3>>(4, true);
        check::<Const<1>, Const<1>>(16, true);
        check::<Const<19>, Const<10>>(16, false);
        check::<Const<16>, Const<16>>(33, true);
        check::<Const<7>, Const<40>>(64, true);
    }

    #[test]
    fn the_backward_pass_leaves_the_input_out_where_no_one_asks() {
        let dense = layer::<Const<3>, Const<2>, f64>(true);
        let mut d_y = vec![1.0; 2];
        let y = View::<(Const<2>,), f64>::new(&[0.0, 2.0], 1, 1);
        dense.backward::<(Const<3>,), _, _>(y, ViewMut::new(&mut d_y, 1, 1), None, Relu);
        assert_eq!(d_y, [0.0, 1.0]);
    }

    #[test]
    fn each_step_of_a_sequence_is_a_row() {
        let dense = layer::<Const<6>, Const<4>, f64>(true);
        let x = values::<f64>(3 * 5 * 6, 1);
        let mut y = vec![0.0; 3 * 5 * 4];
        let x_view = View::<(Const<5>, Const<6>), f64>::new(&x, 3, 16);
        dense.forward::<_, (Const<5>, Const<4>), _>(x_view, ViewMut::new(&mut y, 3, 16), Identity);
        assert_close(&y, &outputs(&dense, &x, Identity), 1e-14);
    }

    #[test]
    fn a_tied_layer_is_a_dense_one_with_the_transposed_weight() {
        type Encoder = Dense<Const<7>, Const<3>, f64>;
        let encoder: Encoder = layer(true);
        let mut tied = TiedDense::<Const<3>, Const<7>, f64>::new(true);
        tied.bias_mut().assign(&ndarray::Array1::from(values::<f64>(7, 6)));
        let mut dense = layer::<Const<3>, Const<7>, f64>(true);
        dense.weight_mut().assign(&encoder.weight().t());
        dense.bias_mut().assign(&tied.bias());
        let (x, d) = (values::<f64>(20 * 3, 1), values::<f64>(20 * 7, 2));
        let x_view = View::<(Const<3>,), f64>::new(&x, 20, 16);

        let (mut y, expected) = (vec![f64::NAN; 140], outputs(&dense, &x, Tanh));
        tied.forward(&encoder, x_view, ViewMut::<(Const<7>,), f64>::new(&mut y, 20, 16), Tanh);
        assert_close(&y, &expected, 1e-14);

        let y = View::<(Const<7>,), f64>::new(&y, 20, 16);
        let (mut d_y, mut d_x, mut expected) = (d.clone(), vec![f64::NAN; 60], vec![f64::NAN; 60]);
        let mut d_z = d.clone();
        dense.backward(
            y,
            ViewMut::new(&mut d_z, 20, 16),
            Some(ViewMut::<(Const<3>,), _>::new(&mut expected, 20, 16)),
            Tanh,
        );
        let d_x_view = Some(ViewMut::<(Const<3>,), _>::new(&mut d_x, 20, 16));
        tied.backward(&encoder, y, ViewMut::new(&mut d_y, 20, 16), d_x_view, Tanh);
        assert_eq!(d_y, d_z);
        assert_close(&d_x, &expected, 1e-14);

        // The weight's gradient is added to what the encoder has, the bias's is written.
        let (mut encoders, mut own, mut reference) = (encoder.zeroed(), tied.zeroed(), dense.zeroed());
        encoders.weight_mut().fill(1.0);
        own.bias_mut().fill(f64::NAN);
        let d_y_view = View::<(Const<7>,), f64>::new(&d_y, 20, 16);
        products([own.product(&mut encoders, x_view, d_y_view, [Learned::ALL; 2])]);
        products([reference.product(x_view, View::<(Const<7>,), f64>::new(&d_y, 20, 16))]);
        let sum = reference.weight().t().as_standard_layout().mapv(|w| w + 1.0);
        assert_close(encoders.weight().as_slice().expect("row-major"), sum.as_slice().expect("row-major"), 1e-14);
        assert_close(
            own.bias().as_slice().expect("contiguous"),
            reference.bias().as_slice().expect("contiguous"),
            1e-14,
        );
    }

    #[test]
    fn parameters_have_pytorchs_names_and_shapes() {
        let dense = layer::<Const<3>, Const<2>, f32>(true);
        let named: Vec<_> = dense.parameters().map(|t| (t.name.to_string(), t.shape)).collect();
        assert_eq!(named, [("weight".to_string(), &[2, 3][..]), ("bias".to_string(), &[2][..])]);
        assert_eq!(layer::<Const<3>, Const<2>, f32>(false).tensors(), 1);
        assert!(dense.zeroed().parameters().all(|t| t.values.iter().all(|&w| w == 0.0)));
    }
}
