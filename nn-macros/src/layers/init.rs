//! How weights are drawn.

use super::Real;

/// The distribution that a layer's weights are drawn from.
#[derive(Clone, Debug)]
pub(crate) enum Init {
    HeNormal,
    HeUniform,
    XavierNormal,
    XavierUniform,
    LecunNormal,
    Orthogonal,
    Identity,
    Zeros,
    /// Mean 0 and this standard deviation.
    Normal(Real),
    /// Between -a and a.
    Uniform(Real),
}
