//! The contractive penalty of something other than a dense layer with an elementwise activation.

use plumbline::prelude::*;

network! {
    pub Image: [1, 28, 28] -> (reconstruction: [784], contraction: [1]) {
        encoder: conv2d(8, kernel = 5), relu;
        contraction: contractive_penalty;
        flatten <- encoder;
        reconstruction: dense(784);
    }

    pub Chain: [784] -> [1] { encoder: dense(64), sigmoid, contractive_penalty; }

    pub Input: [784] -> (reconstruction: [784], contraction: [1]) {
        encoder: dense(64), sigmoid;
        contraction: contractive_penalty <- input;
        reconstruction: dense(784) <- encoder;
    }

    pub Gelu: [784] -> (reconstruction: [784], contraction: [1]) {
        encoder: dense(64), gelu;
        contraction: contractive_penalty;
        reconstruction: dense(784) <- encoder;
    }

    pub Tied: [784] -> (reconstruction: [784], contraction: [1]) {
        encoder: dense(64), relu;
        reconstruction: dense(784, tied = encoder);
        contraction: contractive_penalty;
    }
}

fn main() {}
