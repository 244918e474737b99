//! Sizes that sums over all states can be afforded for, told apart while a program is checked.
//!
//! The comparisons are typenum's, on types. Its numbers come into no message: `do_not_recommend` leaves the error at the trait that was asked for.

use typenum::{Const as Number, IsLessOrEqual, LeEq, ToUInt, U, U24, UInt, UTerm};

use crate::{
    Const,
    energy::{
        Rbm,
        units::{Bernoulli, Softmax},
    },
    shape::FixedDimension,
};

/// A size of at most 24: so few units of two states that a sum over all of their states is affordable. `Const<0>` to `Const<24>`, and the same numbers
/// of typenum.
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

    /// So few units that those of K levels have 2²⁴ states at most; of one or two any K counts as few, and a constant is left to tell.
    pub trait FewLevels<const K: usize>: FixedDimension {}

    /// Of the answers of typenum's comparisons, the one that says yes. A bound on it fails as any bound does, with the message of the
    /// trait that asked.
    pub trait Yes {}
    impl Yes for typenum::B1 {}
}

pub(in crate::energy) use sealed::{FewLevels, Yes};

impl<const N: usize> sealed::Sealed for Const<N> {}
impl<A, B> sealed::Sealed for UInt<A, B> {}
impl sealed::Sealed for UTerm {}

#[diagnostic::do_not_recommend]
impl<const N: usize> Few for Const<N>
where
    Number<N>: ToUInt,
    U<N>: IsLessOrEqual<U24>,
    LeEq<U<N>, U24>: Yes,
{
}

#[diagnostic::do_not_recommend]
impl<A, B> Few for UInt<A, B>
where
    Self: FixedDimension + IsLessOrEqual<U24>,
    LeEq<Self, U24>: Yes,
{
}

#[diagnostic::do_not_recommend]
impl Few for UTerm {}

/// For each number of units the most levels of which they have 2²⁴ states at most.
macro_rules! few_levels {
    ($($any:literal)*; $($size:literal: $most:ident;)*) => {
        $(#[diagnostic::do_not_recommend]
        impl<const K: usize> FewLevels<K> for Const<$any> {})*
        $(#[diagnostic::do_not_recommend]
        impl<const K: usize> FewLevels<K> for Const<$size>
        where
            Number<K>: ToUInt,
            U<K>: IsLessOrEqual<typenum::$most>,
            LeEq<U<K>, typenum::$most>: Yes,
        {
        })*
    };
}

// typenum writes numbers up to 1024 from constants: of one or two units there may be more levels.
few_levels! {
    0 1 2;
    3: U256;
    4: U64;
    5: U27;
    6: U16;
    7: U10;
    8: U8;
    9: U6;
    10: U5;
    11: U4;
    12: U4;
    13: U3;
    14: U3;
    15: U3;
    16: U2;
    17: U2;
    18: U2;
    19: U2;
    20: U2;
    21: U2;
    22: U2;
    23: U2;
    24: U2;
}

impl<I, N, V, H, E> sealed::Sealed for Rbm<I, N, V, H, E> {}

#[diagnostic::do_not_recommend]
impl<I: Few, N, H, E> Enumerable for Rbm<I, N, Bernoulli, H, E> {}

#[diagnostic::do_not_recommend]
impl<I: FewLevels<K>, N, const K: usize, H, E> Enumerable for Rbm<I, N, Softmax<K>, H, E> {}

#[cfg(test)]
mod tests {
    use super::*;

    /// K^N of all pairs that the traits take, at the limits.
    #[test]
    fn the_most_levels_are_those_of_two_to_the_24_states() {
        fn takes<N: FewLevels<K>, const K: usize>() {
            let states = |levels: u128| (0..N::SIZE).fold(1_u128, |states, _| states * levels);
            assert!(states(K as u128) <= 1 << 24, "{K}^{}", N::SIZE);
            assert!(states(K as u128 + 1) > 1 << 24, "{}^{} too", K + 1, N::SIZE);
        }
        takes::<Const<3>, 256>();
        takes::<Const<4>, 64>();
        takes::<Const<5>, 27>();
        takes::<Const<6>, 16>();
        takes::<Const<7>, 10>();
        takes::<Const<8>, 8>();
        takes::<Const<9>, 6>();
        takes::<Const<10>, 5>();
        takes::<Const<11>, 4>();
        takes::<Const<12>, 4>();
        takes::<Const<13>, 3>();
        takes::<Const<14>, 3>();
        takes::<Const<15>, 3>();
        takes::<Const<16>, 2>();
        takes::<Const<24>, 2>();
    }

    #[test]
    fn numbers_of_typenum_are_few_as_constants_are() {
        fn few<N: Few>() -> usize {
            N::SIZE
        }
        assert_eq!([few::<Const<24>>(), few::<U24>(), few::<UTerm>(), few::<Const<0>>()], [24, 24, 0, 0]);
    }
}
