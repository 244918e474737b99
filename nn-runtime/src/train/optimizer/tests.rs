//! Each optimizer against a plain transcription of the algorithm box in PyTorch's documentation, number by number, and its errors.

use crate::{
    Batch, Gradients, Network, Parameters, Trainable,
    train::{Adagrad, Adam, AdamW, Criterion, MeanSquaredError, Optimizer, OptimizerError, RmsProp, Sgd, testing::Mlp},
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

/// A network and an optimizer after three steps.
fn trained<O: Optimizer<f32> + Clone>(mut optimizer: O) -> (Mlp<f32>, O, Gradients<Mlp<f32>>) {
    let mut net = Mlp::<f32>::initialized(3);
    let mut gradients = net.gradients();
    for step in 1..=3 {
        for index in 0..gradients.tensors() {
            let values = gradients.tensor_mut(index).values.iter_mut().enumerate();
            values.for_each(|(i, g)| *g = gradient(step, i + 100 * index) as f32);
        }
        optimizer.step(&mut net, &gradients).unwrap();
    }
    (net, optimizer, gradients)
}

fn bits(net: &Mlp<f32>) -> Vec<u32> {
    net.parameters().flat_map(|tensor| tensor.values.iter().map(|x| x.to_bits()).collect::<Vec<_>>()).collect()
}

/// That a step by gradients of which one is `bad` is refused as `expected` says, and leaves network and optimizer as they were.
fn check_refused<O: Optimizer<f32> + Clone>(optimizer: O, bad: f32, expected: impl Fn(&OptimizerError) -> bool) {
    // At the first number, in the last whole register, and behind it.
    for (tensor, place) in [(0, 0), (0, 15), (2, 23), (3, 2)] {
        let (mut net, mut optimizer, good) = trained(optimizer.clone());
        let (mut other, mut same) = (net.clone(), optimizer.clone());
        let mut gradients = good.clone();
        gradients.tensor_mut(tensor).values[place] = bad;
        let before = bits(&net);
        let error = optimizer.step(&mut net, &gradients).unwrap_err();
        let name = good.tensor(tensor).name.to_string();
        assert!(expected(&error) && error.to_string().contains(&format!("`{name}`")), "{error}");
        assert!(error.to_string().contains(&format!("index {place}")), "{error}");
        assert_eq!(bits(&net), before);
        for _ in 0..2 {
            optimizer.step(&mut net, &good).unwrap();
            same.step(&mut other, &good).unwrap();
        }
        assert_eq!(bits(&net), bits(&other));
    }
}

fn is_gradient(error: &OptimizerError) -> bool {
    matches!(error, OptimizerError::Gradient(_))
}

fn is_overflow(error: &OptimizerError) -> bool {
    matches!(error, OptimizerError::Overflow { found, .. } if !found.is_finite())
}

#[test]
fn a_gradient_that_is_not_finite_changes_nothing() {
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        check_refused(Sgd::new(0.1), bad, is_gradient);
        check_refused(Sgd::new(0.1).momentum(0.9).nesterov(true).weight_decay(0.1), bad, is_gradient);
        check_refused(Adam::new(0.1), bad, is_gradient);
        check_refused(AdamW::new(0.1), bad, is_gradient);
        check_refused(RmsProp::new(0.1).momentum(0.5), bad, is_gradient);
        check_refused(Adagrad::new(0.1), bad, is_gradient);
    }
}

#[test]
fn a_step_that_overflows_changes_nothing() {
    // The weight itself.
    check_refused(Sgd::new(10.0), 1e38, is_overflow);
    check_refused(Sgd::new(10.0).weight_decay(0.1), -1e38, is_overflow);
    // The momentum, with a rate at which the gradient alone is no harm.
    check_refused(Sgd::new(1e-3).momentum(10.0).nesterov(true), 1e38, is_overflow);
    // The squares.
    check_refused(Adam::new(0.1), 1e38, is_overflow);
    check_refused(AdamW::new(0.1), 1e38, is_overflow);
    check_refused(RmsProp::new(0.1), 1e38, is_overflow);
    check_refused(Adagrad::new(0.1), 1e38, is_overflow);
}

