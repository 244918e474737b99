//! A part that is neither a network nor a layer.
//!
//! Declare `Scale` by `network!`, or implement `plumbline::Layer` for it and write `plumbline::layer!(Scale);`.

use plumbline::prelude::*;

#[derive(Clone, Debug)]
pub struct Scale<E = f32>(E);

network! {
    pub Net: [8] -> [8] { scale: Scale; }
}

fn main() {
    let mut net = Net::new(1);
    println!("{}", Net::summary());
    let outputs = net.forward(&Batch::zeros(2));
    net.scale.clone_from(&Net::new(2).scale);
    let gradients = net.gradients();
    println!("{outputs:?} {gradients:?} {:?}", net.scale);
}
