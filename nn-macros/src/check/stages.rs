//! The chain of each node: layers are looked up, their arguments read, their shape rules asked.

use std::collections::HashSet;

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident};
use syn::Ident;

use super::graph::{Links, label, two_above, whole};
use super::header::shape;
use super::names::suggest;
use crate::context::{Part, Referent, Scope, Site, Symbol, Value, formula, typed};
use crate::layers::{self, Arguments, Layer, Row, Work};
use crate::network::{self, Source};
use crate::report::{Argument, Mismatch, Reported, Structure, compact};
use crate::shape::{Condition, Dimension, Operation, Shape};
use crate::syntax::{Call, Node, Port, Sources, Stage, is_keyword};

/// A node's stages, as far as they are without fault, and the shape that the last gives.
pub(super) struct Chain {
    stages: Vec<Result<network::Stage, Reported>>,
    output: Result<Shape, Reported>,
}

/// Checks the nodes in order.
pub(super) fn check_nodes(
    network: &Ident,
    inputs: &[Port],
    [shapes, declared]: [&[Result<Shape, Reported>]; 2],
    nodes: &[Node],
    links: &Links,
    scope: &mut Scope,
) -> Vec<Chain> {
    let mut chains: Vec<Chain> = Vec::new();
    for (index, node) in nodes.iter().enumerate() {
        let sources = &links.sources[index];
        let values = sources.as_ref().map_err(|reported| *reported).and_then(|sources| {
            sources.iter().map(|&source| value(source, inputs, shapes, nodes, &chains)).collect::<Result<Vec<_>, _>>()
        });
        let count = sources.as_ref().ok().map(Vec::len);
        let output = links.outputs.iter().position(|output| matches!(output, Ok(node) if *node == index));
        let declared = output.and_then(|output| declared.get(output)?.clone().ok());
        let mut chain = Walk { network, nodes, index, declared, scope }.chain(values, count);
        if let Some(stated) = &node.stated {
            chain.output = check_stated(node, stated, chain.output, scope);
        }
        register(node, &chain, scope);
        chains.push(chain);
    }
    chains
}

fn value(
    source: Source,
    inputs: &[Port],
    shapes: &[Result<Shape, Reported>],
    nodes: &[Node],
    chains: &[Chain],
) -> Result<Value, Reported> {
    match source {
        Source::Input(index) => {
            let from = match &inputs[index].name {
                Some(name) => format!("the input `{name}`"),
                None => "the input".to_owned(),
            };
            Ok(Value { from, producer: None, node: None, shape: shapes[index].clone()? })
        }
        Source::Node(index) => {
            let (node, shape) = (&nodes[index], chains[index].output.clone()?);
            let (from, producer) = (format!("`{}`", label(node)), Some((label(node), whole(node))));
            Ok(Value { from, producer, node: node.name.as_ref().map(ToString::to_string), shape })
        }
    }
}

/// What a node is stated to give is what it gives: `pool2: max_pool2d(2) -> [16, 4, 4];`
fn check_stated(
    node: &Node,
    stated: &crate::syntax::Shape,
    output: Result<Shape, Reported>,
    scope: &mut Scope,
) -> Result<Shape, Reported> {
    let at = &stated.tokens;
    let stated = shape(stated, scope);
    let (stated, output) = (stated?, output?);
    let fault = || Mismatch::Stated { node: label(node), stated: stated.clone(), output: output.clone() };
    match Condition::same_shape(&stated, &output).filter(|_| same_freedom(&stated, &output)) {
        Some(same) => {
            let guarded = scope.ask(at, None, &same, fault).guard(output.clone())?;
            Ok(scope.constants.name_sizes(guarded))
        }
        None => Err(scope.faults.add(at, fault())),
    }
}

/// `_` is written where only the running program knows the size, and nowhere else.
fn same_freedom(written: &Shape, output: &Shape) -> bool {
    written.iter().zip(output).all(|(written, output)| written.is_free() == output.is_free())
}

/// Notes what options of the nodes below may find under the node's name.
fn register(node: &Node, chain: &Chain, scope: &mut Scope) {
    let Some(name) = &node.name else { return };
    let referents = node.stages.iter().zip(&chain.stages).map(|(written, stage)| match (written, stage) {
        (Stage::Layer(_), Ok(stage)) => stage.layer.referent(&stage.inputs),
        (Stage::Layer(call), Err(reported)) => layers::lost_referent(&call.kind.to_string(), *reported),
        (Stage::Path(_), _) => Referent::Nothing,
    });
    let referent = referents.into_iter().find(|all| !matches!(all, Referent::Nothing)).unwrap_or(Referent::Nothing);
    let layers: Vec<_> = chain.stages.iter().map(|stage| stage.as_ref().ok().map(|stage| &stage.layer)).collect();
    let encodes = layers::encodes(&layers);
    scope.symbols.push(Symbol { name: name.to_string(), tokens: whole(node), referent, encodes });
}

