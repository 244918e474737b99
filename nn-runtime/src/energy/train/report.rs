//! What a training tells.

use std::{fmt, time::Duration};

/// A training of an energy-based model, epoch by epoch.
///
/// ```
/// use plumbline::{Batch, Const, energy::{ContrastiveDivergence, Rbm}, layers::Init};
/// use rand::{SeedableRng, rngs::StdRng};
/// let mut rbm: Rbm<Const<2>, Const<2>> = Rbm::new(Init::Normal(0.01), &mut StdRng::seed_from_u64(1));
/// let data = Batch::from_vec(vec![0.0, 1.0, 1.0, 1.0])?;
/// let report = ContrastiveDivergence::new(1).epochs(3).fit_and_validate(&mut rbm, &data, &data)?;
/// assert!(report.epochs.len() == 3 && report.epochs[2].epoch == 3);
/// assert_eq!(report.epochs[0].free_energy_gap, Some(0.0));
/// println!("{report}");
/// assert!(report.to_string().lines().nth(2).is_some_and(|line| line.starts_with("epoch 3  rate 0.1  reconstruction error 0.")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EnergyReport {
    /// The epochs in order.
    pub epochs: Vec<EnergyEpoch>,
}

/// The epochs, a line each.
impl fmt::Display for EnergyReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        lines(f, &self.epochs)
    }
}

/// Writes a line for each epoch.
pub(in crate::energy) fn lines(f: &mut fmt::Formatter<'_>, epochs: &[impl fmt::Display]) -> fmt::Result {
    match epochs {
        [] => f.write_str("no epochs"),
        [first, others @ ..] => {
            write!(f, "{first}")?;
            others.iter().try_for_each(|epoch| write!(f, "\n{epoch}"))
        }
    }
}

/// One pass over the data.
///
/// ```
/// use plumbline::energy::EnergyEpoch;
/// let epoch = EnergyEpoch {
///     epoch: 3, rate: 0.05, reconstruction_error: 0.0625, free_energy_gap: Some(-0.5), swap_rates: vec![],
///     duration: std::time::Duration::from_millis(1500),
/// };
/// assert_eq!(epoch.to_string(), "epoch 3  rate 0.05  reconstruction error 0.06250  free-energy gap -0.500  1.5 s");
/// ```
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

impl fmt::Display for EnergyEpoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // No more digits than a schedule's rates need.
        let rate = (self.rate * 1e6).round() / 1e6;
        write!(f, "epoch {}  rate {rate}", self.epoch)?;
        write!(f, "  reconstruction error {:.5}", self.reconstruction_error)?;
        if let Some(gap) = self.free_energy_gap {
            write!(f, "  free-energy gap {gap:.3}")?;
        }
        if let Some(least) = self.swap_rates.iter().copied().reduce(f64::min) {
            write!(f, "  least swap rate {least:.3}")?;
        }
        write!(f, "  {:.1} s", self.duration.as_secs_f64())
    }
}
