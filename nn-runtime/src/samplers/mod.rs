//! Samples from distributions known up to a factor: block Gibbs chains, annealing, parallel tempering, annealed importance sampling, and
//! what tells whether chains have mixed.
//!
//! A model comes in by one of three traits. [`Blocks`] is a distribution over two blocks of variables each of which can be drawn given the other,
//! at any inverse temperature β; [`Chains`], [`Tempering`] and [`AnnealedImportance`] need no more of it. [`Sites`] is one over variables of two states
//! with couplings between any two, drawn one after the other by [`SiteChains`]. [`Unnormalized`] is any model whose
//! log-density has a gradient and that some sampler can be run on; [`contrastive_divergence`] trains it.
//!
//! Every random number belongs to a seed, a step, a chain and a variable. Equal seeds give equal bits, whatever the number of threads.

mod annealed_importance;
mod blocks;
mod chains;
mod contrastive_divergence;
mod diagnostics;
mod draws;
mod error;
mod ladder;
mod running;
mod site_chains;
mod sites;
mod tempering;
#[cfg(test)]
pub(crate) mod testing;

pub use annealed_importance::{AnnealedImportance, LogWeights};
pub use blocks::Blocks;
pub(crate) use blocks::{PART, each_part, each_part_from};
pub use chains::Chains;
pub(crate) use chains::room;
pub use contrastive_divergence::{GaussianMean, Unnormalized, contrastive_divergence};
pub use diagnostics::{effective_sample_size, split_r_hat, tail_effective_sample_size};
pub use draws::Draws;
pub use error::SamplerError;
pub use ladder::Ladder;
pub(crate) use running::{Bar, on_threads};
pub(crate) use site_chains::energy;
pub use site_chains::{Annealing, SiteChains};
pub use sites::Sites;
pub use tempering::Tempering;
