//! Against the definition, over random sizes.

use proptest::prelude::*;

use super::Geometry;
use crate::kernels::{Element, simd::at_each_level};

/// Sizes, samples and a seed.
fn cases() -> impl Strategy<Value = (Geometry, usize, u64)> {
    let pair = |range: std::ops::Range<usize>| [range.clone(), range];
    let shape = (1..3_usize, 1..8_usize, 1..5_usize, pair(1..6), pair(1..4), pair(0..4), pair(1..3));
    (shape, pair(1..12), pair(0..3), 1..41_usize, any::<u64>()).prop_map(|(shape, extra, after, samples, seed)| {
        let (groups, outputs, channels, kernel, stride, padding, dilation) = shape;
        let span = |i: usize| (kernel[i] - 1) * dilation[i] + 1;
        let input = [0, 1].map(|i| extra[i] + span(i).saturating_sub(padding[i] + after[i] + 1));
        let output = [0, 1].map(|i| (input[i] + padding[i] + after[i] - span(i)) / stride[i] + 1);
        (Geometry { groups, outputs, channels, kernel, stride, padding, dilation, input, output }, samples, seed)
    })
}

/// Numbers in −1 … 1.
fn numbers<E: Element>(length: usize, seed: &mut u64) -> Vec<E> {
    (0..length)
        .map(|_| {
            *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            E::from_f64((*seed >> 40) as f64 / f64::from(1_u32 << 23) - 1.0)
        })
        .collect()
}

/// Calls `f(weight, input, output)` with the places of each product of the definition, for one sample.
fn products(s: &Geometry, mut f: impl FnMut(usize, usize, usize)) {
    let [kh, kw] = s.kernel;
    for o in 0..s.groups * s.outputs {
        for (i, j) in (0..s.output[0]).flat_map(|i| (0..s.output[1]).map(move |j| (i, j))) {
            for c in 0..s.channels {
                for (h, w) in (0..kh).flat_map(|h| (0..kw).map(move |w| (h, w))) {
                    let row = (i * s.stride[0] + h * s.dilation[0]).wrapping_sub(s.padding[0]);
                    let column = (j * s.stride[1] + w * s.dilation[1]).wrapping_sub(s.padding[1]);
                    if row < s.input[0] && column < s.input[1] {
                        let channel = o / s.outputs * s.channels + c;
                        let weight = ((o * s.channels + c) * kh + h) * kw + w;
                        let output = (o * s.output[0] + i) * s.output[1] + j;
                        f(weight, (channel * s.input[0] + row) * s.input[1] + column, output);
                    }
                }
            }
        }
    }
}

fn close<E: Element>(what: &str, found: E, expected: f64, magnitude: f64) -> Result<(), TestCaseError> {
    let tolerance = 32.0 * E::epsilon().as_f64() * (1.0 + magnitude);
    prop_assert!((found.as_f64() - expected).abs() <= tolerance, "{what}: expected {expected}, found {found}");
    Ok(())
}

