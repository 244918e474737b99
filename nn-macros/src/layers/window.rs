//! The window that convolution and pooling move over an image.

use crate::shape::Dimension;

/// A window of two axes, vertical first.
#[derive(Clone, Debug)]
pub(crate) struct Window {
    pub(crate) kernel: [Dimension; 2],
    pub(crate) stride: [Dimension; 2],
    /// Elements added before each axis; `same` is resolved: the smaller half.
    pub(crate) before: [Dimension; 2],
    /// Elements added after each axis; `same` is resolved: the larger half.
    pub(crate) after: [Dimension; 2],
    pub(crate) dilation: [Dimension; 2],
}