/// The walk along one node's chain.
struct Walk<'a> {
    network: &'a Ident,
    nodes: &'a [Node],
    index: usize,
    /// The shape that the header declares for the node.
    declared: Option<Shape>,
    scope: &'a mut Scope,
}

impl Walk<'_> {
    /// `count` is `None` where a source is unknown.
    fn chain(mut self, mut inputs: Result<Vec<Value>, Reported>, count: Option<usize>) -> Chain {
        let node = &self.nodes[self.index];
        let (mut stages, mut last) = (Vec::new(), None);
        // What the chain's stage with parameters is called.
        let mut trained: Option<String> = None;
        for (at, stage) in node.stages.iter().enumerate() {
            let count = if at == 0 { count } else { Some(1) };
            let (called, producer, checked) = match stage {
                Stage::Layer(call) => {
                    let called = call.kind.to_string();
                    let producer = (called.clone(), call.tokens.clone());
                    (called, producer, self.layer(at, call, inputs, &mut trained, count))
                }
                Stage::Path(path) => {
                    let producer = ("part".to_owned(), path.to_token_stream());
                    let checked = self.part(at, path, inputs, trained.clone(), count);
                    trained = trained.or(Some(compact(path)));
                    (compact(path), producer, checked)
                }
            };
            let (stage, output) = match checked {
                Ok((stage, output)) => (Ok(stage), Ok(output)),
                Err(reported) => (Err(reported), Err(reported)),
            };
            stages.push(stage);
            inputs = output
                .clone()
                .map(|shape| vec![Value { from: format!("`{called}`"), producer: Some(producer), node: None, shape }]);
            last = Some(output);
        }
        // A node that could not be read to its end may do more than what was read.
        let output = match (node.broken, last) {
            (Some(reported), _) => Err(reported),
            (None, Some(output)) => output,
            (None, None) => Err(self.scope.elsewhere()),
        };
        Chain { stages, output }
    }

    /// A layer, which messages call by its kind: `dense(10)`.
    fn layer(
        &mut self,
        at: usize,
        call: &Call,
        inputs: Result<Vec<Value>, Reported>,
        trained: &mut Option<String>,
        count: Option<usize>,
    ) -> Result<(network::Stage, Shape), Reported> {
        let rank = inputs.as_ref().ok().and_then(|values| Some(values.first()?.shape.len()));
        let row = self.row(call, rank)?;
        if row.is_trained() {
            self.check_name(&call.tokens, trained.clone());
            trained.get_or_insert_with(|| call.kind.to_string());
        }
        let inputs = self.check_sources(at, call, row, count).and(inputs);
        self.stage(at, call, row, inputs)
    }

    /// Another network, or a layer of the user's own: `encoder: Encoder`. A network never holds itself.
    fn part(
        &mut self,
        at: usize,
        path: &syn::Path,
        inputs: Result<Vec<Value>, Reported>,
        earlier: Option<String>,
        count: Option<usize>,
    ) -> Result<(network::Stage, Shape), Reported> {
        self.check_name(&path.to_token_stream(), earlier);
        if self.scope.siblings.holds(path, self.network) {
            let fault = Structure::ContainsItself { name: self.network.to_string() };
            return Err(self.scope.faults.add(path, fault));
        }
        // `Block<{ 2 * C }>` where C is a dimension parameter.
        if let Some(formula) = formula(path, &self.scope.parameters) {
            let fault = Argument::PartFormula {
                formula: compact(formula),
                network: self.network.to_string(),
                parameters: self.scope.parameters.iter().map(ToString::to_string).collect(),
            };
            return Err(self.scope.faults.add(path, fault));
        }
        let node = &self.nodes[self.index];
        if count.is_some_and(|count| count > 1) {
            let sources = source_names(node);
            return Err(self.scope.faults.add(path, Structure::OneSource { kind: compact(path), sources }));
        }
        // What follows the part in its node keeps the shape, or else says nothing of it.
        let keeps = node.stages[at + 1..].iter().all(|stage| match stage {
            Stage::Layer(call) => layers::is_activation(&call.kind.to_string()),
            Stage::Path(_) => false,
        });
        // Its own faults are found where the statement is held against what the node gives.
        let stated = node.stated.as_ref().map(|stated| self.scope.speculative(|scope| shape(stated, scope)));
        let expected = match stated {
            Some(stated) => stated.map(|shape| (shape, "state")),
            None => self.declared.clone().map(|shape| (shape, "declare")),
        };
        let expected = expected.filter(|_| keeps);
        let siblings = &self.scope.siblings;
        let (gradient, indices) = (siblings.has_gradient(path), siblings.takes_indices(path));
        let known = siblings.is_known(path);
        let typed = typed(path, known, &self.scope.parameters);
        let checked = (!known).then(|| self.scope.constants.is_network(path));
        let layer = Layer::from(Part { path: path.clone(), typed, checked, expected, gradient, indices });
        let (values, site) =
            (inputs?, Site { subject: label(node), counterpart: None, tokens: path.to_token_stream() });
        let output = layer.output(&site, &values, self.scope)?;
        let output = self.scope.constants.name_sizes(output);
        let inputs: Vec<Shape> = values.into_iter().map(|value| value.shape).collect();
        let kind = path.segments.last().map_or_else(|| format_ident!("part"), |last| last.ident.clone());
        Ok((network::Stage { kind, inputs, output: output.clone(), layer }, output))
    }

    /// A layer has a known name: `dens(10)`. What is meant may depend on the rank of what it would take.
    fn row(&mut self, call: &Call, rank: Option<usize>) -> Result<&'static Row, Reported> {
        let name = call.kind.to_string();
        layers::find(&name).ok_or_else(|| {
            let fault = if let Some(parameters) = self.scope.siblings.parameters(&name) {
                Argument::PartCalled { parameters, arguments: call.positional.iter().map(compact).collect(), name }
            } else {
                Argument::UnknownLayer { meant: layers::meant(&name, rank), name }
            };
            self.scope.faults.add(&call.kind, fault)
        })
    }

    /// A layer with parameters has a name and is the only one of its node: `dense(10);`, `a: dense(10), dense(10);`
    fn check_name(&mut self, stage: &TokenStream, earlier: Option<String>) {
        let (kind, call) = (compact(stage.clone().into_iter().next()), compact(stage));
        let suggestion = |scope: &Scope| suggest(&kind.to_lowercase(), scope);
        if let Some(first) = earlier {
            let suggestion = suggestion(self.scope);
            self.scope.faults.add(stage, Structure::TwoTrained { first, second: kind, call, suggestion });
        } else if self.nodes[self.index].name.is_none() {
            let suggestion = suggestion(self.scope);
            self.scope.faults.add(stage, Structure::Unnamed { kind, call, suggestion });
        }
    }

    /// A layer has as many sources as it takes: `dense(3) <- (a, b)`, `add <- a`, `dense(3), add`.
    fn check_sources(&mut self, at: usize, call: &Call, row: &Row, count: Option<usize>) -> Result<(), Reported> {
        let Some(found) = count.filter(|_| self.nodes[self.index].broken.is_none()) else { return Ok(()) };
        let kind = call.kind.to_string();
        let before = || label(&self.nodes[self.index]);
        let example = || two_above(self.nodes, self.index);
        let fault = match (row.sources, found) {
            (layers::Sources::Several, 0 | 1) if at > 0 => Structure::SeveralMidChain { kind, before: before() },
            (layers::Sources::Several, 0 | 1) => Structure::SeveralSources { kind, example: example() },
            (layers::Sources::Two(roles), _) if at > 0 => Structure::TwoMidChain { kind, roles, before: before() },
            (layers::Sources::Two(roles), 0 | 1) => {
                let example = example().filter(|[first, _]| first != "input");
                Structure::TwoSources { kind, roles, found: None, example }
            }
            (layers::Sources::Two(roles), 3..) => {
                let found = source_names(&self.nodes[self.index]);
                let example = found.first().cloned().zip(found.get(1).cloned()).map(<[String; 2]>::from);
                Structure::TwoSources { kind, roles, found: Some(found.len()), example }
            }
            (layers::Sources::One, 2..) => {
                Structure::OneSource { kind, sources: source_names(&self.nodes[self.index]) }
            }
            _ => return Ok(()),
        };
        Err(self.scope.faults.add(&call.tokens, fault))
    }

    /// Reads the layer's arguments and asks its shape rule; what the layer gives is unknown where the rule does not hold.
    fn stage(
        &mut self,
        at: usize,
        call: &Call,
        row: &'static Row,
        inputs: Result<Vec<Value>, Reported>,
    ) -> Result<(network::Stage, Shape), Reported> {
        let node = &self.nodes[self.index];
        let subject = if at == 0 || row.is_trained() { label(node) } else { call.kind.to_string() };
        let following = self.following(at);
        let layer = (row.read)(&mut Arguments::new(row, call, &subject, following, self.scope)?)?;
        let (values, site) = (inputs?, Site { counterpart: row.counterpart, subject, tokens: call.tokens.clone() });
        let output = layer.output(&site, &values, self.scope)?;
        let output = self.scope.constants.name_sizes(output);
        let output =
            output.into_iter().map(|size| self.scope.hold_calculated(&site, size)).collect::<Result<Shape, _>>()?;
        let inputs: Vec<Shape> = values.iter().map(|value| value.shape.clone()).collect();
        for parameter in layer.parameters(&inputs) {
            if parameter.shape.iter().any(Dimension::is_free) {
                let (subject, found) = (site.subject, values[0].received());
                let (name, inside) = (parameter.name.into_owned(), values[0].producer.is_some());
                let fault = Mismatch::FixedParameter { subject, name, found, inside };
                return Err(self.scope.faults.add(&site.tokens, fault));
            }
        }
        let output = self.check_size(&site, output, &layer, &inputs)?;
        let (mut taken, mut given) = (inputs, output.clone());
        layer.unify(&mut taken, &mut given);
        Ok((network::Stage { kind: call.kind.clone(), inputs: taken, output: given, layer }, output))
    }

    /// What a layer gives, and what it learns, is of no more elements than fit: `dense(4000000000)` of `[4000000000]`.
    fn check_size(&mut self, site: &Site, output: Shape, layer: &Layer, inputs: &[Shape]) -> Result<Shape, Reported> {
        let fault = || Mismatch::Elements { what: format!("what `{}` gives,", site.subject), shape: output.clone() };
        self.scope.ask_holdable(&site.tokens, &output, fault)?;
        for parameter in layer.parameters(inputs) {
            let shape = &parameter.shape;
            let fault = || Mismatch::Parameters {
                subject: site.subject.clone(),
                name: parameter.name.to_string(),
                shape: shape.clone(),
            };
            self.scope.ask_holdable(&site.tokens, shape, fault)?;
        }
        Ok(output)
    }

    /// The activation that comes next: later in the chain, or as the beginning of the node below.
    fn following(&self, at: usize) -> Option<String> {
        let later = self.nodes[self.index].stages[at + 1..].iter();
        let below = self.nodes.get(self.index + 1).filter(|below| matches!(below.sources, Sources::Above));
        let stages = later.chain(below.into_iter().flat_map(|below| below.stages.first()));
        let mut kinds = stages.filter_map(|stage| match stage {
            Stage::Layer(call) => Some(call.kind.to_string()),
            Stage::Path(_) => None,
        });
        kinds.find(|kind| layers::is_activation(kind))
    }
}

