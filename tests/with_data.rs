//! Tests on real data: the MNIST files, in the folder `mnist` of the folder that `PLUMBLINE_DATA` names, or of `../shared/data`; and the file of ratings that
//! `PLUMBLINE_RATINGS` names, such as MovieLens' u.data. Without them the tests say in a line that they skip.
//!
//! `cargo test --release --test with_data -- --nocapture`

// The example has more to show.
#[allow(dead_code)]
#[path = "../examples/rating_machines/mod.rs"]
mod rating_machines;

use std::path::PathBuf;

use plumbline::{
    data::{Digits, Image, Ratings},
    energy::{Ais, ContrastiveDivergence},
    io::RatingsReader,
    network::output::Numbers,
    prelude::*,
    samplers::Ladder,
    train::{Cosine, Metric, OneCycle, Pretraining},
};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use rating_machines::{Fixed, Machines, biased};

network! {
    /// 784-128-10.
    Mlp: [1, 28, 28] -> [10] {
        flatten;
        hidden: dense(128), relu;
        logits: dense(10);
    }

    LeNet5: [1, 28, 28] -> [10] {
        conv1: conv2d(6, kernel = 5, padding = 2), relu;
        max_pool2d(2);
        conv2: conv2d(16, kernel = 5), relu;
        max_pool2d(2);
        flatten;
        fc1: dense(120), relu;
        fc2: dense(84), relu;
        logits: dense(10);
    }

    Residual<C, H, W>: [C, H, W] -> [C, H, W] {
        conv1: conv2d(C, kernel = 3, padding = same, bias = false);
        norm1: batch_norm, relu;
        conv2: conv2d(C, kernel = 3, padding = same, bias = false);
        norm2: batch_norm;
        sum: add <- (norm2, input);
        relu;
    }

    /// That of the example `residual`.
    ResNet: [1, 28, 28] -> [10] {
        stem: conv2d(8, kernel = 3, padding = same, bias = false);
        norm0: batch_norm, relu;
        block1: Residual<8, 28, 28>;
        down1: conv2d(16, kernel = 3, stride = 2, padding = 1, bias = false);
        norm1: batch_norm, relu;
        block2: Residual<16, 14, 14>;
        down2: conv2d(32, kernel = 3, stride = 2, padding = 1, bias = false);
        norm2: batch_norm, relu;
        block3: Residual<32, 7, 7>;
        global_avg_pool;
        logits: dense(10);
    }

    /// That of the example `deep_belief`.
    Belief: [1, 28, 28] -> [10] {
        flatten;
        first: rbm(500, init = xavier_normal);
        second: rbm(500, init = xavier_normal);
        third: rbm(1000, init = xavier_normal);
        logits: dense(10);
    }

    /// That of the example `rbm_digits`.
    Machine: [784] -> [500] {
        rbm: rbm(500);
    }
}

/// The training and test images, where there are some.
fn mnist(test: &str) -> Option<(Digits, Digits)> {
    let near = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data"));
    let dir = std::env::var_os("PLUMBLINE_DATA").map_or(near, PathBuf::from).join("mnist");
    if !dir.is_dir() {
        println!(
            "{test}: skipped, there is no folder `{}`; `PLUMBLINE_DATA` names the one that holds `mnist`",
            dir.display()
        );
        return None;
    }
    Some(data::mnist(dir).unwrap())
}

