//! The training of one layer of a plan.

use super::{PretrainedLayer, error::LayerError};
use crate::{
    Batch, Element, Network,
    energy::{ContrastiveDivergence, EnergyError, EnergyReport, Enumerable, Hidden, MaximumLikelihood, Rbm, Visible},
    shape::FixedDimension,
    train::Optimizer,
};

/// What trains a layer on `samples` samples and gives what the layer makes of them, where that is wanted.
pub(super) trait Step<N: Network>: Send {
    fn train(
        self: Box<Self>,
        net: &mut N,
        x: Vec<N::Element>,
        samples: usize,
        outputs: bool,
    ) -> Result<(PretrainedLayer, Vec<N::Element>), LayerError>;
}

/// The field of a network that holds a layer.
pub(super) type Field<N, L> = Box<dyn Fn(&mut N) -> &mut L + Send>;

/// A training of restricted Boltzmann machines.
///
/// ```
/// use plumbline::{Const, energy::{ContrastiveDivergence, units::Bernoulli}, train::TrainsRbm};
/// fn trains<T: TrainsRbm<Const<4>, Const<2>, Bernoulli, Bernoulli, f32>>(_: &T) {}
/// trains(&ContrastiveDivergence::new(1));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not train this restricted Boltzmann machine",
    label = "expected a training such as `ContrastiveDivergence::new(1)`",
    note = "`MaximumLikelihood` trains machines that are small enough to be enumerated"
)]
pub trait TrainsRbm<I: FixedDimension, N: FixedDimension, V: Visible, H: Hidden, E: Element>: Send {
    /// Trains `rbm` on `data`.
    ///
    /// # Errors
    ///
    /// [`EnergyError`] for data and options without a meaning and for a training that leaves the finite numbers.
    fn train(self, rbm: &mut Rbm<I, N, V, H, E>, data: &Batch<V::Input<I>, E>) -> Result<EnergyReport, EnergyError>;
}

impl<I, N, V, H, E, O> TrainsRbm<I, N, V, H, E> for ContrastiveDivergence<O>
where
    I: FixedDimension,
    N: FixedDimension,
    V: Visible,
    H: Hidden,
    E: Element,
    O: Optimizer<E>,
{
    fn train(self, rbm: &mut Rbm<I, N, V, H, E>, data: &Batch<V::Input<I>, E>) -> Result<EnergyReport, EnergyError> {
        self.fit(rbm, data)
    }
}

impl<I, N, V, H, E, O> TrainsRbm<I, N, V, H, E> for MaximumLikelihood<O>
where
    I: FixedDimension,
    N: FixedDimension,
    V: Visible,
    H: Hidden,
    E: Element,
    O: Optimizer<E>,
    Rbm<I, N, V, H, E>: Enumerable,
{
    fn train(self, rbm: &mut Rbm<I, N, V, H, E>, data: &Batch<V::Input<I>, E>) -> Result<EnergyReport, EnergyError> {
        self.fit(rbm, data)
    }
}

/// An `rbm` layer.
pub(super) struct RbmStep<N, M, T> {
    pub(super) field: Field<N, M>,
    pub(super) training: Option<T>,
}

impl<N, I, O, V, H, T> Step<N> for RbmStep<N, Rbm<I, O, V, H, N::Element>, T>
where
    N: Network,
    I: FixedDimension,
    O: FixedDimension,
    V: Visible<Input<I> = (I,)>,
    H: Hidden,
    T: TrainsRbm<I, O, V, H, N::Element>,
{
    fn train(
        self: Box<Self>,
        net: &mut N,
        x: Vec<N::Element>,
        _: usize,
        outputs: bool,
    ) -> Result<(PretrainedLayer, Vec<N::Element>), LayerError> {
        let rbm = (self.field)(net);
        let data = Batch::<(I,), N::Element>::from_vec(x).map_err(EnergyError::from)?;
        let mut trained = rbm.clone();
        let report = match self.training {
            Some(training) => training.train(&mut trained, &data)?,
            None => EnergyReport::default(),
        };
        *rbm = trained;
        let errors = report.epochs.iter().map(|epoch| epoch.reconstruction_error).collect();
        let layer = PretrainedLayer { number: 0, kind: "rbm", inputs: I::SIZE, outputs: O::SIZE, errors };
        let outputs = if outputs { rbm.hidden_means(&data).into_vec() } else { Vec::new() };
        Ok((layer, outputs))
    }
}
