//! How a gradient changes the parameters.

mod adagrad;
mod adam;
mod elementwise;
mod rms_prop;
mod sgd;
mod state;
#[cfg(test)]
mod tests;

pub use adagrad::Adagrad;
pub use adam::{Adam, AdamW};
pub use elementwise::{Elementwise, RuleStep, UpdateRule};
pub use rms_prop::RmsProp;
pub use sgd::Sgd;
pub use state::OptimizerError;

use crate::{Element, Gradients, Parameters};

/// A rule θ ← θ − Δ(∂C/∂θ): one step for all parameters of a network, or of any model with [`Parameters`].
///
/// The first step allocates what the rule remembers of each parameter; later steps allocate nothing. Every number is updated on its own, so
/// the threads do not change a bit of the result.
///
/// Layers that are [frozen](Gradients::freeze) in the gradients stay as they are to the last bit, and each layer has the learning rate that they
/// [say](Gradients::scale_learning_rate).
///
/// [Buffers](crate::network::Role), such as the running mean of a [`BatchNorm`](crate::layers::BatchNorm), stay as well: no gradient moves them, but
/// [`Trainable::update_buffers`](crate::Trainable::update_buffers).
///
/// ```
/// use plumbline::{Trainable, train::{Optimizer, OptimizerError, Sgd}};
/// fn descend<N: Trainable<Element = f32>>(net: &mut N) -> Result<(), OptimizerError> {
///     let gradients = net.gradients();
///     Sgd::new(0.1).momentum(0.9).step(net, &gradients)
/// }
/// ```
///
/// An optimizer of your own that changes each number by itself is an [`UpdateRule`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no optimizer",
    note = "`Trainer::new` takes an optimizer, such as `Adam::new(1e-3)`, and then a loss"
)]
pub trait Optimizer<E: Element>: Send {
    /// The learning rate.
    fn rate(&self) -> f64;

    /// Sets the learning rate of the next steps.
    fn set_rate(&mut self, rate: f64);

    /// Forgets all steps: what is remembered of each parameter, and their number. The options stay.
    fn restart(&mut self);

    /// Changes the parameters of `net` by the rule. After it they are finite, where they were before. A weight that was NaN or infinite already is an error
    /// where the rule reads it, as with weight decay, or its gradient is not finite; else it stays as it is, with no word of it: [`Weights`](crate::io::Weights)
    /// are checked as they are loaded.
    ///
    /// # Errors
    ///
    /// [`OptimizerError`] for a gradient that is infinite or NaN, for a step that would make a parameter so, for an option without a meaning, and where
    /// the earlier steps were of a network with other parameters. The network and the optimizer are then as they were before.
    fn step<N: Parameters<E>>(&mut self, net: &mut N, gradients: &Gradients<N>) -> Result<(), OptimizerError>;
}
