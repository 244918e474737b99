//! Sequences of inverse temperatures.

use super::{Blocks, SamplerError};
use crate::Element;

/// Inverse temperatures β₀, β₁, …: the way of an annealing, or the rungs of parallel tempering. β = 1 is the model itself, β = 0 the base that it
/// is annealed from, and p^β lies between.
///
/// ```
/// use plumbline::samplers::Ladder;
/// let ladder = Ladder::linear(0.0, 0.5, 2).then(1.0, 1);
/// assert_eq!(ladder.betas(), [0.0, 0.25, 0.5, 1.0]);
/// assert_eq!(Ladder::geometric(0.25, 1.0, 2).betas(), [0.25, 0.5, 1.0]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Ladder {
    betas: Vec<f64>,
    /// The most steps that there was no memory for; 0 where there was. A ladder is checked where it is used.
    lacking: usize,
}

impl Ladder {
    /// From `from` to `to` in `steps` equal steps, both ends included. A ladder too long for memory is an error where it is used,
    /// [`SamplerError::TooLong`].
    pub fn linear(from: f64, to: f64, steps: usize) -> Self {
        Ladder::from(vec![from]).then(to, steps)
    }

    /// From `from` to `to` in `steps` equal factors, both ends included. Neither end is 0. A ladder too long for memory is an error where it is
    /// used.
    pub fn geometric(from: f64, to: f64, steps: usize) -> Self {
        let first = if steps == 0 { to } else { from };
        Ladder::from(vec![first]).extended(to, steps, |part| from * (to / from).powf(part))
    }

    /// Goes on from the last rung to `to` in `steps` equal steps: schedules whose steps become finer towards the model, as annealed importance
    /// sampling wants them (Salakhutdinov and Murray, 2008).
    #[must_use]
    pub fn then(self, to: f64, steps: usize) -> Self {
        let from = self.betas.last().copied().unwrap_or(to);
        self.extended(to, steps, |part| from + (to - from) * part)
    }

    /// `steps` more rungs; `rung` gives the one at a part of the way to `to`.
    fn extended(mut self, to: f64, steps: usize, rung: impl Fn(f64) -> f64) -> Self {
        if self.betas.try_reserve_exact(steps).is_err() {
            self.lacking = self.lacking.max(steps);
            return self;
        }
        self.betas.extend((1..=steps).map(|i| if i == steps { to } else { rung(i as f64 / steps as f64) }));
        self
    }

    /// The inverse temperatures of the temperatures 1/β, in order.
    pub fn of_temperatures(temperatures: impl IntoIterator<Item = f64>) -> Self {
        temperatures.into_iter().map(|t| 1.0 / t).collect::<Vec<f64>>().into()
    }

    /// The same rungs from last to first.
    #[must_use]
    pub fn reversed(mut self) -> Self {
        self.betas.reverse();
        self
    }

    /// The inverse temperatures, in order.
    pub fn betas(&self) -> &[f64] {
        &self.betas
    }

    /// [`Ladder::check`], and asks that `model` is a distribution at each rung.
    pub(crate) fn check_for<E: Element>(&self, model: &impl Blocks<E>, least: usize) -> Result<(), SamplerError> {
        self.check(least)?;
        self.betas.iter().enumerate().try_for_each(|(place, &beta)| check_proper(model, place, beta))
    }

    /// Asks that there was memory for the ladder, and that there are `least` rungs, each finite and not negative.
    pub(crate) fn check(&self, least: usize) -> Result<(), SamplerError> {
        if self.lacking > 0 {
            return Err(SamplerError::TooLong { steps: self.lacking });
        }
        self.betas.iter().enumerate().try_for_each(|(place, &beta)| check_beta(place, beta))?;
        if self.betas.len() < least {
            return Err(SamplerError::Short { expected: least, found: self.betas.len() });
        }
        Ok(())
    }
}

/// Asks that the inverse temperature at a place is finite and not negative.
pub(super) fn check_beta(place: usize, found: f64) -> Result<(), SamplerError> {
    if found >= 0.0 && found.is_finite() { Ok(()) } else { Err(SamplerError::Temperature { place, found }) }
}

/// Asks that a model is a distribution at the inverse temperature at a place.
pub(super) fn check_proper<E: Element>(model: &impl Blocks<E>, place: usize, found: f64) -> Result<(), SamplerError> {
    if model.is_proper_at(found) { Ok(()) } else { Err(SamplerError::Improper { place, found }) }
}

impl From<Vec<f64>> for Ladder {
    fn from(betas: Vec<f64>) -> Self {
        Ladder { betas, lacking: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_met_exactly_and_bad_rungs_are_named() {
        let ladder = Ladder::linear(0.1, 0.7, 3).then(1.0, 7);
        assert_eq!((ladder.betas()[3], ladder.betas()[10], ladder.betas().len()), (0.7, 1.0, 11));
        assert_eq!(Ladder::geometric(0.3, 0.9, 5).reversed().betas()[0], 0.9);
        assert_eq!(Ladder::of_temperatures([1.0, 2.0]).betas(), [1.0, 0.5]);
        assert_eq!(Ladder::linear(0.0, 1.0, 1).check(3), Err(SamplerError::Short { expected: 3, found: 2 }));
        assert_eq!(Ladder::from(vec![1.0, -0.5]).check(1), Err(SamplerError::Temperature { place: 1, found: -0.5 }));
        let error = Ladder::of_temperatures([0.0]).check(1).unwrap_err();
        assert_eq!(error.to_string(), "expected a finite inverse temperature of at least 0, found inf at place 0");
    }

    #[test]
    fn a_ladder_too_long_for_memory_is_an_error_where_it_is_used() {
        let ladders = [
            Ladder::linear(0.0, 1.0, usize::MAX),
            Ladder::geometric(0.5, 1.0, usize::MAX),
            Ladder::linear(0.0, 0.5, 3).then(1.0, usize::MAX - 3),
            Ladder::linear(0.0, 1.0, usize::MAX / 8).then(1.0, 3).reversed(),
        ];
        for ladder in ladders {
            let error = crate::samplers::AnnealedImportance::new(ladder.clone()).unwrap_err();
            assert!(matches!(error, SamplerError::TooLong { steps } if steps >= usize::MAX / 8), "{error}");
            let machine = crate::samplers::testing::Machine::new(2, 2, 1);
            let error = crate::samplers::Tempering::starting_at(&machine, ladder, vec![0.0; 2], 1).unwrap_err();
            assert!(matches!(error, SamplerError::TooLong { .. }), "{error}");
        }
        let error = SamplerError::TooLong { steps: 9 };
        assert_eq!(error.to_string(), "expected a ladder that memory can hold, found one of 9 steps");
        assert_eq!(Ladder::geometric(0.5, 1.0, 0).betas(), [1.0]);
    }
}
