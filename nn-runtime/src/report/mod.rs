//! What a person looks at: the [`Summary`] of a network, a [`Picture`] of an image, a [`Plot`] or [`Scatter`] of points in the plane, the [`GradientFlow`] of a
//! network with memory.

mod chart;
mod gradient_flow;
mod picture;
mod plot;
mod scatter;
mod summary;

pub use gradient_flow::{GradientFlow, LayerFlow};
pub use picture::Picture;
pub use plot::Plot;
pub use scatter::Scatter;
pub use summary::Summary;
