//! Where values live: rows kept for a whole batch, and scratch for one part.

use crate::{
    Element, Shape,
    network::{
        steps::Steps,
        view::{View, ViewMut},
    },
    shape::FixedShape,
};

/// Values of a whole batch or of some of its samples, sample after sample, to read: the inputs of a network.
///
/// ```
/// use plumbline::network::abi::RowsRef;
/// let rows = RowsRef::new(&[1.0, 2.0, 3.0, 4.0], 2);
/// let (first, second) = rows.split_at(1);
/// assert_eq!((first.data(), second.data()), (&[1.0, 2.0][..], &[3.0, 4.0][..]));
/// let (_, second) = rows.with_lengths(&[2, 1]).split_at(1);
/// assert_eq!(second.lengths(), [1]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct RowsRef<'a, E> {
    data: &'a [E],
    width: usize,
    lengths: &'a [usize],
    /// The steps of a row and the numbers of each that lie side by side, for rows that have lengths.
    steps: [usize; 2],
}

impl<'a, E: Element> RowsRef<'a, E> {
    /// Rows of `width` numbers each, all full.
    #[inline(always)]
    pub fn new(data: &'a [E], width: usize) -> Self {
        RowsRef { data, width, lengths: &[], steps: [1, 1] }
    }

    /// The same rows, of whose steps only the first are real: `lengths` has their number for each row, or is empty where all are full.
    #[inline(always)]
    #[must_use]
    pub fn with_lengths(self, lengths: &'a [usize]) -> Self {
        RowsRef { lengths, ..self }
    }

    /// The same rows, of these steps, with their lengths.
    pub(super) fn in_steps(self, steps: Steps<'a>) -> Self {
        RowsRef { steps: [steps.count, steps.inner], lengths: steps.lengths, ..self }
    }

    /// Where the steps of the rows lie.
    pub(super) fn steps(&self) -> Steps<'a> {
        Steps::new(self.lengths, self.steps[0], self.steps[1])
    }

    /// Copies the numbers over `copy`, zeros in place of the padding.
    pub(super) fn copy_into(&self, copy: &mut Vec<E>) {
        copy.clear();
        copy.extend_from_slice(self.data);
        self.steps().fill_rows(copy, self.width, E::zero());
    }

    /// The numbers of a row.
    #[inline(always)]
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// The number of real steps of each row; empty where all are full.
    #[inline(always)]
    pub fn lengths(&self) -> &'a [usize] {
        self.lengths
    }

    /// The numbers.
    #[inline(always)]
    pub fn data(&self) -> &'a [E] {
        self.data
    }

    /// The rows themselves, as [`Rows::rows`] gives them.
    #[inline(always)]
    pub fn rows(&self) -> Self {
        *self
    }

    /// The first `samples` rows and the others.
    #[inline(always)]
    pub fn split_at(self, samples: usize) -> (Self, Self) {
        let (first, second) = self.data.split_at(samples * self.width);
        let (before, behind) = self.lengths.split_at(samples.min(self.lengths.len()));
        let rows = |data, lengths| RowsRef { data, lengths, ..self };
        (rows(first, before), rows(second, behind))
    }

    /// The rows as values of a shape with one or two axes.
    #[inline(always)]
    pub fn view<S: FixedShape>(&self) -> View<'a, S, E> {
        self.view_sized(Default::default())
    }

    /// The rows as values of a shape with one or two axes, free ones among them.
    #[inline(always)]
    pub fn view_sized<S: Shape>(&self, extent: S::Extent) -> View<'a, S, E> {
        const { assert!(!S::INTERLEAVED) };
        View::sized(self.data, self.data.len() / self.width.max(1), 0, extent)
    }
}

/// Values of a whole batch or of some of its samples, sample after sample, to write.
///
/// ```
/// use plumbline::{Const, network::abi::Rows};
/// let mut data = [0.0; 6];
/// let mut rows = Rows::new(&mut data, 3);
/// rows.view_mut::<(Const<3>,)>().data_mut()[4] = 1.0;
/// let (_, second) = rows.split_at(1);
/// assert_eq!(second.view::<(Const<3>,)>().sample(0), [0.0, 1.0, 0.0]);
/// ```
#[derive(Debug)]
pub struct Rows<'a, E> {
    data: &'a mut [E],
    width: usize,
}

impl<'a, E: Element> Rows<'a, E> {
    /// Rows of `width` numbers each.
    pub fn new(data: &'a mut [E], width: usize) -> Self {
        Rows { data, width }
    }

    /// The number of samples.
    #[inline(always)]
    pub fn samples(&self) -> usize {
        self.data.len() / self.width.max(1)
    }

    /// The numbers of a row.
    #[inline(always)]
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// The numbers, to read.
    #[inline(always)]
    pub fn data(&self) -> &[E] {
        self.data
    }

    /// Sets the padding to 0; costs nothing where all samples are full.
    #[inline(always)]
    pub fn clear_padding(&mut self, steps: Steps<'_>) {
        if !steps.are_full() {
            steps.fill_rows(self.data, self.width, E::zero());
        }
    }

