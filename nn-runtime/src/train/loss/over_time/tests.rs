//! Each loss over padded sequences: the same as over each sequence alone, whatever lies in the padding.

use rand::{RngExt, SeedableRng, rngs::StdRng};

use crate::{
    Batch, Const, Free, Network, Parameters, Trainable,
    data::{Dataset, Labels, StepLabels, Target},
    network::{LayerInfo, Part, Plan, Rows, RowsRef, Tensor, TensorMut, Whole},
    train::{
        AbsoluteError, Accuracy, Adam, BinaryCrossEntropy, ConfusionMatrix, Criterion, CrossEntropy, Hinge, Huber,
        Loss, LossError, Losses, MeanSquaredError, Metric, NegativeLogLikelihood, Objective, RSquared, SquaredError,
        TopK, TrainError, Trainer, gradient_check,
    },
};

type Steps = (Free, Const<5>);
type Values = Batch<Steps, f64>;

const LENGTHS: [usize; 4] = [3, 1, 4, 2];

fn random(count: usize, seed: u64) -> Vec<f64> {
    let mut rng = StdRng::seed_from_u64(seed);
    (0..count).map(|_| rng.random_range(-2.0..2.0)).collect()
}

/// The numbers of each sequence, all of them functions of a uniform number from −2 to 2.
fn sequences(seed: u64, row: impl Fn(&[f64]) -> Vec<f64>) -> Vec<Vec<f64>> {
    let numbers = |(sample, &length): (usize, &usize)| random(5 * length, seed + sample as u64);
    LENGTHS.iter().enumerate().map(numbers).map(|numbers| numbers.chunks(5).flat_map(&row).collect()).collect()
}

/// The sequences side by side in `steps` steps, NaN in the padding.
fn batch(sequences: &[Vec<f64>], steps: usize) -> Values {
    let mut numbers = vec![f64::NAN; sequences.len() * steps * 5];
    for (padded, sequence) in numbers.chunks_mut(steps * 5).zip(sequences) {
        padded[..sequence.len()].copy_from_slice(sequence);
    }
    let lengths = sequences.iter().map(|sequence| sequence.len() / 5).collect();
    let mut batch = Values::from_vec_of(numbers.clone(), &[steps, 5]).unwrap().with_lengths(lengths).unwrap();
    batch.as_mut_slice().copy_from_slice(&numbers);
    batch
}

fn alone(sequence: &[f64]) -> Values {
    Batch::from_vec_of(sequence.to_vec(), &[sequence.len() / 5, 5]).unwrap()
}

/// The loss and gradient against those of each sequence alone, and against central differences. `targets` are those of each sequence.
fn check<T: Target>(loss: impl Loss<Steps, T, f64>, target: &T, targets: &[T]) {
    let outputs = sequences(10, <[f64]>::to_vec);
    let normalizers = targets.iter().map(|target| loss.normalizer(target.rows(0..1), 1));
    let parts: Vec<(f64, Values)> =
        outputs.iter().zip(targets).map(|(y, t)| loss.value_and_gradient(&alone(y), t).unwrap()).collect();
    let all = loss.normalizer(target.rows(0..4), 4);
    let sum: f64 = parts.iter().zip(normalizers.clone()).map(|((value, _), z)| value * z).sum();
    // Outputs may have more padding than targets.
    for steps in [4, 6] {
        let y = batch(&outputs, steps);
        let (value, gradient) = loss.value_and_gradient(&y, target).unwrap();
        assert!((value - sum / all).abs() < 1e-12, "{loss:?}: expected {}, found {value}", sum / all);
        assert_eq!(loss.value(&y, target).unwrap(), value, "{loss:?} without a gradient");
        for (sample, ((_, part), z)) in parts.iter().zip(normalizers.clone()).enumerate() {
            let (real, padding) = gradient.sample(sample).unwrap().split_at(part.as_slice().len());
            for (found, expected) in real.iter().zip(part.as_slice()) {
                let expected = expected * z / all;
                assert!((found - expected).abs() < 1e-12, "{loss:?}: expected {expected}, found {found}");
            }
            assert!(padding.iter().all(|&d| d == 0.0), "{loss:?}: {padding:?}");
        }
        for index in (0..y.as_slice().len()).filter(|&index| y.as_slice()[index].is_finite()) {
            let at = |h: f64| {
                let mut moved = y.clone();
                moved.as_mut_slice()[index] += h;
                loss.value(&moved, target).unwrap()
            };
            let (numeric, found) = ((at(1e-5) - at(-1e-5)) / 2e-5, gradient.as_slice()[index]);
            assert!((numeric - found).abs() < 1e-9, "{loss:?} at {index}: expected {numeric}, found {found}");
        }
    }
}

