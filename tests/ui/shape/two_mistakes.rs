//! A forgotten `flatten` and a slip, both at once.

use plumbline::prelude::*;

network! {
    /// LeNet-5 (LeCun et al., 1998) for 28×28 grey images.
    pub LeNet5: [1, 28, 28] -> [10] {
        conv1:  conv2d(6, kernel = 5, padding = 2), relu;
        pool1:  max_pool2d(2);
        conv2:  conv2d(16, kernel = 5), relu;
        pool2:  max_pool2d(2);
        fc1:    dense(120), relu;
        fc2:    dense(84), rellu;
        logits: dense(10);
    }
}

fn main() {}
