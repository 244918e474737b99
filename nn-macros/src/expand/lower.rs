//! A network as steps over buffers.
//!
//! A buffer holds the values of a node, or of a stage inside its chain where a backward pass needs what the next stage would
//! overwrite. A step reads buffers and writes one. Reshaping is no step where the numbers stay where they are.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::{
    expand::types::{self, length},
    layers::{Activation, Layer, Weight},
    network::{Network, Source, Stage},
    shape::{Dimension, Shape},
};

/// An index into [`Program::buffers`].
pub(super) type Buffer = usize;

/// Memory for some value of every sample.
#[derive(Debug)]
pub(super) struct BufferInfo {
    /// Its name in the generated code.
    pub(super) name: String,
    /// Numbers a sample.
    pub(super) width: Dimension,
    /// Whether the samples are innermost.
    pub(super) interleaved: bool,
    /// The input whose rows it is.
    pub(super) input: Option<usize>,
}

/// A value: a buffer read as a shape.
#[derive(Clone, Debug)]
pub(super) struct Value {
    pub(super) buffer: Buffer,
    pub(super) shape: Shape,
}

/// What a step does.
#[derive(Debug)]
pub(super) enum Operation {
    /// Rows → samples innermost.
    Interleave,
    /// Samples innermost → rows.
    Deinterleave,
    Copy,
    /// A layer with parameters, and the activation fused with it: indices of the stages.
    Trained {
        stage: usize,
        activation: Option<usize>,
    },
    /// A layer without parameters, or an activation that writes another buffer than it reads.
    Plain {
        stage: usize,
    },
    /// An activation over the numbers that are there.
    InPlace {
        stage: usize,
    },
}

/// One call into the runtime, forward, and one or two backward.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) operation: Operation,
    /// The node that it belongs to, if any.
    pub(super) node: Option<usize>,
    /// What it reads; empty where it works in place.
    pub(super) takes: Vec<Value>,
    pub(super) gives: Value,
}

/// A network as steps.
#[derive(Debug)]
pub(super) struct Program<'a> {
    pub(super) network: &'a Network,
    pub(super) buffers: Vec<BufferInfo>,
    pub(super) steps: Vec<Step>,
    /// The buffer of each output, a row a sample; each of its own.
    pub(super) outputs: Vec<Buffer>,
    /// The shapes that the steps read and write, once each.
    pub(super) shapes: Vec<Shape>,
}

/// Lowers a network.
pub(super) fn lower(network: &Network) -> Program<'_> {
    let mut program =
        Program { network, buffers: Vec::new(), steps: Vec::new(), outputs: Vec::new(), shapes: Vec::new() };
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
        let reshapes = |stage: &Stage| matches!(stage.layer, Layer::Flatten(_) | Layer::Reshape(_));
        if !node.stages.first().is_some_and(reshapes) {
            for (value, source) in values.iter_mut().zip(&node.sources) {
                *value = program.laid_out(value.clone());
                // The next reader of the input finds it in order.
                if let Source::Input(input) = *source {
                    inputs[input] = value.clone();
                }
            }
        }
        nodes.push(Chain { program: &mut program, node: index, fresh: false, overwritable: false }.run(values));
    }
    for output in &network.outputs {
        let value = nodes[output.node].clone();
        let info = &program.buffers[value.buffer];
        let own = !info.interleaved && info.input.is_none() && !program.outputs.contains(&value.buffer);
        let buffer = if own { value.buffer } else { program.output(value) };
        program.outputs.push(buffer);
    }
    for step in &program.steps {
        for value in step.takes.iter().chain([&step.gives]) {
            if !program.shapes.contains(&value.shape) {
                program.shapes.push(value.shape.clone());
            }
        }
    }
    program
}

