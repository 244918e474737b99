//! Each loss: its value against the formula of its documentation, its gradient against central differences, its errors.

use std::fmt::Debug;

use rand::{RngExt, SeedableRng, rngs::StdRng};

use crate::{
    Batch, Const, Element, FixedShape, Shape,
    data::{Labels, Target},
    kernels::simd::at_each_level,
    train::{
        AbsoluteError, BinaryCrossEntropy, Criterion, CrossEntropy, Hinge, Huber, Loss, LossError, MeanSquaredError,
        NegativeLogLikelihood, SquaredError,
    },
};

/// Longer than the widest register, and no multiple of it.
type Wide = (Const<19>,);
type Five = (Const<5>,);

fn random<S: FixedShape>(samples: usize, seed: u64, low: f64, high: f64) -> Batch<S, f64> {
    let mut rng = StdRng::seed_from_u64(seed);
    Batch::from_vec((0..samples * S::LEN).map(|_| rng.random_range(low..high)).collect()).unwrap()
}

fn probabilities(samples: usize) -> Batch<Five, f64> {
    let mut batch = random::<Five>(samples, 5, 0.0, 1.0);
    for row in batch.as_mut_slice().chunks_exact_mut(5) {
        let sum: f64 = row.iter().sum();
        row.iter_mut().for_each(|p| *p /= sum);
    }
    batch
}

fn map<S: FixedShape>(batch: Batch<S, f64>, f: impl Fn(f64) -> f64) -> Batch<S, f64> {
    Batch::from_vec(batch.into_vec().into_iter().map(f).collect()).unwrap()
}

/// Compares the value with `expected`, the gradient with central differences, and both with `f32`'s.
fn check<Out: FixedShape, T: Target, L>(loss: L, output: Batch<Out, f64>, target: T, expected: f64)
where
    L: Loss<Out, T, f64> + Loss<Out, T::As<f32>, f32>,
{
    let (value, gradient) = loss.value_and_gradient(&output, &target).unwrap();
    assert!((value - expected).abs() < 1e-12, "{loss:?}: expected {expected}, found {value}");
    assert_eq!(loss.value(&output, &target).unwrap(), value, "{loss:?} without a gradient");
    let step = 1e-5;
    for i in 0..output.as_slice().len() {
        let at = |h: f64| {
            let mut moved = output.clone();
            moved.as_mut_slice()[i] += h;
            loss.value(&moved, &target).unwrap()
        };
        let numeric = (at(step) - at(-step)) / (2.0 * step);
        let analytic = gradient.as_slice()[i];
        assert!((numeric - analytic).abs() < 1e-9, "{loss:?} at {i}: expected {numeric}, found {analytic}");
    }
    let (value32, gradient32) = loss.value_and_gradient(&output.cast::<f32>(), &target.cast::<f32>()).unwrap();
    assert!((value32.as_f64() - value).abs() < 2e-6 * value.abs().max(1.0), "{loss:?} in f32");
    for (&single, &double) in gradient32.as_slice().iter().zip(gradient.as_slice()) {
        assert!((single.as_f64() - double).abs() < 1e-6, "{loss:?} in f32: expected {double}, found {single}");
    }
}

/// Σ f(y, t) over all elements.
fn sum<S: Shape>(y: &Batch<S, f64>, t: &Batch<S, f64>, f: impl Fn(f64, f64) -> f64) -> f64 {
    y.as_slice().iter().zip(t.as_slice()).map(|(&y, &t)| f(y, t)).sum()
}

fn log_softmax(row: &[f64], class: usize) -> f64 {
    row[class] - row.iter().map(|y| y.exp()).sum::<f64>().ln()
}

#[test]
fn differences_of_values() {
    let (y, t) = (random::<Wide>(7, 1, -2.0, 2.0), random::<Wide>(7, 2, -2.0, 2.0));
    let elements = 7.0 * 19.0;
    let squares = sum(&y, &t, |y, t| (y - t).powi(2));
    check(SquaredError, y.clone(), t.clone(), squares / 2.0 / 7.0);
    check(MeanSquaredError, y.clone(), t.clone(), squares / elements);
    check(AbsoluteError, y.clone(), t.clone(), sum(&y, &t, |y, t| (y - t).abs()) / elements);
    let huber = |y: f64, t: f64| match (y - t).abs() {
        r if r <= 0.7 => r * r / 2.0,
        r => 0.7 * (r - 0.35),
    };
    check(Huber::new(0.7), y.clone(), t.clone(), sum(&y, &t, huber) / elements);
    let signs = map(t, f64::signum);
    let hinge = sum(&y, &signs, |y, t| (0.5 - y * t).max(0.0));
    check(Hinge::new().margin(0.5), y, signs, hinge / elements);
}

