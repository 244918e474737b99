//! A part's values of one shape, as layers take them.

use std::fmt;

pub use crate::kernels::simd::LANES;
use crate::{
    Element, Shape,
    shape::{Dims, FixedShape},
};

/// Values of shape `S` of a part's samples, to read.
///
/// Shapes of one or two axes lie sample after sample. Shapes of three axes lie with the sample innermost, element
/// `e` of sample `s` at `e × lanes + s`, so that whatever the size of an image and the stride over it, a register holds the same
/// pixel of [`LANES`] samples. `lanes` is `samples` rounded up to a multiple of [`LANES`], or 1 for a single sample,
/// where both orders are the same.
///
/// ```
/// use plumbline::{Const, network::abi::View};
/// let data = [1.0, 2.0, 3.0, 4.0];
/// let view = View::<(Const<2>,), f64>::new(&data, 2, 16);
/// assert_eq!(view.sample(1), [3.0, 4.0]);
/// ```
pub struct View<'a, S: Shape, E> {
    data: &'a [E],
    samples: usize,
    lanes: usize,
    extent: S::Extent,
}

impl<S: Shape, E> Clone for View<'_, S, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S: Shape, E> Copy for View<'_, S, E> {}

impl<S: Shape, E: fmt::Debug> fmt::Debug for View<'_, S, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug("View", f, (self.samples, self.lanes), S::sizes(self.extent).as_ref(), self.data)
    }
}

/// Values of shape `S` of a part's samples, to write. See [`View`].
///
/// ```
/// use plumbline::{Const, network::abi::ViewMut};
/// let mut data = [0.0; 32];
/// let mut view = ViewMut::<(Const<1>, Const<1>, Const<2>), f64>::new(&mut data, 2, 16);
/// view.data_mut()[16] = 5.0; // the second pixel of the first sample
/// assert_eq!(view.as_view().data()[16], 5.0);
/// ```
pub struct ViewMut<'a, S: Shape, E> {
    data: &'a mut [E],
    samples: usize,
    lanes: usize,
    extent: S::Extent,
}

impl<S: Shape, E: fmt::Debug> fmt::Debug for ViewMut<'_, S, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug("ViewMut", f, (self.samples, self.lanes), S::sizes(self.extent).as_ref(), self.data)
    }
}

fn debug<E: fmt::Debug>(
    name: &str,
    f: &mut fmt::Formatter<'_>,
    (samples, lanes): (usize, usize),
    sizes: &[usize],
    data: &[E],
) -> fmt::Result {
    let mut view = f.debug_struct(name);
    view.field("samples", &samples).field("lanes", &lanes).field("sizes", &sizes).field("data", &data).finish()
}

/// The numbers that values of shape `S` take up.
#[inline(always)]
fn numbers<S: Shape>(samples: usize, lanes: usize, extent: S::Extent) -> usize {
    let rows = if S::INTERLEAVED { lanes } else { samples };
    match S::len(extent).checked_mul(rows) {
        Some(numbers) => numbers,
        None => panic!("expected values that memory can hold, found {rows} of `{}`", Dims(S::sizes(extent).as_ref())),
    }
}

impl<'a, S: Shape, E: Element> View<'a, S, E> {
    /// The first numbers of `data` as values of `samples` samples.
    ///
    /// # Panics
    ///
    /// Where `data` is too short: a mistake in the network's memory plan, never in a user's data.
    #[inline(always)]
    pub fn new(data: &'a [E], samples: usize, lanes: usize) -> Self
    where
        S: FixedShape,
    {
        Self::sized(data, samples, lanes, Default::default())
    }

    /// The same for a shape with free axes, whose sizes `extent` tells.
    ///
    /// # Panics
    ///
    /// As [`View::new`].
    #[inline(always)]
    pub fn sized(data: &'a [E], samples: usize, lanes: usize, extent: S::Extent) -> Self {
        View { data: &data[..numbers::<S>(samples, lanes, extent)], samples, lanes, extent }
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

    /// The size of each axis of a sample.
    #[inline(always)]
    pub fn sizes(&self) -> S::Sizes {
        S::sizes(self.extent)
    }

    /// The numbers of a sample.
    #[inline(always)]
    pub fn width(&self) -> usize {
        S::len(self.extent)
    }

    /// One sample of a value with one or two axes.
    #[inline(always)]
    pub fn sample(&self, index: usize) -> &'a [E] {
        const { assert!(!S::INTERLEAVED) };
        let width = self.width();
        &self.data[index * width..(index + 1) * width]
    }
}

impl<'a, S: Shape, E: Element> ViewMut<'a, S, E> {
    /// The first numbers of `data` as values of `samples` samples.
    ///
    /// # Panics
    ///
    /// Where `data` is too short: a mistake in the network's memory plan, never in a user's data.
    #[inline(always)]
    pub fn new(data: &'a mut [E], samples: usize, lanes: usize) -> Self
    where
        S: FixedShape,
    {
        Self::sized(data, samples, lanes, Default::default())
    }

    /// The same for a shape with free axes, whose sizes `extent` tells.
    ///
    /// # Panics
    ///
    /// As [`ViewMut::new`].
    #[inline(always)]
    pub fn sized(data: &'a mut [E], samples: usize, lanes: usize, extent: S::Extent) -> Self {
        ViewMut { data: &mut data[..numbers::<S>(samples, lanes, extent)], samples, lanes, extent }
    }

    /// The same values, to read.
    #[inline(always)]
    pub fn as_view(&self) -> View<'_, S, E> {
        View { data: self.data, samples: self.samples, lanes: self.lanes, extent: self.extent }
    }

    /// The same values, for a shorter time.
    #[inline(always)]
    pub fn reborrow(&mut self) -> ViewMut<'_, S, E> {
        ViewMut { data: self.data, samples: self.samples, lanes: self.lanes, extent: self.extent }
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

    /// The size of each axis of a sample.
    #[inline(always)]
    pub fn sizes(&self) -> S::Sizes {
        S::sizes(self.extent)
    }

    /// The numbers of a sample.
    #[inline(always)]
    pub fn width(&self) -> usize {
        S::len(self.extent)
    }
}
