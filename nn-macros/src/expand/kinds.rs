//! What a network's outputs are, as far as their last layers tell: losses ask for it.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use crate::{
    layers::{Activation, Hidden, Layer, Part, Pooling, Reduction},
    names::NETWORK,
    network::{Network, Node, Source, Stage},
};

/// What is known of a value's numbers.
#[derive(Clone, Debug)]
enum Kind {
    Unknown,
    Numbers,
    Sigmoid,
    Softmax,
    LogSoftmax,
    /// What a network inside gives.
    Part(TokenStream),
}

/// `Network::OutputKind`: a type, or a tuple of two to four.
pub(super) fn output_kind(network: &Network) -> TokenStream {
    // Sources come before their readers.
    let mut of_nodes: Vec<Kind> = Vec::new();
    for node in &network.nodes {
        let kind = of_node(node, &of_nodes, &network.parameters);
        of_nodes.push(kind);
    }
    let kinds: Vec<TokenStream> = network.outputs.iter().map(|output| of_nodes[output.node].tokens()).collect();
    match kinds.as_slice() {
        [kind] => kind.clone(),
        [_, _] | [_, _, _] | [_, _, _, _] => quote!((#(#kinds),*)),
        _ => Kind::Unknown.tokens(),
    }
}

/// The same for a network with faults.
pub(super) fn unknown() -> TokenStream {
    Kind::Unknown.tokens()
}

fn of_node(node: &Node, others: &[Kind], parameters: &[Ident]) -> Kind {
    let sources = node.sources.iter().map(|source| match source {
        Source::Input(_) => Kind::Unknown,
        Source::Node(node) => others[*node].clone(),
    });
    let kind = sources.reduce(Kind::of_both).unwrap_or(Kind::Unknown);
    node.stages.iter().fold(kind, |kind, stage| match &stage.layer {
        Layer::Part(part) => Kind::Part(of_part(part, parameters)),
        _ => kind.after(stage),
    })
}

/// The kind of what a part gives, by its number: see `OfCode` in the runtime. It is the same for all sizes, so that those which depend on the network's
/// dimension parameters, which a constant in a type must not name, are left out.
fn of_part(part: &Part, parameters: &[Ident]) -> TokenStream {
    let (part, kinds) = (part.module(&part.fixed(parameters)), quote!(#NETWORK::output::OutputKinds));
    quote!(#NETWORK::output::OfCode<{ <<#part as #NETWORK::Network>::OutputKind as #kinds>::CODE }>)
}

impl Kind {
    /// The kind of values of which some are of one kind and the others of another.
    fn of_both(self, other: Self) -> Self {
        match (self, other) {
            (Self::Numbers, Self::Numbers) => Self::Numbers,
            (Self::Sigmoid, Self::Sigmoid) => Self::Sigmoid,
            (Self::Softmax, Self::Softmax) => Self::Softmax,
            (Self::LogSoftmax, Self::LogSoftmax) => Self::LogSoftmax,
            _ => Self::Unknown,
        }
    }

    /// The kind of what a layer gives for values of this one.
    fn after(self, stage: &Stage) -> Self {
        match &stage.layer {
            Layer::Activation(activation) => match activation {
                Activation::Identity => self,
                Activation::Sigmoid => Self::Sigmoid,
                Activation::Softmax => Self::Softmax,
                Activation::LogSoftmax => Self::LogSoftmax,
                _ => Self::Numbers,
            },
            Layer::Rbm(rbm) if matches!(rbm.hidden, Hidden::Bernoulli) => Self::Sigmoid,
            Layer::Rbm(rbm) if matches!(rbm.hidden, Hidden::Softmax(_)) => Self::Softmax,
            Layer::Rbm(_)
            | Layer::Dense(_)
            | Layer::Conv(_)
            | Layer::ConvTranspose(_)
            | Layer::Recurrent(_)
            | Layer::BatchNorm(_)
            | Layer::LayerNorm(_)
            | Layer::Embedding(_)
            | Layer::Sample(_)
            | Layer::GaussianKl(_)
            | Layer::Contractive(_) => Self::Numbers,
            // They move numbers, or leave some out.
            Layer::Flatten(_)
            | Layer::Reshape(_)
            | Layer::Transpose(_)
            | Layer::Last(_)
            | Layer::Repeat(_)
            | Layer::Concat(_)
            | Layer::Noise(_) => self,
            Layer::Pool(pool) => match pool.reduction {
                Reduction::Norm(_) => Self::Unknown,
                Reduction::Plain(Pooling::Max) => self,
                Reduction::Plain(Pooling::Avg) | Reduction::Weighted(_) => self.averaged(),
            },
            Layer::AdaptivePool(pool) => {
                if pool.pooling == Pooling::Max {
                    self
                } else {
                    self.averaged()
                }
            }
            Layer::GlobalPool(pool) => {
                if pool.pooling == Pooling::Max {
                    self
                } else {
                    self.averaged()
                }
            }
            // Products of probabilities are some.
            Layer::Multiply(_) => match self {
                Self::Sigmoid | Self::Softmax => Self::Sigmoid,
                _ => Self::Unknown,
            },
            _ => Self::Unknown,
        }
    }

    /// Averages of probabilities are some; those of logarithms are none of their averages.
    fn averaged(self) -> Self {
        if matches!(self, Self::LogSoftmax | Self::Part(_)) { Self::Unknown } else { self }
    }

    fn tokens(&self) -> TokenStream {
        match self {
            Self::Unknown => quote!(#NETWORK::output::Unknown),
            Self::Numbers => quote!(#NETWORK::output::Numbers),
            Self::Sigmoid => quote!(#NETWORK::output::OfSigmoid),
            Self::Softmax => quote!(#NETWORK::output::OfSoftmax),
            Self::LogSoftmax => quote!(#NETWORK::output::OfLogSoftmax),
            Self::Part(kind) => kind.clone(),
        }
    }
}