#[test]
fn binary_cross_entropy() {
    let (y, t) = (random::<Wide>(7, 3, -4.0, 4.0), random::<Wide>(7, 4, 0.0, 1.0));
    let sigma = |y: f64| 1.0 / (1.0 + (-y).exp());
    let formula = |y: f64, t: f64| -(3.0 * t * sigma(y).ln() + (1.0 - t) * (1.0 - sigma(y)).ln());
    check(BinaryCrossEntropy::new().positive_weight(3.0), y.clone(), t.clone(), sum(&y, &t, formula) / (7.0 * 19.0));

    // More labels than the block that they are converted in.
    let y = random::<(Const<1>,)>(150, 5, -4.0, 4.0);
    let classes: Vec<usize> = (0..150).map(|i| i * i % 7 % 2).collect();
    let t = Batch::from_vec(classes.iter().map(|&class| class as f64).collect()).unwrap();
    let expected = sum(&y, &t, |y, t| -(t * sigma(y).ln() + (1.0 - t) * (1.0 - sigma(y)).ln())) / 150.0;
    check(BinaryCrossEntropy::new(), y.clone(), Labels::<2>::new(classes).unwrap(), expected);
    check(BinaryCrossEntropy::new(), y, t, expected);
}

#[test]
fn cross_entropy_of_labels() {
    let labels = [4, 0, 2, 2, 1, 3];
    let y = random::<Five>(6, 6, -3.0, 3.0);
    let logs = |row: usize, class: usize| log_softmax(y.sample(row).unwrap(), class);
    let target = Labels::<5>::new(labels).unwrap();
    let mean = -labels.iter().enumerate().map(|(row, &label)| logs(row, label)).sum::<f64>() / 6.0;
    check(CrossEntropy::new(), y.clone(), target.clone(), mean);

    let weights = [0.5, 2.0, 1.0, 0.25, 3.0];
    let total: f64 = labels.iter().map(|&label| weights[label]).sum();
    let weighted: f64 = labels.iter().enumerate().map(|(row, &label)| -weights[label] * logs(row, label)).sum();
    check(CrossEntropy::new().class_weights(weights), y.clone(), target.clone(), weighted / total);

    // PyTorch: (1 − ε) times the loss above, and ε / N times the weighted sum over all classes, both over the labels' weights.
    let spread = |row| (0..5).map(|class| -weights[class] * logs(row, class)).sum::<f64>();
    let smooth: f64 = 0.8 * weighted + 0.2 / 5.0 * (0..6).map(spread).sum::<f64>();
    let loss = CrossEntropy::new().class_weights(weights).label_smoothing(0.2);
    check(loss, y.clone(), target.clone(), smooth / total);

    let y = map(y, |y| y - 5.0);
    let log_likelihood = labels.iter().enumerate().map(|(row, &label)| y.sample(row).unwrap()[label]).sum::<f64>();
    check(NegativeLogLikelihood, y, target, -log_likelihood / 6.0);
}

#[test]
fn cross_entropy_over_more_classes_than_a_register_holds() {
    let y = random::<Wide>(3, 8, -3.0, 3.0);
    let target = Labels::<19>::new([18, 0, 7]).unwrap();
    let expected = [18, 0, 7].iter().enumerate().map(|(row, &label)| log_softmax(y.sample(row).unwrap(), label));
    check(CrossEntropy::new(), y.clone(), target, -expected.sum::<f64>() / 3.0);
}

#[test]
fn cross_entropy_of_probabilities() {
    let (y, t) = (random::<Five>(6, 7, -3.0, 3.0), probabilities(6));
    let row = |row: usize, t: &dyn Fn(f64) -> f64| -> f64 {
        let terms = t_terms(&t_row(&probabilities(6), row), t);
        terms.iter().enumerate().map(|(class, t)| -t * log_softmax(y.sample(row).unwrap(), class)).sum()
    };
    let plain: f64 = (0..6).map(|n| row(n, &|t| t)).sum();
    check(CrossEntropy::new(), y.clone(), t.clone(), plain / 6.0);
    let smooth: f64 = (0..6).map(|n| row(n, &|t| 0.7 * t + 0.3 / 5.0)).sum();
    check(CrossEntropy::new().label_smoothing(0.3), y.clone(), t, smooth / 6.0);
}

