//! A network as instructions over buffers.
//!
//! A buffer holds the values of a node, or of a stage inside its chain where a backward pass needs what the next stage would
//! overwrite. An instruction reads buffers and writes one. Reshaping is no instruction where the numbers stay where they are.
//!
//! A signal `[c, l]` lies in rows; a layer over images takes it as an image `[c, 1, l]`. Buffers that hold the same numbers in both
//! orders know of each other, so that a chain of such layers goes from image to image.

use std::collections::{HashMap, HashSet};

use proc_macro2::Ident;

use crate::{
    layers::{Part, WeightGradient, Work},
    network::{Network, Source, Stage},
    program::{chain::Chain, lengths::Times},
    shape::{
        Dimension, Shape,
        types::{self, length},
    },
};

/// An index into [`Program::buffers`].
pub(crate) type Buffer = usize;

/// Memory for some value of every sample.
#[derive(Debug)]
pub(crate) struct BufferInfo {
    /// What it is called, unlike any other: by it generated code has its names.
    pub(crate) name: String,
    /// Numbers a sample.
    pub(crate) width: Dimension,
    /// Whether the samples are innermost.
    pub(crate) innermost: bool,
    /// The input whose rows it is.
    pub(crate) input: Option<usize>,
    /// The buffer that holds the same numbers in the other order.
    pub(super) other_layout: Option<Buffer>,
    /// Numbers a sample in inference, where that is another number.
    pub(crate) infer_width: Option<Dimension>,
}

/// A value: a buffer read as a shape.
#[derive(Clone, Debug)]
pub(crate) struct Value {
    pub(crate) buffer: Buffer,
    pub(crate) shape: Shape,
}

/// What an instruction does.
#[derive(Debug)]
pub(crate) enum Operation {
    /// Rows → samples innermost.
    ToInnermost,
    /// Samples innermost → rows.
    ToRows,
    Copy,
    /// A layer with parameters, and the activation fused with it: indices of the stages. Where the activation's derivative needs what it takes, training
    /// keeps that in a buffer; inference has no such buffer.
    Weights {
        stage: usize,
        activation: Option<usize>,
        before: Option<Buffer>,
    },
    /// A layer without parameters, or an activation that writes another buffer than it reads.
    Plain {
        stage: usize,
    },
    /// An activation over the numbers that are there.
    InPlace {
        stage: usize,
    },
    /// A network inside the network, and the buffer that is its scratch.
    Submodule {
        stage: usize,
        scratch: Buffer,
    },
    /// A fixed-point iteration, and its workspace.
    FixedPoint {
        stage: usize,
        other: Buffer,
    },
    /// A recurrent layer. Behind its source it takes the state that it starts from, where that is another layer's.
    Recurrent {
        stage: usize,
        states: StateBuffers,
    },
}

/// The buffers that a recurrent layer has beside its input and its output.
#[derive(Clone, Debug)]
pub(crate) struct StateBuffers {
    /// The state before the first step.
    pub(crate) start: Value,
    /// The state after the last step.
    pub(crate) end: Value,
    /// What it keeps of its steps: in training for the way back, in inference until it is through.
    pub(crate) saved: Buffer,
}

/// One call into the runtime, forward, and one or two backward.
#[derive(Debug)]
pub(crate) struct Instruction {
    pub(crate) operation: Operation,
    /// The node that it belongs to, if any.
    pub(crate) node: Option<usize>,
    /// What it reads; empty where it works in place.
    pub(crate) inputs: Vec<Value>,
    pub(crate) output: Value,
}

/// A network as instructions.
#[derive(Debug)]
pub(crate) struct Program<'a> {
    pub(crate) network: &'a Network,
    pub(crate) buffers: Vec<BufferInfo>,
    pub(crate) instructions: Vec<Instruction>,
    /// The value of each node.
    pub(super) values: Vec<Value>,
    /// The buffer of each output, a row a sample; each of its own.
    pub(crate) outputs: Vec<Buffer>,
    /// The shapes that the instructions read and write, once each.
    pub(crate) shapes: Vec<Shape>,
    /// Whose lengths the sequences have.
    pub(crate) times: Times,
    /// The buffers' names.
    taken: HashSet<String>,
    /// How many buffers were to have the same name.
    alike: HashMap<String, usize>,
}

