//! y = a(x W + b) with the weight of another layer.

use std::marker::PhantomData;

use ndarray::{ArrayView1, ArrayViewMut1};

use crate::{
    Element, Shape,
    layers::{Activation, Dense, activation, dense::affine, type_check},
    network::{Learned, Matrices, Parameters, Product, Sums, Tensor, TensorMut, View, ViewMut},
    shape::{Dimension, Features},
};

/// y = a(x W + b), where W [I, O] is the weight of another [`Dense`] layer from `O` to `I` features: the decoder of an
/// autoencoder with tied weights (Vincent et al., 2010).
///
/// Its only parameter of its own is `bias` \[O\]. The gradient with respect to W is added to the other layer's.
///
/// ```
/// use plumbline::{Const, layers::{Dense, Identity, Init, TiedDense}, network::abi::{View, ViewMut}};
/// use rand::{SeedableRng, rngs::StdRng};
/// let mut encoder = Dense::<Const<2>, Const<1>, f64>::new(Init::Zeros, true, &mut StdRng::seed_from_u64(42));
/// encoder.weight_mut().assign(&ndarray::array![[2.0, 3.0]]);
/// let decoder = TiedDense::<Const<1>, Const<2>, f64>::new(true);
/// let mut y = [0.0; 2];
/// let x = View::<(Const<1>,), f64>::new(&[10.0], 1, 1);
/// decoder.forward(&encoder, x, ViewMut::<(Const<2>,), f64>::new(&mut y, 1, 1), Identity);
/// assert_eq!(y, [20.0, 30.0]);
/// ```
pub struct TiedDense<I, O, E = f32> {
    bias: Vec<E>,
    sizes: PhantomData<fn(I) -> O>,
}

// Derived, these would ask the same of the sizes, of which no value exists.
impl<I, O, E: Clone> Clone for TiedDense<I, O, E> {
    fn clone(&self) -> Self {
        TiedDense { bias: self.bias.clone(), sizes: PhantomData }
    }
}

impl<I, O, E: std::fmt::Debug> std::fmt::Debug for TiedDense<I, O, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TiedDense").field("bias", &self.bias).finish()
    }
}

impl<I: Dimension, O: Dimension, E: Element> TiedDense<I, O, E> {
    /// A layer with a bias of zeros, or with no parameter.
    pub fn new(bias: bool) -> Self {
        const { type_check::parameter("the weight of `TiedDense`", <(I, O)>::DIMS) };
        TiedDense { bias: vec![E::zero(); if bias { O::SIZE } else { 0 }], sizes: PhantomData }
    }

    /// The same layer with every parameter zero.
    #[must_use]
    pub fn zeroed(&self) -> Self {
        TiedDense::new(!self.bias.is_empty())
    }

    /// b, \[O\], or of length 0 where the layer has none.
    pub fn bias(&self) -> ArrayView1<'_, E> {
        ArrayView1::from(&self.bias)
    }

    /// b, to change.
    pub fn bias_mut(&mut self) -> ArrayViewMut1<'_, E> {
        ArrayViewMut1::from(&mut self.bias)
    }

    /// y = a(x W + b)
    #[inline(always)]
    pub fn forward<X: Features<I>, Y: Features<O>, A: Activation<E>>(
        &self,
        tied: &Dense<O, I, E>,
        x: View<'_, X, E>,
        mut y: ViewMut<'_, Y, E>,
        a: A,
    ) {
        affine(x.data(), tied.weight_matrix(), &self.bias, y.data_mut());
        activation::forward(a, y);
    }

    /// d_y = d_y ∘ a′(y) in place, left there for [`TiedDense::product`]; then d_x = d_y Wᵀ.
    #[inline(always)]
    pub fn backward<X: Features<I>, Y: Features<O>, A: Activation<E>>(
        &self,
        tied: &Dense<O, I, E>,
        y: View<'_, Y, E>,
        mut d_y: ViewMut<'_, Y, E>,
        d_x: Option<ViewMut<'_, X, E>>,
        a: A,
    ) {
        activation::backward(a, y, d_y.reborrow());
        if let Some(mut d_x) = d_x {
            affine(d_y.as_view().data(), tied.weight_matrix().transpose(), &[], d_x.data_mut());
        }
    }

    /// The gradients xᵀ d_y, to be added to those in `tied`, and db = Σ d_y, to be written into `self`; both hold gradients. Each of the two only where
    /// its layer learns: `tied` and `self`, in this order.
    #[inline(always)]
    pub fn product<'a, X: Features<I>, Y: Features<O>>(
        &'a mut self,
        tied: &'a mut Dense<O, I, E>,
        x: View<'a, X, E>,
        d_y: View<'a, Y, E>,
        [weight, bias]: [Learned<'_>; 2],
    ) -> Product<'a, E> {
        weight.forget_bounds();
        let [gradient, _] = tied.slices_mut();
        let has_sums = bias.any() && !self.bias.is_empty();
        Product::Matrices(Matrices {
            left: x.data(),
            left_stride: I::SIZE,
            right: d_y.data(),
            rows: if weight.any() { I::SIZE } else { 0 },
            columns: O::SIZE,
            gradient,
            sums: if has_sums { Sums::Right(&mut self.bias) } else { Sums::None },
            accumulate: true,
        })
    }
}

impl<I: Dimension, O: Dimension, E: Element> Parameters<E> for TiedDense<I, O, E> {
    fn tensors(&self) -> usize {
        usize::from(!self.bias.is_empty())
    }

    fn tensor(&self, index: usize) -> Tensor<'_, E> {
        assert!(index < self.tensors(), "a parameter's index is below the number of parameters");
        Tensor::new("bias", <(O,)>::DIMS, &self.bias)
    }

    fn tensor_mut(&mut self, index: usize) -> TensorMut<'_, E> {
        assert!(index < self.tensors(), "a parameter's index is below the number of parameters");
        TensorMut::new("bias", <(O,)>::DIMS, &mut self.bias)
    }
}
