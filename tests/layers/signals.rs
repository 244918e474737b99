//! Layers over signals `[c, l]`: gradients against central differences in `f64`, and what the networks say of themselves.

use crate::differences::check;
use plumbline::prelude::*;

const LENGTH: usize = 12;

network! {
    // From image to image; the last of them with windows that overlap and reach into padding.
    Pools: [3, 14] -> [4] {
        a: max_pool1d(2);
        b: avg_pool1d(3, stride = 2, padding = 1), tanh;
        c: max_pool1d(3, stride = 1, padding = 1);
        flatten;
        d: dense(4);
    }
    // Each value has readers in rows and readers that take an image; one of the rows is changed in place.
    Shared: [2, LENGTH] -> [2, LENGTH / 2] {
        a: max_pool1d(2) <- input;
        b: avg_pool1d(2), sigmoid <- input;
        sum: add <- (a, b);
        pooled: avg_pool1d(3, stride = 1, padding = 1) <- sum;
        again: max_pool1d(3, stride = 1, padding = 1) <- a;
        product: multiply <- (sum, pooled, again);
    }
    Slope: [1, 5] -> [1, 2] { a: conv1d(1, kernel = 3, padding = 1), relu; max_pool1d(2); }
    Bins: [2, 13] -> [4] {
        a: adaptive_avg_pool1d(5), softplus;
        b: adaptive_max_pool1d(3);
        c: global_avg_pool <- a;
        d: global_max_pool <- b;
        both: concat <- (c, d);
    }
    // Every option; an activation that the layer does not calculate along with its own result, and one in place of the rows.
    Convolutions: [4, 15] -> [3] {
        a: conv1d(6, kernel = 3, stride = 2, padding = 2, dilation = 2, groups = 2), relu;
        b: conv1d(5, kernel = 4, padding = same, bias = false), gelu;
        c: conv_transpose1d(4, kernel = 3, stride = 2, padding = 1, output_padding = 1, groups = 1), sigmoid;
        d: max_pool1d(3), tanh;
        e: conv1d(3, kernel = 2);
        global_avg_pool;
    }
    // A residual block: the sum is taken over rows, what follows it over images again.
    Residual: [3, 10] -> [3, 10] {
        a: conv1d(3, kernel = 3, padding = 1), relu;
        b: conv1d(3, kernel = 3, padding = 1);
        sum: add <- (a, b);
        c: conv_transpose1d(3, kernel = 3, padding = 1), tanh;
    }
    // Before and after a vector, and as an image in between.
    Reshaped: [24] -> [4] {
        a: dense(24), reshape([2, 12]), max_pool1d(2);
        b: reshape([1, 3, 4]), avg_pool2d([1, 3], stride = 1), flatten;
        c: dense(4);
    }
}

#[test]
fn gradients() {
    check::<Pools<f64>>();
    check::<Shared<f64>>();
    check::<Bins<f64>>();
    check::<Reshaped<f64>>();
    check::<Convolutions<f64>>();
    check::<Residual<f64>>();
}

/// A convolution that keeps both neighbours' difference, worked out by hand.
#[test]
fn values_in_both_element_types() {
    fn slope<N: Trainable<Input = SlopeInput, Output = SlopeOutput> + Total>() {
        let mut net = N::initialized(0);
        let numbers = [[-1.0, 0.0, 1.0].as_slice(), &[0.5]];
        for (index, numbers) in numbers.into_iter().enumerate() {
            let values = net.tensor_mut(index).values.iter_mut();
            values.zip(numbers).for_each(|(value, &number)| *value = N::Element::from_f64(number));
        }
        let element = N::Element::from_f64;
        let x = [1.0, 2.0, 4.0, 8.0, 16.0].map(element).to_vec();
        let y = net.forward(&Batch::from_vec(x).unwrap());
        // The end's neighbour is the padding's zero; maxima of two, the last alone is left out.
        assert_eq!(y.as_slice(), [3.5, 12.5].map(element));
    }
    slope::<Slope<f32>>();
    slope::<Slope<f64>>();
}

#[test]
fn what_networks_say_of_themselves() {
    // 6 channels × 2 of a group × 3, and 6; 6 × 5 × 4; 5 × 4 × 3, and 4; 4 × 3 × 2, and 3.
    assert_eq!(Convolutions::PARAMETERS, 42 + 120 + 64 + 27);
    let flops: Vec<u64> = Convolutions::LAYERS.iter().map(|layer| layer.flops).collect();
    // Twice the weight for each place, a bias, an activation, the second without a bias; a transposed convolution at each place of its input.
    let expected = [2 * 36 * 8 + 48 + 48, 2 * 120 * 8 + 40, 2 * 60 * 8 + 4 * 16 + 64, 3 * 20 + 20, 2 * 24 * 4 + 12, 12];
    assert_eq!(flops, expected);
    assert_eq!(Convolutions::LAYERS[2].output, [4, 16]);
    let weight = Convolutions::new(1);
    assert_eq!((weight.a.weight().shape(), weight.c.weight().shape()), (&[6, 2, 3][..], &[5, 4, 3][..]));
}
