//! Every loss and every option of it.

use plumbline::{
    Batch, Const, Element,
    data::{Labels, Target},
    train::{
        AbsoluteError, BinaryCrossEntropy, CrossEntropy, Hinge, Huber, Loss, MeanSquaredError, NegativeLogLikelihood,
        SquaredError,
    },
};

use crate::fixture::{DOUBLE, Fixture, SINGLE};

type Outputs = (Const<4>,);

fn check<T: Target, E: Element>(case: &str, loss: impl Loss<Outputs, T, E>, target: T, tolerance: f64) {
    let fixture = Fixture::open("losses");
    let outputs = fixture.batch::<Outputs, E>(&format!("{case}.output"));
    let (value, gradient) = loss.value_and_gradient(&outputs, &target).unwrap();
    fixture.assert_close(&format!("{case}.value"), &[value], tolerance);
    fixture.assert_close(&format!("{case}.d_output"), gradient.as_slice(), tolerance);
}

fn classes<L>(case: &str, loss: L)
where
    L: Loss<Outputs, Labels<4>, f64> + Loss<Outputs, Labels<4>, f32> + Clone,
{
    let labels = Labels::new(Fixture::open("losses").integers(&format!("{case}.target"))).unwrap();
    check::<_, f64>(case, loss.clone(), labels.clone(), DOUBLE);
    check::<_, f32>(case, loss, labels, SINGLE);
}

fn values<L>(case: &str, loss: L)
where
    L: Loss<Outputs, Batch<Outputs, f64>, f64> + Loss<Outputs, Batch<Outputs, f32>, f32> + Clone,
{
    let target = Fixture::open("losses").batch::<Outputs, f64>(&format!("{case}.target"));
    check::<_, f32>(case, loss.clone(), target.cast(), SINGLE);
    check::<_, f64>(case, loss, target, DOUBLE);
}

const WEIGHTS: [f64; 4] = [0.5, 2.0, 1.0, 0.25];

#[test]
fn cross_entropy() {
    classes("cross_entropy", CrossEntropy::new());
    classes("cross_entropy_smoothed", CrossEntropy::new().label_smoothing(0.1));
    classes("cross_entropy_weighted", CrossEntropy::new().class_weights(WEIGHTS));
    classes("cross_entropy_both", CrossEntropy::new().class_weights(WEIGHTS).label_smoothing(0.1));
}

#[test]
fn cross_entropy_with_probabilities() {
    values("cross_entropy_probabilities", CrossEntropy::new());
    values("cross_entropy_smoothed_probabilities", CrossEntropy::new().label_smoothing(0.1));
    values("cross_entropy_weighted_probabilities", CrossEntropy::new().class_weights(WEIGHTS));
    values("cross_entropy_both_probabilities", CrossEntropy::new().class_weights(WEIGHTS).label_smoothing(0.1));
}

#[test]
fn other_losses_of_classes() {
    classes("negative_log_likelihood", NegativeLogLikelihood);
    values("binary_cross_entropy", BinaryCrossEntropy::new());
    values("binary_cross_entropy_positive", BinaryCrossEntropy::new().positive_weight(2.5));
    values("hinge", Hinge::new().margin(1.5));
}

#[test]
fn losses_of_distances() {
    values("squared", SquaredError);
    values("mean_squared", MeanSquaredError);
    values("absolute", AbsoluteError);
    values("huber", Huber::new(0.7));
}
