//! `multiply`: two or more values of equal shape → their elementwise product.

/// The elementwise product of its sources.
#[derive(Clone, Debug)]
pub(crate) struct Multiply;
