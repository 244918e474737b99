//! The lengths of sequences in a pass, and inputs whose padding is cleared.

use super::{Copies, Pass};
use crate::{
    Network,
    network::{
        layout::Layout,
        memory::{InputArray, RowsRef},
        time::OutputLengths,
    },
};

impl<N: Network> Pass<N> {
    /// The lengths of the samples of an input of the last forward pass; empty where all were full, and where there is no such input.
    pub fn lengths(&self, input: usize) -> &[usize] {
        self.lengths.get(input).map_or(&[], |lengths| lengths)
    }

    /// The lengths of the sequences of an output after a forward pass; empty where all are full, or the output is no sequence.
    pub fn output_lengths(&self, index: usize) -> &[usize] {
        self.output_lengths.get(index).map_or(&[], Vec::as_slice)
    }

    pub(super) fn remember_lengths(&mut self, inputs: &[RowsRef<'_, N::Element>]) {
        // A pass that panicked has lost them.
        self.lengths.resize_with(self.layout.inputs.len(), Vec::new);
        for (lengths, rows) in self.lengths.iter_mut().zip(inputs) {
            lengths.clear();
            lengths.extend_from_slice(rows.lengths());
        }
        for (output, lengths) in self.output_lengths.iter_mut().enumerate() {
            lengths.clear();
            lengths.extend(OutputLengths::new::<N>(output, |input| inputs[input].lengths()).iter());
        }
    }

    /// Copies inputs with padding, zeros in its place; whether there are such inputs. What lies in the padding then reaches nothing, not even
    /// as 0 times what is no number.
    pub(super) fn copy_padded(&mut self, inputs: &[RowsRef<'_, N::Element>]) -> bool {
        let padded = inputs.iter().any(|rows| !rows.lengths().is_empty());
        if padded {
            self.copy(inputs);
        }
        padded
    }

    /// Copies the inputs.
    pub(super) fn copy(&mut self, inputs: &[RowsRef<'_, N::Element>]) {
        // A pass that panicked has lost them.
        self.inputs.resize_with(self.layout.inputs.len(), Vec::new);
        self.inputs.iter_mut().zip(inputs).for_each(|(copy, rows)| rows.copy_into(copy));
    }

    pub(super) fn take_copies(&mut self) -> Copies<N::Element> {
        (std::mem::take(&mut self.inputs), std::mem::take(&mut self.lengths))
    }

    /// What the last forward pass went over, so that the rest of the memory can be lent at the same time.
    /// The inputs themselves, or their copies where they are padded.
    pub(super) fn direct_rows<'a>(
        copies: &'a Copies<N::Element>,
        inputs: &[RowsRef<'a, N::Element>],
        padded: bool,
        layout: &Layout,
    ) -> N::Inputs<'a> {
        if padded { Self::rows_of(copies, layout) } else { InputArray::new(inputs.iter().copied()) }
    }
}
