//! Rules on names.

use std::collections::HashSet;

use syn::Ident;

use super::graph::label;
use crate::context::{Part, Scope, Siblings, formula, typed};
use crate::layers;
use crate::network::{self, Field};
use crate::report::Structure;
use crate::syntax::{Node, Port, Stage, is_keyword};

/// A name stands for one input or node: `a: dense(3); a: dense(4);`. `input` is the network's input.
pub(super) fn check_names([inputs, outputs]: [&[Port]; 2], nodes: &[Node], scope: &mut Scope) {
    // `Net: [3] -> (a: [3], a: [3])`
    let mut seen = HashSet::new();
    for name in outputs.iter().filter_map(|port| port.name.as_ref()) {
        if !seen.insert(name.to_string()) {
            scope.faults.add(name, Structure::OutputTwice { name: name.to_string() });
        }
    }
    let mut seen = HashSet::new();
    let names = inputs.iter().map(|port| &port.name).chain(nodes.iter().map(|node| &node.name));
    for name in names.flatten() {
        if !seen.insert(name.to_string()) {
            scope.faults.add(name, Structure::NameTwice { name: name.to_string() });
        }
    }
    let unnamed = nodes.iter().filter(|node| node.name.is_none()).map(label);
    scope.unknown_layers = unnamed.filter(|word| layers::find(word).is_none()).collect();
    scope.inputs = inputs.iter().flat_map(|port| &port.name).map(Ident::to_string).collect();
    if inputs.len() == 1 {
        scope.inputs.push("input".to_owned());
    }
    for name in nodes.iter().filter_map(|node| node.name.as_ref()) {
        if inputs.len() == 1 && name == "input" {
            scope.faults.add(name, Structure::NameOfInput { name: name.to_string() });
        }
        scope.names.push(name.to_string());
    }
}

/// A name for a node that lacks one: the first of `dense1`, `dense2`, … that is free.
pub(super) fn suggest(kind: &str, scope: &Scope) -> String {
    let taken = |name: &String| scope.names.contains(name);
    let stem = kind.strip_suffix("1d").or(kind.strip_suffix("2d")).unwrap_or(kind);
    let mut names = (1_usize..).map(|number| format!("{stem}{number}"));
    names.find(|name| !taken(name)).unwrap_or_default()
}

/// The named nodes with their layers' kinds, as far as they can be fields.
pub(super) fn fields(
    network: &Ident,
    siblings: &Siblings,
    parameters: &[Ident],
    nodes: &[Node],
    known: &[Option<network::Stage>],
) -> Vec<(Ident, Field)> {
    let mut seen = HashSet::new();
    // The stage that the field would hold; one without parameters holds nothing to be used.
    let held = |stages: &'_ [Stage]| {
        let trained = stages.iter().position(|stage| match stage {
            Stage::Layer(call) => layers::find(&call.kind.to_string()).is_some_and(|row| row.is_trained()),
            Stage::Path(_) => true,
        });
        trained.unwrap_or(0)
    };
    let named =
        nodes.iter().zip(known).filter_map(|(node, known)| match (&node.name, node.stages.get(held(&node.stages))) {
            (Some(name), Some(Stage::Layer(call))) => {
                Some((name.clone(), Field::Layer(call.kind.clone(), known.clone().map(Box::new))))
            }
            // A field of a network that holds this one would make the type endless, and one of the wrong dimensions is no type.
            (Some(name), Some(Stage::Path(path)))
                if !siblings.holds(path, network) && siblings.fits(path) && formula(path, parameters).is_none() =>
            {
                let indices = siblings.takes_indices(path);
                let path = path.clone();
                let typed = typed(&path, siblings.is_known(&path), parameters);
                let part = Part { path, typed, checked: None, expected: None, gradient: true, indices };
                Some((name.clone(), Field::Part(part)))
            }
            _ => None,
        });
    named.filter(|(name, _)| !is_keyword(name) && seen.insert(name.to_string())).collect()
}
