//! Names and their indices.

use std::{collections::HashMap, sync::Arc};

/// Names in the order in which they were first met, and the index of each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Names {
    names: Vec<Arc<str>>,
    indices: HashMap<Arc<str>, usize>,
}

impl Names {
    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }

    /// The index of a name, a new one where it was not met before.
    pub(crate) fn intern(&mut self, name: &str) -> usize {
        if let Some(index) = self.index(name) {
            return index;
        }
        let name: Arc<str> = name.into();
        self.names.push(name.clone());
        self.indices.insert(name, self.names.len() - 1);
        self.names.len() - 1
    }

    pub(crate) fn index(&self, name: &str) -> Option<usize> {
        self.indices.get(name).copied()
    }

    pub(crate) fn name(&self, index: usize) -> Option<&str> {
        self.names.get(index).map(|name| &**name)
    }

    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        self.names.iter().map(|name| &**name)
    }
}
