//! A loss that applies `sigmoid` or `softmax` itself, on a network that has done so already.
//!
//! The last layer goes, or the loss is the one for probabilities' logarithms.

use plumbline::prelude::*;

network! {
    Sure: [4] -> [1] { out: dense(1), sigmoid; }
    Soft: [4] -> [3] { out: dense(3); p: softmax; }
    Logs: [4] -> [3] { out: dense(3), log_softmax; }
    Plain: [4] -> [3] { hidden: dense(8), relu; out: dense(3); }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let inputs = || Batch::zeros(2);
    let two = Dataset::new(inputs(), Labels::<2>::new([0, 1])?)?;
    let three = Dataset::new(inputs(), Labels::<3>::new([0, 2])?)?;
    let trainer = || Adam::new(1e-3);
    Trainer::new(trainer(), BinaryCrossEntropy::new()).fit(&mut Sure::new(1), &two)?;
    Trainer::new(trainer(), CrossEntropy::new()).fit(&mut Soft::new(1), &three)?;
    Trainer::new(trainer(), CrossEntropy::new()).fit(&mut Logs::new(1), &three)?;
    Trainer::new(trainer(), NegativeLogLikelihood).fit(&mut Plain::new(1), &three)?;
    Trainer::new(trainer(), NegativeLogLikelihood).evaluate(&Soft::new(1), &three)?;
    Ok(())
}
