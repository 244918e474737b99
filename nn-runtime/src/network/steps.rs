//! The steps of padded sequences, wherever time is among the axes of a value.

use crate::{
    Element, Shape,
    network::ViewMut,
    shape::{product, time_axis},
};

/// Where the steps of a value lie, and how many of them are real: the axes before time, the steps, and the numbers that lie behind each of
/// them.
///
/// ```
/// use plumbline::{Const, network::abi::{Steps, ViewMut, clear_padding}};
/// // Two signals of two channels and three steps, of which the second has one real step.
/// let mut y = [1.0; 12];
/// let y_view = ViewMut::<(Const<2>, Const<3>), f64>::new(&mut y, 2, 16);
/// clear_padding(y_view, Steps::new(&[3, 1], 3, 1));
/// assert_eq!(y, [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Steps<'a> {
    /// The real steps of each sample; empty where all are full.
    pub(crate) lengths: &'a [usize],
    /// The steps of a sample, padding among them.
    pub(crate) count: usize,
    /// The numbers of a step that lie side by side.
    pub(crate) inner: usize,
}

impl<'a> Steps<'a> {
    /// `count` steps a sample, of each of which `inner` numbers lie side by side; `lengths` has the real ones of each sample, or is empty
    /// where all are full.
    #[inline(always)]
    pub fn new(lengths: &'a [usize], count: usize, inner: usize) -> Self {
        Steps { lengths, count, inner }
    }

    /// The steps of samples with axes of these sizes, of the shape `S`.
    pub(crate) fn of<S: Shape>(sizes: &[usize], lengths: &'a [usize]) -> Self {
        let axis = time_axis(S::DIMS);
        Steps { lengths, count: sizes[axis], inner: product(&sizes[axis + 1..]) }
    }

    /// Whether all samples are full.
    #[inline(always)]
    pub fn are_full(&self) -> bool {
        self.lengths.is_empty()
    }

    /// The real steps of a sample.
    pub(crate) fn length(&self, sample: usize) -> usize {
        self.lengths.get(sample).map_or(self.count, |&length| length.min(self.count))
    }

    /// The numbers from one step of the axes before time to the next: those of all steps.
    fn block(&self) -> usize {
        (self.count * self.inner).max(1)
    }

    /// The runs of real numbers in a row of a sample.
    pub(crate) fn real<'r, E>(&self, sample: usize, row: &'r [E]) -> impl Iterator<Item = &'r [E]> + use<'r, E> {
        let real = self.length(sample) * self.inner;
        row.chunks_exact(self.block()).map(move |block| &block[..real])
    }

    /// Writes `number` over the padding of rows of `width` numbers.
    pub(crate) fn fill_rows<E: Copy>(&self, rows: &mut [E], width: usize, number: E) {
        for (sample, row) in rows.chunks_exact_mut(width.max(1)).enumerate().take(self.lengths.len()) {
            let real = self.length(sample) * self.inner;
            row.chunks_exact_mut(self.block()).for_each(|block| block[real..].fill(number));
        }
    }

    /// Calls `f` for each number of padding in values with the samples innermost, `lanes` of them.
    fn fill_lanes<E: Copy>(&self, data: &mut [E], lanes: usize, number: E) {
        let shortest = (0..self.lengths.len()).map(|sample| self.length(sample)).min().unwrap_or(self.count);
        for block in data.chunks_exact_mut(self.block() * lanes.max(1)) {
            for (step, pixels) in block.chunks_exact_mut((self.inner * lanes).max(1)).enumerate().skip(shortest) {
                for pixel in pixels.chunks_exact_mut(lanes.max(1)) {
                    for (x, &length) in pixel.iter_mut().zip(self.lengths) {
                        *x = if step < length { *x } else { number };
                    }
                }
            }
        }
    }
}

/// Sets the padding of a value to 0; costs nothing where all samples are full.
#[inline(always)]
pub fn clear_padding<S: Shape, E: Element>(y: ViewMut<'_, S, E>, steps: Steps<'_>) {
    fill_padding(y, steps, E::zero());
}

