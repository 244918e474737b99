//! Samples of one shape, side by side.

mod classes;
mod error;
mod lengths;
mod storage;

pub use classes::Classes;
pub use error::ShapeError;
pub(crate) use lengths::check_lengths;
use storage::Storage;
pub use storage::{Borrowed, Owned};

use std::{marker::PhantomData, ops::Deref};

use ndarray::{ArrayBase, ArrayView, ArrayViewD, Data, IxDyn};

use crate::{
    Element, Shape,
    check::LARGEST,
    network::Steps,
    shape::{Dims, FREE, FixedShape, product, time_axis},
};

/// A batch: any number of samples of shape `S`, one after the other, each in row-major order.
///
/// The shape is checked once, where the batch is made; afterwards no shape can be wrong. Axes that are free may have any size, which is the
/// same for all samples of a batch. `D` holds the numbers: [`Owned`] here, [`Borrowed`] in [`BatchView`].
///
/// Sequences of different lengths lie in one batch with padding behind the shorter ones, and the batch knows their
/// [lengths](Batch::lengths): see [`Batch::padded`] and [`Batch::with_lengths`].
///
/// ```
/// use ndarray::Array3;
/// use plumbline::{Batch, Const};
/// type Input = (Const<2>, Const<3>);
/// let batch = Batch::<Input>::try_from(Array3::zeros((5, 2, 3)))?;
/// assert_eq!(batch.samples(), 5);
/// let error = Batch::<Input>::try_from(Array3::zeros((5, 3, 2))).unwrap_err();
/// assert_eq!(error.to_string(), "expected samples of shape `[2, 3]`, found `[3, 2]`");
/// # Ok::<(), plumbline::ShapeError>(())
/// ```
pub struct Batch<S, E = f32, D = Owned<E>> {
    data: D,
    /// Gives the lengths that `data` holds. A bound would say the same, but every function over batches of any kind would have to repeat it.
    lengths: fn(&D) -> &[usize],
    samples: usize,
    /// The size of each axis; behind the last, 1.
    sizes: [usize; 3],
    types: PhantomData<fn() -> (S, E)>,
}

/// A borrowed [`Batch`].
pub type BatchView<'a, S, E = f32> = Batch<S, E, Borrowed<'a, E>>;

// The bound stands on each method: on the block, the compiler would not print its message.
impl<S: Shape, E: Element> Batch<S, E> {
    /// A batch of the numbers in `data`, sample after sample.
    ///
    /// # Errors
    ///
    /// [`ShapeError::Length`] where `data` ends inside a sample.
    pub fn from_vec(data: Vec<E>) -> Result<Self, ShapeError>
    where
        S: FixedShape,
    {
        Self::from_vec_of(data, S::DIMS)
    }

    /// The same as [`Batch::from_vec`], under the name that many look for first.
    ///
    /// ```
    /// use plumbline::{Batch, Const};
    /// let batch = Batch::<(Const<2>,)>::new(vec![1.0, 2.0, 3.0, 4.0])?;
    /// assert_eq!(batch.samples(), 2);
    /// # Ok::<(), plumbline::ShapeError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Batch::from_vec`].
    pub fn new(data: Vec<E>) -> Result<Self, ShapeError>
    where
        S: FixedShape,
    {
        Self::from_vec(data)
    }

    /// `samples` samples of zeros.
    ///
    /// # Panics
    ///
    /// Where memory cannot hold them; [`Batch::zeros_of`] returns an error in its place.
    pub fn zeros(samples: usize) -> Self
    where
        S: FixedShape,
    {
        Self::zeros_of(samples, S::DIMS).unwrap_or_else(|error| panic!("{error}"))
    }

    /// A batch of the numbers in `data`, sample after sample, each with axes of the sizes `sizes`.
    ///
    /// ```
    /// use plumbline::{Batch, Const, shape::Free};
    /// let images = Batch::<(Const<3>, Free, Free)>::from_vec_of(vec![0.0; 2 * 3 * 4 * 5], &[3, 4, 5])?;
    /// assert_eq!((images.samples(), images.sizes()), (2, &[3, 4, 5][..]));
    /// # Ok::<(), plumbline::ShapeError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ShapeError::Sample`] where a size is not that of the shape, [`ShapeError::TooLarge`] for more numbers than a shape may have,
    /// [`ShapeError::Length`] where `data` ends inside a sample.
    pub fn from_vec_of(data: Vec<E>, sizes: &[usize]) -> Result<Self, ShapeError> {
        let samples = samples_in::<S>(data.len(), sizes)?;
        Ok(Self::own(data, samples, padded(sizes)))
    }

