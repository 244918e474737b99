//! Training a network with a part that has no gradient.
//!
//! Leave the part out of what is trained by gradient, or use a layer that has one in its place: `tanh` for `sign`.

use plumbline::prelude::*;

network! {
    pub Threshold: [2] -> [1] { hard: dense(1), sign; }

    pub Net: [4] -> [1] {
        soft: dense(2), tanh;
        hard: Threshold;
    }
}

fn main() {
    let net = Net::new(1);
    let gradients = net.gradients();
}
