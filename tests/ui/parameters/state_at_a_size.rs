//! A state of another size at the numbers for which a network is used.
//!
//! Use one parameter for both, or equal numbers.

use plumbline::prelude::*;

network! {
    pub Reader<N, M>: [20, 8] -> [20, M] {
        encoder: gru(N);
        decoder: gru(M, state = encoder) <- input;
    }

    pub Net: [20, 8] -> [20, 32] {
        reader: Reader<64, 32>;
    }
}

fn main() {}
