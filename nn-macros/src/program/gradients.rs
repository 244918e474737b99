//! Where the gradient with respect to each value lives, as the backward pass goes through the instructions in reverse order.

use super::{Buffer, Instruction, Operation, Program, pool::Pool};
use crate::shape::Dimension;

/// Who needs the gradient with respect to a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Need {
    /// Only who asks for the gradients with respect to the inputs.
    Inputs,
    /// The parameters before it.
    Parameters,
}

/// The memory of a gradient.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Slot {
    /// Its own, which is kept for the whole batch.
    Kept(Buffer),
    /// A slot in a part's scratch.
    Shared(usize),
}

/// The gradients at a point of the backward pass.
#[derive(Debug)]
pub(crate) struct Gradients {
    needs: Vec<Need>,
    /// The buffers whose gradients are kept for the whole batch: the outputs, the inputs, what dense layers give.
    pub(crate) kept: Vec<Buffer>,
    /// The memory of those calculated so far.
    so_far: Vec<Option<Slot>>,
    pool: Pool,
}

impl Gradients {
    /// At the beginning of the backward pass, where there are those with respect to the outputs.
    pub(crate) fn new(program: &Program<'_>) -> Self {
        let inputs = (0..program.buffers.len()).filter(|&buffer| program.buffers[buffer].input.is_some());
        let mut kept: Vec<Buffer> = program.outputs.iter().copied().chain(inputs).collect();
        for instruction in program.instructions.iter().filter(|instruction| instruction.is_saved(program.network)) {
            if !kept.contains(&instruction.output.buffer) {
                kept.push(instruction.output.buffer);
            }
        }
        let mut so_far = vec![None; program.buffers.len()];
        program.outputs.iter().for_each(|&output| so_far[output] = Some(Slot::Kept(output)));
        Self { needs: needs(program), kept, so_far, pool: Pool::default() }
    }

    /// Who needs the gradient with respect to a buffer's value.
    pub(crate) fn need(&self, buffer: Buffer) -> Need {
        self.needs[buffer]
    }

    /// The memory of a gradient, where it has been calculated.
    pub(crate) fn of(&self, buffer: Buffer) -> Option<Slot> {
        self.so_far[buffer]
    }

    /// Where the next gradient with respect to a value of this width goes: its own memory the first time, and temporary memory later, from where it
    /// is added.
    pub(crate) fn target(&mut self, buffer: Buffer, width: &Dimension) -> (Slot, bool) {
        if self.so_far[buffer].is_some() {
            return (Slot::Shared(self.pool.take(width)), true);
        }
        let is_saved = self.kept.contains(&buffer);
        let slot = if is_saved { Slot::Kept(buffer) } else { Slot::Shared(self.pool.take(width)) };
        self.so_far[buffer] = Some(slot);
        (slot, false)
    }

    /// Gives the memory of another gradient to the first one with respect to a value; whether that could be.
    pub(crate) fn take_over(&mut self, buffer: Buffer, slot: Slot) -> bool {
        let first = self.so_far[buffer].is_none() && !self.kept.contains(&buffer);
        let takes = first && matches!(slot, Slot::Shared(_));
        if takes {
            self.so_far[buffer] = Some(slot);
        }
        takes
    }

    /// Notes that a gradient is read no more.
    pub(crate) fn release(&mut self, slot: Slot) {
        if let Slot::Shared(place) = slot {
            self.pool.give_back(place);
        }
    }

    /// The widths that each shared slot must have room for.
    pub(crate) fn into_widths(self) -> Vec<Vec<Dimension>> {
        self.pool.into_widths()
    }
}

/// For each buffer, who needs its gradient.
fn needs(program: &Program<'_>) -> Vec<Need> {
    let mut needs = vec![Need::Inputs; program.buffers.len()];
    for instruction in &program.instructions {
        let own = if has_parameters(instruction) { Need::Parameters } else { Need::Inputs };
        let before = instruction.inputs.iter().map(|value| needs[value.buffer]);
        let need = before.chain([own, needs[instruction.output.buffer]]).max();
        let end = instruction.states().map(|states| states.end.buffer);
        for output in [Some(instruction.output.buffer), end].into_iter().flatten() {
            needs[output] = need.unwrap_or(Need::Inputs);
        }
    }
    needs
}

fn has_parameters(instruction: &Instruction) -> bool {
    matches!(
        instruction.operation,
        Operation::Weights { .. } | Operation::Submodule { .. } | Operation::Recurrent { .. }
    )
}
