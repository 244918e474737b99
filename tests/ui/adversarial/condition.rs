//! A generator whose condition has another shape than the discriminator's.
//!
//! The cure: one shape for both, `class: [10]`.

use plumbline::{network, train::Adversarial};

network! {
    Generator: (noise: [16], class: [10]) -> [2] { both: concat <- (noise, class); point: dense(2); }
    Discriminator: (point: [2], class: [12]) -> [1] { both: concat <- (point, class); logit: dense(1); }
}

fn main() {
    let _ = Adversarial::new(Generator::new(1), Discriminator::new(2));
}
