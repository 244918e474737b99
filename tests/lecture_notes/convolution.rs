//! Section "Convolution": (x * w)(i) = Σ x(i + n − 1 − k) · w(k), k = 0 … n − 1, with the kernel flipped, and cross-correlation without.

use ndarray::array;
use plumbline::prelude::*;

network! {
    Convolved: [1, 5] -> [1, 4] {
        kernel: conv1d(1, kernel = 2, bias = false, flip = true);
    }

    Correlated: [1, 5] -> [1, 4] {
        kernel: conv1d(1, kernel = 2, bias = false, flip = false);
    }

    Image: [1, 4, 5] -> [1, 2, 4] {
        kernel: conv2d(1, kernel = [3, 2], bias = false, flip = true);
    }

    Sized<K>: [1, 5] -> [1, 6 - K] {
        kernel: conv1d(1, kernel = K, bias = false, flip = true);
    }

    Free: [1, _] -> [1, _] {
        kernel: conv1d(1, kernel = 2, bias = false, flip = true);
    }
}

/// [1, 2, 3, 4, 5] with the kernel [1, 2] is [4, 7, 10, 13]: 2 · 1 + 1 · 2 first.
#[test]
fn a_signal_with_a_kernel_of_two() {
    let x = Batch::try_from(array![[[1.0, 2.0, 3.0, 4.0, 5.0]]].view()).unwrap();
    let mut net = Convolved::new(1);
    net.kernel.weight_mut().assign(&array![[[1.0, 2.0]]]);
    assert_eq!(net.forward(&x).as_slice(), [4.0, 7.0, 10.0, 13.0]);
    // The kernel that a file gets is the user's.
    assert_eq!(net.parameters().next().map(|tensor| tensor.values.to_vec()), Some(vec![1.0, 2.0]));

    let mut net = Correlated::new(1);
    net.kernel.weight_mut().assign(&array![[[1.0, 2.0]]]);
    assert_eq!(net.forward(&x).as_slice(), [5.0, 8.0, 11.0, 14.0]);

    let mut net = Sized::<2>::new(1);
    net.kernel.weight_mut().assign(&array![[[1.0, 2.0]]]);
    assert_eq!(net.forward(&x).as_slice(), [4.0, 7.0, 10.0, 13.0]);

    let mut net = Free::new(1);
    net.kernel.weight_mut().assign(&array![[[1.0, 2.0]]]);
    let x = Batch::from_vec_of(vec![1.0, 2.0, 3.0, 4.0, 5.0], &[1, 5]).unwrap();
    assert_eq!(net.forward(&x).unwrap().as_slice(), [4.0, 7.0, 10.0, 13.0]);
}

/// Σ over (k, l) of x(i + 2 − k, j + 1 − l) · w(k, l).
#[test]
fn an_image_by_the_definition() {
    let x = |i: usize, j: usize| (7 * i * i + 3 * j + i * j) as f32;
    let w = |k: usize, l: usize| (2 * k + 5 * l + 1) as f32;
    let mut net = Image::new(1);
    net.kernel.weight_mut().assign(&ndarray::Array4::from_shape_fn((1, 1, 3, 2), |(_, _, k, l)| w(k, l)));
    let image = ndarray::Array4::from_shape_fn((1, 1, 4, 5), |(_, _, i, j)| x(i, j));
    let y = net.forward(&Batch::try_from(image.view()).unwrap());
    for i in 0..2 {
        for j in 0..4 {
            let taps = (0..3).flat_map(|k| (0..2).map(move |l| (k, l)));
            let expected: f32 = taps.map(|(k, l)| x(i + 2 - k, j + 1 - l) * w(k, l)).sum();
            assert_eq!(y.as_slice()[4 * i + j], expected, "{i}, {j}");
        }
    }
}
