//! A type with the name that the shape of a network's input has.
//!
//! The shapes of a network `Net` are called `NetInput` and `NetOutput`: give the type or the network another name.

use plumbline::prelude::*;

pub struct NetInput {
    pub age: f32,
}

network! {
    pub Net: [1] -> [1] {
        out: dense(1);
    }
}

fn main() {
    let asked = NetInput { age: 37.0 };
    println!("{:?}", Net::new(1).forward(&Batch::from_vec(vec![asked.age]).unwrap()));
}
