//! The documentation of a generated struct: what an editor shows when the user points at the network.

use std::fmt::Write;

use crate::{
    emit::constants,
    network::{Network, Node},
    shape::types,
    shape::{Dimension, Shape},
};

/// A table of layers, shapes and parameter counts.
pub(super) fn table(network: &Network) -> String {
    let mut text = String::from("\n| layer | gives | parameters |\n|---|---|---:|\n");
    for port in &network.inputs {
        let name = port.name.as_ref().map_or_else(|| "input".to_owned(), ToString::to_string);
        let _ = writeln!(text, "| `{name}` | `{}` | |", shape(&port.shape));
    }
    let mut total = Some(0);
    for node in &network.nodes {
        let count = count(node);
        total = total.zip(count).map(|(total, count)| total + count);
        let count = match count {
            Some(0) => String::new(),
            Some(count) => count.to_string(),
            None if node.stages.iter().any(|stage| stage.layer.submodule().is_some()) => "its own".to_owned(),
            None => "by constants".to_owned(),
        };
        let kinds = constants::kinds(node);
        let label =
            if node.name.is_some() { format!("`{}`: {kinds}", node.label.trim_start_matches("r#")) } else { kinds };
        let _ = writeln!(text, "| {label} | `{}` | {count} |", shape(node.output()));
    }
    if let Some(total) = total {
        let _ = writeln!(text, "| total | | {total} |");
    }
    text
}

/// A field's line: what the layer takes and gives.
pub(super) fn node(node: &Node) -> String {
    let inputs: Vec<String> = node.stages[0].inputs.iter().map(|inputs| format!("`{}`", shape(inputs))).collect();
    format!("{}: {} → `{}`", constants::kinds(node), inputs.join(", "), shape(node.output()))
}

fn count(node: &Node) -> Option<u64> {
    if node.stages.iter().any(|stage| stage.layer.submodule().is_some()) {
        return None;
    }
    let parameters = node.stages.iter().flat_map(crate::network::Stage::parameters);
    constants::literal_sum(&parameters.map(|parameter| types::length(&parameter.shape)).collect::<Vec<_>>())
}

/// A shape as a person reads it. A constant that only the compiler can calculate stands as `…`.
fn shape(shape: &Shape) -> String {
    let sizes = shape.iter().map(|dimension| match dimension {
        Dimension::Literal(size) => size.to_string(),
        Dimension::Free => "_".to_owned(),
        Dimension::Constant(_) | Dimension::Parameter(_) => "…".to_owned(),
    });
    format!("[{}]", sizes.collect::<Vec<_>>().join(", "))
}
