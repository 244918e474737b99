//! A target for how often units are active, on units whose values are no share of anything.
//!
//! `sigmoid` behind the code; or `L1Penalty` in place of the target.

use plumbline::{prelude::*, train::SparsityPenalty};

network! {
    Sparse: [64] -> (reconstruction: [64], code: [100]) {
        code: dense(100), relu;
        reconstruction: dense(64);
    }
}

fn main() {
    let images = Dataset::from(Batch::<SparseInput>::zeros(8));
    let losses = Losses::new((MeanSquaredError, SparsityPenalty::new(0.05)));
    let _ = Trainer::new(Adam::new(1e-3), losses).fit(&mut Sparse::new(1), &images);
}
