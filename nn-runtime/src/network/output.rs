//! What a network's outputs are: numbers, probabilities, or their logarithms.
//!
//! `network!` writes it down as [`Network::OutputKind`](crate::Network::OutputKind), by the last layer of each output, also through
//! the networks inside. A loss that applies `sigmoid` or `softmax` itself does not compile with a network that has done so already: see
//! [`Criterion::Takes`](crate::train::Criterion::Takes).

use std::marker::PhantomData;

/// Nothing is said of the numbers: they come from a layer or a network of your own, from `map`, or from a sum.
///
/// ```
/// use plumbline::network::output::{OutputKinds, Unknown};
/// fn of_one<K: OutputKinds<Only = Unknown>>() {}
/// of_one::<Unknown>();
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unknown;

/// Numbers that are no logarithms of probabilities, such as `dense` and `relu` give: logits, or values.
///
/// ```
/// use plumbline::network::output::{Numbers, OutputKinds};
/// fn of_one<K: OutputKinds<Only = Numbers>>() {}
/// of_one::<Numbers>();
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbers;

/// Probabilities, each for itself: `sigmoid` is the last layer.
///
/// ```
/// use plumbline::network::output::{OfSigmoid, OutputKinds};
/// fn of_one<K: OutputKinds<Only = OfSigmoid>>() {}
/// of_one::<OfSigmoid>();
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OfSigmoid;

/// Probabilities of classes: `softmax` is the last layer.
///
/// ```
/// use plumbline::network::output::{OfSoftmax, OutputKinds};
/// fn of_one<K: OutputKinds<Only = OfSoftmax>>() {}
/// of_one::<OfSoftmax>();
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OfSoftmax;

/// Logarithms of probabilities of classes: `log_softmax` is the last layer.
///
/// ```
/// use plumbline::network::output::{OfLogSoftmax, OutputKinds};
/// fn of_one<K: OutputKinds<Only = OfLogSoftmax>>() {}
/// of_one::<OfLogSoftmax>();
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OfLogSoftmax;

/// The kind of the one output of a network, or a tuple with those of two to four.
///
/// ```
/// use plumbline::network::output::{Numbers, OfSigmoid, OutputKinds, Unknown};
/// fn of_two<K: OutputKinds<First = Numbers, Second = OfSigmoid, Only = Unknown>>() {}
/// of_two::<(Numbers, OfSigmoid)>();
/// assert_eq!([0, 1, 2].map(<(Numbers, OfSigmoid)>::is_of_sigmoid), [false, true, false]);
/// ```
pub trait OutputKinds: 'static {
    /// The number of the kind in [`OfCode`]; 0 where there are several.
    const CODE: u8;
    /// The numbers of the kinds of up to four outputs; 0 for [`Unknown`] and where there are fewer.
    const CODES: [u8; 4];
    /// The kind where there is one output; else [`Unknown`].
    type Only;
    /// The kind of the first of several outputs; [`Unknown`] where there is one.
    type First;
    /// The kind of the second, or [`Unknown`].
    type Second;
    /// The kind of the third, or [`Unknown`].
    type Third;
    /// The kind of the fourth, or [`Unknown`].
    type Fourth;

    /// Whether output `index`, counted from 0, is [`OfSigmoid`].
    fn is_of_sigmoid(index: usize) -> bool {
        Self::CODES.get(index) == Some(&OfSigmoid::CODE)
    }
}

/// Output `I` of the network `N`, in messages of the compiler.
#[derive(Debug)]
pub struct OutputNumber<const I: usize, N>(PhantomData<N>);

/// The kind of this number: what a network says of an output that comes from a network inside, whose type it need not name so. A part may be less
/// visible than the network around it, and types of a public trait must not name it.
///
/// ```
/// use plumbline::network::output::{OfCode, OfSigmoid, OutputKinds};
/// fn of_one<K: OutputKinds<Only = OfSigmoid>>() {}
/// of_one::<OfCode<{ OfSigmoid::CODE }>>();
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OfCode<const CODE: u8>;

macro_rules! kinds {
    ($($code:literal $kind:ident),*) => {
        $(kinds!(impl $kind: $kind, $code);
        kinds!(impl OfCode<$code>: $kind, $code);)*
    };
    (impl $of:ty: $kind:ident, $code:literal) => {
        impl OutputKinds for $of {
            const CODE: u8 = $code;
            const CODES: [u8; 4] = [$code, 0, 0, 0];
            type Only = $kind;
            type First = Unknown;
            type Second = Unknown;
            type Third = Unknown;
            type Fourth = Unknown;
        }
    };
}

kinds!(0 Unknown, 1 Numbers, 2 OfSigmoid, 3 OfSoftmax, 4 OfLogSoftmax);

macro_rules! several {
    ($(($($kind:ident),*) $($none:literal)*: $third:ty, $fourth:ty;)*) => {
        $(impl<$($kind: OutputKinds),*> OutputKinds for ($($kind,)*) {
            const CODE: u8 = 0;
            const CODES: [u8; 4] = [$($kind::CODE,)* $($none),*];
            type Only = Unknown;
            type First = A::Only;
            type Second = B::Only;
            type Third = $third;
            type Fourth = $fourth;
        })*
    };
}

several! {
    (A, B) 0 0: Unknown, Unknown;
    (A, B, C) 0: C::Only, Unknown;
    (A, B, C, D): C::Only, D::Only;
}
