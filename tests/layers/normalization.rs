//! `batch_norm` in whole networks: gradients against central differences in `f64`, running statistics that follow the batches, inference by
//! them, files that keep them.

use crate::differences::{check, check_on, data, data_of};
use plumbline::{
    data::Dataset,
    network::{PassError, Role},
    prelude::*,
};

const CHANNELS: usize = 3;
const MOMENTUM: f64 = 0.25;

network! {
    // A layer before and behind it, each activation that it applies itself and one that it does not.
    Vector: [5] -> [4] {
        a: dense(6);
        n: batch_norm, relu;
        b: dense(4), tanh;
        m: batch_norm(momentum = 0.5, epsilon = 0.01), gelu;
    }
    // The first thing that a network does, its input read twice; and behind a layer that takes another layout.
    Sequence: [CHANNELS, 6] -> [CHANNELS, 3] {
        n: batch_norm(epsilon = 0.1), tanh;
        sum: add <- (n, input);
        p: avg_pool1d(2);
        m: batch_norm;
    }
    Image: [2, 6, 6] -> [3] {
        a: conv2d(CHANNELS, kernel = 3, bias = false);
        n: batch_norm, relu;
        p: max_pool2d(2);
        // Normalized once more, and around it.
        m: batch_norm, silu;
        sum: add <- (m, p);
        b: conv2d(4, kernel = 2);
        c: batch_norm, leaky_relu(0.1), flatten;
        d: dense(3);
    }
    // Inside another network, which is cut no more than it is.
    Block: [2, 3, 3] -> [2, 3, 3] {
        conv: conv2d(2, kernel = 3, padding = same, bias = false);
        norm: batch_norm;
        sum: add <- (norm, input);
        relu;
    }
    Stack: [2, 3, 3] -> [3] { first: Block; second: Block; flatten; last: dense(3); }
    // Generic: at several sizes, one inside the other, for images, signals and vectors.
    Residual<C, H, W>: [C, H, W] -> [C, H, W] {
        c1: conv2d(C, kernel = 3, padding = same, bias = false);
        n1: batch_norm, relu;
        c2: conv2d(C, kernel = 3, padding = same, bias = false);
        n2: batch_norm(epsilon = 0.01);
        sum: add <- (n2, input);
        relu;
    }
    Pair<C, H>: [C, H, H] -> [2 * C, H / 2, H / 2] {
        first: Residual<C, H, H>;
        pool: avg_pool2d(2);
        widen: conv2d(2 * C, kernel = 1, bias = false);
        norm: batch_norm;
    }
    Heard<C, L>: [C, L] -> [C] { n: batch_norm, tanh; global_avg_pool; m: batch_norm; }
    // Between layers over signals, where it goes over images; its result is read in rows, too.
    Signal: [2, 9] -> [3] {
        a: conv1d(3, kernel = 3, bias = false);
        n: batch_norm, relu;
        b: conv1d(3, kernel = 3, padding = same, bias = false);
        m: batch_norm, gelu;
        sum: add <- (m, n);
        global_avg_pool;
    }
    Deep: [1, 6, 6] -> [4] {
        stem: conv2d(2, kernel = 1, bias = false);
        pair: Pair<2, 6>;
        lines: reshape([4, 9]);
        heard: Heard<4, 9>;
    }
    // Of any size, within each other.
    Inner<C>: [C, _, _] -> [C, _, _] {
        conv: conv2d(C, kernel = 3, padding = same, bias = false);
        norm: batch_norm;
        sum: add <- (norm, input);
    }
    Outer: [1, _, _] -> [3] {
        stem: conv2d(2, kernel = 3, bias = false);
        norm: batch_norm, relu;
        inner: Inner<2>, tanh;
        global_avg_pool;
        last: dense(3);
    }
    Line: [2, _] -> [2] { n: batch_norm, tanh; global_avg_pool; }
    Alone: [2] -> [2] { n: batch_norm(momentum = MOMENTUM); }
    Classifier: [1, 28, 28] -> [10] {
        conv1: conv2d(4, kernel = 5, stride = 2, bias = false);
        norm1: batch_norm, relu;
        pool: max_pool2d(2), flatten;
        hidden: dense(32, bias = false);
        norm2: batch_norm, relu;
        logits: dense(10);
    }
}

#[test]
fn gradients() {
    check::<Vector<f64>>();
    check::<Sequence<f64>>();
    check::<Image<f64>>();
    check::<Stack<f64>>();
    check::<Residual<2, 3, 4, f64>>();
    check::<Heard<3, 5, f64>>();
    check::<Deep<f64>>();
    check::<Signal<f64>>();
    for [h, w] in [[7, 6], [3, 11]] {
        check_on::<Outer<f64>>(&data_of(21, &[1, h, w]), &data(21));
    }
    check_on::<Line<f64>>(&data_of(35, &[2, 9]), &data(35));
}

