//! What the user wrote → the checked graph. One function a rule.

mod graph;
mod header;
mod names;
mod stages;

use std::collections::HashSet;

use proc_macro2::TokenStream;
use quote::format_ident;

use crate::context::{Scope, Siblings};
use crate::layers;
use crate::network::{Graph, Input, Network, Output, Sketch};
use crate::report::{Faults, Structure};
use crate::shape::Shape;
use crate::syntax;

/// What the check of one network comes to.
pub(crate) enum Outcome {
    Checked(Box<Network>),
    /// What is known nevertheless, and the errors. A second network of one name gets no stub, which would clash.
    Faulty(Option<Box<Sketch>>, TokenStream),
}

/// Checks all networks of an invocation.
pub(crate) fn check(written: Vec<syntax::Network>) -> Vec<Outcome> {
    let siblings = Siblings::new(&written, layers::is_step, layers::takes_indices);
    let mut names = HashSet::new();
    let (mut outcomes, mut heads) = (Vec::new(), Vec::new());
    for mut network in written {
        // Two networks cannot be one type: `A: … {} A: … {}`.
        let first = names.insert(network.name.to_string());
        if !first {
            network.faults.add(&network.name, Structure::NetworkTwice { name: network.name.to_string() });
        }
        let name = network.name.clone();
        outcomes.push(match check_network(network, &siblings) {
            Outcome::Faulty(_, errors) if !first => Outcome::Faulty(None, errors),
            outcome => outcome,
        });
        heads.push(name);
    }
    // What is unknown for the fault of another network comes with that fault's error: a stub never stands alone.
    let silent = |outcome: &Outcome| matches!(outcome, Outcome::Faulty(_, errors) if errors.is_empty());
    if outcomes.iter().all(|outcome| matches!(outcome, Outcome::Checked(_)) || silent(outcome)) {
        for (name, outcome) in heads.iter().zip(&mut outcomes).filter(|(_, outcome)| silent(outcome)) {
            if let Outcome::Faulty(_, errors) = outcome {
                let mut faults = Faults::default();
                faults.add(name, Structure::Sizeless { name: name.to_string() });
                *errors = faults.finish().err().unwrap_or_default();
            }
        }
    }
    outcomes
}

fn check_network(written: syntax::Network, siblings: &Siblings) -> Outcome {
    let syntax::Network { attributes, visibility, name, parameters, inputs, outputs, nodes, faults } = written;
    let mut scope = Scope::new(&name, parameters, siblings.clone(), faults);
    header::check_parameters(&mut scope);
    header::check_attributes(&attributes, &mut scope);
    let input_shapes = header::inputs(&inputs, &mut scope);
    let output_shapes = header::ports(&outputs, &mut scope);
    names::check_names([&inputs, &outputs], &nodes, &mut scope);
    let links = graph::link(&inputs, &outputs, &nodes, &mut scope);
    let chains = stages::check_nodes(&name, &inputs, [&input_shapes, &output_shapes], &nodes, &links, &mut scope);
    stages::check_outputs(&name, &outputs, &output_shapes, &nodes, &links, &chains, &mut scope);

    let whole = [&input_shapes, &output_shapes].into_iter().flatten().all(Option::is_some)
        && links.outputs.iter().all(Option::is_some)
        && links.sources.iter().all(Option::is_some)
        && chains.iter().all(stages::Chain::is_whole);
    if !whole && !scope.faulty_part && scope.faults.count() == 0 {
        scope.faults.add(&name, Structure::Sizeless { name: name.to_string() });
    }
    let Scope { faults, constants, mut parameters, parameters_fit, .. } = scope;
    let (constants, checks, sizes) = constants.into_items();
    let named = |ports: &[syntax::Port], shapes: Vec<Option<Shape>>| {
        ports.iter().map(|port| port.name.clone()).zip(shapes).collect::<Vec<_>>()
    };
    match faults.finish() {
        Ok(proof) if whole => {
            let (inputs, outputs) = (named(&inputs, input_shapes), named(&outputs, output_shapes));
            let inputs = inputs.into_iter().filter_map(|(name, shape)| Some(Input { name, shape: shape? })).collect();
            let outputs = outputs.into_iter().zip(links.outputs);
            let output = |((name, shape), node): ((_, Option<Shape>), Option<usize>)| {
                Some(Output { name, node: node?, shape: shape? })
            };
            let outputs = outputs.filter_map(output).collect();
            let nodes = stages::build(nodes, links.sources, chains);
            let graph =
                Graph { attributes, visibility, name, parameters, inputs, outputs, nodes, constants, checks, sizes };
            Outcome::Checked(Box::new(Network::new(graph, proof)))
        }
        // A part has a fault, which is reported there.
        faulty => {
            let errors = faulty.err().unwrap_or_default();
            let (mut input_shapes, mut output_shapes) = (input_shapes, output_shapes);
            if !parameters_fit {
                // The stub has as many, under names that no shape mentions.
                parameters = (0..parameters.len()).map(|index| format_ident!("Parameter{index}")).collect();
                input_shapes.iter_mut().chain(&mut output_shapes).for_each(|shape| *shape = None);
            }
            let (inputs, outputs) = (named(&inputs, input_shapes), named(&outputs, output_shapes));
            let known = stages::held(&chains, parameters_fit);
            let fields = names::fields(&name, siblings, &parameters, &nodes, &known);
            let sketch = Sketch { visibility, name, parameters, inputs, outputs, fields, constants };
            Outcome::Faulty(Some(Box::new(sketch)), errors)
        }
    }
}
