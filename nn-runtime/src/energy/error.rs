//! What can be wrong with what an energy-based model is given.

use crate::{
    ShapeError,
    samplers::SamplerError,
    shape::Dims,
    train::{GradientError, OptimizerError},
};

/// Data, options or parameters that an energy-based model cannot work with.
///
/// ```
/// use plumbline::{Batch, Const, energy::{EnergyError, Rbm}, layers::Init};
/// use rand::{SeedableRng, rngs::StdRng};
/// let rbm: Rbm<Const<2>, Const<3>> = Rbm::new(Init::Normal(0.1), &mut StdRng::seed_from_u64(1));
/// let data = Batch::from_vec(vec![0.0, 1.0, 1.0, 3.0])?;
/// let error = rbm.check(&data).unwrap_err();
/// assert_eq!(error.to_string(), "expected numbers from 0 to 1 for Bernoulli units, found 3 at element 1 of sample 1");
/// # Ok::<(), plumbline::ShapeError>(())
/// ```
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum EnergyError {
    /// A number that no unit of the model's kind can have.
    #[error("expected {expected}, found {found} at element {element} of sample {sample}")]
    Value {
        /// What the units take.
        expected: &'static str,
        /// The number found.
        found: f64,
        /// The index of the sample.
        sample: usize,
        /// The index of the element in the sample.
        element: usize,
    },
    /// No data.
    #[error("expected {what}, found no samples")]
    Empty {
        /// What the data are for.
        what: &'static str,
    },
    /// A mask of another size than a sample, or than all samples.
    #[error("expected a mask of {sample} truth values, or of {samples} for all samples, found {found}")]
    Mask {
        /// The numbers of a sample.
        sample: usize,
        /// The numbers of all samples.
        samples: usize,
        /// The truth values found.
        found: usize,
    },
    /// A number that cannot stand in a symmetric matrix of connections without a diagonal.
    #[error("expected {expected} at [{row}, {column}] of the connections, found {found}")]
    Connection {
        /// What can stand there.
        expected: &'static str,
        /// The number found.
        found: f64,
        /// Its row.
        row: usize,
        /// Its column.
        column: usize,
    },
    /// Connections so large that the net of a unit overflows.
    #[error("expected connections whose magnitudes have a finite sum at each unit, found {found} at unit {unit}")]
    Overflow {
        /// The index of the unit.
        unit: usize,
        /// The sum of the magnitudes of its connections and its threshold, in the numbers' type.
        found: f64,
    },
    /// Patterns that no connections can keep: the others never tell the state of one unit.
    #[error(
        "expected patterns in which each unit follows from the others, found that unit {unit} does not: two that differ in it alone, \
         or as many independent ones as units"
    )]
    Undetermined {
        /// The index of the unit.
        unit: usize,
    },
    /// An array of another shape than the parameter that it is for.
    #[error("expected `{name}` of shape `{}`, found `{}`", Dims(expected), Dims(found))]
    Array {
        /// The array.
        name: &'static str,
        /// The parameter's shape.
        expected: Vec<usize>,
        /// The array's.
        found: Vec<usize>,
    },
    /// An option that has no meaning.
    #[error("expected `{option}` to be {expected}, found {found}")]
    Option {
        /// The method that sets it.
        option: &'static str,
        /// What it may be.
        expected: &'static str,
        /// What it is.
        found: f64,
    },
    /// A gradient that is infinite or NaN, or a step that would make a parameter so. The model is as it was before that step.
    #[error(
        "expected finite gradients and parameters, found {found} in `{name}` in epoch {epoch}; a lower learning rate may help"
    )]
    Diverged {
        /// The parameter.
        name: String,
        /// The number found, or what the parameter would have become.
        found: f64,
        /// The epoch, from 1; that of steps without epochs is 1.
        epoch: usize,
    },
    /// There is no memory for an array.
    #[error("expected memory for `{name}` of shape `{shape:?}`, found too little")]
    Memory {
        /// The array.
        name: &'static str,
        /// Its shape.
        shape: Vec<usize>,
    },
    /// Data of another shape.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// Ratings of other items than a model's, on another number of levels, or by other users.
    #[error("expected ratings with {expected} {what}, found {found}")]
    Ratings {
        /// What is counted.
        what: &'static str,
        /// The model's number.
        expected: usize,
        /// The ratings'.
        found: usize,
    },
    /// A model that sees which items were rated where one that does not was meant, or the reverse.
    #[error("expected a model that {}, found one that {}", sees(*expected), sees(!*expected))]
    Conditional {
        /// Whether it should see them.
        expected: bool,
    },
    /// An item or level that a model does not have.
    #[error("expected {what} below {bound}, found {found}")]
    Index {
        /// What is meant.
        what: &'static str,
        /// The model's number of them.
        bound: usize,
        /// The index found.
        found: usize,
    },
    /// Items that are not in ascending order, each once.
    #[error("expected items in ascending order, each once, found {second} after {first}")]
    Order {
        /// An item.
        first: usize,
        /// The one behind it.
        second: usize,
    },
    /// Temperatures or states that a sampler cannot work with.
    #[error(transparent)]
    Sampler(#[from] SamplerError),
    /// An optimizer that was used for another model, or has options without a meaning.
    #[error(transparent)]
    Optimizer(#[from] OptimizerError),
}

/// What an optimizer's error is in an epoch, counted from 1.
pub(super) fn of_step(error: OptimizerError, epoch: usize) -> EnergyError {
    match error {
        OptimizerError::Gradient(GradientError::NotFinite { name, found, .. })
        | OptimizerError::Overflow { name, found, .. } => EnergyError::Diverged { name, found, epoch: epoch.max(1) },
        error => EnergyError::Optimizer(error),
    }
}

/// Asks that a temperature, or an inverse one, is finite and above 0.
pub(super) fn check_positive(option: &'static str, found: f64) -> Result<(), EnergyError> {
    if found > 0.0 && found.is_finite() {
        return Ok(());
    }
    Err(EnergyError::Option { option, expected: "finite and above 0", found })
}

/// Asks that a temperature and its inverse are finite and above 0 as numbers of a model's type.
pub(super) fn check_temperature<E: crate::Element>(found: f64) -> Result<(), EnergyError> {
    let fits = |x: f64| E::from_f64(x).is_finite() && E::from_f64(x) > E::zero();
    if fits(found) && fits(1.0 / found) {
        return Ok(());
    }
    let expected = match E::NAME {
        "f32" => "finite and above 0 in f32, and its inverse too",
        _ => "finite and above 0, and its inverse too",
    };
    Err(EnergyError::Option { option: "set_temperature", expected, found })
}

fn sees(conditional: bool) -> &'static str {
    if conditional { "sees which items were rated" } else { "does not see which items were rated" }
}