fn check_values(loss: impl Loss<Steps, Values, f64>, row: impl Fn(&[f64]) -> Vec<f64>) {
    let targets = sequences(20, row);
    let each: Vec<Values> = targets.iter().map(|target| alone(target)).collect();
    check(loss, &batch(&targets, 4), &each);
}

fn labels() -> Vec<Vec<usize>> {
    LENGTHS.iter().map(|&length| (0..length).map(|step| (3 * step + length) % 5).collect()).collect()
}

fn check_labels(loss: impl Loss<Steps, StepLabels<5>, f64>) {
    let each: Vec<_> = labels().into_iter().map(|labels| StepLabels::padded([labels]).unwrap()).collect();
    check(loss, &StepLabels::padded(labels()).unwrap(), &each);
}

fn probabilities(row: &[f64]) -> Vec<f64> {
    let sum: f64 = row.iter().map(|x| x.exp()).sum();
    row.iter().map(|x| x.exp() / sum).collect()
}

#[test]
fn padding_is_left_out_of_differences() {
    let map = |f: fn(&f64) -> f64| move |row: &[f64]| row.iter().map(f).collect();
    check_values(SquaredError, <[f64]>::to_vec);
    check_values(MeanSquaredError, <[f64]>::to_vec);
    check_values(MeanSquaredError.sum_over_steps(), <[f64]>::to_vec);
    check_values(AbsoluteError, <[f64]>::to_vec);
    check_values(AbsoluteError.sum_over_steps(), <[f64]>::to_vec);
    check_values(Huber::new(0.7), <[f64]>::to_vec);
    check_values(Huber::new(0.7).sum_over_steps(), <[f64]>::to_vec);
    check_values(Hinge::new(), map(|x| x.signum()));
    check_values(Hinge::new().sum_over_steps(), map(|x| x.signum()));
    check_values(BinaryCrossEntropy::new().positive_weight(3.0), map(|x| x / 4.0 + 0.5));
    check_values(BinaryCrossEntropy::new().sum_over_steps(), map(|x| x / 4.0 + 0.5));
}

#[test]
fn padding_is_left_out_of_classes() {
    let weighted = || CrossEntropy::new().class_weights([0.5, 2.0, 1.0, 0.25, 3.0]).label_smoothing(0.2);
    check_labels(CrossEntropy::new());
    check_labels(weighted());
    check_labels(CrossEntropy::new().sum_over_steps());
    check_labels(NegativeLogLikelihood);
    check_labels(NegativeLogLikelihood.sum_over_steps());
    check_values(CrossEntropy::new(), probabilities);
    check_values(weighted(), probabilities);
    check_values(CrossEntropy::new().label_smoothing(0.1).sum_over_steps(), probabilities);
}

#[test]
fn means_and_sums_are_those_of_their_definitions() {
    let (y, labels) = (sequences(10, <[f64]>::to_vec), labels());
    let padded = batch(&y, 4);
    let of_step = |(row, &label): (&[f64], &usize)| row.iter().map(|y| y.exp()).sum::<f64>().ln() - row[label];
    let sum: f64 = y.iter().zip(&labels).flat_map(|(y, labels)| y.chunks(5).zip(labels).map(of_step)).sum();
    let target = StepLabels::<5>::padded(&labels).unwrap();
    let near = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-12, "{found}, expected {expected}");
    near(CrossEntropy::new().value(&padded, &target).unwrap(), sum / 10.0);
    near(CrossEntropy::new().sum_over_steps().value(&padded, &target).unwrap(), sum / 4.0);

    let squares: f64 = y.iter().flatten().map(|y| y * y).sum();
    let zeros = padded.zeros_like();
    near(MeanSquaredError.value(&padded, &zeros).unwrap(), squares / 50.0);
    near(MeanSquaredError.sum_over_steps().value(&padded, &zeros).unwrap(), squares / 20.0);
    near(SquaredError.value(&padded, &zeros).unwrap(), squares / 2.0 / 4.0);
    // Without lengths all steps are real, as with lengths that are all full.
    let full = Values::from_vec_of(random(60, 1), &[4, 5]).unwrap();
    let same = full.clone().with_lengths(vec![4; 3]).unwrap();
    for (one, other) in [(&full, &full), (&full, &same), (&same, &same)] {
        near(
            MeanSquaredError.value(one, &other.zeros_like()).unwrap(),
            MeanSquaredError.value(&full, &full.zeros_like()).unwrap(),
        );
    }
    let flat = StepLabels::<5>::from_flat((0..12).map(|index| index % 5), 4).unwrap();
    let rows = Batch::<(Const<5>,), f64>::from_vec(full.as_slice().to_vec()).unwrap();
    let of_rows = CrossEntropy::new().value(&rows, &Labels::<5>::new((0..12).map(|index| index % 5)).unwrap()).unwrap();
    near(CrossEntropy::new().value(&full, &flat).unwrap(), of_rows);
    // A fixed number of steps takes labels that are cut off after the longest.
    let fixed = Batch::<(Const<4>, Const<5>), f64>::from_vec(padded.as_slice().to_vec()).unwrap();
    near(
        CrossEntropy::new().value(&fixed.rows(1..2), &target.select(&[1]).unwrap()).unwrap(),
        of_step((&y[1], &labels[1][0])),
    );
}

