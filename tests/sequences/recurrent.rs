//! Networks with memory: gradients against central differences in `f64` for every cell, option and configuration.

use crate::differences::{check_on, data, data_of};
use plumbline::prelude::*;

const UNITS: usize = 3;
const STEPS: usize = 4;

network! {
    // The notes' configurations.
    OneToOne: [1, 3] -> [2] { memory: rnn(4); last; out: dense(2); }
    OneToMany: [4] -> [5, 2] { again: repeat(5); memory: gru(3); out: dense(2, each_step = true); }
    ManyToOne: [_, 3] -> [2] { memory: lstm(4); last; out: dense(2); }
    InStep: [_, 3] -> [_, 2] { memory: rnn(4); out: dense(2, each_step = true); }

    // Every cell and option.
    Relu: [_, 3] -> [_, 4] { memory: rnn(4, activation = relu); }
    Identity: [_, 3] -> [_, 4] { memory: rnn(4, activation = relu, init = identity); }
    Stacked: [_, 3] -> [_, 4] { memory: rnn(4, layers = 3); }
    BothWays: [_, 3] -> [_, 8] { memory: gru(4, bidirectional = true); }
    Lstm: [_, 3] -> [_, 4] { memory: lstm(4, forget_bias = 0.5); }
    Peephole: [_, 3] -> [_, 8] { memory: lstm(4, peephole = true, layers = 2, bidirectional = true); }
    Gru: [_, 3] -> [_, 4] { memory: gru(4, layers = 2); }

    // An activation behind it, and what else keeps the steps apart.
    Mixed: [_, 3] -> [_, 4] {
        first: lstm(4), sigmoid;
        normal: layer_norm;
        second: gru(4) <- first;
        sum: add <- (normal, second);
        squared: map(|x| x * x + 0.1 * x);
        both: concat(axis = 1) <- (squared, first);
        out: rnn(4);
    }

    // The last state of one is where another starts, and what both give is read.
    Chained: [_, 3] -> [_, 4] {
        encoder: lstm(4);
        decoder: lstm(4, state = encoder) <- input;
        third: lstm(4, state = encoder) <- decoder;
        sum: add <- (third, encoder);
    }
    // The state alone is read.
    Summary: [6, 3] -> [4, 5] {
        encoder: gru(5);
        flat: flatten <- input;
        seed: dense(8), reshape([4, 2]);
        decoder: gru(5, state = encoder);
    }

    // Inside of others, with constants and dimension parameters for sizes.
    Constants: [STEPS, UNITS] -> [2 * UNITS] { memory: lstm(UNITS, bidirectional = true); last; }
    Block<N>: [_, N] -> [_, N] { memory: rnn(N); }
    Sized<T, N>: [T, N] -> [N] { memory: gru(N), tanh; last; }
    Parts: [_, 4] -> [_, 4] {
        inner: InStepFour;
        block: Block<4>;
        sum: add <- (inner, block);
    }
    InStepFour: [_, 4] -> [_, 4] { memory: lstm(3); out: dense(4, each_step = true); }
    Fixed: [5, 4] -> [4] { part: Sized<5, 4>; out: dense(4); }
}

#[test]
fn configurations() {
    check_on::<OneToOne<f64>>(&data(67), &data(67));
    check_on::<OneToMany<f64>>(&data(67), &data(67));
    check_on::<ManyToOne<f64>>(&data_of(37, &[6, 3]), &data(37));
    check_on::<InStep<f64>>(&data_of(37, &[5, 3]), &data_of(37, &[5, 2]));
    check_on::<InStep<f64>>(&data_of(3, &[1, 3]), &data_of(3, &[1, 2]));
}

#[test]
fn cells_and_options() {
    check_on::<Relu<f64>>(&data_of(37, &[5, 3]), &data_of(37, &[5, 4]));
    check_on::<Identity<f64>>(&data_of(37, &[5, 3]), &data_of(37, &[5, 4]));
    check_on::<Stacked<f64>>(&data_of(37, &[5, 3]), &data_of(37, &[5, 4]));
    check_on::<BothWays<f64>>(&data_of(37, &[5, 3]), &data_of(37, &[5, 8]));
    check_on::<Lstm<f64>>(&data_of(37, &[5, 3]), &data_of(37, &[5, 4]));
    check_on::<Peephole<f64>>(&data_of(37, &[5, 3]), &data_of(37, &[5, 8]));
    check_on::<Gru<f64>>(&data_of(37, &[5, 3]), &data_of(37, &[5, 4]));
}

#[test]
fn graphs_of_several() {
    check_on::<Mixed<f64>>(&data_of(37, &[5, 3]), &data_of(37, &[5, 4]));
    check_on::<Chained<f64>>(&data_of(37, &[5, 3]), &data_of(37, &[5, 4]));
    check_on::<Summary<f64>>(&data(37), &data(37));
}

#[test]
fn parts_constants_and_parameters() {
    check_on::<Constants<f64>>(&data(37), &data(37));
    check_on::<Sized<3, 4, f64>>(&data(37), &data(37));
    check_on::<Parts<f64>>(&data_of(37, &[5, 4]), &data_of(37, &[5, 4]));
    check_on::<Fixed<f64>>(&data(37), &data(37));
}
