//! What comes in: labels, datasets, files and generated examples.

mod answers;
mod bars_and_stripes;
mod batches;
mod dataset;
mod digits;
mod inputs;
mod inputs_of;
mod labels;
mod mnist;
mod pixel_labels;
mod plane;
mod ratings;
mod ring;
mod step_labels;
mod target;
mod targets;

pub use bars_and_stripes::bars_and_stripes;
pub use batches::Batches;
pub use dataset::{DataOf, Dataset, DatasetError};
pub use digits::{Digits, Image, digits};
pub(crate) use inputs::Column;
pub use inputs::{Columns, Inputs};
pub use inputs_of::InputsOf;
pub use labels::{LabelError, Labels, LabelsView};
pub use mnist::{MnistError, mnist};
pub use pixel_labels::{PixelLabelError, PixelLabels, PixelLabelsView};
pub use plane::{Plane, moons, spirals, xor};
pub(crate) use ratings::{Entry, Names, assemble};
pub use ratings::{Rating, RatingBaseline, RatingError, RatingScale, RatingScore, Ratings, RatingsBuilder, ratings};
pub use ring::{Coverage, Ring};
pub use step_labels::{StepLabelError, StepLabels, StepLabelsView};
pub use target::{AsTarget, Steps, Target};
pub use targets::TargetAt;
pub(crate) use targets::each_place;
