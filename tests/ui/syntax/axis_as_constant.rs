//! An axis that the macro cannot know.

use plumbline::prelude::*;

const AXIS: usize = 0;

network! {
    pub Joined: [8] -> [16] {
        a: dense(8), relu;
        b: dense(8), relu <- input;
        both: concat(axis = AXIS) <- (a, b);
    }
}

fn main() {}
