//! The steps in reverse order: gradients with respect to values, and what is left for the whole batch.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};

use crate::{
    emit::{
        finish,
        forward::{self, Names},
        phases::{self, Legs},
        plan::Pool,
        structure::{learned, learned_name},
    },
    layers::{self, Gradient, WeightGradient},
    names::{self, E, INPUTS, LAYERS, NETWORK, PART, SHARE},
    network::Stage,
    program::{Buffer, Memory, Operation, Program, Step, Value},
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
    /// of the traces of layers with memory.
    pub(super) kept: Vec<Dimension>,
    /// The widths of the other gradients' slots.
    pub(super) scratch: Vec<TokenStream>,
    /// The numbers of each layer's part of a share's buffer.
    pub(super) share: Vec<TokenStream>,
}

/// Who needs the gradient with respect to a value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Need {
    /// Only who asks for the gradients with respect to the inputs.
    Inputs,
    /// The parameters before it.
    Parameters,
}

/// The memory of a gradient.
#[derive(Clone)]
struct Slot {
    name: Ident,
    /// Its place in the pool, for one that lives in scratch.
    pooled: Option<usize>,
}

struct Writer<'p, 'a> {
    names: Names<'p, 'a>,
    needs: Vec<Need>,
    /// The memory of the gradients kept for the whole batch.
    homes: Vec<Option<Ident>>,
    /// The gradients calculated so far.
    gradients: Vec<Option<Slot>>,
    pool: Pool,
    /// The statements of the steps before.
    legs: Legs,
    /// Those of the step that is being written.
    statements: TokenStream,
}

