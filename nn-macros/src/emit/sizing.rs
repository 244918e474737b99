//! What a network with free dimensions calculates from their sizes, where a batch enters.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::{
    context::{Calculation, PartSizes, part_list},
    emit::{constants, plan::Plan},
    names::{self, ALL, AXIS, NETWORK, READER, REST, SIZES},
    network::Network,
    program::Program,
    shape::free,
    shape::types,
};

/// The lists of the network and of its parts, out of the one in which they lie one after the other.
pub(super) fn split(network: &Network, all: &TokenStream, method: &str) -> TokenStream {
    let Some(sizes) = &network.sizes else { return TokenStream::new() };
    if network.sized_parts().next().is_none() {
        return quote!(let #SIZES = #all;);
    }
    let (method, own) = (format_ident!("{method}"), types::count(sizes.count));
    let parts = network.sized_parts().map(|part| {
        let (name, network) = (part_list(&part.name), part.part.with_element());
        quote!(let (#name, #REST) = #REST.#method(#NETWORK::sizes_of::<#network>());)
    });
    quote!(let (#SIZES, #REST) = #all.#method(#own); #(#parts)*)
}

/// Sizes of which nothing is known, for a constant.
pub(super) fn unknown(network: &Network) -> Option<TokenStream> {
    let (count, free) = (types::count(network.sizes.as_ref()?.count), free());
    Some(quote!(let #SIZES = &[#free; #count];))
}

/// `SIZING`, where the network has free dimensions.
pub(super) fn sizing(network: &Network, plan: &Plan<'_>) -> Option<TokenStream> {
    let sizes = network.sizes.as_ref()?;
    let (own, rules) = (types::count(sizes.count), &sizes.rules);
    let (read, write) = (split(network, &quote!(#ALL), "split_at"), split(network, &quote!(#ALL), "split_at_mut"));
    let counts = network.sized_parts().map(|part| {
        let part = part.part.with_element();
        quote!(#NETWORK::sizes_of::<#part>())
    });
    let calculated = sizes.calculated.iter().map(calculation);
    let flops = constants::flops(network);
    let memory = with_plans(plan);
    let output = network.outputs.first().map(|output| types::sizes(network.nodes[output.node].output()));
    Some(quote! {
        const SIZING: ::core::option::Option<#NETWORK::Sizing> = ::core::option::Option::Some(#NETWORK::Sizing {
            count: #own #(+ #counts)*,
            inner: |#ALL| { #write #(#calculated)* },
            broken: |#ALL| { #read #(#rules)* ::core::option::Option::None },
            plan: |#ALL, #READER| { #read #memory },
            flops: |#ALL| { #read #flops },
            output: |#ALL, #AXIS| { #read #output[#AXIS] },
        });
    })
}

fn calculation(calculation: &Calculation) -> TokenStream {
    match calculation {
        Calculation::Size { place, value } => {
            let place = types::count(*place);
            quote!(#SIZES[#place] = #value;)
        }
        Calculation::Part(part) => {
            let (name, network) = (part_list(&part.name), part.part.with_element());
            let inputs = types::sizes(&part.input);
            let output = part.output.iter().map(|&(axis, place)| {
                let (axis, place) = (types::count(axis), types::count(place));
                quote!(#SIZES[#place] = #NETWORK::output_size::<#network>(#name, #axis);)
            });
            let [training, inference] = part.scratch.map(types::count);
            quote! {
                #NETWORK::enter_part::<#network>(#name, &#inputs);
                #(#output)*
                [#SIZES[#training], #SIZES[#inference]] = #NETWORK::scratch_of::<#network>(#name);
            }
        }
    }
}

/// Hands the memory plan to `reader`, those of the parts in it.
fn with_plans(plan: &Plan<'_>) -> TokenStream {
    let program = &plan.program;
    let sized = |name: &proc_macro2::Ident| program.network.sized_parts().find(|part| part.name == *name);
    let local = |name: &proc_macro2::Ident| names::local("plan", &name.to_string());
    let plans: Vec<TokenStream> = program
        .parts()
        .map(|(name, part)| match sized(name) {
            Some(_) => {
                let name = local(name);
                quote!(*#name)
            }
            None => {
                let network = part.network();
                quote!(#network::PLAN)
            }
        })
        .collect();
    let whole = plan.tokens(&plans);
    let innermost = quote!(#READER(&#whole));
    let sized: Vec<&PartSizes> = program.parts().filter_map(|(name, _)| sized(name)).collect();
    sized.iter().rev().fold(innermost, |inside, part| {
        let (network, sizes, name) = (part.part.with_element(), part_list(&part.name), local(&part.name));
        quote!(#NETWORK::with_plan::<#network>(#sizes, &mut |#name| #inside))
    })
}

/// The sizes of a part, for a call that takes it.
pub(super) fn of_part(program: &Program<'_>, name: &proc_macro2::Ident) -> TokenStream {
    match program.network.sized_parts().find(|part| part.name == *name) {
        Some(part) => {
            let list = part_list(&part.name);
            quote!(#list)
        }
        None => quote!(&[]),
    }
}
