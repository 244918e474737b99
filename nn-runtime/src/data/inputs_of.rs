//! Batches for the inputs of a network, lent to a step of training.

use std::ops::Deref;

use crate::{
    Batch, Element, Shape,
    data::{Columns, inputs::MOST_INPUTS},
    network::{Entry, entry},
};

/// What a network that takes inputs of shape `S` is given for a step: a [`Batch`] where it has one input, a tuple of two to four batches where it has as
/// many. A reference to any of them will do.
///
/// [`Criterion::step`](crate::train::Criterion::step), [`Losses::step`](crate::train::Losses::step) and
/// [`gradient_check`](crate::train::gradient_check) take it; code that is generic over networks with any number of inputs names it.
///
/// ```
/// use plumbline::{Batch, Const, data::InputsOf};
/// type Two = ((Const<8>,), (Const<2>, Const<4>));
/// fn takes_two(_: impl InputsOf<Two, f32>) {}
/// let (question, answer) = (Batch::zeros(3), Batch::zeros(3));
/// takes_two((&question, &answer));
/// ```
///
/// ```
/// use plumbline::{Gradients, Pass, Trainable, data::{InputsOf, Labels}, network::output::Numbers, train::*};
/// /// The loss of one step, whatever the network takes.
/// fn step<N>(
///     net: &N,
///     x: impl InputsOf<N::Input, f32>,
///     labels: &Labels<10>,
///     pass: &mut Pass<N>,
///     gradients: &mut Gradients<N>,
/// ) -> Result<f32, LossError>
/// where
///     N: Trainable<Element = f32, Output = (plumbline::Const<10>,), OutputKind = Numbers>,
/// {
///     CrossEntropy::new().step(net, x, labels, pass, gradients)
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not what a network takes whose input is `{S}`",
    label = "expected a `Batch` for each input, of its shape and element type `{E}`",
    note = "a network with one input takes a `&Batch` of its shape, one with several a tuple: `(&first, &second)`"
)]
pub trait InputsOf<S, E: Element> {
    /// Each input as it enters the network, in an array whose rest repeats the first; and their number.
    #[doc(hidden)]
    fn entries(&self) -> ([Entry<'_, E>; MOST_INPUTS], usize);

    /// Copies of the batches.
    #[doc(hidden)]
    fn to_columns(&self) -> Columns<E>;
}

impl<S: Shape, E: Element, D: Deref<Target = [E]>> InputsOf<S, E> for Batch<S, E, D> {
    fn entries(&self) -> ([Entry<'_, E>; MOST_INPUTS], usize) {
        ([entry(self); MOST_INPUTS], 1)
    }

    fn to_columns(&self) -> Columns<E> {
        Columns(vec![Box::new(self.to_batch())])
    }
}

impl<S, E: Element, X: InputsOf<S, E>> InputsOf<S, E> for &X {
    fn entries(&self) -> ([Entry<'_, E>; MOST_INPUTS], usize) {
        (**self).entries()
    }

    fn to_columns(&self) -> Columns<E> {
        (**self).to_columns()
    }
}

macro_rules! tuples {
    ($count:literal: $($shape:ident $batch:ident $index:tt),*) => {
        impl<$($shape: Shape,)* Num: Element, $($batch: InputsOf<$shape, Num>),*> InputsOf<($($shape,)*), Num>
            for ($($batch,)*)
        {
            fn entries(&self) -> ([Entry<'_, Num>; MOST_INPUTS], usize) {
                let mut entries = [self.0.entries().0[0]; MOST_INPUTS];
                $(entries[$index] = self.$index.entries().0[0];)*
                (entries, $count)
            }

            fn to_columns(&self) -> Columns<Num> {
                let mut columns = Vec::new();
                $(columns.extend(self.$index.to_columns().0);)*
                Columns(columns)
            }
        }
    };
}

tuples!(2: A X 0, B Y 1);
tuples!(3: A X 0, B Y 1, C Z 2);
tuples!(4: A X 0, B Y 1, C Z 2, D W 3);
