//! What every training does from epoch to epoch.

use std::fmt;

use rand::{SeedableRng, rngs::StdRng, seq::SliceRandom};

use super::Callbacks;
use crate::{energy::EnergyError, train::Progress};

/// The order in which samples come: that of the data, or one that is drawn anew for each epoch.
#[derive(Debug)]
pub(in crate::energy) struct SampleOrder {
    indices: Vec<usize>,
    random: StdRng,
}

impl SampleOrder {
    pub(in crate::energy) fn new(seed: u64) -> Self {
        SampleOrder { indices: Vec::new(), random: StdRng::seed_from_u64(seed) }
    }

    /// The order of the next epoch, to be given back: taken, so that a step may change the learner that holds it.
    pub(in crate::energy) fn take(&mut self, samples: usize, shuffle: bool) -> Vec<usize> {
        let mut indices = std::mem::take(&mut self.indices);
        if indices.len() != samples {
            indices = (0..samples).collect();
        }
        if shuffle {
            indices.shuffle(&mut self.random);
        }
        indices
    }

    pub(in crate::energy) fn give_back(&mut self, indices: Vec<usize>) {
        self.indices = indices;
    }
}

/// The reports of `count` epochs, of which `pass` makes one, or of fewer where a callback stops them.
pub(in crate::energy) fn each_epoch<T: fmt::Display>(
    count: usize,
    mut progress: Progress,
    mut callbacks: Callbacks<T>,
    mut pass: impl FnMut(&mut Progress) -> Result<T, EnergyError>,
) -> Result<Vec<T>, EnergyError> {
    let mut reports = Vec::new();
    for _ in 0..count {
        let epoch = pass(&mut progress)?;
        progress.end(&epoch);
        let stop = callbacks.stop(&epoch);
        reports.push(epoch);
        if stop {
            break;
        }
    }
    Ok(reports)
}
