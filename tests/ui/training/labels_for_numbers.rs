//! Classes as targets of a loss that compares numbers.
//!
//! The loss is one of classes, or the labels become numbers.

use plumbline::prelude::*;

network! {
    Net: [4] -> [3] { out: dense(3); }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let labels = Labels::<3>::new([0, 2])?;
    let _ = MeanSquaredError.value(&Net::new(1).forward(&Batch::zeros(2)), &labels);
    let data = Dataset::new(Batch::zeros(2), labels)?;
    Trainer::new(Adam::new(1e-3), MeanSquaredError).fit(&mut Net::new(1), &data)?;
    Ok(())
}
