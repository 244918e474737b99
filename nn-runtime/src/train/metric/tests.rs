//! Metrics on batches small enough to count by hand.

use crate::{
    Batch, Const, FixedShape,
    data::Labels,
    train::{
        Accuracy, ConfusionMatrix, LossError, Metric, RSquared, TopK,
        metric::{MetricValue, Metrics},
    },
};

type Three = (Const<3>,);

fn batch<S: FixedShape>(values: &[f64]) -> Batch<S, f64> {
    Batch::from_vec(values.to_vec()).unwrap()
}

/// Predictions 2, 0, 1, 1.
fn logits() -> Batch<Three, f64> {
    batch(&[0.1, 0.2, 0.7, 5.0, 1.0, 2.0, -3.0, -1.0, -2.0, 0.0, 4.0, 3.0])
}

fn labels() -> Labels<3> {
    Labels::new([2, 2, 1, 0]).unwrap()
}

#[test]
fn accuracy() {
    assert_eq!(Accuracy.measure(&logits(), &labels()), Ok(0.5));
    let one_hot = batch::<Three>(&[0.0, 0.0, 1.0, 0.0, 0.1, 0.9, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0]);
    assert_eq!(Accuracy.measure(&logits(), &one_hot), Ok(0.5));
    let single = batch::<(Const<1>,)>(&[0.2, -0.1, 3.0, f64::NAN]);
    assert_eq!(Accuracy.measure(&single, &Labels::<2>::new([1, 1, 1, 0]).unwrap()), Ok(0.5));
    assert_eq!(Accuracy.measure(&single, &batch::<(Const<1>,)>(&[1.0, 0.0, 0.0, 0.0])), Ok(0.5));
}

#[test]
fn top_k() {
    let of = |k| TopK(k).measure(&logits(), &labels()).unwrap();
    assert_eq!([0, 1, 2, 3].map(of), [0.0, 0.5, 0.75, 1.0]);
    assert_eq!(Metric::<Three, Labels<3>, f64>::name(&TopK(2)), "top-2");
}

#[test]
fn nan_is_never_right() {
    let nan = batch::<Three>(&[f64::NAN; 3]);
    for label in 0..3 {
        let label = Labels::<3>::new([label]).unwrap();
        assert_eq!(Accuracy.measure(&nan, &label), Ok(0.0));
        assert_eq!(TopK(1).measure(&nan, &label), Ok(0.0));
        assert_eq!(ConfusionMatrix.tally(&nan, &label).unwrap().accuracy(), Some(0.0));
        assert_eq!(ConfusionMatrix.measure(&nan, &label), Ok(0.0));
    }
}

#[test]
fn confusion_matrix() {
    let confusion = ConfusionMatrix.tally(&logits(), &labels()).unwrap();
    assert_eq!((confusion.count(2, 2), confusion.count(2, 0), confusion.count(0, 1)), (1, 1, 1));
    assert_eq!((confusion.samples(), confusion.accuracy(), confusion.count(3, 0)), (4, Some(0.5), 0));
    assert_eq!([0, 1, 2, 3].map(|class| confusion.recall(class)), [Some(0.0), Some(1.0), Some(0.5), None]);
    assert_eq!([0, 1, 2].map(|class| confusion.precision(class)), [Some(0.0), Some(0.5), Some(1.0)]);
    assert_eq!(ConfusionMatrix.measure(&logits(), &labels()), Ok(0.5));
    let table = [
        "    class      0     1     2  recall",
        "        0      0     1     0    0.0%",
        "        1      0     1     0  100.0%",
        "        2      1     0     1   50.0%",
        "precision   0.0% 50.0% 100.0%   50.0%",
    ];
    assert_eq!(confusion.to_string().replace('\n', "|").replace(' ', ""), table.join("|").replace(' ', ""));
}

#[test]
fn r_squared() {
    // Two elements: residuals 1 of a total of 2 around 2, and 0 of 8 around 4.
    let targets = batch::<(Const<2>,)>(&[1.0, 2.0, 2.0, 4.0, 3.0, 6.0]);
    let outputs = batch::<(Const<2>,)>(&[1.0, 2.0, 3.0, 4.0, 3.0, 6.0]);
    assert_eq!(RSquared.measure(&outputs, &targets), Ok(0.75));
    let constant = batch::<(Const<1>,)>(&[5.0, 5.0]);
    assert_eq!(RSquared.measure(&constant, &constant), Ok(1.0));
    assert_eq!(RSquared.measure(&batch::<(Const<1>,)>(&[5.0, 6.0]), &constant), Ok(0.0));
    // A large offset does not cost digits.
    let far = |values: [f64; 3]| batch::<(Const<1>,)>(&values.map(|x| 1e9 + x));
    let value = RSquared.measure(&far([1.0, 3.0, 3.0]), &far([1.0, 2.0, 3.0])).unwrap();
    assert!((value - 0.5).abs() < 1e-6, "{value}");
}

#[test]
fn tallies_go_on_over_batches() {
    let metrics = (((), Accuracy), TopK(2));
    let mut tallies = Default::default();
    let logits = logits();
    for range in [0..1, 1..4] {
        let (y, t) = (logits.rows(range.clone()), labels());
        let t = crate::data::Target::rows(&t, range);
        Metrics::<Three, Labels<3>, f64>::add(&metrics, &mut tallies, |_| y.as_slice(), t);
    }
    let mut values = Vec::new();
    Metrics::<Three, Labels<3>, f64>::values(&metrics, &tallies, &[], &mut values);
    let value = |name: &str, value| MetricValue { name: name.into(), value, report: None };
    assert_eq!(values, [value("accuracy", 0.5), value("top-2", 0.75)]);
}

#[test]
fn batches_that_do_not_belong_together_are_errors() {
    let three = Labels::<3>::new([0, 1, 2]).unwrap();
    assert_eq!(Accuracy.measure(&logits(), &three), Err(LossError::Samples { expected: 4, found: 3 }));
    assert_eq!(RSquared.measure(&batch::<Three>(&[]), &batch::<Three>(&[])), Err(LossError::Empty));
}
