//! Recurrent layers over dimension parameters: a state that is larger whatever they are, and a declared output that is not what comes out.

use plumbline::prelude::*;

network! {
    pub Translator<I, N>: (source: [20, I], target: [15, I]) -> [15, 2 * N] {
        encoder: lstm(N) <- source;
        decoder: lstm(2 * N, state = encoder) <- target;
    }

    pub Both<T, N>: [T, N] -> [T, N] {
        memory: gru(N, bidirectional = true);
    }

    pub Vector<N>: [N] -> [N] {
        memory: gru(N);
        last;
    }

    pub Steps<T, N>: [T, N] -> [10] {
        memory: rnn(2 * N);
        logits: dense(10);
    }
}

fn main() {}
