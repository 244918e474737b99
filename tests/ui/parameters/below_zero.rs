//! Arithmetic on dimension parameters that has no value where the network is used.
//!
//! Use the network with dimensions for which every size has one.

use plumbline::prelude::*;

const HUGE: usize = usize::MAX;

network! {
    pub Block<C, H, P>: [C, H, H] -> [C, 2, 2] {
        conv: conv2d(C, kernel = P - 4);
        adaptive_avg_pool2d([2, 2]);
    }

    pub Halves<N>: [8] -> [2] {
        hidden: dense(8 / (N - 1)), relu;
        out: dense(2);
    }

    pub Wide<N, M>: [8] -> [2] {
        hidden: dense(N * M), relu;
        out: dense(2);
    }

    pub Within<N>: [8] -> [2] {
        halves: Halves<N>;
    }

    pub Any<P>: [2, 9] -> [2] {
        conv: conv1d(2, kernel = 3, padding = P);
        global_avg_pool;
    }

    Net: [2, 64, 64] -> [2, 2, 2] { block: Block<2, 64, 1>; }
    Deep: [8] -> [2] { within: Within<1>; }
    Large: [8] -> [2] { wide: Wide<70000, 80000>; }
    Largest: [2, 9] -> [2] { any: Any<18446744073709551615>; }
    Huge: [2, 9] -> [2] { any: Any<HUGE>; }
}

fn main() {}
