//! Which outputs a loss takes: a loss that applies `sigmoid` or `softmax` itself must not get what they gave already.

use std::marker::PhantomData;

use crate::{
    Element, Network,
    data::Target,
    network::output::{Numbers, OfLogSoftmax, OfSigmoid, OfSoftmax, OutputKinds, OutputNumber, Unknown},
    train::loss::{Criterion, Loss, LossError},
};

/// Outputs of any kind: what most losses take, and the right choice for a loss of your own that compares numbers.
///
/// ```
/// use plumbline::train::{Criterion, MeanSquaredError, loss::AnyOutput};
/// fn takes_any<L: Criterion<Takes = AnyOutput>>(_: L) {}
/// takes_any(MeanSquaredError);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnyOutput;

/// Logits, of which the loss takes the sigmoid.
///
/// ```
/// use plumbline::train::{BinaryCrossEntropy, Criterion, loss::Logits};
/// fn takes_logits<L: Criterion<Takes = Logits>>(_: L) {}
/// takes_logits(BinaryCrossEntropy::new());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Logits;

/// Logits of classes, of which the loss takes the softmax.
///
/// ```
/// use plumbline::train::{Criterion, CrossEntropy, loss::ClassLogits};
/// fn takes_logits<L: Criterion<Takes = ClassLogits>>(_: L) {}
/// takes_logits(CrossEntropy::new());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClassLogits;

/// Logarithms of probabilities of classes, as `log_softmax` gives them.
///
/// ```
/// use plumbline::train::{Criterion, NegativeLogLikelihood, loss::LogProbabilities};
/// fn takes_logarithms<L: Criterion<Takes = LogProbabilities>>(_: L) {}
/// takes_logarithms(NegativeLogLikelihood);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogProbabilities;

/// Activations from 0 to 1, as `sigmoid` gives them.
///
/// ```
/// use plumbline::train::{Criterion, SparsityPenalty, loss::Activations};
/// fn takes_activations<L: Criterion<Takes = Activations>>(_: L) {}
/// takes_activations(SparsityPenalty::new(0.05));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Activations;

/// A loss that takes the outputs of a network whatever they are: it does not ask for logits. [`Criterion::on_any_output`] makes it.
///
/// ```
/// use plumbline::{Batch, Const, data::Labels, train::{Criterion, CrossEntropy}};
/// let logits = Batch::<(Const<2>,)>::zeros(1);
/// let labels = Labels::<2>::new([1])?;
/// let loss = CrossEntropy::new().on_any_output();
/// assert_eq!(loss.value(&logits, &labels)?, CrossEntropy::new().value(&logits, &labels)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OnAnyOutput<L>(pub(super) L);

impl<L: Criterion> Criterion for OnAnyOutput<L> {
    type Takes = AnyOutput;
}

impl<L: Loss<Out, T, E>, Out, T: Target, E: Element> Loss<Out, T, E> for OnAnyOutput<L> {
    const WHOLE_BATCH: bool = L::WHOLE_BATCH;

    fn part(&self, output: &[E], target: T::View<'_>, scale: f64, d_output: Option<&mut [E]>) -> f64 {
        self.0.part(output, target, scale, d_output)
    }

    fn normalizer(&self, target: T::View<'_>, samples: usize) -> f64 {
        self.0.normalizer(target, samples)
    }

    fn check(&self, target: T::View<'_>) -> Result<(), LossError> {
        self.0.check(target)
    }
}

/// The outputs of the network `N` are of a kind that the losses of an objective take. It is asked of
/// [`Objective::Takes`](crate::train::Objective::Takes).
pub trait Accepts<N> {}

/// What an objective of one loss takes.
#[derive(Debug)]
pub struct One<L>(PhantomData<L>);

/// What an objective of several losses takes, a tuple.
#[derive(Debug)]
pub struct Each<L>(PhantomData<L>);

impl<L: Criterion, N: Network> Accepts<N> for One<L> where <N::OutputKind as OutputKinds>::Only: GivenTo<L::Takes, L, N> {}

macro_rules! several {
    ($($loss:ident $place:ident $index:literal),*) => {
        impl<N: Network, $($loss: Criterion),*> Accepts<N> for Each<($($loss,)*)>
        where
            $(<N::OutputKind as OutputKinds>::$place: GivenTo<$loss::Takes, $loss, OutputNumber<$index, N>>,)*
        {
        }
    };
}

several!(A First 0, B Second 1);
several!(A First 0, B Second 1, C Third 2);
several!(A First 0, B Second 1, C Third 2, D Fourth 3);

