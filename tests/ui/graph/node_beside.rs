//! A network is started from a node beside which it needs another value.
//!
//! The cure: start from a node through which everything goes, `|nodes| nodes.sum`.

use plumbline::prelude::*;

network! {
    Net: [4] -> [3] {
        first: dense(8), tanh;
        second: dense(8), tanh;
        sum: add <- (first, second);
        logits: dense(3);
    }
}

network! {
    Around: [4] -> [3] {
        hidden: dense(4), relu;
        all: concat <- (input, hidden);
        logits: dense(3);
    }
}

fn main() {
    let net = Net::new(1);
    let values = Batch::zeros(1);
    let _ = net.forward_after(&values, |nodes| nodes.second);
    let around = Around::new(1);
    let _ = around.forward_after(&Batch::zeros(1), |nodes| nodes.hidden);
}