fn t_row(batch: &Batch<Five, f64>, row: usize) -> Vec<f64> {
    batch.sample(row).unwrap().to_vec()
}

fn t_terms(row: &[f64], f: &dyn Fn(f64) -> f64) -> Vec<f64> {
    row.iter().map(|&t| f(t)).collect()
}

#[test]
fn large_logits_neither_overflow_nor_vanish() {
    let y = Batch::<(Const<2>,)>::from_vec(vec![1e4, -1e4, -500.0, -500.0]).unwrap();
    let loss = |labels| CrossEntropy::new().value_and_gradient(&y, &Labels::<2>::new(labels).unwrap()).unwrap();
    let (right, gradient) = loss([0, 0]);
    assert_eq!((right, gradient.as_slice()), (2.0_f32.ln() / 2.0, &[0.0, 0.0, -0.25, 0.25][..]));
    assert_eq!(loss([1, 0]).0, 1e4 + 2.0_f32.ln() / 2.0);

    let y = Batch::<(Const<2>,)>::from_vec(vec![1e4, -1e4]).unwrap();
    let (value, gradient) = BinaryCrossEntropy::new().value_and_gradient(&y, &Batch::zeros(1)).unwrap();
    assert_eq!((value, gradient.as_slice()), (5e3, &[0.5, 0.0][..]));
}

#[test]
fn nan_in_the_output_is_handed_on() {
    let y = Batch::<Five>::from_vec(vec![0.0, f32::NAN, 0.0, 0.0, 0.0]).unwrap();
    let labels = Labels::<5>::new([0]).unwrap();
    assert!(CrossEntropy::new().value(&y, &labels).unwrap().is_nan());
    assert!(SquaredError.value(&y, &Batch::zeros(1)).unwrap().is_nan());
    assert!(Huber::new(1.0).value(&y, &Batch::zeros(1)).unwrap().is_nan());
    assert!(BinaryCrossEntropy::new().value(&y, &Batch::zeros(1)).unwrap().is_nan());
    assert!(Hinge::new().value(&y, &Batch::from_vec(vec![1.0; 5]).unwrap()).unwrap().is_nan());
}

#[test]
fn a_batch_without_weight_has_no_loss() {
    let y = Batch::<(Const<2>,)>::from_vec(vec![3.0, 1.0]).unwrap();
    let loss = CrossEntropy::new().class_weights([0.0, 1.0]);
    let (value, gradient) = loss.value_and_gradient(&y, &Labels::<2>::new([0]).unwrap()).unwrap();
    assert_eq!((value, gradient.as_slice()), (0.0, &[0.0, 0.0][..]));
}

#[test]
fn borrowed_outputs_and_targets_are_taken() {
    let (y, t) = (random::<Five>(4, 1, -1.0, 1.0), random::<Five>(4, 2, -1.0, 1.0));
    let owned = SquaredError.value(&y.select(&[1, 2]).unwrap(), &t.select(&[1, 2]).unwrap()).unwrap();
    assert_eq!(SquaredError.value(&y.rows(1..3), &t.rows(1..3)).unwrap(), owned);
    let labels = Labels::<5>::new([0, 1, 2, 3]).unwrap();
    let owned = CrossEntropy::new().value(&y.rows(1..3), &labels.select(&[1, 2]).unwrap()).unwrap();
    assert_eq!(CrossEntropy::new().value(&y.rows(1..3), &labels.rows(1..3)).unwrap(), owned);
}

fn error<Out: FixedShape, T: Target>(loss: impl Loss<Out, T, f64>, samples: usize, target: T) -> LossError {
    loss.value(&Batch::<Out, f64>::zeros(samples), &target).unwrap_err()
}

fn batch<S: FixedShape>(values: impl Into<Vec<f64>>) -> Batch<S, f64> {
    Batch::from_vec(values.into()).unwrap()
}

