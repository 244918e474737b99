//! The algebra of dimensions: literal, constant, parameter, free.

mod calculate;
mod condition;
mod dimension;
mod formula;
mod operation;
pub(crate) mod types;

pub(crate) use condition::{Condition, Verdict};
pub(crate) use dimension::{Dimension, Shape, free};
pub(crate) use formula::{Formula, MOST_TERMS};
pub(crate) use operation::{LARGEST, Operation};
