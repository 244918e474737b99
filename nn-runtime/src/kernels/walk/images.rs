//! Images and batches: convolutions, pools, batch normalization, and the change between the two layouts.

use super::{SIZES, agree, unwritten};
use crate::kernels::{
    Element,
    batch_norm::{GradientSums, Grids, Moments, Normalize, NormalizeGradient},
    conv::{self, Geometry},
    isa::at_each_level,
    layout::{from_batch_innermost, to_batch_innermost},
    pool::{self, PoolSizes, Windows},
    testing::values,
};

/// Samples and the lanes that they lie in: alone, a part of a block, and a block and a part.
const LANES: [(usize, usize); 3] = [(1, 1), (3, 16), (17, 32)];

/// Each size once as a height and once as a width, large ones beside small ones.
fn images() -> impl Iterator<Item = [usize; 2]> {
    SIZES.into_iter().zip(SIZES.into_iter().rev()).map(|(height, width)| [height, width])
}

/// Kernel, stride, padding and dilation.
type Window = [[usize; 2]; 4];

/// The positions of a window on an image, where it fits.
fn positions(input: [usize; 2], [kernel, stride, padding, dilation]: Window) -> Option<[usize; 2]> {
    let axis = |i: usize| {
        let room = input[i] + 2 * padding[i];
        room.checked_sub(dilation[i] * (kernel[i] - 1) + 1).map(|room| room / stride[i] + 1)
    };
    Some([axis(0)?, axis(1)?])
}

#[test]
fn convolutions() {
    let windows: [(usize, usize, usize, Window); 5] = [
        (1, 1, 1, [[1, 1], [1, 1], [0, 0], [1, 1]]),
        (1, 7, 3, [[3, 3], [1, 1], [1, 1], [1, 1]]),
        (1, 17, 3, [[5, 3], [2, 3], [2, 1], [1, 2]]),
        (3, 3, 2, [[2, 2], [2, 2], [0, 0], [1, 1]]),
        (7, 1, 1, [[3, 1], [1, 2], [4, 0], [3, 1]]),
    ];
    let mut tried = 0;
    for (groups, outputs, channels, window) in windows {
        for input in images() {
            let Some(output) = positions(input, window) else { continue };
            let [kernel, stride, padding, dilation] = window;
            let geometry = Geometry { groups, outputs, channels, kernel, stride, padding, dilation, input, output };
            let (samples, _) = LANES[tried % LANES.len()];
            tried += 1;
            for samples in [1, samples] {
                let result = at_each_level(|| conv::tests::agrees::<f32>(geometry, samples, 7));
                result.unwrap_or_else(|error| panic!("{samples} samples of {geometry:?}: {error}"));
            }
            let result = at_each_level(|| conv::tests::agrees::<f64>(geometry, samples, 8));
            result.unwrap_or_else(|error| panic!("{samples} samples of {geometry:?}: {error}"));
        }
    }
    assert!(tried > 20, "{tried} sizes fit");
}

#[test]
fn pools() {
    for (i, input) in images().enumerate() {
        for (samples, lanes) in [LANES[0], LANES[1]] {
            let windows: [Window; 3] =
                [[[2, 2], [2, 2], [0, 0], [1, 1]], [[3, 3], [2, 2], [1, 1], [1, 1]], [[3, 1], [1, 2], [1, 0], [1, 1]]];
            let sliding = windows.into_iter().filter_map(|window| {
                let [kernel, stride, padding, _] = window;
                positions(input, window).map(|output| (Windows::Sliding { kernel, stride, padding }, output))
            });
            for (windows, output) in sliding.chain([(Windows::Adaptive, [3, 2])]) {
                let sizes = PoolSizes { channels: 3, windows, input, output, lanes };
                // Each seed has a norm and a width of its own.
                let result = at_each_level(|| {
                    pool::tests::all_agree::<f32>(sizes, samples, i as u64)?;
                    pool::tests::all_agree::<f64>(sizes, samples, i as u64 + 1)
                });
                result.unwrap_or_else(|error| panic!("{samples} samples of {sizes:?}: {error}"));
            }
        }
    }
}

/// Channels of a batch, by the places of their numbers.
struct Channels {
    grids: Grids,
    places: Vec<Vec<usize>>,
    /// All numbers, those beyond the samples too.
    length: usize,
}

impl Channels {
    /// Samples one after the other, of `channels` times `width` numbers.
    fn rows(channels: usize, width: usize, samples: usize) -> Self {
        let row = channels * width;
        let of = |c: usize| (0..samples).flat_map(move |s| (0..width).map(move |j| s * row + c * width + j)).collect();
        Channels { grids: Grids::rows(row), places: (0..channels).map(of).collect(), length: samples * row }
    }

    /// Images of `pixels`, batch innermost.
    fn images(channels: usize, pixels: usize, (samples, lanes): (usize, usize)) -> Self {
        let of = |c: usize| {
            (0..pixels).flat_map(move |pixel| (0..samples).map(move |s| (c * pixels + pixel) * lanes + s)).collect()
        };
        let grids = Grids::images(channels, samples, lanes);
        Channels { grids, places: (0..channels).map(of).collect(), length: channels * pixels * lanes }
    }

