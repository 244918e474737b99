//! Which layers of a plan follow each other.

use crate::shape::Dimension;

/// The beginning of a plan: any layer follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct First;

/// What stands before a layer that takes `I` numbers in a plan that begins with `F`: the beginning, or a layer that gives as many.
///
/// ```
/// use plumbline::{Const, train::{First, Follows}};
/// fn follows<P: Follows<Const<100>, F>, F>() {}
/// follows::<First, First>();
/// follows::<Const<100>, Const<784>>();
/// ```
#[diagnostic::on_unimplemented(
    message = "this layer takes `{I}` numbers, but the layer before it in the plan gives `{Self}`",
    label = "the layers of this plan do not meet",
    note = "a plan names the layers in the order of the network, without a gap"
)]
pub trait Follows<I, F> {
    /// The numbers that the first layer of the plan takes.
    type First: Dimension;
}

impl<I: Dimension> Follows<I, First> for First {
    type First = I;
}

impl<I: Dimension, F: Dimension> Follows<I, F> for I {
    type First = F;
}
