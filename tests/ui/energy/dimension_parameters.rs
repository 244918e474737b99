//! The same mistakes in networks with dimension parameters.

use plumbline::prelude::*;

network! {
    Ratings<I, K>: [I, K] -> [20] {
        rbm: rbm(20, visible = softmax(5));
    }

    Film: [100, 4] -> [20] {
        ratings: Ratings<100, 4>;
    }

    Formula<I, K>: [I, 2 * K] -> [20] {
        rbm: rbm(20, visible = softmax(2 * K));
    }

    Vector<I>: [I] -> [20] {
        rbm: rbm(20, visible = softmax(5));
    }

    Image<C, H>: [C, H, H] -> [20] {
        machine: boltzmann(20);
    }

    Output<I>: [I] -> [I + 1] {
        memory: hopfield;
    }
}

fn main() {}
