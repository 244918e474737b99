//! Energy-based models: p(v, h) = exp(−E(v, h) / T) / Z.
//!
//! [`Rbm`] is the restricted Boltzmann machine, with units of each side chosen by type ([`units`]); its conditionals, energies, partition function
//! and likelihood are its methods, its training [`ContrastiveDivergence`] and [`MaximumLikelihood`]. It is a layer and a network of one layer, too.

mod error;
mod rbm;
mod train;
pub mod units;

pub use error::EnergyError;
pub use rbm::{Ais, Estimate, LogLikelihood, Rbm};
pub use train::{ContrastiveDivergence, EnergyEpoch, EnergyReport, Learner, MaximumLikelihood};
pub use units::{Hidden, Visible};
