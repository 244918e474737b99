//! The checked graph: what expansion sees. Only a successful check can build it.

use std::ops::Deref;

use proc_macro2::{Ident, TokenStream};
use syn::{Attribute, Visibility};

use crate::context::{Calculation, Part, PartSizes, Sizes};
use crate::layers::{self, Activation, Facts, Layer, Parameter, Placement, Runtime, Weights, Work};
use crate::report::NoFault;
use crate::shape::Shape;

/// A network without a fault. Sources come before their readers in `nodes`; every name is unique.
#[derive(Debug)]
pub(crate) struct Network {
    graph: Graph,
    _proof: NoFault,
}

/// What a [`Network`] holds.
#[derive(Debug)]
pub(crate) struct Graph {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) name: Ident,
    /// The dimension parameters.
    pub(crate) parameters: Vec<Ident>,
    /// At least one.
    pub(crate) inputs: Vec<Input>,
    /// At least one.
    pub(crate) outputs: Vec<Output>,
    /// At least one, in the order of evaluation.
    pub(crate) nodes: Vec<Node>,
    /// Constant items to put beside the struct: the sizes that [`Dimension::Constant`](crate::shape::Dimension) names,
    /// and the checks that the compiler evaluates.
    pub(crate) constants: Vec<TokenStream>,
    /// Statements that check what depends on the dimension parameters.
    pub(crate) checks: Vec<TokenStream>,
    /// The sizes that only the running program knows, where there are any.
    pub(crate) sizes: Option<Sizes>,
}

/// An input port.
#[derive(Debug)]
pub(crate) struct Input {
    /// `None` where the network has one input that the header does not name.
    pub(crate) name: Option<Ident>,
    pub(crate) shape: Shape,
}

/// An output port.
#[derive(Debug)]
pub(crate) struct Output {
    /// `None` where the network has one output that the header does not name.
    pub(crate) name: Option<Ident>,
    /// The node whose value it is, an index into [`Graph::nodes`].
    pub(crate) node: usize,
    /// The shape as declared; equal to what the node gives.
    pub(crate) shape: Shape,
}

/// A node: sources, then a chain of stages.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) attributes: Vec<Attribute>,
    /// The field's name; present wherever a stage has parameters.
    pub(crate) name: Option<Ident>,
    /// How messages and summaries call it: its name, or else its first layer's kind.
    pub(crate) label: String,
    /// What its first stage takes, in order; at least one.
    pub(crate) sources: Vec<Source>,
    /// At least one. Only the first takes several values; at most one has parameters.
    pub(crate) stages: Vec<Stage>,
}

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// An index into [`Graph::inputs`].
    Input(usize),
    /// An index into [`Graph::nodes`].
    Node(usize),
}

/// One layer in a node's chain.
#[derive(Clone, Debug)]
pub(crate) struct Stage {
    /// The layer's name as the user wrote it, with its span.
    pub(crate) kind: Ident,
    /// The shapes it takes, one for each source.
    pub(crate) inputs: Vec<Shape>,
    /// The shape it gives.
    pub(crate) output: Shape,
    pub(crate) layer: Layer,
}

impl Network {
    /// Seals a graph in which the check found no fault.
    pub(crate) fn new(graph: Graph, proof: NoFault) -> Self {
        Self { graph, _proof: proof }
    }
}

impl Deref for Network {
    type Target = Graph;

    fn deref(&self) -> &Graph {
        &self.graph
    }
}

impl Graph {
    /// The parts that have a list of sizes, in order.
    pub(crate) fn sized_parts(&self) -> impl Iterator<Item = &PartSizes> {
        let calculated = self.sizes.iter().flat_map(|sizes| &sizes.calculated);
        calculated.filter_map(|calculation| match calculation {
            Calculation::Part(part) => Some(part),
            Calculation::Size { .. } => None,
        })
    }
}

impl Node {
    /// The shape that its last stage gives.
    pub(crate) fn output(&self) -> &Shape {
        &self.stages[self.stages.len() - 1].output
    }

    /// The stage that its field holds.
    pub(crate) fn held(&self) -> Option<(&Ident, &Stage)> {
        let name = self.name.as_ref()?;
        let is_model = |stage: &&Stage| stage.facts().model.is_some();
        Some((name, self.trained().or_else(|| self.stages.iter().find(is_model))?))
    }

    /// The stage that has parameters, where there is one.
    pub(crate) fn trained(&self) -> Option<&Stage> {
        self.stages.iter().find(|stage| stage.learns())
    }
}

impl Stage {
    /// Whether it has parameters, as far as the macro knows: a part may.
    pub(crate) fn learns(&self) -> bool {
        self.layer.submodule().is_some() || !self.parameters().is_empty()
    }

    /// The layer at its place.
    pub(crate) fn placement(&self) -> Placement<'_> {
        Placement { kind: &self.kind, inputs: &self.inputs, output: &self.output }
    }

    /// What the layer says of itself.
    pub(crate) fn facts(&self) -> Facts<'_> {
        self.layer.facts()
    }

    /// The layer as a type of the runtime, where it is more than a call.
    pub(crate) fn runtime(&self) -> Option<Runtime> {
        self.facts().model.map(|model| model.runtime(&self.placement()))
    }

    /// How it is trained, where it has weights.
    pub(crate) fn weights(&self) -> Option<Weights<'_>> {
        match self.facts().work {
            Work::Weights(weights) => Some(weights),
            _ => None,
        }
    }

    /// The activation that it is.
    pub(crate) fn activation(&self) -> Option<&Activation> {
        match self.facts().work {
            Work::Activation(activation) => Some(activation),
            _ => None,
        }
    }

    /// Whether it has a gradient, as far as the macro knows.
    pub(crate) fn has_gradient(&self) -> bool {
        self.layer.submodule().map_or_else(|| !layers::is_step(&self.kind.to_string()), |part| part.gradient)
    }

    /// The layer's parameters under PyTorch's names, with their shapes; those of a part are its own affair.
    pub(crate) fn parameters(&self) -> Vec<Parameter> {
        self.layer.parameters(&self.inputs)
    }
}

/// What a field of such a network would be.
#[derive(Debug)]
pub(crate) enum Field {
    /// A layer of this kind, and all that is known of it where it has no fault itself.
    Layer(Ident, Option<Box<Stage>>),
    /// A network inside the network, or a layer of the user's own.
    Part(Part),
}

/// What is known of a network in which the check found faults: enough for a stub with the signatures that users call.
#[derive(Debug)]
pub(crate) struct Recovered {
    pub(crate) visibility: Visibility,
    pub(crate) name: Ident,
    /// The dimension parameters.
    pub(crate) parameters: Vec<Ident>,
    /// The inputs, each with its name and its shape as far as it could be read.
    pub(crate) inputs: Vec<(Option<Ident>, Option<Shape>)>,
    /// The outputs, likewise.
    pub(crate) outputs: Vec<(Option<Ident>, Option<Shape>)>,
    /// The named nodes, each with what it gives as far as that is known.
    pub(crate) nodes: Vec<(Ident, Option<Shape>)>,
    /// The named nodes that would be fields.
    pub(crate) fields: Vec<(Ident, Field)>,
    /// Constant items, as in [`Graph::constants`]: they find the faults that only the compiler can.
    pub(crate) constants: Vec<TokenStream>,
}
