//! Images, signals and sequences of any size where a vector is taken, and a signal joined with a shorter one.

use plumbline::prelude::*;

network! {
    pub Classifier: [3, _, _] -> [10] {
        conv: conv2d(8, kernel = 5), relu;
        out: dense(10);
    }

    pub Signal: [2, _] -> [10] {
        conv: conv1d(8, kernel = 5), relu;
        out: dense(10);
    }

    pub Tagger: [_, 8] -> [_, 3] {
        hidden: dense(16, each_step = true), relu;
        out: dense(3);
    }

    pub Joined: [2, _] -> [4, _] {
        conv: conv1d(2, kernel = 3), relu;
        both: concat <- (conv, input);
    }
}

fn main() {}
