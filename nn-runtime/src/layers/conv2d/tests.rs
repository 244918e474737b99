//! Gradients against central differences.

use rand::{RngExt, SeedableRng, rngs::StdRng};

use super::Conv2d;
use crate::{
    Const, Shape,
    layers::{Activation, Flipped, Identity, Init, Relu, Tanh, Window, WindowSizes},
    network::{Parameters, View, ViewMut},
    shape::{Dimension, FixedShape},
};

/// Compares the gradients of Σ c · y, with random c, over `samples` samples.
fn check<In: FixedShape, Out: FixedShape, W: WindowSizes, G: Dimension, A: Activation<f64>>(
    samples: usize,
    bias: bool,
    a: A,
) {
    let lanes = if samples == 1 { 1 } else { samples.next_multiple_of(16) };
    let mut rng = StdRng::seed_from_u64(samples as u64);
    let mut random = |length: usize| -> Vec<f64> { (0..length).map(|_| rng.random_range(-1.0..1.0)).collect() };
    let (mut x, c) = (random(In::LEN * lanes), random(Out::LEN * lanes));
    let draws = random(Out::DIMS[0]);
    let mut conv = Conv2d::<In, Out, W, G, f64>::new(Init::HeNormal, bias, &mut StdRng::seed_from_u64(1));
    conv.bias_mut().iter_mut().zip(&draws).for_each(|(b, draw)| *b = *draw);
    let sum = |conv: &Conv2d<In, Out, W, G, f64>, x: &[f64]| -> f64 {
        let mut y = vec![0.0; Out::LEN * lanes];
        conv.forward(View::new(x, samples, lanes), ViewMut::new(&mut y, samples, lanes), a);
        (0..y.len()).filter(|i| i % lanes < samples).map(|i| y[i] * c[i]).sum()
    };

    let mut y = vec![0.0; Out::LEN * lanes];
    conv.forward(View::new(&x, samples, lanes), ViewMut::new(&mut y, samples, lanes), a);
    let (mut d_y, mut d_x) = (c.clone(), vec![f64::NAN; In::LEN * lanes]);
    let weights = conv.weight().len();
    let mut share = vec![1.0; weights + conv.bias().len()];
    let d_x_view = Some(ViewMut::new(&mut d_x, samples, lanes));
    let (x_view, y_view) = (View::new(&x, samples, lanes), View::new(&y, samples, lanes));
    conv.backward(x_view, y_view, ViewMut::new(&mut d_y, samples, lanes), d_x_view, &mut share, a);

    let h = 1e-5;
    for index in 0..conv.tensors() {
        for i in 0..conv.tensor(index).values.len() {
            let before = conv.tensor(index).values[i];
            let mut at = |value: f64| {
                conv.tensor_mut(index).values[i] = value;
                sum(&conv, &x)
            };
            let expected = (at(before + h) - at(before - h)) / (2.0 * h);
            at(before);
            let found = share[index * weights + i] - 1.0;
            assert!((found - expected).abs() < 1e-6, "parameter {index}, {i}: expected {expected}, found {found}");
        }
    }
    for i in (0..x.len()).filter(|i| i % lanes < samples) {
        let before = x[i];
        let mut at = |value: f64| {
            x[i] = value;
            sum(&conv, &x)
        };
        let expected = (at(before + h) - at(before - h)) / (2.0 * h);
        at(before);
        assert!((d_x[i] - expected).abs() < 1e-6, "x {i}: expected {expected}, found {}", d_x[i]);
    }
}

type C<const N: usize> = Const<N>;

#[test]
fn gradients_are_those_of_the_forward_pass() {
    type Plain = Window<3, 3, 1, 1, 1, 1, 1, 1>;
    check::<(C<2>, C<4>, C<5>), (C<3>, C<4>, C<5>), Plain, C<1>, _>(3, true, Tanh);
    check::<(C<2>, C<4>, C<5>), (C<3>, C<4>, C<5>), Plain, C<1>, _>(18, true, Relu);
    check::<(C<2>, C<4>, C<5>), (C<3>, C<4>, C<5>), Plain, C<1>, _>(1, false, Identity);
}

