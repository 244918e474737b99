//! What is left of a backward pass once all parts have gone through it.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};

use crate::{
    emit::{
        backward::{accumulating, accumulator_width, gradient_name},
        forward::{self, Names},
        sizing,
        structure::{self, learned, learned_name},
    },
    layers::{WeightGradient, Work},
    names::{GRADIENTS, NETWORK, OFFSETS, WHOLE},
    network::Stage,
    program::{Homes, Instruction, Program},
    shape::types,
};

/// The sums over gradient accumulators, and the products over all samples: of layers with a weight of their own, then of the tied.
pub(super) fn finish(names: &Names<'_, '_>, homes: &Homes, gradients: &[Ident]) -> TokenStream {
    let program = names.program;
    let (sums, [own, tied, remainders]) = (sums(program), products(names));
    let (penalties, recurrent, parts) = (penalties(names), recurrent(names), submodules(names));
    let (inputs, kept) = (forward::input_names(names), homes.kept.iter().map(|&buffer| names.name(buffer)));
    let own_kept = quote!([#(#kept,)* #(#gradients),*]);
    let kept = if parts.is_empty() {
        quote!(let #own_kept = &#WHOLE.kept;)
    } else {
        let pattern = forward::with_parts(program, own_kept);
        quote!(let mut #WHOLE = #WHOLE; let #pattern = &mut #WHOLE.kept;)
    };
    let sizes = program.sizes(&quote!(#WHOLE));
    let learns = !structure::trained(program.network).is_empty();
    let learned = learns.then(|| learned(program.network, &WHOLE.ident().into_token_stream()));
    quote! {
        #sizes
        #learned
        let [#(#inputs),*] = #WHOLE.inputs;
        #kept
        #sums
        #own
        #tied
        #penalties
        #remainders
        #recurrent
        #parts
    }
}

/// The sums over gradient accumulators.
fn sums(program: &Program<'_>) -> Option<TokenStream> {
    let accumulating = accumulating(program);
    let flags = accumulating.iter().map(|layer| learned_name(layer));
    let slices = accumulating.iter().map(|layer| quote!(#GRADIENTS.#layer.slices_mut()));
    (!accumulating.is_empty()).then(|| quote!(#WHOLE.shares.sum_into([#(#slices),*], [#(#flags),*]);))
}

/// The products over all samples: of layers with a weight of their own, of the tied, and what is left to do with them.
fn products(names: &Names<'_, '_>) -> [TokenStream; 3] {
    let (program, network) = (names.program, names.program.network);
    let (mut own, mut owners) = (Vec::new(), Vec::new());
    let (mut tied, mut remainders) = (TokenStream::new(), TokenStream::new());
    for instruction in program.instructions.iter().filter(|instruction| instruction.has_whole_batch_gradient(network)) {
        let Some(name) = instruction.node.and_then(|node| network.nodes[node].name.as_ref()) else { continue };
        let (x, d_y, learned) =
            (names.view(&instruction.inputs[0]), d_output(program, instruction), learned_name(name));
        let gradient = instruction.stage(network).and_then(Stage::weights).map(|weights| weights.gradient);
        if gradient == Some(WeightGradient::Finished) {
            remainders.extend(quote! {
                if #learned.any() {
                    #learned.forget_bounds();
                    self.#name.finish(&mut #GRADIENTS.#name);
                }
            });
        }
        let Some(weight) = instruction.tied(network) else {
            own.push(quote!(#GRADIENTS.#name.product(#x, #d_y)));
            owners.push(learned);
            continue;
        };
        // Without a bias of its own there is nothing that it could learn.
        let held = structure::trained(network).iter().any(|(field, _)| *field == name);
        let bias_learned = if held { learned.into_token_stream() } else { quote!(#NETWORK::Learned::NONE) };
        let learned = learned_name(weight);
        tied.extend(quote! {
            #NETWORK::products([#GRADIENTS.#name.product(&mut #GRADIENTS.#weight, #x, #d_y, [#learned, #bias_learned])]);
        });
    }
    let own = (!own.is_empty()).then(|| quote!(#NETWORK::learned_products([#(#own),*], [#(#owners),*]);));
    [own.unwrap_or_default(), tied, remainders]
}

/// The gradient with respect to what an instruction gives, which is kept for the whole batch.
fn d_output(program: &Program<'_>, instruction: &Instruction) -> TokenStream {
    program.view(&gradient_name(program, instruction.output.buffer), &instruction.output.shape)
}

/// What penalties add to the weights that they read.
fn penalties(names: &Names<'_, '_>) -> TokenStream {
    let program = names.program;
    let penalties = program.instructions.iter().filter_map(|instruction| {
        let Work::Penalty(penalty) = instruction.stage(program.network)?.facts().work else { return None };
        let encoder = forward::encoder(program, instruction)?;
        let (h, d_y) = (names.view(&instruction.inputs[0]), d_output(program, instruction));
        let (learned, gradient) = (learned_name(encoder.name), penalty.weight_gradient(&encoder, &h, &d_y));
        Some(quote! {
            if #learned.any() {
                #learned.forget_bounds();
                #gradient
            }
        })
    });
    penalties.collect()
}

/// The gradients of recurrent layers, from their saved states.
fn recurrent(names: &Names<'_, '_>) -> TokenStream {
    let network = names.program.network;
    let recurrent = names.program.instructions.iter().filter_map(|instruction| {
        let (name, states) = (network.nodes[instruction.node?].name.as_ref()?, instruction.states()?);
        let (saved, steps) = (names.name(states.saved), types::size(&instruction.inputs[0].shape[0]));
        let learned = learned_name(name);
        Some(quote!(if #learned.any() { #GRADIENTS.#name.finish(#saved.data(), #WHOLE.samples, #WHOLE.part, #steps); }))
    });
    recurrent.collect()
}

/// The same of the networks inside, whose accumulators lie behind the network's own.
fn submodules(names: &Names<'_, '_>) -> TokenStream {
    let program = names.program;
    let own = program.instructions.iter().filter_map(|instruction| accumulator_width(program, instruction));
    let mut widths: Vec<TokenStream> = own.collect();
    let mut calls = TokenStream::new();
    for instruction in &program.instructions {
        let Some((name, part)) = instruction.part(program.network) else { continue };
        let (x, kept, network) = (names.name(instruction.inputs[0].buffer), forward::part_name(name), part.network());
        let (sizes, module, learned) = (sizing::of_part(program, name), part.trained(), learned_name(name));
        let place = types::count(widths.len());
        calls.extend(quote! {
            <#module as #NETWORK::Trainable>::finish(
                &self.#name,
                #NETWORK::Whole {
                    inputs: #NETWORK::InputArray::new([#x.rows()]),
                    kept: #NETWORK::KeptArray::reborrow(#kept),
                    sizes: #sizes,
                    shares: #WHOLE.shares.within(#OFFSETS[#place]),
                    samples: #WHOLE.samples,
                    part: #WHOLE.part,
                    learned: #learned,
                },
                &mut #GRADIENTS.#name,
            );
        });
        widths.push(quote!(#network::PLAN.share));
    }
    if calls.is_empty() {
        return calls;
    }
    quote!(let #OFFSETS = const { #NETWORK::offsets([#(#widths),*]) }; #calls)
}
