//! What most programs use: `use plumbline::prelude::*;`.

pub use crate::{
    Batch, BatchView, Const, Element, Gradients, Network, Parameters, Pass, Shape, Trainable,
    data::{self, Dataset, Labels},
    io::Weights,
};
