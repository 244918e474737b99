//! What takes whole trainings to show. They are optimized or left out: `cargo test --release --test long -- --nocapture`.

use plumbline::{
    data::Ring,
    layers::Sigmoid,
    prelude::*,
    train::{Adversarial, Autoencoding, Corruption, Metric, Pretraining, Reconstruction},
};

network! {
    Generator: [2] -> [2] {
        first: dense(128), relu;
        second: dense(128), relu;
        point: dense(2);
    }
    Discriminator: [2] -> [1] {
        first: dense(128), leaky_relu(0.2);
        second: dense(128), leaky_relu(0.2);
        logit: dense(1);
    }

    /// Those of the example `gan_digits`.
    Draw: (noise: [32], class: [10]) -> [1, 28, 28] {
        both: concat <- (noise, class);
        first: dense(256);
        norm1: batch_norm, relu;
        second: dense(512);
        norm2: batch_norm, relu;
        pixels: dense(784), sigmoid;
        image: reshape([1, 28, 28]);
    }
    Judge: (image: [1, 28, 28], class: [10]) -> [1] {
        pixels: flatten <- image;
        both: concat <- (pixels, class);
        first: dense(256), leaky_relu(0.2), dropout(0.3);
        second: dense(128), leaky_relu(0.2), dropout(0.3);
        logit: dense(1);
    }
    Reader: [1, 28, 28] -> [10] {
        conv: conv2d(8, kernel = 5, stride = 2), relu;
        pool: max_pool2d(2), flatten;
        logits: dense(10);
    }

    /// Eight hidden layers of sigmoids.
    Deep: [1, 28, 28] -> [10] {
        flatten;
        h1: dense(200), sigmoid;
        h2: dense(150), sigmoid;
        h3: dense(120), sigmoid;
        h4: dense(100), sigmoid;
        h5: dense(80), sigmoid;
        h6: dense(60), sigmoid;
        h7: dense(50), sigmoid;
        h8: dense(40), sigmoid;
        logits: dense(10);
    }
}

/// The settings of the example `gan_ring`, with fewer epochs.
#[test]
#[cfg_attr(debug_assertions, ignore = "takes minutes without optimization")]
fn a_generator_covers_a_ring_of_eight_modes() {
    const EPOCHS: usize = 25;
    let ring = Ring::new(8, 2.0, 0.1);
    let covered = (1..=10_u64).filter(|&seed| {
        let adam = || Adam::new(1e-3).betas(0.5, 0.999);
        let mut gan = Adversarial::new(Generator::new(seed), Discriminator::new(seed ^ 1))
            .optimizers(adam(), adam())
            .schedules(Cosine::new(EPOCHS), Cosine::new(EPOCHS))
            .batch_size(256)
            .epochs(EPOCHS)
            .seed(seed)
            .quiet();
        let value = gan.fit(&ring.sample(20_000, seed)).unwrap().epochs.pop().unwrap().value;
        let coverage = ring.coverage(&gan.generator().forward(&gan.noise(2_000, seed ^ 2)));
        println!("seed {seed}: modes {}, good samples {:.3}, V {value:.4}", coverage.modes, coverage.good);
        coverage.modes >= 7
    });
    let covered = covered.count();
    assert!(covered >= 8, "{covered} of 10 seeds cover at least 7 modes");
}

/// The settings of the example `gan_digits`.
#[test]
#[cfg_attr(debug_assertions, ignore = "takes minutes without optimization")]
fn a_generator_draws_digits_of_the_class_that_it_is_told() {
    const EACH: usize = 100;
    let digits = data::digits(12_000, 42);
    let mut reader = Reader::new(42);
    Trainer::new(Adam::new(2e-3), CrossEntropy::new())
        .epochs(3)
        .batch_size(64)
        .quiet()
        .fit(&mut reader, &digits)
        .unwrap();
    let adam = || Adam::new(3e-4).betas(0.5, 0.999);
    let mut gan = Adversarial::new(Draw::new(42), Judge::new(42 ^ 1))
        .optimizers(adam(), adam())
        .label_smoothing(0.1)
        .epochs(20)
        .seed(42)
        .quiet();
    gan.fit(&(digits.inputs().clone(), digits.targets().one_hot::<f32>())).unwrap();
    let classes = Labels::<10>::new((0..10 * EACH).map(|index| index % 10)).unwrap();
    let drawn = gan.generator().forward(&gan.noise(10 * EACH, 42 ^ 2), &classes.one_hot()).unwrap();
    let read = Accuracy.measure(&reader.forward(&drawn), &classes).unwrap();
    println!("generated digits: {:.1} % are read as their class", 100.0 * read);
    // A tenth by chance.
    assert!(read >= 0.5, "{read}");
}

/// The settings of the example `stacked`.
#[test]
#[cfg_attr(debug_assertions, ignore = "takes minutes without optimization")]
fn a_deep_network_of_sigmoids_learns_after_pretraining() {
    let (train, test) = (data::digits(3_000, 42), data::digits(2_000, 43));
    let accuracy = |mut net: Deep| {
        let mut trainer =
            Trainer::new(Sgd::new(0.1).momentum(0.9), CrossEntropy::new()).epochs(20).batch_size(50).quiet();
        trainer.fit(&mut net, &train).unwrap();
        Accuracy.measure(&net.forward(test.inputs()), test.targets()).unwrap()
    };
    let random = Deep::new(42);
    let mut pretrained = random.clone();
    let layer = Autoencoding::new().epochs(15).learning_rate(2e-3).corruption(Corruption::Masking(0.2)).quiet();
    let layer = layer.reconstruction(Reconstruction::CrossEntropy);
    Pretraining::<Deep>::new()
        .dense(|net| &mut net.h1, Sigmoid, layer)
        .dense(|net| &mut net.h2, Sigmoid, layer)
        .dense(|net| &mut net.h3, Sigmoid, layer)
        .dense(|net| &mut net.h4, Sigmoid, layer)
        .dense(|net| &mut net.h5, Sigmoid, layer)
        .dense(|net| &mut net.h6, Sigmoid, layer)
        .dense(|net| &mut net.h7, Sigmoid, layer)
        .dense(|net| &mut net.h8, Sigmoid, layer)
        .fit(&mut pretrained, train.inputs())
        .unwrap();
    let (random, pretrained) = (accuracy(random), accuracy(pretrained));
    println!("eight layers: {random} from random weights, {pretrained} after pretraining");
    assert!(random <= 0.2 && pretrained >= 0.7, "{random} and {pretrained}");
}
