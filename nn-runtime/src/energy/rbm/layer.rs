//! The machine as a layer: y = E(h | v).

use crate::{
    Element,
    energy::{Hidden, Rbm, Visible},
    kernels::matmul::{Matrix, MatrixMut, matmul},
    network::{Matrices, Product, Sums, View, ViewMut},
    shape::FixedDimension,
};

impl<I: FixedDimension, N: FixedDimension, V: Visible, H: Hidden, E: Element> Rbm<I, N, V, H, E> {
    /// y = E(h | v): p(h = 1 | v) for Bernoulli units.
    #[inline(always)]
    pub fn forward(&self, v: View<'_, V::Input<I>, E>, mut y: ViewMut<'_, H::Output<N>, E>) {
        self.hidden_rows(v.data(), y.data_mut());
    }

    /// d_y becomes the gradient with respect to the fields, d_y ∘ ∂y/∂x, left there for [`Rbm::product`]; then d_v = Wᵀ d_y, over σ² where variances
    /// are learned.
    #[inline(always)]
    pub fn backward(
        &self,
        y: View<'_, H::Output<N>, E>,
        mut d_y: ViewMut<'_, H::Output<N>, E>,
        d_v: Option<ViewMut<'_, V::Input<I>, E>>,
    ) {
        H::backward(y.data(), d_y.data_mut(), self.temperature);
        if let Some(mut d_v) = d_v {
            let rows = d_y.samples();
            let weight = Matrix::row_major(&self.weight, Self::HIDDEN, Self::VISIBLE);
            let d = Matrix::row_major(d_y.as_view().data(), rows, Self::HIDDEN);
            matmul(MatrixMut::row_major(d_v.data_mut(), rows, Self::VISIBLE), d, weight, false);
            if V::VARIANCES {
                for row in d_v.data_mut().chunks_exact_mut(Self::VISIBLE.max(1)) {
                    row.iter_mut().zip(&*self.log_variance).for_each(|(d, z)| *d /= z.exp());
                }
            }
        }
    }

    /// The gradients dW = d_yᵀ v and dc = Σ d_y over the samples, to be written into `self`, which holds gradients. `d_y` is what [`Rbm::backward`] left.
    /// [`Rbm::finish`] then does what is left to do.
    #[inline(always)]
    pub fn product<'a>(&'a mut self, v: View<'a, V::Input<I>, E>, d_y: View<'a, H::Output<N>, E>) -> Product<'a, E> {
        Product::Matrices(Matrices {
            left: d_y.data(),
            right: v.data(),
            left_stride: Self::HIDDEN,
            rows: Self::HIDDEN,
            columns: Self::VISIBLE,
            gradient: &mut self.weight,
            sums: Sums::Left(&mut self.hidden_bias),
            accumulate: false,
        })
    }

    /// What the products leave to do in `gradient`: the visible biases have no part in y, and where variances are learned, each column of the
    /// weights' gradient is divided by σ² and ∂C/∂z is −Σ W dW over it.
    pub fn finish(&self, gradient: &mut Self) {
        gradient.visible_bias.fill(E::zero());
        gradient.log_variance.fill(E::zero());
        if !V::VARIANCES {
            return;
        }
        let rows =
            gradient.weight.chunks_exact_mut(Self::VISIBLE.max(1)).zip(self.weight.chunks_exact(Self::VISIBLE.max(1)));
        for (row, weight) in rows {
            for (i, (d, &w)) in row.iter_mut().zip(weight).enumerate() {
                *d /= self.log_variance[i].exp();
                gradient.log_variance[i] -= w * *d;
            }
        }
    }
}
