//! Metrics against the numbers of scikit-learn 1.9.1, which this gave:
//!
//! ```text
//! import numpy as np
//! from sklearn.metrics import *
//! def lcg(n, seed):
//!     x, out = seed, []
//!     for _ in range(n):
//!         x = (x * 1103515245 + 12345) % 2**31
//!         out.append((x >> 16) % 41 / 8 - 2.5)   # multiples of 1/8, so that there are ties
//!     return np.array(out)
//! y = lcg(30 * 4, 1).reshape(30, 4)
//! t = ((lcg(30, 7) + 2.5) * 8).astype(int) % 4
//! t_absent = np.where(t == 2, 3, t)              # no sample of class 2, though some are taken for it
//! y_absent = y.copy(); y_absent[:, 2] = -9       # and none is taken for it
//! p, p_absent = y.argmax(1), y_absent.argmax(1)
//! softmax = lambda y: np.exp(y) / np.exp(y).sum(1, keepdims=True)
//! b, s = (t < 2).astype(int), y[:, 1]
//! f1_score(t, p, average="macro"), f1_score(t_absent, p, average="macro"), f1_score(t_absent, p_absent, average="macro")
//! f1_score(t, p, average="micro"), f1_score(t, p, average=None), f1_score(b, s > 0)
//! jaccard_score(t, p, average="macro"), jaccard_score(t_absent, p, average="macro"), jaccard_score(t_absent, p_absent, average="macro")
//! jaccard_score(t, p, average=None), jaccard_score(b, s > 0)
//! accuracy_score(t, p), balanced_accuracy_score(t, p), mean_absolute_error(y, np.roll(y, 1, 0))
//! roc_auc_score(b, s), roc_auc_score(b, y[:, 1] - y[:, 0]), roc_auc_score(t, softmax(y), multi_class="ovr")
//! [top_k_accuracy_score(t, y + 1e-9 * np.array([3, 2, 1, 0]), k=k) for k in (1, 2, 3)]   # the first of equal outputs first
//! ```

use super::{Accuracy, ConfusionMatrix, F1, Iou, MeanAbsoluteError, Metric, RocAuc, TopK};
use crate::{
    Batch, Const, Element, Free,
    data::{Labels, PixelLabels, StepLabels},
};

type Four = (Const<4>,);

fn numbers(count: usize, seed: u64) -> Vec<f64> {
    let next = |x: &u64| Some((x * 1_103_515_245 + 12345) % (1 << 31));
    let states = std::iter::successors(Some(seed), next).skip(1);
    states.map(|x| ((x >> 16) % 41) as f64 / 8.0 - 2.5).take(count).collect()
}

fn outputs<E: Element>() -> Batch<Four, E> {
    Batch::from_vec(numbers(120, 1)).unwrap().cast()
}

fn classes() -> Vec<usize> {
    numbers(30, 7).into_iter().map(|x| ((x + 2.5) * 8.0) as usize % 4).collect()
}

fn labels() -> Labels<4> {
    Labels::new(classes()).unwrap()
}

/// Labels without class 2.
fn absent() -> Labels<4> {
    Labels::new(classes().into_iter().map(|class| if class == 2 { 3 } else { class })).unwrap()
}

/// Outputs that are never largest for class 2.
fn never() -> Batch<Four, f64> {
    let rows = numbers(120, 1).into_iter().enumerate();
    Batch::from_vec(rows.map(|(index, y)| if index % 4 == 2 { -9.0 } else { y }).collect()).unwrap()
}

/// Whether the class is below 2, and a logit for it.
fn binary<E: Element>() -> (Batch<(Const<1>,), E>, Labels<2>) {
    let logits = numbers(120, 1).chunks_exact(4).map(|row| E::from_f64(row[1])).collect();
    (Batch::from_vec(logits).unwrap(), Labels::new(classes().into_iter().map(|class| usize::from(class < 2))).unwrap())
}

fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-12, "{found}, expected {expected}");
}

fn of<E: Element>(metric: impl Metric<Four, Labels<4>, E>) -> f64 {
    metric.measure(&outputs::<E>(), &labels()).unwrap()
}

