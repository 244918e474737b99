//! The instructions in reverse order: gradients with respect to values, and what is left for the whole batch.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};

use crate::{
    emit::{
        finish,
        forward::{self, Names},
        phases::{self, Phases},
        structure::{learned, learned_name},
    },
    layers::{self, Gradient, WeightGradient},
    names::{self, E, INPUTS, LAYERS, NETWORK, PART, SHARE},
    network::Stage,
    program::{Buffer, Gradients, Homes, Instruction, Need, Operation, Program, Slot, StateBuffers, Value},
    shape::Dimension,
    shape::types,
};

/// The backward pass, printed.
pub(super) struct Backward {
    /// The body of `backward_part`.
    pub(super) part: TokenStream,
    /// The body of `finish`.
    pub(super) finish: TokenStream,
    /// The widths of the gradients kept for the whole batch: with respect to the outputs, the inputs, what dense layers give; and then those
    /// of the saved states of recurrent layers.
    pub(super) kept: Vec<Dimension>,
    /// The widths of the other gradients' slots.
    pub(super) scratch: Vec<TokenStream>,
    /// The numbers of each layer's part of a share's buffer.
    pub(super) share: Vec<TokenStream>,
}

struct Writer<'p, 'a> {
    names: Names<'p, 'a>,
    gradients: Gradients,
    /// The statements of the instructions before.
    phases: Phases,
    /// Those of the instruction that is being written.
    statements: TokenStream,
}