#[test]
fn targets_without_a_meaning_are_errors() {
    let labels = Labels::<5>::new([0, 1]).unwrap();
    assert_eq!(error(CrossEntropy::new(), 3, labels.clone()), LossError::Samples { expected: 3, found: 2 });
    assert_eq!(error(NegativeLogLikelihood, 0, Labels::<5>::new([0; 0]).unwrap()), LossError::Empty);

    let target = |error: LossError| match error {
        LossError::Target { sample, element, .. } => (sample, element),
        other => panic!("{other}"),
    };
    let mut values = vec![0.0; 10];
    values[7] = f64::NAN;
    let bad = || batch::<Five>(values.clone());
    assert_eq!(target(error(SquaredError, 2, bad())), (1, 2));
    assert_eq!(target(error(MeanSquaredError, 2, bad())), (1, 2));
    assert_eq!(target(error(AbsoluteError, 2, bad())), (1, 2));
    assert_eq!(target(error(Huber::default(), 2, bad())), (1, 2));
    assert_eq!(target(error(BinaryCrossEntropy::new(), 2, bad())), (1, 2));
    assert_eq!(target(error(BinaryCrossEntropy::new(), 1, batch::<Five>([0.0, 1.0, 1.5, 0.0, 0.0]))), (0, 2));
    assert_eq!(target(error(Hinge::new(), 1, batch::<Five>([1.0, -1.0, 0.0, 1.0, 1.0]))), (0, 2));
    assert_eq!(target(error(CrossEntropy::new(), 1, batch::<Five>([1.0, -0.5, 0.5, 0.0, 0.0]))), (0, 1));
    let sum = error(CrossEntropy::new(), 2, batch::<Five>([1.0, 0.0, 0.0, 0.0, 0.0, 0.5, 0.25, 0.0, 0.0, 0.0]));
    assert_eq!(sum, LossError::Sum { found: 0.75, sample: 1 });
}

#[test]
fn options_without_a_meaning_are_errors() {
    fn option<Out: FixedShape, T: Target>(loss: impl Loss<Out, T, f64>, target: T, expected: &str)
    where
        LossError: Debug,
    {
        match error(loss, 1, target) {
            LossError::Option { option, .. } => assert_eq!(option, expected),
            other => panic!("{other}"),
        }
    }
    let labels = || Labels::<5>::new([1]).unwrap();
    option(CrossEntropy::new().label_smoothing(1.5), labels(), "label_smoothing");
    option(CrossEntropy::new().label_smoothing(f64::NAN), labels(), "label_smoothing");
    option(CrossEntropy::new().class_weights([1.0, 1.0, -1.0, 1.0, 1.0]), labels(), "class_weights");
    option(Huber::new(0.0), batch::<Five>([0.0; 5]), "delta");
    option(Hinge::new().margin(-1.0), batch::<Five>([1.0; 5]), "margin");
    option(BinaryCrossEntropy::new().positive_weight(-1.0), batch::<Five>([1.0; 5]), "positive_weight");
    option(BinaryCrossEntropy::new().positive_weight(f64::INFINITY), Labels::<2>::new([1]).unwrap(), "positive_weight");
    let narrow = |loss: &dyn Fn() -> Result<f32, LossError>| match loss().unwrap_err() {
        LossError::Option { option, .. } => option,
        other => panic!("{other}"),
    };
    let y = Batch::<(Const<1>,)>::from_vec(vec![1.0]).unwrap();
    assert_eq!(narrow(&|| Huber::new(1e-60).value(&y, &y)), "delta");
    assert_eq!(narrow(&|| Huber::new(1e300).value(&y, &y)), "delta");
    assert_eq!(narrow(&|| Hinge::new().margin(1e300).value(&y, &y)), "margin");
    assert_eq!(narrow(&|| BinaryCrossEntropy::new().positive_weight(1e39).value(&y, &y)), "positive_weight");
    let weights = error(CrossEntropy::new().class_weights([1.0]), 1, labels());
    assert_eq!(weights, LossError::Weights { expected: 5, found: 1 });
}

/// Runs a check with the kernels of each instruction set.
fn on_each_level<T>(check: impl Fn() -> T) {
    let result = at_each_level(|| {
        check();
        Ok::<(), ()>(())
    });
    assert_eq!(result, Ok(()));
}

