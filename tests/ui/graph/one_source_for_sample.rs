//! One source for a layer that takes a mean and a log-variance.

use plumbline::prelude::*;

network! {
    pub Vae: [784] -> [784] {
        mean: dense(20);
        log_variance: dense(20) <- input;
        code: sample;
        reconstruction: dense(784);
    }

    pub Divergence: [784] -> [1] {
        mean: dense(20);
        kl: gaussian_kl <- mean;
    }
}

fn main() {}
