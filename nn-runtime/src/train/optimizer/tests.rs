//! Each optimizer against a plain transcription of the algorithm box in PyTorch's documentation, number by number, and its errors.

use crate::{
    Gradients, Network, Parameters, Trainable,
    train::{Adagrad, Adam, AdamW, Optimizer, OptimizerError, RmsProp, Sgd, testing::Mlp},
};

/// Gradients that differ from number to number and from step to step.
fn gradient(step: usize, index: usize) -> f64 {
    ((step * 37 + index * 11) % 19) as f64 / 7.0 - 1.2
}

fn fill(gradients: &mut Gradients<Mlp<f64>>, step: usize) {
    for index in 0..gradients.tensors() {
        for (i, g) in gradients.tensor_mut(index).values.iter_mut().enumerate() {
            *g = gradient(step, i + 100 * index);
        }
    }
}

/// Ten steps by `optimizer`, and by `reference`, which is given the weight, the gradient, the step from 1 and three numbers that are its
/// own, 0 at first.
fn check(mut optimizer: impl Optimizer<f64>, reference: impl Fn(f64, f64, i32, &mut [f64; 3]) -> f64) {
    let mut net = Mlp::<f64>::initialized(3);
    let mut gradients = net.gradients();
    let weights = |net: &Mlp<f64>| -> Vec<Vec<f64>> { net.parameters().map(|tensor| tensor.values.to_vec()).collect() };
    let mut expected = weights(&net);
    let mut states: Vec<Vec<[f64; 3]>> = expected.iter().map(|tensor| vec![[0.0; 3]; tensor.len()]).collect();
    for step in 1..=10 {
        fill(&mut gradients, step);
        optimizer.step(&mut net, &gradients).unwrap();
        for (index, (tensor, states)) in expected.iter_mut().zip(&mut states).enumerate() {
            for (i, (w, state)) in tensor.iter_mut().zip(states).enumerate() {
                *w = reference(*w, gradient(step, i + 100 * index), step as i32, state);
            }
        }
        for (found, expected) in weights(&net).iter().flatten().zip(expected.iter().flatten()) {
            assert!((found - expected).abs() < 1e-12, "step {step}: expected {expected}, found {found}");
        }
    }
}

#[test]
fn sgd() {
    check(Sgd::new(0.1), |w, g, _, _| w - 0.1 * g);
    check(Sgd::new(0.1).weight_decay(0.3), |w, g, _, _| w - 0.1 * (g + 0.3 * w));
    check(Sgd::new(0.1).nesterov(true), |w, g, _, _| w - 0.1 * g);
    let buffer = |b: &mut f64, g: f64, step| {
        *b = if step > 1 { 0.9 * *b + g } else { g };
        *b
    };
    check(Sgd::new(0.1).momentum(0.9), |w, g, step, state| w - 0.1 * buffer(&mut state[0], g, step));
    check(Sgd::new(0.1).momentum(0.9).nesterov(true).weight_decay(0.3), |w, g, step, state| {
        let g = g + 0.3 * w;
        w - 0.1 * (g + 0.9 * buffer(&mut state[0], g, step))
    });
}

fn adam_step(w: f64, g: f64, step: i32, state: &mut [f64; 3], beta1: f64, beta2: f64, epsilon: f64) -> f64 {
    state[0] = beta1 * state[0] + (1.0 - beta1) * g;
    state[1] = beta2 * state[1] + (1.0 - beta2) * g * g;
    let m = state[0] / (1.0 - beta1.powi(step));
    let v = state[1] / (1.0 - beta2.powi(step));
    w - 0.1 * m / (v.sqrt() + epsilon)
}

#[test]
fn adam() {
    check(Adam::new(0.1), |w, g, step, state| adam_step(w, g, step, state, 0.9, 0.999, 1e-8));
    check(Adam::new(0.1).betas(0.8, 0.9).epsilon(0.1).weight_decay(0.3), |w, g, step, state| {
        adam_step(w, g + 0.3 * w, step, state, 0.8, 0.9, 0.1)
    });
    check(AdamW::new(0.1), |w, g, step, state| adam_step(w - 0.1 * 0.01 * w, g, step, state, 0.9, 0.999, 1e-8));
    check(AdamW::new(0.1).weight_decay(0.3), |w, g, step, state| {
        adam_step(w - 0.1 * 0.3 * w, g, step, state, 0.9, 0.999, 1e-8)
    });
}

