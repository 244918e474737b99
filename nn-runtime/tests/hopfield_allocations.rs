//! No allocation in the forward pass of a Hopfield network after the first.

use std::alloc::System;

use nn_runtime::{
    Const,
    energy::{
        Hopfield,
        update::{Asynchronous, Synchronous, Update},
    },
    layers::Init,
    network::abi::{View, ViewMut},
};
use rand::{SeedableRng, rngs::StdRng};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The allocations of five passes, after the first.
fn passes<U: Update>() -> usize {
    let net: Hopfield<Const<70>, U> = Hopfield::new(Init::Normal(1.0), &mut StdRng::seed_from_u64(1));
    let x: Vec<f32> = (0..32 * 70).map(|i| ((i * i) as f32).sin()).collect();
    let (mut y, mut other) = (vec![0.0; x.len()], vec![0.0; x.len()]);
    let mut pass = |samples: usize| {
        let y = ViewMut::new(&mut y, samples, 32);
        net.forward(View::new(&x, samples, 32), y, ViewMut::new(&mut other, samples, 32));
    };
    pass(32);
    let region = Region::new(ALLOCATOR);
    [32, 1, 32, 7, 32].into_iter().for_each(&mut pass);
    region.change().allocations
}

#[test]
fn a_pass_allocates_nothing_after_the_first() {
    assert_eq!(passes::<Asynchronous>(), 0);
    assert_eq!(passes::<Synchronous>(), 0);
}