/// Sets the padding of a value to −∞, so that no maximum is there; costs nothing where all samples are full.
#[inline(always)]
pub fn lower_padding<S: Shape, E: Element>(y: ViewMut<'_, S, E>, steps: Steps<'_>) {
    fill_padding(y, steps, E::neg_infinity());
}

#[inline(always)]
fn fill_padding<S: Shape, E: Element>(mut y: ViewMut<'_, S, E>, steps: Steps<'_>, number: E) {
    if !steps.are_full() {
        let (width, lanes) = (y.width(), y.lanes());
        fill(y.data_mut(), if S::INTERLEAVED { Err(lanes) } else { Ok(width) }, steps, number);
    }
}

/// The padding of rows of so many numbers, or of values with so many samples innermost.
#[inline(never)]
fn fill<E: Element>(data: &mut [E], layout: Result<usize, usize>, steps: Steps<'_>, number: E) {
    match layout {
        Ok(width) => steps.fill_rows(data, width, number),
        Err(lanes) => steps.fill_lanes(data, lanes, number),
    }
}

/// The samples of a part, at most, in a network of its own. A network may hand a part of itself more.
const FEW: usize = 64;

/// The lengths of a part's sequences behind a layer that changes them.
///
/// ```
/// use plumbline::network::abi::PartLengths;
/// let halves = PartLengths::new(&[4, 2], |length| length / 2);
/// assert_eq!(halves.as_slice(), [2, 1]);
/// assert!(PartLengths::new(&[], |length| length).as_slice().is_empty());
/// ```
#[derive(Clone, Debug)]
pub struct PartLengths {
    few: [usize; FEW],
    more: Vec<usize>,
    count: usize,
}

impl PartLengths {
    /// What becomes of each length.
    #[inline(always)]
    pub fn new(lengths: &[usize], change: impl Fn(usize) -> usize) -> Self {
        let (mut few, mut more, count) = ([0; FEW], Vec::new(), lengths.len());
        if count > FEW {
            more = lengths.iter().map(|&length| change(length)).collect();
        } else {
            few.iter_mut().zip(lengths).for_each(|(into, &length)| *into = change(length));
        }
        PartLengths { few, more, count }
    }

    /// The lengths, or none where all samples are full.
    #[inline(always)]
    pub fn as_slice(&self) -> &[usize] {
        if self.more.is_empty() { &self.few[..self.count] } else { &self.more }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Const, Free};

    /// An image of 2 channels, 3 rows and 2 columns a sample, of 3 samples in 16 lanes, with time in each axis.
    #[test]
    fn padding_is_what_lies_behind_the_length_on_any_axis_and_in_any_layout() {
        let sizes = [2, 3, 2];
        for axis in 0..3 {
            let lengths: Vec<usize> = (0..3).map(|sample| 1 + sample % sizes[axis]).collect();
            let steps = Steps::new(&lengths, sizes[axis], sizes[axis + 1..].iter().product());
            let mut y = vec![1.0_f32; 12 * 16];
            type Image = (Const<2>, Free, Const<2>);
            clear_padding(ViewMut::<Image, f32>::sized(&mut y, 3, 16, ((), 3, ())), steps);
            let mut rows = vec![1.0_f64; 36];
            fill_padding(ViewMut::<(Const<12>,), f64>::new(&mut rows, 3, 16), steps, f64::INFINITY);
            for (place, sample) in (0..12).flat_map(|place| (0..16).map(move |sample| (place, sample))) {
                let at = [place / 6, place / 2 % 3, place % 2][axis];
                let real = sample >= 3 || at < lengths[sample];
                assert_eq!(y[place * 16 + sample] == 1.0, real, "axis {axis}, {place} of sample {sample}");
                if sample < 3 {
                    assert_eq!(rows[sample * 12 + place] == 1.0, real);
                }
            }
        }
    }

    #[test]
    fn a_part_of_any_number_of_samples_has_lengths() {
        let all: Vec<usize> = (1..200).collect();
        for count in [0, 1, 64, 65, 199] {
            let found = PartLengths::new(&all[..count], |length| 2 * length);
            assert!(found.as_slice().iter().copied().eq((1..=count).map(|length| 2 * length)));
        }
    }
}
