//! Shape arithmetic and checks that the compiler evaluates, for networks whose sizes are named constants.
//!
//! The `network!` macro writes calls of these functions into `const` items. None of them overflows or fails but
//! [`fail`]: a size that cannot be computed is [`UNKNOWN`], which passes through arithmetic as itself and satisfies
//! every condition, so that one mistake makes one error.

mod condition;
mod message;
mod size;

pub use condition::{at_most, divides, equal, holdable, is_known, same_shape};
pub use message::{Piece, describe, fail};
pub use size::{LARGEST, UNKNOWN, difference, guarded, product, quotient, quotient_up, same, span, sum, window};
