//! Ragged batches in every layer over time: a network gives for each sequence what it gives for it alone, forward and backward. That is bit for bit but
//! for `dense` over a single row and recurrent layers, and for the gradients of parameters: these agree to 1e-6 of the largest number in `f32` and to 1e-14
//! in `f64`. Gradients agree with central differences as well.

use crate::alone::{Apart, apart_from_alone, each_as_if_alone, near, padding, run, sizes_of};
use crate::differences::{check_on, data, data_of};
use plumbline::{
    Element, ShapeError,
    network::abi::{entry, rows},
    prelude::*,
    train::{Loss, LossError, TrainError},
};

network! {
    Words: [_] -> [1] { words: embedding(50, 6); transpose; global_avg_pool; out: dense(1); }
    Sentences: [_] -> [2] { words: embedding(7, 4); transpose; global_avg_pool; wide: dense(6), tanh; out: dense(2); }
    FixedWords: [9] -> [1] { words: embedding(50, 6); transpose; global_avg_pool; out: dense(1); }
    Means: [_, 2] -> [2] { transpose; global_avg_pool; }
    Largest: [_, 3] -> [2] { wide: dense(4, each_step = true), tanh; transpose; global_max_pool; out: dense(2); }

    Same: [3, _] -> [4, _] { conv: conv1d(4, kernel = 3, padding = same), tanh; }
    Even: [3, _] -> [4, _] { conv: conv1d(4, kernel = 4, padding = same), tanh; }
    Strided: [3, _] -> [2] {
        conv: conv1d(4, kernel = 3, stride = 2, padding = 1), elu(1.0);
        second: conv1d(4, kernel = 2, dilation = 2, groups = 2), silu;
        global_avg_pool;
        out: dense(2);
    }
    UpAgain: [3, _] -> [2, _] {
        down: conv1d(4, kernel = 2, stride = 2), gelu;
        up: conv_transpose1d(2, kernel = 3, stride = 2, padding = 1, output_padding = 1);
    }
    Maxima: [3, _] -> [3, _] { max_pool1d(3, stride = 1, padding = 1); }
    Windows: [3, _] -> [3, _] {
        avg_pool1d(3, stride = 2, padding = 1);
        weighted_avg_pool1d(3, stride = 1, padding = 1);
        lp_pool1d(2, stride = 1, padding = 1);
    }
    MaxBins: [_, 3] -> [3, 4] { transpose; adaptive_max_pool1d(4); }
    MeanBins: [_, 3] -> [3, 4] { transpose; adaptive_avg_pool1d(4); }

    BeforeMemory: [_] -> [2] {
        words: embedding(9, 4);
        transpose;
        conv: conv1d(5, kernel = 3, stride = 2), tanh;
        transpose;
        memory: lstm(3, bidirectional = true);
        last;
        out: dense(2);
    }
    AfterMemory: [_, 3] -> [_, 2] {
        memory: gru(4);
        transpose;
        conv: conv1d(3, kernel = 2);
        max_pool1d(2);
        transpose;
        state: rnn(3);
        out: dense(2, each_step = true);
    }

    Residual: [_, 3] -> [2] { transpose; first: conv1d(4, kernel = 1); block: Block; global_avg_pool; out: dense(2); }
    Block: [4, _] -> [4, _] {
        conv: conv1d(4, kernel = 3, padding = same), tanh;
        again: conv1d(4, kernel = 3, padding = 1);
        sum: add <- (input, again);
    }
    Pyramid: [4, _] -> [2] { one: Halves; two: Halves; global_max_pool; out: dense(2); }
    Halves: [4, _] -> [4, _] { conv: conv1d(4, kernel = 3, stride = 2, padding = 1), tanh; }

    Attention: [_, 3] -> [3] {
        scores: dense(3, each_step = true);
        weights: transpose, softmax;
        values: dense(3, each_step = true) <- input;
        turned: transpose;
        product: multiply <- (weights, turned);
        global_avg_pool;
    }
    Logarithms: [_, 3] -> [3, _] { transpose; log_softmax; }
    Branches: [3, _] -> [2] {
        a: conv1d(2, kernel = 3, padding = same) <- input;
        b: conv1d(3, kernel = 1), sigmoid <- input;
        both: concat(axis = 0) <- (a, b);
        global_avg_pool;
        out: dense(2);
    }
    Elementwise: [_, 3] -> [2] {
        normal: layer_norm;
        map(|x| (x * x + 1.0).ln() + 2.0);
        wide: dense(4, each_step = true), sigmoid;
        transpose;
        lp_pool1d(2);
        global_avg_pool;
        out: dense(2);
    }
    /// The slope at 0, where the padding is, is no number.
    Roots: [_, 3] -> [2] { map(|x| (x * x).sqrt().sqrt()); wide: dense(4, each_step = true); transpose; global_avg_pool; out: dense(2); }

    Heights: [1, _, 4] -> [2] {
        conv: conv2d(3, kernel = [3, 2], padding = [1, 0]), tanh;
        max_pool2d([2, 1]);
        global_avg_pool;
        out: dense(2);
    }
    Widths: [1, 4, _] -> [3] {
        conv: conv2d(2, kernel = 3, padding = 1), tanh;
        max_pool2d(3, stride = 1, padding = 1);
        adaptive_avg_pool2d([2, 2]);
        flatten;
        out: dense(3);
    }

    Normalized: [3, _] -> [3, _] { norm: batch_norm; }
    Rectified: [3, _] -> [4, _] { conv: conv1d(4, kernel = 3, padding = same); norm: batch_norm, relu; }
    Dropped: [3, _] -> [2] { dropout(0.5); conv: conv1d(2, kernel = 3, padding = 1), relu; drop: dropout(0.3); global_avg_pool; }

    Sums: (a: [3, _], b: [3, _]) -> [3, _] { sum: add <- (a, b); }
    FixedSums: (a: [9, 3], b: [9, 3]) -> [9, 3] { sum: add <- (a, b); }
    Ends: [3, _] -> [3, _] { a: max_pool1d(2) <- input; b: max_pool1d(3, stride = 2, padding = 1) <- input; sum: add <- (a, b); }
    Flat: [_, 2] -> [_] { flat: flatten; }
    Across: [_, _] -> [_, _] { turned: transpose; }
    Deep: [_, 3] -> [2] { before: transpose; deep: Inside; pool: global_avg_pool; out: dense(2); }
    Inside: [3, _] -> [4, _] { inner: conv1d(4, kernel = 5, stride = 2); }

    // Layers by themselves, with more channels and features than registers have lanes.
    Convolved: [20, _] -> [24, _] { conv: conv1d(24, kernel = 5, padding = same); }
    Imaged: [18, _, 3] -> [40, _, 3] { conv: conv2d(40, kernel = 3, padding = same); }
    Upsampled: [20, _] -> [24, _] { up: conv_transpose1d(24, kernel = 3, stride = 2); }
    Embedded: [_] -> [_, 6] { words: embedding(9, 6); }
    Standard: [_, 40] -> [_, 40] { norm: layer_norm; }
    Activated: [_, 40] -> [_, 40] { map(|x| (x * x + 1.0).ln()); gelu, softmax; }
    Normed: [20, _] -> [20] { lp_pool1d(2), weighted_avg_pool1d(1), avg_pool1d(1), max_pool1d(1); global_avg_pool; }
    Affine: [_, 40] -> [_, 30] { wide: dense(30, each_step = true); }
    Simple: [_, 20] -> [_, 24] { memory: rnn(24); }
    Long: [_, 20] -> [_, 24] { memory: lstm(24); }
    Gated: [_, 20] -> [_, 24] { memory: gru(24); }

    Labelled: [_, 2] -> [_, 2] {
        transpose;
        conv: conv1d(8, kernel = 3, stride = 2, padding = 1), relu;
        transpose;
        class: dense(2, each_step = true);
    }
    Signals: [2, _] -> [1, _] { conv: conv1d(8, kernel = 3, padding = same), tanh; out: conv1d(1, kernel = 1); }
}

