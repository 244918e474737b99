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
        for step in &program.steps {
            let is_read_later = step.is_kept(program.network) || step.part(program.network).is_some();
            let Some(read) = step.inputs.first().filter(|_| is_read_later) else { continue };
            if program.buffers[read.buffer].input.is_none() && !kept.contains(&read.buffer) {
                kept.push(read.buffer);
            }
        }
        kept.extend(program.memories().map(|(_, memory)| memory.start.buffer));
        kept.extend(program.memories().map(|(_, memory)| memory.end.buffer));
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
    // The last step that uses each buffer.
    let mut last = vec![None; program.buffers.len()];
    for (index, step) in program.steps.iter().enumerate() {
        step.buffers().for_each(|buffer| last[buffer] = Some(index));
    }
    let mut in_scratch = vec![false; program.buffers.len()];
    scratch.iter().for_each(|&buffer| in_scratch[buffer] = true);
    let (mut pool, mut slots) = (Pool::default(), vec![None; program.buffers.len()]);
    for (index, step) in program.steps.iter().enumerate() {
        let output = step.output.buffer;
        if in_scratch[output] && slots[output].is_none() {
            slots[output] = Some(pool.take(&program.buffers[output].width));
        }
        if let Some(room) = step.room() {
            let width = program.buffers[room].infer_width.as_ref().unwrap_or(&program.buffers[room].width);
            slots[room] = Some(pool.take(width));
        }
        let mut done: Vec<Buffer> = step.buffers().collect();
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
