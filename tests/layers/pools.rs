//! Norms and weighted means over windows: gradients against central differences in `f64`, values, and what the networks say of
//! themselves.

use crate::differences::check;
use plumbline::prelude::*;

const P: f64 = 1.5;
const SIGMA: f64 = 0.6;

network! {
    // The gradient needs the norms as they were: what follows must not overwrite them.
    Norms: [2, 9, 8] -> [3] {
        a: conv2d(3, kernel = 2), lp_pool2d(2), tanh;
        b: lp_pool2d([3, 2], p = 3, stride = 1, padding = [1, 0]), softplus;
        flatten;
        c: dense(3);
    }
    Lines: [2, 18] -> [3] {
        a: conv1d(3, kernel = 3), sigmoid, lp_pool1d(3, p = P, stride = 2), tanh;
        norm: lp_pool1d(2);
        c: conv1d(3, kernel = 2);
        global_avg_pool;
    }
    Blurs: [2, 9, 8] -> [3] {
        a: weighted_avg_pool2d(3, stride = 2, padding = 1), tanh;
        b: conv2d(3, kernel = 2);
        weighted_avg_pool2d([4, 3], sigma = SIGMA, stride = 1);
        flatten;
        c: dense(3);
    }
    Smoothed: [2, 18] -> [3] {
        a: weighted_avg_pool1d(4), sigmoid;
        b: conv1d(3, kernel = 2);
        c: weighted_avg_pool1d(3, sigma = 2, padding = 1, stride = 1);
        global_max_pool;
    }
    // The larger half of the padding lies behind.
    Kept: [2, 5, 4] -> [2] {
        a: conv2d(2, kernel = 1), max_pool2d([2, 3], stride = 1, padding = same), tanh;
        b: avg_pool2d([3, 4], stride = 1, padding = same), sigmoid;
        c: lp_pool2d(2, stride = 1, padding = same) -> [2, 5, 4];
        d: weighted_avg_pool2d([1, 2], stride = 1, padding = same);
        global_avg_pool;
    }
    KeptValues: [1, 3] -> (max: [1, 3], mean: [1, 3]) {
        max: max_pool1d(2, stride = 1, padding = same) <- input;
        mean: avg_pool1d(2, stride = 1, padding = same) <- input;
    }
    Values: [1, 4] -> (norm: [1, 2], taxicab: [1, 2], mean: [1, 1]) {
        norm: lp_pool1d(2) <- input;
        taxicab: lp_pool1d(2, p = 1) <- input;
        mean: weighted_avg_pool1d(4, sigma = 1e9) <- input;
    }
}

#[test]
fn gradients() {
    check::<Norms<f64>>();
    check::<Lines<f64>>();
    check::<Blurs<f64>>();
    check::<Smoothed<f64>>();
    check::<Kept<f64>>();
}

#[test]
fn values_in_both_element_types() {
    let (norm, taxicab, mean) = Values::new(0).forward(&Batch::from_vec(vec![3.0, -4.0, 0.0, 0.0]).unwrap());
    assert_eq!((norm.as_slice(), taxicab.as_slice()), (&[5.0_f32, 0.0][..], &[7.0, 0.0][..]));
    assert_eq!(mean.as_slice(), [-0.25]);
    let x = Batch::from_vec(vec![5.0, 12.0, -8.0, -15.0]).unwrap();
    let (norm, taxicab, mean) = Values::<f64>::initialized(0).forward(&x);
    assert_eq!((norm.as_slice(), taxicab.as_slice()), (&[13.0, 17.0][..], &[17.0, 23.0][..]));
    assert!((mean.as_slice()[0] + 1.5).abs() < 1e-12);
}

#[test]
fn padding_that_keeps_the_size_lies_behind() {
    let x = Batch::from_vec(vec![-2.0, -4.0, -6.0]).unwrap();
    let (max, mean) = KeptValues::new(0).forward(&x);
    // No maximum of padding; its zeros count in a mean.
    assert_eq!(max.as_slice(), [-2.0, -4.0, -6.0]);
    assert_eq!(mean.as_slice(), [-3.0, -5.0, -3.0]);
}

#[test]
fn a_window_of_zeros_has_no_gradient() {
    let net = Norms::<f64>::initialized(1);
    let (mut pass, mut gradients) = (net.pass(1), net.gradients());
    let mut silent = net.clone();
    silent.a.weight_mut().fill(0.0);
    silent.forward_train(&Batch::from_vec(vec![1.0; 144]).unwrap(), &mut pass);
    let d_x = silent.backward(&Batch::from_vec(vec![1.0; 3]).unwrap(), &mut pass, &mut gradients).unwrap();
    assert!(d_x.as_slice().iter().all(|&d| d == 0.0));
    assert!(gradients.a.weight().iter().all(|&d| d == 0.0));
}

#[test]
fn operations_are_counted() {
    let flops = |layers: &[plumbline::network::LayerInfo], at: usize| layers[at].flops;
    // A power and a sum for each of six elements of 24 windows of 3 channels, a root, an activation.
    assert_eq!(Norms::LAYERS[1].output, [3, 4, 2]);
    assert_eq!(flops(Norms::LAYERS, 1), 24 * (2 * 6 + 1) + 24);
    // A product and a sum for each of four elements; an activation.
    assert_eq!(flops(Smoothed::LAYERS, 0), 8 * 2 * 4 + 8);
    assert_eq!(Values::PARAMETERS, 0);
}
