//! The states of layers with memory, before and after a pass.

use crate::{
    Element, Network, ShapeError,
    network::{Pass, PassError, Remembered, State as States},
};

use super::State;

/// What a layer with memory kept of a batch.
pub(crate) struct Traced<'a, E> {
    pub(crate) numbers: &'a [E],
    /// The numbers of a sample.
    pub(crate) width: usize,
    pub(crate) samples: usize,
    /// The samples of each part but the last.
    pub(crate) part: usize,
}

impl<N: Network> Pass<N> {
    /// Lets the next forward pass go on from `state`.
    ///
    /// # Errors
    ///
    /// [`ShapeError::Samples`] where `state` is of another number of samples.
    #[doc(hidden)]
    pub fn go_on_from(&mut self, state: &States<N>, samples: usize) -> Result<(), ShapeError> {
        const {
            assert!(!N::PLAN.bidirectional, "a bidirectional layer reads its sequences to their ends: no state goes on")
        };
        if state.samples() != samples {
            return Err(ShapeError::Samples { expected: samples, found: state.samples() });
        }
        for (memory, numbers) in self.layout.memories.iter().zip(state.layers()) {
            let start = &mut self.kept[memory.start];
            start.grow(numbers.len());
            start[..numbers.len()].copy_from_slice(numbers);
        }
        self.carried = true;
        Ok(())
    }

    /// The states after the last forward pass, written over `state`, which is of as many samples as that pass.
    #[doc(hidden)]
    pub fn end_in(&self, state: &mut States<N>) {
        for (memory, layer) in self.layout.memories.iter().zip(state.layers_mut()) {
            let [width, end] = [memory.start, memory.end].map(|index| self.layout.kept[index].width);
            let ends = &self.kept[memory.end][..self.samples() * end];
            for (state, end) in layer.chunks_exact_mut(width.max(1)).zip(ends.chunks_exact(end.max(1))) {
                let (own, going_on) = state.split_at_mut(end.len());
                own.copy_from_slice(end);
                going_on.fill(N::Element::from_f64(1.0));
            }
        }
    }

    /// What a layer with memory kept of the last passes, forward and backward, over how many samples in parts of how many.
    ///
    /// # Errors
    ///
    /// [`PassError::NoBackward`] where none came after the last forward pass.
    pub(crate) fn trace(&self, memory: &Remembered<'_, N::Element>) -> Result<Traced<'_, N::Element>, PassError> {
        if !self.returned {
            return Err(PassError::NoBackward);
        }
        let (samples, width) = (self.samples(), self.layout.kept[memory.trace].width);
        let numbers = &self.kept[memory.trace][..samples * width];
        Ok(Traced { numbers, width, samples, part: self.cut(samples).size })
    }

    /// Whether the sequences of an input of the last forward pass had different lengths.
    pub(crate) fn is_ragged(&self) -> bool {
        self.lengths.iter().any(|lengths| lengths.iter().any(|length| *length != lengths[0]))
    }

    /// Begins a forward pass. There is none until the last of its parts is done, should one panic. Lets the layers with memory begin afresh,
    /// unless they have been given a state to go on from.
    pub(super) fn start(&mut self, samples: usize) {
        (self.state, self.returned) = (State::Empty, false);
        self.prepare_captures(samples);
        if std::mem::take(&mut self.carried) {
            return;
        }
        for memory in &self.layout.memories {
            let length = samples * self.layout.kept[memory.start].width;
            self.kept[memory.start][..length].fill(N::Element::from_f64(0.0));
        }
    }
}
