//! Metrics on batches small enough to count by hand.

use crate::{
    Batch, Const, FixedShape, Free,
    data::{Labels, PixelLabels, StepLabels},
    train::{
        Accuracy, ConfusionMatrix, F1, Iou, LossError, MeanAbsoluteError, Metric, RSquared, RocAuc, TopK,
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

/// Of equal outputs the first comes first, for every metric: ten equal outputs are class 0.
#[test]
fn ties_go_to_the_first() {
    type Ten = (Const<10>,);
    let equal = Batch::<Ten, f64>::zeros(10);
    let each = Labels::<10>::new(0..10).unwrap();
    assert_eq!(Accuracy.measure(&equal, &each), Ok(0.1));
    for k in 0..=10 {
        assert_eq!(TopK(k).measure(&equal, &each), Ok(k as f64 / 10.0));
    }
    let confusion = ConfusionMatrix.tally(&equal, &each).unwrap();
    assert!((0..10).all(|class| confusion.count(class, 0) == 1));
    assert_eq!(equal.argmax(), Labels::new([0; 10]).unwrap());
    // Over time and over pixels, too, in both number types, and for infinite outputs.
    let steps = StepLabels::<10>::from_flat(0..10, 5).unwrap();
    let equal = Batch::<(Free, Const<10>)>::from_vec_of(vec![f32::NEG_INFINITY; 100], &[5, 10]).unwrap();
    assert_eq!(TopK(1).measure(&equal, &steps), Ok(0.1));
    assert_eq!(Accuracy.measure(&equal, &steps), Ok(0.1));
    let pixels = PixelLabels::<10>::from_flat(0..10, [2, 5]).unwrap();
    let equal = Batch::<(Const<10>, Free, Free)>::from_vec_of(vec![f32::INFINITY; 100], &[10, 2, 5]).unwrap();
    assert_eq!(TopK(1).measure(&equal, &pixels), Ok(0.1));
    assert_eq!(Accuracy.measure(&equal, &pixels), Ok(0.1));
}

#[test]
fn the_largest_output_is_one_of_the_k_largest() {
    // All rows of three outputs of three values each.
    for code in 0..27_u32 {
        let row = [code % 3, code / 3 % 3, code / 9].map(f64::from);
        for label in 0..3 {
            let (row, label) = (batch::<Three>(&row), Labels::<3>::new([label]).unwrap());
            assert_eq!(TopK(1).measure(&row, &label), Accuracy.measure(&row, &label));
        }
    }
}

#[test]
fn nan_is_never_right() {
    for row in [[f64::NAN; 3], [1.0, f64::NAN, 0.0], [f64::NAN, 1.0, 2.0], [0.0, f64::INFINITY, f64::NAN]] {
        let nan = batch::<Three>(&row);
        for label in 0..3 {
            let label = Labels::<3>::new([label]).unwrap();
            assert_eq!(Accuracy.measure(&nan, &label), Ok(0.0));
            for k in 1..=3 {
                assert_eq!(TopK(k).measure(&nan, &label), Ok(0.0));
            }
            assert_eq!(ConfusionMatrix.tally(&nan, &label).unwrap().accuracy(), Some(0.0));
            assert_eq!(ConfusionMatrix.measure(&nan, &label), Ok(0.0));
            assert_eq!(F1::macro_average().measure(&nan, &label), Ok(0.0));
            assert_eq!(F1::micro_average().measure(&nan, &label), Ok(0.0));
            assert_eq!(Iou::mean().measure(&nan, &label), Ok(0.0));
        }
        let both = batch::<Three>(&[row, [0.0, 1.0, 2.0]].concat());
        let area = RocAuc::new().measure(&both, &Labels::<3>::new([0, 1]).unwrap()).unwrap();
        assert!(area.is_nan(), "{area}");
    }
    let distance = MeanAbsoluteError.measure(&batch::<Three>(&[0.0, f64::NAN, 1.0]), &batch(&[0.0; 3])).unwrap();
    assert!(distance.is_nan());
    let logit = batch::<(Const<1>,)>(&[f64::NAN, 1.0]);
    assert_eq!(ConfusionMatrix.measure(&logit, &Labels::<2>::new([0, 1]).unwrap()), Ok(0.5));
}

#[test]
fn areas_of_edge_cases() {
    let area = |y: &[f64], t: &[u32]| {
        RocAuc::new().measure(&batch::<(Const<1>,)>(y), &Labels::<2>::new(t.iter().copied()).unwrap()).unwrap()
    };
    assert_eq!(area(&[0.0, 1.0], &[0, 1]), 1.0);
    assert_eq!(area(&[1.0, 0.0], &[0, 1]), 0.0);
    assert_eq!(area(&[1.0; 4], &[0, 1, 1, 0]), 0.5);
    assert_eq!(area(&[0.0, -0.0], &[0, 1]), 0.5);
    assert_eq!(area(&[f64::NEG_INFINITY, f64::INFINITY, f64::INFINITY], &[0, 1, 0]), 0.75);
    assert!(area(&[0.0, 1.0], &[1, 1]).is_nan());
    assert!(area(&[0.0, 1.0], &[0, 0]).is_nan());
    // A class that no sample is of is left out of the mean.
    let rows = batch::<Three>(&[2.0, 0.0, 1.0, 0.0, 2.0, 1.0]);
    assert_eq!(RocAuc::new().measure(&rows, &Labels::<3>::new([0, 1]).unwrap()), Ok(1.0));
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
        Metrics::<Three, Labels<3>, f64>::add::<crate::network::output::Unknown>(
            &metrics,
            &mut tallies,
            |_| y.as_slice(),
            t,
        );
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
