//! A size that a macro hands on where a shape with its brackets is wanted.

use plumbline::prelude::*;

macro_rules! classifier {
    ($inputs:expr) => {
        network! {
            pub Net: $inputs -> [10] { out: dense(10); }
        }
    };
}

classifier!(3);

fn main() {}
