//! What takes whole trainings to show. They are optimized or left out: `cargo test --release --test long -- --nocapture`.

use plumbline::{data::Ring, prelude::*, train::Adversarial};

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