#[test]
fn a_first_step_that_is_refused_leaves_an_optimizer_as_new() {
    let mut net = Mlp::<f32>::initialized(3);
    let mut zeros = net.gradients();
    let before = bits(&net);
    // 0 / 0 without ε.
    type Step<'a> = &'a mut dyn FnMut(&mut Mlp<f32>, &Gradients<Mlp<f32>>) -> Result<(), OptimizerError>;
    let optimizers: [Step<'_>; 3] = [
        &mut |net, g| Adam::new(0.1).epsilon(0.0).step(net, g),
        &mut |net, g| RmsProp::new(0.1).epsilon(0.0).step(net, g),
        &mut |net, g| Adagrad::new(0.1).epsilon(0.0).step(net, g),
    ];
    for step in optimizers {
        let error = step(&mut net, &zeros).unwrap_err();
        assert!(is_overflow(&error), "{error}");
        assert_eq!(bits(&net), before);
    }
    // A gradient whose square is 0, and so is the root below it.
    zeros.tensor_mut(0).values.fill(1e-30);
    let error = Adam::new(0.1).epsilon(0.0).step(&mut net, &zeros).unwrap_err();
    assert!(is_overflow(&error), "{error}");
    // The same optimizer goes on once gradients are good, and as if there had been no other.
    let good = trained(Sgd::new(0.1)).2;
    let (mut adam, mut other) = (Adam::new(0.1).epsilon(0.0), net.clone());
    adam.step(&mut net, &zeros).unwrap_err();
    let first = adam.step(&mut net, &good);
    assert_eq!(first.is_ok(), Adam::new(0.1).epsilon(0.0).step(&mut other, &good).is_ok());
    assert_eq!(bits(&net), bits(&other));
}

#[test]
fn large_numbers_that_stay_finite_are_stepped_by() {
    let (mut net, _, mut gradients) = trained(Sgd::new(0.1));
    gradients.tensor_mut(0).values.fill(1e37);
    let w = net.tensor(0).values[0];
    Sgd::new(1.0).step(&mut net, &gradients).unwrap();
    assert_eq!(net.tensor(0).values[0], w - 1e37);
    // The largest weight takes a step that is rounded away, and one that makes it smaller.
    let mut net = Mlp::<f32>::initialized(3);
    net.tensor_mut(0).values.fill(f32::MAX);
    gradients.tensor_mut(0).values.fill(-1.0);
    Sgd::new(1.0).step(&mut net, &gradients).unwrap();
    assert_eq!(net.tensor(0).values[0], f32::MAX);
    Sgd::new(0.1).weight_decay(1.0).step(&mut net, &gradients).unwrap();
    assert!((net.tensor(0).values[0] / f32::MAX - 0.9).abs() < 1e-6);
}

#[test]
fn gradients_on_both_sides_of_the_fast_look_give_the_same_step() {
    // The rules of these are linear: twice the gradient is twice the step, with the fast look below 2³⁰ and without it above.
    for optimizer in [Sgd::new(0.5), Sgd::new(0.5).momentum(0.5), Sgd::new(0.5).momentum(0.5).nesterov(true)] {
        let step = |scale: f32| {
            let (mut net, mut optimizer) = (Mlp::<f32>::initialized(3), optimizer.clone());
            let mut gradients = net.gradients();
            for index in 0..net.tensors() {
                net.tensor_mut(index).values.fill(0.0);
                gradients.tensor_mut(index).values.fill(scale);
            }
            for _ in 0..5 {
                optimizer.step(&mut net, &gradients).unwrap();
            }
            net.tensor(0).values[0]
        };
        assert!((20..60).all(|power| step(2.0_f32.powi(power)) == 2.0_f32.powi(power) * step(1.0)));
    }
}

/// Gradients whose last matrix is known to be bounded, from a backward pass over one sample.
fn known() -> (Mlp<f32>, Gradients<Mlp<f32>>) {
    let net = Mlp::<f32>::initialized(3);
    let (mut pass, mut gradients) = (net.pass(1), net.gradients());
    let (x, target) = (Batch::from_vec(vec![0.5, -1.0]).unwrap(), Batch::from_vec(vec![0.0, 1.0, 2.0]).unwrap());
    MeanSquaredError.step(&net, &x, &target, &mut pass, &mut gradients).unwrap();
    assert_eq!([0, 1, 2, 3].map(|index| gradients.is_bounded(index)), [false, false, true, false]);
    (net, gradients)
}

#[test]
fn what_is_known_of_gradients_is_forgotten_when_they_change() {
    let changes: [fn(&mut Gradients<Mlp<f32>>); 6] = [
        |gradients| gradients.tensor_mut(2).values[5] = f32::NAN,
        |gradients| gradients.output.weight_mut()[[1, 1]] = f32::INFINITY,
        |gradients| gradients.add(&gradients.clone(), 1e38).unwrap(),
        |gradients| gradients.accumulate(&gradients.clone(), 1.0),
        |gradients| gradients.clear(),
        |gradients| gradients.freeze(|net| &net.output),
    ];
    for change in changes {
        let (_, mut gradients) = known();
        change(&mut gradients);
        assert!((0..4).all(|index| !gradients.is_bounded(index)));
    }
    let (net, gradients) = known();
    let copy = gradients.clone();
    assert!(copy.is_bounded(2));
    // A backward pass begins anew.
    let mut gradients = gradients;
    let mut pass = net.pass(2);
    let x = Batch::from_vec(vec![0.5; 12]).unwrap();
    let target = Batch::from_vec(vec![f32::MAX; 18]).unwrap();
    MeanSquaredError.step(&net, &x, &target, &mut pass, &mut gradients).unwrap();
    assert!(!gradients.is_bounded(2));
}