    /// The same rows, to read.
    #[inline(always)]
    pub fn rows(&self) -> RowsRef<'_, E> {
        RowsRef::new(self.data, self.width)
    }

    /// The numbers, to write.
    #[inline(always)]
    pub fn data_mut(&mut self) -> &mut [E] {
        self.data
    }

    /// The first `samples` rows and the others.
    #[inline(always)]
    pub fn split_at(self, samples: usize) -> (Self, Self) {
        let (first, second) = self.data.split_at_mut(samples * self.width);
        (Rows { data: first, width: self.width }, Rows { data: second, width: self.width })
    }

    /// The rows as values of a shape with one or two axes, to read.
    #[inline(always)]
    pub fn view<S: FixedShape>(&self) -> View<'_, S, E> {
        self.view_sized(Default::default())
    }

    /// The rows as values of a shape with one or two axes, free ones among them, to read.
    #[inline(always)]
    pub fn view_sized<S: Shape>(&self, extent: S::Extent) -> View<'_, S, E> {
        self.rows().view_sized(extent)
    }

    /// The rows as values of a shape with one or two axes, to write.
    #[inline(always)]
    pub fn view_mut<S: FixedShape>(&mut self) -> ViewMut<'_, S, E> {
        self.view_mut_sized(Default::default())
    }

    /// The rows as values of a shape with one or two axes, free ones among them, to write.
    #[inline(always)]
    pub fn view_mut_sized<S: Shape>(&mut self, extent: S::Extent) -> ViewMut<'_, S, E> {
        const { assert!(!S::INTERLEAVED) };
        let samples = self.samples();
        ViewMut::sized(self.data, samples, 0, extent)
    }
}

/// Room for the values of one node in a part's scratch.
///
/// ```
/// use plumbline::{Const, network::abi::Scratch};
/// let mut memory = [0.0_f32; 80];
/// let mut scratch = Scratch::new(&mut memory, 3, 16);
/// let [image, vector] = scratch.slots([4, 1]);
/// assert_eq!(image.view::<(Const<1>, Const<2>, Const<2>)>().data().len(), 64);
/// assert_eq!(vector.view::<(Const<1>,)>().data().len(), 3);
/// ```
#[derive(Debug)]
pub struct Slot<'a, E> {
    data: &'a mut [E],
    samples: usize,
    lanes: usize,
}

impl<E: Element> Slot<'_, E> {
    /// The values as shape `S`, to read.
    #[inline(always)]
    pub fn view<S: FixedShape>(&self) -> View<'_, S, E> {
        self.view_sized(Default::default())
    }

    /// The values as shape `S`, which may have free axes, to read.
    #[inline(always)]
    pub fn view_sized<S: Shape>(&self, extent: S::Extent) -> View<'_, S, E> {
        View::sized(self.data, self.samples, self.lanes, extent)
    }

    /// The values as shape `S`, to write.
    #[inline(always)]
    pub fn view_mut<S: FixedShape>(&mut self) -> ViewMut<'_, S, E> {
        self.view_mut_sized(Default::default())
    }

    /// The values as shape `S`, which may have free axes, to write.
    #[inline(always)]
    pub fn view_mut_sized<S: Shape>(&mut self, extent: S::Extent) -> ViewMut<'_, S, E> {
        ViewMut::sized(self.data, self.samples, self.lanes, extent)
    }

    /// All of its numbers, to write.
    #[inline(always)]
    pub fn data_mut(&mut self) -> &mut [E] {
        self.data
    }

    /// The samples that a value with the samples innermost has room for.
    #[inline(always)]
    pub(super) fn lanes(&self) -> usize {
        self.lanes
    }

    /// The room as scratch of a network inside the network.
    #[inline(always)]
    pub fn scratch(&mut self) -> Scratch<'_, E> {
        Scratch::new(self.data, self.samples, self.lanes)
    }
}

/// The memory of one part for values that no later part needs.
#[derive(Debug)]
pub struct Scratch<'a, E> {
    data: &'a mut [E],
    start: usize,
    samples: usize,
    lanes: usize,
}

impl<'a, E: Element> Scratch<'a, E> {
    /// Scratch for a part of `samples` samples in `lanes` lanes.
    pub fn new(data: &'a mut [E], samples: usize, lanes: usize) -> Self {
        Scratch { data, start: 0, samples, lanes }
    }

    /// The scratch of the next part, which begins at `start`.
    pub(super) fn move_to(&mut self, start: usize, samples: usize, lanes: usize) {
        (self.start, self.samples, self.lanes) = (start, samples, lanes);
    }

