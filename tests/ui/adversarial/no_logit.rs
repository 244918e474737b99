//! The discriminator before the generator.
//!
//! The cure: `Adversarial::new(Generator::new(1), Discriminator::new(2))`.

use plumbline::{network, train::Adversarial};

network! {
    Generator: [1] -> [2] { point: dense(2); }
    Discriminator: [2] -> [1] { logit: dense(1); }
}

fn main() {
    let _ = Adversarial::new(Discriminator::new(2), Generator::new(1));
}