#[test]
fn statistics_are_parameters_that_are_not_counted() {
    assert_eq!(Image::PARAMETERS, 3 * 2 * 9 + 6 + 6 + 4 * 3 * 4 + 4 + 8 + 3 * 4 + 3);
    let names: Vec<String> = Alone::new(0).parameters().map(|tensor| tensor.name.to_string()).collect();
    assert_eq!(names, ["n.weight", "n.bias", "n.running_mean", "n.running_var"]);
    let roles: Vec<Role> = Alone::new(0).parameters().map(|tensor| tensor.role).collect();
    assert_eq!(roles, [Role::Parameter, Role::Parameter, Role::Buffer, Role::Buffer]);
    assert_eq!(Alone::PARAMETERS, 4);
    assert_eq!(Stack::PARAMETERS, 2 * (2 * 2 * 9 + 4) + 18 * 3 + 3);
    assert!(Stack::new(0).parameter("second.norm.running_var").is_some());
    assert_eq!(Alone::LAYERS[0].parameters, 4);
    assert_eq!(Residual::<2, 3, 4>::PARAMETERS, 2 * (2 * 2 * 9 + 4));
    assert!(Deep::new(0).parameter("pair.first.n1.running_mean").is_some());
}

/// The running statistics of `net`, and where a batch lets them move.
struct Followed {
    net: Alone<f64>,
    expected: [[f64; 2]; 2],
}

impl Followed {
    fn new() -> Self {
        Followed { net: Alone::initialized(0), expected: [[0.0, 1.0]; 2] }
    }

    fn expect(&mut self, x: &Batch<AloneInput, f64>) {
        for (channel, [mean, variance]) in self.expected.iter_mut().enumerate() {
            let x: Vec<f64> = x.as_slice().iter().copied().skip(channel).step_by(2).collect();
            let n = x.len() as f64;
            let batch = x.iter().sum::<f64>() / n;
            *mean += MOMENTUM * (batch - *mean);
            if n > 1.0 {
                let unbiased = x.iter().map(|x| (x - batch) * (x - batch)).sum::<f64>() / (n - 1.0);
                *variance += MOMENTUM * (unbiased - *variance);
            }
        }
    }

    fn check(&self) {
        for (channel, [mean, variance]) in self.expected.iter().enumerate() {
            assert!((self.net.n.running_mean()[channel] - mean).abs() < 1e-12, "channel {channel}");
            assert!((self.net.n.running_var()[channel] - variance).abs() < 1e-12, "channel {channel}");
        }
    }
}

fn batches() -> impl Iterator<Item = Batch<AloneInput, f64>> {
    [(3, 5.0), (50, -1.0), (1, 2.0), (700, 0.5)].into_iter().map(|(count, shift)| {
        let mut x = data::<AloneInput>(count);
        x.as_mut_slice().iter_mut().for_each(|x| *x = 3.0 * *x + shift);
        x
    })
}

#[test]
fn each_forward_pass_of_training_moves_them_once() {
    let mut followed = Followed::new();
    let (mut pass, mut gradients) = (followed.net.pass(1), followed.net.gradients());
    for (index, x) in batches().enumerate() {
        let d = data(x.samples());
        // Whatever comes between the forward pass and the move: nothing, a backward pass, one for the inputs, an inference.
        match index {
            0 => {
                followed.net.forward_train(&x, &mut pass);
            }
            1 => {
                followed.net.forward_train(&x, &mut pass);
                followed.net.backward(&d, &mut pass, &mut gradients).unwrap();
            }
            2 => {
                followed.net.forward_train(&x, &mut pass);
                followed.net.input_gradient(&d, &mut pass).unwrap();
            }
            _ => {
                MeanSquaredError.step(&followed.net, &x, &d, &mut pass, &mut gradients).unwrap();
                followed.net.forward_into(&x, &mut pass);
            }
        }
        followed.check();
        followed.net.update_buffers(&mut pass).unwrap();
        followed.expect(&x);
        followed.check();
        let error = followed.net.update_buffers(&mut pass).unwrap_err();
        assert_eq!(error, PassError::NotMeasured);
        followed.check();
    }
}

