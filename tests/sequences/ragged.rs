//! Padded sequences in networks with memory: gradients against central differences in `f64`, each sequence as if it were alone, and whatever lies in
//! the padding without effect.

use crate::differences::{check_on, data, data_of};
use plumbline::prelude::*;

network! {
    InStep: [_, 3] -> [_, 2] { memory: rnn(4); out: dense(2, each_step = true); }
    Rectified: [_, 3] -> [4] { memory: rnn(4, activation = relu); last; }
    BothWays: [_, 3] -> [_, 6] { memory: lstm(3, layers = 2, bidirectional = true); }
    Peephole: [_, 3] -> [2] { memory: lstm(4, peephole = true, layers = 2); last; out: dense(2); }
    BothEnds: [_, 3] -> [6] { memory: gru(3, layers = 2, bidirectional = true); last; }
    GruInStep: [_, 3] -> [_, 4] { memory: gru(4), tanh; }

    First: [_, 2] -> [2] { memory: lstm(8); last; class: dense(2); }

    Words: [_] -> [_, 2] { words: embedding(7, 4); memory: lstm(3); out: dense(2, each_step = true); }

    /// Lengths go into a part, through it, and come out of it to what is behind it.
    Around: [_, 4] -> [2] { before: rnn(4); inner: Inner; after: gru(3); last; out: dense(2); }
    Inner: [_, 4] -> [_, 4] { memory: lstm(4, bidirectional = true); out: dense(4, each_step = true); }

    /// A part that needs the lengths of what it is given for its one result.
    Summary: [_, 4] -> [3] { before: gru(4); reader: Reader; }
    Reader: [_, 4] -> [3] { memory: rnn(3); last; }

    /// What keeps the steps apart, before and behind layers with memory.
    Apart: [_, 3] -> [2] {
        wide: dense(4, each_step = true), tanh;
        normal: layer_norm;
        memory: rnn(4);
        both: concat(axis = 1) <- (wide, memory);
        squared: map(|x| x * x + 0.1 * x);
        sum: lstm(3), gelu;
        last;
        out: dense(2);
    }

    Translator: (source: [_, 3], target: [_, 2]) -> [_, 2] {
        encoder: lstm(4, layers = 2) <- source;
        decoder: lstm(4, layers = 2, state = encoder) <- target;
        out: dense(2, each_step = true);
    }
    BothWaysTranslator: (source: [_, 3], target: [_, 2]) -> [_, 6] {
        encoder: gru(3, bidirectional = true) <- source;
        decoder: gru(3, bidirectional = true, state = encoder) <- target;
    }
}

/// More samples than one part of a batch holds, the last part short.
const SAMPLES: usize = 37;
const STEPS: usize = 5;

/// From 1 to [`STEPS`], all of them.
fn lengths() -> Vec<usize> {
    (0..SAMPLES).map(|sample| 1 + (sample * sample + sample / 3) % STEPS).collect()
}

/// Padded sequences.
fn ragged<S: Shape>(sizes: &[usize]) -> Batch<S, f64> {
    data_of(SAMPLES, sizes).with_lengths(lengths()).unwrap()
}

/// The same with `number` in the padding.
fn filled<S: Shape>(mut x: Batch<S, f64>, number: f64) -> Batch<S, f64> {
    let (width, steps, lengths) = (x.width(), x.sizes()[0], x.lengths().to_vec());
    for (sample, length) in x.as_mut_slice().chunks_exact_mut(width).zip(lengths) {
        sample[length * (width / steps)..].fill(number);
    }
    x
}

/// The sequence of one sample without what is behind it.
fn alone<S: Shape>(x: &Batch<S, f64>, sample: usize) -> Batch<S, f64> {
    let (length, mut sizes) = (x.lengths()[sample], x.sizes().to_vec());
    let real = length * (x.width() / sizes[0]);
    sizes[0] = length;
    Batch::from_vec_of(x.sample(sample).unwrap()[..real].to_vec(), &sizes).unwrap()
}

fn bits(numbers: &[f64]) -> Vec<u64> {
    numbers.iter().map(|number| number.to_bits()).collect()
}

fn assert_close(found: &[f64], expected: &[f64], what: &str) {
    assert!(found.len() == expected.len(), "{what}");
    assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12), "{what}: {found:?}, {expected:?}");
}

