//! `avg_pool2d(k)`: `[c, h, w]` → `[c, h', w']`.

use super::Window;

/// The mean of each window, padding counted as zeros; its dilation is 1.
#[derive(Clone, Debug)]
pub(crate) struct AvgPool2d {
    pub(crate) window: Window,
}
