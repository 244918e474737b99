//! Exact sums over the states of a model too large for them.
//!
//! estimate ln Z with `log_partition_ais`, and give the estimate to `log_likelihood`; or compare models by `pseudo_log_likelihood`.
use plumbline::prelude::*;

network! {
    Digits: [784] -> [500] { rbm: rbm(500); }
    Spectra: [64] -> [30] { rbm: rbm(30, visible = gaussian); }
    Ratings: [100, 5] -> [30] { rbm: rbm(30, visible = softmax(5)); }
    Films: [11, 5] -> [30] { rbm: rbm(30, visible = softmax(5)); }
    Genres: [4, 100] -> [30] { rbm: rbm(30, visible = softmax(100)); }
    Topics: [30] -> [20, 5] { rbm: rbm(20, hidden = softmax(5)); }
    Real: [20] -> [16] { rbm: rbm(16, visible = gaussian, hidden = gaussian); }
}

fn main() {
    let digits = Digits::new(1);
    println!("{}", digits.rbm.log_partition_exact());
    println!("{}", digits.rbm.log_likelihood_exact(&Batch::zeros(3)));
    println!("{}", Spectra::new(1).rbm.log_partition_exact());
    println!("{}", Ratings::new(1).rbm.log_partition_exact());
    println!("{}", Films::new(1).rbm.log_partition_exact());
    println!("{}", Genres::new(1).rbm.log_partition_exact());
    println!("{}", Topics::new(1).rbm.log_partition_exact());
    println!("{}", Real::new(1).rbm.log_partition_exact());
}
