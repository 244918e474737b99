//! Data of another shape than the discriminator's input.
//!
//! The cure: points of two numbers, `Batch<(Const<2>,)>`.

use plumbline::{Batch, Const, network, train::Adversarial};

network! {
    Generator: [16] -> [2] { point: dense(2); }
    Discriminator: [2] -> [1] { logit: dense(1); }
}

fn main() {
    let data = Batch::<(Const<3>,)>::zeros(100);
    let _ = Adversarial::new(Generator::new(1), Discriminator::new(2)).fit(&data);
}