#[test]
fn several_outputs_are_masked_each_by_its_own_targets() {
    type Outputs = (Steps, Steps);
    type Targets = (StepLabels<5>, Values);
    let y = batch(&sequences(10, <[f64]>::to_vec), 4);
    let both: Targets = (StepLabels::padded(labels()).unwrap(), y.zeros_like());
    let losses = Losses::new((CrossEntropy::new().sum_over_steps(), MeanSquaredError));
    let z = Objective::<Outputs, Targets, f64>::normalizers(&losses, both.rows(0..4), 4);
    assert_eq!(z, [4.0, 50.0]);
    let term =
        |index| Objective::<Outputs, Targets, f64>::term(&losses, index, y.as_slice(), both.rows(0..4), 1.0, None);
    let value = CrossEntropy::new().value(&y, &both.0).unwrap();
    assert!((term(0) - 10.0 * value).abs() < 1e-12);
    assert!((term(1) - 50.0 * MeanSquaredError.value(&y, &both.1).unwrap()).abs() < 1e-12);
    assert_eq!((both.length(1, 2), both.length(2, 0), both.width_other_than(0, 19)), (Some(4), None, Some(20)));
}

#[test]
fn metrics_count_real_steps() {
    let y = batch(&[vec![9.0, 0.0, 0.0, 0.0, 0.0, 0.0, 9.0, 8.0, 0.0, 0.0], vec![0.0, 0.0, 0.0, 0.0, 9.0]], 2);
    let labels = StepLabels::<5>::padded([&[0, 2][..], &[4]]).unwrap();
    assert_eq!(Accuracy.measure(&y, &labels), Ok(2.0 / 3.0));
    assert_eq!(TopK(2).measure(&y, &labels), Ok(1.0));
    let confusion = ConfusionMatrix.tally(&y, &labels).unwrap();
    assert_eq!((confusion.samples(), confusion.count(2, 1), confusion.count(4, 4)), (3, 1, 1));
    assert_eq!(Accuracy.measure(&y, &y), Ok(1.0));
    // Elements of steps that no sample has are no part of the mean.
    assert_eq!(RSquared.measure(&y, &y), Ok(1.0));
    let targets = batch(&[vec![1.0; 10], vec![2.0; 5]], 3);
    let guess = batch(&[vec![1.5; 10], vec![1.5; 5]], 3);
    // Five elements of the first step with two samples each, explained not at all; five of the second, whose one sample is missed.
    assert_eq!(RSquared.measure(&guess, &targets), Ok(0.0));
    assert_eq!(
        Accuracy.measure(&y, &labels.select(&[1, 0]).unwrap()),
        Err(LossError::Lengths { sample: 0, expected: 2, found: 1 })
    );
}

#[test]
fn targets_of_other_lengths_or_sizes_are_errors() {
    let y = batch(&sequences(10, <[f64]>::to_vec), 4);
    let lengths = |sample, expected, found| LossError::Lengths { sample, expected, found };
    let error = |target: &StepLabels<5>| CrossEntropy::new().value(&y, target).unwrap_err();
    let full = StepLabels::from_flat([0; 16], 4).unwrap();
    assert_eq!(error(&full), lengths(0, 3, 4));
    assert_eq!(
        error(&full).to_string(),
        "expected targets for the 3 steps of outputs in sample 0, found targets for 4"
    );
    assert_eq!(error(&full.clone().with_lengths(vec![3, 1, 4, 1]).unwrap()), lengths(3, 2, 1));
    let zeros = Values::zeros_of(4, &[4, 5]).unwrap();
    assert_eq!(MeanSquaredError.value(&y, &zeros), Err(lengths(0, 3, 4)));
    // Outputs without lengths take those of the targets.
    assert!(MeanSquaredError.value(&zeros, &y.zeros_like()).is_ok());
    // Full targets have the outputs' steps; padded ones no more real steps than these.
    let short = Values::zeros_of(4, &[3, 5]).unwrap();
    let width = |expected, found| LossError::Width { expected, found };
    assert_eq!(CrossEntropy::new().value(&short, &full), Err(width(15, 20)));
    assert_eq!(SquaredError.value(&short, &y.zeros_like()), Err(width(15, 20)));
    assert_eq!(width(15, 20).to_string(), "expected targets for outputs of 15 numbers a sample, found targets for 20");

    let mut bad = y.zeros_like();
    bad.as_mut_slice()[3 * 20 + 7] = f64::INFINITY;
    let place = |error| match error {
        LossError::Target { sample, element, .. } => (sample, element),
        other => panic!("{other}"),
    };
    assert_eq!(place(MeanSquaredError.value(&y, &bad).unwrap_err()), (3, 7));
    let mut sums = batch(&sequences(20, probabilities), 4);
    sums.as_mut_slice()[2 * 20 + 5] += 0.25;
    assert!(matches!(CrossEntropy::new().value(&y, &sums), Err(LossError::Sum { sample: 2, .. })));
    let option =
        CrossEntropy::new().label_smoothing(2.0).sum_over_steps().value(&y, &StepLabels::padded(labels()).unwrap());
    assert!(matches!(option, Err(LossError::Option { option: "label_smoothing", .. })));
}

