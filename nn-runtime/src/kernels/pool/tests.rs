//! Against the definition, over random sizes, with many equal numbers.

use proptest::prelude::*;

use super::{
    AveragePool, AveragePoolGradient, MaxPool, MaxPoolGradient, NormPool, NormPoolGradient, PoolSizes, Pools,
    WeightedPool, WeightedPoolGradient, Windows,
};
use crate::kernels::{Element, simd::at_each_level};

/// Sizes, samples and a seed.
fn cases() -> impl Strategy<Value = (PoolSizes, usize, u64)> {
    let pair = |range: std::ops::Range<usize>| [range.clone(), range];
    let samples = prop_oneof![Just(1), 1..41_usize];
    let shape = (1..4_usize, pair(1..5), pair(1..4), pair(0..3), pair(1..12), samples, any::<bool>());
    (shape, any::<u64>()).prop_map(|((channels, kernel, stride, padding, extra, samples, halving), seed)| {
        let (kernel, stride, padding) = if halving {
            ([2, 2], [2, 2], [0, 0])
        } else {
            (kernel, stride, [0, 1].map(|i| padding[i].min(kernel[i] / 2)))
        };
        let input =
            [0, 1].map(|i| (kernel[i] + extra[i]).saturating_sub(2 * padding[i] + 1).max(kernel[i] - padding[i]));
        let output = [0, 1].map(|i| (input[i] + 2 * padding[i]).saturating_sub(kernel[i]) / stride[i] + 1);
        let lanes = if samples == 1 { 1 } else { samples.next_multiple_of(16) };
        let windows = Windows::Sliding { kernel, stride, padding };
        (PoolSizes { channels, windows, input, output, lanes }, samples, seed)
    })
}

/// Sizes of bins that may overlap or repeat, samples and a seed.
fn adaptive_cases() -> impl Strategy<Value = (PoolSizes, usize, u64)> {
    let pair = || [1..9_usize, 1..9_usize];
    let samples = prop_oneof![Just(1), 1..41_usize];
    (1..4_usize, pair(), pair(), samples, any::<u64>()).prop_map(|(channels, input, output, samples, seed)| {
        let lanes = if samples == 1 { 1 } else { samples.next_multiple_of(16) };
        (PoolSizes { channels, windows: Windows::Adaptive, input, output, lanes }, samples, seed)
    })
}

/// Whole numbers in −2 … 2.
fn numbers<E: Element>(length: usize, seed: &mut u64) -> Vec<E> {
    (0..length)
        .map(|_| {
            *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            E::from_f64((*seed >> 40) as f64 % 5.0 - 2.0)
        })
        .collect()
}

/// The pixels of window (i, j) that exist, in row-major order, and the size that its mean is over.
fn window(s: &PoolSizes, c: usize, i: usize, j: usize) -> (Vec<usize>, f64) {
    let mut pixels = Vec::new();
    for row in 0..s.input[0] {
        for column in 0..s.input[1] {
            let inside = [(0, i, row), (1, j, column)].iter().all(|&(axis, i, place)| match s.windows {
                Windows::Sliding { kernel, stride, padding } => {
                    let start = i * stride[axis];
                    (start..start + kernel[axis]).contains(&(place + padding[axis]))
                }
                Windows::Adaptive => {
                    let (size, bins) = (s.input[axis] as f64, s.output[axis] as f64);
                    let bin = (i as f64 * size / bins).floor()..((i + 1) as f64 * size / bins).ceil();
                    bin.contains(&(place as f64))
                }
            });
            if inside {
                pixels.push((c * s.input[0] + row) * s.input[1] + column);
            }
        }
    }
    let size = match s.windows {
        Windows::Sliding { kernel, .. } => kernel[0] * kernel[1],
        Windows::Adaptive => pixels.len(),
    };
    (pixels, size as f64)
}

