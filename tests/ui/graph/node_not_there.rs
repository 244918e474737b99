//! The value of a node is asked for that the network has not.
//!
//! The cure: the name of a node, `|nodes| nodes.hidden`.

use plumbline::prelude::*;

network! {
    Net: [4] -> [3] {
        hidden: dense(8), relu;
        logits: dense(3);
    }
}

fn main() {
    let net = Net::new(1);
    let x = Batch::zeros(1);
    let _ = net.forward_to(&x, |nodes| nodes.hiden);
    let mut pass = net.pass(1);
    pass.capture(|nodes| nodes.logit);
}
