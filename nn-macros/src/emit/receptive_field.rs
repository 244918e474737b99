//! What each layer's value depends on: the table from which the runtime composes the receptive fields.

use proc_macro2::TokenStream;
use quote::quote;

use crate::{
    emit::sizing,
    layers::{Part, Reach, Work},
    names::{self, NETWORK},
    network::{Network, Node, Source, Stage},
    shape::{Dimension, types},
};

/// `SIGHTS`, where something is to be said: a window moves over an input, or the network, as a part of
/// another, lets places through.
pub(super) fn sights(network: &Network) -> Option<TokenStream> {
    if !is_spatial(network) && !lets_places_through(network) {
        return None;
    }
    let steps = network.nodes.iter().enumerate().flat_map(|(index, node)| steps(network, index, node));
    let (inputs, output) = (network.inputs.len(), network.outputs.first().map_or(0, |output| output.node));
    let (last, output) = (inputs + network.nodes.len(), types::count(inputs + output));
    let ranks = network.inputs.iter().map(|input| types::count(input.shape.len()));
    let (entries, inputs) = (types::count((last + 1) * inputs), types::count(inputs));
    let last = types::count(last);
    let sights = quote! {
        &#NETWORK::sights::<#entries, #inputs>([#(#ranks),*], &[#(#steps,)* (#last, &[#output], &[])])
    };
    let sights = match sizing::unknown(network) {
        Some(unknown) => quote!({ #unknown #sights }),
        None => sights,
    };
    Some(quote!(const SIGHTS: &'static [#NETWORK::Sight] = #sights;))
}

/// The receptive fields of a node's value, one for each input, as an expression.
pub(super) fn of_node(network: &Network, node: usize) -> TokenStream {
    if !is_spatial(network) {
        return quote!(&[]);
    }
    let row = types::count(network.inputs.len() + node);
    let inputs = types::count(network.inputs.len());
    let fields = network.inputs.iter().enumerate().map(|(index, input)| {
        let (index, name) = (types::count(index), input.name.as_ref().map_or_else(String::new, names::plain));
        quote!(#NETWORK::receptive_field::<Self>(#index, #inputs, #name, #row))
    });
    quote!(&[#(#fields),*])
}

/// Whether a window moves over a value, as far as the macro knows.
fn is_spatial(network: &Network) -> bool {
    let mut stages = network.nodes.iter().flat_map(|node| &node.stages);
    stages.any(|stage| reaches(stage).iter().any(Reach::may_be_spatial))
}

/// Whether an axis of an input is still one of the first output.
fn lets_places_through(network: &Network) -> bool {
    // Which axes of each value are axes of some input.
    let inputs: Vec<Vec<bool>> = network.inputs.iter().map(|input| vec![true; input.shape.len()]).collect();
    let mut nodes: Vec<Vec<bool>> = Vec::new();
    for node in &network.nodes {
        let read = |source: &Source| match source {
            Source::Input(input) => inputs[*input].clone(),
            Source::Node(node) => nodes[*node].clone(),
        };
        let first: Vec<Vec<bool>> = node.sources.iter().map(read).collect();
        let own = node.stages.iter().fold(first, |taken, stage| {
            let mut output = vec![false; stage.output.len()];
            for (axis, reach) in reaches(stage).iter().enumerate() {
                if let Reach::Same(to) = reach {
                    output[*to] |= taken.iter().any(|axes| axes.get(axis) == Some(&true));
                }
            }
            vec![output]
        });
        nodes.push(own.into_iter().next().unwrap_or_default());
    }
    network.outputs.first().is_some_and(|output| nodes[output.node].contains(&true))
}

/// How far a stage reaches along each axis of what it takes.
fn reaches(stage: &Stage) -> Vec<Reach> {
    let input = &stage.inputs[0];
    (0..input.len()).map(|axis| stage.layer.reach(axis, input, &stage.output)).collect()
}

/// The steps of a node, one for each stage that does more than hand on the places.
fn steps(network: &Network, index: usize, node: &Node) -> Vec<TokenStream> {
    let row = |source: &Source| match source {
        Source::Input(input) => *input,
        Source::Node(node) => network.inputs.len() + node,
    };
    let own = network.inputs.len() + index;
    let mut steps = Vec::new();
    for (at, stage) in node.stages.iter().enumerate() {
        let mut sources: Vec<usize> = if at == 0 { node.sources.iter().map(row).collect() } else { vec![own] };
        sources.extend(state(network, stage).map(|node| network.inputs.len() + node));
        let reaches = reaches(stage);
        let hands_on = reaches.iter().enumerate().all(|(axis, reach)| matches!(reach, Reach::Same(to) if *to == axis));
        if at > 0 && hands_on && sources.len() == 1 {
            continue;
        }
        let reaches = reaches.iter().enumerate().filter(|_| !hands_on).map(|(axis, reach)| tokens(stage, axis, reach));
        let (own, sources) = (types::count(own), sources.into_iter().map(types::count));
        steps.push(quote!((#own, &[#(#sources),*], &[#(#reaches),*])));
    }
    steps
}

/// The node in whose state a recurrent layer begins.
fn state(network: &Network, stage: &Stage) -> Option<usize> {
    let Work::Recurrent(states) = stage.layer.facts().work else { return None };
    let name = states.from?;
    network.nodes.iter().position(|node| node.name.as_ref() == Some(name))
}

fn tokens(stage: &Stage, axis: usize, reach: &Reach) -> TokenStream {
    let fields = |name: &str, axis: &usize, sizes: &[(&str, &Dimension)]| {
        let (name, axis) = (quote::format_ident!("{name}"), types::count(*axis));
        let sizes = sizes.iter().map(|(field, size)| {
            let (field, size) = (quote::format_ident!("{field}"), types::size(size));
            quote!(#field: #size)
        });
        quote!(#NETWORK::Reach::#name { axis: #axis, #(#sizes),* })
    };
    match reach {
        Reach::Same(to) => {
            let to = types::count(*to);
            quote!(#NETWORK::Reach::Same(#to))
        }
        Reach::Window { axis, kernel, stride, before, dilation } => {
            let sizes = [("kernel", kernel), ("stride", stride), ("before", before), ("dilation", dilation)];
            fields("Window", axis, &sizes)
        }
        Reach::Transposed { axis, kernel, stride, before } => {
            fields("Transposed", axis, &[("kernel", kernel), ("stride", stride), ("before", before)])
        }
        Reach::Bins { axis, takes, gives } => fields("Bins", axis, &[("takes", takes), ("gives", gives)]),
        Reach::Places => quote!(#NETWORK::Reach::Places),
        Reach::Everything => quote!(#NETWORK::Reach::Everything),
        Reach::Inside => {
            let (part, axis) = (stage.layer.submodule().map(Part::network), types::count(axis));
            quote!(#NETWORK::inside(#part::SIGHTS, #axis))
        }
    }
}
