//! Parts over time and beside others that are neither networks nor layers: one error in each network.
//!
//! Declare `Scale` by `network!`, or implement `plumbline::Layer` for it and write `plumbline::layer!(Scale);`.

use plumbline::prelude::*;

#[derive(Clone, Debug)]
pub struct Scale<E = f32>(E);

network! {
    pub Open: [_, 8] -> [_, 8] { scale: Scale; }
    pub Fixed: [5, 8] -> [5, 8] { a: Scale -> [5, 8]; b: Scale <- input -> [5, 8]; sum: add <- (a, b); }
    pub Several: (one: [8], two: [8]) -> [8] {
        a: Scale <- one -> [8];
        b: Scale <- two -> [8];
        add, sign <- (a, b);
    }
}

fn main() {
    println!("{:?}", Open::new(1).forward(&Batch::zeros_of(1, &[3]).unwrap()));
    println!("{:?}", Fixed::new(1).forward(&Batch::zeros(1)));
}
