//! Sums, products and copies of values of one shape.

use crate::{
    Element, Shape,
    kernels::elementwise::{self, Binary, Product, Sum},
    network::{View, ViewMut},
};

/// y = x₁ ∘ x₂ ∘ …, from the left.
#[inline(always)]
fn fold<E: Element, F: Binary<E>>(f: F, x: &[&[E]], y: &mut [E]) {
    match x {
        [a, b, rest @ ..] => {
            elementwise::map_two(f, a, b, y);
            for x in rest {
                elementwise::update_with(f, y, x);
            }
        }
        // `add` and `multiply` take one value at least.
        x => x.iter().for_each(|x| y.copy_from_slice(x)),
    }
}

/// y = x₁ + x₂ + …
///
/// ```
/// use plumbline::{Const, layers::add, network::abi::{View, ViewMut}};
/// type S = (Const<2>,);
/// let mut y = [0.0; 2];
/// let (a, b) = (View::<S, f64>::new(&[1.0, 2.0], 1, 1), View::new(&[3.0, 4.0], 1, 1));
/// add([a, b], ViewMut::new(&mut y, 1, 1));
/// assert_eq!(y, [4.0, 6.0]);
/// ```
#[inline(always)]
pub fn add<S: Shape, E: Element, const N: usize>(x: [View<'_, S, E>; N], mut y: ViewMut<'_, S, E>) {
    const { assert!(N > 0) };
    fold(Sum, &x.map(|x| x.data()), y.data_mut());
}

/// y = x₁ · x₂ · …, elementwise.
///
/// ```
/// use plumbline::{Const, layers::multiply, network::abi::{View, ViewMut}};
/// type S = (Const<2>,);
/// let mut y = [0.0; 2];
/// let (a, b) = (View::<S, f64>::new(&[1.0, 2.0], 1, 1), View::new(&[3.0, 4.0], 1, 1));
/// multiply([a, b], ViewMut::new(&mut y, 1, 1));
/// assert_eq!(y, [3.0, 8.0]);
/// ```
#[inline(always)]
pub fn multiply<S: Shape, E: Element, const N: usize>(x: [View<'_, S, E>; N], mut y: ViewMut<'_, S, E>) {
    const { assert!(N > 0) };
    fold(Product, &x.map(|x| x.data()), y.data_mut());
}

/// y = 0: the gradient of a value that nothing reads.
///
/// ```
/// use plumbline::{Const, layers::clear, network::abi::ViewMut};
/// let mut y = [1.0, 2.0];
/// clear(ViewMut::<(Const<2>,), f64>::new(&mut y, 1, 1));
/// assert_eq!(y, [0.0; 2]);
/// ```
#[inline(always)]
pub fn clear<S: Shape, E: Element>(mut y: ViewMut<'_, S, E>) {
    y.data_mut().fill(E::zero());
}

/// d_xᵢ = d_y · ∏ⱼ xⱼ, j ≠ i: the gradient of a product with respect to its factor `index`.
///
/// ```
/// use plumbline::{Const, layers::multiply_backward, network::abi::{View, ViewMut}};
/// type S = (Const<1>,);
/// let mut d_x = [0.0];
/// let d_y = View::<S, f64>::new(&[2.0], 1, 1);
/// let (a, b) = (View::new(&[3.0], 1, 1), View::new(&[5.0], 1, 1));
/// multiply_backward(d_y, [a, b], 0, ViewMut::new(&mut d_x, 1, 1));
/// assert_eq!(d_x, [10.0]);
/// ```
#[inline(always)]
pub fn multiply_backward<S: Shape, E: Element, const N: usize>(
    d_y: View<'_, S, E>,
    x: [View<'_, S, E>; N],
    index: usize,
    mut d_x: ViewMut<'_, S, E>,
) {
    let d_x = d_x.data_mut();
    let mut others = x.iter().enumerate().filter(|&(place, _)| place != index).map(|(_, x)| x.data());
    match others.next() {
        None => d_x.copy_from_slice(d_y.data()),
        Some(first) => {
            elementwise::map_two(Product, d_y.data(), first, d_x);
            others.for_each(|other| elementwise::update_with(Product, d_x, other));
        }
    }
}

/// y = x
///
/// ```
/// use plumbline::{Const, layers::copy, network::abi::{View, ViewMut}};
/// let mut y = [0.0; 2];
/// copy(View::<(Const<2>,), f64>::new(&[1.0, 2.0], 1, 1), ViewMut::new(&mut y, 1, 1));
/// assert_eq!(y, [1.0, 2.0]);
/// ```
#[inline(always)]
pub fn copy<S: Shape, E: Element>(x: View<'_, S, E>, mut y: ViewMut<'_, S, E>) {
    y.data_mut().copy_from_slice(x.data());
}

/// y = y + x: one more reader's share of a gradient.
///
/// ```
/// use plumbline::{Const, layers::accumulate, network::abi::{View, ViewMut}};
/// let mut y = [1.0; 2];
/// accumulate(View::<(Const<2>,), f64>::new(&[1.0, 2.0], 1, 1), ViewMut::new(&mut y, 1, 1));
/// assert_eq!(y, [2.0, 3.0]);
/// ```
#[inline(always)]
pub fn accumulate<S: Shape, E: Element>(x: View<'_, S, E>, mut y: ViewMut<'_, S, E>) {
    elementwise::update_with(Sum, y.data_mut(), x.data());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        layers::testing::{assert_close, differences, values},
        shape::Const,
    };

    type S = (Const<37>,);

    fn view(x: &[f64]) -> View<'_, S, f64> {
        View::new(x, 1, 1)
    }

    #[test]
    fn sums_and_products_of_any_number_of_values() {
        let x: Vec<Vec<f64>> = (0..3).map(|seed| values(37, seed)).collect();
        let mut y = vec![f64::NAN; 37];
        add([view(&x[0])], ViewMut::<S, f64>::new(&mut y, 1, 1));
        assert_eq!(y, x[0]);
        add([view(&x[0]), view(&x[1]), view(&x[2])], ViewMut::<S, f64>::new(&mut y, 1, 1));
        assert_eq!(y, (0..37).map(|i| x[0][i] + x[1][i] + x[2][i]).collect::<Vec<_>>());
        multiply([view(&x[0]), view(&x[1]), view(&x[2])], ViewMut::<S, f64>::new(&mut y, 1, 1));
        assert_eq!(y, (0..37).map(|i| x[0][i] * x[1][i] * x[2][i]).collect::<Vec<_>>());
        accumulate(view(&x[0]), ViewMut::<S, f64>::new(&mut y, 1, 1));
        assert_close(&y, &(0..37).map(|i| x[0][i] * x[1][i] * x[2][i] + x[0][i]).collect::<Vec<_>>(), 1e-15);
    }

    #[test]
    fn the_gradient_of_a_product_agrees_with_differences() {
        let x: Vec<Vec<f64>> = (0..3).map(|seed| values(37, seed)).collect();
        let d = values::<f64>(37, 9);
        let mut d_x = vec![f64::NAN; 37];
        multiply_backward(view(&d), [view(&x[0]), view(&x[1]), view(&x[2])], 1, ViewMut::<S, f64>::new(&mut d_x, 1, 1));
        let product = |middle: &[f64]| {
            let mut y = vec![0.0; 37];
            multiply([view(&x[0]), view(middle), view(&x[2])], ViewMut::<S, f64>::new(&mut y, 1, 1));
            y
        };
        assert_close(&d_x, &differences(&x[1], &d, product), 1e-9);
    }
}
