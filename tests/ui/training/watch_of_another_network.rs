//! A closure that watches another network than the one that is trained.
//!
//! The closure names the network that `fit` gets: `|event, net: &First| …`.

use plumbline::prelude::*;

network! {
    First: [4] -> [2] { out: dense(2); }
    Second: [4] -> [2] { hidden: dense(8), tanh; out: dense(2); }
}

fn main() {
    let data = Dataset::new(Batch::<(Const<4>,)>::zeros(2), Labels::<2>::new([0, 1]).unwrap()).unwrap();
    let mut net = First::new(1);
    let mut trainer = Trainer::new(Adam::new(1e-3), CrossEntropy::new()).watch(|_, net: &Second| println!("{}", net.hidden.weight()));
    let _ = trainer.fit(&mut net, &data);
}
