//! What tests of gradients share: the check against central differences.

mod on;

pub(crate) use on::*;
use plumbline::{prelude::*, train::Loss};

/// The relative error of every gradient of a network below 1e-6, for a batch of several parts, the last one short.
pub(crate) fn check<N>()
where
    N: Trainable<Element = f64, Input: FixedShape, Output: FixedShape>,
    MeanSquaredError: Loss<N::Output, Batch<N::Output, f64>, f64>,
{
    check_on::<N>(&data(67), &data(67));
}
