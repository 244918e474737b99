//! Values of three numbers for an output of two.
//!
//! make the targets with the type of the network's output: `Batch::<NetOutput>::from_vec(…)`.
use plumbline::prelude::*;

network! {
    Net: [4] -> [2] {
        values: dense(2);
    }
}

fn main() {
    let net = Net::new(1);
    let outputs = net.forward(&Batch::<NetInput>::zeros(3));
    let _ = SquaredError.value(&outputs, &Batch::<(Const<3>,)>::zeros(3));
}
