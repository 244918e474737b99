//! A part that is neither a network nor a layer, of a size that is a dimension parameter.
//!
//! Declare `Scale` by `network!`, or implement `plumbline::Layer` for it and write `plumbline::layer!(Scale<const N: usize>);`.

use plumbline::prelude::*;

#[derive(Clone, Debug)]
pub struct Scale<const N: usize, E = f32>([E; N]);

network! {
    pub Net<N>: [N] -> [N] { scale: Scale<N>; }
    pub Twice: [8] -> [8] { one: Net<8>; other: Net<8>; }
}

fn main() {
    let net = Twice::new(1);
    println!("{:?}", net.forward(&Batch::zeros(2)));
}
