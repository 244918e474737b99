//! Where a dataset's targets are.

use crate::data::Columns;

/// The targets of a dataset.
pub(super) enum Answers<T, E> {
    Own(T),
    /// The inputs themselves, found by this function.
    Inputs(fn(&Columns<E>) -> &T),
}

impl<T, E> Answers<T, E> {
    /// The targets that go with these inputs.
    pub(super) fn of<'a>(&'a self, inputs: &'a Columns<E>) -> &'a T {
        match self {
            Answers::Own(targets) => targets,
            Answers::Inputs(of) => of(inputs),
        }
    }
}

impl<T: Clone, E> Clone for Answers<T, E> {
    fn clone(&self) -> Self {
        match self {
            Answers::Own(targets) => Answers::Own(targets.clone()),
            Answers::Inputs(of) => Answers::Inputs(*of),
        }
    }
}
