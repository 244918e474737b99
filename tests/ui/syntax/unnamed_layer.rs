//! A layer with parameters and no name.

use plumbline::prelude::*;

network! {
    pub LeNet5: [1, 28, 28] -> [10] {
        conv2d(6, kernel = 5), relu;
        flatten;
        dense(10);
    }
}

fn main() {}
