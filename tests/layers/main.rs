//! Layers: their gradients against differences, and what their options mean.

#[path = "../differences/mod.rs"]
mod differences;

mod corruption;
mod embeddings;
mod gradient_flow;
mod gradients;
mod normalization;
mod pools;
mod receptive_fields;
mod signals;
mod windows;