/// Lowers a network whose sequences have these lengths.
pub(crate) fn lower(network: &Network, times: Times) -> Program<'_> {
    let mut program = Program {
        network,
        buffers: Vec::new(),
        instructions: Vec::new(),
        values: Vec::new(),
        outputs: Vec::new(),
        shapes: Vec::new(),
        times,
        taken: HashSet::new(),
        alike: HashMap::new(),
    };
    let mut inputs: Vec<Value> = Vec::new();
    for (index, input) in network.inputs.iter().enumerate() {
        let name = input.name.as_ref().map_or_else(|| "input".to_owned(), ToString::to_string);
        let buffer = program.buffer(name, &input.shape, false);
        program.buffers[buffer].input = Some(index);
        inputs.push(Value { buffer, shape: input.shape.clone() });
    }
    let mut nodes: Vec<Value> = Vec::new();
    for (index, node) in network.nodes.iter().enumerate() {
        let sources = node.sources.iter();
        let mut values: Vec<Value> = sources
            .map(|source| match *source {
                Source::Input(index) => inputs[index].clone(),
                Source::Node(index) => nodes[index].clone(),
            })
            .collect();
        let reshapes = |stage: &Stage| matches!(stage.facts().work, Work::Reshape);
        if !node.stages.first().is_some_and(reshapes) {
            values = values.into_iter().map(|value| program.laid_out(value)).collect();
        }
        nodes.push(Chain::new(&mut program, index).run(values));
    }
    for output in &network.outputs {
        let value = nodes[output.node].clone();
        let rows = program.rows_of(value.buffer);
        let own = rows.filter(|&rows| program.buffers[rows].input.is_none() && !program.outputs.contains(&rows));
        let buffer = own.unwrap_or_else(|| program.output(value));
        program.outputs.push(buffer);
    }
    program.values = nodes;
    program.remove_unread();
    for instruction in &program.instructions {
        let states = instruction.states().into_iter().flat_map(|states| [&states.start, &states.end]);
        for value in instruction.inputs.iter().chain([&instruction.output]).chain(states) {
            if !program.shapes.contains(&value.shape) {
                program.shapes.push(value.shape.clone());
            }
        }
    }
    program
}

impl<'a> Program<'a> {
    pub(crate) fn buffer(&mut self, name: String, shape: &Shape, innermost: bool) -> Buffer {
        let mut unique = name.clone();
        while !self.taken.insert(unique.clone()) {
            let count = self.alike.entry(name.clone()).or_insert(1);
            *count += 1;
            unique = format!("{name}_{count}");
        }
        self.buffers.push(BufferInfo {
            name: unique,
            width: length(shape),
            innermost,
            input: None,
            other_layout: None,
            infer_width: None,
        });
        self.buffers.len() - 1
    }

    /// The networks inside the network, under their fields' names.
    pub(crate) fn parts(&self) -> impl Iterator<Item = (&'a Ident, &'a Part)> {
        self.instructions.iter().filter_map(|instruction| instruction.part(self.network))
    }

    /// The recurrent layers: their nodes' names, and the buffers of their states.
    pub(crate) fn recurrent_layers(&self) -> impl Iterator<Item = (&'a Ident, &StateBuffers)> {
        let network = self.network;
        self.instructions
            .iter()
            .filter_map(|instruction| Some((network.nodes[instruction.node?].name.as_ref()?, instruction.states()?)))
    }

    /// Their traces.
    pub(crate) fn saved_states(&self) -> impl Iterator<Item = Buffer> {
        self.recurrent_layers().map(|(_, states)| states.saved)
    }

    pub(crate) fn push(
        &mut self,
        operation: Operation,
        node: Option<usize>,
        inputs: Vec<Value>,
        output: Value,
    ) -> Value {
        self.instructions.push(Instruction { operation, node, inputs, output: output.clone() });
        output
    }