/// More samples than one part of a batch holds, the last part short.
const SAMPLES: usize = 37;
const STEPS: usize = 9;

/// From 3 to [`STEPS`], all of them.
fn lengths() -> Vec<usize> {
    (0..SAMPLES).map(|sample| 3 + (sample * sample + sample / 3) % (STEPS - 2)).collect()
}

fn sequences<S: Shape, E: Element>(sizes: &[usize]) -> Batch<S, E> {
    data_of::<S>(SAMPLES, sizes).cast().with_lengths(lengths()).unwrap()
}

/// Batches of sequences with padding up to [`STEPS`].
fn ragged<S: Shape, E: Element>() -> Batch<S, E> {
    let sizes: Vec<usize> = S::DIMS.iter().map(|&size| if size == usize::MAX { STEPS } else { size }).collect();
    sequences(&sizes)
}

fn tokens<S: Shape, E: Element>(vocabulary: usize) -> Batch<S, E> {
    let numbers = (0..SAMPLES * STEPS).map(|i| E::from_f64((i * i / 5 % vocabulary) as f64)).collect();
    Batch::from_vec_of(numbers, &[STEPS]).unwrap().with_lengths(lengths()).unwrap()
}

/// The property, and gradients against central differences of the mean squared error, over real steps where the output is a sequence.
fn holds<N>(x: &Batch<N::Input, f64>)
where
    N: Trainable<Element = f64, Input: Shape, Output: Shape>,
    MeanSquaredError: Loss<N::Output, Batch<N::Output, f64>, f64>,
{
    let net = each_as_if_alone::<N>(x, 1e-14);
    let mut pass = net.pass(1);
    pass.enter(&[entry(x)]).unwrap();
    pass.infer(&net, &[rows(x)], SAMPLES);
    let (sizes, lengths) = (sizes_of::<N::Output>(pass.output_width(0)), pass.output_lengths(0).to_vec());
    let targets = data_of::<N::Output>(SAMPLES, &sizes);
    let targets = if lengths.is_empty() { targets } else { targets.with_lengths(lengths).unwrap() };
    check_on::<N>(x, &targets);
}

