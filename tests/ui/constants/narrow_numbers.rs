//! Constants that are infinite, 0 or 1 in `f32`, where that has no meaning.

use plumbline::prelude::*;

const LARGE: f64 = 1e300;
const SMALL: f64 = 1e-60;
const SURE: f64 = 0.9999999999;

network! {
    pub Numbers: [8] -> [4] {
        noisy:   gaussian_noise(LARGE);
        dropped: dropout(SURE);
        a:       dense(8, init = normal(LARGE)), leaky_relu(LARGE);
        b:       dense(8, init = uniform(SMALL)), elu(LARGE);
        norm:    layer_norm(epsilon = SMALL);
        channel: batch_norm(epsilon = LARGE);
        c:       dense(4);
    }
    pub Pools: [1, 8] -> [1, 2] {
        norm:     lp_pool1d(2, p = LARGE);
        weighted: weighted_avg_pool1d(2, sigma = SMALL);
    }
    pub Mapped: [3] -> [3] {
        large: map(|x| LARGE * x);
        small: map(|x| x / (x.abs() + SMALL));
        fine:  map(|x| if x < f64::INFINITY { x } else { x * 0.5 });
    }
}

fn main() {}