#[test]
fn gradients_in_step() {
    check_on::<InStep<f64>>(&ragged(&[STEPS, 3]), &ragged(&[STEPS, 2]));
    check_on::<BothWays<f64>>(&ragged(&[STEPS, 3]), &ragged(&[STEPS, 6]));
    check_on::<GruInStep<f64>>(&ragged(&[STEPS, 3]), &ragged(&[STEPS, 4]));
}

#[test]
fn gradients_of_the_last_step() {
    check_on::<Rectified<f64>>(&ragged(&[STEPS, 3]), &data(SAMPLES));
    check_on::<Peephole<f64>>(&ragged(&[STEPS, 3]), &data(SAMPLES));
    check_on::<BothEnds<f64>>(&ragged(&[STEPS, 3]), &data(SAMPLES));
}

#[test]
fn gradients_of_words_and_of_parts() {
    check_on::<Words<f64>>(&words(), &ragged(&[STEPS, 2]));
    check_on::<Around<f64>>(&ragged(&[STEPS, 4]), &data(SAMPLES));
    check_on::<Apart<f64>>(&ragged(&[STEPS, 3]), &data(SAMPLES));
    check_on::<Summary<f64>>(&ragged(&[STEPS, 4]), &data(SAMPLES));
}

fn words() -> Batch<WordsInput, f64> {
    let numbers = (0..SAMPLES * STEPS).map(|i| (i * i / 5 % 7) as f64).collect();
    Batch::from_vec_of(numbers, &[STEPS]).unwrap().with_lengths(lengths()).unwrap()
}

/// A step's value, output and gradients of a padded batch have the same bits whatever the padding holds, and each sequence gives what it gives alone.
macro_rules! untouched {
    ($($net:ident: $x:expr, $target:expr, $padding:expr;)*) => {
        $({
            let (name, net, x, target) = (stringify!($net), $net::<f64>::initialized(3), $x, $target);
            let (mut pass, mut gradients) = (net.pass(SAMPLES), net.gradients());
            let mut run = |x: &Batch<_, f64>, target: &Batch<_, f64>| {
                let y = net.forward_train(x, &mut pass).unwrap().to_batch();
                let (value, d_y) = SquaredError.value_and_gradient(&y, target).unwrap();
                let d_x = net.backward(&d_y, &mut pass, &mut gradients).unwrap().to_batch();
                let explicit: Vec<f64> = gradients.parameters().flat_map(|tensor| tensor.values.to_vec()).collect();
                let fused = SquaredError.step(&net, x, target, &mut pass, &mut gradients).unwrap();
                let tensors = gradients.parameters().flat_map(|tensor| tensor.values.to_vec());
                let fused: Vec<f64> = std::iter::once(fused).chain(tensors).collect();
                let inferred = net.forward(x).unwrap();
                assert_eq!(inferred.lengths(), y.lengths(), "{name}");
                (bits(y.as_slice()), value.to_bits(), bits(d_x.as_slice()), bits(&explicit), bits(&fused), bits(inferred.as_slice()))
            };
            let expected = run(&x, &target);
            for number in $padding {
                // Targets of one step a sample have no padding.
                let target = if target.lengths().is_empty() { target.clone() } else { filled(target.clone(), f64::NAN) };
                assert!(run(&filled(x.clone(), number), &target) == expected, "{name}: {number} in the padding");
            }
            assert!(expected.0.iter().chain(&expected.2).all(|&bits| f64::from_bits(bits).is_finite()), "{name}");

            let padded = net.forward(&x).unwrap();
            for sample in 0..SAMPLES {
                let expected = net.forward(&alone(&x, sample)).unwrap();
                let (real, behind) = padded.sample(sample).unwrap().split_at(expected.width());
                assert_close(real, expected.as_slice(), &format!("{name}, sample {sample}"));
                assert!(padded.lengths().is_empty() || padded.lengths()[sample] == x.lengths()[sample]);
                assert!(padded.lengths().is_empty() == behind.is_empty() || x.lengths()[sample] == STEPS, "{name}");
            }
        })*
    };
}

