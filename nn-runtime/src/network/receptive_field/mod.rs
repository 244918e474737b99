//! The receptive field of a layer: which part of the network's input its value depends on.
//!
//! A window of k elements, stride s, padding p and dilation d, over values whose field has size r, stride j
//! and offset o, gives
//!
//! r ← r + (k − 1)·d·j, o ← o − p·j, j ← j·s
//!
//! (A. Araujo, W. Norris and J. Sim, "Computing receptive fields of convolutional neural networks", Distill,
//! 2019). Transposed convolutions and uneven bins do not move by the same step everywhere: `table`
//! calculates with what repeats itself.

mod sight;
mod table;
#[cfg(test)]
mod tests;

use std::fmt;

pub use sight::{Along, Reach, Sight, inside, receptive_field, sights};

/// What one element of a layer's value depends on, out of one input of the network: a range along each
/// spatial axis of that input. An axis is spatial where a convolution or a pool of the network moves along
/// it.
///
/// ```
/// use plumbline::{network::AxisField, prelude::*};
///
/// network! {
///     Stem: [3, 32, 32] -> [8, 8, 8] {
///         conv: conv2d(8, kernel = 3, stride = 2, padding = 1), relu;
///         pool: avg_pool2d(2);
///     }
/// }
///
/// let field = Stem::LAYERS[1].receptive_fields[0];
/// assert_eq!(field.axes(), [AxisField::Window { size: 5, stride: Some(4), offset: -1 }; 2]);
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ReceptiveField {
    input: &'static str,
    axes: [AxisField; 3],
    count: usize,
}

impl ReceptiveField {
    /// The input's name; empty where the network has one input without a name.
    pub const fn input(&self) -> &'static str {
        self.input
    }

    /// One range for each spatial axis of the input, in their order; none where the input has no spatial
    /// axis.
    pub const fn axes(&self) -> &[AxisField] {
        self.axes.split_at(self.count).0
    }
}

impl fmt::Debug for ReceptiveField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReceptiveField").field("input", &self.input).field("axes", &self.axes()).finish()
    }
}

/// The receptive field of a layer along one axis of an input.
///
/// ```
/// use plumbline::{network::AxisField, prelude::*};
///
/// network! {
///     Spread: [1, 16] -> [1] {
///         up: conv_transpose1d(1, kernel = 4, stride = 2);
///         flatten;
///         out: dense(1);
///     }
/// }
///
/// let field = |layer: usize| Spread::LAYERS[layer].receptive_fields[0].axes()[0];
/// assert_eq!(field(0), AxisField::Window { size: 2, stride: None, offset: -1 });
/// assert_eq!(field(Spread::LAYERS.len() - 1), AxisField::All);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AxisField {
    /// A window that moves over the input. It may reach into the padding.
    Window {
        /// How many elements lie between the ends of the window, the gaps of a dilation among them: the most
        /// of any output.
        size: usize,
        /// How far the window moves from one output to the next; `None` where that is not the same for all
        /// outputs, as behind a transposed convolution with a stride.
        stride: Option<usize>,
        /// The place in the input where the window of the first output begins; negative in the padding before
        /// the input.
        offset: isize,
    },
    /// No window: the whole axis, as far as the layers before look at it. So it is behind dense layers,
    /// global pools, `flatten`, along the time of a recurrent layer, and where branches of different strides
    /// come together.
    All,
    /// Nothing: the layer does not depend on the input.
    Nothing,
    /// A window that depends on sizes which only the running program knows, as that of an adaptive pool; or
    /// one that repeats itself only after more than 32 outputs.
    Unknown,
}
