//! What comes in: labels, datasets, files and generated examples.

mod dataset;
mod labels;
mod target;

pub use dataset::{Dataset, DatasetError};
pub use labels::{LabelError, Labels, LabelsView};
pub use target::{AsTarget, Target};
