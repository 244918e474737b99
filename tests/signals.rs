//! Layers over signals `[c, l]`: gradients against central differences in `f64`, and what the networks say of themselves.

mod differences;

use differences::check;
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
    Bins: [2, 13] -> [4] {
        a: adaptive_avg_pool1d(5), softplus;
        b: adaptive_max_pool1d(3);
        c: global_avg_pool <- a;
        d: global_max_pool <- b;
        both: concat <- (c, d);
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
}
