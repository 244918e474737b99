//! Where each buffer lives.

use super::{Buffer, Program, pool::Pool};
use crate::shape::Dimension;

/// Where the buffers of a program live.
#[derive(Debug)]
pub(crate) struct Homes {
    /// Those that are kept for the whole batch: the outputs first, then what dense layers and parts read, then the states of recurrent layers.
    pub(crate) kept: Vec<Buffer>,
    /// Those in a part's scratch in training, each with room of its own.
    pub(crate) scratch: Vec<Buffer>,
    /// The slots in inference of those in scratch, which share them.
    pub(crate) slots: Vec<Option<usize>>,
    /// The widths that each slot must have room for.
    pub(crate) widths: Vec<Vec<Dimension>>,
}

impl Homes {
    pub(crate) fn new(program: &Program<'_>) -> Self {
        let mut kept = program.outputs.clone();
        for instruction in &program.instructions {
            let is_read_later = instruction.is_saved(program.network) || instruction.part(program.network).is_some();
            let Some(read) = instruction.inputs.first().filter(|_| is_read_later) else { continue };
            if program.buffers[read.buffer].input.is_none() && !kept.contains(&read.buffer) {
                kept.push(read.buffer);
            }
        }
        kept.extend(program.recurrent_layers().map(|(_, states)| states.start.buffer));
        kept.extend(program.recurrent_layers().map(|(_, states)| states.end.buffer));
        let mut elsewhere = vec![false; program.buffers.len()];
        kept.iter().for_each(|&buffer| elsewhere[buffer] = true);
        let used = program.used();
        let lives_in_scratch =
            |buffer: &Buffer| program.buffers[*buffer].input.is_none() && !elsewhere[*buffer] && used[*buffer];
        let scratch: Vec<Buffer> = (0..program.buffers.len()).filter(lives_in_scratch).collect();
        let (slots, widths) = shared(program, &scratch);
        Homes { kept, scratch, slots, widths }
    }
}

/// The slots of inference: one is free again after the last reader of its buffer.
fn shared(program: &Program<'_>, scratch: &[Buffer]) -> (Vec<Option<usize>>, Vec<Vec<Dimension>>) {
    // The last instruction that uses each buffer.
    let mut last = vec![None; program.buffers.len()];
    for (index, instruction) in program.instructions.iter().enumerate() {
        instruction.buffers().for_each(|buffer| last[buffer] = Some(index));
    }
    let mut in_scratch = vec![false; program.buffers.len()];
    scratch.iter().for_each(|&buffer| in_scratch[buffer] = true);
    let (mut pool, mut slots) = (Pool::default(), vec![None; program.buffers.len()]);
    for (index, instruction) in program.instructions.iter().enumerate() {
        let output = instruction.output.buffer;
        if in_scratch[output] && slots[output].is_none() {
            slots[output] = Some(pool.take(&program.buffers[output].width));
        }
        if let Some(room) = instruction.workspace() {
            let width = program.buffers[room].infer_width.as_ref().unwrap_or(&program.buffers[room].width);
            slots[room] = Some(pool.take(width));
        }
        let mut done: Vec<Buffer> = instruction.buffers().collect();
        done.sort_unstable();
        done.dedup();
        for buffer in done {
            if let Some(slot) = slots[buffer].filter(|_| last[buffer] == Some(index)) {
                pool.give_back(slot);
            }
        }
    }
    (slots, pool.into_widths())
}
