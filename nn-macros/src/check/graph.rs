//! Rules on what feeds what.

use std::collections::HashMap;

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::Ident;

use crate::context::{Scope, name};
use crate::layers;
use crate::network::Source;
use crate::report::{Reported, Structure, nearest};
use crate::syntax::{Node, Port, Sources, Stage};

/// A network's edges.
pub(super) struct Links {
    /// For each node, what it reads.
    pub(super) sources: Vec<Result<Vec<Source>, Reported>>,
    /// For each output, its node.
    pub(super) outputs: Vec<Result<usize, Reported>>,
}

/// Finds what each node reads and what each output is, and then what nothing reads.
pub(super) fn link(inputs: &[Port], outputs: &[Port], nodes: &[Node], scope: &mut Scope) -> Links {
    let names = Names::new(inputs, nodes);
    let sources: Vec<_> = (0..nodes.len()).map(|index| sources(index, &names, scope)).collect();
    let outputs: Vec<_> = outputs.iter().map(|port| output(port, outputs.len(), &names, scope)).collect();
    let links = Links { sources, outputs };
    let states: Vec<_> = (0..nodes.len()).map(|index| states(index, &names)).collect();
    let lost = nodes.iter().any(|node| node.broken.is_some())
        || states.iter().any(Option::is_none)
        || links.sources.iter().any(Result::is_err)
        || links.outputs.iter().any(Result::is_err)
        || links.outputs.is_empty();
    // A source that cannot be found is probably the one that seems unread.
    if !lost {
        let states: Vec<usize> = states.into_iter().flatten().flatten().collect();
        check_nodes_read(&links, &states, nodes, scope);
        check_inputs_read(&links, inputs, scope);
    }
    links
}

struct Names<'a> {
    inputs: &'a [Port],
    nodes: &'a [Node],
    input_of: HashMap<String, usize>,
    /// The first node of each name.
    node_of: HashMap<String, usize>,
}

impl<'a> Names<'a> {
    fn new(inputs: &'a [Port], nodes: &'a [Node]) -> Self {
        let mut input_of: HashMap<String, usize> = HashMap::new();
        for (index, port) in inputs.iter().enumerate() {
            let name = port.name.as_ref().map(Ident::to_string);
            name.map(|name| input_of.entry(name).or_insert(index));
        }
        if inputs.len() == 1 {
            input_of.entry("input".to_owned()).or_insert(0);
        }
        let mut node_of = HashMap::new();
        for (index, node) in nodes.iter().enumerate() {
            let name = node.name.as_ref().map(Ident::to_string);
            name.map(|name| node_of.entry(name).or_insert(index));
        }
        Self { inputs, nodes, input_of, node_of }
    }

    fn input_names(&self) -> Vec<String> {
        self.inputs.iter().filter_map(|port| port.name.as_ref()).map(Ident::to_string).collect()
    }

    /// What the node at `index` may name.
    fn above(&self, index: usize) -> Vec<String> {
        let nodes = self.nodes[..index].iter().filter_map(|node| node.name.as_ref()).map(Ident::to_string);
        let inputs = if self.inputs.len() == 1 { vec!["input".to_owned()] } else { self.input_names() };
        inputs.into_iter().chain(nodes).collect()
    }
}

/// Sources are inputs and nodes above; a node without `<-` reads the one above it, the first the input.
fn sources(index: usize, names: &Names, scope: &mut Scope) -> Result<Vec<Source>, Reported> {
    let node = &names.nodes[index];
    let written = match &node.sources {
        Sources::Named(written) => written,
        Sources::Lost(reported) => return Err(*reported),
        Sources::Above => {
            return match (index, names.inputs) {
                (0, [_]) => Ok(vec![Source::Input(0)]),
                // Which of several inputs: `Net: (a: [1], b: [1]) -> [2] { out: dense(2); }`.
                (0, _) => {
                    let all = names.input_names();
                    // Inputs that are not written as such have been reported.
                    if node.broken.is_none() && all.len() == names.inputs.len() {
                        let fault = Structure::WhichInput { reader: label(node), all };
                        return Err(scope.faults.add(whole(node), fault));
                    }
                    Err(scope.elsewhere())
                }
                _ => Ok(vec![Source::Node(index - 1)]),
            };
        }
    };
    let found: Vec<_> = written.iter().map(|name| source(name, index, names, scope)).collect();
    found.into_iter().collect()
}

/// One name after `<-`.
fn source(name: &Ident, index: usize, names: &Names, scope: &mut Scope) -> Result<Source, Reported> {
    let text = name.to_string();
    if let Some(&input) = names.input_of.get(&text) {
        return Ok(Source::Input(input));
    }
    let fault = match names.node_of.get(&text) {
        Some(&node) if node < index => return Ok(Source::Node(node)),
        // `a: dense(3) <- a;`
        Some(&node) if node == index => Structure::SourceItself { name: text },
        // `a: dense(3) <- b; b: dense(3);`
        Some(_) => Structure::SourceBelow { name: text, reader: label(&names.nodes[index]) },
        // `<- input` where there are two
        None if text == "input" => Structure::InputOfSeveral { all: names.input_names() },
        // A layer that is unknown is reported as such: `a, dense(3);`
        None if scope.unknown_layers.contains(&text) => return Err(scope.elsewhere()),
        // `flatten; a: dense(3) <- flatten;`
        None if names.nodes[..index].iter().any(|node| node.name.is_none() && label(node) == text) => {
            Structure::SourceUnnamed { kind: text }
        }
        // `<- no_such_node`
        None => {
            let all = names.above(index);
            let near = nearest(&text, all.iter().map(String::as_str)).map(str::to_owned);
            Structure::UnknownSource { name: text, near, all }
        }
    };
    // An input whose name could not be read may be the one.
    if names.inputs.len() < 2 || names.inputs.iter().all(|port| port.name.is_some()) {
        return Err(scope.faults.add(name, fault));
    }
    Err(scope.elsewhere())
}

