//! The real samples that a discriminator compares with.

use crate::{
    Batch, Element, Shape,
    data::{Column, Dataset, Target},
};

/// Samples for a discriminator whose input is `S`: a [`Batch`], a tuple of two where it has a condition, or a [`Dataset`], whose targets are not used.
///
/// ```
/// use plumbline::{Batch, Const, train::Examples};
/// type Point = (Const<2>,);
/// type Class = (Const<3>,);
/// fn examples<S>(_: &impl Examples<S, f32>) {}
/// examples::<Point>(&Batch::<Point>::zeros(5));
/// examples::<(Point, Class)>(&(Batch::<Point>::zeros(5), Batch::<Class>::zeros(5)));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` holds no samples for a discriminator that takes `{S}`",
    label = "expected a `Batch` of that shape, a tuple of two, or a `Dataset` with such inputs"
)]
pub trait Examples<S, E>: Sync {
    /// The batches in order.
    fn examples(&self) -> ExamplesRef<'_, E>;
}

/// Batches of real samples, their shapes forgotten.
#[derive(Debug)]
pub struct ExamplesRef<'a, E>(pub(super) Vec<&'a dyn Column<E>>);

impl<S: Shape, E: Element> Examples<S, E> for Batch<S, E> {
    fn examples(&self) -> ExamplesRef<'_, E> {
        ExamplesRef(vec![self])
    }
}

impl<X: Shape, C: Shape, E: Element> Examples<(X, C), E> for (Batch<X, E>, Batch<C, E>) {
    fn examples(&self) -> ExamplesRef<'_, E> {
        ExamplesRef(vec![&self.0, &self.1])
    }
}

impl<S: 'static, T: Target, E: Element> Examples<S, E> for Dataset<S, T, E> {
    fn examples(&self) -> ExamplesRef<'_, E> {
        ExamplesRef(self.columns().0.iter().map(|column| &**column).collect())
    }
}
