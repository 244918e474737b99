//! Cross-entropy of two classes on a single output.
//!
//! The loss is binary cross-entropy, or the network has an output for each class.

use plumbline::prelude::*;

network! {
    Net: [4] -> [1] { out: dense(1); }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let data = Dataset::new(Batch::zeros(2), Labels::<2>::new([0, 1])?)?;
    Trainer::new(Adam::new(1e-3), CrossEntropy::new()).fit(&mut Net::new(1), &data)?;
    Ok(())
}