#[test]
fn gradients_with_stride_dilation_and_groups() {
    type Strided = Window<3, 2, 2, 3, 1, 0, 1, 2>;
    check::<(C<4>, C<6>, C<8>), (C<6>, C<3>, C<2>), Strided, C<2>, _>(5, true, Tanh);
    check::<(C<4>, C<6>, C<8>), (C<6>, C<3>, C<2>), Strided, C<2>, _>(2, false, Relu);
}

#[test]
fn gradients_with_more_padding_behind_than_before() {
    type Same = Window<2, 4, 1, 1, 0, 1, 1, 1>;
    check::<(C<1>, C<4>, C<5>), (C<2>, C<4>, C<5>), Same, C<1>, _>(4, true, Tanh);
}

#[test]
fn gradients_of_a_flipped_kernel() {
    type Plain = Window<3, 2, 1, 1, 1, 1, 1, 1>;
    check::<(C<2>, C<4>, C<5>), (C<3>, C<4>, C<6>), Flipped<Plain>, C<1>, _>(3, true, Tanh);
    check::<(C<2>, C<4>, C<5>), (C<3>, C<4>, C<6>), Flipped<Plain>, C<1>, _>(1, false, Identity);
    type Strided = Window<3, 2, 2, 3, 1, 0, 1, 2>;
    check::<(C<4>, C<6>, C<8>), (C<6>, C<3>, C<2>), Flipped<Strided>, C<2>, _>(18, true, Relu);
}

/// Outputs and gradients, in f32, of one sample and of many.
#[test]
fn a_flipped_layer_has_the_bits_of_one_whose_kernels_are_turned_around() {
    type In = (C<4>, C<6>, C<7>);
    type Out = (C<6>, C<6>, C<3>);
    type W = Window<3, 4, 1, 2, 1, 1, 1, 1>;
    let flipped = Conv2d::<In, Out, Flipped<W>, C<2>>::new(Init::HeNormal, true, &mut StdRng::seed_from_u64(1));
    let mut turned = Conv2d::<In, Out, W, C<2>>::new(Init::Zeros, true, &mut StdRng::seed_from_u64(1));
    turned.weight_mut().assign(&flipped.weight().slice(ndarray::s![.., .., ..;-1, ..;-1]));
    for (samples, lanes) in [(1, 1), (16, 16), (21, 32)] {
        let mut rng = StdRng::seed_from_u64(2);
        let mut random = |length: usize| -> Vec<f32> { (0..length).map(|_| rng.random_range(-1.0..1.0)).collect() };
        let (x, d, shared) = (random(In::LEN * lanes), random(Out::LEN * lanes), random(6 * 2 * 12 + 6));
        macro_rules! all {
            ($conv:expr, $share:expr) => {{
                let (mut y, mut d_y, mut d_x) = (vec![0.0; Out::LEN * lanes], d.clone(), vec![0.0; x.len()]);
                $conv.forward(View::new(&x, samples, lanes), ViewMut::new(&mut y, samples, lanes), Tanh);
                $conv.backward(
                    View::new(&x, samples, lanes),
                    View::new(&y, samples, lanes),
                    ViewMut::new(&mut d_y, samples, lanes),
                    Some(ViewMut::new(&mut d_x, samples, lanes)),
                    $share,
                    Tanh,
                );
                (y, d_x)
            }};
        }
        let turn = |share: &mut [f32]| share[..6 * 2 * 12].chunks_exact_mut(12).for_each(<[f32]>::reverse);
        let (mut one, mut other) = (shared.clone(), shared.clone());
        turn(&mut other);
        assert_eq!(all!(flipped, &mut one), all!(turned, &mut other));
        turn(&mut other);
        assert_eq!(one, other);
    }
}
