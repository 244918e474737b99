//! A network as steps over buffers.
//!
//! A buffer holds the values of a node, or of a stage inside its chain where a backward pass needs what the next stage would
//! overwrite. A step reads buffers and writes one. Reshaping is no step where the numbers stay where they are.
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
    pub(crate) interleaved: bool,
    /// The input whose rows it is.
    pub(crate) input: Option<usize>,
    /// The buffer that holds the same numbers in the other order.
    twin: Option<Buffer>,
    /// Numbers a sample in inference, where that is another number.
    pub(crate) infer_width: Option<Dimension>,
}

/// A value: a buffer read as a shape.
#[derive(Clone, Debug)]
pub(crate) struct Value {
    pub(crate) buffer: Buffer,
    pub(crate) shape: Shape,
}

/// What a step does.
#[derive(Debug)]
pub(crate) enum Operation {
    /// Rows → samples innermost.
    Interleave,
    /// Samples innermost → rows.
    Deinterleave,
    Copy,
    /// A layer with parameters, and the activation fused with it: indices of the stages. Where the activation's slope needs what it takes, training
    /// keeps that in a buffer; inference has no such buffer.
    Trained {
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
    Part {
        stage: usize,
        scratch: Buffer,
    },
    /// A layer that goes on until it stays as it is, and the buffer that it needs for that.
    Settle {
        stage: usize,
        other: Buffer,
    },
    /// A layer with memory. Behind its source it takes the state that it starts from, where that is another layer's.
    Recurrent {
        stage: usize,
        memory: Memory,
    },
}

/// The buffers that a layer with memory has beside what it takes and gives.
#[derive(Clone, Debug)]
pub(crate) struct Memory {
    /// The state before the first step.
    pub(crate) start: Value,
    /// The state after the last step.
    pub(crate) end: Value,
    /// What it keeps of its steps: in training for the way back, in inference until it is through.
    pub(crate) trace: Buffer,
}

/// One call into the runtime, forward, and one or two backward.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) operation: Operation,
    /// The node that it belongs to, if any.
    pub(crate) node: Option<usize>,
    /// What it reads; empty where it works in place.
    pub(crate) inputs: Vec<Value>,
    pub(crate) output: Value,
}

/// A network as steps.
#[derive(Debug)]
pub(crate) struct Program<'a> {
    pub(crate) network: &'a Network,
    pub(crate) buffers: Vec<BufferInfo>,
    pub(crate) steps: Vec<Step>,
    /// The buffer of each output, a row a sample; each of its own.
    pub(crate) outputs: Vec<Buffer>,
    /// The shapes that the steps read and write, once each.
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
        steps: Vec::new(),
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
    program.remove_unread();
    for step in &program.steps {
        let states = step.memory().into_iter().flat_map(|memory| [&memory.start, &memory.end]);
        for value in step.inputs.iter().chain([&step.output]).chain(states) {
            if !program.shapes.contains(&value.shape) {
                program.shapes.push(value.shape.clone());
            }
        }
    }
    program
}

impl<'a> Program<'a> {
    pub(crate) fn buffer(&mut self, name: String, shape: &Shape, interleaved: bool) -> Buffer {
        let mut unique = name.clone();
        while !self.taken.insert(unique.clone()) {
            let count = self.alike.entry(name.clone()).or_insert(1);
            *count += 1;
            unique = format!("{name}_{count}");
        }
        self.buffers.push(BufferInfo {
            name: unique,
            width: length(shape),
            interleaved,
            input: None,
            twin: None,
            infer_width: None,
        });
        self.buffers.len() - 1
    }

    /// The networks inside the network, under their fields' names.
    pub(crate) fn parts(&self) -> impl Iterator<Item = (&'a Ident, &'a Part)> {
        self.steps.iter().filter_map(|step| step.part(self.network))
    }