/// The maxima of windows with NaN here and there, and where their gradients go.
fn maxima_keep_nan<E: Element>(s: PoolSizes, samples: usize, mut seed: u64) -> Result<(), TestCaseError> {
    let (inputs, outputs) = (s.channels * s.input[0] * s.input[1], s.channels * s.output[0] * s.output[1]);
    let x: Vec<E> = numbers(inputs * s.lanes, &mut seed);
    // About one in five.
    let places: Vec<f64> = numbers(x.len(), &mut seed);
    let x: Vec<E> = x.iter().zip(places).map(|(&x, place)| if place == 2.0 { E::nan() } else { x }).collect();
    let d_y: Vec<E> = numbers(outputs * s.lanes, &mut seed);
    let (mut y, mut d_x) = (vec![E::zero(); outputs * s.lanes], vec![E::nan(); inputs * s.lanes]);
    E::max_pool(MaxPool { sizes: s, x: &x, y: &mut y });
    E::max_pool_gradient(MaxPoolGradient { sizes: s, x: &x, y: &y, d_y: &d_y, d_x: &mut d_x });
    for sample in 0..samples {
        let mut expected = vec![0.0; inputs];
        for o in 0..outputs {
            let (c, i, j) = (o / s.output[1] / s.output[0], o / s.output[1] % s.output[0], o % s.output[1]);
            let (pixels, _) = window(&s, c, i, j);
            let of = |pixel: usize| x[pixel * s.lanes + sample].as_f64();
            let nan = pixels.iter().copied().find(|&pixel| of(pixel).is_nan());
            let most = || pixels.iter().copied().reduce(|best, pixel| if of(pixel) > of(best) { pixel } else { best });
            let chosen = nan.or_else(most).expect("a window covers a pixel");
            let found = y[o * s.lanes + sample].as_f64();
            prop_assert!(found == of(chosen) || found.is_nan() && nan.is_some(), "{found}, not {}", of(chosen));
            expected[chosen] += d_y[o * s.lanes + sample].as_f64();
        }
        for i in 0..inputs {
            prop_assert_eq!(d_x[i * s.lanes + sample].as_f64(), expected[i]);
        }
    }
    Ok(())
}

fn agrees<E: Element>(s: PoolSizes, samples: usize, mut seed: u64) -> Result<(), TestCaseError> {
    let (inputs, outputs) = (s.channels * s.input[0] * s.input[1], s.channels * s.output[0] * s.output[1]);
    let x: Vec<E> = numbers(inputs * s.lanes, &mut seed);
    let d_y: Vec<E> = numbers(outputs * s.lanes, &mut seed);
    let (mut most, mut mean) = (vec![E::nan(); outputs * s.lanes], vec![E::nan(); outputs * s.lanes]);
    let (mut d_most, mut d_mean) = (vec![E::nan(); inputs * s.lanes], vec![E::nan(); inputs * s.lanes]);
    E::max_pool(MaxPool { sizes: s, x: &x, y: &mut most });
    E::max_pool_gradient(MaxPoolGradient { sizes: s, x: &x, y: &most, d_y: &d_y, d_x: &mut d_most });
    E::average_pool(AveragePool { sizes: s, x: &x, y: &mut mean });
    E::average_pool_gradient(AveragePoolGradient { sizes: s, d_y: &d_y, d_x: &mut d_mean });

    for sample in 0..samples {
        let (mut expected_most, mut expected_mean) = (vec![0.0; inputs], vec![0.0; inputs]);
        for o in 0..outputs {
            let (c, i, j) = (o / s.output[1] / s.output[0], o / s.output[1] % s.output[0], o % s.output[1]);
            let (pixels, size) = window(&s, c, i, j);
            let of = |pixel: usize| x[pixel * s.lanes + sample].as_f64();
            let d = d_y[o * s.lanes + sample].as_f64();
            let first = pixels.iter().copied().reduce(|best, pixel| if of(pixel) > of(best) { pixel } else { best });
            let first = first.expect("a window covers a pixel");
            prop_assert_eq!(most[o * s.lanes + sample].as_f64(), of(first));
            expected_most[first] += d;
            let total: f64 = pixels.iter().map(|&pixel| of(pixel)).sum();
            prop_assert!((mean[o * s.lanes + sample].as_f64() - total / size).abs() < 1e-5);
            pixels.iter().for_each(|&pixel| expected_mean[pixel] += d / size);
        }
        for i in 0..inputs {
            prop_assert_eq!(d_most[i * s.lanes + sample].as_f64(), expected_most[i]);
            prop_assert!((d_mean[i * s.lanes + sample].as_f64() - expected_mean[i]).abs() < 1e-5);
        }
    }
    Ok(())
}

