//! The check against central differences, of a batch and targets.

use plumbline::{
    prelude::*,
    train::{GradientCheck, Loss},
};

/// Numbers between −1 and 1 from a fixed seed, no two alike.
pub(crate) fn data<S: FixedShape>(samples: usize) -> Batch<S, f64> {
    data_of(samples, S::DIMS)
}

/// The same for samples with axes of the given sizes.
pub(crate) fn data_of<S: Shape>(samples: usize, sizes: &[usize]) -> Batch<S, f64> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let numbers = (0..samples * sizes.iter().product::<usize>()).map(|_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    });
    Batch::from_vec_of(numbers.collect(), sizes).unwrap()
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