    /// The layers with memory: their nodes' names, and what they hold.
    pub(crate) fn memories(&self) -> impl Iterator<Item = (&'a Ident, &Memory)> {
        let network = self.network;
        self.steps.iter().filter_map(|step| Some((network.nodes[step.node?].name.as_ref()?, step.memory()?)))
    }

    /// Their traces.
    pub(crate) fn traces(&self) -> impl Iterator<Item = Buffer> {
        self.memories().map(|(_, memory)| memory.trace)
    }

    pub(crate) fn step(
        &mut self,
        operation: Operation,
        node: Option<usize>,
        inputs: Vec<Value>,
        output: Value,
    ) -> Value {
        self.steps.push(Step { operation, node, inputs, output: output.clone() });
        output
    }

    /// Gives the node's last layer with parameters a buffer for what its activation takes.
    pub(crate) fn keep_before(&mut self, node: usize) {
        let trained = |step: &Step| step.node == Some(node) && matches!(step.operation, Operation::Trained { .. });
        let Some(place) = self.steps.iter().rposition(trained) else { return };
        let Value { buffer, shape } = self.steps[place].output.clone();
        let name = format!("{}_before", self.buffers[buffer].name);
        let own = self.buffer(name, &shape, self.buffers[buffer].interleaved);
        if let Operation::Trained { before, .. } = &mut self.steps[place].operation {
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
        let (info, interleaved) = (&self.buffers[value.buffer], shape.len() == 3);
        let there = if info.interleaved == interleaved { Some(value.buffer) } else { info.twin };
        if let Some(buffer) = there {
            return (Value { buffer, shape }, false);
        }
        let buffer = self.buffer(name, &shape, interleaved);
        let (operation, inputs) = if interleaved {
            (Operation::Interleave, Value { buffer: value.buffer, shape: vec![length(&value.shape)] })
        } else {
            (Operation::Deinterleave, value.clone())
        };
        self.buffers[buffer].twin = Some(value.buffer);
        self.buffers[value.buffer].twin = Some(buffer);
        (self.step(operation, None, vec![inputs], Value { buffer, shape }), true)
    }

    /// Whether a buffer's numbers lie with the samples innermost, there or elsewhere.
    pub(crate) fn is_image(&self, buffer: Buffer) -> bool {
        self.buffers[buffer].interleaved || self.buffers[buffer].twin.is_some()
    }

    /// The buffer with the same numbers in rows, where there is one.
    fn rows_of(&self, buffer: Buffer) -> Option<Buffer> {
        if self.buffers[buffer].interleaved { self.buffers[buffer].twin } else { Some(buffer) }
    }

    /// Notes that a buffer's numbers change.
    pub(crate) fn changes(&mut self, buffer: Buffer) {
        if let Some(twin) = self.buffers[buffer].twin.take() {
            self.buffers[twin].twin = None;
        }
    }

    /// Leaves out the steps whose result is no output and is read by no step.
    fn remove_unread(&mut self) {
        let mut read = vec![false; self.buffers.len()];
        self.outputs.iter().for_each(|&output| read[output] = true);
        let mut steps = std::mem::take(&mut self.steps);
        steps.reverse();
        steps.retain(|step| {
            // The state of a layer with memory is wanted in any case.
            let wanted = read[step.output.buffer] || step.memory().is_some();
            step.inputs.iter().for_each(|value| read[value.buffer] |= wanted);
            wanted
        });
        steps.reverse();
        self.steps = steps;
    }

    /// For each buffer, whether a step reads or writes it.
    pub(crate) fn used(&self) -> Vec<bool> {
        let mut used = vec![false; self.buffers.len()];
        for step in &self.steps {
            let own = match step.operation {
                Operation::Part { scratch, .. } => Some(scratch),
                Operation::Settle { other, .. } => Some(other),
                Operation::Trained { before, .. } => before,
                _ => None,
            };
            let values = step.inputs.iter().chain([&step.output]).map(|value| value.buffer);
            values.chain(own).for_each(|buffer| used[buffer] = true);
        }
        used
    }

    /// A buffer of its own, in rows, for an output.
    fn output(&mut self, value: Value) -> Buffer {
        let interleaved = self.buffers[value.buffer].interleaved;
        let name = format!("{}_output", self.buffers[value.buffer].name);
        let buffer = self.buffer(name, &value.shape, false);
        let shape = vec![length(&value.shape)];
        let (operation, inputs) = if interleaved {
            (Operation::Deinterleave, value)
        } else {
            (Operation::Copy, Value { buffer: value.buffer, shape: shape.clone() })
        };
        self.step(operation, None, vec![inputs], Value { buffer, shape });
        buffer
    }
}

impl Step {
    /// The index in its node of the stage that the step calculates.
    pub(crate) fn stage_index(&self) -> Option<usize> {
        match self.operation {
            Operation::Trained { stage, .. }
            | Operation::Plain { stage }
            | Operation::InPlace { stage }
            | Operation::Part { stage, .. }
            | Operation::Settle { stage, .. }
            | Operation::Recurrent { stage, .. } => Some(stage),
            Operation::Interleave | Operation::Deinterleave | Operation::Copy => None,
        }
    }

