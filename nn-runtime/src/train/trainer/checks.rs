//! What is asked of data and options before a training, and of each batch before its step.

use crate::{
    Element, Network, Pass,
    data::{Columns, DataOf, Dataset, Target},
    train::{
        Objective, TrainError,
        loss::{check_fit, lengths_of},
        trainer::{Clip, Options},
    },
};

impl Options {
    /// Asks that each option has a meaning.
    pub(super) fn check(&self) -> Result<(), TrainError> {
        if self.batch_size == 0 {
            return Err(TrainError::BatchSize);
        }
        let amount = |option, found: f64| (option, "not negative", found, found >= 0.0);
        let clip = match self.clip {
            Clip::Off => None,
            Clip::Norm(bound) => Some(amount("clip_norm", bound)),
            Clip::Value(bound) => Some(amount("clip_value", bound)),
        };
        let delta =
            ("min_delta", "finite and not negative", self.min_delta, (0.0..f64::INFINITY).contains(&self.min_delta));
        let accumulate = ("accumulate", "at least 1", self.accumulate as f64, self.accumulate >= 1);
        match clip.into_iter().chain([delta, accumulate]).find(|(.., fits)| !fits) {
            None => Ok(()),
            Some((option, expected, found, _)) => Err(TrainError::Option { option, expected, found }),
        }
    }
}

/// Looks through a dataset for what cannot be trained on.
pub(super) fn check<L, Out, S, T, E>(loss: &L, data: &Dataset<S, T, E>, set: &'static str) -> Result<(), TrainError>
where
    L: Objective<Out, T, E>,
    S: 'static,
    T: Target,
    E: Element,
{
    if data.is_empty() {
        return Err(TrainError::Empty { set });
    }
    for (input, column) in data.columns().0.iter().enumerate() {
        if let Some((sample, element, found)) = column.first_not_finite() {
            return Err(TrainError::Input { set, input, sample, element, found });
        }
    }
    loss.check_targets(data.targets().rows(0..data.len())).map_err(|source| TrainError::Loss { set, source })
}

/// Lets a dataset into a network's pass, and looks whether its targets have the sizes of the outputs.
pub(super) fn enter<L, N, T>(
    loss: &L,
    data: &DataOf<N, T>,
    pass: &mut Pass<N>,
    set: &'static str,
) -> Result<(), TrainError>
where
    N: Network,
    T: Target,
    L: Objective<N::Output, T, N::Element>,
{
    let (entries, inputs) = data.columns().entries();
    pass.enter(&entries[..inputs]).map_err(|source| TrainError::Shape { set, source })?;
    check_outputs(loss, data, pass, set)
}

/// Gives the pass the sizes of a batch of training: where padding is cut off behind the longest sample, each batch has its own.
pub(super) fn enter_batch<L, N, T>(loss: &L, batch: &DataOf<N, T>, pass: &mut Pass<N>) -> Result<(), TrainError>
where
    N: Network,
    T: Target,
    L: Objective<N::Output, T, N::Element>,
{
    let set = "training";
    let (entries, inputs) = batch.columns().entries();
    pass.take_sizes(&entries[..inputs]).map_err(|source| TrainError::Shape { set, source })?;
    // What belongs together as a whole may not do so once it is cut off: inputs with lengths, targets without.
    let padded = batch.columns().0.iter().any(|column| !column.lengths().is_empty());
    if padded { check_outputs(loss, batch, pass, set) } else { Ok(()) }
}

/// [`enter_batch`] for a batch that was changed, which may hold anything.
pub(super) fn enter_augmented<L, N, T>(loss: &L, batch: &DataOf<N, T>, pass: &mut Pass<N>) -> Result<(), TrainError>
where
    N: Network,
    T: Target,
    L: Objective<N::Output, T, N::Element>,
{
    let set = "augmented";
    if batch.is_empty() {
        return Err(TrainError::Empty { set });
    }
    enter(loss, batch, pass, set)?;
    loss.check_targets(batch.targets().rows(0..batch.len())).map_err(|source| TrainError::Loss { set, source })
}

/// Looks whether targets have the sizes and lengths of the outputs for inputs that have entered the pass.
fn check_outputs<L, N, T>(loss: &L, data: &DataOf<N, T>, pass: &Pass<N>, set: &'static str) -> Result<(), TrainError>
where
    N: Network,
    T: Target,
    L: Objective<N::Output, T, N::Element>,
{
    let mut outputs = 0..loss.weights().as_ref().len();
    let fit = |output| {
        let lengths = lengths_of::<N>(output, |input| lengths_at(data.columns(), input));
        check_fit(output, pass.output_width(output), lengths, data.targets())
    };
    outputs.try_for_each(fit).map_err(|source| TrainError::Loss { set, source })
}

fn lengths_at<E: Element>(columns: &Columns<E>, input: usize) -> &[usize] {
    columns.0.get(input).map_or(&[], |column| column.lengths())
}
