//! Losses, steps and checks of gradients on networks with several inputs.

use crate::differences::data_of;
use plumbline::{
    ShapeError,
    prelude::*,
    report::GradientFlow,
    train::{
        GradientCheck, Loss, LossError, gradient_check,
        loss::{AnyOutput, Losses},
    },
};

network! {
    Pair: (left: [3], right: [_, 2]) -> [2] {
        memory: gru(4) <- right;
        end: last;
        both: concat <- (left, end);
        out: dense(2), tanh;
    }
    Gates: (a: [3], b: [3]) -> [3] { gate: multiply <- (a, b); }
    Three: (a: [2], b: [4], c: [1, 3]) -> (sum: [2], code: [3]) {
        wide: dense(2) <- b;
        sum: add <- (a, wide);
        flat: flatten <- c;
        all: concat <- (sum, flat);
        code: dense(3), sigmoid;
    }
    Translator: (source: [_, 3], target: [_, 2]) -> [_, 2] {
        encoder: lstm(4) <- source;
        decoder: lstm(4, state = encoder) <- target;
        out: dense(2, each_step = true);
    }
    Words: (words: [_], topic: [4]) -> [3] {
        embedded: embedding(7, 4) <- words;
        memory: rnn(4);
        end: last;
        both: add <- (end, topic);
        out: dense(3);
    }
}

/// Σ (y − t)⁴, times a factor in the gradient, which is right where it is 1.
#[derive(Clone, Debug)]
struct Quartic(f64);

impl Criterion for Quartic {
    type Takes = AnyOutput;
}

impl<Out: Shape, E: Element> Loss<Out, Batch<Out, E>, E> for Quartic {
    fn part(&self, y: &[E], t: BatchView<'_, Out, E>, scale: f64, mut d: Option<&mut [E]>) -> f64 {
        let mut sum = 0.0;
        for (index, (y, t)) in y.iter().zip(t.as_slice()).enumerate() {
            let apart = y.as_f64() - t.as_f64();
            sum += apart.powi(4);
            if let Some(d) = &mut d {
                d[index] = E::from_f64(self.0 * scale * 4.0 * apart.powi(3));
            }
        }
        scale * sum
    }
}

const SAMPLES: usize = 19;

fn ragged<S: Shape>(sizes: &[usize]) -> Batch<S, f64> {
    let lengths = (0..SAMPLES).map(|sample| 1 + sample * sample % sizes[0]).collect();
    data_of::<S>(SAMPLES, sizes).with_lengths(lengths).unwrap()
}

fn full<S: Shape>(sizes: &[usize]) -> Batch<S, f64> {
    data_of(SAMPLES, sizes)
}

#[test]
fn gradients_with_respect_to_every_input_agree_with_differences() {
    let (left, right, targets) = (full::<PairLeft>(&[3]), ragged::<PairRight>(&[6, 2]), full(&[2]));
    let net = Pair::<f64>::initialized(3);
    let check = GradientCheck::new().entries(24);
    let report = gradient_check(&net, (&left, &right), &targets, &MeanSquaredError).unwrap();
    assert!(report.error() < 1e-6, "{report}");
    // The parameters, and up to 200 numbers of each input.
    let inputs = (3 * SAMPLES) + 200;
    assert_eq!((report.compared, report.kinks), (net.parameters().map(|p| p.values.len()).sum::<usize>() + inputs, 0));
    let report = check.run(&net, (left, &right), &targets, &Quartic(1.0)).unwrap();
    assert!(report.error() < 1e-6, "{report}");

    let (a, b, c) = (full::<ThreeA>(&[2]), full::<ThreeB>(&[4]), full::<ThreeC>(&[1, 3]));
    let losses = Losses::new((MeanSquaredError, Quartic(1.0)));
    let targets = (full::<ThreeSum>(&[2]), full::<ThreeCode>(&[3]));
    let report = check.run(&Three::<f64>::initialized(3), (&a, &b, &c), &targets, &losses).unwrap();
    assert!(report.error() < 1e-6, "{report}");

    let (source, target) = (ragged::<TranslatorSource>(&[5, 3]), ragged::<TranslatorTarget>(&[7, 2]));
    let targets = ragged::<TranslatorOutput>(&[7, 2]);
    let net = Translator::<f64>::initialized(3);
    let report = check.run(&net, (&source, &target), &targets, &MeanSquaredError).unwrap();
    assert!(report.error() < 1e-6, "{report}");

    let words = (0..SAMPLES * 5).map(|i| (i * i / 3 % 7) as f64).collect();
    let words = Batch::<WordsWords, f64>::from_vec_of(words, &[5]).unwrap();
    let labels = Labels::<3>::new((0..SAMPLES).map(|i| i % 3)).unwrap();
    let report = check.run(&Words::initialized(3), (&words, &full(&[4])), &labels, &CrossEntropy::new()).unwrap();
    assert!(report.error() < 1e-6, "{report}");
}

