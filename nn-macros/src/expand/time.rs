//! Whose lengths a value has, where it is a sequence: those of an input, as long as each step stays in its place.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use crate::{
    expand::types,
    layers::Layer,
    names::NETWORK,
    network::{Network, Source, Stage},
};

/// Where the lengths of a sequence come from.
#[derive(Clone, Debug)]
enum Time {
    /// An input.
    Input(usize),
    /// What went into a network inside the network, whose output may be a sequence of the same lengths.
    Through(Box<Time>, TokenStream),
}

/// The times of all values.
#[derive(Debug)]
pub(super) struct Times {
    /// For each node, that of what each stage takes first.
    takes: Vec<Vec<Option<Time>>>,
    /// For each node, that of what it gives.
    gives: Vec<Option<Time>>,
}

impl Times {
    pub(super) fn new(network: &Network) -> Self {
        let mut times = Times { takes: Vec::new(), gives: Vec::new() };
        for node in &network.nodes {
            let sources = node.sources.iter().map(|source| match *source {
                Source::Input(index) => Some(Time::Input(index)),
                Source::Node(index) => times.gives[index].clone(),
            });
            let mut now: Option<Time> = sources.flatten().next();
            let mut takes = Vec::new();
            for stage in &node.stages {
                takes.push(now.clone());
                now = after(stage, now);
            }
            times.takes.push(takes);
            times.gives.push(now);
        }
        times
    }

    /// The lengths of what a stage takes, as an expression over the inputs under their names.
    pub(super) fn lengths(&self, node: usize, stage: usize, inputs: &[Ident]) -> TokenStream {
        match &self.takes[node][stage] {
            Some(time) => time.lengths(inputs),
            None => quote!(&[]),
        }
    }

    /// Whether what a stage takes may be padded.
    pub(super) fn is_timed(&self, node: usize, stage: usize) -> bool {
        self.takes[node][stage].is_some()
    }

    /// `TIMES`, where an output is a sequence.
    pub(super) fn constant(&self, network: &Network) -> Option<TokenStream> {
        let times: Vec<Option<&Time>> = network.outputs.iter().map(|output| self.gives[output.node].as_ref()).collect();
        if times.iter().all(Option::is_none) {
            return None;
        }
        let times = times.into_iter().map(|time| match time {
            Some(time) => time.index(),
            None => quote!(::core::option::Option::None),
        });
        Some(quote!(const TIMES: &'static [::core::option::Option<::core::primitive::usize>] = &[#(#times),*];))
    }
}

impl Time {
    fn lengths(&self, inputs: &[Ident]) -> TokenStream {
        match self {
            Time::Input(index) => {
                let input = &inputs[*index];
                quote!(#input.lengths())
            }
            Time::Through(before, network) => {
                let before = before.lengths(inputs);
                quote!(#NETWORK::lengths_through::<#network>(#before))
            }
        }
    }

    /// The input, an expression of type `Option<usize>`.
    fn index(&self) -> TokenStream {
        match self {
            Time::Input(index) => {
                let index = types::count(*index);
                quote!(::core::option::Option::Some(#index))
            }
            Time::Through(before, network) => {
                let before = before.index();
                quote!(#NETWORK::time_through::<#network>(#before))
            }
        }
    }
}

/// The time of what a stage gives.
fn after(stage: &Stage, before: Option<Time>) -> Option<Time> {
    match &stage.layer {
        Layer::Activation(_)
        | Layer::Add(_)
        | Layer::Embedding(_)
        | Layer::LayerNorm(_)
        | Layer::Map(_)
        | Layer::Multiply(_)
        | Layer::Noise(_)
        | Layer::Recurrent(_) => before,
        Layer::Concat(concat) => before.filter(|_| concat.axis > 0),
        Layer::Dense(dense) => before.filter(|_| dense.each_step),
        Layer::Part(part) => {
            let network = part.with_element();
            before.map(|time| Time::Through(Box::new(time), quote!(#network)))
        }
        _ => None,
    }
}