pub(super) fn backward(program: &Program<'_>, homes: &Homes) -> Backward {
    let network = program.network;
    let (names, gradients) = (Names::own(program), Gradients::new(program));
    let mut writer = Writer { names, gradients, phases: Phases::new(program), statements: TokenStream::new() };
    for (output, &buffer) in program.outputs.iter().enumerate() {
        if let Some(steps) = program.times.output(network, output) {
            // What an output has behind the end of a sequence is no matter of any cost.
            let d = gradient_name(program, buffer);
            writer.phases.add(quote!(#d.clear_padding(#steps);));
        }
    }
    for instruction in program.instructions.iter().rev() {
        writer.reverse_of(instruction);
    }
    let Writer { names, gradients, phases, .. } = writer;
    let (statements, fixed) = (phases.finish(), gradients.kept.clone());
    let gradient_slots: Vec<TokenStream> = gradients.into_widths().iter().map(|widths| types::widest(widths)).collect();
    let slot_names = names.scratch(homes).into_iter().chain((0..gradient_slots.len()).map(shared_name));
    let slot_names: Vec<Ident> = slot_names.collect();
    let widths = [forward::scratch_widths(program, homes), gradient_slots.clone()].concat();
    let accumulating: Vec<&Ident> = accumulating(program);
    // The parts come last, each with all that it adds up itself.
    let own = program.instructions.iter().filter_map(|instruction| accumulator_width(program, instruction));
    let nested = program.parts().map(|(_, part)| part.network()).map(|network| quote!(#network::PLAN.share));
    let share: Vec<TokenStream> = own.chain(nested).collect();
    let shares = (!share.is_empty()).then(|| {
        let names = accumulating.iter().copied().chain(program.parts().map(|(name, _)| name)).map(accumulator_name);
        quote!(let [#(#names),*] = #NETWORK::split(#SHARE, [#(#share),*]);)
    });
    let kept_names = homes.kept.iter().map(|&buffer| names.name(buffer));
    let input_names = forward::input_names(&names);
    let slots =
        (!slot_names.is_empty()).then(|| quote!(let [#(#slot_names),*] = &mut #PART.scratch.slots([#(#widths),*]);));
    let traces: Vec<Buffer> = program.saved_states().collect();
    let fixed_names = fixed.iter().map(|&buffer| gradient_name(program, buffer));
    let kept_gradients: Vec<Ident> = fixed_names.chain(traces.iter().map(|&buffer| names.name(buffer))).collect();
    let pattern = forward::with_parts(program, quote!([#(#kept_names,)* #(#kept_gradients),*]));
    let sizes = program.sizes(&quote!(#PART));
    let lengths = program.times.statements(&input_names);
    let learned = (!share.is_empty()).then(|| learned(network, &PART.ident().into_token_stream()));
    let part = quote! {
        #sizes
        #learned
        let [#(#input_names),*] = #PART.inputs;
        #lengths
        let #pattern = &mut #PART.kept;
        #slots
        #shares
        #statements
    };
    let finish = finish::finish(&names, homes, &kept_gradients);
    let width = |&buffer: &Buffer| program.buffers[buffer].width.clone();
    let kept = fixed.iter().chain(&traces).map(width).collect();
    Backward { part, finish, kept, scratch: gradient_slots, share }
}

pub(super) fn gradient_name(program: &Program<'_>, buffer: Buffer) -> Ident {
    names::local("d", &program.buffers[buffer].name)
}

fn shared_name(slot: usize) -> Ident {
    names::local("gradient", &slot.to_string())
}

fn slot_name(program: &Program<'_>, slot: Slot) -> Ident {
    match slot {
        Slot::Kept(buffer) => gradient_name(program, buffer),
        Slot::Shared(slot) => shared_name(slot),
    }
}

fn accumulator_name(layer: &Ident) -> Ident {
    names::local("share", &layer.to_string())
}

/// A layer's part of a share's gradients; nothing where it does not learn.
fn accumulator_of(layer: &Ident) -> TokenStream {
    let (share, learned) = (accumulator_name(layer), learned_name(layer));
    quote!(#learned.share(#share))
}

/// Whether the stage's parameter gradients are added up sample by sample.
fn accumulates(stage: &Stage) -> bool {
    let gradient = stage.weights().map(|weights| weights.gradient);
    matches!(gradient, Some(WeightGradient::Accumulated | WeightGradient::Synchronized))
}

/// The fields whose parameter gradients are added up sample by sample.
pub(super) fn accumulating<'a>(program: &Program<'a>) -> Vec<&'a Ident> {
    let network = program.network;
    let adds_up = |instruction: &&Instruction| instruction.stage(network).is_some_and(accumulates);
    let nodes = program.instructions.iter().filter(adds_up).filter_map(|instruction| instruction.node);
    nodes.filter_map(|node| network.nodes[node].name.as_ref()).collect()
}

/// The numbers in the parameters of such a layer.
pub(super) fn accumulator_width(program: &Program<'_>, instruction: &Instruction) -> Option<TokenStream> {
    let stage = instruction.stage(program.network).filter(|stage| accumulates(stage))?;
    let lengths: Vec<TokenStream> =
        stage.parameters().iter().map(|tensor| types::size(&types::length(&tensor.shape))).collect();
    Some(quote!(#NETWORK::total(&[#(#lengths),*])))
}

impl Writer<'_, '_> {
    fn program(&self) -> &Program<'_> {
        self.names.program
    }

    /// The gradient in a slot as that of a value, to read.
    fn view(&self, slot: Slot, value: &Value) -> TokenStream {
        self.program().view(&slot_name(self.program(), slot), &value.shape)
    }

    /// The same, to write.
    fn view_mut(&self, slot: Slot, value: &Value) -> TokenStream {
        self.program().view_mut(&slot_name(self.program(), slot), &value.shape)
    }

    /// Whether only who asks for the gradients with respect to the inputs needs that of a value.
    fn is_for_inputs(&self, value: &Value) -> bool {
        self.gradients.need(value.buffer) == Need::Inputs
    }

    /// A statement, where it is for the inputs alone under the condition that somebody asks for those.
    fn add(&mut self, for_inputs: bool, call: TokenStream) {
        self.statements.extend(if for_inputs { quote!(if #INPUTS { #call }) } else { call });
    }

    fn reverse_of(&mut self, instruction: &Instruction) {
        let output = instruction.output.buffer;
        // A layer whose last state is read, and nothing else of it, has a gradient of zeros.
        if instruction.states().is_some_and(|states| self.gradients.of(states.end.buffer).is_some())
            && self.gradients.of(output).is_none()
        {
            let (slot, _) = self.target(&instruction.output);
            let d = self.view_mut(slot, &instruction.output);
            self.statements.extend(quote!(#LAYERS::clear(#d);));
        }
        // A value that no output depends on has no gradient.
        let Some(slot) = self.gradients.of(output) else { return };
        let in_place = instruction.inputs.is_empty();
        let transferred = self.reverse(instruction, slot);
        self.clear_padding(instruction);
        let mine = std::mem::take(&mut self.statements);
        let only_inputs = self.gradients.need(output) == Need::Inputs;
        self.phases.add(if only_inputs && !mine.is_empty() { quote!(if #INPUTS { #mine }) } else { mine });
        if !in_place && !transferred {
            self.gradients.release(slot);
        }
    }

    /// Sets the gradients with respect to what an instruction takes to 0 where there is padding: 0 times a derivative that is no number is none, and windows
    /// reach over the end of a sequence.
    fn clear_padding(&mut self, instruction: &Instruction) {
        if matches!(instruction.operation, Operation::Recurrent { .. }) {
            return;
        }
        for (source, input) in instruction.inputs.iter().enumerate() {
            let Some((steps, _)) = self.names.taken_steps(instruction, source) else { continue };
            let Some(slot) = self.gradients.of(input.buffer) else { continue };
            let d_x = self.view_mut(slot, input);
            self.add(self.is_for_inputs(input), quote!(#NETWORK::clear_padding(#d_x, #steps);));
        }
    }

    /// Prints the reverse of an instruction; whether the gradient of what it gives has become that of what it takes.
    fn reverse(&mut self, instruction: &Instruction, slot: Slot) -> bool {
        let (d, d_mut) = (self.view(slot, &instruction.output), self.view_mut(slot, &instruction.output));
        let y = self.names.view(&instruction.output);
        match instruction.operation {
            Operation::ToInnermost => self.write(instruction, 0, |x| quote!(#LAYERS::deinterleave(#d, #x);)),
            Operation::ToRows => self.write(instruction, 0, |x| quote!(#LAYERS::interleave(#d, #x);)),
            Operation::Copy => return self.pass_on(instruction, slot),
            Operation::Weights { activation, before, .. } => {
                self.trained(instruction, (activation, before), &y, [&d, &d_mut])
            }
            Operation::Submodule { .. } => self.part(instruction, &d),
            // It has no gradient, and the network none.
            Operation::FixedPoint { .. } => {}
            Operation::Recurrent { ref states, .. } => self.recurrent(instruction, states, &d),
            Operation::Plain { .. } | Operation::InPlace { .. } => {
                let network = self.program().network;
                let (Some((calls, call)), Some(stage)) =
                    (self.names.calls(instruction, y, true), instruction.stage(network))
                else {
                    return false;
                };
                match calls.backward(&call, &Gradient { read: d, write: d_mut }) {
                    layers::Backward::Nothing => {
                        debug_assert!(!stage.has_gradient(), "`{}` has no gradient", stage.kind)
                    }
                    layers::Backward::InPlace(statements) => {
                        self.statements.extend(statements);
                        return !instruction.inputs.is_empty() && self.pass_on(instruction, slot);
                    }
                    layers::Backward::Each { shared, calls } => {
                        let before = std::mem::take(&mut self.statements);
                        for (index, call) in calls.iter().enumerate() {
                            self.write(instruction, index, |d_x| call(&d_x));
                        }
                        let calls = std::mem::replace(&mut self.statements, before);
                        self.statements.extend(if shared.is_some() { quote!({ #shared #calls }) } else { calls });
                    }
                }
            }
        }
        false
    }

    fn trained(
        &mut self,
        instruction: &Instruction,
        (activation, before): (Option<usize>, Option<Buffer>),
        y: &TokenStream,
        [d, d_mut]: [&TokenStream; 2],
    ) {
        let layer = forward::layer(self.program(), instruction);
        let first = before.map(|buffer| {
            let (x, function) = (
                self.names.view(&Value { buffer, ..instruction.output.clone() }),
                forward::function(self.program(), instruction, activation),
            );
            quote!(#LAYERS::activation::backward_from_input(#function, #x, #d_mut);)
        });
        let activation = forward::fused(self.program(), instruction, activation.filter(|_| before.is_none()));
        let input = &instruction.inputs[0];
        let for_inputs = self.is_for_inputs(input);
        let (target, temporary) = self.target(input);
        let d_x = self.optional(target, input);
        let field = instruction.node.and_then(|node| self.program().network.nodes[node].name.as_ref());
        let call = if instruction.has_whole_batch_gradient(self.program().network) {
            let tied = instruction.tied(self.program().network).map(|name| quote!(&self.#name,));
            quote!(#first #layer.backward(#tied #y, #d_mut, #d_x #activation);)
        } else if phases::is_synchronized(self.program(), instruction) {
            let (x, share, common) =
                (self.names.view(input), field.map(accumulator_of), phases::common(self.program(), instruction));
            self.phases.add(quote! {
                #first
                #layer.measure_gradient(#x, #y, #d_mut, &mut #common, #share #activation);
            });
            self.phases.barrier();
            let d_x = self.view_mut(target, input);
            let call = quote!(#layer.backward(#x, #d, #d_x, &mut #common););
            if for_inputs { quote!(if #INPUTS { #call }) } else { call }
        } else {
            let x = self.names.view(input);
            let share = field.map(accumulator_of);
            quote!(#first #layer.backward(#x, #y, #d_mut, #d_x, #share #activation);)
        };
        self.statements.extend(call);
        self.add_temporary(input, target, temporary, for_inputs);
    }

    /// Prints the backward pass of a network inside the network.
    fn part(&mut self, instruction: &Instruction, d: &TokenStream) {
        let input = &instruction.inputs[0];
        let (target, temporary) = self.target(input);
        let for_inputs = self.is_for_inputs(input);
        let inputs = if for_inputs { quote!(#INPUTS) } else { quote!(true) };
        let layer = forward::layer(self.program(), instruction);
        let (share, learned) = instruction
            .part(self.program().network)
            .map(|(name, _)| (accumulator_name(name), learned_name(name)))
            .unzip();
        let nested = self.names.nested(instruction, true);
        let d_x = self.optional(target, input);
        if let Some((_, part)) = instruction.part(self.program().network) {
            let call = quote!(#nested.backward::<#inputs, _, _>(&#layer, #d, #d_x, #share, #learned););
            self.phases.part(&part.network(), &call);
        }
        self.add_temporary(input, target, temporary, for_inputs);
    }

    /// Prints the backward pass of a recurrent layer, from the gradients with respect to what it gives and to its last state, where that is
    /// another layer's first.
    fn recurrent(&mut self, instruction: &Instruction, states: &StateBuffers, d: &TokenStream) {
        let layer = forward::layer(self.program(), instruction);
        let (lengths, trace) = (self.names.lengths(instruction), self.names.name(states.saved));
        let end = self.gradients.of(states.end.buffer);
        let state = self.program().alias(&states.end.shape);
        let option = |view: Option<TokenStream>, kind: &str| match (view, format_ident!("{kind}")) {
            (Some(view), _) => quote!(::core::option::Option::Some(#view)),
            (None, kind) => quote!(::core::option::Option::None::<#NETWORK::#kind<'_, #state, #E>>),
        };
        let d_end = option(end.map(|slot| self.view(slot, &states.end)), "View");
        let input = &instruction.inputs[0];
        let (target, temporary) = self.target(input);
        let d_x = self.optional(target, input);
        let other = instruction.inputs.get(1).map(|other| (other, self.target(other)));
        let d_other = other.map(|(other, (slot, _))| self.view_mut(slot, other));
        let d_start = option(d_other.clone(), "ViewMut");
        self.statements.extend(quote!(#layer.backward(#d, #d_x, #lengths, #d_end, #d_start, #trace.data_mut());));
        if let (Some((other, (slot, temporary))), Some(d_other)) = (other, d_other) {
            let start = self.names.view(&states.start);
            self.statements.extend(quote!(#LAYERS::begin_backward(#start, #d_other);));
            self.add_temporary(other, slot, temporary, false);
        }
        self.add_temporary(input, target, temporary, self.is_for_inputs(input));
        if let Some(slot) = end {
            self.gradients.release(slot);
        }
    }

    /// The gradient with respect to a value, to write. Where nobody asks for that with respect to the inputs, there is no memory for it.
    fn optional(&self, target: Slot, value: &Value) -> TokenStream {
        let d_x = self.view_mut(target, value);
        if self.is_for_inputs(value) {
            quote!(if #INPUTS { ::core::option::Option::Some(#d_x) } else { ::core::option::Option::None })
        } else {
            quote!(::core::option::Option::Some(#d_x))
        }
    }

    /// Whether a value's gradient is for the inputs alone, and that of the instruction's output is not.
    fn is_guarded(&self, instruction: &Instruction, value: &Value) -> bool {
        self.is_for_inputs(value) && !self.is_for_inputs(&instruction.output)
    }

    /// Prints a call that writes the gradient with respect to the instruction's source `index`.
    fn write(&mut self, instruction: &Instruction, index: usize, call: impl Fn(TokenStream) -> TokenStream) {
        let input = &instruction.inputs[index];
        let guarded = self.is_guarded(instruction, input);
        let (target, temporary) = self.target(input);
        let call = call(self.view_mut(target, input));
        self.add(guarded, call);
        self.add_temporary(input, target, temporary, guarded);
    }

    /// Where the next gradient with respect to a value goes, and whether that is temporary memory.
    fn target(&mut self, value: &Value) -> (Slot, bool) {
        self.gradients.target(value.buffer, &self.names.program.buffers[value.buffer].width)
    }

    fn add_temporary(&mut self, value: &Value, slot: Slot, temporary: bool, guarded: bool) {
        let Some(sum) = self.gradients.of(value.buffer).filter(|_| temporary) else { return };
        let (x, sum) = (self.view(slot, value), self.view_mut(sum, value));
        self.add(guarded, quote!(#LAYERS::accumulate(#x, #sum);));
        self.gradients.release(slot);
    }

    /// The gradient of what an instruction gives is that of each of its sources; the last one may take over its memory.
    fn pass_on(&mut self, instruction: &Instruction, slot: Slot) -> bool {
        let last = instruction.inputs.len() - 1;
        for (index, input) in instruction.inputs.iter().enumerate() {
            if index == last && self.gradients.take_over(input.buffer, slot) {
                return true;
            }
            let guarded = self.is_guarded(instruction, input);
            let before = self.gradients.of(input.buffer);
            let function = format_ident!("{}", if before.is_none() { "copy" } else { "accumulate" });
            let sum = before.unwrap_or_else(|| self.target(input).0);
            let d = self.view(slot, &instruction.output);
            let sum = self.view_mut(sum, &Value { shape: instruction.output.shape.clone(), ..input.clone() });
            self.add(guarded, quote!(#LAYERS::#function(#d, #sum);));
        }
        false
    }
}
