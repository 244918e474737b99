//! A kernel larger than its input.

use plumbline::prelude::*;

const SIDE: usize = 14;
const KERNEL: usize = 7;

network! {
    pub LeNet5: [1, SIDE, SIDE] -> [10] {
        conv1: conv2d(6, kernel = 5), relu;
        pool1: max_pool2d(2);
        conv2: conv2d(16, kernel = KERNEL), relu;
        pool2: max_pool2d(2);
        flatten;
        logits: dense(10);
    }
}

fn main() {
    let net = LeNet5::new(1);
    println!("{}", net.logits.weight().len());
}
