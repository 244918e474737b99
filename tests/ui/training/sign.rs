//! A step of training for a network with a `sign`.
//!
//! Train with `tanh` in its place, or leave `sign` out of the network and apply it to the outputs.

use plumbline::prelude::*;

network! {
    Hard: [4] -> [2] {
        hidden: dense(8), tanh;
        out: dense(2), sign;
    }
}

fn main() {
    let (net, x) = (Hard::new(1), Batch::<HardInput>::zeros(3));
    let mut pass = net.pass(3);
    let y = net.forward_train(&x, &mut pass);
}
