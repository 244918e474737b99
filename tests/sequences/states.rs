//! States that go on from one batch to the next.

use plumbline::{ShapeError, network::State, prelude::*};

network! {
    Stream: [_, 3] -> [_, 2] {
        first: lstm(5);
        second: gru(4, layers = 2);
        inner: Inner;
        out: dense(2, each_step = true);
    }
    Inner: [_, 4] -> [_, 4] {
        memory: rnn(4), relu;
    }

    Fixed: [4, 3] -> [2] {
        memory: lstm(5);
        last;
        out: dense(2);
    }

    Translator: (source: [_, 3], target: [_, 2]) -> [_, 2] {
        encoder: gru(6) <- source;
        decoder: gru(6, state = encoder) <- target;
        out: dense(2, each_step = true);
    }
}

fn wave<S: Shape>(samples: usize, sizes: &[usize]) -> Batch<S, f64> {
    let count = samples * sizes.iter().product::<usize>();
    Batch::from_vec_of((0..count).map(|i| (i as f64 * 0.7).sin()).collect(), sizes).unwrap()
}

/// The steps `range` of each sample.
fn piece(x: &Batch<StreamInput, f64>, range: std::ops::Range<usize>) -> Batch<StreamInput, f64> {
    let numbers = (0..x.samples()).flat_map(|n| x.sample(n).unwrap()[range.start * 3..range.end * 3].to_vec());
    Batch::from_vec_of(numbers.collect(), &[range.len(), 3]).unwrap()
}

fn assert_close(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-13), "{found:?} {expected:?}");
}

#[test]
fn a_stream_in_pieces_gives_what_it_gives_whole() {
    let net = Stream::<f64>::initialized(3);
    // Several parts of a batch, and samples one at a time.
    for samples in [1, 3, 40] {
        let x = wave(samples, &[9, 3]);
        let whole = net.forward(&x).unwrap();
        let (mut state, mut pass) = (net.state(samples), net.pass(samples));
        for range in [0..1, 1..2, 2..6, 6..9] {
            let y = net.forward_from(&piece(&x, range.clone()), &mut state, &mut pass).unwrap();
            for sample in 0..samples {
                assert_close(y.sample(sample).unwrap(), &whole.sample(sample).unwrap()[range.start * 2..range.end * 2]);
            }
        }
        // The same in training.
        state.reset();
        let y = net.forward_train_from(&piece(&x, 0..4), &mut state, &mut pass).unwrap().to_batch();
        assert_close(y.sample(0).unwrap(), &whole.sample(0).unwrap()[..8]);
        let y = net.forward_train_from(&piece(&x, 4..9), &mut state, &mut pass).unwrap();
        assert_close(y.sample(samples - 1).unwrap(), &whole.sample(samples - 1).unwrap()[8..]);
        // A pass without a state begins afresh.
        assert_close(net.forward_train(&x, &mut pass).unwrap().as_slice(), whole.as_slice());
        assert_close(net.forward_into(&x, &mut pass).unwrap().as_slice(), whole.as_slice());
    }
}

/// Pieces of other lengths for each sample: the state of one is that at its end, and the padding of a piece is nothing to the next.
#[test]
fn a_stream_goes_on_from_where_each_sample_ended() {
    let net = Stream::<f64>::initialized(3);
    let (samples, steps) = (40, 10);
    let x = wave(samples, &[steps, 3]);
    let whole = net.forward(&x).unwrap();
    for train in [false, true] {
        let (mut state, mut pass, mut at) = (net.state(samples), net.pass(samples), vec![0; samples]);
        for piece in 0..3 {
            let lengths: Vec<usize> = (0..samples).map(|n| 1 + (n * 7 + piece * piece) % 3).collect();
            let mut numbers = vec![f64::NAN; samples * 3 * 3];
            for n in 0..samples {
                let real = lengths[n] * 3;
                numbers[n * 9..][..real].copy_from_slice(&x.sample(n).unwrap()[at[n] * 3..][..real]);
            }
            let view = BatchView::<StreamInput, f64>::from_slice_of(&numbers, &[3, 3]).unwrap();
            let view = view.with_lengths(&lengths).unwrap();
            let y = if train {
                net.forward_train_from(&view, &mut state, &mut pass).unwrap().to_batch()
            } else {
                net.forward_from(&view, &mut state, &mut pass).unwrap().to_batch()
            };
            assert_eq!(y.lengths(), lengths);
            for n in 0..samples {
                let real = lengths[n] * 2;
                assert_close(&y.sample(n).unwrap()[..real], &whole.sample(n).unwrap()[at[n] * 2..][..real]);
                at[n] += lengths[n];
            }
        }
        assert!(state.names().all(|name| state.get(name).unwrap().iter().all(|h| h.is_finite())));
    }
}

#[test]
fn one_sample_begins_afresh_while_others_go_on() {
    let net = Stream::<f64>::initialized(3);
    let (x, mut pass) = (wave(3, &[4, 3]), net.pass(3));
    let mut state = net.state(3);
    let first = net.forward_from(&x, &mut state, &mut pass).unwrap().to_batch();
    let mut other = state.clone();
    let second = net.forward_from(&x, &mut other, &mut pass).unwrap().to_batch();
    state.reset_sample(1);
    state.reset_sample(7);
    let mixed = net.forward_from(&x, &mut state, &mut pass).unwrap();
    assert_close(mixed.sample(0).unwrap(), second.sample(0).unwrap());
    assert_close(mixed.sample(1).unwrap(), first.sample(1).unwrap());
    assert_close(mixed.sample(2).unwrap(), second.sample(2).unwrap());
}

