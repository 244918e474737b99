//! Which generator and discriminator belong together.

use crate::{
    Const, FixedShape, Network,
    network::output::{Numbers, Unknown},
};

/// Inputs of a discriminator that a generator with inputs `Z` and output `X` provides: `X` itself where the generator takes noise alone, `(X, C)` where it takes
/// `(noise, C)`, with the same condition `C`.
///
/// ```
/// use plumbline::{Const, train::MeetsGenerator};
/// type Noise = (Const<16>,);
/// type Image = (Const<1>, Const<8>, Const<8>);
/// type Class = (Const<10>,);
/// fn meet<D: MeetsGenerator<Z, X>, Z, X>() {}
/// meet::<Image, Noise, Image>();
/// meet::<(Image, Class), (Noise, Class), Image>();
/// ```
#[diagnostic::on_unimplemented(
    message = "the generator gives samples of shape `{X}`, but the discriminator takes `{Self}`",
    label = "these two networks do not meet",
    note = "the discriminator takes the shape that the generator gives",
    note = "a conditional pair has two inputs each: `(noise, condition)` for the generator, `(sample, condition)` for the discriminator; this generator \
            takes `{Z}`"
)]
pub trait MeetsGenerator<Z, X>: 'static {
    /// The shape of the noise.
    type Noise: FixedShape;
}

impl<Z: FixedShape, X: FixedShape> MeetsGenerator<Z, X> for X {
    type Noise = Z;
}

impl<Z: FixedShape, X: FixedShape, C: FixedShape> MeetsGenerator<(Z, C), X> for (X, C) {
    type Noise = Z;
}

/// The shape of the noise of the generator `G` before the discriminator `D`.
///
/// ```
/// use plumbline::{Const, network, train::NoiseShape};
/// network! { Generator: [16] -> [2] { point: dense(2); } }
/// network! { Discriminator: [2] -> [1] { logit: dense(1); } }
/// let _: NoiseShape<Generator, Discriminator> = (Const::<16>,);
/// ```
pub type NoiseShape<G, D> =
    <<D as Network>::Input as MeetsGenerator<<G as Network>::Input, <G as Network>::Output>>::Noise;

/// The output of a discriminator: one logit, `[1]`.
///
/// ```
/// use plumbline::{Const, train::OneLogit};
/// fn judges<Out: OneLogit>() {}
/// judges::<(Const<1>,)>();
/// ```
#[diagnostic::on_unimplemented(
    message = "a discriminator gives one logit, `[1]`, but this one gives `{Self}`",
    label = "the second network is no discriminator",
    note = "end the discriminator in `dense(1)`; the generator comes first, the discriminator second"
)]
pub trait OneLogit {}

impl OneLogit for (Const<1>,) {}

/// The kind of output of a discriminator `D`: not probabilities, since D(x) is the sigmoid of what it gives.
///
/// ```
/// use plumbline::{network::output::Numbers, train::GivesLogits};
/// fn judges<D, K: GivesLogits<D>>() {}
/// judges::<(), Numbers>();
/// ```
#[diagnostic::on_unimplemented(
    message = "a discriminator gives its logit, but `{D}` ends in `sigmoid` or `softmax`",
    label = "this network gives probabilities",
    note = "leave out the last activation: adversarial training takes D(x) = sigmoid(logit) itself; `.sigmoid()` of a batch of outputs gives the \
            probabilities"
)]
pub trait GivesLogits<D> {}

impl<D> GivesLogits<D> for Numbers {}
impl<D> GivesLogits<D> for Unknown {}