#[test]
fn pools_over_time() {
    each_as_if_alone::<Words<f64>>(&tokens(50), 1e-14);
    holds::<Sentences<f64>>(&tokens(7));
    holds::<Largest<f64>>(&ragged());
    holds::<Maxima<f64>>(&ragged());
    holds::<Windows<f64>>(&ragged());
    holds::<MaxBins<f64>>(&ragged());
    holds::<MeanBins<f64>>(&ragged());
}

#[test]
fn convolutions_over_time() {
    holds::<Same<f64>>(&ragged());
    holds::<Even<f64>>(&ragged());
    holds::<UpAgain<f64>>(&ragged());
    // 3 steps become 2, and a window of 2 with dilation 2 spans 3.
    let long = data_of(SAMPLES, &[3, 12]).with_lengths(lengths().iter().map(|length| length + 3).collect()).unwrap();
    holds::<Strided<f64>>(&long);
    holds::<Signals<f64>>(&ragged());
}

#[test]
fn layers_with_memory_before_and_behind() {
    holds::<BeforeMemory<f64>>(&tokens(9));
    holds::<AfterMemory<f64>>(&ragged());
}

#[test]
fn parts_branches_and_what_goes_over_a_whole_axis() {
    holds::<Residual<f64>>(&ragged());
    holds::<Pyramid<f64>>(&ragged());
    holds::<Attention<f64>>(&ragged());
    holds::<Logarithms<f64>>(&ragged());
    holds::<Branches<f64>>(&ragged());
}

#[test]
fn elementwise_layers_and_images() {
    holds::<Elementwise<f64>>(&ragged());
    holds::<Roots<f64>>(&ragged());
    holds::<Heights<f64>>(&ragged());
    holds::<Widths<f64>>(&ragged());
}

/// The most that networks of `f32` are apart, over some seeds.
fn single<N: Trainable<Element = f32, Input: Shape, Output: Shape>>(x: &Batch<N::Input>) -> Apart {
    (0..2).map(|seed| apart_from_alone::<N>(x, seed)).fold(Apart::default(), Apart::max)
}

/// Bit for bit in values and in the gradient of the input, whatever else is in the batch. Gradients of parameters are sums over all steps of all samples,
/// whose order follows the batch.
fn same_bits<N: Trainable<Element = f32, Input: Shape, Output: Shape>>(x: &Batch<N::Input>) {
    let Apart { inference, training, input, parameters } = single::<N>(x);
    assert_eq!([inference, training, input], [0.0; 3], "{}", N::NAME);
    assert!(parameters <= 1e-6, "{}: {parameters:e}", N::NAME);
}

/// Up to rounding, where a layer adds the products of one row in another order than those of many.
fn same_up_to_rounding<N>(x: &Batch<N::Input>)
where
    N: Trainable<Element = f32, Input: Shape, Output: Shape>,
{
    let apart = single::<N>(x);
    let Apart { inference, training, input, parameters } = apart;
    let close = inference.max(training).max(input).max(parameters) <= 1e-6;
    assert!(close, "{}: {apart:?}", N::NAME);
}

