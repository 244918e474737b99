//! The transpose of a matrix whose sizes are constants.

use plumbline::prelude::*;

const STEPS: usize = 28;

network! {
    pub Declared: [STEPS, 14] -> [28, 14] {
        turned: transpose;
    }
}

fn main() {}