/// ℓ and ∂ℓ/∂y of binary cross-entropy at one logit, in the last place of `width` equal ones.
fn binary<E: Element>(logit: f64, target: f64, weight: f64) -> (f64, f64) {
    let loss = BinaryCrossEntropy::new().positive_weight(weight);
    let mut result = None;
    // Whole registers and rests of every length.
    for width in 1..40 {
        let output = vec![E::from_f64(logit); width];
        let (y, t) = (output.clone(), vec![E::from_f64(target); width]);
        let batch = |values| Batch::<(Const<1>,), E>::from_vec(values).unwrap();
        let (value, gradient) = loss.value_and_gradient(&batch(y), &batch(t)).unwrap();
        let n = width as f64;
        let slopes: Vec<f64> = gradient.as_slice().iter().map(|d| d.as_f64() * n).collect();
        let close = |a: f64, b: f64| a == b || ((a - b) / b).abs() < 16.0 * E::epsilon().as_f64();
        let (first, slope) = *result.get_or_insert((value.as_f64(), slopes[0]));
        assert!(close(value.as_f64(), first) && slopes.iter().all(|&found| close(found, slope)), "{width}: {value}");
        if target == 0.0 || target == 1.0 {
            let labels = Labels::<2>::new(vec![target as u32; width]).unwrap();
            let labelled = loss.value_and_gradient(&batch(output), &labels).unwrap();
            assert_eq!((labelled.0, labelled.1.as_slice()), (value, gradient.as_slice()));
        }
    }
    result.unwrap()
}

#[test]
fn binary_cross_entropy_is_right_at_every_logit() {
    fn line<E: Element>(error: f64) {
        // A product with an exponential that is 0 where it would be subnormal.
        let close = |found: f64, right: f64| {
            ((found - right) / right).abs() < error || right.abs() < 4e-38 && found.abs() < 4e-38
        };
        for step in -110..=110 {
            let y = E::from_f64(f64::from(step) * 0.97).as_f64();
            let t = (-y.abs()).exp();
            let (no, slope) = (y.max(0.0) + t.ln_1p(), if y > 0.0 { 1.0 } else { t } / (1.0 + t));
            let negative = binary::<E>(y, 0.0, 1.0);
            assert!(close(negative.0, no) && close(negative.1, slope), "({y}, 0): {negative:?}, not {:?}", (no, slope));
            let positive = binary::<E>(-y, 1.0, 1.0);
            assert_eq!(positive, (negative.0, -negative.1), "mirror image of {y}");
            let weighted = binary::<E>(-y, 1.0, 3.0);
            assert!(close(weighted.0, 3.0 * no) && close(weighted.1, -3.0 * slope), "{weighted:?}");
            assert_eq!(binary::<E>(y, 0.25, 1.0).0, binary::<E>(-y, 0.75, 1.0).0);
        }
    }
    on_each_level(|| (line::<f32>(5e-7), line::<f64>(1e-15)));
    let (value, slope) = binary::<f32>(-15.0, 0.0, 1.0);
    assert!((value / 3.059_022_7e-7 - 1.0).abs() < 5e-7 && (slope / 3.059_022_3e-7 - 1.0).abs() < 5e-7);
}

#[test]
fn binary_cross_entropy_of_infinite_logits_is_the_limit() {
    fn limits<E: Element>() {
        let infinity = f64::INFINITY;
        assert_eq!(binary::<E>(-infinity, 0.0, 1.0), (0.0, 0.0));
        assert_eq!(binary::<E>(infinity, 1.0, 2.0), (0.0, 0.0));
        assert_eq!(binary::<E>(-infinity, 1.0, 2.0), (infinity, -2.0));
        assert_eq!(binary::<E>(infinity, 0.0, 1.0), (infinity, 1.0));
        assert_eq!(binary::<E>(infinity, 0.25, 1.0), (infinity, 0.75));
        assert_eq!(binary::<E>(-infinity, 1.0, 0.0), (0.0, 0.0));
        let y = Batch::<(Const<1>,), E>::from_vec(vec![E::nan()]).unwrap();
        for label in [0, 1] {
            assert!(BinaryCrossEntropy::new().value(&y, &Labels::<2>::new([label]).unwrap()).unwrap().is_nan());
        }
    }
    on_each_level(|| (limits::<f32>(), limits::<f64>()));
}

