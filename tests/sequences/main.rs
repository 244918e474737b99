//! Recurrent layers and sequences, of one length and ragged.

#[path = "../differences/on.rs"]
mod differences;

mod activations;
mod alone;
mod branches_over_time;
mod ragged;
mod ragged_layers;
mod recurrent;
mod sequence_errors;
mod sequences;
mod states;
