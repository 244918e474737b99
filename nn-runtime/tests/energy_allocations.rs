//! No allocation in a training step of an energy-based model after the first, nor in its chains.

use std::alloc::System;

use nn_runtime::{
    Batch, Const, data,
    energy::{
        Boltzmann, BoltzmannLearning, ContrastiveDivergence, RatingDivergence, RatingRbm, Rbm,
        units::{Bernoulli, GaussianVariance, Relu, Softmax},
    },
    energy::{Hidden, Visible},
    layers::Init,
    samplers::Ladder,
    train::Sgd,
};
use rand::{SeedableRng, rngs::StdRng};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

type Machine<V, H> = Rbm<Const<30>, Const<20>, V, H>;

/// The allocations of five steps, after the first.
fn steps<V: Visible, H: Hidden>(training: ContrastiveDivergence<Sgd<f32>>) -> usize {
    let rng = &mut StdRng::seed_from_u64(1);
    let mut rbm: Machine<V, H> = Rbm::new(Init::Normal(0.1), rng);
    let data = rbm.generate(80, 1, rng).unwrap();
    let short = data.rows(0..33).to_batch();
    let mut learner = training.start(&rbm, &data).unwrap();
    learner.step(&mut rbm, &data).unwrap();
    let region = Region::new(ALLOCATOR);
    for batch in [&data, &short, &data, &short, &data] {
        learner.step(&mut rbm, batch).unwrap();
    }
    region.change().allocations
}

/// The allocations of the chains' steps and of calls with memory of the caller's, after the first.
fn calls() -> usize {
    let rng = &mut StdRng::seed_from_u64(1);
    let rbm: Machine<Bernoulli, Bernoulli> = Rbm::new(Init::Normal(0.1), rng);
    let data = rbm.generate(80, 1, rng).unwrap();
    let mut chains = rbm.chains_from(&data, 1).unwrap();
    let (mut h, mut v, mut free) = (Batch::zeros(80), Batch::zeros(80), vec![0.0; 80]);
    let mut all = || {
        chains.gibbs(&rbm, 3).unwrap();
        rbm.reconstruct_into(&data, &mut h, &mut v);
        rbm.free_energies_into(&data, &mut free);
    };
    all();
    let region = Region::new(ALLOCATOR);
    (0..5).for_each(|_| all());
    region.change().allocations
}

/// The allocations of five steps of Boltzmann learning and of five rounds of sweeps, after the first.
fn boltzmann(learning: BoltzmannLearning) -> usize {
    let rng = &mut StdRng::seed_from_u64(1);
    let mut machine: Boltzmann<Const<30>, Const<20>> = Boltzmann::new(Init::Normal(0.1), rng);
    let data = machine.generate(80, 1, rng).unwrap();
    let short = data.rows(0..33).to_batch();
    let mut learner = learning.l1(1e-4).l2(1e-3).momentum(0.5).start(&machine, &data).unwrap();
    let mut chains = machine.chains(40, 1).unwrap();
    let (mask, values) = (vec![true; 50], chains.states().to_vec());
    let mut h = Batch::zeros(80);
    let mut all = |machine: &mut Boltzmann<Const<30>, Const<20>>, batch: &Batch<(Const<30>,)>| {
        learner.step(machine, batch).unwrap();
        chains.gibbs(machine, 70).unwrap();
        chains.gibbs_clamped(machine, 2, &mask, &values).unwrap();
        machine.hidden_means_into(&data, &mut h);
    };
    all(&mut machine, &data);
    let region = Region::new(ALLOCATOR);
    for batch in [&data, &short, &data, &short, &data] {
        all(&mut machine, batch);
    }
    region.change().allocations
}

/// The allocations of three epochs on ratings, after the first.
fn epochs_of_ratings() -> usize {
    let (known, held_out) = data::ratings(200, 50, 12, 1).unwrap().split(0.8, 1).unwrap();
    let mut rbm: RatingRbm<Const<20>, 5> =
        RatingRbm::new(known.items(), Init::Normal(0.1), &mut StdRng::seed_from_u64(1)).unwrap().conditional();
    let training = RatingDivergence::new().l2(1e-3).batch_size(30).condition_on(&held_out).steps([(0, 1), (2, 3)]);
    let mut learner = training.start(&rbm, &known).unwrap();
    learner.epoch(&mut rbm).unwrap();
    let region = Region::new(ALLOCATOR);
    (0..3).for_each(|_| _ = learner.epoch(&mut rbm).unwrap());
    region.change().allocations
}

#[test]
fn a_step_allocates_nothing_after_the_first() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    pool.install(|| {
        let cd = || ContrastiveDivergence::new(2).momentum(0.5).l2(1e-3).l1(1e-4).sparsity(0.1, 0.1).centering(0.01);
        assert_eq!(steps::<Bernoulli, Bernoulli>(cd()), 0);
        assert_eq!(steps::<GaussianVariance, Bernoulli>(cd()), 0);
        assert_eq!(steps::<Softmax<3>, Relu>(cd()), 0);
        assert_eq!(steps::<Bernoulli, Softmax<3>>(cd()), 0);
        assert_eq!(steps::<Bernoulli, Bernoulli>(cd().sampled_hidden(true)), 0);
        assert_eq!(steps::<Bernoulli, Bernoulli>(cd().persistent(40)), 0);
        assert_eq!(steps::<Bernoulli, Bernoulli>(cd().fast_persistent(40, 0.1, 0.95)), 0);
        assert_eq!(steps::<Bernoulli, Bernoulli>(cd().tempered(10, Ladder::linear(1.0, 0.5, 3))), 0);
        assert_eq!(calls(), 0);
        assert_eq!(boltzmann(BoltzmannLearning::sampled(20)), 0);
        assert_eq!(boltzmann(BoltzmannLearning::sampled(20).mean_field()), 0);
        assert_eq!(epochs_of_ratings(), 0);
    });
}
