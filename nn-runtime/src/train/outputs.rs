//! The outputs of a network with several, one by one.

/// Shapes or targets, one for each of `N` outputs: a tuple, or targets that are those of the first output.
///
/// ```
/// use plumbline::{Const, train::TupleOf};
/// fn takes_two<T: TupleOf<2>>() {}
/// takes_two::<((Const<3>,), (Const<1>,))>();
/// ```
#[diagnostic::on_unimplemented(
    message = "{N} losses are for {N} outputs and their targets, found `{Self}`",
    label = "losses, outputs and targets are not equally many",
    note = "a network with several outputs takes `Losses::new((…, …))` with a loss for each, and a tuple with targets for each"
)]
pub trait TupleOf<const N: usize> {}

impl<A, B> TupleOf<2> for (A, B) {}
impl<A, B, C> TupleOf<3> for (A, B, C) {}
impl<A, B, C, D> TupleOf<4> for (A, B, C, D) {}

/// A tuple of shapes, the one of output `I`, counted from 0, among them.
///
/// ```
/// use plumbline::{Const, Shape, train::OutputAt};
/// type Second<T> = <T as OutputAt<1>>::Part;
/// assert_eq!(<Second<((Const<2>,), (Const<5>,))>>::LEN, 5);
/// ```
#[diagnostic::on_unimplemented(
    message = "there is no output {I} in `{Self}`",
    label = "the network has no such output",
    note = "the outputs of a network with several are counted from 0; with one, `metric` takes the place of `metric_on`"
)]
pub trait OutputAt<const I: usize> {
    /// The output's shape.
    type Part;
}

macro_rules! at {
    ($($index:tt $part:ident of ($($name:ident),*);)*) => {
        $(impl<$($name),*> OutputAt<$index> for ($($name,)*) {
            type Part = $part;
        })*
    };
}

crate::data::each_place!(at);
