//! The numbers that a rating can be.

use std::fmt;

use super::RatingError;

/// K ratings at equal distances, r = least + step · k for the level k from 0 to K − 1.
///
/// ```
/// use plumbline::data::RatingScale;
/// assert_eq!((RatingScale::STARS.levels(), RatingScale::STARS.level(4.0)), (5, Some(3)));
/// assert_eq!((RatingScale::HALF_STARS.levels(), RatingScale::HALF_STARS.rating(0.0)), (10, 0.5));
/// assert_eq!([6.0, 2.5, f64::NAN].map(|rating| RatingScale::STARS.level(rating)), [None; 3]);
/// assert_eq!(RatingScale::new(-1.0, 1.0, 3)?.to_string(), "-1, 0, 1");
/// # Ok::<(), plumbline::data::RatingError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RatingScale {
    least: f64,
    step: f64,
    levels: usize,
}

/// How far from a level, in steps, a rating may be that stands for it: what is lost where it was written in decimals.
const TOLERANCE: f64 = 1e-6;

impl RatingScale {
    /// 1, 2, 3, 4, 5.
    pub const STARS: RatingScale = RatingScale { least: 1.0, step: 1.0, levels: 5 };

    /// 0.5, 1, …, 5.
    pub const HALF_STARS: RatingScale = RatingScale { least: 0.5, step: 0.5, levels: 10 };

    /// `levels` ratings from `least` on, `step` apart.
    ///
    /// # Errors
    ///
    /// [`RatingError::Scale`] for less than two levels, a step that is not above 0, or numbers that are not finite.
    pub fn new(least: f64, step: f64, levels: usize) -> Result<Self, RatingError> {
        let greatest = least + step * levels as f64;
        if levels < 2 || !(step > 0.0 && step.is_finite() && least.is_finite() && greatest.is_finite()) {
            return Err(RatingError::Scale { least, step, levels });
        }
        Ok(RatingScale { least, step, levels })
    }

    /// K.
    pub fn levels(&self) -> usize {
        self.levels
    }

    /// The distance between two levels.
    pub fn step(&self) -> f64 {
        self.step
    }

    /// The level of a rating; `None` where it is none of the scale's.
    pub fn level(&self, rating: f64) -> Option<usize> {
        let place = (rating - self.least) / self.step;
        let nearest = place.round();
        let fits = (place - nearest).abs() < TOLERANCE && nearest >= 0.0 && nearest < self.levels as f64;
        fits.then_some(nearest as usize)
    }

    /// The rating of a level, or of a mean of levels.
    pub fn rating(&self, level: f64) -> f64 {
        self.least + self.step * level
    }

    /// The rating in the range of the scale that is nearest to `rating`.
    pub(super) fn clamp(&self, rating: f64) -> f64 {
        rating.clamp(self.least, self.rating(self.levels as f64 - 1.0))
    }
}

impl fmt::Display for RatingScale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, second] = [0.0, 1.0].map(|level| self.rating(level));
        match self.levels {
            2 => write!(f, "{first}, {second}"),
            3 => write!(f, "{first}, {second}, {}", self.rating(2.0)),
            levels => write!(f, "{first}, {second}, …, {}", self.rating(levels as f64 - 1.0)),
        }
    }
}
