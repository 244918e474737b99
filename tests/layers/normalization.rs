//! `batch_norm` in whole networks: gradients against central differences in `f64`, running statistics that follow the batches and move
//! with the optimizer, inference by them, files that keep them.

use crate::differences::{check, check_on, data, data_of};
use plumbline::{network::Role, prelude::*};

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
    assert_eq!(roles, [Role::Learned, Role::Learned, Role::Statistic, Role::Statistic]);
    assert_eq!(Alone::PARAMETERS, 4);
    assert_eq!(Stack::PARAMETERS, 2 * (2 * 2 * 9 + 4) + 18 * 3 + 3);
    assert!(Stack::new(0).parameter("second.norm.running_var").is_some());
    assert_eq!(Alone::LAYERS[0].parameters, 4);
    assert_eq!(Residual::<2, 3, 4>::PARAMETERS, 2 * (2 * 2 * 9 + 4));
    assert!(Deep::new(0).parameter("pair.first.n1.running_mean").is_some());
}

/// Backward from the gradients `d`, and a step.
fn step<O: Optimizer<f64>>(optimizer: &mut O, net: &mut Alone<f64>, x: &Batch<AloneInput, f64>) {
    let (mut pass, mut gradients) = (net.pass(x.samples()), net.gradients());
    net.forward_train(x, &mut pass);
    net.backward(&data(x.samples()), &mut pass, &mut gradients).unwrap();
    gradients.clip_value(1e-9).unwrap();
    let norm = gradients.clip_norm(1e-12).unwrap();
    assert!(norm <= 2e-9, "{norm} is not over what is learned alone");
    optimizer.step(net, &gradients).unwrap();
}

/// Whatever the rule, its rate, momentum and decay, and whatever clips the gradients.
fn statistics_follow<O: Optimizer<f64>>(mut optimizer: O) {
    let mut net = Alone::<f64>::initialized(0);
    let mut expected = [[0.0, 1.0]; 2];
    for (count, shift) in [(3, 5.0), (50, -1.0), (1, 2.0), (700, 0.5)] {
        let mut x = data::<AloneInput>(count);
        x.as_mut_slice().iter_mut().for_each(|x| *x = 3.0 * *x + shift);
        step(&mut optimizer, &mut net, &x);
        for (channel, [mean, variance]) in expected.iter_mut().enumerate() {
            let x: Vec<f64> = x.as_slice().iter().copied().skip(channel).step_by(2).collect();
            let n = x.len() as f64;
            let batch = x.iter().sum::<f64>() / n;
            *mean += MOMENTUM * (batch - *mean);
            if n > 1.0 {
                let unbiased = x.iter().map(|x| (x - batch) * (x - batch)).sum::<f64>() / (n - 1.0);
                *variance += MOMENTUM * (unbiased - *variance);
            }
            assert!((net.n.running_mean()[channel] - *mean).abs() < 1e-12, "{count} samples");
            assert!((net.n.running_var()[channel] - *variance).abs() < 1e-12, "{count} samples");
        }
    }
}

#[test]
fn statistics_move_with_every_optimizer_alike() {
    statistics_follow(Sgd::new(0.0));
    statistics_follow(Sgd::new(0.3).momentum(0.9).nesterov(true).weight_decay(0.1));
    statistics_follow(Adam::new(0.01).weight_decay(0.1));
    statistics_follow(AdamW::new(0.5).weight_decay(0.3));
    statistics_follow(RmsProp::new(0.01).momentum(0.5));
    statistics_follow(Adagrad::new(0.01));
}

#[test]
fn what_is_not_finite_is_found_in_statistics_too() {
    let net = Alone::<f64>::initialized(0);
    let mut gradients = net.gradients();
    gradients.n.running_mean_mut()[1] = f64::NAN;
    let error = gradients.check_finite().unwrap_err();
    assert!(error.to_string().contains("index 1 of `n.running_mean`"), "{error}");
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

/// A batch of no samples leaves gradients of zero, and so moves nothing.
#[test]
fn no_samples_move_nothing() {
    let mut net = Image::new(1);
    let before = net.to_bytes().unwrap();
    let (mut pass, mut gradients) = (net.pass(0), net.gradients());
    gradients.n.running_mean_mut().fill(1.0);
    net.forward_train(&Batch::zeros(0), &mut pass);
    net.backward(&Batch::zeros(0), &mut pass, &mut gradients).unwrap();
    Sgd::new(0.1).step(&mut net, &gradients).unwrap();
    assert_eq!(net.to_bytes().unwrap(), before);
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