/// ℓ and ∂ℓ/∂y of cross-entropy for a label, as a label and as probabilities, without and with options.
fn classes<E: Element, const N: usize>(y: [f64; N], label: u32) -> (f64, Vec<f64>) {
    let output = Batch::<(Const<N>,), E>::from_vec(y.map(E::from_f64).to_vec()).unwrap();
    let labels = Labels::<N>::new([label]).unwrap();
    let (value, gradient) = CrossEntropy::new().value_and_gradient(&output, &labels).unwrap();
    let mut t = vec![E::zero(); N];
    t[label as usize] = E::one();
    let probabilities = Batch::<(Const<N>,), E>::from_vec(t).unwrap();
    let close = |a: &[E], b: &[E]| {
        a.iter().zip(b).all(|(&a, &b)| a == b || a.is_nan() && b.is_nan() || ((a - b) / b).abs().as_f64() < 1e-6)
    };
    assert!(close(&[CrossEntropy::new().value(&output, &labels).unwrap()], &[value]));
    let same = CrossEntropy::new().value_and_gradient(&output, &probabilities).unwrap();
    assert!(close(&[same.0], &[value]) && close(same.1.as_slice(), gradient.as_slice()));
    let weighted = CrossEntropy::new().class_weights([1.0; N]).value_and_gradient(&output, &labels).unwrap();
    assert!(close(&[weighted.0], &[value]) && close(weighted.1.as_slice(), gradient.as_slice()));
    (value.as_f64(), gradient.as_slice().iter().map(|d| d.as_f64()).collect())
}

#[test]
fn cross_entropy_of_a_class_that_is_all_but_certain_keeps_its_loss() {
    fn check<E: Element, const N: usize>(error: f64) {
        let mut y = [-30.0; N];
        y[N - 1] = 0.0;
        let rest = (N - 1) as f64 * (-30.0_f64).exp();
        let (value, d) = classes::<E, N>(y, N as u32 - 1);
        assert!((value / rest.ln_1p() - 1.0).abs() < error, "{N}: {value:e}");
        assert!((d[N - 1] * (1.0 + rest) / -rest - 1.0).abs() < error, "{N}: {:e}", d[N - 1]);
        assert!((d.iter().sum::<f64>() / rest).abs() < 1e-5);
    }
    on_each_level(|| (check::<f32, 2>(1e-6), check::<f32, 10>(1e-6), check::<f32, 37>(1e-6)));
    on_each_level(|| (check::<f64, 10>(1e-14), check::<f64, 37>(1e-14)));
}

#[test]
fn cross_entropy_of_infinite_logits_is_the_limit() {
    fn check<E: Element, const N: usize>() {
        let infinity = f64::INFINITY;
        let mut y = [1.0; N];
        y[0] = -infinity;
        assert_eq!(classes::<E, N>(y, 0).0, infinity);
        assert!((classes::<E, N>(y, 1).0 - ((N - 1) as f64).ln()).abs() < 1e-6);
        y[1] = infinity;
        let (sure, d) = classes::<E, N>(y, 1);
        assert!(sure == 0.0 && d.iter().all(|&d| d == 0.0), "{sure} {d:?}");
        let (wrong, d) = classes::<E, N>(y, 2);
        assert!(wrong == infinity && d[1] == 1.0 && d[2] == -1.0, "{wrong} {d:?}");
        y[2] = infinity;
        assert!(classes::<E, N>(y, 1).0.is_nan());
        assert!(classes::<E, N>([-infinity; N], 1).0.is_nan());
    }
    on_each_level(|| (check::<f32, 5>(), check::<f32, 37>(), check::<f64, 5>(), check::<f64, 37>()));
}

#[test]
fn the_other_losses_at_infinite_outputs() {
    let one = |y: f64| Batch::<(Const<1>,)>::from_vec(vec![y as f32]).unwrap();
    let infinity = f32::INFINITY;
    for y in [f64::INFINITY, f64::NEG_INFINITY] {
        let sign = y.signum() as f32;
        assert_eq!(AbsoluteError.value_and_gradient(&one(y), &one(0.0)).unwrap().1.as_slice(), [sign]);
        let (value, d) = Huber::new(2.0).value_and_gradient(&one(y), &one(0.0)).unwrap();
        assert_eq!((value, d.as_slice()), (infinity, &[2.0 * sign][..]));
        let (value, d) = Hinge::new().value_and_gradient(&one(y), &one(1.0)).unwrap();
        assert_eq!((value, d.as_slice()), if y > 0.0 { (0.0, &[0.0][..]) } else { (infinity, &[-1.0][..]) });
    }
    let y = Batch::<(Const<2>,)>::from_vec(vec![0.0, -infinity]).unwrap();
    let loss = |label| NegativeLogLikelihood.value(&y, &Labels::<2>::new([label]).unwrap()).unwrap();
    assert_eq!((loss(0), loss(1)), (0.0, infinity));
}
