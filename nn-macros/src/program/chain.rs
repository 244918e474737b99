//! The stages of a node as instructions.

use proc_macro2::TokenStream;
use quote::quote;

use crate::{
    layers::{Activation, Layout, Part, Saves, States, Weights, Work},
    network::Stage,
    program::lower::{Operation, Program, StateBuffers, Value},
    shape::types::{self, length},
    shape::{Dimension, Formula, Shape},
};

/// The stages of a node, one after the other.
pub(crate) struct Chain<'p, 'a> {
    program: &'p mut Program<'a>,
    node: usize,
    /// Whether the current buffer was written by this chain, so that no other node reads it.
    fresh: bool,
    /// Whether the last instruction can do without its result in the backward pass.
    overwritable: bool,
}

impl<'p, 'a> Chain<'p, 'a> {
    /// The chain of a node.
    pub(crate) fn new(program: &'p mut Program<'a>, node: usize) -> Self {
        Chain { program, node, fresh: false, overwritable: false }
    }

    /// Writes its instructions, from the values of its sources.
    pub(crate) fn run(mut self, mut values: Vec<Value>) -> Value {
        let stages = &self.program.network.nodes[self.node].stages;
        let mut index = 0;
        while index < stages.len() {
            let activation = stages.get(index + 1).filter(|next| next.activation().is_some_and(Activation::fuses));
            let fused = activation.filter(|_| stages[index].weights().is_some_and(|weights| weights.fuses));
            // A value is read as the shape that its reader takes, so that a size which only the compiler finds wrong is
            // no mismatch of types as well.
            for (value, shape) in values.iter_mut().zip(&stages[index].inputs) {
                value.shape = shape.clone();
            }
            let value = self.stage(&stages[index], index, fused, values);
            index += if fused.is_some() { 2 } else { 1 };
            values = vec![value];
        }
        values.swap_remove(0)
    }

    fn stage(&mut self, stage: &Stage, index: usize, fused: Option<&Stage>, mut values: Vec<Value>) -> Value {
        match stage.facts().work {
            Work::Identity => values.swap_remove(0),
            Work::Reshape => self.reshape(stage, values.swap_remove(0)),
            Work::Submodule(part) => self.part(stage, index, part, values.swap_remove(0)),
            Work::Recurrent(states) => self.recurrent(stage, index, &states, values),
            Work::Weights(weights) => self.weights(stage, index, fused, &weights, values),
            Work::Activation(activation) if self.fresh && self.overwritable && !needs_input(activation) => {
                self.overwritable = false;
                let (value, operation) = (values.swap_remove(0), Operation::InPlace { stage: index });
                self.program.changes(value.buffer);
                self.program.push(operation, Some(self.node), Vec::new(), value)
            }
            Work::Activation(activation) => self.plain(stage, index, activation.saves(), values),
            Work::Calls(_, saves) => self.plain(stage, index, saves, values),
            Work::Penalty(_) => self.plain(stage, index, Saves::Input, values),
            Work::FixedPoint => {
                let name = format!("{}_other", self.program.network.nodes[self.node].label);
                let other = self.program.buffer(name, &stage.output, false);
                self.overwritable = true;
                self.write(Operation::FixedPoint { stage: index, other }, stage, values)
            }
        }
    }

    /// A layer with weights, and the activation that it calculates along with its output.
    fn weights(
        &mut self,
        stage: &Stage,
        index: usize,
        fused: Option<&Stage>,
        weights: &Weights,
        values: Vec<Value>,
    ) -> Value {
        let activation = fused.map(|_| index + 1);
        self.overwritable = activation.is_none() && weights.fuses;
        let value = self.write(Operation::Weights { stage: index, activation, before: None }, stage, values);
        if fused.and_then(Stage::activation).is_some_and(needs_input) {
            self.program.keep_before(self.node);
        }
        value
    }

    /// A layer without weights, whose output may be overwritten where a backward pass does without it.
    fn plain(&mut self, stage: &Stage, index: usize, saves: Saves, values: Vec<Value>) -> Value {
        self.overwritable = matches!(saves, Saves::Neither | Saves::Input);
        self.write(Operation::Plain { stage: index }, stage, values)
    }