/// An output of this kind may be given to the loss `L`, which takes `Takes`; `N` is the network or its output.
#[diagnostic::on_unimplemented(
    message = "`{L}` may not take what `{N}` gives",
    label = "nothing is known of the outputs of `{N}`",
    note = "a function that is generic over networks says what they give, `N: Trainable<OutputKind = plumbline::network::output::Numbers>`, \
            or asks that the loss takes it, `L: ObjectiveOf<N::Output, T, N::Element, N>`; `.on_any_output()` of the loss asks nothing"
)]
pub trait GivenTo<Takes, L, N> {}

macro_rules! given {
    ($($kind:ident to $($takes:ident),*;)*) => {
        $($(impl<L, N> GivenTo<$takes, L, N> for $kind {})*)*
    };
}

impl<K, L, N> GivenTo<AnyOutput, L, N> for K {}

given! {
    Unknown to Logits, ClassLogits, LogProbabilities, Activations;
    OfSigmoid to Activations;
    OfSoftmax to Activations;
    Numbers to Logits, ClassLogits;
    OfLogSoftmax to LogProbabilities;
}

/// Pairs that do not fit. No type implements the traits: they are there for their messages.
macro_rules! not_given {
    ($($kind:ident to $takes:ident: $name:ident $found:literal $label:literal $note:literal;)*) => {
        $(
            #[diagnostic::on_unimplemented(
                message = $found,
                label = $label,
                note = $note,
                note = "`.on_any_output()` of the loss takes the outputs as they are"
            )]
            #[doc(hidden)]
            pub trait $name<L> {}

            impl<L, N: $name<L>> GivenTo<$takes, L, N> for $kind {}
        )*
    };
}

not_given! {
    Numbers to Activations: ActivationsNotNumbers
        "`{L}` takes activations from 0 to 1, but `{Self}` does not end in `sigmoid`"
        "the loss takes means of activations for probabilities"
        "end the node in `sigmoid`, or take `L1Penalty`, which makes activations of any kind sparse";
    OfLogSoftmax to Activations: ActivationsNotLogSoftmax
        "`{L}` takes activations from 0 to 1, but `{Self}` gives log-probabilities: it ends in `log_softmax`"
        "the loss takes means of activations for probabilities"
        "end the node in `softmax` in place of `log_softmax`";
    OfSigmoid to Logits: LogitsNotSigmoid
        "`{L}` takes logits, but `{Self}` gives probabilities: it ends in `sigmoid`"
        "the loss applies `sigmoid` itself"
        "leave out `sigmoid` in the network; `.sigmoid()` of a batch of outputs gives the probabilities";
    OfSoftmax to Logits: LogitsNotSoftmax
        "`{L}` takes logits, but `{Self}` gives probabilities: it ends in `softmax`"
        "the loss applies `sigmoid` itself"
        "leave out `softmax` in the network; for one class of several take `CrossEntropy::new()`, which applies it";
    OfLogSoftmax to Logits: LogitsNotLogSoftmax
        "`{L}` takes logits, but `{Self}` gives log-probabilities: it ends in `log_softmax`"
        "the loss applies `sigmoid` itself"
        "leave out `log_softmax` in the network; for one class of several take `NegativeLogLikelihood`";
    OfSigmoid to ClassLogits: ClassLogitsNotSigmoid
        "`{L}` takes logits, but `{Self}` gives probabilities: it ends in `sigmoid`"
        "the loss applies `softmax` itself"
        "leave out `sigmoid` in the network; for a yes or no of each output take `BinaryCrossEntropy::new()`, which applies it";
    OfSoftmax to ClassLogits: ClassLogitsNotSoftmax
        "`{L}` takes logits, but `{Self}` gives probabilities: it ends in `softmax`"
        "the loss applies `softmax` itself"
        "leave out `softmax` in the network; `.softmax()` of a batch of outputs gives the probabilities";
    OfLogSoftmax to ClassLogits: ClassLogitsNotLogSoftmax
        "`{L}` takes logits, but `{Self}` gives log-probabilities: it ends in `log_softmax`"
        "the loss applies `softmax` itself"
        "take `NegativeLogLikelihood`, or leave out `log_softmax` in the network";
    Numbers to LogProbabilities: LogProbabilitiesNotNumbers
        "`{L}` takes log-probabilities, but `{Self}` does not end in `log_softmax`"
        "the loss applies no `softmax`"
        "take `CrossEntropy::new()`, which applies it, or end the network in `log_softmax`";
    OfSigmoid to LogProbabilities: LogProbabilitiesNotSigmoid
        "`{L}` takes log-probabilities, but `{Self}` gives probabilities: it ends in `sigmoid`"
        "the loss applies no logarithm"
        "end the network in `log_softmax` in place of `sigmoid`; for a yes or no of each output leave it out and take \
         `BinaryCrossEntropy::new()`";
    OfSoftmax to LogProbabilities: LogProbabilitiesNotSoftmax
        "`{L}` takes log-probabilities, but `{Self}` gives probabilities: it ends in `softmax`"
        "the loss applies no logarithm"
        "end the network in `log_softmax` in place of `softmax`";
}
