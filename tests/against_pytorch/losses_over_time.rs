//! Losses of sequences, full and padded: the mean over all real steps, and the sum over the steps of a sample.

use plumbline::{
    Batch, Const, Element, Free,
    data::{StepLabels, Target},
    train::{CrossEntropy, Loss, MeanSquaredError, SquaredError},
};

use crate::fixture::{DOUBLE, Fixture, SINGLE};

type Outputs = (Free, Const<4>);

const WEIGHTS: [f64; 4] = [0.5, 2.0, 1.0, 0.25];

fn lengths(fixture: &Fixture) -> Vec<usize> {
    fixture.integers("lengths").into_iter().map(|length| length as usize).collect()
}

/// Value and gradient; NaN in the padding of the outputs reaches neither.
fn check<T: Target, E: Element>(case: &str, loss: &impl Loss<Outputs, T, E>, target: &T, tolerance: f64) {
    let fixture = Fixture::open("losses_over_time");
    let mut outputs = fixture.batch::<Outputs, E>(&format!("{case}.output"));
    if case.starts_with("ragged") {
        let (steps, lengths) = (outputs.sizes()[0], lengths(&fixture));
        for (sample, length) in outputs.as_mut_slice().chunks_exact_mut(4 * steps).zip(&lengths) {
            sample[4 * length..].fill(E::from_f64(f64::NAN));
        }
        let numbers = outputs.clone();
        outputs = outputs.with_lengths(lengths).unwrap();
        outputs.as_mut_slice().copy_from_slice(numbers.as_slice());
    }
    let (value, gradient) = loss.value_and_gradient(&outputs, target).unwrap();
    fixture.assert_close(&format!("{case}.value"), &[value], tolerance);
    fixture.assert_close(&format!("{case}.d_output"), gradient.as_slice(), tolerance);
}

fn classes<L>(case: &str, loss: L)
where
    L: Loss<Outputs, StepLabels<4>, f64> + Loss<Outputs, StepLabels<4>, f32>,
    L: Loss<Outputs, Batch<Outputs, f64>, f64> + Loss<Outputs, Batch<Outputs, f32>, f32>,
{
    let fixture = Fixture::open("losses_over_time");
    for form in ["full", "ragged"] {
        let case = format!("{form}.{case}");
        let mut labels = StepLabels::<4>::from_flat(fixture.integers(&format!("{case}.target")), 6).unwrap();
        if form == "ragged" {
            labels = labels.with_lengths(lengths(&fixture)).unwrap();
        }
        check::<_, f64>(&case, &loss, &labels, DOUBLE);
        check::<_, f32>(&case, &loss, &labels, SINGLE);
    }
    values(&format!("{case}_probabilities"), loss);
}

fn values<L>(case: &str, loss: L)
where
    L: Loss<Outputs, Batch<Outputs, f64>, f64> + Loss<Outputs, Batch<Outputs, f32>, f32>,
{
    let fixture = Fixture::open("losses_over_time");
    for form in ["full", "ragged"] {
        let case = format!("{form}.{case}");
        let mut target = fixture.batch::<Outputs, f64>(&format!("{case}.target"));
        if form == "ragged" {
            target = target.with_lengths(lengths(&fixture)).unwrap();
        }
        check::<_, f32>(&case, &loss, &target.cast(), SINGLE);
        check::<_, f64>(&case, &loss, &target, DOUBLE);
    }
}

#[test]
fn cross_entropy_as_a_mean_over_steps() {
    classes("cross_entropy", CrossEntropy::new());
    classes("cross_entropy_smoothed", CrossEntropy::new().label_smoothing(0.1));
    classes("cross_entropy_weighted", CrossEntropy::new().class_weights(WEIGHTS));
}

#[test]
fn squared_errors_as_a_mean_over_steps() {
    values("mean_squared", MeanSquaredError);
}

#[test]
fn sums_over_steps() {
    classes("cross_entropy_sum", CrossEntropy::new().sum_over_steps());
    values("mean_squared_sum", MeanSquaredError.sum_over_steps());
    values("squared", SquaredError);
}