    /// An instruction into a new buffer. A layer over images takes and makes them, and one that goes over anything does so for a signal that lies as an
    /// image already; what is no image outside is turned into rows.
    fn write(&mut self, operation: Operation, stage: &Stage, mut inputs: Vec<Value>) -> Value {
        let mut shape = stage.output.clone();
        let there = |value: &Value| value.shape.len() == 2 && self.program.is_image(value.buffer);
        let innermost = match stage.facts().layout {
            Layout::Innermost => true,
            Layout::AsItLies => inputs.iter().all(there),
            Layout::ByRank => false,
        };
        if innermost {
            inputs = inputs.into_iter().map(|value| self.program.image(value).0).collect();
            shape = types::image(&shape);
        }
        let name = self.program.network.nodes[self.node].label.clone();
        let buffer = self.program.buffer(name, &shape, shape.len() == 3);
        self.fresh = true;
        let value = self.program.push(operation, Some(self.node), inputs, Value { buffer, shape });
        if stage.output.len() == value.shape.len() { value } else { self.turn(&value, stage.output.clone()) }
    }

    /// The value as a shape of another layout.
    fn turn(&mut self, value: &Value, shape: Shape) -> Value {
        let name = self.program.network.nodes[self.node].label.clone();
        let (value, written) = self.program.turned(value, shape, name);
        // A buffer that is there already may have other readers; one that was written now has only those to come.
        (self.fresh, self.overwritable) = (written, written);
        value
    }

    /// A network inside the network takes and gives rows, as any network does, and has scratch of its own.
    fn part(&mut self, stage: &Stage, index: usize, part: &Part, value: Value) -> Value {
        let name = format!("{}_rows", self.program.buffers[value.buffer].name);
        let (taken, _) = self.program.turned(&value, vec![length(&value.shape)], name);
        let (network, label) = (part.network(), self.program.network.nodes[self.node].label.clone());
        let sized = self.program.network.sized_parts().find(|part| part.name == label);
        let [training, inference] = match sized {
            Some(part) => part.scratch.map(|place| Dimension::Parameter(Formula::free(place))),
            None => {
                let width = |of: TokenStream| Dimension::Constant(quote!(#network::PLAN.#of));
                [width(quote!(train_scratch)), width(quote!(infer_scratch))]
            }
        };
        let scratch = self.program.buffer(format!("{label}_scratch"), &vec![training], false);
        self.program.buffers[scratch].infer_width = Some(inference);
        let rows = vec![length(&stage.output)];
        let buffer = self.program.buffer(label, &rows, false);
        (self.fresh, self.overwritable) = (true, true);
        let operation = Operation::Submodule { stage: index, scratch };
        let value = self.program.push(operation, Some(self.node), vec![taken], Value { buffer, shape: rows });
        if stage.output.len() == 3 {
            self.turn(&value, stage.output.clone())
        } else {
            Value { shape: stage.output.clone(), ..value }
        }
    }

    /// A recurrent layer has states, and saves those of its steps.
    fn recurrent(&mut self, stage: &Stage, index: usize, states: &States, values: Vec<Value>) -> Value {
        let program = &mut *self.program;
        let label = program.network.nodes[self.node].label.clone();
        let mut buffer = |role: &str, width: Dimension| {
            let shape = vec![width];
            Value { buffer: program.buffer(format!("{label}_{role}"), &shape, false), shape }
        };
        let [start, end] = states.widths.clone();
        let (start, end) = (buffer("start", start), buffer("end", end));
        let (ty, steps) = (stage.runtime().map(|runtime| runtime.ty), types::size(&stage.inputs[0][0]));
        let width = |of: TokenStream| Dimension::Constant(quote!(<#ty>::#of(#steps)));
        let trace = buffer("trace", width(quote!(trace))).buffer;
        program.buffers[trace].infer_width = Some(width(quote!(room)));
        let output = Value { buffer: program.buffer(label, &stage.output, false), shape: stage.output.clone() };
        let mut inputs = values;
        inputs.extend(states.from.and_then(|other| {
            let mut layers = program.recurrent_layers();
            layers.find(|(name, _)| *name == other).map(|(_, states)| states.end.clone())
        }));
        (self.fresh, self.overwritable) = (true, true);
        let operation = Operation::Recurrent { stage: index, states: StateBuffers { start, end, saved: trace } };
        self.program.push(operation, Some(self.node), inputs, output)
    }

    fn reshape(&mut self, stage: &Stage, value: Value) -> Value {
        if self.program.buffers[value.buffer].innermost == (stage.output.len() == 3) {
            return Value { buffer: value.buffer, shape: stage.output.clone() };
        }
        self.turn(&value, stage.output.clone())
    }
}

/// Whether an activation's derivative is calculated from its input.
fn needs_input(activation: &Activation) -> bool {
    activation.saves() == Saves::Input
}
