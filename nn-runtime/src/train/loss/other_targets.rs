//! Losses with targets that they do not take, so that the compiler says what they take. Without these impls it would infer from the only impl of
//! a loss what the targets are to be, and say that they are of another type.

use crate::{
    Const, Element,
    data::{Labels, LabelsView, PixelLabels, PixelLabelsView, StepLabels, StepLabelsView},
    train::loss::{
        AbsoluteError, CrossEntropy, Hinge, Huber, Loss, MeanSquaredError, NegativeLogLikelihood, SquaredError,
    },
};

/// It is there for its message. The labels of 0 classes, of which there are none, are the only ones: without an impl the compiler would see at
/// once that these impls are never met, and infer the targets after all.
#[diagnostic::on_unimplemented(
    message = "`{L}` compares numbers, found classes: `{Self}`",
    label = "the targets are classes",
    note = "`CrossEntropy` takes `Labels<N>` for an output `[N]`, and `BinaryCrossEntropy` takes `Labels<2>` for an output `[1]`",
    note = "`labels.one_hot()` makes numbers of `Labels<N>` for an output `[N]`"
)]
#[doc(hidden)]
pub trait NumbersFor<L> {}

macro_rules! numbers_alone {
    ($($loss:ident),*) => {
        $(numbers_alone!($loss: Labels LabelsView, StepLabels StepLabelsView, PixelLabels PixelLabelsView);)*
    };
    ($loss:ident: $($labels:ident $view:ident),*) => {
        $(impl<Out, const C: usize, E: Element> Loss<Out, $labels<C>, E> for $loss
        where
            $labels<C>: NumbersFor<$loss>,
        {
            /// No sample has a label of no class.
            fn part(&self, _: &[E], _: $view<'_, C>, _: f64, _: Option<&mut [E]>) -> f64 {
                0.0
            }
        }

        #[diagnostic::do_not_recommend]
        impl NumbersFor<$loss> for $labels<0> {})*
    };
}

numbers_alone!(AbsoluteError, Hinge, Huber, MeanSquaredError, SquaredError);

/// No type is one: it is there for its message.
#[diagnostic::on_unimplemented(
    message = "`{L}` needs an output for each class, found a single output",
    label = "the network has one output for two classes",
    note = "`BinaryCrossEntropy` takes an output `[1]` with `Labels<2>`; or let the network end in `dense(2)`"
)]
#[doc(hidden)]
pub trait OneOutputFor<L> {
    fn impossible() -> !;
}

macro_rules! several_classes {
    ($($loss:ident),*) => {
        $(impl<E: Element> Loss<(Const<1>,), Labels<2>, E> for $loss
        where
            E: OneOutputFor<$loss>,
        {
            fn part(&self, _: &[E], _: LabelsView<'_, 2>, _: f64, _: Option<&mut [E]>) -> f64 {
                <E as OneOutputFor<$loss>>::impossible()
            }
        })*
    };
}

several_classes!(CrossEntropy, NegativeLogLikelihood);
