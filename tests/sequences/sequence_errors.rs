//! What goes wrong at run time with sequences, and what a person reads then.

use plumbline::{
    network::PassError,
    prelude::*,
    train::{GradientCheck, LossError, Metric},
};

network! {
    Each: [_, 3] -> [_, 4] { memory: rnn(5); class: dense(4, each_step = true); }
    Reader: [_, 3] -> [4] { memory: gru(5); last; class: dense(4); }
    Fixed: [4, 3] -> [4, 2] { memory: lstm(2); }
    Words: [_] -> [_, 4] { words: embedding(7, 4); memory: rnn(4); }
    Translator: (source: [_, 3], target: [_, 2]) -> [_, 2] {
        encoder: gru(4) <- source;
        decoder: gru(4, state = encoder) <- target;
        out: dense(2, each_step = true);
    }
}

fn zeros<S: Shape>(samples: usize, sizes: &[usize]) -> Batch<S> {
    Batch::zeros_of(samples, sizes).unwrap()
}

fn text<T, E: std::error::Error>(result: Result<T, E>) -> String {
    match result {
        Ok(_) => panic!("nothing went wrong"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn lengths_of_inputs() {
    let x = || zeros::<EachInput>(2, &[4, 3]);
    assert_eq!(text(x().with_lengths(vec![0, 4])), "expected sequences of 1 to 4 steps, found 0 in sample 0");
    assert_eq!(text(x().with_lengths(vec![4, 5])), "expected sequences of 1 to 4 steps, found 5 in sample 1");
    assert_eq!(text(x().with_lengths(vec![1, 2, 3])), "expected a length for each of the 2 samples, found 3 lengths");
    assert_eq!(text(x().with_lengths(vec![1])), "expected a length for each of the 2 samples, found 1 lengths");
    assert_eq!(text(x().with_lengths(vec![])), "expected a length for each of the 2 samples, found 0 lengths");
    assert_eq!(text(x().view().with_lengths(&[4, 0])), "expected sequences of 1 to 4 steps, found 0 in sample 1");

    let padded = |sequences: &[&[f32]]| text(Batch::<EachInput>::padded(sequences));
    assert_eq!(padded(&[&[1.0; 3], &[]]), "expected sequences of at least 1 step, found 0 in sample 1");
    assert_eq!(
        padded(&[&[1.0; 3], &[1.0; 5]]),
        "expected a multiple of the 3 numbers of a step, found 5 numbers in sample 1"
    );
    assert_eq!(
        text(Batch::<FixedInput>::padded([[0.0; 15]])),
        "expected sequences of 1 to 4 steps, found 5 in sample 0"
    );
}

#[test]
fn labels_of_steps() {
    let padded = |sequences: &[&[i64]]| text(StepLabels::<4>::padded(sequences));
    assert_eq!(padded(&[&[0, 3], &[1, 2, 4]]), "expected labels from 0 to 3, found 4 at step 2 of sample 1");
    assert_eq!(padded(&[&[0, -100]]), "expected labels from 0 to 3, found -100 at step 1 of sample 0");
    assert_eq!(padded(&[&[0], &[]]), "expected sequences of at least 1 step, found 0 in sample 1");
    let flat = |labels: &[u8], steps| text(StepLabels::<4>::from_flat(labels.iter().copied(), steps));
    assert_eq!(flat(&[0, 1, 2, 9], 2), "expected labels from 0 to 3, found 9 at step 1 of sample 1");
    assert_eq!(flat(&[0, 1, 2], 2), "expected a multiple of the 2 numbers of a sample, found 3 numbers");
    let labels = || StepLabels::<4>::from_flat([0, 1, 2, 3], 2).unwrap();
    assert_eq!(text(labels().with_lengths(vec![2, 0])), "expected sequences of 1 to 2 steps, found 0 in sample 1");
    assert_eq!(text(labels().with_lengths(vec![2])), "expected a length for each of the 2 samples, found 1 lengths");
}

#[test]
fn targets_that_are_not_as_long_as_outputs() {
    let net = Each::new(1);
    let x = zeros::<EachInput>(2, &[4, 3]).with_lengths(vec![4, 2]).unwrap();
    let (mut pass, mut gradients) = (net.pass(2), net.gradients());
    let labels = |lengths: &[usize]| StepLabels::<4>::padded(lengths.iter().map(|&length| vec![1; length])).unwrap();
    let mut step = |labels: &StepLabels<4>| text(CrossEntropy::new().step(&net, &x, labels, &mut pass, &mut gradients));
    assert_eq!(step(&labels(&[4, 3])), "expected targets for the 2 steps of outputs in sample 1, found targets for 3");
    assert_eq!(step(&labels(&[4, 1])), "expected targets for the 2 steps of outputs in sample 1, found targets for 1");
    // Targets without lengths are all full.
    let full = StepLabels::<4>::from_flat([1; 8], 4).unwrap();
    assert_eq!(step(&full), "expected targets for the 2 steps of outputs in sample 1, found targets for 4");
    // The longest is shorter than that of the outputs.
    assert_eq!(step(&labels(&[3, 2])), "expected targets for the 4 steps of outputs in sample 0, found targets for 3");
    assert_eq!(step(&labels(&[4])), "expected 2 samples, as many as outputs, found 1");

    let y = net.forward(&x).unwrap();
    let target = zeros::<EachOutput>(2, &[4, 4]).with_lengths(vec![4, 3]).unwrap();
    let expected = LossError::Lengths { sample: 1, expected: 2, found: 3 };
    assert_eq!(MeanSquaredError.value(&y, &target), Err(expected.clone()));
    assert_eq!(MeanSquaredError.sum_over_steps().value_and_gradient(&y, &target).unwrap_err(), expected);
    assert_eq!(RSquared.measure(&y, &target).unwrap_err(), expected);
    assert_eq!(Accuracy.measure(&y, &labels(&[4, 3])).unwrap_err(), expected);
    let wide = Each::<f64>::initialized(1);
    let error = GradientCheck::new().run(&wide, x.cast(), &labels(&[4, 3]), &CrossEntropy::new()).unwrap_err();
    assert_eq!(error, expected);
}

#[test]
fn states_of_other_samples() {
    let net = Each::new(1);
    let (mut state, mut pass) = (net.state(3), net.pass(3));
    let x = zeros::<EachInput>(2, &[1, 3]);
    // What the caller has is the batch; the state is what does not fit it.
    assert_eq!(text(net.forward_from(&x, &mut state, &mut pass)), "expected 2 samples, found 3");
    assert_eq!(text(net.forward_train_from(&x, &mut state, &mut pass)), "expected 2 samples, found 3");
    // Nothing happened to it.
    assert!(state.get("memory").unwrap().iter().all(|&h| h == 0.0));
    assert_eq!(net.forward_from(&zeros(3, &[2, 3]), &mut state, &mut pass).unwrap().sizes(), [2, 4]);
}

#[test]
fn gradients_and_batches_of_other_sizes() {
    let net = Each::new(1);
    let (mut pass, mut gradients) = (net.pass(2), net.gradients());
    net.forward_train(&zeros(2, &[4, 3]), &mut pass).unwrap();
    let error = net.backward(&zeros(2, &[5, 4]), &mut pass, &mut gradients).unwrap_err();
    assert_eq!(error, PassError::Sizes { expected: vec![4, 4], found: vec![5, 4] });
    assert_eq!(error.to_string(), "expected the gradient of an output of `[4, 4]`, found one of `[5, 4]`");
    // No step at all is no sequence.
    let none = text(net.forward(&zeros(2, &[0, 3])));
    assert!(none.starts_with("expected ") && none.contains("found "), "{none}");
    let none = text(Reader::new(1).forward(&zeros(2, &[0, 3])));
    assert!(none.starts_with("expected ") && none.contains("found "), "{none}");

    let words = Batch::<WordsInput>::from_vec_of(vec![0.0, 6.0, 7.0, 1.0], &[2]).unwrap();
    assert_eq!(
        text(Words::new(1).forward(&words)),
        "expected a whole number from 0 to 6, found 7 at position 0 of sample 1"
    );

    let net = Translator::new(1);
    let error = text(net.forward(&zeros(2, &[4, 3]), &zeros(3, &[4, 2])));
    assert!(error.starts_with("expected 2 samples") && error.contains("found 3"), "{error}");
}

#[test]
fn a_batch_of_no_samples_is_none_of_these() {
    let net = Each::new(1);
    let y = net.forward(&zeros(0, &[4, 3])).unwrap();
    assert_eq!((y.samples(), y.sizes()), (0, &[4, 4][..]));
    let (mut state, mut pass) = (net.state(0), net.pass(0));
    assert_eq!(net.forward_from(&zeros(0, &[4, 3]), &mut state, &mut pass).unwrap().samples(), 0);
    let labels = StepLabels::<4>::from_flat([0; 0], 4).unwrap();
    let error = CrossEntropy::new().step(&net, zeros(0, &[4, 3]), &labels, &mut pass, &mut net.gradients());
    assert_eq!(text(error), "expected at least 1 sample, found none");
}