#[test]
fn a_number_put_into_known_gradients_is_found() {
    for bad in [f32::NAN, f32::INFINITY, 1e38] {
        let (mut net, mut gradients) = known();
        let before = bits(&net);
        gradients.tensor_mut(2).values[5] = bad;
        assert!(Sgd::new(10.0).step(&mut net, &gradients).is_err());
        assert_eq!(bits(&net), before);
    }
}

#[test]
fn a_step_by_known_gradients_is_the_same() {
    let (mut net, gradients) = known();
    let mut looked = gradients.clone();
    looked.tensor_mut(0);
    assert!(!looked.is_bounded(2));
    let mut other = net.clone();
    let (mut a, mut b) = (Adam::new(0.1), Adam::new(0.1));
    a.step(&mut net, &gradients).unwrap();
    b.step(&mut other, &looked).unwrap();
    assert_eq!(bits(&net), bits(&other));
}

#[test]
fn a_weight_that_is_nan_is_an_error_where_the_rule_reads_it() {
    let check = |mut optimizer: Sgd<f32>, refused: bool| {
        let mut net = Mlp::<f32>::initialized(3);
        net.tensor_mut(0).values[1] = f32::NAN;
        let gradients = net.gradients();
        let before = bits(&net);
        let result = optimizer.step(&mut net, &gradients);
        assert_eq!(result.is_err(), refused, "{result:?}");
        assert_eq!(bits(&net), before);
    };
    check(Sgd::new(0.1), false);
    check(Sgd::new(0.1).weight_decay(0.5), true);
}

#[test]
fn a_large_tensor_is_checked_by_all_threads() {
    use crate::kernels::optimizer::largest;
    let mut numbers = vec![0.5_f32; 300_001];
    numbers[200_000] = -3.0;
    for threads in [1, 2, 3, 8] {
        assert_eq!(largest(&numbers, threads), 3.0);
        for place in [0, 70_000, 299_999, 300_000] {
            let before = std::mem::replace(&mut numbers[place], f32::INFINITY);
            assert!(largest(&numbers, threads).is_nan(), "{threads} {place}");
            numbers[place] = before;
        }
    }
    assert_eq!(largest::<f64>(&[], 2), 0.0);
}

#[test]
fn an_optimizer_that_restarts_is_as_new() {
    fn check<O: Optimizer<f32> + Clone>(new: O) {
        let (_, mut used, gradients) = trained(new.clone());
        used.restart();
        let (mut net, mut other) = (Mlp::<f32>::initialized(4), Mlp::<f32>::initialized(4));
        for mut pair in [(used, &mut net), (new, &mut other)] {
            for _ in 0..3 {
                pair.0.step(pair.1, &gradients).unwrap();
            }
        }
        assert_eq!(bits(&net), bits(&other));
    }
    check(Sgd::new(0.1).momentum(0.9));
    check(Adam::new(0.1));
    check(AdamW::new(0.1));
    check(RmsProp::new(0.1).momentum(0.5));
    check(Adagrad::new(0.1).initial(2.0).rate_decay(0.5));
}

#[test]
fn options_are_checked_as_numbers_of_the_network() {
    fn option(mut optimizer: impl Optimizer<f32>) -> &'static str {
        let mut net = Mlp::<f32>::initialized(3);
        let gradients = net.gradients();
        match optimizer.step(&mut net, &gradients) {
            Err(OptimizerError::Option { option, .. }) => option,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(option(Sgd::new(1e300)), "rate");
    assert_eq!(option(Sgd::new(0.1).momentum(1e39)), "momentum");
    assert_eq!(option(Sgd::new(0.1).weight_decay(1e300)), "weight_decay");
    assert_eq!(option(Adam::new(1e300)), "rate");
    assert_eq!(option(Adam::new(0.1).betas(0.9, 1.0 - 1e-12)), "beta2");
    assert_eq!(option(AdamW::new(0.1).epsilon(1e-60)), "epsilon");
    assert_eq!(option(AdamW::new(0.1).weight_decay(1e39)), "weight_decay");
    assert_eq!(option(RmsProp::new(0.1).alpha(1.0 - 1e-12)), "alpha");
    assert_eq!(option(RmsProp::new(0.1).momentum(1e39)), "momentum");
    assert_eq!(option(Adagrad::new(0.1).epsilon(1e60)), "epsilon");
    assert_eq!(option(Adagrad::new(0.1).initial(1e60)), "initial");
    let error = Sgd::<f32>::new(1e300).step(&mut Mlp::initialized(3), &Mlp::initialized(3).gradients()).unwrap_err();
    let expected = format!("expected `rate` to be finite in f32 and not negative, found {}", 1e300);
    assert_eq!(error.to_string(), expected);
    // In f64 they have a meaning.
    let mut net = Mlp::<f64>::initialized(3);
    let gradients = net.gradients();
    Sgd::new(1e300).step(&mut net, &gradients).unwrap();
    AdamW::new(0.1).epsilon(1e-60).betas(0.9, 1.0 - 1e-12).step(&mut net, &gradients).unwrap();
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
