//! Windows that do not fit a signal, and padding that a window would hold alone.

use plumbline::prelude::*;

network! {
    pub Long: [3, 5] -> [3, 1] {
        pool: max_pool1d(7);
    }

    pub Padded: [3, 5] -> [3, 1] {
        pool: avg_pool1d(12, padding = 2);
    }

    pub Padding: [3, 5] -> [3, 4] {
        pool: avg_pool1d(3, padding = 2);
    }

    pub Declared: [3, 5] -> [3, 3] {
        pool: max_pool1d(2);
    }
}

fn main() {}