    /// `samples` samples of zeros, each with axes of the sizes `sizes`.
    ///
    /// # Errors
    ///
    /// [`ShapeError::Sample`] where a size is not that of the shape, [`ShapeError::TooLarge`] for more numbers than a shape may have,
    /// [`ShapeError::TooManySamples`] for more than memory can hold.
    pub fn zeros_of(samples: usize, sizes: &[usize]) -> Result<Self, ShapeError> {
        check_sizes::<S>(sizes)?;
        let error = || ShapeError::TooManySamples { samples, sizes: sizes.to_vec() };
        // Samples without numbers are counted as if each had one.
        samples.checked_mul(product(sizes).max(1)).filter(|&count| count <= isize::MAX as usize).ok_or_else(error)?;
        let (mut numbers, length) = (Vec::new(), samples * product(sizes));
        numbers.try_reserve_exact(length).map_err(|_| error())?;
        numbers.resize(length, E::zero());
        Ok(Self::own(numbers, samples, padded(sizes)))
    }

    /// The numbers, to change.
    pub fn as_mut_slice(&mut self) -> &mut [E] {
        &mut self.data.numbers
    }

    /// The numbers, taken out.
    pub fn into_vec(self) -> Vec<E> {
        self.data.numbers
    }

    /// Numbers of its own, all samples full.
    fn own(numbers: Vec<E>, samples: usize, sizes: [usize; 3]) -> Self {
        make(Owned { numbers, lengths: Vec::new() }, samples, sizes)
    }
}

impl<'a, S: Shape, E: Element> BatchView<'a, S, E> {
    /// A batch that borrows the numbers of `data`, sample after sample.
    ///
    /// # Errors
    ///
    /// [`ShapeError::Length`] where `data` ends inside a sample.
    pub fn from_slice(data: &'a [E]) -> Result<Self, ShapeError>
    where
        S: FixedShape,
    {
        Self::from_slice_of(data, S::DIMS)
    }

    /// A batch that borrows the numbers of `data`, sample after sample, each with axes of the sizes `sizes`.
    ///
    /// # Errors
    ///
    /// As [`Batch::from_vec_of`].
    pub fn from_slice_of(data: &'a [E], sizes: &[usize]) -> Result<Self, ShapeError> {
        let samples = samples_in::<S>(data.len(), sizes)?;
        Ok(Self::borrow(data, samples, padded(sizes)))
    }

    /// A batch that borrows a row-major array.
    ///
    /// # Errors
    ///
    /// [`ShapeError::Sample`] for another shape; [`ShapeError::Order`] for an array in another order, which
    /// [`Batch::try_from`] copies.
    pub fn borrow_from<D: ndarray::Dimension>(view: ArrayView<'a, E, D>) -> Result<Self, ShapeError> {
        let (samples, sizes) = check_axes::<S>(view.shape())?;
        let order = || ShapeError::Order { strides: view.strides().to_vec() };
        let data = view.to_slice().ok_or_else(order)?;
        Ok(Self::borrow(data, samples, sizes))
    }

    /// Numbers that are known to be those of `samples` samples of these sizes.
    pub(crate) fn lent(data: &'a [E], samples: usize, sizes: &[usize]) -> Self {
        assert_eq!(data.len(), samples * product(sizes), "a batch holds samples × LEN numbers");
        Self::borrow(data, samples, padded(sizes))
    }

    /// The same with lengths that belong to them.
    pub(crate) fn timed(data: &'a [E], samples: usize, sizes: &[usize], lengths: &'a [usize]) -> Self {
        let batch = Self::lent(data, samples, sizes);
        Batch { data: Borrowed { lengths, ..batch.data }, ..batch }
    }

    /// The numbers, for as long as what they are borrowed from.
    pub fn into_slice(self) -> &'a [E] {
        self.data.numbers
    }

    /// Borrowed numbers, all samples full.
    fn borrow(numbers: &'a [E], samples: usize, sizes: [usize; 3]) -> Self {
        make(Borrowed { numbers, lengths: &[] }, samples, sizes)
    }
}

