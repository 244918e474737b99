//! What a trainer calls that knows the network and its data.

use std::marker::PhantomData;

use rand::rngs::StdRng;

use crate::{
    Element, Gradients, Network, Parameters,
    data::{DataOf, Target},
    train::{Event, Flow, GradientError},
};

/// What [`Trainer::watch`](crate::train::Trainer::watch), [`augment`](crate::train::Trainer::augment), [`freeze`](crate::train::Trainer::freeze) and
/// [`scale_learning_rate`](crate::train::Trainer::scale_learning_rate) were given: `()` for nothing. Closures for a network `N` with targets `T` belong
/// to no other.
///
/// ```
/// use plumbline::{Trainable, data::Labels, train::Hooks};
/// fn none<N: Trainable>() -> impl Hooks<N, Labels<10>> {}
/// ```
#[diagnostic::on_unimplemented(
    message = "a closure of this trainer is for another network or other data than `{N}` with targets `{T}`",
    note = "`watch` takes `|event, net: &Net| …` with the network that `fit` gets, `freeze` and `scale_learning_rate` take `|net: &Net| &net.layer`, and \
            `augment` takes `|batch: &mut DataOf<Net, Targets>, rng| …` with its targets"
)]
pub trait Hooks<N: Network, T: Target>: Send {
    /// Whether batches are changed before a step.
    const AUGMENTS: bool;

    /// Says which layers learn, how fast, before the first step.
    ///
    /// # Errors
    ///
    /// [`GradientError::LearningRate`] for a learning rate without a meaning.
    fn prepare(&self, gradients: &mut Gradients<N>) -> Result<(), GradientError> {
        let _ = gradients;
        Ok(())
    }

    /// Tells an event; whether to stop.
    fn tell(&mut self, event: &Event<'_>, net: &N) -> bool;

    /// Changes a batch before the step.
    fn augment(&mut self, batch: &mut DataOf<N, T>, rng: &mut StdRng);
}

impl<N: Network, T: Target> Hooks<N, T> for () {
    const AUGMENTS: bool = false;

    fn tell(&mut self, _: &Event<'_>, _: &N) -> bool {
        false
    }

    fn augment(&mut self, _: &mut DataOf<N, T>, _: &mut StdRng) {}
}

/// The hooks `H`, and a closure that sees the network.
#[derive(Debug)]
pub struct Watching<H, N, F, R> {
    pub(super) rest: H,
    pub(super) f: F,
    pub(super) types: PhantomData<fn(&N) -> R>,
}

impl<N, T, H, F, R> Hooks<N, T> for Watching<H, N, F, R>
where
    N: Network,
    T: Target,
    H: Hooks<N, T>,
    F: FnMut(&Event<'_>, &N) -> R + Send,
    R: Flow,
{
    const AUGMENTS: bool = H::AUGMENTS;

    fn prepare(&self, gradients: &mut Gradients<N>) -> Result<(), GradientError> {
        self.rest.prepare(gradients)
    }

    fn tell(&mut self, event: &Event<'_>, net: &N) -> bool {
        // Both, whatever the first wants.
        let stop = self.rest.tell(event, net);
        (self.f)(event, net).stops() | stop
    }

    fn augment(&mut self, batch: &mut DataOf<N, T>, rng: &mut StdRng) {
        self.rest.augment(batch, rng);
    }
}

/// The hooks `H`, and a closure that changes batches.
#[derive(Debug)]
pub struct Augmenting<H, F> {
    pub(super) rest: H,
    pub(super) f: F,
}

impl<N, T, E, H, F> Hooks<N, T> for Augmenting<H, F>
where
    E: Element,
    N: Network<Element = E>,
    T: Target,
    H: Hooks<N, T>,
    F: FnMut(&mut DataOf<N, T>, &mut StdRng) + Send,
{
    const AUGMENTS: bool = true;

    fn prepare(&self, gradients: &mut Gradients<N>) -> Result<(), GradientError> {
        self.rest.prepare(gradients)
    }

    fn tell(&mut self, event: &Event<'_>, net: &N) -> bool {
        self.rest.tell(event, net)
    }

    fn augment(&mut self, batch: &mut DataOf<N, T>, rng: &mut StdRng) {
        self.rest.augment(batch, rng);
        (self.f)(batch, rng);
    }
}

/// The hooks `H`, and how a layer learns.
#[derive(Debug)]
pub struct OfLayer<H, N, P, F> {
    pub(super) rest: H,
    pub(super) layer: F,
    /// What its learning rate is multiplied by; none where it is frozen.
    pub(super) factor: Option<f64>,
    pub(super) types: PhantomData<fn(N, P)>,
}

impl<N, T, H, P, F> Hooks<N, T> for OfLayer<H, N, P, F>
where
    N: Network,
    T: Target,
    H: Hooks<N, T>,
    P: Parameters<N::Element>,
    F: for<'n> Fn(&'n N) -> &'n P + Send,
{
    const AUGMENTS: bool = H::AUGMENTS;

    fn prepare(&self, gradients: &mut Gradients<N>) -> Result<(), GradientError> {
        self.rest.prepare(gradients)?;
        match self.factor {
            Some(factor) => gradients.scale_learning_rate(&self.layer, factor),
            None => {
                gradients.freeze(&self.layer);
                Ok(())
            }
        }
    }

    fn tell(&mut self, event: &Event<'_>, net: &N) -> bool {
        self.rest.tell(event, net)
    }

    fn augment(&mut self, batch: &mut DataOf<N, T>, rng: &mut StdRng) {
        self.rest.augment(batch, rng);
    }
}
