//! The inputs of a dataset, one batch for each input of a network.

use std::{any::Any, fmt::Debug, ops::Range};

use crate::{
    Batch, Element, Shape, ShapeError,
    network::{Entry, RowsRef, Steps, entry, rows_within},
};

/// The most inputs that a dataset has.
pub(crate) const MOST_INPUTS: usize = 4;

/// What [`Dataset::new`](crate::data::Dataset::new) takes: a [`Batch`] for a network with one input, a tuple of two to four batches for one with as many.
///
/// ```
/// use plumbline::{Batch, Const, data::{Dataset, Labels}};
/// let questions = Batch::<(Const<8>,)>::zeros(3);
/// let answers = Batch::<(Const<2>, Const<4>)>::zeros(3);
/// let data = Dataset::new((questions, answers), Labels::<2>::new([0, 1, 1])?)?;
/// assert_eq!((data.len(), data.input_at::<1>().sizes()), (3, &[2, 4][..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the inputs of a dataset",
    label = "expected a `Batch`, or a tuple of two to four",
    note = "a network with one input takes a `Batch` of its shape, one with several a tuple with a `Batch` for each"
)]
pub trait Inputs {
    /// The shape of the input, or a tuple of several.
    type Shape: 'static;
    /// The number type.
    type Element: Element;

    /// The batches in order.
    fn into_columns(self) -> Columns<Self::Element>;
}

/// The batches of a dataset, their shapes forgotten.
pub struct Columns<E>(pub(crate) Vec<Box<dyn Column<E>>>);

impl<E: Element> Debug for Columns<E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.0[..] {
            [one] => one.fmt(f),
            several => f.debug_list().entries(several).finish(),
        }
    }
}

impl<E: Element> Clone for Columns<E> {
    fn clone(&self) -> Self {
        Columns(self.0.iter().map(|column| column.copy()).collect())
    }
}

/// A batch of any shape.
pub(crate) trait Column<E>: Any + Debug + Send + Sync {
    fn samples(&self) -> usize;
    fn lengths(&self) -> &[usize];
    fn entry(&self) -> Entry<'_, E>;
    /// The sizes of a sample.
    fn sizes(&self) -> &[usize];
    fn numbers(&self) -> &[E];
    fn numbers_mut(&mut self) -> &mut [E];
    /// The samples `range`; what lies past the end is left out.
    fn rows(&self, range: Range<usize>) -> RowsRef<'_, E>;
    fn copy(&self) -> Box<dyn Column<E>>;
    fn select(&self, indices: &[usize]) -> Result<Box<dyn Column<E>>, ShapeError>;
    /// As [`Batch::select_into`] for a batch of the same shape.
    fn select_into(&self, indices: &[usize], into: &mut dyn Column<E>) -> Result<(), ShapeError>;
    /// The first real number that is not finite: its sample, its index there, and the number.
    fn first_not_finite(&self) -> Option<(usize, usize, f64)>;
    fn to_f32(&self) -> Box<dyn Column<f32>>;
    fn to_f64(&self) -> Box<dyn Column<f64>>;
}

impl<S: Shape, E: Element> Column<E> for Batch<S, E> {
    fn samples(&self) -> usize {
        Batch::samples(self)
    }

    fn lengths(&self) -> &[usize] {
        Batch::lengths(self)
    }

    fn entry(&self) -> Entry<'_, E> {
        entry(self)
    }

    fn sizes(&self) -> &[usize] {
        Batch::sizes(self)
    }

    fn numbers(&self) -> &[E] {
        self.as_slice()
    }

    fn numbers_mut(&mut self) -> &mut [E] {
        self.as_mut_slice()
    }

    fn rows(&self, range: Range<usize>) -> RowsRef<'_, E> {
        rows_within(self, range)
    }

    fn copy(&self) -> Box<dyn Column<E>> {
        Box::new(self.clone())
    }

    fn select(&self, indices: &[usize]) -> Result<Box<dyn Column<E>>, ShapeError> {
        Ok(Box::new(Batch::select(self, indices)?))
    }

    fn select_into(&self, indices: &[usize], into: &mut dyn Column<E>) -> Result<(), ShapeError> {
        let into: &mut dyn Any = into;
        Batch::select_into(self, indices, into.downcast_mut().expect("a batch of the same shape"))
    }

    fn first_not_finite(&self) -> Option<(usize, usize, f64)> {
        let view = self.view();
        let (width, steps) = (view.width().max(1), Steps::of::<S>(view.sizes(), view.lengths()));
        view.as_slice().chunks_exact(width).enumerate().find_map(|(sample, row)| {
            if steps.real(sample, row).all(crate::kernels::sum::all_finite) {
                return None;
            }
            let (element, found) = row.iter().enumerate().find(|(_, x)| !x.is_finite())?;
            Some((sample, element, found.as_f64()))
        })
    }

    fn to_f32(&self) -> Box<dyn Column<f32>> {
        Box::new(self.cast::<f32>())
    }

    fn to_f64(&self) -> Box<dyn Column<f64>> {
        Box::new(self.cast::<f64>())
    }
}

