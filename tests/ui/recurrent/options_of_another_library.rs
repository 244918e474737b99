//! Options as other libraries call them.

use plumbline::prelude::*;

network! {
    pub Layers: [20, 8] -> [20, 16] {
        memory: lstm(16, num_layers = 2);
    }

    pub Sequences: [20, 8] -> [20, 16] {
        memory: gru(16, return_sequences = true);
    }

    pub Nonlinearity: [20, 8] -> [20, 16] {
        memory: rnn(16, nonlinearity = relu);
    }

    pub Dropout: [20, 8] -> [20, 16] {
        memory: lstm(16, dropout = 0.5);
    }
}

fn main() {}