#[test]
fn single_precision_bit_for_bit() {
    same_bits::<Means>(&ragged());
    same_bits::<Maxima>(&ragged());
    same_bits::<Windows>(&ragged());
    same_bits::<MaxBins>(&ragged());
    same_bits::<MeanBins>(&ragged());
    same_bits::<Normed>(&ragged());
    same_bits::<Same>(&ragged());
    same_bits::<Even>(&ragged());
    same_bits::<UpAgain>(&ragged());
    same_bits::<Signals>(&ragged());
    same_bits::<Convolved>(&ragged());
    same_bits::<Imaged>(&ragged());
    same_bits::<Upsampled>(&ragged());
    same_bits::<Embedded>(&tokens(9));
    same_bits::<Standard>(&ragged());
    same_bits::<Activated>(&ragged());
    same_bits::<Affine>(&ragged());
    same_bits::<Labelled>(&ragged());
    same_bits::<Logarithms>(&ragged());
}

#[test]
fn single_precision_up_to_rounding() {
    same_up_to_rounding::<Simple>(&ragged());
    same_up_to_rounding::<Long>(&ragged());
    same_up_to_rounding::<Gated>(&ragged());
    same_up_to_rounding::<Words>(&tokens(50));
    same_up_to_rounding::<Sentences>(&tokens(7));
    same_up_to_rounding::<Largest>(&ragged());
    let long = data_of(SAMPLES, &[3, 12]).with_lengths(lengths().iter().map(|length| length + 3).collect()).unwrap();
    same_up_to_rounding::<Strided>(&long.cast());
    same_up_to_rounding::<BeforeMemory>(&tokens(9));
    same_up_to_rounding::<AfterMemory>(&ragged());
    same_up_to_rounding::<Residual>(&ragged());
    same_up_to_rounding::<Pyramid>(&ragged());
    same_up_to_rounding::<Attention>(&ragged());
    same_up_to_rounding::<Branches>(&ragged());
    same_up_to_rounding::<Elementwise>(&ragged());
    same_up_to_rounding::<Roots>(&ragged());
    same_up_to_rounding::<Heights>(&ragged());
    same_up_to_rounding::<Widths>(&ragged());
}

/// In inference, a batch of one sample and the batch around it have the same bits: each bin is calculated by itself.
#[test]
fn a_sentence_beside_a_longer_one_has_the_bits_that_it_has_alone() {
    let net = Words::new(1);
    let both = Batch::padded([&[3.0, 41.0, 7.0][..], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]]).unwrap();
    let alone = Batch::padded([[3.0, 41.0, 7.0]]).unwrap();
    let (both, alone) = (net.forward(&both).unwrap(), net.forward(&alone).unwrap());
    assert_eq!(both.as_slice()[0].to_bits(), alone.as_slice()[0].to_bits());
}

/// What `(x * mask).sum(1) / mask.sum(1)` gives in PyTorch.
#[test]
fn a_mean_over_real_steps_by_hand() {
    let x = Batch::padded([&[1.0, 2.0, 3.0, 4.0, 5.0, 9.0][..], &[7.0, 8.0]]).unwrap();
    assert_eq!(Means::new(1).forward(&x).unwrap().as_slice(), [3.0, 5.0, 7.0, 8.0]);
}

/// Where time has a fixed size, lengths count in the same way.
#[test]
fn a_fixed_axis_of_time_has_lengths_too() {
    let (x, fixed) = (tokens::<WordsInput, f64>(50), tokens::<FixedWordsInput, f64>(50));
    let (free, net) = (Words::<f64>::initialized(7), FixedWords::<f64>::initialized(7));
    assert_eq!(net.forward(&fixed).unwrap(), free.forward(&x).unwrap());
}

/// A step of a ragged batch is normalized as if all real steps were samples of one step each: padding counts in no mean and no variance.
#[test]
fn batch_norm_counts_real_steps_alone() {
    let x = ragged::<NormalizedInput, f64>();
    let net = Normalized::<f64>::initialized(1);
    let steps = |all: &[f64], lengths: &[usize]| -> Vec<f64> {
        let samples = all.chunks_exact(3 * STEPS).zip(lengths);
        let each =
            samples.flat_map(|(row, &length)| (0..length).map(move |t| [row[t], row[STEPS + t], row[2 * STEPS + t]]));
        each.flatten().collect()
    };
    let mut d = data_of::<NormalizedOutput>(SAMPLES, &[3, STEPS]);
    // Not the numbers of x, whose own direction has no gradient.
    d.as_mut_slice().reverse();
    let all = run(&net, &x, |_, _| d.as_slice().to_vec());
    let apart = Batch::from_vec_of(steps(x.as_slice(), x.lengths()), &[3, 1]).unwrap();
    let apart = run(&net, &apart, |_, _| steps(d.as_slice(), x.lengths()));
    near(&steps(&all.trained, x.lengths()), &apart.trained, 1e-12, "training");
    near(&steps(&all.d_x, x.lengths()), &apart.d_x, 1e-12, "gradient");
    // Those of the running statistics are among them.
    near(&all.gradients, &apart.gradients, 1e-12, "gradients of the parameters");
    let targets = data_of(SAMPLES, &[4, STEPS]).with_lengths(lengths()).unwrap();
    check_on::<Rectified<f64>>(&x, &targets);
}

