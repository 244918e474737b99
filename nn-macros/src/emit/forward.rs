//! The steps in order: forward for inference and for training.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};

use crate::{
    emit::{
        phases::{self, Legs},
        sizing,
    },
    layers::{Call, Calls, Encoder, Work},
    names::{self, KEPT, LAYERS, NETWORK, PART},
    network::{Node, Stage},
    program::{Buffer, Homes, Operation, Program, Step, Value},
    shape::types,
};

/// Forward for inference, where buffers share slots.
pub(super) fn infer(program: &Program<'_>, homes: &Homes) -> TokenStream {
    let names = Names { program, slots: &homes.slots };
    let statements = program.steps.iter().map(|step| names.statement(step, false));
    let statements: TokenStream = statements.collect();
    let widths: Vec<TokenStream> = homes.widths.iter().map(|widths| types::widest(widths)).collect();
    let slots: Vec<Ident> = (0..widths.len()).map(slot_name).collect();
    let head = head(program, &homes.kept, &[], &slots, &widths);
    quote!(#head #statements)
}

/// Forward for training: every buffer keeps its values for the backward pass.
pub(super) fn train(program: &Program<'_>, homes: &Homes) -> TokenStream {
    let names = Names::own(program);
    let mut legs = Legs::new(program);
    for step in &program.steps {
        let statement = names.statement(step, true);
        if let Some((_, part)) = step.part(program.network) {
            legs.part(&part.network(), &statement);
            continue;
        }
        if phases::meets(program, step) {
            legs.add(names.measure(step));
            legs.meet();
        }
        legs.add(statement);
    }
    let (statements, scratch, widths) = (legs.finish(), names.scratch(homes), scratch_widths(program, homes));
    let traces: Vec<Buffer> = program.traces().collect();
    let head = head(program, &homes.kept, &traces, &scratch, &widths);
    quote!(#head #statements)
}

/// The widths of a part's buffers in training.
pub(super) fn scratch_widths(program: &Program<'_>, homes: &Homes) -> Vec<TokenStream> {
    homes.scratch.iter().map(|&buffer| types::size(&program.buffers[buffer].width)).collect()
}

/// The names of a part's memory. The kept values of the forward pass come first, the traces of layers with memory last.
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

    fn statement(&self, step: &Step, training: bool) -> TokenStream {
        let call = self.call(step, training);
        // A layer with memory leaves zeros behind the end of a sequence, and so does a network inside the network.
        let steps = match step.operation {
            Operation::Part { .. } | Operation::Recurrent { .. } => None,
            _ => self.given_steps(step),
        };
        let clear = steps.map(|steps| {
            let y = self.view_mut(&step.output);
            quote!(#NETWORK::clear_padding(#y, #steps);)
        });
        quote!(#call #clear)
    }

    /// Where the steps lie of what a step gives, where it is a sequence.
    pub(super) fn given_steps(&self, step: &Step) -> Option<TokenStream> {
        let stage = step.stage(self.program.network)?;
        self.program.times.given(step.node?, step.stage_index()?, &stage.output)
    }

    /// Where the steps lie of what a step takes from a source, where it is a sequence; and their axis.
    pub(super) fn taken_steps(&self, step: &Step, source: usize) -> Option<(TokenStream, usize)> {
        let shape = step.stage(self.program.network)?.inputs.get(source)?;
        self.program.times.taken(step.node?, step.stage_index()?, source, shape)
    }

    fn call(&self, step: &Step, training: bool) -> TokenStream {
        let y = self.view_mut(&step.output);
        let views: Vec<TokenStream> = step.inputs.iter().map(|value| self.view(value)).collect();
        let x = views.first();
        match step.operation {
            Operation::Interleave => quote!(#LAYERS::interleave(#x, #y);),
            Operation::Deinterleave => quote!(#LAYERS::deinterleave(#x, #y);),
            Operation::Copy => quote!(#LAYERS::copy(#x, #y);),
            Operation::Trained { activation, before, .. } => {
                let layer = layer(self.program, step);
                let tied = step.tied(self.program.network).map(|name| quote!(&self.#name,));
                // In training the activation is a step of its own where its slope needs what it takes.
                let before = before.filter(|_| training).map(|buffer| Value { buffer, ..step.output.clone() });
                let (y, after) = match &before {
                    Some(before) => (self.view_mut(before), self.activated(step, activation, before, &y)),
                    None => (y, TokenStream::new()),
                };
                let activation = fused(self.program, step, activation.filter(|_| before.is_none()));
                if training && phases::meets(self.program, step) {
                    let common = phases::common(self.program, step);
                    return quote!(#layer.forward_train(#x, #y, &mut #common #activation); #after);
                }
                quote!(#layer.forward(#tied #x, #y #activation); #after)
            }
            Operation::Plain { .. } | Operation::InPlace { .. } => {
                let Some((calls, call)) = self.calls(step, y, training) else { return TokenStream::new() };
                calls.forward(&call)
            }
            Operation::Recurrent { ref memory, .. } => {
                let layer = layer(self.program, step);
                let method = format_ident!("{}", if training { "forward" } else { "infer" });
                let (from, into) = (self.view(&memory.start), self.view_mut(&memory.start));
                let begin = views.get(1).map(|other| quote!(#LAYERS::begin(#other, #into);));
                let (end, trace, lengths) = (self.view_mut(&memory.end), self.name(memory.trace), self.lengths(step));
                quote!(#begin #layer.#method(#x, #y, #lengths, #from, #end, #trace.data_mut());)
            }
            Operation::Settle { other, .. } => {
                let (layer, other) = (layer(self.program, step), self.name(other));
                let other = self.program.view_mut(&other, &step.output.shape);
                quote!(#layer.forward(#x, #y, #other);)
            }
            Operation::Part { .. } => {
                let method = format_ident!("{}", if training { "forward" } else { "infer" });
                let (nested, layer) = (self.nested(step, training), layer(self.program, step));
                quote!(#nested.#method(&#layer, #y);)
            }
        }
    }

    /// The activation of a layer with parameters, from what it takes.
    fn activated(&self, step: &Step, index: Option<usize>, before: &Value, y: &TokenStream) -> TokenStream {
        let (x, function) = (self.view(before), function(self.program, step, index));
        quote!(#LAYERS::activation::apply(#function, #x, #y);)
    }

    /// What a part tells the others before the step.
    fn measure(&self, step: &Step) -> TokenStream {
        let (layer, x) = (layer(self.program, step), self.view(&step.inputs[0]));
        let common = phases::common(self.program, step);
        match self.taken_steps(step, 0) {
            Some((steps, _)) => quote!(#layer.measure_steps(#x, #steps, &mut #common);),
            None => quote!(#layer.measure(#x, &mut #common);),
        }
    }

    /// The lengths of the sequences of vectors that a step takes.
    pub(super) fn lengths(&self, step: &Step) -> TokenStream {
        let Some((node, stage)) = step.node.zip(step.stage_index()) else { return quote!(&[]) };
        self.program.times.of_vectors(node, stage)
    }

    /// A network inside the network, with its input and its memory.
    pub(super) fn nested(&self, step: &Step, training: bool) -> TokenStream {
        let (Operation::Part { scratch, .. }, Some((name, inside))) =
            (&step.operation, step.part(self.program.network))
        else {
            return TokenStream::new();
        };
        let (x, scratch) = (self.name(step.inputs[0].buffer), self.name(*scratch));
        let inside = if training { inside.trained() } else { inside.with_element() };
        let place = step.node.zip(step.stage_index());
        let lengths = place.and_then(|(node, stage)| self.program.times.lengths_of_part(node, stage, &quote!(#inside)));
        let lengths = lengths.map(|lengths| quote!(.with_lengths(#lengths)));
        let (kept, random, sizes) = (part_name(name), random(step), sizing::of_part(self.program, name));
        let (leg, common) = if training {
            (phases::own_leg().into_token_stream(), phases::common(self.program, step))
        } else {
            (quote!(0), quote!(#PART.common.within(0)))
        };
        quote! {
            #NETWORK::Nested::<'_, #inside>::new(
                #x.rows()#lengths, #NETWORK::KeptArray::reborrow(#kept), #sizes, #scratch.scratch(), #PART.first, #random, #leg, #common,
            )
        }
    }

    /// The calls of a step, and their values; `output` is the step's, as the calls use it.
    pub(super) fn calls(&self, step: &Step, output: TokenStream, training: bool) -> Option<(&'a dyn Calls, Call<'a>)> {
        let stage = step.stage(self.program.network)?;
        let calls: &dyn Calls = match stage.facts().work {
            Work::Activation(activation) => activation,
            Work::Calls(calls, _) => calls,
            Work::Penalty(penalty) => penalty,
            _ => return None,
        };
        let call = Call {
            of: stage.placement(),
            inputs: step.inputs.iter().map(|value| self.view(value)).collect(),
            shapes: step.inputs.iter().map(|value| value.shape.clone()).collect(),
            input_mut: self.view_mut(step.inputs.first().unwrap_or(&step.output)),
            output,
            layer: layer(self.program, step),
            training,
            steps: self.taken_steps(step, 0),
            lengths: self.lengths(step),
            random: random(step),
            encoder: encoder(self.program, step),
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
pub(super) fn layer(program: &Program<'_>, step: &Step) -> TokenStream {
    let Some(stage) = step.stage(program.network) else { return TokenStream::new() };
    let node = step.node.map(|node| &program.network.nodes[node]);
    match node.and_then(Node::held).filter(|(_, held)| std::ptr::eq(*held, stage)) {
        Some((name, _)) => quote!(self.#name),
        None => stage.runtime().map_or_else(TokenStream::new, |runtime| runtime.here),
    }
}

/// The activation that a layer applies to its result, as the last argument of a call; nothing where the layer is activated by itself.
pub(super) fn fused(program: &Program<'_>, step: &Step, index: Option<usize>) -> Option<TokenStream> {
    step.stage(program.network)?.weights().filter(|weights| weights.fuses)?;
    let function = function(program, step, index);
    Some(quote!(, #function))
}

/// An activation of the step's node, the identity where there is none.
pub(super) fn function(program: &Program<'_>, step: &Step, index: Option<usize>) -> TokenStream {
    let stages = step.node.map(|node| &program.network.nodes[node].stages);
    activation(index.zip(stages).and_then(|(index, stages)| stages.get(index)))
}

/// The dense layer that a step reads the weight of, and the activation behind it.
pub(super) fn encoder<'a>(program: &Program<'a>, step: &Step) -> Option<Encoder<'a>> {
    let (name, stage) = step.reads_weight(program.network)?;
    Some(Encoder { name, function: activation(stage) })
}

/// The function of a stage that is an activation, else the identity.
fn activation(stage: Option<&Stage>) -> TokenStream {
    let function = stage.and_then(|stage| Some(stage.activation()?.runtime(&stage.kind)));
    function.unwrap_or_else(|| quote!(#LAYERS::Identity))
}

/// The random numbers of a step's layer.
pub(super) fn random(step: &Step) -> TokenStream {
    let node = step.node.unwrap_or(0) as u64;
    let stage = match step.operation {
        Operation::Plain { stage } | Operation::Part { stage, .. } => stage as u64,
        _ => 0,
    };
    let layer = proc_macro2::Literal::u64_unsuffixed(node << 8 | stage);
    quote!(#PART.random.layer(#layer))
}