impl<E: Element> Columns<E> {
    /// The batch of an input, known to be of this shape.
    pub(crate) fn at<S: Shape>(&self, index: usize) -> &Batch<S, E> {
        let column: &dyn Any = &*self.0[index];
        column.downcast_ref().expect("the dataset was made of a batch of this shape")
    }

    pub(crate) fn at_mut<S: Shape>(&mut self, index: usize) -> &mut Batch<S, E> {
        let column: &mut dyn Any = &mut *self.0[index];
        column.downcast_mut().expect("the dataset was made of a batch of this shape")
    }

    /// The only batch, taken out.
    pub(crate) fn into_one<S: Shape>(mut self) -> Batch<S, E> {
        let column: Option<Box<dyn Any>> = self.0.pop().map(|column| column as Box<dyn Any>);
        let batch = column.and_then(|column| column.downcast().ok());
        *batch.expect("the dataset was made of a batch of this shape")
    }

    /// The input with another number of samples, and this number.
    pub(crate) fn other_than(&self, samples: usize) -> Option<(usize, usize)> {
        self.0.iter().map(|column| column.samples()).enumerate().find(|(_, found)| *found != samples)
    }

    /// The samples of the first input.
    pub(crate) fn samples(&self) -> usize {
        self.0.first().map_or(0, |column| column.samples())
    }

    pub(crate) fn select(&self, indices: &[usize]) -> Result<Self, ShapeError> {
        Ok(Columns(self.0.iter().map(|column| column.select(indices)).collect::<Result<_, _>>()?))
    }

    /// Allocates nothing where `into` has held as many numbers.
    pub(crate) fn select_into(&self, indices: &[usize], into: &mut Self) -> Result<(), ShapeError> {
        // All of them, so that an error leaves every one empty.
        let results = self.0.iter().zip(&mut into.0).map(|(column, into)| column.select_into(indices, &mut **into));
        results.fold(Ok(()), Result::and)
    }

    /// Each input as it enters a network, in an array whose rest repeats the first; and their number.
    pub(crate) fn entries(&self) -> ([Entry<'_, E>; MOST_INPUTS], usize) {
        let count = self.0.len();
        (std::array::from_fn(|index| self.0[if index < count { index } else { 0 }].entry()), count)
    }

    /// The samples `range` of each input, in an array whose rest repeats the first; and their number.
    pub(crate) fn rows(&self, range: Range<usize>) -> ([RowsRef<'_, E>; MOST_INPUTS], usize) {
        let count = self.0.len();
        (std::array::from_fn(|index| self.0[if index < count { index } else { 0 }].rows(range.clone())), count)
    }

    pub(crate) fn cast<F: Element>(&self) -> Columns<F> {
        let cast = |column: &dyn Column<E>| -> Box<dyn Any> {
            if F::NAME == f32::NAME { Box::new(column.to_f32()) } else { Box::new(column.to_f64()) }
        };
        let typed = |column: Box<dyn Any>| -> Box<dyn Column<F>> {
            *column.downcast().expect("there are two types of elements, and this one has the name of `F`")
        };
        Columns(self.0.iter().map(|column| typed(cast(&**column))).collect())
    }
}

impl<S: Shape, E: Element> Inputs for Batch<S, E> {
    type Shape = S;
    type Element = E;

    fn into_columns(self) -> Columns<E> {
        Columns(vec![Box::new(self)])
    }
}

macro_rules! tuples {
    ($($name:ident $index:tt),*) => {
        impl<$($name: Shape,)* Number: Element> Inputs for ($(Batch<$name, Number>,)*) {
            type Shape = ($($name,)*);
            type Element = Number;

            fn into_columns(self) -> Columns<Number> {
                Columns(vec![$(Box::new(self.$index)),*])
            }
        }
    };
}

tuples!(A 0, B 1);
tuples!(A 0, B 1, C 2);
tuples!(A 0, B 1, C 2, D 3);
