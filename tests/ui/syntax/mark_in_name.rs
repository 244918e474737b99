//! A name with a hyphen.

use plumbline::prelude::*;

network! {
    pub Net: [3] -> [10] {
        fc-1: dense(4), relu;
        out: dense(10);
    }
}

fn main() {
    let _ = Net::new(1).fc_1.weight();
}