    fn check<E: Element>(&self) {
        let Channels { grids, places, length } = self;
        let (grids, length, channels) = (*grids, *length, places.len());
        let count = places[0].len() as f64;
        let (x, d_y) = (values::<E>(length, 1), values::<E>(length, 2));
        let epsilon = 0.1;
        let of = |numbers: &[E], c: usize| places[c].iter().map(|&at| numbers[at].as_f64()).collect::<Vec<_>>();
        let means: Vec<f64> = (0..channels).map(|c| of(&x, c).iter().sum::<f64>() / count).collect();
        let squares = |c: usize| of(&x, c).iter().map(|x| (x - means[c]).powi(2)).sum::<f64>();
        let what = |name: &str| format!("{name} of {channels} channels of {count}");
        let expected: Vec<f64> = means.iter().copied().chain((0..channels).map(squares)).collect();
        agree(what("moments"), &expected, || {
            let (mut mean, mut squares) = (unwritten(channels), unwritten(channels));
            E::moments(Moments { grids, x: &x, mean: &mut mean, squares: &mut squares, count });
            [mean, squares].concat()
        });

        // From here on with moments that the kernel is given.
        let [weight, bias, mean] = [3, 4, 5].map(|seed| values::<E>(channels, seed));
        let variance: Vec<E> = values::<E>(channels, 6).iter().map(|x| x.abs()).collect();
        let scale = |c: usize| 1.0 / (variance[c].as_f64() + epsilon).sqrt();
        let mut y = vec![0.0; length];
        for c in 0..channels {
            for &at in &places[c] {
                let value = (x[at].as_f64() - mean[c].as_f64()) * scale(c) * weight[c].as_f64() + bias[c].as_f64();
                y[at] = value.max(0.0);
            }
        }
        agree(what("normalization"), &y, || {
            let mut y = unwritten(length);
            let (weight, bias, mean, variance) = (&weight, &bias, &mean, &variance);
            E::normalize(Normalize {
                grids,
                x: &x,
                y: &mut y,
                weight,
                bias,
                mean,
                variance,
                epsilon,
                floor: E::zero(),
            });
            y
        });

        let rectified: Vec<E> = y.iter().map(|&y| E::from_f64(y)).collect();
        let mut expected = vec![0.0; 2 * channels];
        let mut d: Vec<f64> = d_y.iter().map(|d| d.as_f64()).collect();
        for c in 0..channels {
            for &at in &places[c] {
                d[at] = if rectified[at] > E::zero() { d[at] } else { 0.0 };
                expected[c] += d[at];
                expected[channels + c] += d[at] * (x[at].as_f64() - mean[c].as_f64());
            }
        }
        let within: Vec<usize> = places.iter().flatten().copied().collect();
        expected.extend(within.iter().map(|&at| d[at]));
        agree(what("sums of the gradient"), &expected, || {
            let (mut d_y, mut sums, mut products) = (d_y.clone(), unwritten(channels), unwritten(channels));
            let (rectified, mean) = (&rectified, &mean);
            E::gradient_sums(GradientSums {
                grids,
                x: &x,
                rectified,
                d_y: &mut d_y,
                mean,
                sums: &mut sums,
                products: &mut products,
            });
            [sums, products, within.iter().map(|&at| d_y[at]).collect()].concat()
        });

        let (sums, products) = (values::<E>(channels, 7), values::<E>(channels, 8));
        let mut d_x = vec![0.0; length];
        for c in 0..channels {
            for &at in &places[c] {
                let distance = x[at].as_f64() - mean[c].as_f64();
                let along = distance * scale(c) * scale(c) * products[c].as_f64() / count;
                d_x[at] = weight[c].as_f64() * scale(c) * (d_y[at].as_f64() - sums[c].as_f64() / count - along);
            }
        }
        agree(what("the gradient"), &d_x, || {
            let mut d_x = unwritten(length);
            E::normalize_gradient(NormalizeGradient {
                grids,
                x: &x,
                d_y: &d_y,
                d_x: &mut d_x,
                weight: &weight,
                mean: &mean,
                variance: &variance,
                epsilon,
                sums: &sums,
                products: &products,
                count,
            });
            d_x
        });
    }
}

#[test]
fn batch_normalization() {
    for size in SIZES {
        let batches = [
            Channels::rows(size, 1, 5),
            Channels::rows(3, size, 67),
            Channels::images(3, size, (1, 1)),
            Channels::images(3, size, (16, 16)),
            Channels::images(size, 7, (3, 16)),
        ];
        for channels in batches {
            channels.check::<f32>();
            channels.check::<f64>();
        }
    }
}

fn layouts<E: Element>(samples: usize, lanes: usize, length: usize) {
    let rows = values::<E>(samples * length, 1);
    let at = |i: usize| if i % lanes < samples { rows[i % lanes * length + i / lanes].as_f64() } else { 0.0 };
    let columns: Vec<f64> = (0..lanes * length).map(at).collect();
    agree(format_args!("{length} numbers of {samples} samples side by side"), &columns, || {
        let mut columns = unwritten(lanes * length);
        to_batch_innermost(&rows, samples, length, &mut columns, lanes);
        columns
    });
    let columns: Vec<E> = columns.into_iter().map(E::from_f64).collect();
    let expected: Vec<f64> = rows.iter().map(|x| x.as_f64()).collect();
    agree(format_args!("{length} numbers of {samples} samples one after the other"), &expected, || {
        let mut rows = unwritten(samples * length);
        from_batch_innermost(&columns, lanes, length, &mut rows);
        rows
    });
}

#[test]
fn layouts_of_batches() {
    for length in SIZES {
        for samples in SIZES {
            for lanes in [samples, samples.next_multiple_of(16)] {
                layouts::<f32>(samples, lanes, length);
                layouts::<f64>(samples, lanes, length);
            }
        }
    }
}
