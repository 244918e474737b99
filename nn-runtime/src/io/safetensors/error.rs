//! What can be wrong with a file of weights.

use std::{
    fmt, io,
    path::{Path, PathBuf},
};

use ::safetensors::SafeTensorError;

use crate::{io::Origin, shape::Dims};

/// Weights that cannot be saved or loaded.
///
/// ```
/// use plumbline::io::{WeightsError, WeightsFault};
/// let fault = WeightsFault::Io(std::io::ErrorKind::PermissionDenied.into());
/// let error = WeightsError { path: Some("net.safetensors".into()), fault };
/// assert_eq!(error.to_string(), "`net.safetensors`: cannot be read or written: permission denied");
/// ```
#[derive(Debug, thiserror::Error)]
#[error("{}{fault}", Origin(path.as_deref()))]
pub struct WeightsError {
    /// The file, where there is one.
    pub path: Option<PathBuf>,
    /// What is wrong with it.
    pub fault: WeightsFault,
}

impl WeightsError {
    pub(super) fn new(path: Option<&Path>, fault: WeightsFault) -> Self {
        WeightsError { path: path.map(Path::to_path_buf), fault }
    }
}

/// What is wrong with a file of weights.
#[derive(Debug, thiserror::Error)]
pub enum WeightsFault {
    /// The file cannot be read or written.
    #[error("cannot be read or written: {0}")]
    Io(io::Error),
    /// The bytes are no sound safetensors file.
    #[error("expected a safetensors file, found a damaged or another one: {0}")]
    Format(SafeTensorError),
    /// What the path leads to is no file to write to.
    #[error("expected a regular file to replace, or none, found {found}")]
    Kind {
        /// What is there.
        found: &'static str,
    },
    /// There is no memory for the numbers of the file.
    #[error("expected memory for {bytes} bytes of `{name}`, found too little")]
    Memory {
        /// The tensor's name.
        name: String,
        /// The bytes that its numbers take up in the network's type.
        bytes: usize,
    },
    /// Two tensors of the file that have one name once they are [renamed](super::Loading::rename).
    #[error("expected a name of its own for each tensor, found `{name}` for `{first}` and for `{second}`")]
    Renamed {
        /// The name of both.
        name: String,
        /// The name of one in the file.
        first: String,
        /// The name of the other.
        second: String,
    },
    /// The tensors are not those of the network.
    #[error("the tensors are not those of the network:{}{}", Lines(.0), Hint(.0))]
    Misfits(Vec<Misfit>),
}

/// A tensor of a file that is not as the network has it.
///
/// Names are those in the network. A name of the file that a [`Loading`](super::Loading) changes is there as it is changed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Misfit {
    /// The network has it, the file has not.
    #[error("missing: `{name}` of shape `{}`", Dims(expected))]
    Missing {
        /// Its name.
        name: String,
        /// Its shape in the network.
        expected: Vec<usize>,
    },
    /// The file has it, the network has not.
    #[error("superfluous: `{name}` of shape `{found:?}`")]
    Superfluous {
        /// Its name.
        name: String,
        /// Its shape in the file.
        found: Vec<usize>,
    },
    /// The shapes differ.
    #[error("misshapen: `{name}`, expected shape `{}`, found `{found:?}`", Dims(expected))]
    Shape {
        /// Its name.
        name: String,
        /// Its shape in the network.
        expected: Vec<usize>,
        /// Its shape in the file.
        found: Vec<usize>,
    },
    /// The file's numbers are not real numbers of 16, 32 or 64 bits.
    #[error("mistyped: `{name}`, expected F16, BF16, F32 or F64, found {found}")]
    Type {
        /// Its name.
        name: String,
        /// The format's name for its type.
        found: String,
    },
    /// The network's matrix is symmetric with zeros on its diagonal, the file's is not.
    #[error(
        "unsymmetric: `{name}`, expected a symmetric matrix with zeros on the diagonal, found another one at {place:?}"
    )]
    Form {
        /// Its name.
        name: String,
        /// The row and the column of the first number that is not as that.
        place: [usize; 2],
    },
    /// A number that is infinite or NaN, or that is so once it is converted to the network's type.
    #[error("{}: `{name}` at {place:?}, expected a finite {element}, found {found:e}", if found.is_finite() { "out of range" } else { "not finite" })]
    Value {
        /// Its name.
        name: String,
        /// The indices of the first such number.
        place: Vec<usize>,
        /// The network's type, `"f32"` or `"f64"`.
        element: &'static str,
        /// The number in the file.
        found: f64,
    },
}

/// A line for each.
pub(super) struct Lines<'a>(pub(super) &'a [Misfit]);

impl fmt::Display for Lines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|misfit| write!(f, "\n  {misfit}"))
    }
}

/// The prefix that all missing names have in the file, where there is one: the commonest reason for a file of which nothing fits.
struct Hint<'a>(&'a [Misfit]);

impl Hint<'_> {
    fn prefix(&self) -> Option<&str> {
        let missing = self.0.iter().filter_map(|misfit| match misfit {
            Misfit::Missing { name, .. } => Some(name.as_str()),
            _ => None,
        });
        let first = missing.clone().next()?;
        let mut found = self.0.iter().filter_map(|misfit| match misfit {
            Misfit::Superfluous { name, .. } => name.strip_suffix(first).filter(|prefix| prefix.ends_with('.')),
            _ => None,
        });
        let has = |wanted: &str| {
            self.0.iter().any(|misfit| matches!(misfit, Misfit::Superfluous { name, .. } if name == wanted))
        };
        found.find(|prefix| missing.clone().all(|name| has(&format!("{prefix}{name}"))))
    }
}

impl fmt::Display for Hint<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.prefix() {
            Some(prefix) => write!(
                f,
                "\n  help: the file has these names behind `{prefix}`, which `Loading::new().prefix(\"{prefix}\")` takes off"
            ),
            None => Ok(()),
        }
    }
}
