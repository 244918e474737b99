//! A variable where a constant can stand.

use plumbline::prelude::*;

fn main() {
    let hidden = 16;
    network! {
        pub Net: [3] -> [10] {
            a: dense(hidden), relu;
            out: dense(10);
        }
    }
    println!("{hidden}");
}
