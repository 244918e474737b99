//! A part that changes the lengths of sequences beside a branch that does not, and one that may refuse them, from another `network!`.

use plumbline::prelude::*;

mod blocks {
    use plumbline::prelude::*;

    network! {
        pub Even: [8, 4] -> [8, 4] {
            transpose;
            down: conv1d(4, kernel = 2, stride = 2);
            up: conv_transpose1d(4, kernel = 2, stride = 2);
            transpose;
        }
        pub Halves: [8, 4] -> [4, 4] {
            turned: transpose;
            a: max_pool1d(2) <- turned;
            b: max_pool1d(3, stride = 2, padding = 1) <- turned;
            sum: add <- (a, b);
            transpose;
        }
        pub Same: [8, 4] -> [8, 4] {
            wide: dense(4, each_step = true);
            sum: add <- (input, wide);
        }
    }
}

network! {
    pub Net: [8, 4] -> [2] {
        even: blocks::Even <- input -> [8, 4];
        same: blocks::Same <- input -> [8, 4];
        sum: add <- (input, even, same);
        halves: blocks::Halves -> [4, 4];
        last;
        out: dense(2);
    }
}

fn main() {}
