//! Losses on several outputs.

use std::fmt::Debug;

use crate::{
    Element, Gradients, Pass, Trainable,
    data::{AsTarget, InputsOf, TargetAt},
    train::{
        OutputAt, TupleOf,
        loss::{
            Criterion, Loss, LossError,
            error::check_option,
            objective::{Objective, ObjectiveOf, checked_step},
            takes::Each,
        },
    },
};

/// C = Σᵢ wᵢ Cᵢ: a loss for each output of a network with two to four of them, each Cᵢ a mean with a normalizer of its own. The gradients
/// of the outputs meet where the network's paths do, and add up.
///
/// The weights are 1 unless [set](Losses::weights); an output of weight 0 is left alone.
///
/// Targets: a tuple with those of each loss, in the order of the outputs, `()` where a loss is a penalty and compares with nothing; or no tuple, where only the
/// first output has targets. [`Trainer::fit`](crate::train::Trainer::fit),
/// [`Trainer::evaluate`](crate::train::Trainer::evaluate) and [`gradient_check`](crate::train::gradient_check) take it as they take a
/// [`Loss`]; evaluations tell each Cᵢ, without its weight, as a metric: `loss of class`.
///
/// ```
/// use plumbline::{Const, Trainable, Batch, data::{Dataset, Labels}, network::output::Numbers, train::*};
/// type Outputs = ((Const<3>,), (Const<1>,));
/// type Targets = (Labels<3>, Batch<(Const<1>,)>);
/// fn learn<N>(net: &mut N, data: &Dataset<N::Input, Targets>) -> Result<History, TrainError>
/// where
///     N: Trainable<Element = f32, Input: plumbline::Shape, Output = Outputs, OutputKind = (Numbers, Numbers)>,
/// {
///     let losses = Losses::new((CrossEntropy::new(), MeanSquaredError)).weights([1.0, 0.3]);
///     Trainer::new(Adam::new(1e-3), losses).metric_on::<0, _>(Accuracy).epochs(20).fit(net, data)
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Losses<L: LossTuple> {
    losses: L,
    weights: L::Weights,
}

/// Two to four losses.
///
/// ```
/// use plumbline::train::{AbsoluteError, SquaredError, loss::LossTuple};
/// assert_eq!(<(SquaredError, AbsoluteError)>::ONES, [1.0, 1.0]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a tuple of two to four losses",
    note = "write `Losses::new((CrossEntropy::new(), MeanSquaredError))`"
)]
pub trait LossTuple: Clone + Debug + Send + Sync {
    /// A number for each.
    type Weights: Copy + Default + Debug + PartialEq + Send + Sync + AsRef<[f64]> + AsMut<[f64]>;

    /// The weights where none are set.
    const ONES: Self::Weights;
}

impl<L: LossTuple> Losses<L> {
    /// The losses of a network's outputs, in their order, all of weight 1.
    pub fn new(losses: L) -> Self {
        Losses { losses, weights: L::ONES }
    }

    /// Sets the wᵢ, each finite and not negative.
    #[must_use]
    pub fn weights(self, weights: L::Weights) -> Self {
        Losses { weights, ..self }
    }

    /// C over the batch `x`, or a tuple of batches for several inputs; ∂C/∂θ is written over `gradients`, as [`Criterion::step`].
    ///
    /// # Errors
    ///
    /// As [`Criterion::step`]; [`LossError`] for no samples, unequal numbers of samples, weights that have no meaning, and what [`Loss::check`] finds.
    pub fn step<N, X, A>(
        &self,
        net: &N,
        x: X,
        target: &A,
        pass: &mut Pass<N>,
        gradients: &mut Gradients<N>,
    ) -> Result<N::Element, LossError>
    where
        N: Trainable,
        X: InputsOf<N::Input, N::Element>,
        A: AsTarget,
        Self: ObjectiveOf<N::Output, A::Owned, N::Element, N>,
    {
        checked_step(self, net, &x, target, pass, gradients)
    }

    fn check_weights(&self) -> Result<(), LossError> {
        let fits = |weight: f64| weight >= 0.0 && weight.is_finite();
        let mut weights = self.weights.as_ref().iter();
        weights.try_for_each(|&weight| check_option("weights", "finite and not negative", weight, fits(weight)))
    }
}

macro_rules! tuples {
    ($count:literal: $($loss:ident $index:tt),*) => {
        impl<$($loss: Criterion),*> LossTuple for ($($loss,)*) {
            type Weights = [f64; $count];
            const ONES: [f64; $count] = [1.0; $count];
        }

        // The parts of `Out` and `T` are looked up, not spelled out: where one does not fit, its loss says so.
        impl<Out, T, Num, $($loss),*> Objective<Out, T, Num> for Losses<($($loss,)*)>
        where
            Num: Element,
            Out: TupleOf<$count> $(+ OutputAt<$index>)*,
            T: TupleOf<$count> $(+ TargetAt<$index>)*,
            $($loss: Loss<<Out as OutputAt<$index>>::Part, <T as TargetAt<$index>>::Part, Num>,)*
        {
            type Takes = Each<($($loss,)*)>;
            type Terms = [f64; $count];

            const WHOLE_BATCH: bool = false
                $(|| <$loss as Loss<<Out as OutputAt<$index>>::Part, <T as TargetAt<$index>>::Part, Num>>::WHOLE_BATCH)*;

            fn weights(&self) -> [f64; $count] {
                self.weights
            }

            fn normalizers(&self, target: T::View<'_>, samples: usize) -> [f64; $count] {
                [$(self.losses.$index.normalizer(<T as TargetAt<$index>>::at(target), samples)),*]
            }

            fn term(
                &self,
                index: usize,
                output: &[Num],
                target: T::View<'_>,
                scale: f64,
                d_output: Option<&mut [Num]>,
            ) -> f64 {
                match index {
                    $($index => self.losses.$index.part(output, <T as TargetAt<$index>>::at(target), scale, d_output),)*
                    _ => 0.0,
                }
            }

            fn check_targets(&self, target: T::View<'_>) -> Result<(), LossError> {
                self.check_weights()?;
                let at = |output| move |source| LossError::Output { output, source: Box::new(source) };
                $(self.losses.$index.check(<T as TargetAt<$index>>::at(target)).map_err(at($index))?;)*
                Ok(())
            }
        }
    };
}

tuples!(2: L0 0, L1 1);
tuples!(3: L0 0, L1 1, L2 2);
tuples!(4: L0 0, L1 1, L2 2, L3 3);
