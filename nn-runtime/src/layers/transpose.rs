//! Two axes, exchanged.

use crate::{
    Element,
    network::{View, ViewMut},
    shape::Dimension,
};

/// y (j, i) = x (i, j): `[I, J]` → `[J, I]`, each sample by itself.
///
/// ```
/// use plumbline::{Const, layers::Transpose, network::abi::{View, ViewMut}};
/// let (x, mut y) = ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [0.0; 6]);
/// let x = View::<(Const<2>, Const<3>), f64>::new(&x, 1, 1);
/// Transpose::new().forward(x, ViewMut::new(&mut y, 1, 1));
/// assert_eq!(y, [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Transpose;

impl Transpose {
    /// The layer. It has no parameters.
    #[must_use]
    pub const fn new() -> Self {
        Transpose
    }

    /// y (j, i) = x (i, j)
    pub fn forward<I: Dimension, J: Dimension, E: Element>(
        self,
        x: View<'_, (I, J), E>,
        mut y: ViewMut<'_, (J, I), E>,
    ) {
        let [rows, columns] = x.sizes();
        let size = rows * columns;
        for (x, y) in x.data().chunks_exact(size).zip(y.data_mut().chunks_exact_mut(size)) {
            for (i, row) in x.chunks_exact(columns).enumerate() {
                for (j, &x) in row.iter().enumerate() {
                    y[j * rows + i] = x;
                }
            }
        }
    }

    /// d_x (i, j) = d_y (j, i). Overwrites d_x.
    pub fn backward<I: Dimension, J: Dimension, E: Element>(
        self,
        d_y: View<'_, (J, I), E>,
        d_x: ViewMut<'_, (I, J), E>,
    ) {
        self.forward(d_y, d_x);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{layers::testing::values, shape::Const};

    #[test]
    fn backward_undoes_forward_for_each_sample() {
        let x = values::<f64>(3 * 20, 1);
        let (mut y, mut back) = (vec![0.0; 60], vec![0.0; 60]);
        let x_view = View::<(Const<4>, Const<5>), f64>::new(&x, 3, 16);
        Transpose.forward(x_view, ViewMut::new(&mut y, 3, 16));
        for sample in 0..3 {
            for (i, j) in (0..4).flat_map(|i| (0..5).map(move |j| (i, j))) {
                assert_eq!(y[sample * 20 + j * 4 + i], x[sample * 20 + i * 5 + j]);
            }
        }
        let y_view = View::<(Const<5>, Const<4>), f64>::new(&y, 3, 16);
        Transpose.backward(y_view, ViewMut::<(Const<4>, Const<5>), f64>::new(&mut back, 3, 16));
        assert_eq!(back, x);
    }
}
