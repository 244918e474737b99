//! Batches of free sizes that are made or taken as if the sizes were known.
//!
//! Say the sizes with `zeros_of` and `from_slice_of`, take the `Result` with `?`, and in code over any network ask for `Total`.

use plumbline::prelude::*;

network! {
    pub Filter: [1, _, _] -> [2, _, _] {
        conv: conv2d(2, kernel = 3);
    }
}

fn sum<N: Network<Input: Shape, Output: Shape, Element = f32>>(net: &N, x: &Batch<N::Input>) -> f32 {
    net.forward(x).as_slice().iter().sum()
}

fn main() {
    let net = Filter::new(1);
    let x = Batch::<FilterInput>::zeros(4);
    let y = net.forward(&x);
    println!("{}", y.samples());
    let pixels = BatchView::<FilterInput>::from_slice(&[0.0; 64]);
    println!("{}", sum(&net, &x));
}
