//! `rnn`, `lstm` and `gru`: one layer and two, one direction and both, over sequences of one length and of many; and an encoder whose last state a
//! decoder starts from.

use plumbline::prelude::*;

use crate::fixture::{DOUBLE, Fixture, SINGLE};

fn lengths(fixture: &Fixture) -> Vec<usize> {
    fixture.integers("lengths").into_iter().map(|length| length as usize).collect()
}

/// A layer with time of any length, as networks of one layer whose methods a macro names.
macro_rules! cases {
    ($($case:ident: $gives:tt { $($layer:tt)* })*) => {
        $(#[test]
        fn $case() {
            network! { Case: [_, 3] -> $gives { $($layer)* } }
            fn check<E: Element>(case: &str, ragged: bool, tolerance: f64) {
                let fixture = Fixture::open("recurrent");
                let name = |suffix: &str| format!("{case}.{suffix}");
                let net: Case<E> = fixture.network(&name("parameter."));
                let mut x = fixture.batch::<CaseInput, E>(&name("input"));
                if ragged {
                    x = x.with_lengths(lengths(&fixture)).unwrap();
                }
                let d_output = fixture.batch::<CaseOutput, E>(&name("d_output"));
                let (mut pass, mut gradients) = (net.pass(x.samples()), net.gradients());
                let output = net.forward_train(&x, &mut pass).unwrap();
                fixture.assert_close(&name("output"), output.as_slice(), tolerance);
                let d_input = net.backward(&d_output, &mut pass, &mut gradients).unwrap();
                fixture.assert_close(&name("d_input"), d_input.as_slice(), tolerance);
                for tensor in gradients.parameters() {
                    fixture.assert_close(&name(&format!("gradient.{}", tensor.name)), tensor.values, tolerance);
                }
                fixture.assert_close(&name("output"), net.forward(&x).unwrap().as_slice(), tolerance);
                // Sample by sample, as a program with a deadline calls it.
                let output = fixture.batch::<CaseOutput, E>(&name("output"));
                for sample in 0..x.samples() {
                    let one = net.forward(&x.rows(sample..sample + 1)).unwrap();
                    let expected = output.rows(sample..sample + 1);
                    for (found, expected) in one.as_slice().iter().zip(expected.as_slice()) {
                        assert!((found.as_f64() - expected.as_f64()).abs() <= tolerance, "{case}, sample {sample}");
                    }
                }
            }
            check::<f64>(stringify!($case), false, DOUBLE);
            check::<f32>(stringify!($case), false, SINGLE);
            let ragged = concat!(stringify!($case), "_ragged");
            check::<f64>(ragged, true, DOUBLE);
            check::<f32>(ragged, true, SINGLE);
        })*

        #[test]
        fn every_case_of_the_file_is_tested() {
            let cases = [$(stringify!($case)),*];
            let mut cases: Vec<String> = cases.iter().flat_map(|case| [case.to_string(), format!("{case}_ragged")]).collect();
            cases.sort();
            let names = Fixture::open("recurrent").names("");
            let mut expected: Vec<&str> = names.iter().filter_map(|name| name.strip_suffix(".input")).collect();
            expected.sort();
            assert_eq!(cases, expected);
        }
    };
}

cases! {
    tanh_plain: [_, 5] { layer: rnn(5); }
    tanh_layers: [_, 5] { layer: rnn(5, layers = 2); }
    tanh_both_ways: [_, 10] { layer: rnn(5, bidirectional = true); }
    tanh_all: [_, 10] { layer: rnn(5, layers = 2, bidirectional = true); }
    relu_plain: [_, 5] { layer: rnn(5, activation = relu); }
    relu_layers: [_, 5] { layer: rnn(5, activation = relu, layers = 2); }
    relu_both_ways: [_, 10] { layer: rnn(5, activation = relu, bidirectional = true); }
    relu_all: [_, 10] { layer: rnn(5, activation = relu, layers = 2, bidirectional = true); }
    lstm_plain: [_, 5] { layer: lstm(5); }
    lstm_layers: [_, 5] { layer: lstm(5, layers = 2); }
    lstm_both_ways: [_, 10] { layer: lstm(5, bidirectional = true); }
    lstm_all: [_, 10] { layer: lstm(5, layers = 2, bidirectional = true); }
    gru_plain: [_, 5] { layer: gru(5); }
    gru_layers: [_, 5] { layer: gru(5, layers = 2); }
    gru_both_ways: [_, 10] { layer: gru(5, bidirectional = true); }
    gru_all: [_, 10] { layer: gru(5, layers = 2, bidirectional = true); }
    lstm_wide: [_, 20] { layer: lstm(20); }
    gru_wide: [_, 20] { layer: gru(20); }
}

network! {
    LstmTranslator: (source: [_, 3], target: [_, 2]) -> [_, 4] {
        encoder: lstm(5, layers = 2) <- source;
        decoder: lstm(5, layers = 2, state = encoder) <- target;
        out: dense(4, each_step = true);
    }

    GruTranslator: (source: [_, 3], target: [_, 2]) -> [_, 4] {
        encoder: gru(5, layers = 2, bidirectional = true) <- source;
        decoder: gru(5, layers = 2, bidirectional = true, state = encoder) <- target;
        out: dense(4, each_step = true);
    }
}

macro_rules! translators {
    ($($case:ident: $network:ident, $source:ident, $target:ident, $output:ident;)*) => {
        $(#[test]
        fn $case() {
            fn check<E: Element>(tolerance: f64) {
                let fixture = Fixture::open("recurrent");
                let name = |suffix: &str| format!("{}.{suffix}", stringify!($case));
                let net: $network<E> = fixture.network(&name("parameter."));
                let source = fixture.batch::<$source, E>(&name("source")).with_lengths(lengths(&fixture)).unwrap();
                let target = fixture.batch::<$target, E>(&name("target"));
                let d_output = fixture.batch::<$output, E>(&name("d_output"));
                let (mut pass, mut gradients) = (net.pass(7), net.gradients());
                let output = net.forward_train(&source, &target, &mut pass).unwrap();
                fixture.assert_close(&name("output"), output.as_slice(), tolerance);
                let (d_source, d_target) = net.backward(&d_output, &mut pass, &mut gradients).unwrap();
                fixture.assert_close(&name("d_source"), d_source.as_slice(), tolerance);
                fixture.assert_close(&name("d_target"), d_target.as_slice(), tolerance);
                for tensor in gradients.parameters() {
                    fixture.assert_close(&name(&format!("gradient.{}", tensor.name)), tensor.values, tolerance);
                }
                let output = net.forward(&source, &target).unwrap();
                fixture.assert_close(&name("output"), output.as_slice(), tolerance);
            }
            check::<f64>(DOUBLE);
            check::<f32>(SINGLE);
        })*
    };
}

translators! {
    lstm_translator: LstmTranslator, LstmTranslatorSource, LstmTranslatorTarget, LstmTranslatorOutput;
    gru_translator: GruTranslator, GruTranslatorSource, GruTranslatorTarget, GruTranslatorOutput;
}
