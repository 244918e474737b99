//! The named nodes: where in the instructions their values are there, and whether a network can start from them.

use proc_macro2::Ident;

use super::lower::{Buffer, Instruction, Program};

/// A place in the instructions where the value of a named node is there.
pub(crate) struct Tap<'a> {
    pub(crate) name: &'a Ident,
    /// An index into the network's nodes.
    pub(crate) node: usize,
    pub(crate) buffer: Buffer,
    /// The instruction that writes the buffer last; `None` for an input's.
    pub(crate) after: Option<usize>,
    /// Who gives another value that is needed behind the place. Where there is none the network can start from here.
    pub(crate) beside: Option<Ident>,
    /// The buffer with the same numbers in the other order, where it is written by then and read later.
    pub(crate) copy: Option<Buffer>,
}

/// The named nodes in the order in which their values are there, which numbers them.
pub(crate) fn taps<'a>(program: &Program<'a>) -> Vec<Tap<'a>> {
    let mut written = vec![None; program.buffers.len()];
    for (index, instruction) in program.instructions.iter().enumerate() {
        written[instruction.output.buffer] = Some(index);
        instruction.states().into_iter().for_each(|states| written[states.end.buffer] = Some(index));
    }
    let is_there = |&buffer: &Buffer| written[buffer].is_some() || program.buffers[buffer].input.is_some();
    let named = program.network.nodes.iter().enumerate();
    let mut taps: Vec<Tap<'a>> = named
        .filter_map(|(node, info)| {
            let own = program.values[node].buffer;
            // Where layers read the numbers in the other order alone, the node's own order is not written.
            let buffer = [Some(own), program.buffers[own].other_layout].into_iter().flatten().find(is_there)?;
            let (after, beside, copy) = (written[buffer], None, None);
            Some(Tap { name: info.name.as_ref()?, node, buffer, after, beside, copy })
        })
        .collect();
    taps.sort_by_key(|tap| (tap.after, tap.node));
    taps.iter_mut().for_each(|tap| tap.look_behind(program, &written));
    taps
}

impl Tap<'_> {
    /// Finds what is needed behind the place of what is there by then.
    fn look_behind(&mut self, program: &Program<'_>, written: &[Option<usize>]) {
        // An input's buffer is not to be written.
        let is_input = program.buffers[self.buffer].input.is_some();
        let own = [Some(self.buffer), program.buffers[self.buffer].other_layout].map(|own| own.filter(|_| !is_input));
        let behind = program.instructions.iter().skip(self.after.map_or(0, |after| after + 1));
        let read = behind.flat_map(|instruction| &instruction.inputs).map(|value| value.buffer);
        let mut needed = read.chain(program.outputs.iter().copied()).filter(|&buffer| {
            let input = program.buffers[buffer].input.is_some();
            input || written[buffer].is_some_and(|place| Some(place) <= self.after)
        });
        self.copy = needed.clone().find(|&buffer| Some(buffer) == own[1]);
        self.beside = needed.find(|&buffer| !own.contains(&Some(buffer))).map(|buffer| owner(program, buffer));
    }
}

/// The node or the input that a buffer's value is of.
fn owner(program: &Program<'_>, buffer: Buffer) -> Ident {
    let mut buffer = buffer;
    loop {
        if let Some(input) = program.buffers[buffer].input {
            let name = program.network.inputs[input].name.clone();
            return name.unwrap_or_else(|| Ident::new("input", program.network.name.span()));
        }
        let writes = |instruction: &&Instruction| {
            instruction.output.buffer == buffer
                || instruction.states().is_some_and(|states| states.end.buffer == buffer)
        };
        let writer = program.instructions.iter().find(writes);
        match writer.map(|writer| (writer.node, writer.inputs.first())) {
            Some((None, Some(value))) => buffer = value.buffer,
            Some((Some(node), _)) => {
                let node = &program.network.nodes[node];
                let kind = || node.stages[0].kind.clone();
                return node.name.clone().unwrap_or_else(kind);
            }
            // Every buffer that is read is an input or written by an instruction.
            _ => return Ident::new("input", program.network.name.span()),
        }
    }
}
