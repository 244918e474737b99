//! `dropout(p)`: the same shape.

use super::Real;

/// In training each element is zero with probability `p`, and divided by `1 - p` otherwise.
#[derive(Clone, Debug)]
pub(crate) struct Dropout {
    /// 0 ≤ p < 1
    pub(crate) p: Real,
}
