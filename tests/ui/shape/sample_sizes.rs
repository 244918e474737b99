//! A mean and a log-variance of different sizes.

use plumbline::prelude::*;

const CODE: usize = 20;

network! {
    pub Vae: [784] -> (reconstruction: [784], divergence: [1]) {
        hidden: dense(400), relu;
        mean: dense(20);
        log_variance: dense(10) <- hidden;
        code: sample <- (mean, log_variance);
        divergence: gaussian_kl <- (mean, log_variance);
        reconstruction: dense(784) <- code;
    }
}

network! {
    pub Constants: [784] -> [784] {
        hidden: dense(400), relu;
        mean: dense(CODE);
        log_variance: dense(10) <- hidden;
        code: sample <- (mean, log_variance);
        reconstruction: dense(784);
    }
}

fn main() {}
