//! Whether a network gives for each sequence of a ragged batch what it gives for that sequence alone.

use plumbline::{
    Element, Free,
    network::abi::{entry, rows},
    prelude::*,
    shape::time_axis,
};

use crate::differences::data_of;

/// The numbers of a row up to `length` steps along an axis.
pub(crate) fn cut<E: Copy>(row: &[E], sizes: &[usize], axis: usize, length: usize) -> Vec<E> {
    let inner: usize = sizes[axis + 1..].iter().product();
    row.chunks_exact(sizes[axis] * inner).flat_map(|block| block[..length * inner].iter().copied()).collect()
}

/// Calls `f` for each number of padding.
pub(crate) fn padding<E>(row: &mut [E], sizes: &[usize], axis: usize, length: usize, mut f: impl FnMut(&mut E)) {
    let inner: usize = sizes[axis + 1..].iter().product();
    row.chunks_exact_mut(sizes[axis] * inner).for_each(|block| block[length * inner..].iter_mut().for_each(&mut f));
}

/// Sizes with the free one of them worked out from the numbers of a sample.
pub(crate) fn sizes_of<S: Shape>(width: usize) -> Vec<usize> {
    let known: usize = S::DIMS.iter().filter(|&&size| size != usize::MAX).product();
    S::DIMS.iter().map(|&size| if size == usize::MAX { width / known } else { size }).collect()
}

/// What a network makes of a batch, and of the gradient with respect to its output.
pub(crate) struct Run<E> {
    pub(crate) lengths: Vec<usize>,
    pub(crate) inferred: Vec<E>,
    pub(crate) trained: Vec<E>,
    pub(crate) d_x: Vec<E>,
    pub(crate) gradients: Vec<E>,
}

pub(crate) fn run<N: Trainable<Input: Shape>>(
    net: &N,
    x: &Batch<N::Input, N::Element>,
    d: impl FnOnce(usize, &[usize]) -> Vec<N::Element>,
) -> Run<N::Element> {
    let (mut pass, mut gradients) = (net.pass(1), net.gradients());
    pass.enter(&[entry(x)]).unwrap();
    pass.infer(net, &[rows(x)], x.samples());
    let inferred = pass.output(0).to_vec();
    pass.train(net, &[rows(x)], x.samples());
    let trained = pass.output(0).to_vec();
    let lengths = pass.output_lengths(0).to_vec();
    let d = d(pass.output_width(0), &lengths);
    pass.backward(net, &[&d], x.samples(), &mut gradients).unwrap();
    let d_x = pass.d_input(0).to_vec();
    Run {
        lengths,
        inferred,
        trained,
        d_x,
        gradients: gradients.parameters().flat_map(|tensor| tensor.values.to_vec()).collect(),
    }
}

pub(crate) fn near<E: Element>(found: &[E], expected: &[E], tolerance: f64, what: &str) {
    let apart = apart(found, expected);
    assert!(apart <= tolerance, "{what}: {apart:e} of the largest number");
}

/// The largest distance between numbers of two tensors, relative to the largest magnitude of the expected one; infinite where one is no number.
pub(crate) fn apart<E: Element>(found: &[E], expected: &[E]) -> f64 {
    assert_eq!(found.len(), expected.len());
    let size = expected.iter().fold(0.0_f64, |size, x| size.max(x.as_f64().abs()));
    let distances = found.iter().zip(expected).map(|(a, b)| (a.as_f64() - b.as_f64()).abs());
    let largest = distances.fold(0.0, |largest: f64, x| if x.is_nan() { f64::INFINITY } else { largest.max(x) });
    if largest == 0.0 { 0.0 } else { largest / size }
}

fn bits<'a, E: Element>(numbers: impl IntoIterator<Item = &'a E>) -> Vec<u64> {
    numbers.into_iter().map(|x| x.as_f64().to_bits()).collect()
}

/// How far what a network gives for sequences of a ragged batch is from what it gives for each alone: the largest distance in each kind of tensor,
/// relative to the largest magnitude in it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Apart {
    pub(crate) inference: f64,
    pub(crate) training: f64,
    /// The gradient with respect to the input.
    pub(crate) input: f64,
    /// The gradient of all parameters as one tensor, against the sum of those of the sequences alone, in `f64`.
    pub(crate) parameters: f64,
}

impl Apart {
    pub(crate) fn max(self, other: Self) -> Self {
        Apart {
            inference: self.inference.max(other.inference),
            training: self.training.max(other.training),
            input: self.input.max(other.input),
            parameters: self.parameters.max(other.parameters),
        }
    }
}