#[test]
fn the_files_hold_what_is_known_of_them() {
    let Some((train, test)) = mnist("files") else { return };
    assert_eq!(train.targets().counts(), [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    assert_eq!(test.targets().counts(), [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
    let pixels = train.inputs().as_slice();
    let mean = pixels.iter().map(|&pixel| f64::from(pixel)).sum::<f64>() / pixels.len() as f64;
    assert!((mean - 0.1307).abs() < 1e-4, "mean {mean}");
}

/// The accuracy on the test images after some epochs, the rate at most `rate`.
fn accuracy<N>(mut net: N, epochs: usize, rate: f64, train: &Digits, test: &Digits) -> f64
where
    N: Trainable<Element = f32, Input = Image, Output = (Const<10>,), OutputKind = Numbers> + Total,
{
    let batch = 64;
    let steps = epochs * train.len().div_ceil(batch);
    let mut trainer = Trainer::new(Adam::new(rate), CrossEntropy::new())
        .schedule_steps(OneCycle::new(steps))
        .epochs(epochs)
        .batch_size(batch)
        .seed(42)
        .quiet();
    trainer.fit(&mut net, train).unwrap();
    Accuracy.measure(&net.forward(test.inputs()), test.targets()).unwrap()
}

#[cfg_attr(debug_assertions, ignore = "takes minutes where it is not optimized")]
#[test]
fn a_multilayer_perceptron_learns_mnist() {
    let Some((train, test)) = mnist("multilayer perceptron") else { return };
    let accuracy = accuracy(Mlp::new(42), 5, 3e-3, &train, &test);
    println!("multilayer perceptron: {accuracy:.4}");
    assert!(accuracy >= 0.975, "{accuracy}");
}

#[cfg_attr(debug_assertions, ignore = "takes minutes where it is not optimized")]
#[test]
fn lenet_learns_mnist() {
    let Some((train, test)) = mnist("LeNet-5") else { return };
    let accuracy = accuracy(LeNet5::new(42), 5, 3e-3, &train, &test);
    println!("LeNet-5: {accuracy:.4}");
    assert!(accuracy >= 0.989, "{accuracy}");
}

/// It takes two of the five epochs that the example takes.
#[cfg_attr(debug_assertions, ignore = "takes minutes where it is not optimized")]
#[test]
fn a_residual_network_learns_mnist() {
    let Some((train, test)) = mnist("residual network") else { return };
    let accuracy = accuracy(ResNet::new(42), 2, 1e-2, &train, &test);
    println!("residual network: {accuracy:.4}");
    assert!(accuracy >= 0.99, "{accuracy}");
}

/// It takes five of the hundred epochs that the README speaks of. The estimates from both sides have to be close for the likelihood to be believed.
#[cfg_attr(debug_assertions, ignore = "takes minutes where it is not optimized")]
#[test]
fn a_restricted_boltzmann_machine_finds_test_images_likely() {
    let Some((train, test)) = mnist("restricted Boltzmann machine") else { return };
    let rng = &mut StdRng::seed_from_u64(42);
    let mut binary = |images: &Digits| -> Batch<(Const<784>,)> {
        let grey = images.inputs().as_slice().iter();
        Batch::from_vec(grey.map(|&grey| f32::from(u8::from(rng.random::<f32>() < grey))).collect()).unwrap()
    };
    let (train, test) = (binary(&train), binary(&test));
    let mut machine = Machine::new(42);
    machine.rbm.adopt_means(&train).unwrap();
    let training = ContrastiveDivergence::new(1).persistent(100).rate(0.1).schedule(Cosine::new(5)).epochs(5).seed(42);
    training.quiet().fit(&mut machine.rbm, &train).unwrap();

    let ladder = Ladder::linear(0.0, 0.5, 100).then(0.9, 400).then(1.0, 1500);
    let ais = Ais::default().ladder(ladder).base_rates(&machine.rbm, &train).unwrap();
    let forward = machine.rbm.log_partition_ais(&ais, rng).unwrap().log_partition;
    let samples = machine.rbm.generate(100, 1000, rng).unwrap();
    let reverse = machine.rbm.log_partition_reverse(&ais, &samples, rng).unwrap().log_partition;
    let [by_forward, by_reverse] =
        [forward, reverse].map(|log_partition| machine.rbm.log_likelihood(&test, log_partition));
    println!("restricted Boltzmann machine: {by_forward:.2} nats by annealing forward, {by_reverse:.2} in reverse");
    assert!(by_forward > -110.0 && by_reverse > -125.0, "{by_forward}, {by_reverse}");
}

/// The settings of the example `deep_belief` with all labels.
#[cfg_attr(debug_assertions, ignore = "takes minutes where it is not optimized")]
#[test]
fn a_deep_belief_network_learns_mnist() {
    let Some((train, test)) = mnist("deep belief network") else { return };
    let mut net = Belief::new(42);
    let machine = || ContrastiveDivergence::new(1).rate(0.05).momentum(0.5).l2(2e-4).epochs(5).seed(42).quiet();
    Pretraining::<Belief>::new()
        .rbm(|net| &mut net.first, machine())
        .rbm(|net| &mut net.second, machine())
        .rbm(|net| &mut net.third, machine())
        .fit(&mut net, train.inputs())
        .unwrap();
    let (epochs, batch) = (10, 100);
    Trainer::new(Adam::new(1e-3), CrossEntropy::new())
        .epochs(epochs)
        .batch_size(batch)
        .seed(42)
        .schedule_steps(Cosine::new(epochs * train.len().div_ceil(batch)))
        .quiet()
        .fit(&mut net, &train)
        .unwrap();
    let error = 1.0 - Accuracy.measure(&net.forward(test.inputs()), test.targets()).unwrap();
    println!("deep belief network: test error {:.2} %", 100.0 * error);
    assert!(error <= 0.015, "{error}");
}

/// The RMSE on each of five folds, by the settings of the example `recommend`, which chooses them on a part of the ratings to learn from.
fn ratings_beat_biases<const K: usize>(all: &Ratings) {
    let fixed = Fixed { epochs: 60, rate: 0.1, seed: 42 };
    for (fold, (known, test)) in all.folds(5, 42).unwrap().iter().enumerate() {
        let machines = Machines::<K>::train(known, fixed).unwrap();
        let average = machines.average(known).unwrap().score(test).unwrap().rmse;
        let baseline = biased(known, test).unwrap().rmse;
        println!("ratings, fold {}: RMSE {average:.4}, of biases alone {baseline:.4}", fold + 1);
        assert!(average < baseline, "fold {}: {average} and {baseline}", fold + 1);
    }
}

#[cfg_attr(debug_assertions, ignore = "takes minutes where it is not optimized")]
#[test]
fn machines_of_ratings_beat_biases_on_each_of_five_folds() {
    let Some(path) = std::env::var_os("PLUMBLINE_RATINGS") else {
        println!("ratings: skipped, `PLUMBLINE_RATINGS` names no file of ratings");
        return;
    };
    let all = RatingsReader::new().read(PathBuf::from(path)).unwrap();
    match all.scale().levels() {
        5 => ratings_beat_biases::<5>(&all),
        10 => ratings_beat_biases::<10>(&all),
        levels => panic!("expected ratings on 5 or 10 levels, found {levels}"),
    }
}