#[test]
fn accuracies() {
    near(of::<f64>(Accuracy), 0.266_666_666_666_666_66);
    near(of::<f32>(Accuracy), 0.266_666_666_666_666_66);
    near(of::<f64>(ConfusionMatrix), 0.301_739_926_739_926_7);
    for (k, expected) in [(1, 0.266_666_666_666_666_66), (2, 0.4), (3, 0.6), (4, 1.0), (9, 1.0), (0, 0.0)] {
        near(of::<f64>(TopK(k)), expected);
        near(of::<f32>(TopK(k)), expected);
    }
}

#[test]
fn f1() {
    near(of::<f64>(F1::macro_average()), 0.272_159_090_909_090_9);
    near(of::<f32>(F1::macro_average()), 0.272_159_090_909_090_9);
    near(of::<f64>(F1::micro_average()), 0.266_666_666_666_666_66);
    for (class, expected) in
        [0.125, 0.266_666_666_666_666_66, 0.363_636_363_636_363_65, 0.333_333_333_333_333_3].into_iter().enumerate()
    {
        near(of::<f64>(F1::of(class)), expected);
    }
    near(F1::macro_average().measure(&outputs::<f64>(), &absent()).unwrap(), 0.188_825_757_575_757_6);
    near(F1::macro_average().measure(&never(), &absent()).unwrap(), 0.312_505_446_623_093_65);
    // No sample is of class 2 or taken for it.
    assert!(F1::of(2).measure(&never(), &absent()).unwrap().is_nan());
    assert!(F1::of(9).measure(&never(), &absent()).unwrap().is_nan());
    let (logits, labels) = binary::<f32>();
    near(F1::of(1).measure(&logits, &labels).unwrap(), BINARY[0]);
}

#[test]
fn iou() {
    near(of::<f64>(Iou::mean()), 0.160_683_760_683_760_67);
    for (class, expected) in
        [0.066_666_666_666_666_67, 0.153_846_153_846_153_85, 0.222_222_222_222_222_2, 0.2].into_iter().enumerate()
    {
        near(of::<f64>(Iou::of(class)), expected);
    }
    near(Iou::mean().measure(&outputs::<f64>(), &absent()).unwrap(), 0.110_683_760_683_760_67);
    near(Iou::mean().measure(&never(), &absent()).unwrap(), 0.191_374_269_005_847_95);
    assert!(Iou::of(2).measure(&never(), &absent()).unwrap().is_nan());
    let (logits, labels) = binary::<f64>();
    near(Iou::of(1).measure(&logits, &labels).unwrap(), BINARY[1]);
    let tally = Iou::mean().tally(&never(), &absent()).unwrap();
    let report = Metric::<Four, Labels<4>, f64>::report(&Iou::mean(), &tally).unwrap();
    assert_eq!(report.lines().nth(2), Some("class 2: IoU -"));
}

#[test]
fn areas() {
    let (logits, labels) = binary::<f64>();
    near(RocAuc::new().measure(&logits, &labels).unwrap(), BINARY[2]);
    near(RocAuc::new().measure(&binary::<f32>().0, &labels).unwrap(), BINARY[2]);
    let two = numbers(120, 1).chunks_exact(4).flat_map(|row| [row[0], row[1]]).collect();
    let two = Batch::<(Const<2>,), f64>::from_vec(two).unwrap();
    near(RocAuc::new().measure(&two, &labels).unwrap(), 0.515_837_104_072_398_1);
    near(of::<f64>(RocAuc::new()), 0.442_267_096_359_167_94);
    near(
        RocAuc::of_probabilities().measure(&outputs::<f64>().softmax(), &self::labels()).unwrap(),
        0.442_267_096_359_167_94,
    );
}

/// F1, IoU and the area of yes or no.
const BINARY: [f64; 3] = [0.4, 0.25, 0.481_900_452_488_687_8];

#[test]
fn distances() {
    let y = numbers(120, 1);
    let turned: Vec<f64> = y[116..].iter().chain(&y[..116]).copied().collect();
    let targets = Batch::<Four, f64>::from_vec(turned).unwrap();
    near(MeanAbsoluteError.measure(&outputs::<f64>(), &targets).unwrap(), 1.991_666_666_666_666_7);
    near(MeanAbsoluteError.measure(&outputs::<f32>(), &targets.cast()).unwrap(), 1.991_666_666_666_666_7);
}

