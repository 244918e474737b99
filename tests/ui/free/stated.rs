//! `_` for a size that is known, and a number for one that is not.

use plumbline::prelude::*;

network! {
    pub Number: [1, _, _] -> [8] {
        conv: conv2d(8, kernel = 5) -> [8, 24, 24];
        global_avg_pool;
    }

    pub Underscore: [1, 28, 28] -> [8, _, _] {
        conv: conv2d(8, kernel = 5);
    }

    pub Declared: [1, _, _] -> [8] {
        conv: conv2d(8, kernel = 5);
        flatten;
    }

    pub Channels: [1, _, _] -> [4, _, _] {
        conv: conv2d(8, kernel = 5);
    }
}

fn main() {
    let _ = Number::new(1).forward(&Batch::zeros_of(1, &[1, 28, 28]).unwrap()).unwrap();
}
