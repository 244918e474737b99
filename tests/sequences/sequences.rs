//! Sequences of different lengths, from data to metrics: what lies in the padding changes nothing.

use plumbline::{
    ShapeError,
    data::Target,
    prelude::*,
    train::{LossError, Metric, TrainError, gradient_check},
};

network! {
    /// Whether the three numbers of a step rise, fall, or do neither.
    Each: [_, 3] -> [_, 3] {
        hidden: dense(24, each_step = true), tanh;
        class: dense(3, each_step = true);
    }

    Values: [_, 3] -> [_, 2] {
        hidden: dense(5, each_step = true), tanh;
        value: dense(2, each_step = true);
    }

    /// Takes no sequence of fewer than four steps.
    Window: [_, 3] -> [2] {
        turned: transpose;
        along: conv1d(4, kernel = 4), tanh, global_avg_pool;
        class: dense(2);
    }
}

/// Sequences of 1 to `longest` steps of three numbers from −1 to 1.
fn sequences(count: usize, longest: usize) -> Vec<Vec<f64>> {
    let mut state = 12_345_u64;
    let mut number = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / f64::from(1 << 30) - 1.0
    };
    (0..count).map(|index| (0..3 * (1 + index * index % longest)).map(|_| number()).collect()).collect()
}

fn labels(sequence: &[f64]) -> Vec<usize> {
    let class = |step: &[f64]| match step {
        [a, b, c] if a < b && b < c => 0,
        [a, b, c] if a > b && b > c => 1,
        _ => 2,
    };
    sequence.chunks(3).map(class).collect()
}

fn lesson(count: usize) -> Dataset<EachInput, StepLabels<3>> {
    let sequences = sequences(count, 9);
    let inputs = Batch::<EachInput, f64>::padded(&sequences).unwrap().cast();
    Dataset::new(inputs, StepLabels::padded(sequences.iter().map(|sequence| labels(sequence))).unwrap()).unwrap()
}

fn trainer<'a>() -> Trainer<'a, Adam, CrossEntropy> {
    Trainer::new(Adam::new(1e-2), CrossEntropy::new()).batch_size(32).quiet()
}

#[test]
fn a_trainer_learns_from_sequences_of_different_lengths() {
    let (train, test) = lesson(600).split(0.8).unwrap();
    let mut net = Each::new(1);
    let history = trainer().epochs(30).validate(&test).metric(Accuracy).metric(TopK(2)).fit(&mut net, &train).unwrap();
    let last = history.epochs.last().unwrap().validation.as_ref().unwrap();
    assert!(last.metrics[0].value > 0.9, "{last:?}");

    // The evaluation is the mean over all steps of all sequences, each taken alone.
    let (mut sum, mut right, mut steps) = (0.0, 0.0, 0.0);
    for index in 0..test.len() {
        let (x, labels) = test.select(&[index]).unwrap().into_parts();
        let count = labels.steps() as f64;
        let x = Batch::<EachInput>::from_vec_of(x.into_vec(), &[labels.steps(), 3]).unwrap();
        let y = net.forward(&x).unwrap();
        sum += count * f64::from(CrossEntropy::new().value(&y, &labels).unwrap());
        right += count * Accuracy.measure(&y, &labels).unwrap();
        steps += count;
    }
    assert!((last.loss - sum / steps).abs() < 1e-5 && (last.metrics[0].value - right / steps).abs() < 1e-9, "{last:?}");
}

