//! What the user wrote → the checked graph. One function a rule.

mod graph;
mod header;
mod names;
mod stages;

use std::collections::HashSet;

use crate::context::{Scope, Siblings};
use crate::layers;
use crate::network::{Graph, Input, Network, Output, Recovered};
use crate::report::{Errors, Reported, Structure};
use crate::syntax;

/// What the check of one network comes to.
pub(crate) enum Outcome {
    Checked(Box<Network>),
    /// What is known nevertheless, and the errors. A second network of one name gets no stub, which would clash.
    Faulty(Option<Box<Recovered>>, Errors),
}

/// Checks all networks of an invocation.
pub(crate) fn check(written: Vec<syntax::Network>) -> Vec<Outcome> {
    let siblings = Siblings::new(&written, layers::is_step, layers::takes_indices);
    let mut names = HashSet::new();
    let mut outcomes = Vec::new();
    for mut network in written {
        // Two networks cannot be one type: `A: … {} A: … {}`.
        let first = names.insert(network.name.to_string());
        if !first {
            network.faults.add(&network.name, Structure::NetworkTwice { name: network.name.to_string() });
        }
        outcomes.push(match check_network(network, &siblings) {
            Outcome::Faulty(_, errors) if !first => Outcome::Faulty(None, errors),
            outcome => outcome,
        });
    }
    // What is unknown for a fault elsewhere comes with that fault's error: a stub never stands alone.
    let silent = outcomes.iter().all(|outcome| match outcome {
        Outcome::Checked(_) => true,
        Outcome::Faulty(_, errors) => errors.found.is_empty(),
    });
    for outcome in outcomes.iter_mut().filter(|_| silent) {
        if let Outcome::Faulty(_, errors) = outcome {
            errors.found = std::mem::take(&mut errors.delayed);
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

    let Scope { faults, constants, mut parameters, parameters_fit, .. } = scope;
    let (constants, checks, sizes) = constants.into_items();
    let known = stages::recovered(&chains, parameters_fit);
    let fields = names::fields(&name, siblings, &parameters, &nodes, &known);
    let given = stages::given(&nodes, &chains, parameters_fit);
    let ports = [(&inputs, &input_shapes), (&outputs, &output_shapes)].map(|(ports, shapes)| {
        let shapes = shapes.iter().map(|shape| shape.clone().ok().filter(|_| parameters_fit));
        ports.iter().map(|port| port.name.clone()).zip(shapes).collect::<Vec<_>>()
    });
    let whole = || -> Result<_, Reported> {
        let inputs = inputs.into_iter().zip(input_shapes);
        let inputs =
            inputs.map(|(port, shape)| Ok(Input { name: port.name, shape: shape? })).collect::<Result<_, _>>()?;
        let outputs = outputs.into_iter().zip(output_shapes).zip(links.outputs);
        let outputs = outputs
            .map(|((port, shape), node)| Ok(Output { name: port.name, node: node?, shape: shape? }))
            .collect::<Result<_, _>>()?;
        Ok((inputs, outputs, stages::build(nodes, links.sources, chains)?))
    };
    match (faults.finish(), whole()) {
        (Ok(proof), Ok((inputs, outputs, nodes))) => {
            let graph =
                Graph { attributes, visibility, name, parameters, inputs, outputs, nodes, constants, checks, sizes };
            Outcome::Checked(Box::new(Network::new(graph, proof)))
        }
        (finished, _) => {
            if !parameters_fit {
                // The stub has as many, under names that no shape mentions.
                parameters =
                    (0..parameters.len()).map(|index| crate::names::item(&format!("Parameter{index}"))).collect();
            }
            let [inputs, outputs] = ports;
            let nodes = given;
            let recovered = Recovered { visibility, name, parameters, inputs, outputs, nodes, fields, constants };
            Outcome::Faulty(Some(Box::new(recovered)), finished.err().unwrap_or_default())
        }
    }
}
