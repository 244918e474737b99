//! Amounts that no noise can have.

use plumbline::prelude::*;

network! {
    pub Negative: [9] -> [9] {
        gaussian_noise(-0.1);
    }

    pub Certain: [9] -> [9] {
        masking_noise(1.0);
    }

    pub Percent: [9] -> [9] {
        salt_and_pepper(30);
    }

    pub Missing: [9] -> [9] {
        salt_and_pepper;
    }

    pub Named: [9] -> [9] {
        gaussian_noise(sd = 0.3);
    }
}

fn main() {}