#[test]
fn a_state_is_known_by_the_names_of_its_layers() {
    let net = Stream::<f64>::initialized(3);
    let mut state: State<Stream<f64>> = net.state(2);
    assert_eq!(state.names().collect::<Vec<_>>(), ["first", "second", "inner.memory"]);
    assert_eq!(state.get("first").unwrap().dim(), (2, 10));
    assert_eq!(state.get("second").unwrap().dim(), (2, 8));
    assert!(state.get("out").is_none());
    let mut pass = net.pass(2);
    net.forward_from(&wave(2, &[3, 3]), &mut state, &mut pass).unwrap();
    assert!(state.get("inner.memory").unwrap().iter().any(|&h| h != 0.0));
    assert!(format!("{state:?}").contains("inner.memory"));

    let error = net.forward_from(&wave(3, &[3, 3]), &mut state, &mut pass).unwrap_err();
    assert_eq!(error, ShapeError::Samples { expected: 3, found: 2 });
    assert!(net.forward_train_from(&wave(1, &[3, 3]), &mut state, &mut pass).is_err());
}

#[test]
fn the_gradient_ends_where_the_batch_begins() {
    let net = Fixed::<f64>::initialized(3);
    let (x, d) = (wave(5, &[4, 3]), wave(5, &[2]));
    let (mut pass, mut gradients, mut state) = (net.pass(5), net.gradients(), net.state(5));
    net.forward_train_from(&x, &mut state, &mut pass).unwrap();
    let before = state.clone();
    net.forward_train_from(&x, &mut state, &mut pass).unwrap();
    let d_x = net.backward(&d, &mut pass, &mut gradients).unwrap().to_batch();
    // The same from the state as a number.
    let loss = |net: &Fixed<f64>, x: &Batch<FixedInput, f64>| {
        let (mut pass, mut state) = (net.pass(5), before.clone());
        let y = net.forward_from(x, &mut state, &mut pass).unwrap();
        y.as_slice().iter().zip(d.as_slice()).map(|(y, d)| y * d).sum::<f64>()
    };
    let slope = |f: &dyn Fn(f64) -> f64| (f(1e-5) - f(-1e-5)) / 2e-5;
    for index in [0, 13, 40] {
        let moved = |by: f64| {
            let mut x = x.clone();
            x.as_mut_slice()[index] += by;
            loss(&net, &x)
        };
        assert!((slope(&moved) - d_x.as_slice()[index]).abs() < 1e-9);
    }
    for tensor in 0..net.tensors() {
        let moved = |by: f64| {
            let mut net = net.clone();
            net.tensor_mut(tensor).values[1] += by;
            loss(&net, &x)
        };
        assert!((slope(&moved) - gradients.tensor(tensor).values[1]).abs() < 1e-9);
    }
}

#[test]
fn a_decoder_starts_from_its_encoder_once_and_then_goes_on() {
    let net = Translator::<f64>::initialized(5);
    let (source, target) = (wave(2, &[5, 3]), wave::<TranslatorTarget>(2, &[4, 2]));
    let whole = net.forward(&source, &target).unwrap();
    let (mut state, mut pass) = (net.state(2), net.pass(2));
    // The decoder's steps one at a time; after the first, what the source holds does not matter.
    let silence = Batch::zeros_of(2, &[1, 3]).unwrap();
    for step in 0..4 {
        let now: Vec<f64> = (0..2).flat_map(|n| target.sample(n).unwrap()[step * 2..step * 2 + 2].to_vec()).collect();
        let now = Batch::from_vec_of(now, &[1, 2]).unwrap();
        let source = if step == 0 { &source } else { &silence };
        let y = net.forward_from(source, &now, &mut state, &mut pass).unwrap();
        for sample in 0..2 {
            assert_close(y.sample(sample).unwrap(), &whole.sample(sample).unwrap()[step * 2..step * 2 + 2]);
        }
    }
}

#[test]
fn a_sample_that_begins_afresh_starts_from_its_encoder_again() {
    let net = Translator::<f64>::initialized(5);
    let (source, target) = (wave(3, &[5, 3]), wave::<TranslatorTarget>(3, &[4, 2]));
    let expected = net.forward(&source, &target).unwrap();
    let (mut state, mut pass) = (net.state(3), net.pass(3));
    net.forward_from(&source, &target, &mut state, &mut pass).unwrap();
    let mut other = state.clone();
    let further = net.forward_from(&source, &target, &mut other, &mut pass).unwrap().to_batch();
    state.reset_sample(1);
    let y = net.forward_from(&source, &target, &mut state, &mut pass).unwrap();
    assert_close(y.sample(1).unwrap(), expected.sample(1).unwrap());
    for sample in [0, 2] {
        assert_close(y.sample(sample).unwrap(), further.sample(sample).unwrap());
        assert!((y.sample(sample).unwrap()[0] - expected.sample(sample).unwrap()[0]).abs() > 1e-6);
    }
}
