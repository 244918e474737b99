//! A stride of zero.
//!
//! a stride and a window move by at least one element: 1 takes every place; without `stride` a pool's is its window.

use plumbline::prelude::*;

network! {
    pub LeNet5: [1, 28, 28] -> [10] {
        conv1: conv2d(6, kernel = 5, stride = 0), relu;
        pool1: max_pool2d(0);
        flatten;
        logits: dense(10);
    }
}

fn main() {}
