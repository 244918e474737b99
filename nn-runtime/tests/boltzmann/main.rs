//! The Boltzmann machine beside sums over all states by plain loops.

mod common;
mod exact;
mod learning;
mod mean_field;
mod parameters;
mod sampling;
