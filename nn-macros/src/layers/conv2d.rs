//! `conv2d(c)`: `[k, h, w]` → `[c, h', w']`.

use super::{Init, Parameter, Window};
use crate::shape::{Dimension, Operation, Shape};

/// A convolution over two axes.
#[derive(Clone, Debug)]
pub(crate) struct Conv2d {
    /// Output channels.
    pub(crate) channels: Dimension,
    pub(crate) window: Window,
    /// Divides the input's channels and the output's.
    pub(crate) groups: Dimension,
    pub(crate) bias: bool,
    pub(crate) init: Init,
}

impl Conv2d {
    /// `weight [c, k/groups, kh, kw]` and `bias [c]`.
    pub(super) fn parameters(&self, takes: &Shape) -> Vec<Parameter> {
        let grouped = Operation::Quotient.of(&[takes[0].clone(), self.groups.clone()]);
        let [vertical, horizontal] = self.window.kernel.clone();
        let Some(grouped) = grouped else { return Vec::new() };
        let mut all =
            vec![Parameter { name: "weight", shape: vec![self.channels.clone(), grouped, vertical, horizontal] }];
        if self.bias {
            all.push(Parameter { name: "bias", shape: vec![self.channels.clone()] });
        }
        all
    }
}