#[test]
fn dropout_leaves_nothing_in_the_padding() {
    let (x, net) = (ragged::<DroppedInput, f64>(), Dropped::<f64>::initialized(1));
    let d = || data::<DroppedOutput>(SAMPLES).into_vec();
    let clean = run(&net, &x, |_, _| d());
    let mut dirty = x.clone();
    for (row, &length) in dirty.as_mut_slice().chunks_exact_mut(3 * STEPS).zip(x.lengths()) {
        padding(row, &[3, STEPS], 1, length, |x| *x = f64::NAN);
    }
    let again = run(&net, &dirty, |_, _| d());
    assert_eq!((clean.trained, clean.d_x, clean.gradients), (again.trained, again.d_x, again.gradients));
}

#[test]
fn a_sequence_too_short_for_a_layer_is_an_error() {
    let signals =
        |lengths: [usize; 3]| data_of::<StridedInput>(3, &[3, 12]).with_lengths(lengths.to_vec()).unwrap().cast();
    let error = Strided::new(1).forward(&signals([12, 5, 4])).unwrap_err();
    let expected = ShapeError::TooShort { layer: "second".into(), least: 5, sample: 2, found: 4 };
    assert_eq!(error, expected);
    assert_eq!(error.to_string(), "expected sequences of at least 5 steps for the layer `second`, found 4 in sample 2");
    assert!(Strided::new(1).forward(&signals([12, 5, 5])).is_ok());
    // In a part the layer's whole name is given, and a trainer says the same of a dataset.
    let short = data_of::<DeepInput>(2, &[7, 3]).with_lengths(vec![7, 4]).unwrap().cast();
    let expected = ShapeError::TooShort { layer: "deep.inner".into(), least: 5, sample: 1, found: 4 };
    assert_eq!(Deep::new(1).forward(&short).unwrap_err(), expected);
    let data = Dataset::new(short, Batch::<DeepOutput>::zeros(2)).unwrap();
    let error = Trainer::new(Sgd::new(0.1), MeanSquaredError).quiet().fit(&mut Deep::new(1), &data).unwrap_err();
    assert_eq!(error, TrainError::Shape { set: "training", source: expected });
}

#[test]
fn sequences_that_disagree_are_an_error() {
    let signals = |lengths: &[usize]| data_of::<SumsA>(2, &[3, 4]).with_lengths(lengths.to_vec()).unwrap();
    let net = Sums::<f64>::initialized(1);
    let error = net.forward(&signals(&[4, 2]), &signals(&[4, 3])).unwrap_err();
    assert_eq!(error, ShapeError::OtherLength { layer: "sum".into(), sample: 1, expected: 2, found: 3 });
    let message = "expected sequences of equal lengths in the layer `sum`, found 2 and 3 steps in sample 1";
    assert_eq!(error.to_string(), message);
    // Without lengths, all steps are real.
    let full = data_of::<SumsB>(2, &[3, 4]);
    let error = net.forward(&signals(&[4, 2]), &full).unwrap_err();
    assert_eq!(error, ShapeError::OtherLength { layer: "sum".into(), sample: 1, expected: 2, found: 4 });
    assert_eq!(net.forward(&signals(&[4, 2]), &signals(&[4, 2])).unwrap().lengths(), [4, 2]);
    let fixed = |lengths: &[usize]| data_of::<FixedSumsA>(2, &[9, 3]).with_lengths(lengths.to_vec()).unwrap();
    let error = FixedSums::<f64>::initialized(1).forward(&fixed(&[9, 2]), &fixed(&[9, 3])).unwrap_err();
    assert_eq!(error, ShapeError::OtherLength { layer: "sum".into(), sample: 1, expected: 2, found: 3 });
    // ⌊l / 2⌋ and ⌈l / 2⌉ agree for even lengths alone.
    let ends = |lengths: &[usize]| Ends::<f64>::initialized(1).forward(&signals(lengths));
    assert_eq!(ends(&[4, 2]).unwrap().lengths(), [2, 1]);
    assert_eq!(
        ends(&[4, 3]).unwrap_err(),
        ShapeError::OtherLength { layer: "sum".into(), sample: 1, expected: 1, found: 2 }
    );
}

