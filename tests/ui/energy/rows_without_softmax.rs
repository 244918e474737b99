//! Rows of levels for an `rbm` whose units have none.

use plumbline::prelude::*;

network! {
    Ratings: [100, 5] -> [20] {
        rbm: rbm(20);
    }

    Steps: [100, 5] -> [20] {
        rbm: rbm(20, visible = gaussian);
    }
}

fn main() {}
