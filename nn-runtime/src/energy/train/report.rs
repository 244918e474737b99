//! What a training tells.

use std::time::Duration;

/// A training of an energy-based model, epoch by epoch.
///
/// ```
/// use nn_runtime::{Batch, Const, energy::{ContrastiveDivergence, Rbm}, layers::Init};
/// use rand::{SeedableRng, rngs::StdRng};
/// let mut rbm: Rbm<Const<2>, Const<2>> = Rbm::new(Init::Normal(0.01), &mut StdRng::seed_from_u64(1));
/// let data = Batch::from_vec(vec![0.0, 1.0, 1.0, 1.0])?;
/// let report = ContrastiveDivergence::new(1).epochs(3).fit_and_validate(&mut rbm, &data, &data)?;
/// assert!(report.epochs.len() == 3 && report.epochs[2].epoch == 3);
/// assert_eq!(report.epochs[0].free_energy_gap, Some(0.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EnergyReport {
    /// The epochs in order.
    pub epochs: Vec<EnergyEpoch>,
}

/// One pass over the data.
#[derive(Clone, Debug, PartialEq)]
pub struct EnergyEpoch {
    /// From 1.
    pub epoch: usize,
    /// The learning rate.
    pub rate: f64,
    /// The mean squared difference of a number of the data and its mean-field reconstruction after the epoch, over the first 1000 samples at most. It tells
    /// when something is wrong, but not how good the model is.
    pub reconstruction_error: f64,
    /// The mean free energy of the validation data less that of as many training samples after the epoch, where there are validation data.
    pub free_energy_gap: Option<f64>,
    /// The part of the changes of place between neighbouring rungs that were made so far, where chains are tempered.
    pub swap_rates: Vec<f64>,
    /// The time that the steps took.
    pub duration: Duration,
}
