//! The same mistakes with named sizes.

use plumbline::prelude::*;

const LENGTH: usize = 5;
const LONG: usize = 7;

network! {
    pub Long: [3, LENGTH] -> [3, 1] {
        pool: max_pool1d(LONG);
    }

    pub Padding: [3, LENGTH] -> [3, 4] {
        pool: avg_pool1d(3, padding = LENGTH - 3);
    }
}

fn main() {}