#[test]
fn a_wrong_gradient_is_found_in_the_input_that_has_it() {
    let (zeros, ones) = (Batch::zeros(2), Batch::from_vec(vec![1.0; 6]).unwrap());
    let net = Gates::<f64>::initialized(1);
    let check = |a: &Batch<GatesA, f64>, b: &Batch<GatesB, f64>| {
        let targets = Batch::from_vec(vec![0.0, 0.0, 0.0, 0.0, 0.5, 0.0]).unwrap();
        gradient_check(&net, (a, b), &targets, &Quartic(3.0)).unwrap().worst.unwrap()
    };
    // ∂C/∂a is b times the loss's.
    let worst = check(&zeros, &ones);
    assert_eq!((worst.name.as_str(), worst.index.as_slice()), ("input 0", &[1, 1][..]));
    let worst = check(&ones, &zeros);
    assert_eq!((worst.name.as_str(), worst.index.as_slice()), ("input 1", &[1, 1][..]));
    assert!((worst.analytic / worst.numeric - 3.0).abs() < 1e-6, "{worst:?}");
}

/// The fused step and the passes one by one are the same arithmetic, and a loop of steps learns.
#[test]
fn a_loss_of_ones_own_steps_a_network_with_two_inputs() {
    let (left, right) = (full::<PairLeft>(&[3]).cast::<f32>(), ragged::<PairRight>(&[6, 2]).cast::<f32>());
    let targets = full::<PairOutput>(&[2]).cast::<f32>();
    let mut net = Pair::new(3);
    let (mut pass, mut fused, mut explicit) = (net.pass(SAMPLES), net.gradients(), net.gradients());
    let first = Quartic(1.0).step(&net, (&left, &right), &targets, &mut pass, &mut fused).unwrap();
    let outputs = net.forward_train(&left, &right, &mut pass).unwrap().to_batch();
    let (value, d_outputs) = Quartic(1.0).value_and_gradient(&outputs, &targets).unwrap();
    net.backward(&d_outputs, &mut pass, &mut explicit).unwrap();
    assert!((first - value).abs() <= 1e-6 * value, "{first} and {value}");
    for (a, b) in explicit.parameters().zip(fused.parameters()) {
        assert_eq!(a.values, b.values, "{}", a.name);
    }
    let mut adam = Adam::new(3e-2);
    let mut last = first;
    for _ in 0..200 {
        last = Quartic(1.0).step(&net, (&left, &right), &targets, &mut pass, &mut fused).unwrap();
        adam.step(&mut net, &fused).unwrap();
    }
    assert!(last < 0.2 * first, "{first} to {last}");
    // A trainer takes it as well.
    let data = Dataset::new((left, right), targets).unwrap();
    let mut trainer = Trainer::new(Adam::new(1e-2), Quartic(1.0)).epochs(3).batch_size(8).quiet();
    let history = trainer.fit(&mut net, &data).unwrap();
    assert!(history.epochs.iter().all(|epoch| epoch.training.loss < f64::from(first)), "{history:?}");
    // Batch by batch, in a loop.
    for batch in data.batches(8).unwrap() {
        let x = (batch.input_at::<0>(), batch.input_at::<1>());
        Quartic(1.0).step(&net, x, batch.targets(), &mut pass, &mut fused).unwrap();
    }
}

