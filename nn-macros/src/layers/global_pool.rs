//! `global_max_pool` and `global_avg_pool`: `[c, l]` or `[c, h, w]` → `[c]`.

use super::pool::Pooling;
use super::window::spatial;
use super::{Layer, Lengths, Row, Rule};
use crate::context::{Scope, Site, Value};
use crate::shape::Shape;

/// Each channel as one number.
#[derive(Clone, Debug)]
pub(crate) struct GlobalPool {
    pub(crate) pooling: Pooling,
}

impl Rule for GlobalPool {
    const ROWS: &'static [Row] = &[
        Row {
            name: "global_max_pool",
            call: "global_max_pool",
            read: |_| Some(Layer::GlobalPool(Self { pooling: Pooling::Max })),
            ..Row::PLAIN
        },
        Row {
            name: "global_avg_pool",
            call: "global_avg_pool",
            read: |_| Some(Layer::GlobalPool(Self { pooling: Pooling::Avg })),
            ..Row::PLAIN
        },
    ];

    fn output(&self, site: &Site, inputs: &[Value], scope: &mut Scope) -> Option<Shape> {
        spatial(&[1, 2], site, &inputs[0], scope)?;
        Some(inputs[0].shape[..1].to_vec())
    }

    fn lengths(&self, axis: usize, _takes: &Shape, _gives: &Shape) -> Lengths {
        Lengths::by_channel(axis, |_| Lengths::Read)
    }
}
