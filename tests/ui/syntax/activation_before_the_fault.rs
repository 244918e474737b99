//! A node whose layer with a fault stands behind an activation: its field is still there.

use plumbline::prelude::*;

network! {
    pub Net: [3] -> [10] {
        a: tanh, dense("x");
        out: dense(10);
    }
}

fn main() {
    let _ = Net::new(1).a.weight();
}
