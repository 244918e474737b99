//! Random layers. Their draws are not PyTorch's; what a draw makes of a number and of its gradient is.

use plumbline::prelude::*;

use crate::fixture::{DOUBLE, Fixture, SINGLE};

/// Each number and its gradient are, together, one of the outcomes that PyTorch has for them, and each outcome occurs.
fn check<N: Trainable<Input: Shape, Output: Shape> + Total>(case: &str, tolerance: f64) {
    let fixture = Fixture::open("random_layers");
    let name = |suffix: &str| format!("{case}.{suffix}");
    let net = N::initialized(0);
    let x = fixture.batch::<N::Input, N::Element>(&name("input"));
    let d_output = fixture.batch::<N::Output, N::Element>(&name("d_output"));
    fixture.assert_close(&name("evaluated"), net.forward(&x).as_slice(), tolerance);

    let (mut pass, mut gradients) = (net.pass(x.samples()), net.gradients());
    let output = net.forward_train(&x, &mut pass).to_batch();
    let d_input = net.backward(&d_output, &mut pass, &mut gradients).unwrap();
    let found = |values: &[N::Element]| values.iter().map(|x| x.as_f64()).collect::<Vec<f64>>();
    let (output, d_input) = (found(output.as_slice()), found(d_input.as_slice()));
    let outcomes: Vec<[Option<Vec<f64>>; 2]> = (0..fixture.names(&name("d_input")).len())
        .map(|index| {
            let d_input = fixture.numbers(&name(&format!("d_input{index}")));
            let values = name(&format!("output{index}"));
            [fixture.names("").contains(&values).then(|| fixture.numbers(&values)), Some(d_input)]
        })
        .collect();
    let close = |found: f64, expected: f64| (found - expected).abs() <= tolerance * expected.abs().max(1.0);
    let mut counts = vec![0; outcomes.len()];
    for (i, pair) in output.iter().zip(&d_input).enumerate() {
        let fits = |outcome: &[Option<Vec<f64>>; 2]| {
            let values = [*pair.0, *pair.1].into_iter().zip(outcome);
            values.into_iter().all(|(found, expected)| expected.as_ref().is_none_or(|numbers| close(found, numbers[i])))
        };
        let outcome = outcomes.iter().position(fits);
        counts[outcome.unwrap_or_else(|| panic!("`{case}` at {i}: {pair:?} is none of the outcomes"))] += 1;
    }
    // The rarest has probability 0.2, and there are 240 draws.
    assert!(counts.iter().all(|&count| count >= 20), "{case}: {counts:?}");
}

macro_rules! random {
    ($($test:ident $rows:ident $images:ident { $layer:ident($amount:literal) })*) => {
        $(network! {
            $rows: [6] -> [6] { $layer($amount); }
            $images: [2, 3, 1] -> [2, 3, 1] { $layer($amount); }
        }

        #[test]
        fn $test() {
            let rows = concat!(stringify!($test), "_rows");
            check::<$rows<f64>>(rows, DOUBLE);
            check::<$rows<f32>>(rows, SINGLE);
            let images = concat!(stringify!($test), "_images");
            check::<$images<f64>>(images, DOUBLE);
            check::<$images<f32>>(images, SINGLE);
        })*
    };
}

random! {
    dropout Dropped DroppedImage { dropout(0.4) }
    masking Masked MaskedImage { masking_noise(0.4) }
    salt_and_pepper Salted SaltedImage { salt_and_pepper(0.4) }
    gaussian Noisy NoisyImage { gaussian_noise(0.3) }
}