fn make<S, E, D: Storage>(data: D, samples: usize, sizes: [usize; 3]) -> Batch<S, E, D> {
    Batch { data, lengths: D::lengths, samples, sizes, types: PhantomData }
}

impl<S: Shape, E: Element, D: Deref<Target = [E]>> Batch<S, E, D> {
    /// The number of samples.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// The size of each axis of a sample.
    pub fn sizes(&self) -> &[usize] {
        &self.sizes[..S::DIMS.len()]
    }

    /// The numbers of a sample.
    pub fn width(&self) -> usize {
        product(&self.sizes)
    }

    /// The numbers, sample after sample.
    pub fn as_slice(&self) -> &[E] {
        &self.data
    }

    /// One sample, or `None` past the end.
    pub fn sample(&self, index: usize) -> Option<&[E]> {
        let width = self.width();
        (index < self.samples).then(|| &self.data[index * width..(index + 1) * width])
    }

    /// The number of real steps of each sample, as [`Batch::with_lengths`] sets it; empty where all samples are full.
    ///
    /// ```
    /// use plumbline::{Batch, Const, Free};
    /// let batch = Batch::<(Free,)>::padded([&[3.0, 1.0][..], &[4.0]])?;
    /// assert_eq!((batch.lengths(), batch.rows(1..2).lengths()), (&[2, 1][..], &[1][..]));
    /// # Ok::<(), plumbline::ShapeError>(())
    /// ```
    pub fn lengths(&self) -> &[usize] {
        (self.lengths)(&self.data)
    }

    /// The same batch with numbers of its own.
    pub fn to_batch(&self) -> Batch<S, E> {
        self.with_numbers(self.data.to_vec())
    }

    /// As many samples of the same sizes and lengths, all zeros.
    pub fn zeros_like(&self) -> Batch<S, E> {
        self.with_numbers(vec![E::zero(); self.data.len()])
    }

    /// As many other numbers.
    fn with_numbers<F>(&self, numbers: Vec<F>) -> Batch<S, F> {
        make(Owned { numbers, lengths: self.lengths().to_vec() }, self.samples, self.sizes)
    }

    /// The same batch, borrowed.
    pub fn view(&self) -> BatchView<'_, S, E> {
        make(Borrowed { numbers: &self.data, lengths: self.lengths() }, self.samples, self.sizes)
    }

    /// The samples `range`, borrowed; what lies past the end is left out.
    pub fn rows(&self, range: std::ops::Range<usize>) -> BatchView<'_, S, E> {
        let end = range.end.min(self.samples);
        let start = range.start.min(end);
        let (width, lengths) = (self.width(), self.lengths());
        let lengths = if lengths.is_empty() { lengths } else { &lengths[start..end] };
        make(Borrowed { numbers: &self.data[start * width..end * width], lengths }, end - start, self.sizes)
    }

    /// The samples at `indices`, in that order, copied. Where they have [lengths](Batch::lengths) and time is a free axis, it is cut off
    /// after the longest of them.
    ///
    /// # Errors
    ///
    /// [`ShapeError::Samples`] for an index past the end.
    pub fn select(&self, indices: &[usize]) -> Result<Batch<S, E>, ShapeError> {
        let mut selected = Batch::own(Vec::new(), 0, self.sizes);
        self.select_into(indices, &mut selected)?;
        Ok(selected)
    }

    /// The samples at `indices`, in that order, written over `into` as [`Batch::select`] gives them. Allocates nothing where `into` has held
    /// as many numbers.
    ///
    /// # Errors
    ///
    /// [`ShapeError::Samples`] for an index past the end; `into` is then empty.
    pub fn select_into(&self, indices: &[usize], into: &mut Batch<S, E>) -> Result<(), ShapeError> {
        into.data.numbers.clear();
        into.data.lengths.clear();
        (into.samples, into.sizes) = (0, self.sizes);
        if let Some(&past) = indices.iter().find(|&&index| index >= self.samples) {
            return Err(ShapeError::Samples { expected: self.samples, found: past.saturating_add(1) });
        }
        let (axis, steps) = (time_axis(S::DIMS), Steps::of::<S>(&self.sizes, self.lengths()));
        let trim = S::DIMS[axis] == FREE;
        into.sizes[axis] = into.data.gather(self.view().data, indices, self.width(), steps, trim);
        into.samples = indices.len();
        Ok(())
    }

    /// The batch as an array with the batch axis first.
    pub fn to_array(&self) -> ArrayViewD<'_, E> {
        let dims: Vec<usize> = std::iter::once(self.samples).chain(self.sizes().iter().copied()).collect();
        ArrayViewD::from_shape(IxDyn(&dims), &self.data[..]).expect("a batch holds samples × LEN numbers")
    }

    /// The same numbers as elements of another type.
    pub fn cast<F: Element>(&self) -> Batch<S, F> {
        self.with_numbers(self.data.iter().map(|x| F::from_f64(x.as_f64())).collect())
    }
}

