//! A signal too short for a kernel, groups that do not divide, and padding that leaves nothing, with named sizes.

use plumbline::prelude::*;

const LENGTH: usize = 5;
const CHANNELS: usize = 3;

network! {
    pub Long: [CHANNELS, LENGTH] -> [4, 1] {
        c1: conv1d(4, kernel = LENGTH + 2);
    }

    pub Grouped: [CHANNELS, LENGTH] -> [4, 3] {
        c1: conv1d(4, kernel = 3, groups = 2);
    }

    pub Removed: [CHANNELS, LENGTH - 3] -> [4, 1] {
        up: conv_transpose1d(4, kernel = 2, padding = 2);
    }
}

fn main() {}