/// The names after `<-`.
fn source_names(node: &Node) -> Vec<String> {
    match &node.sources {
        Sources::Named(names) => names.iter().map(Ident::to_string).collect(),
        Sources::Above | Sources::Lost(_) => Vec::new(),
    }
}

/// What comes out is what the header declares: `Net: [3] -> [12] { out: dense(10); }`
pub(super) fn check_outputs(
    network: &Ident,
    ports: &[Port],
    declared: &[Result<Shape, Reported>],
    nodes: &[Node],
    links: &Links,
    chains: &[Chain],
    scope: &mut Scope,
) {
    for ((port, declared), node) in ports.iter().zip(declared).zip(&links.outputs) {
        let (Ok(declared), Ok(index)) = (declared, node) else { continue };
        let Ok(output) = &chains[*index].output else { continue };
        let node = &nodes[*index];
        let remembers = scope.remembers();
        let fault = || Mismatch::Declared {
            network: network.to_string(),
            port: port.name.as_ref().map(Ident::to_string),
            declared: declared.clone(),
            node: label(node),
            output: output.clone(),
            suggestion: dense_suggestion(node, declared, output)
                .or_else(|| units_suggestion(node, &chains[*index], declared, output))
                .or_else(|| flatten_suggestion(declared, output))
                .or_else(|| steps_suggestion(node, declared, output).filter(|_| remembers))
                .or_else(|| pool_suggestion(declared, output)),
        };
        match Condition::same_shape(declared, output).filter(|_| same_freedom(declared, output)) {
            Some(same) => drop(scope.ask(whole(node), None, &same, fault)),
            None => drop(scope.faults.add(whole(node), fault())),
        }
    }
}

