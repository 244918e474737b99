//! What a trainer has behind it.

use rand::{rngs::StdRng, seq::SliceRandom};

use crate::network::{generator, mix};

/// Where a trainer stopped, so that the next training goes on there.
#[derive(Debug, Default)]
pub(super) struct Past {
    /// The epochs that were finished.
    pub(super) epochs: usize,
    /// The steps of the optimizer.
    pub(super) steps: usize,
    /// The passes of training, which layers draw from.
    pub(super) passes: u64,
    /// The last order of the samples, and what the next one is drawn from.
    pub(super) order: Vec<usize>,
    random: Option<StdRng>,
    pub(super) patience: Patience,
    /// The lowest monitored loss.
    pub(super) lowest: Option<f64>,
    /// Whether the last training ended with the weights of that loss.
    pub(super) holds_best: bool,
}

/// The loss that early stopping compares with, and the epochs since it fell.
#[derive(Debug, Default)]
pub(crate) struct Patience {
    reference: Option<f64>,
    pub(crate) waited: usize,
}

impl Past {
    /// The order of the samples in the next epoch.
    pub(super) fn next_order(&mut self, samples: usize, shuffle: bool, seed: u64) {
        if self.order.len() != samples {
            self.order = (0..samples).collect();
        }
        if shuffle {
            self.order.shuffle(self.random.get_or_insert_with(|| generator(mix(seed))));
        }
    }

    /// Forgets the order and what it is drawn from: for another seed.
    pub(super) fn forget_order(&mut self) {
        (self.order, self.random) = (Vec::new(), None);
    }
}

impl Patience {
    /// Takes note of the loss after an epoch. NaN has not fallen.
    pub(crate) fn observe(&mut self, loss: f64, min_delta: f64) {
        if fell(loss, self.reference, min_delta) {
            (self.reference, self.waited) = (Some(loss), 0);
        } else {
            self.waited += 1;
        }
    }
}

/// Whether a loss is by more than `margin` below the lowest one before. NaN is below none, and is none to be below of.
pub(super) fn fell(loss: f64, lowest: Option<f64>, margin: f64) -> bool {
    match lowest {
        None => !loss.is_nan(),
        // Below infinity is every number, by any margin.
        Some(lowest) => loss < lowest - if lowest.is_finite() { margin } else { 0.0 },
    }
}

#[cfg(test)]
mod tests {
    use super::{Patience, fell};

    fn waited(losses: &[f64], min_delta: f64) -> Vec<usize> {
        let mut patience = Patience::default();
        let after = |&loss: &f64| {
            patience.observe(loss, min_delta);
            patience.waited
        };
        losses.iter().map(after).collect()
    }

    #[test]
    fn a_loss_of_nan_is_waited_through() {
        let nan = f64::NAN;
        assert_eq!(waited(&[nan, nan, 0.0, 0.0, 0.0, 0.0], 0.0), [1, 2, 0, 1, 2, 3]);
        assert_eq!(waited(&[1.0, nan, 0.5, nan, nan], 0.0), [0, 1, 0, 1, 2]);
        assert_eq!(waited(&[f64::INFINITY, f64::INFINITY, 7.0], 1.0), [0, 1, 0]);
        assert!(!fell(nan, None, 0.0) && fell(f64::INFINITY, None, 0.0));
    }

    #[test]
    fn a_loss_falls_by_more_than_the_margin() {
        assert_eq!(waited(&[-1.0, -1.1, -1.2, -1.5, -1.5], 0.25), [0, 1, 2, 0, 1]);
        assert_eq!(waited(&[1.0, 0.9, 0.8, 0.5], 0.25), [0, 1, 2, 0]);
    }
}
