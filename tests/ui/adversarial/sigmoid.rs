//! A discriminator that gives a probability in place of its logit.
//!
//! The cure: leave out `sigmoid`.

use plumbline::{network, train::Adversarial};

network! {
    Generator: [16] -> [2] { point: dense(2); }
    Discriminator: [2] -> [1] { logit: dense(1), sigmoid; }
}

fn main() {
    let _ = Adversarial::new(Generator::new(1), Discriminator::new(2));
}