#[test]
fn no_optimizer_and_no_clipping_sees_them() {
    fn check(mut optimizer: impl Optimizer<f64>) {
        let mut followed = Followed::new();
        let (mut pass, mut gradients) = (followed.net.pass(1), followed.net.gradients());
        for x in batches() {
            MeanSquaredError.step(&followed.net, &x, &data(x.samples()), &mut pass, &mut gradients).unwrap();
            // What stands in their place is no gradient.
            gradients.n.running_mean_mut().fill(f64::NAN);
            gradients.check_finite().unwrap();
            gradients.clip_value(1e-9).unwrap();
            let norm = gradients.clip_norm(1e-12).unwrap();
            assert!(norm <= 2e-9, "{norm} is not over the parameters alone");
            optimizer.step(&mut followed.net, &gradients).unwrap();
            followed.check();
            followed.net.update_buffers(&mut pass).unwrap();
            followed.expect(&x);
            followed.check();
        }
    }
    check(Sgd::new(0.3).momentum(0.9).nesterov(true).weight_decay(0.1));
    check(Adam::new(0.01).weight_decay(0.1));
    check(AdamW::new(0.5).weight_decay(0.3));
    check(RmsProp::new(0.01).momentum(0.5));
    check(Adagrad::new(0.01));
}

#[test]
fn a_loop_that_forgets_them_is_told() {
    let mut net = Stack::new(1);
    let (x, t) = (Batch::zeros(4), Batch::zeros(4));
    let (mut pass, mut gradients) = (net.pass(4), net.gradients());
    let step = |pass: &mut _, gradients: &mut _| MeanSquaredError.step(&net, &x, &t, pass, gradients);
    step(&mut pass, &mut gradients).unwrap();
    let error = step(&mut pass, &mut gradients).unwrap_err();
    assert_eq!(
        error.to_string(),
        "expected `net.update_buffers(&mut pass)` after each step of a network with running statistics, found a second step without it; \
         `pass.discard_buffers()` in its place leaves them as they are"
    );
    pass.discard_buffers();
    step(&mut pass, &mut gradients).unwrap();
    pass.discard_buffers();
    // Where all of them are frozen, there are none to move.
    gradients.freeze(|net| &net.first);
    gradients.freeze(|net| &net.second.norm);
    step(&mut pass, &mut gradients).unwrap();
    step(&mut pass, &mut gradients).unwrap();
    let before = net.to_bytes().unwrap();
    net.update_buffers(&mut pass).unwrap();
    assert_eq!(net.to_bytes().unwrap(), before);
    // A backward pass of one's own asks as well, one for the inputs alone does not.
    let mut gradients = net.gradients();
    for inputs in [true, true, false] {
        net.forward_train(&x, &mut pass);
        if inputs {
            net.input_gradient(&t, &mut pass).unwrap();
        } else {
            net.backward(&t, &mut pass, &mut gradients).unwrap();
        }
    }
    net.forward_train(&x, &mut pass);
    assert_eq!(net.backward(&t, &mut pass, &mut gradients).unwrap_err(), PassError::Buffers);
}

/// Those of one frozen network inside stay, those of the other move.
#[test]
fn frozen_layers_keep_theirs() {
    let mut net = Stack::new(1);
    let (x, t) = (data_of(9, &[2, 3, 3]).cast(), data::<(Const<3>,)>(9).cast());
    let (mut pass, mut gradients) = (net.pass(9), net.gradients());
    gradients.freeze(|net| &net.first);
    let before = net.clone();
    MeanSquaredError.step(&net, &x, &t, &mut pass, &mut gradients).unwrap();
    net.update_buffers(&mut pass).unwrap();
    assert_eq!(net.first.norm.running_var(), before.first.norm.running_var());
    assert_ne!(net.second.norm.running_var(), before.second.norm.running_var());
    // A forward pass by itself knows of no gradients.
    net.forward_train(&x, &mut pass);
    net.update_buffers(&mut pass).unwrap();
    assert_ne!(net.first.norm.running_var(), before.first.norm.running_var());
}

#[test]
fn a_batch_that_leaves_the_finite_numbers_moves_nothing() {
    let mut net = Alone::new(0);
    let mut pass = net.pass(4);
    net.forward_train(&Batch::from_vec(vec![1.0; 8]).unwrap(), &mut pass);
    net.update_buffers(&mut pass).unwrap();
    let before = net.to_bytes().unwrap();
    for bad in [f32::NAN, f32::MAX] {
        let mut x = vec![1.0; 8];
        x[3] = bad;
        net.forward_train(&Batch::from_vec(x).unwrap(), &mut pass);
        let error = net.update_buffers(&mut pass).unwrap_err().to_string();
        let name = if bad.is_nan() { "n.running_mean" } else { "n.running_var" };
        assert!(error.starts_with(&format!("expected a batch that leaves `{name}` finite, found ")), "{error}");
        assert!(error.ends_with(" at index 1"), "{error}");
        assert_eq!(net.to_bytes().unwrap(), before);
    }
}