/// The norm and the weighted mean of one window, and their gradients, one number after the other.
fn powers_and_weights_agree<E: Element>(s: PoolSizes, samples: usize, mut seed: u64) -> Result<(), TestCaseError> {
    let Windows::Sliding { kernel, stride, padding } = s.windows else { return Ok(()) };
    let p = [1.0, 2.0, 2.5, 3.0][seed as usize % 4];
    let sigma = [[0.25, 0.5], [0.75, 0.75], [0.02, 4.0]][seed as usize % 3];
    let (inputs, outputs) = (s.channels * s.input[0] * s.input[1], s.channels * s.output[0] * s.output[1]);
    let x: Vec<E> = numbers(inputs * s.lanes, &mut seed);
    let d_y: Vec<E> = numbers(outputs * s.lanes, &mut seed);
    let (mut norm, mut mean) = (vec![E::nan(); outputs * s.lanes], vec![E::nan(); outputs * s.lanes]);
    let (mut d_norm, mut d_mean) = (vec![E::nan(); inputs * s.lanes], vec![E::nan(); inputs * s.lanes]);
    E::norm_pool(NormPool { sizes: s, p, x: &x, y: &mut norm });
    E::norm_pool_gradient(NormPoolGradient { sizes: s, p, x: &x, y: &norm, d_y: &d_y, d_x: &mut d_norm });
    E::weighted_pool(WeightedPool { sizes: s, sigma, x: &x, y: &mut mean });
    E::weighted_pool_gradient(WeightedPoolGradient { sizes: s, sigma, d_y: &d_y, d_x: &mut d_mean });
    for values in [&norm, &mean, &d_norm, &d_mean] {
        prop_assert!(values.iter().all(|value| value.is_finite()));
    }

    // How far place t of a kernel lies from its centre, and the weight of that; the sum over the kernel as it is.
    let fall = |axis: usize, t: usize| {
        let distance = t as f64 - (kernel[axis] - 1) as f64 / 2.0;
        let nearest = if kernel[axis].is_multiple_of(2) { 0.5_f64 } else { 0.0 };
        ((nearest.powi(2) - distance.powi(2)) / (2.0 * sigma[axis].powi(2))).exp()
    };
    let sum = |axis: usize| (0..kernel[axis]).map(|t| fall(axis, t)).sum::<f64>();
    let total = sum(0) * sum(1);
    for sample in 0..samples {
        let (mut expected_norm, mut expected_mean) = (vec![0.0; inputs], vec![0.0; inputs]);
        for o in 0..outputs {
            let (c, i, j) = (o / s.output[1] / s.output[0], o / s.output[1] % s.output[0], o % s.output[1]);
            let (pixels, _) = window(&s, c, i, j);
            let of = |pixel: usize| x[pixel * s.lanes + sample].as_f64();
            let weight = |pixel: usize| {
                let (row, column) = (pixel / s.input[1] % s.input[0], pixel % s.input[1]);
                fall(0, row + padding[0] - i * stride[0]) * fall(1, column + padding[1] - j * stride[1]) / total
            };
            let d = d_y[o * s.lanes + sample].as_f64();
            let length = pixels.iter().map(|&pixel| of(pixel).abs().powf(p)).sum::<f64>().powf(1.0 / p);
            prop_assert!((norm[o * s.lanes + sample].as_f64() - length).abs() < 1e-5);
            let centred: f64 = pixels.iter().map(|&pixel| weight(pixel) * of(pixel)).sum();
            prop_assert!((mean[o * s.lanes + sample].as_f64() - centred).abs() < 1e-5);
            for &pixel in &pixels {
                expected_mean[pixel] += weight(pixel) * d;
                if of(pixel) != 0.0 {
                    expected_norm[pixel] +=
                        d * of(pixel).signum() * of(pixel).abs().powf(p - 1.0) * length.powf(1.0 - p);
                }
            }
        }
        for i in 0..inputs {
            prop_assert!((d_norm[i * s.lanes + sample].as_f64() - expected_norm[i]).abs() < 1e-4);
            prop_assert!((d_mean[i * s.lanes + sample].as_f64() - expected_mean[i]).abs() < 1e-4);
        }
    }
    Ok(())
}

