//! Layers with windows where sizes are free: the gradients at several sizes, the numbers of a network of those sizes, and what does not fit.

use crate::differences::{check, check_on, data_of};
use plumbline::prelude::*;

network! {
    /// Each layer with a window over images of any size.
    Images: [2, _, _] -> [3] {
        conv: conv2d(3, kernel = [2, 3], padding = [1, 0]), tanh;
        lp_pool2d(2, stride = 1, padding = 1), weighted_avg_pool2d(3, stride = 1, padding = same), max_pool2d([2, 1]);
        up: conv_transpose2d(3, kernel = 3, stride = 2, padding = 1, output_padding = 1), sigmoid;
        avg_pool2d(3, stride = 2, padding = 1), adaptive_max_pool2d([3, 2]), adaptive_avg_pool2d(2), global_max_pool;
    }

    /// The same for images of one size.
    ImagesOf<H, W>: [2, H, W] -> [3] {
        conv: conv2d(3, kernel = [2, 3], padding = [1, 0]), tanh;
        lp_pool2d(2, stride = 1, padding = 1), weighted_avg_pool2d(3, stride = 1, padding = same), max_pool2d([2, 1]);
        up: conv_transpose2d(3, kernel = 3, stride = 2, padding = 1, output_padding = 1), sigmoid;
        avg_pool2d(3, stride = 2, padding = 1), adaptive_max_pool2d([3, 2]), adaptive_avg_pool2d(2), global_max_pool;
    }

    /// Each layer with a window over signals of any length.
    Signals: [2, _] -> [3] {
        conv: conv1d(4, kernel = 3, stride = 2, padding = 2, groups = 2), softplus;
        max_pool1d(2, stride = 1), lp_pool1d(3, p = 3, stride = 1, padding = 1), weighted_avg_pool1d(2, stride = 1);
        up: conv_transpose1d(3, kernel = 4, stride = 3, padding = 1, output_padding = 2), tanh;
        avg_pool1d(2), adaptive_avg_pool1d(5), adaptive_max_pool1d(3), global_avg_pool;
    }

    SignalsOf<L>: [2, L] -> [3] {
        conv: conv1d(4, kernel = 3, stride = 2, padding = 2, groups = 2), softplus;
        max_pool1d(2, stride = 1), lp_pool1d(3, p = 3, stride = 1, padding = 1), weighted_avg_pool1d(2, stride = 1);
        up: conv_transpose1d(3, kernel = 4, stride = 3, padding = 1, output_padding = 2), tanh;
        avg_pool1d(2), adaptive_avg_pool1d(5), adaptive_max_pool1d(3), global_avg_pool;
    }

    /// Windows one after the other, the next larger than what the last one leaves.
    Narrowing: [1, _] -> [1] {
        max_pool1d(2), avg_pool1d(2), lp_pool1d(2), weighted_avg_pool1d(2), global_max_pool;
    }

    Removed: [1, _] -> [1] {
        up: conv_transpose1d(1, kernel = 1, padding = 2);
        global_max_pool;
    }
}

/// The outputs and all gradients for a batch and a gradient at the output.
fn calculate<N>(net: &N, x: &Batch<N::Input, f64>, d: &Batch<N::Output, f64>) -> Vec<f64>
where
    N: Trainable<Element = f64, Input: FixedShape, Output: FixedShape> + Total,
{
    let (mut pass, mut gradients) = (net.pass(x.samples()), net.gradients());
    let outputs = net.forward_train(x, &mut pass).as_slice().to_vec();
    let d_x = net.backward(d, &mut pass, &mut gradients).unwrap().as_slice().to_vec();
    [outputs, d_x, gradients.parameters().flat_map(|tensor| tensor.values.to_vec()).collect()].concat()
}

macro_rules! same_numbers {
    ($free:ident, $fixed:ty, $sizes:expr) => {
        // One sample, and more than a block of lanes.
        for samples in [1, 21] {
            let free = $free::<f64>::initialized(4);
            let mut fixed = <$fixed>::initialized(1);
            for index in 0..free.tensors() {
                fixed.tensor_mut(index).values.copy_from_slice(free.tensor(index).values);
            }
            let numbers: Vec<f64> = data_of::<<$free<f64> as Network>::Input>(samples, &$sizes).into_vec();
            let d = data_of(samples, &[3]);
            let expected = calculate(&fixed, &Batch::from_vec(numbers.clone()).unwrap(), &d);

            let x = Batch::from_vec_of(numbers, &$sizes).unwrap();
            let (mut pass, mut gradients) = (free.pass(1), free.gradients());
            let outputs = free.forward_train(&x, &mut pass).unwrap().as_slice().to_vec();
            let d_x = free.backward(&d, &mut pass, &mut gradients).unwrap().as_slice().to_vec();
            let found: Vec<f64> = gradients.parameters().flat_map(|tensor| tensor.values.to_vec()).collect();
            assert_eq!([outputs, d_x, found].concat(), expected, "{samples} samples of {:?}", $sizes);
        }
    };
}

#[test]
fn gradients_agree_with_differences_at_every_size() {
    for [h, w] in [[3, 4], [6, 9], [1, 3]] {
        check_on::<Images<f64>>(&data_of(19, &[2, h, w]), &data_of(19, &[3]));
    }
    for length in [3, 7, 12] {
        check_on::<Signals<f64>>(&data_of(19, &[2, length]), &data_of(19, &[3]));
    }
    check::<ImagesOf<5, 4, f64>>();
    check::<SignalsOf<11, f64>>();
}

#[test]
fn a_free_size_and_a_fixed_one_give_the_same_numbers() {
    same_numbers!(Images, ImagesOf<6, 9, f64>, [2, 6, 9]);
    same_numbers!(Images, ImagesOf<3, 4, f64>, [2, 3, 4]);
    same_numbers!(Signals, SignalsOf<7, f64>, [2, 7]);
}

#[test]
fn the_first_window_that_does_not_fit_is_named() {
    let net = Narrowing::new(1);
    let layers = ["max_pool1d", "avg_pool1d", "lp_pool1d", "weighted_avg_pool1d"];
    for (steps, layer) in layers.iter().enumerate() {
        // One too few for the window after so many halvings.
        let error = net.forward(&Batch::zeros_of(1, &[1, (2 << steps) - 1]).unwrap()).unwrap_err().to_string();
        assert!(error.ends_with(&format!("kernel 2 does not fit the length 1 input of `{layer}`")), "{error}");
    }
    assert_eq!(net.forward(&Batch::zeros_of(1, &[1, 16]).unwrap()).unwrap().samples(), 1);
    let error = Removed::new(1).forward(&Batch::zeros_of(1, &[1, 4]).unwrap()).unwrap_err().to_string();
    assert!(error.ends_with("padding 2 leaves nothing of the length 4 that `up` makes"), "{error}");
    let error = Images::new(1).forward(&Batch::zeros_of(1, &[2, 5, 2]).unwrap()).unwrap_err().to_string();
    assert!(error.ends_with("kernel 2 × 3 does not fit the 5 × 2 input of `conv`, padded to 7 × 2"), "{error}");
}
