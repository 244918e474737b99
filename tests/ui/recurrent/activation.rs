//! An activation that the plain recurrent layer does not have.

use plumbline::prelude::*;

network! {
    pub Misspelt: [20, 8] -> [20, 16] {
        memory: rnn(16, activation = sigmiod);
    }

    pub Softmax: [20, 8] -> [20, 16] {
        memory: rnn(16, activation = softmax);
    }

    pub Text: [20, 8] -> [20, 16] {
        memory: rnn(16, activation = "relu");
    }

    pub Slope: [20, 8] -> [20, 16] {
        memory: rnn(16, activation = leaky_relu(-0.1));
    }

    pub Argument: [20, 8] -> [20, 16] {
        memory: rnn(16, activation = tanh(2.0));
    }

    pub Other: [20, 8] -> [20, 16] {
        memory: lstm(16, activation = relu);
    }
}

fn main() {}
