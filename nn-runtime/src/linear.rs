//! Products with a weight for rows of numbers, as a layer of your own needs them: those that the built-in layers are made of.
//!
//! A weight `[outputs, inputs]` is row-major, as PyTorch's. `x` has a row of `inputs` numbers for each sample, or for each step of one, `y` as many rows of
//! `outputs`. Nothing allocates after the first call, and no result depends on the number of threads.
//!
//! ```
//! use plumbline::linear;
//! let (weight, bias) = ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [0.5, 0.0, 1.0]); // [3, 2]
//! let (x, mut y) = ([1.0, -1.0, 2.0, 0.0], [0.0; 6]);
//! linear::forward(&x, &weight, &bias, &mut y, [2, 3]);
//! assert_eq!(y, [-0.5, -1.0, 0.0, 2.5, 6.0, 11.0]);
//! let (mut d_x, d_y) = ([0.0; 4], [1.0, 0.0, 0.0, 0.0, 0.0, 1.0]);
//! linear::input_gradient(&d_y, &weight, &mut d_x, [2, 3]);
//! assert_eq!(d_x, [1.0, 2.0, 5.0, 6.0]);
//! let (mut d_weight, mut d_bias) = ([0.0; 6], [0.0; 3]);
//! linear::weight_gradient(&x, &d_y, &mut d_weight, &mut d_bias, [2, 3]);
//! assert_eq!((d_weight, d_bias), ([1.0, -1.0, 0.0, 0.0, 2.0, 0.0], [1.0, 0.0, 1.0]));
//! ```

use crate::{
    Element,
    layers::affine,
    network::{Matrices, Product, Sums, products},
};

pub use crate::kernels::matmul::{Matrix, MatrixMut, matmul};

/// y = x Wᵀ + b in each row; without b where `bias` is empty.
///
/// # Panics
///
/// Where a slice has not as many numbers as its shape, whose numbers of inputs and outputs are `[inputs, outputs]`.
pub fn forward<E: Element>(x: &[E], weight: &[E], bias: &[E], y: &mut [E], [inputs, outputs]: [usize; 2]) {
    check([x.len(), y.len(), weight.len()], bias.len(), [inputs, outputs]);
    affine(x, Matrix::row_major(weight, outputs, inputs).transpose(), bias, y);
}

/// ∂C/∂x = ∂C/∂y W in each row, written over `d_x`.
///
/// # Panics
///
/// As [`forward`].
pub fn input_gradient<E: Element>(d_y: &[E], weight: &[E], d_x: &mut [E], [inputs, outputs]: [usize; 2]) {
    check([d_x.len(), d_y.len(), weight.len()], 0, [inputs, outputs]);
    affine(d_y, Matrix::row_major(weight, outputs, inputs), &[], d_x);
}

/// ∂C/∂W = (∂C/∂y)ᵀ x and, unless `d_bias` is empty, ∂C/∂b = Σ ∂C/∂y over all rows, written over `d_weight` and `d_bias`. Large ones are cut between
/// the threads.
///
/// # Panics
///
/// As [`forward`].
pub fn weight_gradient<E: Element>(
    x: &[E],
    d_y: &[E],
    d_weight: &mut [E],
    d_bias: &mut [E],
    [inputs, outputs]: [usize; 2],
) {
    check([x.len(), d_y.len(), d_weight.len()], d_bias.len(), [inputs, outputs]);
    products([Product::Matrices(Matrices {
        left: d_y,
        left_stride: outputs,
        right: x,
        rows: outputs,
        columns: inputs,
        gradient: d_weight,
        sums: if d_bias.is_empty() { Sums::None } else { Sums::Left(d_bias) },
        accumulate: false,
    })]);
}

fn check([x, y, weight]: [usize; 3], bias: usize, [inputs, outputs]: [usize; 2]) {
    let rows = x.checked_div(inputs).unwrap_or(0);
    assert!(
        x == rows * inputs && Some(y) == rows.checked_mul(outputs) && Some(weight) == inputs.checked_mul(outputs),
        "expected rows of {inputs} and of {outputs} numbers and a weight of their product, found {x}, {y} and {weight} numbers"
    );
    assert!(bias == 0 || bias == outputs, "expected a bias of {outputs} numbers or none, found {bias}");
}
