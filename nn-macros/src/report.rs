//! The wording of every message, in one place.

/// Proof that a network's check found no fault.
#[derive(Debug)]
pub(crate) struct NoFault(());
