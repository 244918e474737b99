//! The layers with memory of a network, for who asks what happened in them.

use std::fmt;

use crate::{layers::Memory, network::Plan};

/// A layer with memory of a network, and where its passes keep what happened in it.
pub struct Remembered<'a, E> {
    /// The layer's name; of one inside a part of the network, with the part's name in front: `encoder.memory`.
    pub name: String,
    /// The layer.
    pub layer: &'a dyn Memory<E>,
    /// The index of its trace among the kept values.
    pub(crate) trace: usize,
}

impl<'a, E> Remembered<'a, E> {
    /// The layer `name`, whose trace is the kept value `trace`.
    pub fn new(name: &str, layer: &'a dyn Memory<E>, trace: usize) -> Self {
        Remembered { name: name.to_owned(), layer, trace }
    }
}

impl<E> fmt::Debug for Remembered<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remembered").field("name", &self.name).field("trace", &self.trace).finish_non_exhaustive()
    }
}

/// The layers with memory of a part `name`, whose kept values begin at `first` among those of the network around it.
pub fn remembered_within<'a, E>(
    name: &str,
    inside: Vec<Remembered<'a, E>>,
    first: usize,
) -> impl Iterator<Item = Remembered<'a, E>> {
    inside.into_iter().map(move |layer| Remembered {
        name: format!("{name}.{}", layer.name),
        trace: first + layer.trace,
        ..layer
    })
}

/// The number of kept values of a network and of those inside of it.
pub const fn kept_count(plan: &Plan<'_>) -> usize {
    let (mut count, mut i) = (plan.kept.len(), 0);
    while i < plan.parts.len() {
        count += kept_count(&plan.parts[i]);
        i += 1;
    }
    count
}
