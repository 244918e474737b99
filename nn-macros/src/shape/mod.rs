//! The algebra of dimensions: literal, constant, parameter, free.

mod condition;
mod dimension;
mod operation;

pub(crate) use condition::{Condition, Verdict};
pub(crate) use dimension::{Dimension, Formula, Shape};
pub(crate) use operation::{LARGEST, Operation};
