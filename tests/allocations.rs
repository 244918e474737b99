//! No allocation in a training step after the first, nor in inference.

use std::alloc::System;

use plumbline::prelude::*;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

network! {
    Net: [1, 12, 12] -> [10] {
        conv: conv2d(4, kernel = 3), relu;
        pool: max_pool2d(2);
        drop: dropout(0.25), flatten;
        wide: dense(64), gelu;
        narrow: dense(64), tanh <- drop;
        sum: add <- (wide, narrow);
        logits: dense(10);
    }
}

fn allocations(threads: usize) -> [usize; 3] {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| {
        let samples = 100;
        let mut net = Net::new(1);
        let x = Batch::<NetInput>::from_vec((0..samples * 144).map(|i| (i % 17) as f32 / 17.0).collect()).unwrap();
        let labels = Labels::<10>::new((0..samples).map(|i| i % 10)).unwrap();
        let loss = CrossEntropy::new();
        let mut adam = Adam::new(1e-3);
        let (mut pass, mut gradients) = (net.pass(samples), net.gradients());
        let mut d_logits = Batch::zeros(samples);

        let mut explicit = || {
            let logits = net.forward_train(&x, &mut pass);
            loss.value_and_gradient_into(&logits, &labels, &mut d_logits).unwrap();
            net.backward(&d_logits, &mut pass, &mut gradients).unwrap();
            gradients.clip_norm(1.0).unwrap();
            adam.step(&mut net, &gradients).unwrap();
        };
        explicit();
        let region = Region::new(ALLOCATOR);
        (0..5).for_each(|_| explicit());
        let explicit = region.change().allocations;

        let mut fused = || {
            loss.step(&net, &x, &labels, &mut pass, &mut gradients).unwrap();
            adam.step(&mut net, &gradients).unwrap();
        };
        fused();
        let region = Region::new(ALLOCATOR);
        (0..5).for_each(|_| fused());
        let fused = region.change().allocations;

        net.forward_into(&x, &mut pass);
        let region = Region::new(ALLOCATOR);
        (0..5).for_each(|_| {
            net.forward_into(&x, &mut pass);
        });
        [explicit, fused, region.change().allocations]
    })
}

// One test: a second one on another thread would be counted too.
#[test]
fn a_step_allocates_nothing_after_the_first() {
    for threads in [1, 2, 3] {
        assert_eq!(allocations(threads), [0, 0, 0], "explicit, fused and inference on {threads} threads");
    }
}
