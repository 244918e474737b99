//! Shape arithmetic and checks that the compiler evaluates, for networks whose sizes are named constants.
//!
//! The `network!` macro writes calls of these functions into `const` items. None of them overflows or fails but
//! [`fail`]: in place of a size that cannot be calculated stands why, [`BELOW_ZERO`], [`BY_ZERO`] or [`TOO_LARGE`], and what is
//! calculated from it is the same. One check reports it; [`REPORTED`], which satisfies every condition, stands for it from then
//! on, so that one mistake makes one error. A free size, [`FREE`], is none of these.

mod condition;
mod message;
mod size;
mod value;
mod whole;

pub use condition::{at_most, divides, equal, fits, holdable, is_known, same_shape, within};
pub use message::{Piece, describe, fail};
pub use size::{difference, guarded, product, quotient, quotient_up, same, span, sum, window};
pub use value::{BELOW_ZERO, BY_ZERO, FREE, LARGEST, REPORTED, TOO_LARGE, is_size};
pub use whole::Whole;