impl Program<'_> {
    fn buffer(&mut self, name: String, shape: &Shape, interleaved: bool) -> Buffer {
        let taken = |name: &str| self.buffers.iter().any(|buffer| buffer.name == name);
        let mut unique = name.clone();
        let mut count = 1;
        while taken(&unique) {
            count += 1;
            unique = format!("{name}_{count}");
        }
        self.buffers.push(BufferInfo { name: unique, width: length(shape), interleaved, input: None });
        self.buffers.len() - 1
    }

    /// The short name of a shape's type: `S6x28x28`, or a number where the macro does not know every size.
    pub(super) fn alias(&self, shape: &Shape) -> Ident {
        let sizes: Option<Vec<String>> = shape.iter().map(|size| size.literal().map(|size| size.to_string())).collect();
        let place = self.shapes.iter().position(|other| other == shape).unwrap_or(self.shapes.len());
        match sizes {
            Some(sizes) => format_ident!("S{}", sizes.join("x")),
            None => format_ident!("Shape{place}"),
        }
    }

    /// The short names of the shapes, as items.
    pub(super) fn aliases(&self) -> TokenStream {
        let aliases = self.shapes.iter().map(|shape| {
            let (alias, shape) = (self.alias(shape), types::shape(shape));
            quote!(#[allow(unused)] type #alias = #shape;)
        });
        quote!(#(#aliases)*)
    }

    fn step(&mut self, operation: Operation, node: Option<usize>, takes: Vec<Value>, gives: Value) -> Value {
        self.steps.push(Step { operation, node, takes, gives: gives.clone() });
        gives
    }

    /// The value in the layout that its shape has: three axes with the samples innermost.
    fn laid_out(&mut self, value: Value) -> Value {
        if value.shape.len() != 3 || self.buffers[value.buffer].interleaved {
            return value;
        }
        let name = format!("{}_image", self.buffers[value.buffer].name);
        let buffer = self.buffer(name, &value.shape, true);
        let rows = Value { buffer: value.buffer, shape: vec![length(&value.shape)] };
        self.step(Operation::Interleave, None, vec![rows], Value { buffer, shape: value.shape })
    }

    /// A buffer of its own, in rows, for an output.
    fn output(&mut self, value: Value) -> Buffer {
        let interleaved = self.buffers[value.buffer].interleaved;
        let name = format!("{}_output", self.buffers[value.buffer].name);
        let buffer = self.buffer(name, &value.shape, false);
        let shape = vec![length(&value.shape)];
        let (operation, takes) = if interleaved {
            (Operation::Deinterleave, value)
        } else {
            (Operation::Copy, Value { buffer: value.buffer, shape: shape.clone() })
        };
        self.step(operation, None, vec![takes], Value { buffer, shape });
        buffer
    }
}

/// The stages of a node, one after the other.
struct Chain<'p, 'a> {
    program: &'p mut Program<'a>,
    node: usize,
    /// Whether the current buffer was written by this chain, so that no other node reads it.
    fresh: bool,
    /// Whether the last step can do without its result in the backward pass.
    overwritable: bool,
}

impl Chain<'_, '_> {
    fn run(mut self, mut values: Vec<Value>) -> Value {
        let stages = &self.program.network.nodes[self.node].stages;
        let mut index = 0;
        while index < stages.len() {
            let fused = stages.get(index + 1).is_some_and(fuses);
            // A value is read as the shape that its reader takes, so that a size which only the compiler finds wrong is
            // no mismatch of types as well.
            for (value, shape) in values.iter_mut().zip(&stages[index].takes) {
                value.shape = shape.clone();
            }
            let value = self.stage(&stages[index], index, fused, values);
            index += if fused && trained(&stages[index]) { 2 } else { 1 };
            values = vec![value];
        }
        values.swap_remove(0)
    }

    fn stage(&mut self, stage: &Stage, index: usize, fused: bool, values: Vec<Value>) -> Value {
        if trained(stage) {
            let activation = fused.then_some(index + 1);
            self.overwritable = activation.is_none();
            return self.write(Operation::Trained { stage: index, activation }, stage, values);
        }
        match &stage.layer {
            Layer::Flatten(_) | Layer::Reshape(_) => self.reshape(stage, values),
            Layer::Activation(Activation::Identity) => values.into_iter().next().expect("an activation has a source"),
            Layer::Activation(activation) => {
                let in_place = self.fresh && self.overwritable && keeps_no_input(activation);
                self.overwritable = false;
                if in_place {
                    let value = values.into_iter().next().expect("an activation has a source");
                    let operation = Operation::InPlace { stage: index };
                    return self.program.step(operation, Some(self.node), Vec::new(), value);
                }
                self.write(Operation::Plain { stage: index }, stage, values)
            }
            Layer::GlobalPool(_) => {
                // The pool gives one pixel a channel.
                let pixel = vec![stage.gives[0].clone(), Dimension::Literal(1), Dimension::Literal(1)];
                let pixel = self.write_as(Operation::Plain { stage: index }, pixel, values);
                self.overwritable = true;
                self.write(Operation::Deinterleave, stage, vec![pixel])
            }
            _ => {
                // The layers but those that look for their maximum again do without their result.
                self.overwritable = !stage.layer.is_maximum();
                self.write(Operation::Plain { stage: index }, stage, values)
            }
        }
    }

    /// A step into a new buffer.
    fn write(&mut self, operation: Operation, stage: &Stage, takes: Vec<Value>) -> Value {
        self.write_as(operation, stage.gives.clone(), takes)
    }

    /// A step into a new buffer for a value of the given shape.
    fn write_as(&mut self, operation: Operation, shape: Shape, takes: Vec<Value>) -> Value {
        let name = self.program.network.nodes[self.node].label.clone();
        let buffer = self.program.buffer(name, &shape, shape.len() == 3);
        self.fresh = true;
        self.program.step(operation, Some(self.node), takes, Value { buffer, shape })
    }

    fn reshape(&mut self, stage: &Stage, values: Vec<Value>) -> Value {
        let value = values.into_iter().next().expect("a reshape has a source");
        let interleaved = self.program.buffers[value.buffer].interleaved;
        let operation = match (interleaved, stage.gives.len() == 3) {
            (true, false) => Operation::Deinterleave,
            (false, true) => Operation::Interleave,
            _ => return Value { buffer: value.buffer, shape: stage.gives.clone() },
        };
        let takes = if interleaved { value } else { Value { buffer: value.buffer, shape: vec![length(&value.shape)] } };
        self.overwritable = true;
        self.write(operation, stage, vec![takes])
    }
}

fn trained(stage: &Stage) -> bool {
    matches!(stage.layer, Layer::Dense(_)) || stage.layer.adds_up()
}

/// Whether a stage is an activation that the layer before it calculates along with its own result.
fn fuses(stage: &Stage) -> bool {
    use Activation::{Elu, LeakyRelu, Relu, Selu, Sigmoid, Softplus, Tanh};
    let Layer::Activation(activation) = &stage.layer else { return false };
    matches!(activation, Relu | LeakyRelu(_) | Elu(_) | Selu | Sigmoid | Tanh | Softplus)
}

/// Whether an activation's slope follows from its result alone.
fn keeps_no_input(activation: &Activation) -> bool {
    !matches!(activation, Activation::Gelu | Activation::Silu)
}

impl Step {
    /// The stage that the step calculates.
    pub(super) fn stage<'a>(&self, network: &'a Network) -> Option<&'a Stage> {
        let node = &network.nodes[self.node?];
        match self.operation {
            Operation::Trained { stage, .. } | Operation::Plain { stage } | Operation::InPlace { stage } => {
                node.stages.get(stage)
            }
            Operation::Interleave | Operation::Deinterleave | Operation::Copy => None,
        }
    }

    /// Whether the step's weight gradient is one product over the whole batch, which needs what it read kept.
    pub(super) fn is_dense(&self, network: &Network) -> bool {
        self.stage(network).is_some_and(|stage| matches!(stage.layer, Layer::Dense(_)))
    }

    /// The layer whose weight the step borrows.
    pub(super) fn tied<'a>(&self, network: &'a Network) -> Option<&'a Ident> {
        match &self.stage(network)?.layer {
            Layer::Dense(dense) => match &dense.weight {
                Weight::Tied(tied) => Some(&tied.name),
                Weight::Own(_) => None,
            },
            _ => None,
        }
    }
}
