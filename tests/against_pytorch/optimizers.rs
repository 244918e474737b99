//! Every optimizer and every option of it, along five steps.

use plumbline::{
    prelude::*,
    train::{Adagrad, Adam, AdamW, Optimizer, RmsProp, Sgd},
};

use crate::fixture::{DOUBLE, Fixture, SINGLE};

network! {
    /// Six parameters: five weights and a bias.
    Six: [5] -> [1] { layer: dense(1); }
}

fn set<E: Element>(net: &mut Six<E>, numbers: &[f64]) {
    let mut numbers = numbers.iter();
    for index in 0..net.tensors() {
        for (value, &number) in net.tensor_mut(index).values.iter_mut().zip(&mut numbers) {
            *value = E::from_f64(number);
        }
    }
    assert_eq!(numbers.len(), 0);
}

fn check<E: Element>(case: &str, mut optimizer: impl Optimizer<E>, tolerance: f64) {
    let fixture = Fixture::open("optimizers");
    let mut net = Six::<E>::initialized(0);
    let mut gradients = net.gradients();
    set(&mut net, &fixture.numbers("start"));
    let mut path: Vec<E> = Vec::new();
    for numbers in fixture.numbers("gradients").chunks_exact(6) {
        set(&mut gradients, numbers);
        optimizer.step(&mut net, &gradients).unwrap();
        path.extend(net.parameters().flat_map(|tensor| tensor.values));
    }
    fixture.assert_close(case, &path, tolerance);
}

macro_rules! cases {
    ($($case:ident: $optimizer:expr;)*) => {
        $(#[test]
        fn $case() {
            check::<f64>(stringify!($case), $optimizer, DOUBLE);
            check::<f32>(stringify!($case), $optimizer, SINGLE);
        })*
    };
}

cases! {
    sgd: Sgd::new(0.1);
    sgd_decay: Sgd::new(0.1).weight_decay(0.2);
    momentum: Sgd::new(0.1).momentum(0.9).weight_decay(0.05);
    nesterov: Sgd::new(0.1).momentum(0.9).nesterov(true).weight_decay(0.05);
    adam: Adam::new(0.1).betas(0.8, 0.95).epsilon(1e-6);
    adam_decay: Adam::new(0.1).weight_decay(0.2);
    adam_w: AdamW::new(0.1).weight_decay(0.2);
    rms_prop: RmsProp::new(0.1).alpha(0.9);
    rms_prop_momentum: RmsProp::new(0.1).momentum(0.9).weight_decay(0.2);
    adagrad: Adagrad::new(0.1);
    adagrad_decay: Adagrad::new(0.1).weight_decay(0.2);
}
