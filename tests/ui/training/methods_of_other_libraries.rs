//! Methods that a network has in PyTorch, Keras or scikit-learn, and not here.
//!
//! `forward` gives the outputs, `forward_train` and `backward` the gradients; a `Trainer` trains.

use plumbline::prelude::*;

network! {
    pub Net: [4] -> [1] {
        out: dense(1);
    }
    pub Vary<N>: [N] -> [1] {
        out: dense(1);
    }
}

/// A trait of one's own may have methods of these names: they are called.
trait Model {
    fn fit(&mut self, epochs: usize) -> usize;
}

impl Model for Vary<4> {
    fn fit(&mut self, epochs: usize) -> usize {
        epochs
    }
}

fn main() {
    let mut net = Net::new(1);
    let (x, y) = (Batch::<NetInput>::zeros(8), Batch::<NetOutput>::zeros(8));
    net.fit(&x, &y, 10);
    net.train();
    net.eval();
    println!("{:?}", net.predict(&x));
    let mut vary = Vary::<4>::new(1);
    println!("{} {:?}", vary.fit(3), vary.predict(&x));
}
