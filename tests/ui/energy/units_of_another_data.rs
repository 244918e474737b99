//! Data of another shape than the machine's visible units have.
//!
//! make the batch of the network's own input shape: `Batch<DigitsInput>`.

use plumbline::{energy::ContrastiveDivergence, prelude::*};

network! {
    Digits: [784] -> [500] {
        rbm: rbm(500);
    }
}

fn main() {
    let data: Batch<(Const<783>,)> = Batch::zeros(10);
    let _ = ContrastiveDivergence::new(1).fit(&mut Digits::new(1).rbm, &data);
}