#[test]
fn a_layer_that_cannot_keep_lengths_says_so() {
    let x = data_of::<FlatInput>(2, &[4, 2]);
    let net = Flat::<f64>::initialized(1);
    assert_eq!(net.forward(&x).unwrap().as_slice(), x.as_slice());
    let error = net.forward(&x.with_lengths(vec![4, 2]).unwrap()).unwrap_err();
    assert_eq!(error, ShapeError::MixedSteps { layer: "flat".into() });
    let message = "expected samples without lengths, found some: the layer `flat` cannot tell steps from padding";
    assert_eq!(error.to_string(), message);
    // The first free axis of the output is not time.
    let x = data_of::<AcrossInput>(2, &[4, 2]).with_lengths(vec![4, 2]).unwrap();
    let error = Across::<f64>::initialized(1).forward(&x).unwrap_err();
    assert_eq!(error, ShapeError::MixedSteps { layer: "turned".into() });
}

/// Whether a step and its neighbours are above 0, told for every second step.
#[test]
fn labels_have_the_lengths_behind_a_strided_convolution() {
    let numbers = data_of::<LabelledInput>(300, &[8, 2]).cast::<f32>();
    let length = |sample: usize| 1 + sample * sample % 8;
    let sequences: Vec<&[f32]> =
        (0..300).map(|sample| &numbers.sample(sample).unwrap()[..2 * length(sample)]).collect();
    let x = Batch::<LabelledInput>::padded(&sequences).unwrap();
    let label = |sequence: &[f32]| -> Vec<usize> {
        (0..sequence.len() / 2).step_by(2).map(|step| usize::from(sequence[2 * step] > 0.0)).collect()
    };
    let labels = StepLabels::<2>::padded(sequences.iter().map(|sequence| label(sequence))).unwrap();
    let (train, test) = Dataset::new(x.clone(), labels).unwrap().split(0.8).unwrap();
    let trainer = || Trainer::new(Adam::new(2e-2), CrossEntropy::new()).epochs(20).batch_size(16).quiet();
    let mut net = Labelled::new(1);
    trainer().fit(&mut net, &train).unwrap();
    let found = trainer().metric(Accuracy).evaluate(&net, &test).unwrap();
    assert!(found.metrics[0].value > 0.95, "{found:?}");
    // One label a step is one too many.
    let wrong = StepLabels::<2>::padded((0..300).map(|sample| vec![0; length(sample)])).unwrap();
    let data = Dataset::new(x, wrong).unwrap();
    let error = trainer().fit(&mut net, &data).unwrap_err();
    assert!(
        matches!(error, TrainError::Loss { source: LossError::Width { .. } | LossError::Lengths { .. }, .. }),
        "{error}"
    );
}

/// A loss over signals `[c, l]` leaves the padding out: the evaluation is the mean over the numbers of all sequences, each taken alone.
#[test]
fn losses_over_signals_count_real_steps() {
    let (x, net) = (ragged::<SignalsInput, f64>(), Signals::<f64>::initialized(3));
    let targets = data_of::<SignalsOutput>(SAMPLES, &[1, STEPS]).with_lengths(lengths()).unwrap();
    let y = net.forward(&x).unwrap();
    assert_eq!(y.lengths(), lengths());
    let (mut sum, mut count) = (0.0, 0);
    for (sample, length) in lengths().into_iter().enumerate() {
        let (y, t) = (y.sample(sample).unwrap(), targets.sample(sample).unwrap());
        sum += y[..length].iter().zip(t).map(|(y, t)| (y - t) * (y - t)).sum::<f64>();
        count += length;
    }
    let found = MeanSquaredError.value(&y, &targets).unwrap();
    assert!((found - sum / count as f64).abs() < 1e-12, "{found}");
    let error = MeanSquaredError.value(&y, &data_of::<SignalsOutput>(SAMPLES, &[1, STEPS])).unwrap_err();
    assert!(matches!(error, LossError::Lengths { .. }), "{error}");
}