#[test]
fn padding_changes_nothing_in_step() {
    untouched! {
        InStep: ragged::<InStepInput>(&[STEPS, 3]), ragged(&[STEPS, 2]), [f64::NAN, 1e300];
        BothWays: ragged::<BothWaysInput>(&[STEPS, 3]), ragged(&[STEPS, 6]), [f64::NAN, 1e300];
        GruInStep: ragged::<GruInStepInput>(&[STEPS, 3]), ragged(&[STEPS, 4]), [f64::NAN, 1e300];
        // What is no index does not come in, not even in the padding.
        Words: words(), ragged(&[STEPS, 2]), [1.0, 6.0];
    }
}

#[test]
fn padding_changes_nothing_of_the_last_step() {
    untouched! {
        Rectified: ragged::<RectifiedInput>(&[STEPS, 3]), data(SAMPLES), [f64::NAN, 1e300];
        Peephole: ragged::<PeepholeInput>(&[STEPS, 3]), data(SAMPLES), [f64::NAN, 1e300];
        BothEnds: ragged::<BothEndsInput>(&[STEPS, 3]), data(SAMPLES), [f64::NAN, 1e300];
        Around: ragged::<AroundInput>(&[STEPS, 4]), data(SAMPLES), [f64::NAN, 1e300];
        Summary: ragged::<SummaryInput>(&[STEPS, 4]), data(SAMPLES), [f64::NAN, 1e300];
        Apart: ragged::<ApartInput>(&[STEPS, 3]), data(SAMPLES), [1e3, -7.0];
    }
}

/// A view keeps what its padding holds; a layer without memory reads it, and 0 times what is no number is none.
#[test]
fn what_is_no_number_in_the_padding_reaches_no_gradient() {
    untouched! {
        Apart: ragged::<ApartInput>(&[STEPS, 3]), data(SAMPLES), [f64::NAN];
    }
}

/// Gradients of Σ d · y against differences, padding without effect, and each pair of sequences as if it were alone.
macro_rules! translated {
    ($net:ident, $source:ident, $target:ident, $output:ident, $width:literal) => {{
        let net = $net::<f64>::initialized(5);
        let (source, target) = (ragged::<$source>(&[STEPS, 3]), data_of::<$target>(SAMPLES, &[4, 2]));
        let target = target.with_lengths((0..SAMPLES).map(|sample| 1 + sample % 4).collect()).unwrap();
        // 0 behind the end of a target, whose output there is no matter of the cost.
        let d = data_of::<$output>(SAMPLES, &[4, $width]).with_lengths(target.lengths().to_vec()).unwrap();
        let cost = |net: &$net<f64>, source: &Batch<$source, f64>, target: &Batch<$target, f64>| -> f64 {
            let y = net.forward_train(source, target, &mut net.pass(SAMPLES)).unwrap().to_batch();
            y.as_slice().iter().zip(d.as_slice()).map(|(y, d)| y * d).sum()
        };
        let (mut pass, mut gradients) = (net.pass(SAMPLES), net.gradients());
        let y = net.forward_train(&source, &target, &mut pass).unwrap().to_batch();
        assert_eq!(y.lengths(), target.lengths());
        let (d_source, d_target) = net.backward(&d, &mut pass, &mut gradients).unwrap();
        let (d_source, d_target) = (d_source.to_batch(), d_target.to_batch());
        let near = |at: &dyn Fn(f64) -> f64, found: f64, what: &str| {
            let wide = (at(2e-4) - at(-2e-4)) / 4e-4;
            let narrow = (at(1e-4) - at(-1e-4)) / 2e-4;
            let expected = (4.0 * narrow - wide) / 3.0;
            let size = expected.abs().max(found.abs()).max(1e-3);
            assert!((expected - found).abs() < 1e-6 * size, "{what}: expected {expected:e}, found {found:e}");
        };
        for index in (0..source.as_slice().len()).step_by(13) {
            let at = |h: f64| {
                let mut moved = source.clone();
                moved.as_mut_slice()[index] += h;
                cost(&net, &moved, &target)
            };
            near(&at, d_source.as_slice()[index], &format!("source {index}"));
        }
        for index in (0..target.as_slice().len()).step_by(7) {
            let at = |h: f64| {
                let mut moved = target.clone();
                moved.as_mut_slice()[index] += h;
                cost(&net, &source, &moved)
            };
            near(&at, d_target.as_slice()[index], &format!("target {index}"));
        }
        for tensor in 0..net.tensors() {
            let found = gradients.tensor(tensor);
            for index in (0..found.values.len()).step_by(5) {
                let at = |h: f64| {
                    let mut net = net.clone();
                    net.tensor_mut(tensor).values[index] += h;
                    cost(&net, &source, &target)
                };
                near(&at, found.values[index], &format!("{} {index}", found.name));
            }
        }

        let (dirty_source, dirty_target) = (filled(source.clone(), f64::NAN), filled(target.clone(), f64::NAN));
        let mut again = net.gradients();
        let dirty = net.forward_train(&dirty_source, &dirty_target, &mut pass).unwrap().to_batch();
        assert_eq!(bits(dirty.as_slice()), bits(y.as_slice()));
        let (d_dirty_source, d_dirty_target) = net.backward(&d, &mut pass, &mut again).unwrap();
        assert_eq!(bits(d_dirty_source.as_slice()), bits(d_source.as_slice()));
        assert_eq!(bits(d_dirty_target.as_slice()), bits(d_target.as_slice()));
        for (found, expected) in again.parameters().zip(gradients.parameters()) {
            assert_eq!(bits(found.values), bits(expected.values), "{}", found.name);
        }
        let inferred = net.forward(&dirty_source, &dirty_target).unwrap();
        assert_close(inferred.as_slice(), y.as_slice(), "inference");
        for sample in 0..SAMPLES {
            let expected = net.forward(&alone(&source, sample), &alone(&target, sample)).unwrap();
            assert_close(
                &y.sample(sample).unwrap()[..expected.width()],
                expected.as_slice(),
                &format!("sample {sample}"),
            );
        }
    }};
}

