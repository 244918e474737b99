//! Associative memories against their definitions, the theory of their capacity and each other.

mod capacity;
mod chains;
mod dense;
mod recall;
mod storage;

use nn_runtime::{
    Batch, Const, Element,
    energy::{Hopfield, update::Update},
    layers::Init,
};
use rand::{RngExt, SeedableRng, rngs::StdRng};

/// Random patterns.
fn patterns<const N: usize, E: Element>(count: usize, rng: &mut StdRng) -> Batch<(Const<N>,), E> {
    let sign = |_| E::from_f64(if rng.random::<bool>() { 1.0 } else { -1.0 });
    Batch::from_vec((0..count * N).map(sign).collect()).unwrap()
}

/// The same patterns with each bit turned with probability `p`.
fn noisy<const N: usize, E: Element>(
    patterns: &Batch<(Const<N>,), E>,
    p: f64,
    rng: &mut StdRng,
) -> Batch<(Const<N>,), E> {
    let turn = |&s: &E| if rng.random::<f64>() < p { -s } else { s };
    Batch::from_vec(patterns.as_slice().iter().map(turn).collect()).unwrap()
}

/// A network with random connections and thresholds.
fn glass<const N: usize, U: Update, E: Element>(seed: u64) -> Hopfield<Const<N>, U, E> {
    let rng = &mut StdRng::seed_from_u64(seed);
    let mut net = Hopfield::new(Init::Normal(1.0), rng);
    net.threshold_mut().mapv_inplace(|_| E::from_f64(rng.random_range(-0.5..0.5)));
    net
}

fn rng(seed: u64) -> StdRng {
    StdRng::seed_from_u64(seed)
}
