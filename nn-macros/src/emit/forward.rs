//! The instructions in order: forward for inference and for training.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};

use crate::{
    emit::{
        nodes::{self, Stretches},
        phases::{self, Phases},
        sizing,
    },
    layers::{Call, Calls, Encoder, Work},
    names::{self, KEPT, LAYERS, NETWORK, PART},
    network::{Node, Stage},
    program::{Buffer, Homes, Instruction, Operation, Program, Tap, Value},
    shape::types,
};

/// Forward for inference, where buffers share slots.
pub(super) fn infer(program: &Program<'_>, homes: &Homes, taps: &[Tap<'_>]) -> TokenStream {
    let names = Names { program, slots: &homes.slots };
    let mut stretches = Stretches::new(taps);
    stretches.visit(None, &names);
    for (index, instruction) in program.instructions.iter().enumerate() {
        stretches.add(names.statement(instruction, false));
        stretches.visit(Some(index), &names);
    }
    let statements = stretches.finish();
    let widths: Vec<TokenStream> = homes.widths.iter().map(|widths| types::widest(widths)).collect();
    let slots: Vec<Ident> = (0..widths.len()).map(slot_name).collect();
    let head = head(program, &homes.kept, &[], &slots, &widths);
    quote!(#head #statements)
}

/// Forward for training: every buffer keeps its values for the backward pass.
pub(super) fn train(program: &Program<'_>, homes: &Homes, taps: &[Tap<'_>]) -> TokenStream {
    let names = Names::own(program);
    let mut phases = Phases::new(program);
    phases.add(nodes::visits(taps, None, &names));
    for (index, instruction) in program.instructions.iter().enumerate() {
        let statement = names.statement(instruction, true);
        if phases::is_synchronized(program, instruction) {
            phases.add(names.measure(instruction));
            phases.barrier();
        }
        match instruction.part(program.network) {
            Some((_, part)) => phases.part(&part.network(), &statement),
            None => phases.add(statement),
        }
        phases.add(nodes::visits(taps, Some(index), &names));
    }
    let (statements, scratch, widths) = (phases.finish(), names.scratch(homes), scratch_widths(program, homes));
    let traces: Vec<Buffer> = program.saved_states().collect();
    let head = head(program, &homes.kept, &traces, &scratch, &widths);
    quote!(#head #statements)
}

/// The widths of a part's buffers in training.
pub(super) fn scratch_widths(program: &Program<'_>, homes: &Homes) -> Vec<TokenStream> {
    homes.scratch.iter().map(|&buffer| types::size(&program.buffers[buffer].width)).collect()
}

/// The names of a part's memory. The kept values of the forward pass come first, the saved states of recurrent layers last.
fn head(
    program: &Program<'_>,
    kept: &[Buffer],
    traces: &[Buffer],
    scratch: &[Ident],
    widths: &[TokenStream],
) -> TokenStream {
    let names = Names::own(program);
    let inputs = input_names(&names);
    let kept = kept.iter().map(|&buffer| names.name(buffer));
    let scratch =
        (!scratch.is_empty()).then(|| quote!(let [#(#scratch),*] = &mut #PART.scratch.slots([#(#widths),*]);));
    let traces = traces.iter().map(|&buffer| names.name(buffer));
    let kept = with_parts(program, quote!([#(#kept,)* .. #(, #traces)*]));
    let sizes = program.sizes(&quote!(#PART));
    let lengths = program.times.statements(&inputs);
    quote! {
        #sizes
        let [#(#inputs),*] = #PART.inputs;
        #lengths
        let #kept = &mut #PART.kept;
        #scratch
    }
}

/// The pattern of a network's own kept values with those of the networks inside it.
pub(super) fn with_parts(program: &Program<'_>, own: TokenStream) -> TokenStream {
    let parts: Vec<Ident> = program.parts().map(|(name, _)| part_name(name)).collect();
    if parts.is_empty() {
        return own;
    }
    let nested = parts.iter().rev().fold(quote!(()), |rest, part| quote!((#part, #rest)));
    quote!(#KEPT((#own, #nested)))
}

/// What the kept values of a network inside the network are called.
pub(super) fn part_name(field: &Ident) -> Ident {
    names::local("part", &field.to_string())
}

fn slot_name(slot: usize) -> Ident {
    names::local("slot", &slot.to_string())
}

/// What buffers are called in the function that is being printed.
pub(super) struct Names<'n, 'a> {
    pub(super) program: &'n Program<'a>,
    /// The shared slot of each buffer, where it has one.
    slots: &'n [Option<usize>],
}

impl<'n, 'a> Names<'n, 'a> {
    /// Those of a function in which each buffer has memory of its own.
    pub(super) fn own(program: &'n Program<'a>) -> Self {
        Names { program, slots: &[] }
    }

    pub(super) fn name(&self, buffer: Buffer) -> Ident {
        match self.slots.get(buffer).copied().flatten() {
            Some(slot) => slot_name(slot),
            None => names::local("v", &self.program.buffers[buffer].name),
        }
    }

    /// The names of a part's buffers in training.
    pub(super) fn scratch(&self, homes: &Homes) -> Vec<Ident> {
        homes.scratch.iter().map(|&buffer| self.name(buffer)).collect()
    }

    /// The value, to read.
    pub(super) fn view(&self, value: &Value) -> TokenStream {
        self.program.view(&self.name(value.buffer), &value.shape)
    }

    fn view_mut(&self, value: &Value) -> TokenStream {
        self.program.view_mut(&self.name(value.buffer), &value.shape)
    }

    fn statement(&self, instruction: &Instruction, training: bool) -> TokenStream {
        let call = self.call(instruction, training);
        // A recurrent layer leaves zeros behind the end of a sequence, and so does a network inside the network.
        let steps = match instruction.operation {
            Operation::Submodule { .. } | Operation::Recurrent { .. } => None,
            _ => self.given_steps(instruction),
        };
        let clear = steps.map(|steps| {
            let y = self.view_mut(&instruction.output);
            quote!(#NETWORK::clear_padding(#y, #steps);)
        });
        quote!(#call #clear)
    }

    /// Where the steps lie of what an instruction gives, where it is a sequence.
    pub(super) fn given_steps(&self, instruction: &Instruction) -> Option<TokenStream> {
        let stage = instruction.stage(self.program.network)?;
        self.program.times.given(instruction.node?, instruction.stage_index()?, &stage.output)
    }

    /// Where the steps lie of what an instruction takes from a source, where it is a sequence; and their axis.
    pub(super) fn taken_steps(&self, instruction: &Instruction, source: usize) -> Option<(TokenStream, usize)> {
        let shape = instruction.stage(self.program.network)?.inputs.get(source)?;
        self.program.times.taken(instruction.node?, instruction.stage_index()?, source, shape)
    }

    fn call(&self, instruction: &Instruction, training: bool) -> TokenStream {
        let y = self.view_mut(&instruction.output);
        let views: Vec<TokenStream> = instruction.inputs.iter().map(|value| self.view(value)).collect();
        let x = views.first();
        match instruction.operation {
            Operation::ToInnermost => quote!(#LAYERS::interleave(#x, #y);),
            Operation::ToRows => quote!(#LAYERS::deinterleave(#x, #y);),
            Operation::Copy => quote!(#LAYERS::copy(#x, #y);),
            Operation::Weights { activation, before, .. } => {
                let layer = layer(self.program, instruction);
                let tied = instruction.tied(self.program.network).map(|name| quote!(&self.#name,));
                // In training the activation is an instruction of its own where its derivative needs what it takes.
                let before = before.filter(|_| training).map(|buffer| Value { buffer, ..instruction.output.clone() });
                let (y, after) = match &before {
                    Some(before) => (self.view_mut(before), self.activated(instruction, activation, before, &y)),
                    None => (y, TokenStream::new()),
                };
                let activation = fused(self.program, instruction, activation.filter(|_| before.is_none()));
                if training && phases::is_synchronized(self.program, instruction) {
                    let common = phases::common(self.program, instruction);
                    return quote!(#layer.forward_train(#x, #y, &mut #common #activation); #after);
                }
                quote!(#layer.forward(#tied #x, #y #activation); #after)
            }
            Operation::Plain { .. } | Operation::InPlace { .. } => {
                let Some((calls, call)) = self.calls(instruction, y, training) else { return TokenStream::new() };
                calls.forward(&call)
            }
            Operation::Recurrent { ref states, .. } => {
                let layer = layer(self.program, instruction);
                let method = format_ident!("{}", if training { "forward" } else { "infer" });
                let (from, into) = (self.view(&states.start), self.view_mut(&states.start));
                let begin = views.get(1).map(|other| quote!(#LAYERS::begin(#other, #into);));
                let (end, trace, lengths) =
                    (self.view_mut(&states.end), self.name(states.saved), self.lengths(instruction));
                quote!(#begin #layer.#method(#x, #y, #lengths, #from, #end, #trace.data_mut());)
            }
            Operation::FixedPoint { other, .. } => {
                let (layer, other) = (layer(self.program, instruction), self.name(other));
                let other = self.program.view_mut(&other, &instruction.output.shape);
                quote!(#layer.forward(#x, #y, #other);)
            }
            Operation::Submodule { .. } => {
                let method = format_ident!("{}", if training { "forward" } else { "infer" });
                let (nested, layer) = (self.nested(instruction, training), layer(self.program, instruction));
                quote!(#nested.#method(&#layer, #y);)
            }
        }
    }

    /// The activation of a layer with parameters, from what it takes.
    fn activated(
        &self,
        instruction: &Instruction,
        index: Option<usize>,
        before: &Value,
        y: &TokenStream,
    ) -> TokenStream {
        let (x, function) = (self.view(before), function(self.program, instruction, index));
        quote!(#LAYERS::activation::apply(#function, #x, #y);)
    }

    /// What a part tells the others before the instruction.
    fn measure(&self, instruction: &Instruction) -> TokenStream {
        let (layer, x) = (layer(self.program, instruction), self.view(&instruction.inputs[0]));
        let common = phases::common(self.program, instruction);
        match self.taken_steps(instruction, 0) {
            Some((steps, _)) => quote!(#layer.measure_steps(#x, #steps, &mut #common);),
            None => quote!(#layer.measure(#x, &mut #common);),
        }
    }

    /// The lengths of the sequences of vectors that an instruction takes.
    pub(super) fn lengths(&self, instruction: &Instruction) -> TokenStream {
        let Some((node, stage)) = instruction.node.zip(instruction.stage_index()) else { return quote!(&[]) };
        self.program.times.of_vectors(node, stage)
    }

    /// A network inside the network, with its input and its memory.
    pub(super) fn nested(&self, instruction: &Instruction, training: bool) -> TokenStream {
        let (Operation::Submodule { scratch, .. }, Some((name, inside))) =
            (&instruction.operation, instruction.part(self.program.network))
        else {
            return TokenStream::new();
        };
        let (x, scratch) = (self.name(instruction.inputs[0].buffer), self.name(*scratch));
        let inside = if training { inside.trained() } else { inside.with_element() };
        let place = instruction.node.zip(instruction.stage_index());
        let lengths = place.and_then(|(node, stage)| self.program.times.lengths_of_part(node, stage, &quote!(#inside)));
        let lengths = lengths.map(|lengths| quote!(.with_lengths(#lengths)));
        let (kept, random, sizes) = (part_name(name), random(instruction), sizing::of_part(self.program, name));
        let (leg, common) = if training {
            (phases::own_phase().into_token_stream(), phases::common(self.program, instruction))
        } else {
            (quote!(0), quote!(#PART.common.within(0)))
        };
        quote! {
            #NETWORK::Nested::<'_, #inside>::new(
                #x.rows()#lengths, #NETWORK::KeptArray::reborrow(#kept), #sizes, #scratch.scratch(), #PART.first, #random, #leg, #common,
            )
        }
    }

    /// The calls of an instruction, and their values; `output` is the instruction's, as the calls use it.
    pub(super) fn calls(
        &self,
        instruction: &Instruction,
        output: TokenStream,
        training: bool,
    ) -> Option<(&'a dyn Calls, Call<'a>)> {
        let stage = instruction.stage(self.program.network)?;
        let calls: &dyn Calls = match stage.facts().work {
            Work::Activation(activation) => activation,
            Work::Calls(calls, _) => calls,
            Work::Penalty(penalty) => penalty,
            _ => return None,
        };
        let call = Call {
            of: stage.placement(),
            inputs: instruction.inputs.iter().map(|value| self.view(value)).collect(),
            shapes: instruction.inputs.iter().map(|value| value.shape.clone()).collect(),
            input_mut: self.view_mut(instruction.inputs.first().unwrap_or(&instruction.output)),
            output,
            layer: layer(self.program, instruction),
            training,
            steps: self.taken_steps(instruction, 0),
            lengths: self.lengths(instruction),
            random: random(instruction),
            encoder: encoder(self.program, instruction),
        };
        Some((calls, call))
    }
}

/// What the inputs' rows are called.
pub(super) fn input_names(names: &Names<'_, '_>) -> Vec<Ident> {
    let buffers = names.program.buffers.iter().enumerate().filter(|(_, info)| info.input.is_some());
    buffers.map(|(buffer, _)| names.name(buffer)).collect()
}

/// A layer: the network's field, or one made on the spot where the node has no name.
pub(super) fn layer(program: &Program<'_>, instruction: &Instruction) -> TokenStream {
    let Some(stage) = instruction.stage(program.network) else { return TokenStream::new() };
    let node = instruction.node.map(|node| &program.network.nodes[node]);
    match node.and_then(Node::held).filter(|(_, held)| std::ptr::eq(*held, stage)) {
        Some((name, _)) => quote!(self.#name),
        None => stage.runtime().map_or_else(TokenStream::new, |runtime| runtime.here),
    }
}

/// The activation that a layer applies to its result, as the last argument of a call; nothing where the layer is activated by itself.
pub(super) fn fused(program: &Program<'_>, instruction: &Instruction, index: Option<usize>) -> Option<TokenStream> {
    instruction.stage(program.network)?.weights().filter(|weights| weights.fuses)?;
    let function = function(program, instruction, index);
    Some(quote!(, #function))
}

/// An activation of the instruction's node, the identity where there is none.
pub(super) fn function(program: &Program<'_>, instruction: &Instruction, index: Option<usize>) -> TokenStream {
    let stages = instruction.node.map(|node| &program.network.nodes[node].stages);
    activation(index.zip(stages).and_then(|(index, stages)| stages.get(index)))
}

/// The dense layer that an instruction reads the weight of, and the activation behind it.
pub(super) fn encoder<'a>(program: &Program<'a>, instruction: &Instruction) -> Option<Encoder<'a>> {
    let (name, stage) = instruction.reads_weight(program.network)?;
    Some(Encoder { name, function: activation(stage) })
}

/// The function of a stage that is an activation, else the identity.
fn activation(stage: Option<&Stage>) -> TokenStream {
    let function = stage.and_then(|stage| Some(stage.activation()?.runtime(&stage.kind)));
    function.unwrap_or_else(|| quote!(#LAYERS::Identity))
}

/// The random numbers of an instruction's layer.
pub(super) fn random(instruction: &Instruction) -> TokenStream {
    let node = instruction.node.unwrap_or(0) as u64;
    let stage = match instruction.operation {
        Operation::Plain { stage } | Operation::Submodule { stage, .. } => stage as u64,
        _ => 0,
    };
    let layer = proc_macro2::Literal::u64_unsuffixed(node << 8 | stage);
    quote!(#PART.random.layer(#layer))
}