/// The nodes whose final states the node starts from; `None` where one is not there. What `state` may name is its layer's business.
fn states(index: usize, names: &Names) -> Option<Vec<usize>> {
    let calls = names.nodes[index].stages.iter().filter_map(|stage| match stage {
        Stage::Layer(call) => {
            layers::find(&call.kind.to_string()).is_some_and(|row| row.options.contains(&"state")).then_some(call)
        }
        Stage::Path(_) => None,
    });
    let options = calls.flat_map(|call| &call.options).filter(|(option, _)| option == "state");
    options
        .map(|(_, value)| names.node_of.get(&name(value)?.to_string()).copied().filter(|&node| node < index))
        .collect()
}

/// With one output it is the last node unless named; each of several is a node's name.
fn output(port: &Port, count: usize, names: &Names, scope: &mut Scope) -> Result<usize, Reported> {
    let last = names.nodes.len().checked_sub(1);
    let Some(name) = &port.name else {
        return last.filter(|_| count == 1).ok_or_else(|| scope.elsewhere());
    };
    let text = name.to_string();
    if let Some(&node) = names.node_of.get(&text) {
        return Ok(node);
    }
    if scope.unknown_layers.contains(&text) {
        return Err(scope.elsewhere());
    }
    let fault = if names.input_of.contains_key(&text) {
        Structure::OutputIsInput { name: text }
    } else {
        let all = names.nodes.iter().filter_map(|node| node.name.as_ref()).map(Ident::to_string).collect::<Vec<_>>();
        let near = nearest(&text, all.iter().map(String::as_str)).map(str::to_owned);
        Structure::NotANode { name: text, near, all }
    };
    Err(scope.faults.add(name, fault))
}

/// Every node's value is read or given, or another starts from its state: `a: dense(3); b: dense(3) <- input;` leaves `a`.
fn check_nodes_read(links: &Links, states: &[usize], nodes: &[Node], scope: &mut Scope) {
    let mut read = vec![false; nodes.len()];
    for source in links.sources.iter().flatten().flatten() {
        if let Source::Node(index) = source {
            read[*index] = true;
        }
    }
    // A layer that lacks a source has its own fault, whose suggestion reads the two nodes above it.
    for (index, node) in nodes.iter().enumerate() {
        let joins = node.stages.first().is_some_and(joins_several);
        if joins && links.sources[index].as_ref().is_ok_and(|sources| sources.len() < 2) {
            let named = (0..index).rev().filter(|&above| nodes[above].name.is_some());
            named.take(2).for_each(|above| read[above] = true);
        }
    }
    for (index, node) in nodes.iter().enumerate() {
        if !read[index] && !states.contains(&index) && !links.outputs.iter().flatten().any(|output| *output == index) {
            let next = nodes.get(index + 1).map(label);
            scope.faults.add(whole(node), Structure::Unread { label: label(node), named: node.name.is_some(), next });
        }
    }
}

/// Whether a stage takes more than one source.
fn joins_several(stage: &Stage) -> bool {
    let Stage::Layer(call) = stage else { return false };
    layers::find(&call.kind.to_string()).is_some_and(|row| !matches!(row.sources, layers::Sources::One))
}

/// Every input is read: `Net: (a: [1], b: [1]) -> [2] { out: dense(2) <- a; }` leaves `b`.
fn check_inputs_read(links: &Links, inputs: &[Port], scope: &mut Scope) {
    for (index, port) in inputs.iter().enumerate() {
        let read = links.sources.iter().flatten().flatten().any(|source| *source == Source::Input(index));
        if let (false, Some(name)) = (read, &port.name) {
            scope.faults.add(name, Structure::UnreadInput { name: name.to_string() });
        }
    }
}

/// How messages call a node: its name, or its first layer's kind.
pub(super) fn label(node: &Node) -> String {
    match (&node.name, node.stages.first()) {
        (Some(name), _) => name.to_string(),
        (None, Some(Stage::Layer(call))) => call.kind.to_string(),
        (None, Some(Stage::Path(path))) => crate::report::compact(path),
        (None, None) => "node".to_owned(),
    }
}

/// The tokens of a node's chain, or else its name.
pub(super) fn whole(node: &Node) -> TokenStream {
    let mut tokens = TokenStream::new();
    for stage in &node.stages {
        match stage {
            Stage::Layer(call) => call.tokens.to_tokens(&mut tokens),
            Stage::Path(path) => path.to_tokens(&mut tokens),
        }
    }
    if tokens.is_empty() { node.name.to_token_stream() } else { tokens }
}

/// The names of the two values right above a node, the input among them, for an example.
pub(super) fn two_above(nodes: &[Node], index: usize) -> Option<[String; 2]> {
    let mut names = nodes[..index].iter().rev().filter_map(|node| node.name.as_ref()).map(Ident::to_string);
    let last = names.next()?;
    Some([names.next().unwrap_or_else(|| "input".to_owned()), last])
}
