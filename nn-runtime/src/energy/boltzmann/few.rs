//! Machines so small that all their states can be gone through.

use crate::shape::Const;

/// `Const<I>: FewTogether<Const<N>>` says that I visible and N hidden units are 24 together at most, and have 2²⁴ states.
///
/// ```
/// use plumbline::{Const, energy::FewTogether};
/// fn few<I: FewTogether<N>, N>() {}
/// few::<Const<20>, Const<4>>();
/// ```
///
/// ```compile_fail
/// use plumbline::{Const, energy::FewTogether};
/// fn few<I: FewTogether<N>, N>() {}
/// few::<Const<20>, Const<5>>();
/// ```
#[diagnostic::on_unimplemented(
    message = "exact enumeration takes at most 24 units, visible and hidden ones together, found `{Self}` visible and `{N}` hidden",
    label = "a machine with too many states",
    note = "`mean_field` gives a lower bound of ln Z for a machine of any size, and the states of `chains` its means"
)]
pub trait FewTogether<N>: sealed::Sealed {}

mod sealed {
    pub trait Sealed {}
    impl<const N: usize> Sealed for crate::shape::Const<N> {}
}

macro_rules! pairs {
    ($i:literal $($is:literal)*; $n:literal $($ns:literal)*) => {
        pairs!(@one $i; $n $($ns)*);
        pairs!($($is)*; $($ns)*);
    };
    (@one $i:literal; $($n:literal)*) => {
        $(#[diagnostic::do_not_recommend]
        impl FewTogether<Const<$n>> for Const<$i> {})*
    };
    (;) => {};
}

pairs!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24; 24 23 22 21 20 19 18 17 16 15 14 13 12 11 10 9 8 7 6 5 4 3 2 1 0);