/// All of the above.
pub(in crate::kernels) fn all_agree<E: Element>(s: PoolSizes, samples: usize, seed: u64) -> Result<(), TestCaseError> {
    agrees::<E>(s, samples, seed)?;
    maxima_keep_nan::<E>(s, samples, seed)?;
    powers_and_weights_agree::<E>(s, samples, seed)
}

proptest! {
    #[test]
    fn norms_and_weighted_means_agree_with_the_definition((sizes, samples, seed) in cases()) {
        at_each_level(|| powers_and_weights_agree::<f32>(sizes, samples, seed))?;
        at_each_level(|| powers_and_weights_agree::<f64>(sizes, samples, seed))?;
    }

    #[test]
    fn agrees_with_the_definition((sizes, samples, seed) in cases()) {
        at_each_level(|| agrees::<f32>(sizes, samples, seed))?;
        at_each_level(|| agrees::<f64>(sizes, samples, seed))?;
    }

    #[test]
    fn a_window_with_nan_gives_nan((sizes, samples, seed) in prop_oneof![cases(), adaptive_cases()]) {
        at_each_level(|| maxima_keep_nan::<f32>(sizes, samples, seed))?;
        at_each_level(|| maxima_keep_nan::<f64>(sizes, samples, seed))?;
    }

    #[test]
    fn bins_agree_with_the_definition((sizes, samples, seed) in adaptive_cases()) {
        at_each_level(|| agrees::<f32>(sizes, samples, seed))?;
        at_each_level(|| agrees::<f64>(sizes, samples, seed))?;
    }
}

/// A window of two beside each other, twice.
const PAIRS: PoolSizes = PoolSizes {
    channels: 1,
    windows: Windows::Sliding { kernel: [1, 2], stride: [1, 2], padding: [0, 0] },
    input: [1, 4],
    output: [1, 2],
    lanes: 1,
};

#[test]
fn powers_of_large_and_small_numbers_stay_numbers() {
    for p in [1.0, 2.0, 3.0, 40.0, f64::MAX] {
        let (mut y, mut d_x) = ([f32::NAN; 2], [f32::NAN; 4]);
        let x = [3e15, -4e15, 0.0, 3e-15];
        f32::norm_pool(NormPool { sizes: PAIRS, p, x: &x, y: &mut y });
        assert!((4e15..=7e15).contains(&y[0]), "{y:?} for p = {p}");
        assert!((y[1] / 3e-15 - 1.0).abs() < 1e-6, "{y:?} for p = {p}");
        f32::norm_pool_gradient(NormPoolGradient { sizes: PAIRS, p, x: &x, y: &y, d_y: &[1.0, 2.0], d_x: &mut d_x });
        assert!((0.0..=1.0).contains(&d_x[0]) && (-1.0..0.0).contains(&d_x[1]), "{d_x:?} for p = {p}");
        assert!(d_x[2] == 0.0 && (d_x[3] - 2.0).abs() < 1e-6, "{d_x:?} for p = {p}");
    }
}

#[test]
fn norms_of_what_is_no_number_are_none() {
    for p in [1.0, 2.0, 3.0] {
        let mut y = [0.0; 2];
        f32::norm_pool(NormPool { sizes: PAIRS, p, x: &[f32::NAN, 1.0, 1.0, f32::NEG_INFINITY], y: &mut y });
        assert!(y[0].is_nan() && y[1] == f32::INFINITY, "{y:?} for p = {p}");
    }
}

#[test]
fn weights_of_extreme_widths_sum_to_one() {
    for (sigma, expected) in [(f64::MIN_POSITIVE, 4.0), (1e-300, 4.0), (f64::MAX, 5.0)] {
        let windows = Windows::Sliding { kernel: [1, 4], stride: [1, 1], padding: [0, 0] };
        let sizes = PoolSizes { windows, output: [1, 1], ..PAIRS };
        let mut y = [f64::NAN];
        f64::weighted_pool(WeightedPool { sizes, sigma: [sigma; 2], x: &[-2.0, 3.0, 5.0, 14.0], y: &mut y });
        assert!((y[0] - expected).abs() < 1e-12, "{y:?} for σ = {sigma}");
    }
}
