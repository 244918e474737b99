//! A machine with a fault, and its training, which brings no errors of its own.

use plumbline::{energy::ContrastiveDivergence, prelude::*};

network! {
    Digits: [784] -> [500] {
        rbm: rbm(500, visible = bernouli);
    }

    Ratings: [100, 4] -> [20] {
        rbm: rbm(20, visible = softmax(5));
    }

    Classifier: [784] -> [10] {
        features: rbm(500);
        logits: dense(9);
    }
}

fn main() {
    let mut digits = Digits::new(1);
    let data: Batch<DigitsInput> = Batch::zeros(10);
    ContrastiveDivergence::new(1).fit(&mut digits.rbm, &data).unwrap();
    let ratings: Batch<RatingsInput> = Batch::zeros(10);
    ContrastiveDivergence::new(1).fit(&mut Ratings::new(1).rbm, &ratings).unwrap();
    ContrastiveDivergence::new(1).fit(&mut Classifier::new(1).features, &data).unwrap();
    println!("{}", digits.rbm.hidden_means(&data).samples());
}
