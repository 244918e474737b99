//! Sizes that sums over all states can be afforded for, told apart while a program is checked.

use crate::{
    Const,
    energy::{
        Rbm,
        units::{Bernoulli, Softmax},
    },
    shape::FixedDimension,
};

/// A size of at most 24: so few units of two states that a sum over all of their states is affordable. `Const<0>` to `Const<24>`, and no other.
///
/// A bound of this kind is seen while a program is checked, before any constant of it is evaluated.
///
/// ```
/// use plumbline::{Const, energy::{Few, Rbm}};
/// fn log_partition<N: Few>(model: &Rbm<Const<784>, N>) -> f64 { model.log_partition_exact() }
/// ```
#[diagnostic::on_unimplemented(
    message = "exact enumeration takes at most 24 units, found `{Self}`",
    label = "their states are too many to sum over"
)]
pub trait Few: FixedDimension + sealed::Sealed {}

/// A model whose visible side has few units, of finitely many states: what [`ExactByVisible`](crate::energy::ExactByVisible) asks for.
///
/// ```
/// use plumbline::{Const, energy::{Enumerable, Rbm}};
/// fn takes<M: Enumerable>() {}
/// takes::<Rbm<Const<16>, Const<500>>>();
/// ```
#[diagnostic::on_unimplemented(
    message = "exact enumeration takes a side of at most 2^24 states, such as 24 Bernoulli units, found `{Self}`",
    label = "both sides have more states",
    note = "`log_partition_ais` estimates the partition function of a model of any size"
)]
pub trait Enumerable: sealed::Sealed {}

mod sealed {
    use crate::shape::FixedDimension;

    pub trait Sealed {}

    /// So few units that those of K levels have 2²⁴ states at most; of up to four units any K counts as few, and a constant is left to tell.
    pub trait FewLevels<const K: usize>: FixedDimension {}
}

pub(in crate::energy) use sealed::FewLevels;

macro_rules! few {
    ($($size:literal)*) => {$(
        impl sealed::Sealed for Const<$size> {}

        #[diagnostic::do_not_recommend]
        impl Few for Const<$size> {}
    )*};
}

few! { 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 }

macro_rules! few_levels {
    ($($any:literal)*; $($size:literal: $($levels:literal)*;)*) => {
        $(#[diagnostic::do_not_recommend]
        impl<const K: usize> FewLevels<K> for Const<$any> {})*
        $($(#[diagnostic::do_not_recommend]
        impl FewLevels<$levels> for Const<$size> {})*)*
    };
}

few_levels! {
    0 1 2 3 4;
    5: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27;
    6: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16;
    7: 1 2 3 4 5 6 7 8 9 10;
    8: 1 2 3 4 5 6 7 8;
    9: 1 2 3 4 5 6;
    10: 1 2 3 4 5;
    11: 1 2 3 4;
    12: 1 2 3 4;
    13: 1 2 3;
    14: 1 2 3;
    15: 1 2 3;
    16: 1 2;
    17: 1 2;
    18: 1 2;
    19: 1 2;
    20: 1 2;
    21: 1 2;
    22: 1 2;
    23: 1 2;
    24: 1 2;
}

impl<I, N, V, H, E> sealed::Sealed for Rbm<I, N, V, H, E> {}

#[diagnostic::do_not_recommend]
impl<I: Few, N, H, E> Enumerable for Rbm<I, N, Bernoulli, H, E> {}

#[diagnostic::do_not_recommend]
impl<I: FewLevels<K>, N, const K: usize, H, E> Enumerable for Rbm<I, N, Softmax<K>, H, E> {}
