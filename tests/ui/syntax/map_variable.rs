//! Free variables that are no constants: captured ones, and slips.

use plumbline::prelude::*;

fn main() {
    let scale = 2.0;
    network! {
        pub Net: [3] -> [3] {
            captured: map(|x| scale * x);
            slip:     map(|x| { let total = x * x; totl + x });
        }
    }
    println!("{scale}");
}
