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
    program::Homes,
    shape::types,
};

/// The sums over shares, and the products over all samples: of layers with a weight of their own, then of the tied.
pub(super) fn finish(names: &Names<'_, '_>, homes: &Homes, gradients: &[Ident]) -> TokenStream {
    let program = names.program;
    let network = program.network;
    let accumulating = accumulating(program);
    let flags = accumulating.iter().map(|layer| learned_name(layer));
    let slices = accumulating.iter().map(|layer| quote!(#GRADIENTS.#layer.slices_mut()));
    let sums = (!accumulating.is_empty()).then(|| quote!(#WHOLE.shares.sum_into([#(#slices),*], [#(#flags),*]);));
    let mut owners = Vec::new();
    let (mut own, mut tied, mut remainders) = (Vec::new(), Vec::new(), TokenStream::new());
    for instruction in program.instructions.iter().filter(|instruction| instruction.has_whole_batch_gradient(network)) {
        let Some(name) = instruction.node.and_then(|node| network.nodes[node].name.as_ref()) else { continue };
        let x = names.view(&instruction.inputs[0]);
        let gradient = instruction.stage(network).and_then(Stage::weights).map(|weights| weights.gradient);
        if gradient == Some(WeightGradient::Finished) {
            let learned = learned_name(name);
            remainders.extend(quote!(if #learned.any() { self.#name.finish(&mut #GRADIENTS.#name); }));
        }
        let d_y = program.view(&gradient_name(program, instruction.output.buffer), &instruction.output.shape);
        match instruction.tied(network) {
            None => {
                own.push(quote!(#GRADIENTS.#name.product(#x, #d_y)));
                owners.push(learned_name(name));
            }
            Some(weight) => {
                // Without a bias of its own there is nothing that it could learn.
                let held = structure::trained(network).iter().any(|(field, _)| *field == name);
                let own = if held { learned_name(name).into_token_stream() } else { quote!(#NETWORK::Learned::NONE) };
                let weight_learned = learned_name(weight);
                tied.push(quote! {
                    #NETWORK::products([#GRADIENTS.#name.product(&mut #GRADIENTS.#weight, #x, #d_y, [#weight_learned, #own])]);
                });
            }
        }
    }
    let penalties = program.instructions.iter().filter_map(|instruction| {
        let Work::Penalty(penalty) = instruction.stage(network)?.facts().work else { return None };
        let encoder = forward::encoder(program, instruction)?;
        let h = names.view(&instruction.inputs[0]);
        let d_y = program.view(&gradient_name(program, instruction.output.buffer), &instruction.output.shape);
        let (learned, gradient) = (learned_name(encoder.name), penalty.weight_gradient(&encoder, &h, &d_y));
        Some(quote!(if #learned.any() { #gradient }))
    });
    let penalties: TokenStream = penalties.collect();
    let mut parts = TokenStream::new();
    let mut shares: Vec<TokenStream> =
        program.instructions.iter().filter_map(|instruction| accumulator_width(program, instruction)).collect();
    for instruction in &program.instructions {
        let Some((name, part)) = instruction.part(network) else { continue };
        let (x, kept, network) = (names.name(instruction.inputs[0].buffer), forward::part_name(name), part.network());
        let (sizes, module, learned) = (sizing::of_part(program, name), part.trained(), learned_name(name));
        let place = types::count(shares.len());
        parts.extend(quote! {
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
        shares.push(quote!(#network::PLAN.share));
    }
    if !parts.is_empty() {
        parts = quote!(let #OFFSETS = const { #NETWORK::offsets([#(#shares),*]) }; #parts);
    }
    let own = (!own.is_empty()).then(|| quote!(#NETWORK::learned_products([#(#own),*], [#(#owners),*]);));
    let recurrent = program.instructions.iter().filter_map(|instruction| {
        let (name, states) = (network.nodes[instruction.node?].name.as_ref()?, instruction.states()?);
        let (trace, steps) = (names.name(states.saved), types::size(&instruction.inputs[0].shape[0]));
        let learned = learned_name(name);
        Some(quote!(if #learned.any() { #GRADIENTS.#name.finish(#trace.data(), #WHOLE.samples, #WHOLE.part, #steps); }))
    });
    let recurrent: TokenStream = recurrent.collect();
    let (inputs, kept) = (forward::input_names(names), homes.kept.iter().map(|&buffer| names.name(buffer)));
    let own_kept = quote!([#(#kept,)* #(#gradients),*]);
    let kept = if parts.is_empty() {
        quote!(let #own_kept = &#WHOLE.kept;)
    } else {
        let pattern = forward::with_parts(program, own_kept);
        quote!(let mut #WHOLE = #WHOLE; let #pattern = &mut #WHOLE.kept;)
    };
    let sizes = program.sizes(&quote!(#WHOLE));
    let learned =
        (!structure::trained(network).is_empty()).then(|| learned(network, &WHOLE.ident().into_token_stream()));
    quote! {
        #sizes
        #learned
        let [#(#inputs),*] = #WHOLE.inputs;
        #kept
        #sums
        #own
        #(#tied)*
        #penalties
        #remainders
        #recurrent
        #parts
    }
}
