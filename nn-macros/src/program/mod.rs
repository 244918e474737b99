//! The checked graph as instructions: lowering, layouts, buffers, and the lengths of sequences.
//!
//! What a layer is, `layers` says; nothing here names one.

mod chain;
mod gradients;
mod homes;
mod lengths;
mod lower;
mod nodes;
mod pool;

pub(crate) use gradients::{Gradients, Need, Slot};
pub(crate) use homes::Homes;
pub(crate) use lengths::{Elsewhere, Kind, Origin, Parts, Test, Time, Timed, Times};
pub(crate) use lower::{Buffer, Instruction, Operation, Program, StateBuffers, Value, lower};
pub(crate) use nodes::{Tap, taps};
