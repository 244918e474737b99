//! y = a(x Wᵀ + b).

use std::marker::PhantomData;

use ndarray::{ArrayView1, ArrayView2, ArrayViewMut1, ArrayViewMut2};
use rand::Rng;

use crate::{
    Element, Shape,
    kernels::{
        aligned::Aligned,
        gemv,
        matmul::{Matrix, MatrixMut, matmul},
    },
    layers::{Activation, Init, activation},
    network::{Name, Parameters, Product, Sums, Tensor, TensorMut, View, ViewMut},
    shape::{Dimension, Features},
};

/// y = a(x Wᵀ + b) on the last axis: `I` → `O` features, or a vector of them for each step; a is an [`Activation`] chosen at the call.
///
/// `weight` [O, I] and `bias` [O], as PyTorch's `Linear`. The backward pass is dz = dy ∘ a′(y), dx = dz W, dW = dzᵀ x, db = Σ dz;
/// the last two over the whole batch at once, by [`Dense::product`].
///
/// ```
/// use nn_runtime::{Const, layers::{Dense, Identity, Init}, network::{View, ViewMut}};
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

    /// b, [O], or of length 0 where the layer has none.
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

    pub(super) fn weight_slice_mut(&mut self) -> &mut [E] {
        &mut self.weight
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
            gemv::gemv::<I, O, E, A>(&self.weight, &self.bias, x.data(), y.data_mut(), a);
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
        Product {
            left: d_y.data(),
            right: x.data(),
            rows: O::SIZE,
            columns: I::SIZE,
            gradient: &mut self.weight,
            sums: if self.bias.is_empty() { Sums::None } else { Sums::Left(&mut self.bias) },
            accumulate: false,
        }
    }
}

/// y = x M + b for rows x, where b may be empty for none.
#[inline(always)]
pub(super) fn affine<E: Element>(x: &[E], m: Matrix<'_, E>, bias: &[E], y: &mut [E]) {
    let (inputs, outputs) = (m.rows(), m.columns());
    let rows = y.len().checked_div(outputs).unwrap_or(0);
    if !bias.is_empty() {
        y.chunks_exact_mut(outputs).for_each(|y| y.copy_from_slice(bias));
    }
    matmul(MatrixMut::row_major(y, rows, outputs), Matrix::row_major(x, rows, inputs), m, !bias.is_empty());
}

impl<I: Dimension, O: Dimension, E: Element> Parameters<E> for Dense<I, O, E> {
    fn tensors(&self) -> usize {
        if self.bias.is_empty() { 1 } else { 2 }
    }

    fn tensor(&self, index: usize) -> Tensor<'_, E> {
        match index {
            0 => Tensor { name: Name::new("weight"), shape: <(O, I)>::DIMS, values: &self.weight },
            1 if !self.bias.is_empty() => Tensor { name: Name::new("bias"), shape: <(O,)>::DIMS, values: &self.bias },
            _ => panic!("a parameter's index is below the number of parameters"),
        }
    }

    fn tensor_mut(&mut self, index: usize) -> TensorMut<'_, E> {
        match index {
            0 => TensorMut { name: Name::new("weight"), shape: <(O, I)>::DIMS, values: &mut self.weight },
            1 if !self.bias.is_empty() => {
                TensorMut { name: Name::new("bias"), shape: <(O,)>::DIMS, values: &mut self.bias }
            }
            _ => panic!("a parameter's index is below the number of parameters"),
        }
    }
}
