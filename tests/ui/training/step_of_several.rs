//! One batch for a step of a network with two inputs, and two for a network with one.
//!
//! Give a network with one input `&batch`, and one with several a tuple of batches in the order of its inputs, `(&left, &right)`.

use plumbline::prelude::*;

network! {
    Pair: (left: [3], right: [4]) -> [2] {
        both: concat <- (left, right);
        out: dense(2);
    }
    Single: [3] -> [2] { out: dense(2); }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (left, right) = (Batch::<PairLeft>::zeros(2), Batch::<PairRight>::zeros(2));
    let labels = Labels::new([0, 1])?;
    let net = Pair::new(1);
    let (mut pass, mut gradients) = (net.pass(2), net.gradients());
    CrossEntropy::new().step(&net, &left, &labels, &mut pass, &mut gradients)?;
    CrossEntropy::new().step(&net, (&right, &left), &labels, &mut pass, &mut gradients)?;
    let net = Single::new(1);
    let (mut pass, mut gradients) = (net.pass(2), net.gradients());
    CrossEntropy::new().step(&net, (&left, &right), &labels, &mut pass, &mut gradients)?;
    CrossEntropy::new().step(&net, &right, &labels, &mut pass, &mut gradients)?;
    Ok(())
}