    /// Gives the node's last layer with parameters a buffer for what its activation takes.
    pub(crate) fn keep_before(&mut self, node: usize) {
        let trained = |instruction: &Instruction| {
            instruction.node == Some(node) && matches!(instruction.operation, Operation::Weights { .. })
        };
        let Some(place) = self.instructions.iter().rposition(trained) else { return };
        let Value { buffer, shape } = self.instructions[place].output.clone();
        let name = format!("{}_before", self.buffers[buffer].name);
        let own = self.buffer(name, &shape, self.buffers[buffer].innermost);
        if let Operation::Weights { before, .. } = &mut self.instructions[place].operation {
            *before = Some(own);
        }
    }

    /// The value in the layout that its shape has: three axes with the samples innermost.
    fn laid_out(&mut self, value: Value) -> Value {
        if value.shape.len() == 3 { self.image(value).0 } else { value }
    }

    /// The value as an image, and whether a buffer was written for it.
    pub(crate) fn image(&mut self, value: Value) -> (Value, bool) {
        let name = format!("{}_image", self.buffers[value.buffer].name);
        self.turned(&value, types::image(&value.shape), name)
    }

    /// The value as the given shape, in the layout that this has, and whether a buffer was written for it.
    pub(crate) fn turned(&mut self, value: &Value, shape: Shape, name: String) -> (Value, bool) {
        let (info, innermost) = (&self.buffers[value.buffer], shape.len() == 3);
        let there = if info.innermost == innermost { Some(value.buffer) } else { info.other_layout };
        if let Some(buffer) = there {
            return (Value { buffer, shape }, false);
        }
        let buffer = self.buffer(name, &shape, innermost);
        let (operation, inputs) = if innermost {
            (Operation::ToInnermost, Value { buffer: value.buffer, shape: vec![length(&value.shape)] })
        } else {
            (Operation::ToRows, value.clone())
        };
        self.buffers[buffer].other_layout = Some(value.buffer);
        self.buffers[value.buffer].other_layout = Some(buffer);
        (self.push(operation, None, vec![inputs], Value { buffer, shape }), true)
    }

    /// Whether a buffer's numbers lie with the samples innermost, there or elsewhere.
    pub(crate) fn is_image(&self, buffer: Buffer) -> bool {
        self.buffers[buffer].innermost || self.buffers[buffer].other_layout.is_some()
    }

    /// The buffer with the same numbers in rows, where there is one.
    fn rows_of(&self, buffer: Buffer) -> Option<Buffer> {
        if self.buffers[buffer].innermost { self.buffers[buffer].other_layout } else { Some(buffer) }
    }

    /// Notes that a buffer's numbers change.
    pub(crate) fn changes(&mut self, buffer: Buffer) {
        if let Some(other_layout) = self.buffers[buffer].other_layout.take() {
            self.buffers[other_layout].other_layout = None;
        }
    }

    /// Leaves out the instructions whose result is no output and is read by no instruction.
    fn remove_unread(&mut self) {
        let mut read = vec![false; self.buffers.len()];
        self.outputs.iter().for_each(|&output| read[output] = true);
        let mut instructions = std::mem::take(&mut self.instructions);
        instructions.reverse();
        instructions.retain(|instruction| {
            // The state of a recurrent layer is wanted in any case.
            let wanted = read[instruction.output.buffer] || instruction.states().is_some();
            instruction.inputs.iter().for_each(|value| read[value.buffer] |= wanted);
            wanted
        });
        instructions.reverse();
        self.instructions = instructions;
    }

    /// For each buffer, whether an instruction reads or writes it.
    pub(crate) fn used(&self) -> Vec<bool> {
        let mut used = vec![false; self.buffers.len()];
        for instruction in &self.instructions {
            let own = match instruction.operation {
                Operation::Submodule { scratch, .. } => Some(scratch),
                Operation::FixedPoint { other, .. } => Some(other),
                Operation::Weights { before, .. } => before,
                _ => None,
            };
            let values = instruction.inputs.iter().chain([&instruction.output]).map(|value| value.buffer);
            values.chain(own).for_each(|buffer| used[buffer] = true);
        }
        used
    }

