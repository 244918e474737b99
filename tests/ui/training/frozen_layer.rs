//! A layer is frozen that the network has not.
//!
//! The cure: the name of a field, `|net| &net.conv1`.

use plumbline::prelude::*;

network! {
    Net: [1, 8, 8] -> [3] {
        conv1: conv2d(4, kernel = 3), relu;
        flatten;
        logits: dense(3);
    }
}

fn main() {
    let net = Net::new(1);
    let mut gradients = net.gradients();
    gradients.freeze(|net| &net.conv2);
    let _ = Trainer::new(Adam::new(1e-3), CrossEntropy::new()).freeze(|net: &Net| &net.logit);
}
