//! `flatten`: any shape → `[number of elements]`.

/// All axes in one.
#[derive(Clone, Debug)]
pub(crate) struct Flatten;