    /// A buffer of its own, in rows, for an output.
    fn output(&mut self, value: Value) -> Buffer {
        let innermost = self.buffers[value.buffer].innermost;
        let name = format!("{}_output", self.buffers[value.buffer].name);
        let buffer = self.buffer(name, &value.shape, false);
        let shape = vec![length(&value.shape)];
        let (operation, inputs) = if innermost {
            (Operation::ToRows, value)
        } else {
            (Operation::Copy, Value { buffer: value.buffer, shape: shape.clone() })
        };
        self.push(operation, None, vec![inputs], Value { buffer, shape });
        buffer
    }
}

impl Instruction {
    /// The index in its node of the stage that the instruction calculates.
    pub(crate) fn stage_index(&self) -> Option<usize> {
        match self.operation {
            Operation::Weights { stage, .. }
            | Operation::Plain { stage }
            | Operation::InPlace { stage }
            | Operation::Submodule { stage, .. }
            | Operation::FixedPoint { stage, .. }
            | Operation::Recurrent { stage, .. } => Some(stage),
            Operation::ToInnermost | Operation::ToRows | Operation::Copy => None,
        }
    }

    /// The stage that the instruction calculates.
    pub(crate) fn stage<'a>(&self, network: &'a Network) -> Option<&'a Stage> {
        network.nodes[self.node?].stages.get(self.stage_index()?)
    }

    /// The buffer that the instruction alone uses: scratch of a network inside, the workspace of a fixed-point iteration, or the saved states of a
    /// recurrent layer.
    pub(crate) fn workspace(&self) -> Option<Buffer> {
        match &self.operation {
            Operation::Submodule { scratch, .. } => Some(*scratch),
            Operation::FixedPoint { other, .. } => Some(*other),
            Operation::Recurrent { states, .. } => Some(states.saved),
            _ => None,
        }
    }

    /// All buffers that it reads or writes.
    pub(crate) fn buffers(&self) -> impl Iterator<Item = Buffer> {
        self.inputs.iter().chain([&self.output]).map(|value| value.buffer).chain(self.workspace())
    }

    /// What its layer remembers, where it does.
    pub(crate) fn states(&self) -> Option<&StateBuffers> {
        match &self.operation {
            Operation::Recurrent { states, .. } => Some(states),
            _ => None,
        }
    }

    /// Whether the instruction's weight gradient is one product over the whole batch, which needs what it read kept.
    pub(crate) fn has_whole_batch_gradient(&self, network: &Network) -> bool {
        let gradient = self.stage(network).and_then(Stage::weights).map(|weights| weights.gradient);
        matches!(gradient, Some(WeightGradient::WholeBatch | WeightGradient::Finished))
    }

    /// The dense layer that the instruction reads the weight of, and the activation that it reads the value of.
    pub(crate) fn reads_weight<'a>(&self, network: &'a Network) -> Option<(&'a Ident, Option<&'a Stage>)> {
        let Work::Penalty(_) = self.stage(network)?.facts().work else { return None };
        let Source::Node(encoder) = *network.nodes[self.node?].sources.first()? else { return None };
        let encoder = &network.nodes[encoder];
        Some((encoder.name.as_ref()?, encoder.stages.get(1)))
    }

    /// Whether something of the instruction is left to do once all parts have gone through it, for which what it takes is kept, and the gradient of
    /// what it gives.
    pub(crate) fn is_saved(&self, network: &Network) -> bool {
        self.has_whole_batch_gradient(network) || self.reads_weight(network).is_some()
    }

    /// The network inside the network that the instruction calls, under its field's name.
    pub(crate) fn part<'a>(&self, network: &'a Network) -> Option<(&'a Ident, &'a Part)> {
        let part = self.stage(network)?.layer.submodule()?;
        Some((network.nodes[self.node?].name.as_ref()?, part))
    }

    /// The layer whose weight the instruction borrows.
    pub(crate) fn tied<'a>(&self, network: &'a Network) -> Option<&'a Ident> {
        self.stage(network)?.weights()?.tied
    }
}
