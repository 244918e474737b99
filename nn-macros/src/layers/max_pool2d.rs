//! `max_pool2d(k)`: `[c, h, w]` → `[c, h', w']`.

use super::Window;

/// The largest element of each window; its dilation is 1.
#[derive(Clone, Debug)]
pub(crate) struct MaxPool2d {
    pub(crate) window: Window,
}