pub(in crate::kernels) fn agrees<E: Element>(s: Geometry, samples: usize, mut seed: u64) -> Result<(), TestCaseError> {
    let lanes = if samples == 1 { 1 } else { samples.next_multiple_of(16) };
    let (inputs, outputs) = (s.channels * s.input[0] * s.input[1], s.outputs * s.output[0] * s.output[1]);
    let (inputs, outputs) = (s.groups * inputs, s.groups * outputs);
    let weight: Vec<E> = numbers(s.weights(), &mut seed);
    let bias: Vec<E> = numbers(s.groups * s.outputs, &mut seed);
    let x: Vec<E> = numbers(inputs * lanes, &mut seed);
    let d_before: Vec<E> = numbers(outputs * lanes, &mut seed);
    let mut d_y = d_before.clone();
    let before: Vec<E> = numbers(weight.len() + bias.len(), &mut seed);

    let mut y = vec![E::nan(); outputs * lanes];
    let mut floored = y.clone();
    s.forward(&weight, &bias, &x, &mut y, lanes, E::neg_infinity());
    s.forward(&weight, &bias, &x, &mut floored, lanes, E::zero());
    let mut d_x = vec![E::nan(); inputs * lanes];
    let mut share = before.clone();
    let (d_weight, d_bias) = share.split_at_mut(weight.len());
    let rectified = if seed.is_multiple_of(2) { &floored[..] } else { &[] };
    s.weight_gradient(&x, rectified, &mut d_y, d_weight, d_bias, lanes, samples);
    s.input_gradient(&weight, &d_y, &mut d_x, lanes);
    for (i, &d) in d_y.iter().enumerate() {
        let passes = i % lanes < samples && (rectified.is_empty() || rectified[i] > E::zero());
        prop_assert_eq!(d, if passes { d_before[i] } else { E::zero() });
    }

    let mut sums: Vec<f64> = before.iter().map(|x| x.as_f64()).collect();
    for sample in 0..samples {
        let mut expected_y: Vec<f64> = (0..outputs).map(|o| bias[o / (outputs / bias.len())].as_f64()).collect();
        let mut expected_x = vec![0.0; inputs];
        products(&s, |w, i, o| {
            let at = (weight[w].as_f64(), x[i * lanes + sample].as_f64(), d_y[o * lanes + sample].as_f64());
            expected_y[o] += at.0 * at.1;
            expected_x[i] += at.0 * at.2;
            sums[w] += at.1 * at.2;
        });
        for o in 0..outputs {
            sums[weight.len() + o / (outputs / bias.len())] += d_y[o * lanes + sample].as_f64();
            close("y", y[o * lanes + sample], expected_y[o], 10.0)?;
            prop_assert_eq!(floored[o * lanes + sample], y[o * lanes + sample].max(E::zero()));
        }
        for i in 0..inputs {
            close("d_x", d_x[i * lanes + sample], expected_x[i], 10.0)?;
        }
    }
    for (found, expected) in share.iter().zip(&sums) {
        close("share", *found, *expected, 10.0 * (samples as f64).sqrt())?;
    }
    Ok(())
}

proptest! {
    #[test]
    fn agrees_with_the_definition((sizes, samples, seed) in cases()) {
        at_each_level(|| agrees::<f32>(sizes, samples, seed))?;
        at_each_level(|| agrees::<f64>(sizes, samples, seed))?;
    }

    #[test]
    fn one_sample_agrees_with_the_definition((sizes, _, seed) in cases()) {
        at_each_level(|| agrees::<f32>(sizes, 1, seed))?;
        at_each_level(|| agrees::<f64>(sizes, 1, seed))?;
    }

    #[test]
    fn one_sample_is_bit_for_bit_that_of_a_batch((sizes, _, seed) in cases()) {
        at_each_level(|| single_agrees::<f32>(sizes, seed))?;
        at_each_level(|| single_agrees::<f64>(sizes, seed))?;
    }

    #[test]
    fn no_result_depends_on_the_instruction_set((sizes, samples, seed) in cases()) {
        let lanes = samples.next_multiple_of(16);
        let mut results = Vec::new();
        at_each_level(|| {
            let mut seed = seed;
            let weight: Vec<f32> = numbers(sizes.weights(), &mut seed);
            let x = numbers(sizes.groups * sizes.channels * sizes.input[0] * sizes.input[1] * lanes, &mut seed);
            let mut y = vec![0.0; sizes.groups * sizes.outputs * sizes.output[0] * sizes.output[1] * lanes];
            sizes.forward(&weight, &[], &x, &mut y, lanes, 0.0);
            results.push(y);
            Ok::<(), TestCaseError>(())
        })?;
        prop_assert!(results.windows(2).all(|pair| pair[0] == pair[1]));
    }
}

/// The fourth sample of a batch has the same numbers as alone.
fn single_agrees<E: Element>(sizes: Geometry, mut seed: u64) -> Result<(), TestCaseError> {
    let inputs = sizes.groups * sizes.channels * sizes.input[0] * sizes.input[1];
    let outputs = sizes.groups * sizes.outputs * sizes.output[0] * sizes.output[1];
    let weight: Vec<E> = numbers(sizes.weights(), &mut seed);
    let bias: Vec<E> = numbers(sizes.groups * sizes.outputs, &mut seed);
    let x: Vec<E> = numbers(inputs * 16, &mut seed);
    let mut y = vec![E::zero(); outputs * 16];
    sizes.forward(&weight, &bias, &x, &mut y, 16, E::neg_infinity());
    let one: Vec<E> = x.chunks_exact(16).map(|lanes| lanes[3]).collect();
    let mut single = vec![E::zero(); outputs];
    sizes.forward(&weight, &bias, &one, &mut single, 1, E::neg_infinity());
    let fourth: Vec<E> = y.chunks_exact(16).map(|lanes| lanes[3]).collect();
    prop_assert_eq!(single, fourth);
    Ok(())
}
