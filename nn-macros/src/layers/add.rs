//! `add`: two or more values of equal shape → their sum.

/// The sum of its sources.
#[derive(Clone, Debug)]
pub(crate) struct Add;
