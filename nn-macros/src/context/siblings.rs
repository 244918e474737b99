//! What is known of the networks of one invocation when one of them is a part of another.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use syn::{Ident, Path};

use super::part::arguments;
use crate::report::Reported;
use crate::syntax::{self, Size, Stage};

/// The networks of an invocation by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Siblings(Rc<HashMap<String, Sibling>>);

/// A network as its neighbours see it.
#[derive(Debug)]
pub(super) struct Sibling {
    pub(super) parameters: Vec<Ident>,
    /// The shapes of its ports, as far as they can be read.
    pub(super) inputs: Vec<Result<syntax::Shape, Reported>>,
    pub(super) outputs: Vec<Result<syntax::Shape, Reported>>,
    /// The names of the siblings inside it.
    parts: Vec<String>,
    /// Whether a layer of its own has no gradient.
    steps: bool,
    /// Whether a layer of its own takes indices.
    indices: bool,
    /// Whether a size of its inputs is free.
    free: bool,
}

impl Siblings {
    /// The networks, whose layers are without a gradient, or take indices, where their names say so.
    pub(crate) fn new(
        networks: &[syntax::Network],
        is_step: fn(&str) -> bool,
        takes_indices: fn(&str) -> bool,
    ) -> Self {
        let mut all = HashMap::new();
        for network in networks {
            let shapes = |ports: &[syntax::Port]| ports.iter().map(|port| port.shape.clone()).collect();
            let stages = network.nodes.iter().flat_map(|node| &node.stages);
            let holds = |is: fn(&str) -> bool| {
                stages.clone().any(|stage| match stage {
                    Stage::Layer(call) => is(&call.kind.to_string()),
                    Stage::Path(_) => false,
                })
            };
            let (steps, indices) = (holds(is_step), holds(takes_indices));
            let parts = stages.filter_map(|stage| match stage {
                Stage::Path(path) => path.segments.last().filter(|_| path.segments.len() == 1),
                Stage::Layer(_) => None,
            });
            let sibling = Sibling {
                parameters: network.parameters.clone(),
                inputs: shapes(&network.inputs),
                outputs: shapes(&network.outputs),
                parts: parts.map(|segment| segment.ident.to_string()).collect(),
                steps,
                indices,
                free: network.inputs.iter().filter_map(|port| port.shape.as_ref().ok()).any(is_free),
            };
            all.entry(network.name.to_string()).or_insert(sibling);
        }
        Self(Rc::new(all))
    }

    /// The network that the path names.
    pub(super) fn find(&self, path: &Path) -> Option<&Sibling> {
        self.0.get(&path.segments.last().filter(|_| path.segments.len() == 1)?.ident.to_string())
    }

    /// The dimension parameters of the network of that name.
    pub(crate) fn parameters(&self, name: &str) -> Option<Vec<String>> {
        self.0.get(name).map(|sibling| sibling.parameters.iter().map(Ident::to_string).collect())
    }

    /// Whether the part is a network of the invocation.
    pub(crate) fn is_known(&self, path: &Path) -> bool {
        self.find(path).is_some()
    }

    /// Whether the part holds the network, itself or through others.
    pub(crate) fn holds(&self, path: &Path, network: &Ident) -> bool {
        self.within(path).iter().any(|name| *network == name)
    }

    /// Whether the path gives as many dimensions as the network has parameters, as far as the macro knows.
    pub(crate) fn fits(&self, path: &Path) -> bool {
        self.find(path).is_none_or(|sibling| sibling.parameters.len() == arguments(path).len())
    }

    /// Whether neither the part nor one inside it is known to have a layer without a gradient.
    pub(crate) fn has_gradient(&self, path: &Path) -> bool {
        !self.within(path).iter().any(|name| self.0.get(name).is_some_and(|sibling| sibling.steps))
    }

    /// Whether the part, or one inside it, is known to take indices.
    pub(crate) fn takes_indices(&self, path: &Path) -> bool {
        self.within(path).iter().any(|name| self.0.get(name).is_some_and(|sibling| sibling.indices))
    }

    /// Whether the part, or one inside it, is known to have free dimensions.
    pub(crate) fn is_free(&self, path: &Path) -> bool {
        self.within(path).iter().any(|name| self.0.get(name).is_some_and(|sibling| sibling.free))
    }

    /// The names of the part and of all parts inside it.
    fn within(&self, path: &Path) -> HashSet<String> {
        let first = path.segments.last().filter(|_| path.segments.len() == 1);
        let mut open: Vec<String> = first.map(|segment| segment.ident.to_string()).into_iter().collect();
        let mut seen = HashSet::new();
        while let Some(next) = open.pop() {
            if seen.insert(next.clone()) {
                open.extend(self.0.get(&next).into_iter().flat_map(|sibling| sibling.parts.iter().cloned()));
            }
        }
        seen
    }
}

fn is_free(shape: &syntax::Shape) -> bool {
    shape.dimensions.iter().any(|size| matches!(size, Size::Free))
}
