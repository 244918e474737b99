//! What a network says of itself: layers, parameters, operations.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use crate::{
    context::part_list,
    emit::{receptive_field, sizing},
    layers::{Part, Product},
    names::{self, NETWORK},
    network::{Network, Node, Stage},
    paths,
    shape::Dimension,
    shape::types,
};

/// `LAYERS` as an expression.
pub(super) fn layers(network: &Network) -> TokenStream {
    let rows = network.nodes.iter().enumerate().map(|(index, node)| {
        let (name, kind) = (node.name.as_ref().map_or_else(|| node.label.clone(), names::plain), kinds(node));
        let inputs = node.stages[0].inputs.iter().map(types::sizes);
        let output = types::sizes(node.output());
        let parameters = parameters(node);
        let own = total(node.stages.iter().flat_map(operations).collect());
        let parts = node.stages.iter().filter_map(|stage| stage.layer.submodule()).map(Part::network);
        let flops = quote!(#own #(+ #parts::FLOPS)*);
        let receptive_fields = receptive_field::of_node(network, index);
        quote! {
            #NETWORK::LayerInfo {
                name: #name,
                kind: #kind,
                inputs: &[#(&#inputs),*],
                output: &#output,
                parameters: #parameters,
                flops: #flops,
                receptive_fields: #receptive_fields,
            }
        }
    });
    quote!(&[#(#rows),*])
}

/// The stages' kinds, in order: `conv2d, relu`.
pub(super) fn kinds(node: &Node) -> String {
    node.stages.iter().map(|stage| stage.kind.to_string()).collect::<Vec<_>>().join(", ")
}

/// The numbers in a node's parameters.
fn parameters(node: &Node) -> TokenStream {
    let lengths: Vec<Dimension> = node
        .stages
        .iter()
        .flat_map(|stage| stage.parameters().into_iter().map(|parameter| types::length(&parameter.shape)))
        .collect();
    if let Some(part) = node.stages.iter().find_map(|stage| stage.layer.submodule()) {
        let part = part.network();
        return quote!(#part::PARAMETERS);
    }
    match literal_sum(&lengths) {
        Some(sum) => types::size(&Dimension::Literal(sum)),
        None => {
            let lengths = lengths.iter().map(types::size);
            quote!(#NETWORK::total(&[#(#lengths),*]))
        }
    }
}

/// The sum, where the macro knows every term.
pub(super) fn literal_sum(terms: &[Dimension]) -> Option<u64> {
    terms.iter().try_fold(0_u64, |sum, term| sum.checked_add(term.literal()?))
}

/// The operations of a network with free dimensions, once their sizes are known.
pub(super) fn flops(network: &Network) -> TokenStream {
    let own = total(network.nodes.iter().flat_map(|node| &node.stages).flat_map(operations).collect());
    let stages = network.nodes.iter().flat_map(|node| node.stages.iter().map(move |stage| (node, stage)));
    let parts = stages.filter_map(|(node, stage)| {
        let (part, name) = stage.layer.submodule().zip(node.name.as_ref())?;
        Some(match network.sized_parts().find(|part| part.name == *name) {
            Some(part) => {
                let (sizes, part) = (part_list(&part.name), part.part.with_element());
                quote!(#NETWORK::flops_of::<#part>(#sizes))
            }
            None => {
                let part = part.network();
                quote!(#part::FLOPS)
            }
        })
    });
    quote!(#own #(+ #parts)*)
}

fn operations(stage: &Stage) -> Vec<Product> {
    stage.layer.operations(&stage.placement())
}

fn total(terms: Vec<Product>) -> TokenStream {
    let literal = |product: &Product| -> Option<u64> {
        product.iter().try_fold(1_u64, |all, size| all.checked_mul(size.literal()?))
    };
    if let Some(sum) = terms.iter().try_fold(0_u64, |sum, term| sum.checked_add(literal(term)?)) {
        let sum = Literal::u64_unsuffixed(sum);
        return quote!(#sum);
    }
    let products = terms.iter().map(|product| {
        let sizes = product.iter().map(types::size);
        quote!(&[#(#sizes),*])
    });
    quote!(#NETWORK::operations(&[#(#products),*]))
}

/// The constants of the trait, which follow from the table of layers.
pub(super) fn constants(network: &Network) -> TokenStream {
    let (name, mut layers) = (names::plain(&network.name), layers(network));
    if let Some(unknown) = sizing::unknown(network) {
        layers = quote!({ #unknown #layers });
    }
    let (root, sights) = (paths::plumbline(), receptive_field::sights(network));
    quote! {
        const NAME: &'static ::core::primitive::str = #name;
        const LAYERS: &'static [#root::network::LayerInfo] = #layers;
        #sights
    }
}
