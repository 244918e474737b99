//! Numbers that are infinite, 0 or 1 in `f32`, where that has no meaning.

use plumbline::prelude::*;

network! {
    pub Numbers: [8] -> [4] {
        noisy:   gaussian_noise(1e300);
        dropped: dropout(0.9999999999);
        a:       dense(8, init = normal(1e300)), leaky_relu(1e300);
        b:       dense(8, init = uniform(1e-60)), elu(1e300);
        norm:    layer_norm(epsilon = 1e-60);
        channel: batch_norm(epsilon = 1e39);
        c:       dense(4);
    }
    pub Pools: [1, 8] -> [1, 2] {
        norm:     lp_pool1d(2, p = 1e300);
        weighted: weighted_avg_pool1d(2, sigma = 1e-300);
    }
    pub Memory: [5, 3] -> [4] {
        memory: lstm(4, forget_bias = -1e39);
        last;
    }
    pub Mapped: [3] -> [3] {
        large: map(|x| 1e300 * x);
        small: map(|x| x / (x.abs() + 1e-60));
        fine:  map(|x| x + 3e38 - 1e-38 * x + 0.0);
    }
}

fn main() {}
