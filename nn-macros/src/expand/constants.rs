//! What a network says of itself: layers, parameters, operations.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use crate::{
    context::part_list,
    expand::{sizing, types},
    layers::{Cell, Layer, Reduction},
    names::{self, NETWORK},
    network::{Network, Node, Stage},
    paths,
    shape::{Dimension, Operation, Shape},
};

/// `LAYERS` as an expression.
pub(super) fn layers(network: &Network) -> TokenStream {
    let rows = network.nodes.iter().map(|node| {
        let (name, kind) = (node.name.as_ref().map_or_else(|| node.label.clone(), names::plain), kinds(node));
        let inputs = node.stages[0].inputs.iter().map(types::sizes);
        let output = types::sizes(node.output());
        let parameters = parameters(node);
        let own = total(node.stages.iter().map(operations).collect());
        let parts = node.stages.iter().filter_map(|stage| match &stage.layer {
            Layer::Part(part) => Some(part.network()),
            _ => None,
        });
        let flops = quote!(#own #(+ #parts::FLOPS)*);
        quote! {
            #NETWORK::LayerInfo {
                name: #name,
                kind: #kind,
                inputs: &[#(&#inputs),*],
                output: &#output,
                parameters: #parameters,
                flops: #flops,
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
    let mut nested = node.stages.iter().filter_map(|stage| match &stage.layer {
        Layer::Part(part) => Some(part.network()),
        _ => None,
    });
    if let Some(part) = nested.next() {
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

/// A product of sizes, as an expression of type `u64`.
struct Product(Vec<Dimension>);

/// The floating-point operations of a stage for a sample: multiplications, additions, comparisons, and one for each value of an activation. A `map`
/// counts each operation of its simplified expression, both branches of an `if` among them.
fn operations(stage: &Stage) -> Vec<Product> {
    let output = &stage.output;
    let two = Dimension::Literal(2);
    let one = |shape: &Shape| vec![Product(shape.clone())];
    match &stage.layer {
        Layer::Dense(dense) => {
            let features = stage.inputs[0][stage.inputs[0].len() - 1].clone();
            let mut terms = vec![Product([vec![two, features], output.clone()].concat())];
            terms.extend(dense.bias.then(|| Product(output.clone())));
            terms
        }
        Layer::Conv(conv) => {
            let weight = stage.parameters().into_iter().next().map(|weight| weight.shape).unwrap_or_default();
            let pixels = output[1..].to_vec();
            let mut terms = vec![Product([vec![two], weight, pixels].concat())];
            terms.extend(conv.bias.then(|| Product(output.clone())));
            terms
        }
        // Each element of the input takes part with all of its channel's weights.
        Layer::ConvTranspose(conv) => {
            let weight = stage.parameters().into_iter().next().map(|weight| weight.shape).unwrap_or_default();
            let pixels = stage.inputs[0][1..].to_vec();
            let mut terms = vec![Product([vec![two], weight, pixels].concat())];
            terms.extend(conv.bias.then(|| Product(output.clone())));
            terms
        }
        // One sweep of as many as it takes until nothing changes; of a Boltzmann machine, over its hidden units.
        Layer::Boltzmann(_) | Layer::Hopfield(_) => match stage.parameters().into_iter().next() {
            Some(weight) => vec![Product([vec![two], output.clone(), weight.shape[..1].to_vec()].concat())],
            None => Vec::new(),
        },
        Layer::Rbm(_) => {
            let weight = [output.clone(), stage.inputs[0].clone()].concat();
            vec![Product([vec![two.clone()], weight].concat()), Product([vec![two], output.clone()].concat())]
        }
        Layer::Perceptron(_) => vec![Product([vec![two], stage.inputs[0].clone()].concat())],
        Layer::Pool(pool) => {
            let all = [pool.window.kernel.clone(), output.clone()].concat();
            match pool.reduction {
                Reduction::Plain(_) => vec![Product(all)],
                // A power and a sum for each element, then a root.
                Reduction::Norm(_) => vec![Product([vec![two], all].concat()), Product(output.clone())],
                Reduction::Weighted(_) => vec![Product([vec![two], all].concat())],
            }
        }
        // A bin has ⌈in / out⌉ elements an axis, and one more here and there where they overlap.
        Layer::AdaptivePool(pool) => {
            let axes = stage.inputs[0][1..].iter().zip(&pool.size);
            let bin = axes.map(|(inputs, output)| {
                Operation::QuotientUp.of(&[inputs.clone(), output.clone()]).unwrap_or(Dimension::Literal(1))
            });
            vec![Product(bin.chain(output.iter().cloned()).collect())]
        }
        Layer::GlobalPool(_) => one(&stage.inputs[0]),
        Layer::Add(_) | Layer::Multiply(_) => {
            let terms = Dimension::Literal(stage.inputs.len() as u64 - 1);
            vec![Product([vec![terms], output.clone()].concat())]
        }
        // For each element: a square, an exponential, a difference of four terms.
        Layer::GaussianKl(_) => vec![Product([vec![Dimension::Literal(5)], stage.inputs[0].clone()].concat())],
        // For each unit: its slope, its square, a factor and a sum. The sizes of the weight's rows are the same for every sample.
        Layer::Contractive(_) => vec![Product([vec![Dimension::Literal(4)], stage.inputs[0].clone()].concat())],
        Layer::Activation(_) => one(output),
        Layer::Map(map) => {
            let operations = Dimension::Literal(map.mapping.operations());
            vec![Product([vec![operations], output.clone()].concat())]
        }
        // For each step, a multiplication and an addition with each weight, the biases, and for each unit its activations and what joins them.
        Layer::Recurrent(layer) => {
            let steps = stage.inputs[0][0].clone();
            let unit = match layer.cell {
                Cell::Rnn { .. } => 1,
                Cell::Lstm { .. } => 9,
                Cell::Gru => 8,
            };
            let units = vec![Dimension::Literal(unit * layer.layers as u64), output[1].clone(), steps.clone()];
            let parameters = stage.parameters().into_iter().map(|parameter| {
                let factor = if parameter.shape.len() > 1 { two.clone() } else { Dimension::Literal(1) };
                Product([vec![factor, steps.clone()], parameter.shape].concat())
            });
            parameters.chain([Product(units)]).collect()
        }
        // In inference, for each number: a difference, a factor and a bias.
        Layer::BatchNorm(_) => vec![Product([vec![Dimension::Literal(3)], output.clone()].concat())],
        // For each number: a sum, a difference, its square in a sum, a scale, a weight and a bias.
        Layer::LayerNorm(_) => vec![Product([vec![Dimension::Literal(7)], output.clone()].concat())],
        // A part counts its own.
        Layer::Part(_) => Vec::new(),
        Layer::Embedding(_)
        | Layer::Concat(_)
        | Layer::Noise(_)
        | Layer::Sample(_)
        | Layer::Flatten(_)
        | Layer::Last(_)
        | Layer::Repeat(_)
        | Layer::Reshape(_)
        | Layer::Transpose(_) => Vec::new(),
    }
}

/// The operations of a network with free dimensions, once their sizes are known.
pub(super) fn flops(network: &Network) -> TokenStream {
    let own = total(network.nodes.iter().flat_map(|node| node.stages.iter().map(operations)).collect());
    let stages = network.nodes.iter().flat_map(|node| node.stages.iter().map(move |stage| (node, stage)));
    let parts = stages.filter_map(|(node, stage)| match (&stage.layer, &node.name) {
        (Layer::Part(part), Some(name)) => Some(match sizing::parts(network).find(|part| part.name == *name) {
            Some(part) => {
                let (sizes, part) = (part_list(&part.name), part.part.with_element());
                quote!(#NETWORK::flops_of::<#part>(#sizes))
            }
            None => {
                let part = part.network();
                quote!(#part::FLOPS)
            }
        }),
        _ => None,
    });
    quote!(#own #(+ #parts)*)
}

fn total(terms: Vec<Vec<Product>>) -> TokenStream {
    let terms: Vec<Product> = terms.into_iter().flatten().collect();
    let literal = |product: &Product| -> Option<u64> {
        product.0.iter().try_fold(1_u64, |all, size| all.checked_mul(size.literal()?))
    };
    if let Some(sum) = terms.iter().try_fold(0_u64, |sum, term| sum.checked_add(literal(term)?)) {
        let sum = Literal::u64_unsuffixed(sum);
        return quote!(#sum);
    }
    let products = terms.iter().map(|product| {
        let sizes = product.0.iter().map(types::size);
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
    let root = paths::plumbline();
    quote! {
        const NAME: &'static ::core::primitive::str = #name;
        const LAYERS: &'static [#root::network::LayerInfo] = #layers;
    }
}
