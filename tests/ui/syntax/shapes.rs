//! Arguments that `flatten`, `reshape` and `transpose` do not take.

use plumbline::prelude::*;

network! {
    pub Flat: [3, 4, 5] -> [60] {
        flatten(1);
    }

    pub Number: [60] -> [60] {
        reshape(60);
    }

    pub Constant: [60] -> [60] {
        reshape(SHAPE);
    }

    pub Empty: [60] -> [60] {
        reshape([]);
    }

    pub Batched: [60] -> [60] {
        reshape([1, 3, 4, 5]);
    }

    pub Zero: [60] -> [60] {
        reshape([60, 0]);
    }

    pub Inferred: [60] -> [3, 20] {
        reshape([3, -1]);
    }

    pub Turned: [3, 20] -> [20, 3] {
        transpose(0, 1);
    }
}

fn main() {}
