//! What a person looks at: the [`Summary`] of a network, a [`Picture`] of an image, a [`Plot`] of points in the plane.

mod picture;
mod plot;
mod summary;

pub use picture::Picture;
pub use plot::Plot;
pub use summary::Summary;