#[test]
fn inference_is_by_the_running_statistics() {
    let net = Alone::<f64>::initialized(0);
    let x = Batch::from_vec(vec![1.0, 8.0, 3.0, 4.0]).unwrap();
    let mut pass = net.pass(2);
    let trained = net.forward_train(&x, &mut pass).to_batch();
    let expected = [-1.0, 1.0, 1.0, -1.0].map(|y| y / f64::sqrt(1.0 + 1e-5));
    // The second channel's variance is 4.
    let expected = [expected[0], 2.0 / f64::sqrt(4.0 + 1e-5), expected[2], -2.0 / f64::sqrt(4.0 + 1e-5)];
    assert!(trained.as_slice().iter().zip(expected).all(|(y, expected)| (y - expected).abs() < 1e-12), "{trained:?}");
    let inferred = net.forward(&x);
    let expected = x.as_slice().iter().map(|x| x / f64::sqrt(1.0 + 1e-5));
    assert!(inferred.as_slice().iter().zip(expected).all(|(y, expected)| (y - expected).abs() < 1e-12));
    // A forward pass moves nothing.
    assert_eq!(net.n.running_mean().to_vec(), [0.0, 0.0]);
}

#[test]
fn no_samples_move_nothing() {
    let mut net = Image::new(1);
    let before = net.to_bytes().unwrap();
    let (mut pass, mut gradients) = (net.pass(0), net.gradients());
    net.forward_train(&Batch::zeros(0), &mut pass);
    net.backward(&Batch::zeros(0), &mut pass, &mut gradients).unwrap();
    Sgd::new(0.1).step(&mut net, &gradients).unwrap();
    net.update_buffers(&mut pass).unwrap();
    assert_eq!(net.to_bytes().unwrap(), before);
}

/// A trainer's step that fails leaves them, whatever the batches of the step before have moved.
#[test]
fn a_step_of_a_trainer_that_fails_leaves_them() {
    for (input, target) in [(1.0, f32::MAX), (f32::MAX, 1.0)] {
        let with_last = |last: f32| -> Vec<f32> { (0..32).map(|i| if i == 31 { last } else { i as f32 }).collect() };
        let [x, t] = [input, target].map(|last| Batch::<AloneInput>::from_vec(with_last(last)).unwrap());
        let data = Dataset::new(x, t).unwrap();
        for batches in [1, 4] {
            let mut net = Alone::new(0);
            let before = net.to_bytes().unwrap();
            let trainer = Trainer::new(Sgd::new(0.1), MeanSquaredError).batch_size(16 / batches).accumulate(batches);
            let error = trainer.shuffle(false).quiet().fit(&mut net, &data).unwrap_err();
            assert!(error.history().is_some(), "{error}");
            assert_eq!(net.to_bytes().unwrap(), before, "{input}, {target}, {batches} batches: {error}");
        }
    }
}

#[test]
fn it_learns_and_its_files_keep_the_statistics() {
    let (train, test) = data::digits(1500, 3).split(0.8).unwrap();
    let mut net = Classifier::new(1);
    Trainer::new(Adam::new(3e-3), CrossEntropy::new())
        .epochs(6)
        .batch_size(100)
        .clip_norm(1.0)
        .fit(&mut net, &train)
        .unwrap();
    let labels = test.targets();
    let accuracy = |net: &Classifier| -> f64 {
        let y = net.forward(test.inputs());
        let best = |y: &[f32]| (0..10).max_by(|&a, &b| y[a].total_cmp(&y[b])).unwrap();
        let right = (0..y.samples()).filter(|&s| best(y.sample(s).unwrap()) == labels.get(s).unwrap()).count();
        right as f64 / y.samples() as f64
    };
    assert!(accuracy(&net) > 0.9, "{}", accuracy(&net));
    // What is normalized by the batch is near to what is normalized by the running statistics, and not the same.
    let mut pass = net.pass(test.inputs().samples());
    let trained = net.forward_train(test.inputs(), &mut pass).to_batch();
    let inferred = net.forward(test.inputs());
    let apart = trained.as_slice().iter().zip(inferred.as_slice()).map(|(a, b)| (a - b).abs()).sum::<f32>()
        / trained.as_slice().len() as f32;
    assert!((1e-3..1.0).contains(&apart), "{apart}");

    let mut other = Classifier::new(2);
    other.load_bytes(&net.to_bytes().unwrap()).unwrap();
    assert_eq!(other.forward(test.inputs()).as_slice(), inferred.as_slice());
    assert_eq!(other.norm1.running_mean(), net.norm1.running_mean());
    assert_eq!(other.norm2.running_var(), net.norm2.running_var());
    // Without the running statistics it gives something else.
    other.norm1.running_var_mut().fill(1.0);
    assert!(other.forward(test.inputs()).as_slice() != inferred.as_slice());
}
