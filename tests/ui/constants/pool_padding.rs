//! Padding of more than half the window.

use plumbline::prelude::*;

const WINDOW: usize = 2;

network! {
    pub Small: [8, 8, 8] -> [8, 5, 5] {
        pool: max_pool2d(WINDOW, padding = WINDOW);
    }
}

fn main() {}