/// A network whose output is its input, and so a sequence as long.
#[derive(Clone, Debug)]
struct Echo;

type Four = (Const<4>, Const<1>);

impl Parameters<f64> for Echo {
    fn tensors(&self) -> usize {
        0
    }

    fn tensor(&self, _: usize) -> Tensor<'_, f64> {
        unreachable!("it has none")
    }

    fn tensor_mut(&mut self, _: usize) -> TensorMut<'_, f64> {
        unreachable!("it has none")
    }
}

impl Network for Echo {
    type Element = f64;
    type Input = Four;
    type Output = Four;
    type OutputKind = crate::network::output::Unknown;
    type Inputs<'a> = [RowsRef<'a, f64>; 1];
    type Kept<'a> = [Rows<'a, f64>; 3];

    const NAME: &'static str = "Echo";
    const LAYERS: &'static [LayerInfo] = &[];
    const PLAN: Plan<'static> =
        Plan { inputs: &[4], outputs: 1, kept: &[4, 4, 4], forward_kept: 1, part: 16, ..Plan::EMPTY };
    const TIMES: &'static [Option<usize>] = &[Some(0)];

    fn initialized(_: u64) -> Self {
        Echo
    }

    fn infer_part(&self, part: &mut Part<'_, Self>) {
        part.kept[0].data_mut().copy_from_slice(part.inputs[0].data());
    }
}

impl Trainable for Echo {
    fn zeroed(&self) -> Self {
        Echo
    }

    fn forward_part(&self, part: &mut Part<'_, Self>) {
        self.infer_part(part);
    }

    fn backward_part<const INPUTS: bool>(&self, part: &mut Part<'_, Self>, _: &mut [f64]) {
        let [_, d_y, d_x] = &mut part.kept;
        if INPUTS {
            d_x.data_mut().copy_from_slice(d_y.data());
        }
    }

    fn finish(&self, _: Whole<'_, Self>, _: &mut Self) {}
}

#[test]
fn where_an_output_is_as_long_as_the_input_its_targets_must_be() {
    let x = Batch::<Four, f64>::from_vec(random(20, 3)).unwrap().with_lengths(vec![2, 4, 1, 3, 2]).unwrap();
    let targets = |lengths: Option<Vec<usize>>| {
        let zeros = Batch::<Four, f64>::zeros(5);
        lengths.map_or(zeros.clone(), |lengths| zeros.with_lengths(lengths).unwrap())
    };
    let right = targets(Some(x.lengths().to_vec()));
    let report = gradient_check(&Echo, &x, &right, &MeanSquaredError).unwrap();
    assert!(report.error() < 1e-7 && report.compared == 20, "{report}");
    let data = Dataset::new(x.clone(), right).unwrap();
    let trainer = || Trainer::new(Adam::new(1e-3), MeanSquaredError).quiet();
    let squares: f64 = x.as_slice().iter().map(|x| x * x).sum();
    assert!((trainer().evaluate(&Echo, &data).unwrap().loss - squares / 12.0).abs() < 1e-12);

    for (lengths, sample, expected, found) in [(None, 0, 2, 4), (Some(vec![2, 4, 1, 2, 2]), 3, 3, 2)] {
        let (wrong, expected) = (targets(lengths), LossError::Lengths { sample, expected, found });
        let (mut pass, mut gradients) = (Echo.pass(5), Echo.gradients());
        assert_eq!(MeanSquaredError.step(&Echo, &x, &wrong, &mut pass, &mut gradients), Err(expected.clone()));
        assert_eq!(gradient_check(&Echo, &x, &wrong, &MeanSquaredError), Err(expected.clone()));
        let data = Dataset::new(x.clone(), wrong).unwrap();
        let error = TrainError::Loss { set: "training", source: expected };
        assert_eq!(trainer().fit(&mut Echo, &data).unwrap_err(), error);
    }
}