/// Another `dense`, or a machine of other hidden units, where that gives what is declared.
fn dense_suggestion(node: &Node, declared: &Shape, output: &Shape) -> Option<String> {
    let kinds = ["dense", "rbm", "boltzmann"];
    let kind = node.stages.iter().find_map(|stage| match stage {
        Stage::Layer(call) => kinds.into_iter().find(|kind| call.kind == kind),
        Stage::Path(_) => None,
    })?;
    let (Dimension::Literal(wanted), rows) = declared.split_last()? else { return None };
    let same_rows = output.split_last().is_some_and(|(_, found)| found == rows);
    same_rows.then(|| format!("write `{kind}({wanted})`"))
}

/// Other units of a recurrent layer, where they give what is declared.
fn units_suggestion(node: &Node, chain: &Chain, declared: &Shape, output: &Shape) -> Option<String> {
    let mut stages = chain.stages.iter().flatten();
    let (bidirectional, stage) = stages.find_map(|stage| match stage.facts().work {
        Work::Recurrent(states) => Some((states.bidirectional, stage)),
        _ => None,
    })?;
    let ((Dimension::Literal(wanted), rows), (found, others)) = (declared.split_last()?, output.split_last()?) else {
        return None;
    };
    let (name, directions) = (node.name.as_ref()?, if bidirectional { 2 } else { 1 });
    let fits = rows == others && stage.output.last() == Some(found) && wanted % directions == 0;
    fits.then(|| format!("give `{name}` {} units", wanted / directions))
}