    /// Slots of `widths` numbers a sample, one after the other.
    ///
    /// # Panics
    ///
    /// Where the widths exceed the memory: a mistake in the network's memory plan, never in a user's data.
    #[inline(always)]
    pub fn slots<const N: usize>(&mut self, widths: [usize; N]) -> [Slot<'_, E>; N] {
        let (samples, lanes) = (self.samples, self.lanes);
        let mut rest = &mut self.data[self.start..];
        widths.map(|width| {
            let (data, behind) = std::mem::take(&mut rest).split_at_mut(width * lanes);
            rest = behind;
            Slot { data, samples, lanes }
        })
    }
}

/// The inputs of a network: an array of [`RowsRef`], one for each port.
pub trait InputArray<'a, E: 'a>: Copy + Send {
    /// The array over each port's numbers.
    fn new(data: impl IntoIterator<Item = RowsRef<'a, E>>) -> Self;
    /// The first `samples` rows of each and the others.
    fn split_at(self, samples: usize) -> (Self, Self);
}

impl<'a, E: Element, const N: usize> InputArray<'a, E> for [RowsRef<'a, E>; N] {
    fn new(data: impl IntoIterator<Item = RowsRef<'a, E>>) -> Self {
        let mut data = data.into_iter();
        std::array::from_fn(|_| data.next().unwrap_or(RowsRef::new(&[], 0)))
    }

    #[inline(always)]
    fn split_at(self, samples: usize) -> (Self, Self) {
        (self.map(|rows| rows.split_at(samples).0), self.map(|rows| rows.split_at(samples).1))
    }
}

/// The kept values of a network: an array of [`Rows`], and behind it those of the networks inside, as nested pairs that end with `()`.
pub trait KeptArray<'a, E: Element>: Send + Sized {
    /// The same, borrowed for a shorter time.
    type Short<'b>: KeptArray<'b, E>
    where
        Self: 'b;
    /// The array over each value's rows.
    fn new(data: &mut impl Iterator<Item = Rows<'a, E>>) -> Self;
    /// The first `samples` rows of each and the others.
    fn split_at(self, samples: usize) -> (Self, Self);
    /// The rows of the network itself, as a slice.
    fn as_slice_mut(&mut self) -> &mut [Rows<'a, E>];
    /// The same rows, for a shorter time.
    fn reborrow<'b>(&'b mut self) -> Self::Short<'b>
    where
        Self: 'b;
}

impl<'a, E: Element, const N: usize> KeptArray<'a, E> for [Rows<'a, E>; N] {
    type Short<'b>
        = [Rows<'b, E>; N]
    where
        Self: 'b;

    fn new(data: &mut impl Iterator<Item = Rows<'a, E>>) -> Self {
        std::array::from_fn(|_| data.next().unwrap_or(Rows { data: &mut [], width: 0 }))
    }

    #[inline(always)]
    fn split_at(self, samples: usize) -> (Self, Self) {
        let mut second = std::array::from_fn(|_| Rows { data: &mut [], width: 0 });
        let mut place = second.iter_mut();
        let first = self.map(|rows| {
            let (head, tail) = rows.split_at(samples);
            if let Some(place) = place.next() {
                *place = tail;
            }
            head
        });
        (first, second)
    }

    fn as_slice_mut(&mut self) -> &mut [Rows<'a, E>] {
        self
    }

    fn reborrow<'b>(&'b mut self) -> [Rows<'b, E>; N]
    where
        Self: 'b,
    {
        let mut rows = self.iter_mut();
        std::array::from_fn(|_| match rows.next() {
            Some(rows) => Rows { data: rows.data, width: rows.width },
            None => Rows { data: &mut [], width: 0 },
        })
    }
}

impl<'a, E: Element> KeptArray<'a, E> for () {
    type Short<'b>
        = ()
    where
        Self: 'b;

    fn new(_: &mut impl Iterator<Item = Rows<'a, E>>) -> Self {}

    #[inline(always)]
    fn split_at(self, _: usize) -> (Self, Self) {
        ((), ())
    }

    fn as_slice_mut(&mut self) -> &mut [Rows<'a, E>] {
        &mut []
    }

    fn reborrow<'b>(&'b mut self)
    where
        Self: 'b,
    {
    }
}

impl<'a, E: Element, A: KeptArray<'a, E>, B: KeptArray<'a, E>> KeptArray<'a, E> for (A, B) {
    type Short<'b>
        = (A::Short<'b>, B::Short<'b>)
    where
        Self: 'b;

    fn new(data: &mut impl Iterator<Item = Rows<'a, E>>) -> Self {
        let own = A::new(data);
        (own, B::new(data))
    }

    #[inline(always)]
    fn split_at(self, samples: usize) -> (Self, Self) {
        let ((a, other_a), (b, other_b)) = (self.0.split_at(samples), self.1.split_at(samples));
        ((a, b), (other_a, other_b))
    }

    fn as_slice_mut(&mut self) -> &mut [Rows<'a, E>] {
        self.0.as_slice_mut()
    }

    fn reborrow<'b>(&'b mut self) -> Self::Short<'b>
    where
        Self: 'b,
    {
        (self.0.reborrow(), self.1.reborrow())
    }
}
