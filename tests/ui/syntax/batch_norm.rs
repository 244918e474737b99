//! Options that a batch normalization does not have, or that make no sense.

use plumbline::prelude::*;

network! {
    pub Percent: [10] -> [10] {
        norm: batch_norm(momentum = 10);
    }

    pub Zero: [10] -> [10] {
        norm: batch_norm(epsilon = 0);
    }

    pub PyTorchs: [10] -> [10] {
        norm: batch_norm(eps = 1e-3);
    }

    pub Flag: [10] -> [10] {
        norm: batch_norm(momentum = true);
    }

    pub Sized: [3, 28, 28] -> [3, 28, 28] {
        norm: batch_norm(3);
    }

    pub Unnamed: [3, 28, 28] -> [3, 28, 28] {
        batch_norm, relu;
    }

    pub KerasName: [10] -> [10] {
        norm: BatchNormalization(momentum = 0.1);
    }

    pub TwoInOne: [10] -> [10] {
        fc: dense(10, bias = false), batch_norm, relu;
    }
}

fn main() {}
