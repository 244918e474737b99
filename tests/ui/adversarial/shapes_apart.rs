//! A generator of three numbers before a discriminator of two.
//!
//! The cure: `point: dense(2)` in the generator, or `[3]` as the discriminator's input.

use plumbline::{network, train::Adversarial};

network! {
    Generator: [16] -> [3] { point: dense(3); }
    Discriminator: [2] -> [1] { logit: dense(1); }
}

fn main() {
    let _ = Adversarial::new(Generator::new(1), Discriminator::new(2));
}