#[test]
fn a_decoder_starts_where_each_source_ends() {
    translated!(Translator, TranslatorSource, TranslatorTarget, TranslatorOutput, 2);
}

#[test]
fn a_decoder_of_both_directions_starts_where_each_source_ends() {
    translated!(BothWaysTranslator, BothWaysTranslatorSource, BothWaysTranslatorTarget, BothWaysTranslatorOutput, 6);
}

/// Whether the first number of a sequence is above 0, told at its end.
#[test]
fn a_trainer_teaches_what_to_remember() {
    let numbers = data_of::<FirstInput>(400, &[7, 2]);
    let length = |sample: usize| 1 + sample * sample % 7;
    let sequences = (0..400).map(|sample| &numbers.sample(sample).unwrap()[..2 * length(sample)]);
    let x = Batch::<FirstInput, f64>::padded(sequences.clone()).unwrap().cast();
    let labels = Labels::<2>::new(sequences.map(|sequence| usize::from(sequence[0] > 0.0))).unwrap();
    let (train, test) = Dataset::new(x, labels).unwrap().split(0.75).unwrap();
    let trainer =
        || Trainer::new(Adam::new(2e-2), CrossEntropy::new()).epochs(40).batch_size(32).clip_norm(1.0).quiet();
    let mut net = First::new(1);
    trainer().threads(1).fit(&mut net, &train).unwrap();
    let found = trainer().metric(Accuracy).evaluate(&net, &test).unwrap();
    assert!(found.metrics[0].value > 0.95, "{found:?}");

    // The evaluation is the mean over the sequences, each taken alone.
    let cost: f64 = (0..test.len())
        .map(|index| {
            let (x, label) = test.select(&[index]).unwrap().into_parts();
            assert_eq!(x.lengths(), [x.sizes()[0]]);
            let alone = Batch::<FirstInput>::from_vec_of(x.as_slice().to_vec(), x.sizes()).unwrap();
            f64::from(CrossEntropy::new().value(&net.forward(&alone).unwrap(), &label).unwrap())
        })
        .sum();
    assert!((found.loss - cost / test.len() as f64).abs() < 1e-5);

    // Nor do threads matter.
    let mut other = First::new(1);
    trainer().threads(3).fit(&mut other, &train).unwrap();
    for (found, expected) in other.parameters().zip(net.parameters()) {
        assert_eq!(found.values, expected.values, "{}", found.name);
    }
}
