//! The chain of one user.

use super::user_bias::tilt;
use crate::{
    Element,
    data::Rating,
    energy::RatingRbm,
    kernels::{field, ratings, softmax},
    samplers::Draws,
    shape::FixedDimension,
};

/// The ratings whose fields are calculated at a time.
const BLOCK: usize = 64;

/// What a step calculates for a user: both sides of the gradient, and the memory for it.
#[derive(Debug)]
pub(super) struct Chain<E> {
    /// p(h = 1 | V) for the user's ratings, and for those that the chain ends with.
    data: Vec<E>,
    model: Vec<E>,
    /// The levels that the chain ends with.
    levels: Vec<usize>,
    /// c + Σ D, drawn states, and the fields of some ratings.
    base: Vec<E>,
    sample: Vec<E>,
    fields: Vec<E>,
    /// β
    bias: f64,
    squares: f64,
}

impl<E: Element> Chain<E> {
    /// Memory for users with at most `longest` ratings.
    pub(super) fn new(hidden: usize, levels: usize, longest: usize) -> Self {
        let zeros = |length: usize| vec![E::zero(); length];
        Chain {
            data: zeros(hidden),
            model: zeros(hidden),
            levels: Vec::with_capacity(longest),
            base: zeros(hidden),
            sample: zeros(hidden),
            fields: zeros(BLOCK.min(longest) * levels),
            bias: 0.0,
            squares: 0.0,
        }
    }

    /// p(h = 1 | V) for the user's ratings.
    pub(super) fn data(&self) -> &[E] {
        &self.data
    }

    /// p(h = 1 | V) at the end of the chain.
    pub(super) fn model(&self) -> &[E] {
        &self.model
    }

    /// The level at the end of the chain of the rating with this place among the user's.
    pub(super) fn level(&self, place: usize) -> usize {
        self.levels[place]
    }

    /// Σ (level − its mean)² after the first step.
    pub(super) fn squares(&self) -> f64 {
        self.squares
    }

    /// `steps` Gibbs steps from the user's ratings on. The numbers drawn are those of the chain `place`, and of the item: they do not depend on the thread.
    pub(super) fn run<N: FixedDimension, const K: usize>(
        &mut self,
        rbm: &RatingRbm<N, K, E>,
        known: &[Rating],
        beside: &[usize],
        steps: usize,
        draws: Draws,
        place: usize,
    ) {
        rbm.base(known, beside, &mut self.base);
        self.bias = rbm.user_bias_of(known);
        self.levels.clear();
        self.levels.extend(known.iter().map(|rating| rating.level));
        self.hidden(rbm, known);
        self.data.copy_from_slice(&self.model);
        for step in 0..steps {
            let [hidden, visible] = [0, 1].map(|half| draws.of_block(2 * step as u64 + half).of_chain(place));
            self.sample.copy_from_slice(&self.model);
            hidden.bernoulli(&mut self.sample, N::SIZE);
            self.visible(rbm, known, visible, step == 0);
            self.hidden(rbm, known);
        }
    }

    /// `model` = p(h = 1 | `levels`)
    fn hidden<N: FixedDimension, const K: usize>(&mut self, rbm: &RatingRbm<N, K, E>, known: &[Rating]) {
        self.model.copy_from_slice(&self.base);
        let items = known.iter().map(|rating| rating.item);
        rbm.add_levels(&mut self.model, items.zip(self.levels.iter().copied()));
        field::sigmoid(&mut self.model, 1.0);
    }

    /// Draws `levels` from p(v | h = `sample`).
    fn visible<N: FixedDimension, const K: usize>(
        &mut self,
        rbm: &RatingRbm<N, K, E>,
        known: &[Rating],
        draws: Draws,
        measure: bool,
    ) {
        let mut squares = 0.0;
        for (known, levels) in known.chunks(BLOCK).zip(self.levels.chunks_mut(BLOCK)) {
            let p = &mut self.fields[..known.len() * K];
            let items = known.iter().map(|rating| rating.item);
            ratings::level_fields::<E, K>(&rbm.weight, &rbm.visible_bias, &self.sample, items, p);
            tilt(p, K, self.bias);
            softmax::forward(p, K);
            for ((rating, level), p) in known.iter().zip(levels).zip(p.chunks_exact(K)) {
                if measure {
                    let mean: f64 = p.iter().enumerate().map(|(k, p)| k as f64 * p.as_f64()).sum();
                    squares += (rating.level as f64 - mean).powi(2);
                }
                let mut rest = draws.uniform(0, rbm.items, rating.item);
                let chosen = p.iter().position(|p| {
                    rest -= p.as_f64();
                    rest < 0.0
                });
                // Where rounding leaves a rest behind the last level, it is that of the last.
                *level = chosen.unwrap_or(K - 1);
            }
        }
        if measure {
            self.squares = squares;
        }
    }
}
