//! Tokens where no layer, no argument and no source can stand.

use plumbline::prelude::*;

network! {
    pub Plus: [4] -> [3] {
        a: dense(3) + relu;
    }

    pub Number: [4] -> [3] {
        a: 3;
    }

    pub Source: [4] -> [3] {
        a: dense(3) <- 1;
    }

    pub Value: [4] -> [3] {
        a: dense(3, bias = );
    }

    pub Argument: [4] -> [3] {
        a: dense(3, ;);
    }
}

fn main() {}
