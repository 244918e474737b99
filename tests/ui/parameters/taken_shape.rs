//! A network over dimension parameters that gets another shape than its arguments say.

use plumbline::prelude::*;

network! {
    pub Residual<C, H, W>: [C, H, W] -> [C, H, W] {
        c1: conv2d(C, kernel = 3, padding = 1), relu;
        sum: add <- (c1, input);
    }

    pub Net: [1, 28, 28] -> [10] {
        stem: conv2d(16, kernel = 3, stride = 2), relu;
        block: Residual<16, 14, 14>;
        global_avg_pool;
        out: dense(10);
    }
}

fn main() {}
