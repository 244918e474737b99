//! A part's values of one shape, as layers take them.

use std::marker::PhantomData;

use crate::{Element, Shape};

/// The samples that one block of an interleaved value holds: the lanes of the widest register, in `f32`.
pub const LANES: usize = 16;

/// Values of shape `S` of a part's samples, to read.
///
/// Shapes of one or two axes lie sample after sample. Shapes of three axes lie with the sample innermost, element
/// `e` of sample `s` at `e × lanes + s`, so that whatever the size of an image and the stride over it, a register holds the same
/// pixel of [`LANES`] samples. `lanes` is `samples` rounded up to a multiple of [`LANES`], or 1 for a single sample,
/// where both orders are the same.
///
/// ```
/// use nn_runtime::{Const, network::View};
/// let data = [1.0, 2.0, 3.0, 4.0];
/// let view = View::<(Const<2>,), f64>::new(&data, 2, 16);
/// assert_eq!(view.sample(1), [3.0, 4.0]);
/// ```
#[derive(Debug)]
pub struct View<'a, S, E> {
    data: &'a [E],
    samples: usize,
    lanes: usize,
    shape: PhantomData<fn() -> S>,
}

impl<S, E> Clone for View<'_, S, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S, E> Copy for View<'_, S, E> {}

/// Values of shape `S` of a part's samples, to write. See [`View`].
///
/// ```
/// use nn_runtime::{Const, network::ViewMut};
/// let mut data = [0.0; 32];
/// let mut view = ViewMut::<(Const<1>, Const<1>, Const<2>), f64>::new(&mut data, 2, 16);
/// view.data_mut()[16] = 5.0; // the second pixel of the first sample
/// assert_eq!(view.as_view().data()[16], 5.0);
/// ```
#[derive(Debug)]
pub struct ViewMut<'a, S, E> {
    data: &'a mut [E],
    samples: usize,
    lanes: usize,
    shape: PhantomData<fn() -> S>,
}

/// The numbers that values of shape `S` take up.
#[inline(always)]
fn extent<S: Shape>(samples: usize, lanes: usize) -> usize {
    S::LEN * if S::INTERLEAVED { lanes } else { samples }
}

impl<'a, S: Shape, E: Element> View<'a, S, E> {
    /// The first numbers of `data` as values of `samples` samples.
    ///
    /// # Panics
    ///
    /// Where `data` is too short: a mistake in the network's memory plan, never in a user's data.
    #[inline(always)]
    pub fn new(data: &'a [E], samples: usize, lanes: usize) -> Self {
        View { data: &data[..extent::<S>(samples, lanes)], samples, lanes, shape: PhantomData }
    }

    /// The numbers, in the order that the type's documentation states.
    #[inline(always)]
    pub fn data(&self) -> &'a [E] {
        self.data
    }

    /// The number of samples.
    #[inline(always)]
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// The samples that an interleaved value has room for.
    #[inline(always)]
    pub fn lanes(&self) -> usize {
        self.lanes
    }

    /// One sample of a value with one or two axes.
    #[inline(always)]
    pub fn sample(&self, index: usize) -> &'a [E] {
        const { assert!(!S::INTERLEAVED) };
        &self.data[index * S::LEN..(index + 1) * S::LEN]
    }
}

impl<'a, S: Shape, E: Element> ViewMut<'a, S, E> {
    /// The first numbers of `data` as values of `samples` samples.
    ///
    /// # Panics
    ///
    /// Where `data` is too short: a mistake in the network's memory plan, never in a user's data.
    #[inline(always)]
    pub fn new(data: &'a mut [E], samples: usize, lanes: usize) -> Self {
        ViewMut { data: &mut data[..extent::<S>(samples, lanes)], samples, lanes, shape: PhantomData }
    }

    /// The same values, to read.
    #[inline(always)]
    pub fn as_view(&self) -> View<'_, S, E> {
        View { data: self.data, samples: self.samples, lanes: self.lanes, shape: PhantomData }
    }

    /// The same values, for a shorter time.
    #[inline(always)]
    pub fn reborrow(&mut self) -> ViewMut<'_, S, E> {
        ViewMut { data: self.data, samples: self.samples, lanes: self.lanes, shape: PhantomData }
    }

    /// The numbers, in the order that [`View`] states.
    #[inline(always)]
    pub fn data_mut(&mut self) -> &mut [E] {
        self.data
    }

    /// The number of samples.
    #[inline(always)]
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// The samples that an interleaved value has room for.
    #[inline(always)]
    pub fn lanes(&self) -> usize {
        self.lanes
    }
}
