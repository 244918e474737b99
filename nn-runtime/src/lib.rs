//! Kernels, layers, trainers and data of plumbline.
//!
//! The way of a sample: [`data`] → [`Batch`] (shapes are checked here, once) → a [`Network`]'s forward pass → a loss →
//! its backward pass → an optimizer. Between entry and exit no shape is checked, nothing is allocated, nothing is boxed.
//!
//! The crate stands alone: what the `network!` macro writes can be written by hand against [`Network`].

pub mod batch;
pub mod check;
pub mod data;
pub mod energy;
pub mod io;
pub mod kernels;
pub mod layers;
pub mod linear;
pub mod network;
mod parallel;
pub mod prelude;
pub mod report;
pub mod samplers;
pub mod shape;
pub mod train;

pub use batch::{Batch, BatchView, ShapeError};
pub use kernels::element::{self, Element};
pub use network::{BatchLayer, Gradients, Layer, NamedNodes, Network, Parameters, Pass, Total, Trainable};
pub use shape::{Const, FixedShape, Free, Shape};