pub(super) fn backward(program: &Program<'_>, kept: &[Buffer], scratch: &[Buffer]) -> Backward {
    let network = program.network;
    let inputs = (0..program.buffers.len()).filter(|&buffer| program.buffers[buffer].input.is_some());
    let mut fixed: Vec<Buffer> = program.outputs.iter().copied().chain(inputs).collect();
    for step in program.steps.iter().filter(|step| step.is_kept(network)) {
        if !fixed.contains(&step.output.buffer) {
            fixed.push(step.output.buffer);
        }
    }
    let mut homes: Vec<Option<Ident>> = vec![None; program.buffers.len()];
    let traces: Vec<Buffer> = program.traces().collect();
    for &buffer in &fixed {
        homes[buffer] = Some(gradient_name(program, buffer));
    }
    let mut gradients: Vec<Option<Slot>> = vec![None; program.buffers.len()];
    for &output in &program.outputs {
        gradients[output] = homes[output].clone().map(|name| Slot { name, pooled: None });
    }
    let mut writer = Writer {
        names: Names { program, slot: &|_| None },
        needs: needs(program),
        homes,
        gradients,
        pool: Pool::default(),
        legs: Legs::new(program),
        statements: TokenStream::new(),
    };
    for (output, buffer) in program.outputs.iter().enumerate() {
        if let Some((steps, d)) = program.times.output(network, output).zip(writer.homes[*buffer].clone()) {
            // What an output has behind the end of a sequence is no matter of any cost.
            writer.legs.add(quote!(#d.clear_padding(#steps);));
        }
    }
    for step in program.steps.iter().rev() {
        writer.step(step);
    }
    let Writer { names, pool, legs, homes, .. } = writer;
    let statements = legs.finish();
    let gradient_slots = pool.widths();
    let mut slot_names: Vec<Ident> = scratch.iter().map(|&buffer| names.name(buffer)).collect();
    slot_names.extend((0..gradient_slots.len()).map(pooled_name));
    let widths = scratch.iter().map(|&buffer| types::size(&program.buffers[buffer].width));
    let widths: Vec<TokenStream> = widths.chain(gradient_slots.iter().cloned()).collect();
    let adding_up: Vec<&Ident> = adding_up(program);
    // The parts come last, each with all that it adds up itself.
    let own = program.steps.iter().filter_map(|step| share_width(program, step));
    let nested = program.parts().map(|(_, part)| part.network()).map(|network| quote!(#network::PLAN.share));
    let share: Vec<TokenStream> = own.chain(nested).collect();
    let shares = (!share.is_empty()).then(|| {
        let names = adding_up.iter().copied().chain(program.parts().map(|(name, _)| name)).map(share_name);
        quote!(let [#(#names),*] = #NETWORK::split(#SHARE, [#(#share),*]);)
    });
    let kept_names = kept.iter().map(|&buffer| names.name(buffer));
    let fixed_names: Vec<Ident> = fixed.iter().filter_map(|&buffer| homes[buffer].clone()).collect();
    let input_names = forward::input_names(&names);
    let slots =
        (!slot_names.is_empty()).then(|| quote!(let [#(#slot_names),*] = &mut #PART.scratch.slots([#(#widths),*]);));
    let trace_names: Vec<Ident> = traces.iter().map(|&buffer| names.name(buffer)).collect();
    let kept_gradients: Vec<Ident> = fixed_names.into_iter().chain(trace_names).collect();
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
    let finish = finish::finish(&names, kept, &kept_gradients, &homes);
    let width = |&buffer: &Buffer| program.buffers[buffer].width.clone();
    let kept = fixed.iter().chain(&traces).map(width).collect();
    Backward { part, finish, kept, scratch: gradient_slots, share }
}

fn gradient_name(program: &Program<'_>, buffer: Buffer) -> Ident {
    names::local("d", &program.buffers[buffer].name)
}

fn pooled_name(slot: usize) -> Ident {
    names::local("gradient", &slot.to_string())
}

fn share_name(layer: &Ident) -> Ident {
    names::local("share", &layer.to_string())
}

/// A layer's part of a share's gradients; nothing where it does not learn.
fn share_of(layer: &Ident) -> TokenStream {
    let (share, learned) = (share_name(layer), learned_name(layer));
    quote!(#learned.share(#share))
}

/// For each buffer, who needs its gradient.
fn needs(program: &Program<'_>) -> Vec<Need> {
    let mut needs = vec![Need::Inputs; program.buffers.len()];
    for step in &program.steps {
        let trained =
            matches!(step.operation, Operation::Trained { .. } | Operation::Part { .. } | Operation::Recurrent { .. });
        let own = if trained { Need::Parameters } else { Need::Inputs };
        let before = step.inputs.iter().map(|value| needs[value.buffer]);
        let need = before.chain([own, needs[step.output.buffer]]).max();
        for output in [Some(step.output.buffer), step.memory().map(|memory| memory.end.buffer)].into_iter().flatten() {
            needs[output] = need.unwrap_or(Need::Inputs);
        }
    }
    needs
}

/// Whether the stage's parameter gradients are added up sample by sample.
fn accumulates(stage: &Stage) -> bool {
    let gradient = stage.weights().map(|weights| weights.gradient);
    matches!(gradient, Some(WeightGradient::Accumulated | WeightGradient::Synchronized))
}

/// The fields whose parameter gradients are added up sample by sample.
pub(super) fn adding_up<'a>(program: &Program<'a>) -> Vec<&'a Ident> {
    let network = program.network;
    let adds_up = |step: &&Step| step.stage(network).is_some_and(accumulates);
    let nodes = program.steps.iter().filter(adds_up).filter_map(|step| step.node);
    nodes.filter_map(|node| network.nodes[node].name.as_ref()).collect()
}

/// The numbers in the parameters and the statistics of such a layer.
pub(super) fn share_width(program: &Program<'_>, step: &Step) -> Option<TokenStream> {
    let stage = step.stage(program.network).filter(|stage| accumulates(stage))?;
    let tensors = stage.parameters().into_iter().chain(stage.statistics());
    let lengths: Vec<TokenStream> = tensors.map(|tensor| types::size(&types::length(&tensor.shape))).collect();
    Some(quote!(#NETWORK::total(&[#(#lengths),*])))
}

impl Writer<'_, '_> {
    fn program(&self) -> &Program<'_> {
        self.names.program
    }

    fn step(&mut self, step: &Step) {
        let output = step.output.buffer;
        // A layer whose last state is read, and nothing else of it, has a gradient of zeros.
        if step.memory().is_some_and(|memory| self.gradients[memory.end.buffer].is_some())
            && self.gradients[output].is_none()
        {
            let (slot, _) = self.target(&step.output);
            let d = self.program().view_mut(&slot.name, &step.output.shape);
            self.statements.extend(quote!(#LAYERS::clear(#d);));
        }
        // A value that no output depends on has no gradient.
        let Some(slot) = self.gradients[output].clone() else { return };
        let in_place = step.inputs.is_empty();
        let transferred = self.reverse(step, &slot);
        self.clear_padding(step);
        let mine = std::mem::take(&mut self.statements);
        let only_inputs = self.needs[output] == Need::Inputs;
        self.legs.add(if only_inputs && !mine.is_empty() { quote!(if #INPUTS { #mine }) } else { mine });
        if !in_place
            && !transferred
            && let Some(place) = slot.pooled
        {
            self.pool.give_back(place);
        }
    }

    /// Sets the gradients with respect to what a step takes to 0 where there is padding: 0 times a slope that is no number is none, and windows
    /// reach over the end of a sequence.
    fn clear_padding(&mut self, step: &Step) {
        if matches!(step.operation, Operation::Recurrent { .. }) {
            return;
        }
        for (source, input) in step.inputs.iter().enumerate() {
            let Some((steps, _)) = self.names.taken_steps(step, source) else { continue };
            let Some(slot) = self.gradients[input.buffer].clone() else { continue };
            let d_x = self.program().view_mut(&slot.name, &input.shape);
            let call = quote!(#NETWORK::clear_padding(#d_x, #steps););
            let guarded = self.needs[input.buffer] == Need::Inputs;
            self.statements.extend(if guarded { quote!(if #INPUTS { #call }) } else { call });
        }
    }

    /// Prints the reverse of a step; whether the gradient of what it gives has become that of what it takes.
    fn reverse(&mut self, step: &Step, slot: &Slot) -> bool {
        let (name, shape) = (&slot.name, &step.output.shape);
        let (d, d_mut) = (self.program().view(name, shape), self.program().view_mut(name, shape));
        let y = self.names.view(&step.output);
        match step.operation {
            Operation::Interleave => self.write(step, 0, |x| quote!(#LAYERS::deinterleave(#d, #x);)),
            Operation::Deinterleave => self.write(step, 0, |x| quote!(#LAYERS::interleave(#d, #x);)),
            Operation::Copy => return self.pass_on(step, slot),
            Operation::Trained { activation, before, .. } => self.trained(step, (activation, before), &y, [&d, &d_mut]),
            Operation::Part { .. } => self.part(step, &d),
            // It has no gradient, and the network none.
            Operation::Settle { .. } => {}
            Operation::Recurrent { ref memory, .. } => self.recurrent(step, memory, &d),
            Operation::Plain { .. } | Operation::InPlace { .. } => {
                let Some((calls, call)) = self.names.calls(step, y, true) else { return false };
                match calls.backward(&call, &Gradient { read: d, write: d_mut }) {
                    layers::Backward::Nothing => {}
                    layers::Backward::InPlace(statements) => {
                        self.statements.extend(statements);
                        return !step.inputs.is_empty() && self.pass_on(step, slot);
                    }
                    layers::Backward::Each { shared, calls } => {
                        let before = std::mem::take(&mut self.statements);
                        for (index, call) in calls.iter().enumerate() {
                            self.write(step, index, |d_x| call(&d_x));
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
        step: &Step,
        (activation, before): (Option<usize>, Option<Buffer>),
        y: &TokenStream,
        [d, d_mut]: [&TokenStream; 2],
    ) {
        let layer = forward::layer(self.program(), step);
        let first = before.map(|buffer| {
            let (x, function) = (
                self.names.view(&Value { buffer, ..step.output.clone() }),
                forward::function(self.program(), step, activation),
            );
            quote!(#LAYERS::activation::backward_from_input(#function, #x, #d_mut);)
        });
        let activation = forward::fused(self.program(), step, activation.filter(|_| before.is_none()));
        let input = &step.inputs[0];
        let need = self.needs[input.buffer];
        let (target, temporary) = self.target(input);
        let d_x = self.optional(&target, input);
        let field = step.node.and_then(|node| self.program().network.nodes[node].name.as_ref());
        let call = if step.has_product(self.program().network) {
            let tied = step.tied(self.program().network).map(|name| quote!(&self.#name,));
            quote!(#first #layer.backward(#tied #y, #d_mut, #d_x #activation);)
        } else if phases::meets(self.program(), step) {
            let (x, share, common) =
                (self.names.view(input), field.map(share_of), phases::common(self.program(), step));
            self.legs.add(quote! {
                #first
                #layer.measure_gradient(#x, #y, #d_mut, &mut #common, #share, #PART.first == 0 #activation);
            });
            self.legs.meet();
            let d_x = self.program().view_mut(&target.name, &input.shape);
            let call = quote!(#layer.backward(#x, #d, #d_x, &mut #common););
            if need == Need::Inputs { quote!(if #INPUTS { #call }) } else { call }
        } else {
            let x = self.names.view(input);
            let share = field.map(share_of);
            quote!(#first #layer.backward(#x, #y, #d_mut, #d_x, #share #activation);)
        };
        self.statements.extend(call);
        self.add_temporary(input, &target, temporary, need == Need::Inputs);
    }

    /// Prints the backward pass of a network inside the network.
    fn part(&mut self, step: &Step, d: &TokenStream) {
        let input = &step.inputs[0];
        let (target, temporary) = self.target(input);
        let inputs = match self.needs[input.buffer] {
            Need::Parameters => quote!(true),
            Need::Inputs => quote!(#INPUTS),
        };
        let layer = forward::layer(self.program(), step);
        let (share, learned) =
            step.part(self.program().network).map(|(name, _)| (share_name(name), learned_name(name))).unzip();
        let nested = self.names.nested(step, true);
        let d_x = self.optional(&target, input);
        if let Some((_, part)) = step.part(self.program().network) {
            let call = quote!(#nested.backward::<#inputs, _, _>(&#layer, #d, #d_x, #share, #learned););
            self.legs.part(&part.network(), &call);
        }
        self.add_temporary(input, &target, temporary, self.needs[input.buffer] == Need::Inputs);
    }

    /// Prints the backward pass of a layer with memory, from the gradients with respect to what it gives and to its last state, where that is
    /// another layer's first.
    fn recurrent(&mut self, step: &Step, memory: &Memory, d: &TokenStream) {
        let layer = forward::layer(self.program(), step);
        let (lengths, trace) = (self.names.lengths(step), self.names.name(memory.trace));
        let end = self.gradients[memory.end.buffer].clone();
        let state = self.program().alias(&memory.end.shape);
        let option = |view: Option<TokenStream>, kind: &str| match (view, format_ident!("{kind}")) {
            (Some(view), _) => quote!(::core::option::Option::Some(#view)),
            (None, kind) => quote!(::core::option::Option::None::<#NETWORK::#kind<'_, #state, #E>>),
        };
        let d_end = option(end.as_ref().map(|slot| self.program().view(&slot.name, &memory.end.shape)), "View");
        let input = &step.inputs[0];
        let (target, temporary) = self.target(input);
        let d_x = self.optional(&target, input);
        let other = step.inputs.get(1).map(|other| (other, self.target(other)));
        let d_other = other.as_ref().map(|(other, (slot, _))| self.program().view_mut(&slot.name, &other.shape));
        let d_start = option(d_other.clone(), "ViewMut");
        self.statements.extend(quote!(#layer.backward(#d, #d_x, #lengths, #d_end, #d_start, #trace.data_mut());));
        if let (Some((other, (slot, temporary))), Some(d_other)) = (other, d_other) {
            let start = self.names.view(&memory.start);
            self.statements.extend(quote!(#LAYERS::begin_backward(#start, #d_other);));
            self.add_temporary(other, &slot, temporary, false);
        }
        self.add_temporary(input, &target, temporary, self.needs[input.buffer] == Need::Inputs);
        if let Some(place) = end.and_then(|slot| slot.pooled) {
            self.pool.give_back(place);
        }
    }

    /// The gradient with respect to a value, to write. Where nobody asks for that with respect to the inputs, there is no memory for it.
    fn optional(&self, target: &Slot, value: &Value) -> TokenStream {
        let d_x = self.program().view_mut(&target.name, &value.shape);
        match self.needs[value.buffer] {
            Need::Parameters => quote!(::core::option::Option::Some(#d_x)),
            Need::Inputs => {
                quote!(if #INPUTS { ::core::option::Option::Some(#d_x) } else { ::core::option::Option::None })
            }
        }
    }

    /// Prints a call that writes the gradient with respect to the step's source `index`.
    fn write(&mut self, step: &Step, index: usize, call: impl Fn(TokenStream) -> TokenStream) {
        let input = &step.inputs[index];
        let guarded = self.needs[input.buffer] == Need::Inputs && self.needs[step.output.buffer] == Need::Parameters;
        let (target, temporary) = self.target(input);
        let call = call(self.program().view_mut(&target.name, &input.shape));
        self.statements.extend(if guarded { quote!(if #INPUTS { #call }) } else { call });
        self.add_temporary(input, &target, temporary, guarded);
    }

    /// Where the next gradient with respect to a value goes: its own memory the first time, and temporary memory
    /// later, from where it is added.
    fn target(&mut self, value: &Value) -> (Slot, bool) {
        let buffer = value.buffer;
        let width = self.program().buffers[buffer].width.clone();
        if self.gradients[buffer].is_some() {
            return (self.pooled(&width), true);
        }
        let slot = match self.homes[buffer].clone() {
            Some(name) => Slot { name, pooled: None },
            None => self.pooled(&width),
        };
        self.gradients[buffer] = Some(slot.clone());
        (slot, false)
    }

    fn pooled(&mut self, width: &Dimension) -> Slot {
        let place = self.pool.take(width);
        Slot { name: pooled_name(place), pooled: Some(place) }
    }

    fn add_temporary(&mut self, value: &Value, slot: &Slot, temporary: bool, guarded: bool) {
        if !temporary {
            return;
        }
        let Some(sum) = self.gradients[value.buffer].clone() else { return };
        let (x, sum) =
            (self.program().view(&slot.name, &value.shape), self.program().view_mut(&sum.name, &value.shape));
        let call = quote!(#LAYERS::accumulate(#x, #sum););
        self.statements.extend(if guarded { quote!(if #INPUTS { #call }) } else { call });
        if let Some(place) = slot.pooled {
            self.pool.give_back(place);
        }
    }

    /// The gradient of what a step gives is that of each of its sources; the last one may take over its memory.
    fn pass_on(&mut self, step: &Step, slot: &Slot) -> bool {
        let shape = &step.output.shape;
        let last = step.inputs.len() - 1;
        for (index, input) in step.inputs.iter().enumerate() {
            let first = self.gradients[input.buffer].is_none() && self.homes[input.buffer].is_none();
            if index == last && first && slot.pooled.is_some() {
                self.gradients[input.buffer] = Some(slot.clone());
                return true;
            }
            let guarded =
                self.needs[input.buffer] == Need::Inputs && self.needs[step.output.buffer] == Need::Parameters;
            let function = if self.gradients[input.buffer].is_none() { "copy" } else { "accumulate" };
            let function = format_ident!("{function}");
            let sum = match self.gradients[input.buffer].clone() {
                Some(slot) => slot,
                None => self.target(input).0,
            };
            let (d, sum) = (self.program().view(&slot.name, shape), self.program().view_mut(&sum.name, shape));
            let call = quote!(#LAYERS::#function(#d, #sum););
            self.statements.extend(if guarded { quote!(if #INPUTS { #call }) } else { call });
        }
        false
    }
}
