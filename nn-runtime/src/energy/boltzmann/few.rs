//! Machines so small that all their states can be gone through.

use std::ops::Add;

use typenum::{Const as Number, IsLessOrEqual, LeEq, Sum, ToUInt, U, U24};

use crate::{energy::few::Yes, shape::Const};

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

#[diagnostic::do_not_recommend]
impl<const I: usize, const N: usize> FewTogether<Const<N>> for Const<I>
where
    Number<I>: ToUInt,
    Number<N>: ToUInt,
    U<I>: Add<U<N>>,
    Sum<U<I>, U<N>>: IsLessOrEqual<U24>,
    LeEq<Sum<U<I>, U<N>>, U24>: Yes,
{
}