#[test]
fn several_losses_and_the_flow_of_gradients_take_several_inputs() {
    let (a, b, c) = (full::<ThreeA>(&[2]), full::<ThreeB>(&[4]), full::<ThreeC>(&[1, 3]));
    let net = Three::<f64>::initialized(3);
    let (mut pass, mut gradients) = (net.pass(SAMPLES), net.gradients());
    let losses = Losses::new((MeanSquaredError, Quartic(1.0)));
    let targets = (full::<ThreeSum>(&[2]), full::<ThreeCode>(&[3]));
    let value = losses.step(&net, (&a, &b, &c), &targets, &mut pass, &mut gradients).unwrap();
    let (sum, code) = net.forward(&a, &b, &c).unwrap();
    let parts = MeanSquaredError.value(&sum, &targets.0).unwrap() + Quartic(1.0).value(&code, &targets.1).unwrap();
    assert!((value - parts).abs() < 1e-12 * parts, "{value} and {parts}");
    let (source, target) = (ragged::<TranslatorSource>(&[5, 3]), ragged::<TranslatorTarget>(&[7, 2]));
    let targets = ragged::<TranslatorOutput>(&[7, 2]);
    let net = Translator::<f64>::initialized(3);
    let flow = GradientFlow::measure(&net, &MeanSquaredError, (&source, &target), &targets).unwrap();
    let steps: Vec<usize> = flow.layers.iter().map(|layer| layer.hidden.len()).collect();
    assert_eq!(steps, [5, 7]);
}

#[test]
fn inputs_that_do_not_go_together_are_an_error() {
    let (left, right, targets) = (full::<PairLeft>(&[3]), ragged::<PairRight>(&[6, 2]), full::<PairOutput>(&[2]));
    let net = Pair::<f64>::initialized(3);
    let (mut pass, mut gradients) = (net.pass(SAMPLES), net.gradients());
    let few = left.select(&[0, 1]).unwrap();
    let expected = LossError::Input(ShapeError::Samples { expected: 2, found: SAMPLES });
    let error = Quartic(1.0).step(&net, (&few, &right), &targets, &mut pass, &mut gradients).unwrap_err();
    assert_eq!(error, expected);
    assert_eq!(gradient_check(&net, (&few, &right), &targets, &MeanSquaredError).unwrap_err(), expected);
    let fewer = targets.select(&[0]).unwrap();
    let error = gradient_check(&net, (&left, &right), &fewer, &MeanSquaredError).unwrap_err();
    assert_eq!(error, LossError::Samples { expected: SAMPLES, found: 1 });
    // The lengths of the targets are those of the second input.
    let (source, target) = (ragged::<TranslatorSource>(&[5, 3]), ragged::<TranslatorTarget>(&[7, 2]));
    let net = Translator::<f64>::initialized(3);
    let wrong = target.clone().with_lengths(vec![7; SAMPLES]).unwrap();
    let error = gradient_check(&net, (&source, &target), &wrong, &MeanSquaredError).unwrap_err();
    assert_eq!(error, LossError::Lengths { sample: 0, expected: 1, found: 7 });
    let index = Batch::<WordsWords, f64>::from_vec_of(vec![7.0], &[1]).unwrap();
    let labels = Labels::<3>::new([0]).unwrap();
    let error = gradient_check(&Words::initialized(3), (&index, &Batch::zeros(1)), &labels, &CrossEntropy::new());
    assert!(matches!(error, Err(LossError::Input(ShapeError::Index { vocabulary: 7, .. }))), "{error:?}");
}
