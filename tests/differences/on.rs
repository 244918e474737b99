//! The check against central differences, of a batch and targets.

#[path = "numbers.rs"]
mod numbers;

pub(crate) use numbers::data_of;
use plumbline::{
    prelude::*,
    train::{GradientCheck, Loss},
};

/// [`data_of`] for a shape without free axes.
pub(crate) fn data<S: FixedShape>(samples: usize) -> Batch<S, f64> {
    data_of(samples, S::DIMS)
}

/// The relative error of every gradient of a network below 1e-6, for a batch and targets.
pub(crate) fn check_on<N>(x: &Batch<N::Input, f64>, targets: &Batch<N::Output, f64>)
where
    N: Trainable<Element = f64, Input: Shape, Output: Shape>,
    MeanSquaredError: Loss<N::Output, Batch<N::Output, f64>, f64>,
{
    let mut net = N::initialized(7);
    // Biases begin at zero; away from it they have a part in the check.
    for index in 0..net.tensors() {
        let tensor = net.tensor_mut(index);
        for (i, value) in tensor.values.iter_mut().enumerate() {
            *value += 0.02 * ((i % 7) as f64 - 3.0);
        }
    }
    let report = GradientCheck::new().entries(24).run(&net, x, targets, &MeanSquaredError).unwrap();
    assert!(report.error() < 1e-6, "{}: {report}", N::NAME);
    assert!(report.compared > 5 * report.kinks, "{}: {report}", N::NAME);
}