#[test]
fn rms_prop() {
    let scaled = |g: f64, v: &mut f64, alpha: f64, epsilon: f64| {
        *v = alpha * *v + (1.0 - alpha) * g * g;
        g / (v.sqrt() + epsilon)
    };
    check(RmsProp::new(0.1), |w, g, _, state| w - 0.1 * scaled(g, &mut state[0], 0.99, 1e-8));
    let optimizer = RmsProp::new(0.1).alpha(0.8).epsilon(0.1).momentum(0.5).weight_decay(0.3);
    check(optimizer, |w, g, _, state| {
        state[1] = 0.5 * state[1] + scaled(g + 0.3 * w, &mut state[0], 0.8, 0.1);
        w - 0.1 * state[1]
    });
}

#[test]
fn adagrad() {
    check(Adagrad::new(0.1), |w, g, _, state| {
        state[0] += g * g;
        w - 0.1 * g / (state[0].sqrt() + 1e-10)
    });
    let optimizer = Adagrad::new(0.1).rate_decay(0.5).weight_decay(0.3).epsilon(0.1).initial(2.0);
    check(optimizer, |w, g, step, state| {
        let g = g + 0.3 * w;
        state[0] += g * g;
        w - 0.1 / (1.0 + f64::from(step - 1) * 0.5) * g / ((state[0] + 2.0).sqrt() + 0.1)
    });
}

#[test]
fn a_new_rate_holds_from_the_next_step() {
    let mut net = Mlp::<f64>::initialized(3);
    let mut gradients = net.gradients();
    fill(&mut gradients, 1);
    let before = net.tensor(0).values[0];
    let mut sgd = Sgd::new(0.1);
    sgd.set_rate(0.0);
    sgd.step(&mut net, &gradients).unwrap();
    assert_eq!((net.tensor(0).values[0], sgd.rate()), (before, 0.0));
}

#[test]
fn momentum_added_between_steps_starts_from_nothing() {
    let mut net = Mlp::<f64>::initialized(3);
    let mut gradients = net.gradients();
    fill(&mut gradients, 1);
    let mut sgd = Sgd::new(0.1);
    sgd.step(&mut net, &gradients).unwrap();
    let (before, g) = (net.tensor(0).values[0], gradients.tensor(0).values[0]);
    sgd.momentum(0.9).step(&mut net, &gradients).unwrap();
    assert!((net.tensor(0).values[0] - (before - 0.1 * g)).abs() < 1e-15);
}

#[test]
fn options_without_a_meaning_are_errors() {
    fn option(mut optimizer: impl Optimizer<f64>) -> &'static str {
        let mut net = Mlp::<f64>::initialized(3);
        let gradients = net.gradients();
        match optimizer.step(&mut net, &gradients) {
            Err(OptimizerError::Option { option, .. }) => option,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(option(Sgd::new(f64::NAN)), "rate");
    assert_eq!(option(Sgd::new(0.1).momentum(-0.5)), "momentum");
    assert_eq!(option(Adam::new(-1.0)), "rate");
    assert_eq!(option(AdamW::new(0.1).betas(0.9, 1.0)), "beta2");
    assert_eq!(option(RmsProp::new(0.1).alpha(1.5)), "alpha");
    assert_eq!(option(Adagrad::new(0.1).epsilon(f64::INFINITY)), "epsilon");
}

#[test]
fn another_network_is_an_error_and_stays_as_it_is() {
    use crate::layers::{Dense, Init};
    let mlp = |hidden, output| {
        let rng = &mut crate::network::generator(1);
        let init = Init::HeNormal;
        Mlp::<f64> { hidden: Dense::new(init, hidden, rng), output: Dense::new(init, output, rng) }
    };
    let mut adam = Adam::new(0.1);
    let mut net = mlp(true, false);
    let gradients = net.gradients();
    adam.step(&mut net, &gradients).unwrap();

    let mut other = mlp(true, true);
    let gradients = other.gradients();
    let error = adam.step(&mut other, &gradients).unwrap_err();
    assert_eq!(error, OptimizerError::Parameters { expected: 3, found: 4 });

    let mut other = mlp(false, true);
    let mut gradients = other.gradients();
    fill(&mut gradients, 1);
    let before = other.tensor(0).values.to_vec();
    let OptimizerError::Size { name, expected, found } = adam.step(&mut other, &gradients).unwrap_err() else {
        panic!("expected an error of sizes")
    };
    assert_eq!((name.as_str(), expected, found), ("output.weight", 8, 24));
    assert_eq!(other.tensor(0).values, before);
}