/// Each metric of classes gives the same for steps, padding left out, and for pixels, ignored ones left out.
#[test]
fn steps_and_pixels_are_samples() {
    fn agree<M>(metric: M, expected: f64)
    where
        M: Metric<(Free, Const<4>), StepLabels<4>, f64> + Metric<(Const<4>, Const<4>, Const<4>), PixelLabels<4>, f64>,
    {
        let (rows, classes) = (numbers(120, 1), classes());
        // 30 rows as 12, 10 and 8 steps of 12, with padding that would change any metric.
        let (mut padded, mut targets, mut start) = (Vec::new(), Vec::new(), 0);
        for length in [12, 10, 8] {
            padded.extend_from_slice(&rows[start * 4..(start + length) * 4]);
            padded.resize(padded.len().next_multiple_of(48), 7.0);
            targets.push(&classes[start..start + length]);
            start += length;
        }
        let padded = Batch::<(Free, Const<4>), f64>::from_vec_of(padded, &[12, 4]).unwrap();
        near(metric.measure(&padded, &StepLabels::<4>::padded(targets).unwrap()).unwrap(), expected);
        // 30 rows as 2 images of 4 × 4 pixels, of which the last of each is ignored.
        let mut pixels = vec![7.0; 128];
        let mut labels = vec![255; 32];
        for row in 0..30 {
            let (image, pixel) = (row / 15, row % 15);
            labels[image * 16 + pixel] = classes[row];
            for class in 0..4 {
                pixels[image * 64 + class * 16 + pixel] = rows[row * 4 + class];
            }
        }
        let pixels = Batch::<(Const<4>, Const<4>, Const<4>), f64>::from_vec(pixels).unwrap();
        let labels = PixelLabels::<4>::ignoring(255, labels, [4, 4]).unwrap();
        near(metric.measure(&pixels, &labels).unwrap(), expected);
    }
    agree(Accuracy, 0.266_666_666_666_666_66);
    agree(TopK(2), 0.4);
    agree(ConfusionMatrix, 0.301_739_926_739_926_7);
    agree(F1::macro_average(), 0.272_159_090_909_090_9);
    agree(Iou::mean(), 0.160_683_760_683_760_67);
    agree(RocAuc::new(), 0.442_267_096_359_167_94);
}

/// Numbers from 0 to 1 are labels of yes or no: of vectors, steps and pixels.
#[test]
fn numbers_are_labels_of_yes_and_no() {
    let (logits, labels) = binary::<f64>();
    let targets: Vec<f64> = labels.iter().map(|label| label as f64).collect();
    let logits = logits.into_vec();
    macro_rules! agree {
        ($shape:ty, $sizes:expr) => {
            let y = Batch::<$shape, f64>::from_vec_of(logits.clone(), &$sizes).unwrap();
            let t = Batch::<$shape, f64>::from_vec_of(targets.clone(), &$sizes).unwrap();
            near(F1::of(1).measure(&y, &t).unwrap(), BINARY[0]);
            near(Iou::of(1).measure(&y, &t).unwrap(), BINARY[1]);
            near(RocAuc::new().measure(&y, &t).unwrap(), BINARY[2]);
            let confusion = ConfusionMatrix.tally(&y, &t).unwrap();
            near(Accuracy.measure(&y, &t).unwrap(), confusion.accuracy().unwrap());
            near(confusion.f1(1).unwrap(), BINARY[0]);
        };
    }
    agree!((Const<1>,), [1]);
    agree!((Free, Const<1>), [5, 1]);
    agree!((Const<1>, Free, Const<3>), [1, 2, 3]);
    // Steps behind a sequence do not count.
    let y = Batch::<(Free, Const<1>), f64>::padded([&logits[..16], &logits[16..]]).unwrap();
    let t = Batch::<(Free, Const<1>), f64>::padded([&targets[..16], &targets[16..]]).unwrap();
    near(F1::of(1).measure(&y, &t).unwrap(), BINARY[0]);
    near(RocAuc::new().measure(&y, &t).unwrap(), BINARY[2]);
}