#[test]
fn neither_threads_nor_padding_change_a_bit() {
    let train = lesson(300);
    let fit = |threads, data: &Dataset<EachInput, StepLabels<3>>| {
        let mut net = Each::new(2);
        let history = trainer().epochs(2).threads(threads).metric(Accuracy).fit(&mut net, data).unwrap();
        (history.epochs[1].training.clone(), net.hidden.weight().to_owned(), net.class.bias().to_owned())
    };
    let expected = fit(1, &train);
    assert_eq!(fit(3, &train), expected);

    let (mut inputs, labels) = train.into_parts();
    let (steps, lengths) = (inputs.sizes()[0], inputs.lengths().to_vec());
    for (sample, length) in inputs.as_mut_slice().chunks_exact_mut(3 * steps).zip(lengths) {
        sample[3 * length..].fill(f32::NAN);
    }
    let data = Dataset::new(inputs, labels).unwrap();
    assert_eq!(fit(2, &data), expected);
    let net = Each::new(2);
    let clean = trainer().evaluate(&net, &lesson(300)).unwrap();
    assert_eq!(trainer().evaluate(&net, &data).unwrap(), clean);
}

#[test]
fn gradients_of_padded_sequences_agree_with_differences() {
    let (x, net) = (Batch::<EachInput, f64>::padded(sequences(7, 5)).unwrap(), Each::<f64>::initialized(3));
    let steps = StepLabels::<3>::padded(sequences(7, 5).iter().map(|sequence| labels(sequence))).unwrap();
    for report in [
        gradient_check(&net, &x, &steps, &CrossEntropy::new().label_smoothing(0.1)),
        gradient_check(&net, &x, &steps, &CrossEntropy::new().class_weights([1.0, 2.0, 0.5]).sum_over_steps()),
    ] {
        let report = report.unwrap();
        assert!(report.error() < 1e-6 && report.compared > 100, "{report}");
    }
    let net = Values::<f64>::initialized(3);
    let targets =
        Batch::<ValuesOutput, f64>::padded(sequences(7, 5).iter().map(|s| vec![0.3; s.len() / 3 * 2])).unwrap();
    let report = gradient_check(&net, &x, &targets, &MeanSquaredError.sum_over_steps()).unwrap();
    assert!(report.error() < 1e-6, "{report}");
    // A network of steps gives padding no gradient.
    let (mut pass, mut gradients) = (net.pass(7), net.gradients());
    let y = net.forward_train(&x, &mut pass).unwrap().to_batch();
    let (_, d_y) = SquaredError.value_and_gradient(&y, &targets).unwrap();
    let d_x = net.backward(&d_y, &mut pass, &mut gradients).unwrap();
    for (d, length) in d_x.as_slice().chunks(15).zip(x.lengths()) {
        assert!(d[..3 * length].iter().all(|&d| d != 0.0) && d[3 * length..].iter().all(|&d| d == 0.0));
    }
}

#[test]
fn what_does_not_go_together_is_an_error() {
    let data = lesson(40);
    // Targets without lengths do not follow inputs whose padding is cut off.
    let longest = data.inputs().sizes()[0];
    let full = StepLabels::<3>::from_flat(vec![0; 40 * longest], longest).unwrap();
    let mismatch = Dataset::new(data.inputs().select(&(0..40).collect::<Vec<_>>()).unwrap(), full).unwrap();
    let error = trainer().batch_size(1).fit(&mut Each::new(1), &mismatch).unwrap_err();
    let source = |error| if let TrainError::Loss { source, .. } = error { Some(source) } else { None };
    assert!(matches!(source(error), Some(LossError::Width { .. } | LossError::Lengths { .. })));

    // A sequence may have fewer steps than a layer takes.
    let short = Batch::<WindowInput>::padded([vec![0.0; 18], vec![0.0; 6]]).unwrap();
    let short = Dataset::new(short, Labels::<2>::new([0, 1]).unwrap()).unwrap();
    let error = trainer().batch_size(1).shuffle(false).fit(&mut Window::new(1), &short).unwrap_err();
    let source = ShapeError::TooShort { layer: "along".into(), least: 4, sample: 1, found: 2 };
    assert_eq!(error, TrainError::Shape { set: "training", source });

    let step = CrossEntropy::new().step(
        &Each::new(1),
        data.inputs(),
        &data.targets().select(&[0]).unwrap(),
        &mut Each::new(1).pass(1),
        &mut Each::new(1).gradients(),
    );
    assert_eq!(step, Err(LossError::Samples { expected: 40, found: 1 }));
}
