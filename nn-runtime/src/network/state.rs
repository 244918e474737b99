//! What layers with memory carry from one batch to the next.

use std::fmt;

use ndarray::ArrayView2;

use crate::{Element, Network, network::layout::Layout};

/// The state of each layer with memory of a network `N`, for a number of samples: what [`Network::forward_from`] goes on from and leaves behind. It
/// is made by [`Network::state`], held by the caller, and can be cloned to come back to it.
///
/// A sample that begins afresh has the state 0, or the one that `state = name` says.
pub struct State<N: Network> {
    samples: usize,
    layers: Vec<Carried<N::Element>>,
}

/// The state of one layer, a row a sample.
#[derive(Clone)]
struct Carried<E> {
    name: String,
    numbers: Vec<E>,
    /// The numbers of a row that are the state itself.
    own: usize,
    /// The numbers of a row.
    width: usize,
}

impl<N: Network> State<N> {
    pub(super) fn new(samples: usize) -> Self {
        let layout = Layout::new(&N::PLAN, 0);
        let layers = layout.memories.iter().map(|memory| {
            let [width, own] = [memory.start, memory.end].map(|index| layout.kept[index].width);
            let numbers = vec![N::Element::from_f64(0.0); samples * width];
            Carried { name: memory.name.clone(), numbers, own, width }
        });
        State { samples, layers: layers.collect() }
    }

    /// The number of samples.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// The names of the layers with memory, those in parts of the network with the part's name in front: `encoder.memory`.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.layers.iter().map(|layer| &*layer.name)
    }

    /// The state of a layer, a row a sample: h of each of its layers in order, then, for `lstm`, c of each. `None` where no layer with memory has
    /// this name.
    pub fn get(&self, name: &str) -> Option<ArrayView2<'_, N::Element>> {
        let layer = self.layers.iter().find(|layer| layer.name == name)?;
        let rows = ArrayView2::from_shape((self.samples, layer.width), &layer.numbers).expect("a state fills its rows");
        Some(rows.slice_move(ndarray::s![.., ..layer.own]))
    }

    /// Lets every sample begin afresh.
    pub fn reset(&mut self) {
        self.layers.iter_mut().for_each(|layer| layer.numbers.fill(N::Element::from_f64(0.0)));
    }

    /// Lets one sample begin afresh: a stream that ended makes room for another. Nothing happens where there is no such sample.
    pub fn reset_sample(&mut self, index: usize) {
        for layer in &mut self.layers {
            let row = layer.numbers.chunks_exact_mut(layer.width.max(1)).nth(index);
            row.into_iter().for_each(|row| row.fill(N::Element::from_f64(0.0)));
        }
    }

    pub(super) fn layers(&self) -> impl Iterator<Item = &[N::Element]> {
        self.layers.iter().map(|layer| &*layer.numbers)
    }

    pub(super) fn layers_mut(&mut self) -> impl Iterator<Item = &mut [N::Element]> {
        self.layers.iter_mut().map(|layer| &mut *layer.numbers)
    }
}

// Derived, these would ask the same of `N`.
impl<N: Network> Clone for State<N> {
    fn clone(&self) -> Self {
        State { samples: self.samples, layers: self.layers.clone() }
    }
}

impl<N: Network> fmt::Debug for State<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut state = f.debug_struct("State");
        state.field("samples", &self.samples);
        for name in self.names() {
            state.field(name, &self.get(name));
        }
        state.finish()
    }
}
