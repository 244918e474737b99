//! What follows a fault in a layer with memory has none of its own, and neither has the program that uses the network.

use plumbline::prelude::*;

network! {
    pub Translator: (source: [_, 8], target: [_, 6]) -> [_, 10] {
        encoder: lstm(32, layers = 20) <- source;
        decoder: lstm(64, state = encoder) <- target;
        last;
        words: dense(10, each_step = true);
    }

    pub Stream: [_, 3] -> [_, 2] {
        memory: gru(8, layers = 0);
        out: dense(2, each_step = true);
    }
}

fn main() -> Result<(), plumbline::ShapeError> {
    let net = Translator::new(1);
    let (mut state, mut pass) = (net.state(1), net.pass(1));
    let (source, target) = (Batch::zeros_of(1, &[5, 8])?, Batch::zeros_of(1, &[4, 6])?);
    let words = net.forward_from(&source, &target, &mut state, &mut pass)?;
    println!("{:?} {:?} {:?}", words.sizes(), net.encoder, state.get("decoder"));

    let stream = Stream::new(1);
    let (mut state, mut pass) = (stream.state(1), stream.pass(1));
    let step = Batch::zeros_of(1, &[1, 3])?;
    println!("{:?}", stream.forward_from(&step, &mut state, &mut pass)?.sizes());
    state.reset();
    Ok(())
}
