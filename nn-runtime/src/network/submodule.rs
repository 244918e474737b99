//! What generated code asks of a type that stands as a part of a network.
//!
//! The macro does not know such a type. Generated code asks once, in a constant whose error stands at the part, and names the type by
//! [`Submodule`] with that constant everywhere else: where the constant has no value, no more is said.

use crate::{Network, Trainable};

/// A type that can be a part: a network.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no network and no layer",
    label = "expected a network or a layer of your own",
    note = "`network!` declares networks; a type of your own that implements `plumbline::Layer` becomes one by `plumbline::layer!`"
)]
pub trait IsNetwork {
    /// True.
    const YES: bool;
}

#[diagnostic::do_not_recommend]
impl<N: Network> IsNetwork for N {
    const YES: bool = true;
}

/// A part that can be trained by gradient.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no gradient, and the network around it is made for training by gradient",
    label = "this part holds `sign`, `perceptron`, `boltzmann` or `hopfield`",
    note = "write `{Self}` and the network around it in one `network!`: then that has no gradient either, and compiles"
)]
pub trait HasGradient {
    /// True.
    const YES: bool;
}

#[diagnostic::do_not_recommend]
impl<N: Trainable> HasGradient for N {
    const YES: bool = true;
}

/// The type itself, where `YES` is what one of the traits above says of it.
pub trait Submodule<const YES: bool> {
    /// The type itself.
    type Module;
}

impl<N> Submodule<true> for N {
    type Module = N;
}
