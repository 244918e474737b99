//! Three sources for a layer that takes a mean and a log-variance.

use plumbline::prelude::*;

network! {
    pub Vae: [784] -> [784] {
        mean: dense(20);
        log_variance: dense(20) <- input;
        other: dense(20) <- input;
        code: sample <- (mean, log_variance, other);
        reconstruction: dense(784);
    }
}

fn main() {}
