//! Energy-based models: p(v, h) = exp(−E(v, h) / T) / Z.
//!
//! [`Rbm`] is the restricted Boltzmann machine, with units of each side chosen by type ([`units`]); its conditionals, energies, partition function
//! and likelihood are its methods, its training [`ContrastiveDivergence`] and [`MaximumLikelihood`]. It is a layer and a network of one layer, too.
//!
//! [`Boltzmann`] is the general machine, in which each unit is connected with every other: sequential Gibbs sampling, simulated annealing, mean field, exact
//! sums where its size allows, and [`BoltzmannLearning`].
//!
//! [`Hopfield`] is an associative memory: patterns are states of least energy, which recall goes down to from any start. [`DenseMemory`] and, for real numbers,
//! [`ContinuousMemory`] hold many more of them.
//!
//! [`RatingRbm`] is that of users' ratings of items, trained by [`RatingDivergence`].

mod boltzmann;
mod continuous_memory;
mod dense_memory;
mod error;
mod few;
mod hopfield;
pub mod interaction;
mod ratings;
mod rbm;
mod recall;
mod symmetric;
mod train;
pub mod units;
pub mod update;

pub use boltzmann::{
    Boltzmann, BoltzmannEpoch, BoltzmannLearner, BoltzmannLearning, BoltzmannReport, ExactStatistics, FewTogether,
    MeanField, Moments, SampledStatistics,
};
pub use continuous_memory::ContinuousMemory;
pub use dense_memory::DenseMemory;
pub use error::EnergyError;
use few::FewLevels;
pub use few::{Enumerable, Few};
pub use hopfield::{BitError, Hopfield};
pub use ratings::{
    LevelDistribution, Prediction, RatingAverage, RatingDivergence, RatingEpoch, RatingLearner, RatingPosterior,
    RatingRbm, RatingReport,
};
pub use rbm::{Ais, Estimate, ExactByVisible, LogLikelihood, Rbm, ScikitLearn};
pub use recall::{Outcome, Recall, Trace};
pub use train::{ContrastiveDivergence, EnergyEpoch, EnergyReport, Learner, MaximumLikelihood};
pub use units::{Hidden, Visible};
