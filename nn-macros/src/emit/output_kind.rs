//! What a network's outputs are, as far as their last layers tell: losses ask for it.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::{
    layers::{OutputKind, Part},
    names::NETWORK,
    network::{Network, Node, Source},
};

/// What is known of a value's numbers.
#[derive(Clone, Debug)]
enum Kind {
    Of(OutputKind),
    /// What a network inside gives.
    Part(TokenStream),
}

const UNKNOWN: Kind = Kind::Of(OutputKind::Unknown);

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
        _ => UNKNOWN.tokens(),
    }
}

/// The same for a network with faults.
pub(super) fn unknown() -> TokenStream {
    UNKNOWN.tokens()
}

fn of_node(node: &Node, others: &[Kind], parameters: &[Ident]) -> Kind {
    let sources = node.sources.iter().map(|source| match source {
        Source::Input(_) => UNKNOWN,
        Source::Node(node) => others[*node].clone(),
    });
    let kind = sources.reduce(Kind::of_both).unwrap_or(UNKNOWN);
    node.stages.iter().fold(kind, |kind, stage| match stage.layer.submodule() {
        Some(part) => Kind::Part(of_part(part, parameters)),
        None => kind.after(stage.facts().output),
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
        match (&self, other) {
            (Self::Of(one), Self::Of(other)) if *one == other => self,
            _ => UNKNOWN,
        }
    }

    /// The kind of what a layer gives for values of this one.
    fn after(self, output: OutputKind) -> Self {
        use OutputKind::{Averaged, LogSoftmax, Product, Same, Sigmoid, Softmax};
        match (output, &self) {
            (Same, _) => self,
            // Averages of probabilities are some; those of logarithms are none of their averages.
            (Averaged, Self::Of(LogSoftmax) | Self::Part(_)) => UNKNOWN,
            (Averaged, _) => self,
            // Products of probabilities are some.
            (Product, Self::Of(Sigmoid | Softmax)) => Self::Of(Sigmoid),
            (Product, _) => UNKNOWN,
            (known, _) => Self::Of(known),
        }
    }

    fn tokens(&self) -> TokenStream {
        let name = match self {
            Self::Part(kind) => return kind.clone(),
            Self::Of(OutputKind::Numbers) => "Numbers",
            Self::Of(OutputKind::Sigmoid) => "OfSigmoid",
            Self::Of(OutputKind::Softmax) => "OfSoftmax",
            Self::Of(OutputKind::LogSoftmax) => "OfLogSoftmax",
            Self::Of(_) => "Unknown",
        };
        let name = format_ident!("{name}");
        quote!(#NETWORK::output::#name)
    }
}
