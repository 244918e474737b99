//! What the networks of an invocation make of lengths, for those that they are parts of.

use std::collections::HashMap;

use syn::Path;

use super::Times;
use crate::{layers::time_axis, network::Network};

/// The networks of an invocation by name. One that is declared elsewhere is not among them.
#[derive(Debug, Default)]
pub(crate) struct Parts(HashMap<String, PartTimes>);

/// What a network with one input makes of the lengths of its sequences.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PartTimes {
    /// The axis of time of what it takes.
    pub(crate) inputs: usize,
    /// Whether what it gives is a sequence.
    pub(crate) is_sequence: bool,
    /// Whether that may have other lengths than what it takes.
    pub(crate) changes: bool,
    /// Whether branches in it may have different lengths where they meet.
    pub(crate) may_differ: bool,
}

impl Parts {
    /// Those of the networks of an invocation that have no fault.
    pub(crate) fn new<'a>(networks: impl Iterator<Item = &'a Network>) -> Self {
        let networks: HashMap<String, &Network> = networks.map(|network| (network.name.to_string(), network)).collect();
        let mut parts = Parts::default();
        for name in networks.keys() {
            parts.learn(name, &networks);
        }
        parts
    }

    /// What the part at that path makes of lengths; `None` where it is declared elsewhere.
    pub(crate) fn find(&self, path: &Path) -> Option<PartTimes> {
        self.0.get(&name(path)?).copied()
    }

    /// Looks at a network behind all that are parts of it. None is a part of itself.
    fn learn(&mut self, name: &str, networks: &HashMap<String, &Network>) {
        if self.0.contains_key(name) {
            return;
        }
        let Some(network) = networks.get(name) else { return };
        let stages = network.nodes.iter().flat_map(|node| &node.stages);
        let inside = stages.filter_map(|stage| self::name(&stage.layer.submodule()?.path));
        inside.for_each(|part| self.learn(&part, networks));
        let times = Times::new(network, self);
        let known = PartTimes {
            inputs: time_axis(&network.inputs[0].shape),
            is_sequence: times.outputs[0].is_some(),
            changes: times.changes(0),
            may_differ: times.may_differ(),
        };
        self.0.insert(name.to_owned(), known);
    }
}

/// The name of a network of the same invocation.
fn name(path: &Path) -> Option<String> {
    Some(path.segments.last().filter(|_| path.segments.len() == 1)?.ident.to_string())
}