/// `flatten`, where that gives what is declared.
fn flatten_suggestion(declared: &Shape, output: &Shape) -> Option<String> {
    let flat = Operation::Product.of(output)?;
    (declared.len() == 1 && output.len() > 1 && declared[0] == flat).then(|| "put `flatten;` after it".to_owned())
}

/// One step of a sequence, or a sequence of one vector, where that is what is declared.
fn steps_suggestion(node: &Node, declared: &Shape, output: &Shape) -> Option<String> {
    let is_last = matches!(node.stages.last(), Some(Stage::Layer(call)) if call.kind == "last");
    match (declared.as_slice(), output.as_slice()) {
        ([wanted], [_, found]) if wanted == found => Some("put `last;` after it".to_owned()),
        ([Dimension::Literal(wanted)], [_, _]) => Some(format!("put `last;` and `dense({wanted})` after it")),
        ([_, wanted], [found]) if is_last && wanted == found => Some("leave out `last`".to_owned()),
        ([Dimension::Literal(steps), wanted], [found]) if wanted == found => {
            Some(format!("put `repeat({steps});` after it"))
        }
        _ => None,
    }
}

/// A pool that makes free sizes known.
fn pool_suggestion(declared: &Shape, output: &Shape) -> Option<String> {
    let wanted = !declared.iter().any(Dimension::is_free) && output.iter().any(Dimension::is_free);
    let pool = if output.len() > 1 { "`global_avg_pool;` after it" } else { "`global_avg_pool;` in its place" };
    wanted.then(|| format!("make the sizes known with an adaptive pool, or with {pool}"))
}

/// The layer without a fault that would be each node's field, as far as there is one, of a network with faults. Types can name its sizes unless the
/// network's parameters do not fit.
pub(super) fn recovered(chains: &[Chain], parameters_fit: bool) -> Vec<Option<network::Stage>> {
    let layer = |stage: &&network::Stage| stage.learns() && stage.layer.submodule().is_none();
    let held = chains.iter().map(|chain| chain.stages.iter().flatten().find(layer).cloned());
    held.map(|stage| stage.filter(|_| parameters_fit)).collect()
}

/// The named nodes, once each, with what they give as far as that is known.
pub(super) fn given(nodes: &[Node], chains: &[Chain], parameters_fit: bool) -> Vec<(Ident, Option<Shape>)> {
    let mut seen = HashSet::new();
    let named = nodes.iter().zip(chains).filter_map(|(node, chain)| {
        let name = node.name.clone().filter(|name| !is_keyword(name) && seen.insert(name.to_string()))?;
        Some((name, chain.output.as_ref().ok().cloned().filter(|_| parameters_fit)))
    });
    named.collect()
}

/// The nodes of a network of which every chain is without a fault and every source known.
pub(super) fn build(
    nodes: Vec<Node>,
    sources: Vec<Result<Vec<Source>, Reported>>,
    chains: Vec<Chain>,
) -> Result<Vec<network::Node>, Reported> {
    let parts = nodes.into_iter().zip(sources).zip(chains);
    let built = parts.map(|((node, sources), chain)| {
        let (label, sources) = (label(&node), sources?);
        let stages = chain.output.and_then(|_| chain.stages.into_iter().collect::<Result<_, _>>())?;
        let Node { attributes, name, .. } = node;
        Ok(network::Node { attributes, name, label, sources, stages })
    });
    built.collect()
}
