//! Probabilities into a loss on logits: in a loop of one's own, from a network inside, of one of several outputs, of a network with dimension
//! parameters.
//!
//! The last layer goes, as the note says.

use plumbline::prelude::*;

network! {
    Head<N>: [N] -> [3] { out: dense(3), softmax; }
    Net: [4] -> [3] { hidden: dense(8), relu; head: Head<8>; }
    Images: [1, 4, 4] -> [3] { conv: conv2d(3, kernel = 3), sigmoid; global_avg_pool; flatten; }
    Two: [4] -> (class: [3], sure: [1]) {
        hidden: dense(8), relu;
        class: dense(3) <- hidden;
        sure: dense(1), sigmoid <- hidden;
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let net = Net::new(1);
    let labels = Labels::<3>::new([0, 2])?;
    let (mut pass, mut gradients) = (net.pass(2), net.gradients());
    CrossEntropy::new().step(&net, &Batch::zeros(2), &labels, &mut pass, &mut gradients)?;
    let images = Dataset::new(Batch::zeros(2), labels.clone())?;
    Trainer::new(Adam::new(1e-3), CrossEntropy::new()).fit(&mut Images::new(1), &images)?;
    let both = Dataset::new(Batch::zeros(2), (labels, Labels::<2>::new([0, 1])?))?;
    let losses = Losses::new((CrossEntropy::new(), BinaryCrossEntropy::new()));
    Trainer::new(Adam::new(1e-3), losses).fit(&mut Two::new(1), &both)?;
    Ok(())
}