// One impl for arrays, views and shared arrays, and one for references to them: a user need not know which of them a call gives.
impl<S: Shape, E: Element, R: Data<Elem = E>, A: ndarray::Dimension> TryFrom<ArrayBase<R, A>> for Batch<S, E> {
    type Error = ShapeError;

    /// Copies an array, or a view of one, of any memory order, whose first axis is the batch.
    fn try_from(array: ArrayBase<R, A>) -> Result<Self, ShapeError> {
        Self::try_from(&array)
    }
}

impl<S: Shape, E: Element, R: Data<Elem = E>, A: ndarray::Dimension> TryFrom<&ArrayBase<R, A>> for Batch<S, E> {
    type Error = ShapeError;

    /// Copies an array, or a view of one, of any memory order, whose first axis is the batch.
    fn try_from(array: &ArrayBase<R, A>) -> Result<Self, ShapeError> {
        let (samples, sizes) = check_axes::<S>(array.shape())?;
        let data = match array.as_slice() {
            Some(slice) => slice.to_vec(),
            None => array.iter().copied().collect(),
        };
        Ok(Self::own(data, samples, sizes))
    }
}

// Derived, these would ask the same of `S`, of which no value exists.
impl<S, E, D: Clone> Clone for Batch<S, E, D> {
    fn clone(&self) -> Self {
        Batch { data: self.data.clone(), ..*self }
    }
}

impl<S, E, D: Copy> Copy for Batch<S, E, D> {}

impl<S, E, D: PartialEq> PartialEq for Batch<S, E, D> {
    fn eq(&self, other: &Self) -> bool {
        self.samples == other.samples && self.sizes == other.sizes && self.data == other.data
    }
}

impl<S: Shape, E: std::fmt::Debug, D: Deref<Target = [E]>> std::fmt::Debug for Batch<S, E, D> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Batch of {} × {}", self.samples, Dims(&self.sizes[..S::DIMS.len()]))?;
        match (self.lengths)(&self.data) {
            [] => f.write_str(" ")?,
            lengths => write!(f, ", lengths {lengths:?} ")?,
        }
        f.debug_list().entries(self.data.iter()).finish()
    }
}

/// The sizes of up to three axes, and 1 behind them.
fn padded(sizes: &[usize]) -> [usize; 3] {
    std::array::from_fn(|axis| sizes.get(axis).copied().unwrap_or(1))
}

fn samples_in<S: Shape>(numbers: usize, sizes: &[usize]) -> Result<usize, ShapeError> {
    check_sizes::<S>(sizes)?;
    let width = product(sizes);
    match numbers.checked_rem(width) {
        Some(0) => Ok(numbers / width),
        _ => Err(ShapeError::Length { expected: width, found: numbers }),
    }
}

fn check_axes<S: Shape>(axes: &[usize]) -> Result<(usize, [usize; 3]), ShapeError> {
    match axes.split_first() {
        None => Err(ShapeError::NoBatchAxis { expected: S::DIMS.to_vec() }),
        Some((&samples, sample)) => check_sizes::<S>(sample).map(|()| (samples, padded(sample))),
    }
}

fn check_sizes<S: Shape>(sizes: &[usize]) -> Result<(), ShapeError> {
    let error = || ShapeError::Sample { expected: S::DIMS.to_vec(), found: sizes.to_vec() };
    S::extent(sizes).ok_or_else(error)?;
    if product(sizes) > LARGEST { Err(ShapeError::TooLarge { found: sizes.to_vec() }) } else { Ok(()) }
}