/// The network gives for each sequence of a batch what it gives for it alone, and so do its gradients, which are 0 in the padding, and their sums;
/// nothing depends on what lies in the padding. Which is asked of all but the first, whose distance it tells.
pub(crate) fn apart_from_alone<N>(x: &Batch<N::Input, N::Element>, seed: u64) -> Apart
where
    N: Trainable<Input: Shape, Output: Shape>,
{
    let mut net = N::initialized(seed);
    for index in 0..net.tensors() {
        for (i, value) in net.tensor_mut(index).values.iter_mut().enumerate() {
            *value += N::Element::from_f64(0.02 * ((i % 7) as f64 - 3.0));
        }
    }
    let (name, width) = (N::NAME, x.width());
    let (in_sizes, in_axis, out_axis) = (x.sizes().to_vec(), time_axis(N::Input::DIMS), time_axis(N::Output::DIMS));
    let mut d_all = Vec::new();
    let whole = run(&net, x, |width, lengths| {
        let sizes = sizes_of::<N::Output>(width);
        let numbers = data_of::<(Free,)>(x.samples(), &[width]);
        // Not in the order of x, whose own direction may have no gradient.
        let mut d: Vec<N::Element> = numbers.as_slice().iter().rev().map(|&x| N::Element::from_f64(x)).collect();
        for (row, &length) in d.chunks_exact_mut(width).zip(lengths) {
            padding(row, &sizes, out_axis, length, |x| *x = N::Element::from_f64(f64::NAN));
        }
        d_all.clone_from(&d);
        d
    });
    let out = d_all.len() / x.samples();
    let out_sizes = sizes_of::<N::Output>(out);
    let is_sequence = N::Output::DIMS.contains(&usize::MAX);
    assert_eq!(whole.lengths.len(), if is_sequence { x.samples() } else { 0 }, "{name}");

    // The batch's and, behind each other, those of each sequence alone.
    let mut pairs: [[Vec<N::Element>; 2]; 3] = Default::default();
    let mut sums = vec![0.0; whole.gradients.len()];
    for sample in 0..x.samples() {
        let (length, mut sizes) = (x.lengths()[sample], in_sizes.clone());
        let numbers = cut(x.sample(sample).unwrap(), &sizes, in_axis, length);
        sizes[in_axis] = length;
        let row = |all: &[N::Element], width: usize| all[sample * width..(sample + 1) * width].to_vec();
        let of_output = |all: &[N::Element]| match whole.lengths.get(sample) {
            Some(&length) => cut(&row(all, out), &out_sizes, out_axis, length),
            None => row(all, out),
        };
        let d = of_output(&d_all);
        let alone = run(&net, &Batch::from_vec_of(numbers, &sizes).unwrap(), |width, _| {
            assert_eq!(width, d.len(), "{name}: the length that sample {sample} becomes");
            d
        });
        let mut d_x = row(&whole.d_x, width);
        let found = [of_output(&whole.inferred), of_output(&whole.trained), cut(&d_x, &in_sizes, in_axis, length)];
        let expected = [&alone.inferred, &alone.trained, &alone.d_x];
        for (pair, (found, expected)) in pairs.iter_mut().zip(found.into_iter().zip(expected)) {
            pair[0].extend(found);
            pair[1].extend(expected);
        }
        let what = format!("{name}, padding of sample {sample}");
        padding(&mut d_x, &in_sizes, in_axis, length, |x| assert_eq!(x.as_f64(), 0.0, "{what}"));
        if let Some(&length) = whole.lengths.get(sample) {
            for all in [&whole.inferred, &whole.trained] {
                let mut y = row(all, out);
                padding(&mut y, &out_sizes, out_axis, length, |y| assert_eq!(y.as_f64(), 0.0, "{what}"));
            }
        }
        sums.iter_mut().zip(alone.gradients).for_each(|(sum, gradient)| *sum += gradient.as_f64());
    }
    let gradients: Vec<f64> = whole.gradients.iter().map(|x| x.as_f64()).collect();
    let parameters = apart(&gradients, &sums);

    // A view keeps what its padding holds; indices must be some there too.
    let mut dirty = x.clone();
    let number = if N::INDICES { 3.0 } else { f64::NAN };
    for (row, &length) in dirty.as_mut_slice().chunks_exact_mut(width).zip(x.lengths()) {
        padding(row, &in_sizes, in_axis, length, |x| *x = N::Element::from_f64(number));
    }
    let again = run(&net, &dirty, |_, _| d_all);
    let all =
        |run: &Run<N::Element>| bits([&run.inferred, &run.trained, &run.d_x, &run.gradients].into_iter().flatten());
    assert!(all(&again) == all(&whole), "{name}: {number} in the padding changes something");
    let [inference, training, input] = pairs.map(|[found, expected]| apart(&found, &expected));
    Apart { inference, training, input, parameters }
}

/// [`apart_from_alone`] up to a tolerance.
pub(crate) fn each_as_if_alone<N>(x: &Batch<N::Input, N::Element>, tolerance: f64) -> N
where
    N: Trainable<Input: Shape, Output: Shape>,
{
    let apart = apart_from_alone::<N>(x, 7);
    let Apart { inference, training, input, parameters } = apart;
    let worst = inference.max(training).max(input).max(parameters);
    assert!(worst <= tolerance, "{}: {apart:?}", N::NAME);
    N::initialized(7)
}