    /// The stage that the step calculates.
    pub(crate) fn stage<'a>(&self, network: &'a Network) -> Option<&'a Stage> {
        network.nodes[self.node?].stages.get(self.stage_index()?)
    }

    /// The buffer that the step alone uses: scratch of a network inside, memory of a layer that settles, or the trace of one with memory.
    pub(crate) fn room(&self) -> Option<Buffer> {
        match &self.operation {
            Operation::Part { scratch, .. } => Some(*scratch),
            Operation::Settle { other, .. } => Some(*other),
            Operation::Recurrent { memory, .. } => Some(memory.trace),
            _ => None,
        }
    }

    /// All buffers that it reads or writes.
    pub(crate) fn buffers(&self) -> impl Iterator<Item = Buffer> {
        self.inputs.iter().chain([&self.output]).map(|value| value.buffer).chain(self.room())
    }

    /// What its layer remembers, where it does.
    pub(crate) fn memory(&self) -> Option<&Memory> {
        match &self.operation {
            Operation::Recurrent { memory, .. } => Some(memory),
            _ => None,
        }
    }

    /// Whether the step's weight gradient is one product over the whole batch, which needs what it read kept.
    pub(crate) fn has_product(&self, network: &Network) -> bool {
        let gradient = self.stage(network).and_then(Stage::weights).map(|weights| weights.gradient);
        matches!(gradient, Some(WeightGradient::WholeBatch | WeightGradient::Finished))
    }

    /// The dense layer that the step reads the weight of, and the activation that it reads the value of.
    pub(crate) fn reads_weight<'a>(&self, network: &'a Network) -> Option<(&'a Ident, Option<&'a Stage>)> {
        let Work::Penalty(_) = self.stage(network)?.facts().work else { return None };
        let Source::Node(encoder) = *network.nodes[self.node?].sources.first()? else { return None };
        let encoder = &network.nodes[encoder];
        Some((encoder.name.as_ref()?, encoder.stages.get(1)))
    }

    /// Whether something of the step is left to do once all parts have gone through it, for which what it takes is kept, and the gradient of
    /// what it gives.
    pub(crate) fn is_kept(&self, network: &Network) -> bool {
        self.has_product(network) || self.reads_weight(network).is_some()
    }

    /// The network inside the network that the step calls, under its field's name.
    pub(crate) fn part<'a>(&self, network: &'a Network) -> Option<(&'a Ident, &'a Part)> {
        let part = self.stage(network)?.layer.submodule()?;
        Some((network.nodes[self.node?].name.as_ref()?, part))
    }

    /// The layer whose weight the step borrows.
    pub(crate) fn tied<'a>(&self, network: &'a Network) -> Option<&'a Ident> {
        self.stage(network)?.weights()?.tied
    }
}
