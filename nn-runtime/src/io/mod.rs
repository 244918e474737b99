//! What is read and written: [IDX](idx) images and labels, [ratings](RatingsReader), [safetensors] weights.

#[cfg(test)]
mod fuzz;
mod gzip;
pub mod idx;
mod ratings;
mod replace;
pub mod safetensors;
#[cfg(test)]
mod testing;

pub use idx::{IdxError, IdxFault, Images};
pub use ratings::{RatingsError, RatingsFault, RatingsReader};
pub use safetensors::{Loaded, Loading, Misfit, Weights, WeightsError, WeightsFault};

use std::{fmt, path::Path};

/// Where something was read from, as the beginning of an error message.
struct Origin<'a>(Option<&'a Path>);

impl fmt::Display for Origin<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(path) => write!(f, "`{}`: ", path.display()),
            None => Ok(()),
        }
    }
}
