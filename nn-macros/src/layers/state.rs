//! What a layer offers to options of layers below it, and what a layer asks that starts from the state of another.

use proc_macro2::{Ident, TokenStream};

use super::{Arguments, Dense, Layer, Recurrent, Rule};
use crate::context::{Referent, Scope, StateForm, Symbol, Value};
use crate::report::Naming;
use crate::shape::{Condition, Dimension, Operation, Shape};

/// What a layer of that name offers, and takes; `layer` is `None` where another fault left it unknown.
pub(crate) fn referent(kind: &str, layer: Option<(&Layer, &[Shape])>) -> Referent {
    match layer {
        Some((Layer::Dense(dense), inputs)) => dense.referent(inputs),
        Some((Layer::Recurrent(recurrent), _)) => recurrent.referent(),
        Some(_) => Referent::Nothing,
        None if Dense::ROWS.iter().any(|row| row.name == kind) => Referent::Weight(None),
        None => match Recurrent::ROWS.iter().find(|row| row.name == kind) {
            Some(row) => Referent::State { kind: row.name, form: None },
            None => Referent::Nothing,
        },
    }
}

/// The units of a layer with a state of this form that starts from the state of the node `name`.
pub(super) fn start_from(form: &StateForm, name: &Ident, arguments: &mut Arguments) -> Option<Dimension> {
    let (source, reader) = (name.to_string(), arguments.subject.to_owned());
    let (kind, scope) = (form.kind, &mut *arguments.scope);
    let fault = match scope.resolve(&source, &reader) {
        Ok(Symbol { referent: Referent::State { kind: of, form: memory }, tokens, .. }) if *of == kind => {
            // Where it is unknown, its own fault is reported.
            let Some(memory) = memory.clone() else { return Some(form.units.clone()) };
            let tokens = tokens.clone();
            return is_like(form, &memory, source, tokens, arguments);
        }
        Ok(Symbol { referent: Referent::State { kind: of, .. }, .. }) => {
            Naming::StateKind { reader, kind, of, name: source }
        }
        Ok(_) => Naming::StateNone { kind, name: source, others: states(kind, scope) },
        Err(Some(error)) => Naming::State { reader, kind, error, name: source, others: states(kind, scope) },
        Err(None) => return None,
    };
    scope.faults.add(name, fault);
    None
}

/// Asks that the memory of the node `source` is of the same form.
fn is_like(
    form: &StateForm,
    memory: &StateForm,
    source: String,
    tokens: TokenStream,
    arguments: &mut Arguments,
) -> Option<Dimension> {
    let (call, kind) = (arguments.call, form.kind);
    let reader = arguments.subject.to_owned();
    let mut same = true;
    if memory.layers != form.layers {
        let (has, found) = (memory.layers, form.layers);
        let fault = Naming::StateLayers { reader: reader.clone(), name: source.clone(), has, found };
        arguments.scope.faults.add(&call.tokens, fault);
        same = false;
    }
    if memory.bidirectional != form.bidirectional {
        let (reader, name) = (reader.clone(), source.clone());
        let fault = Naming::StateDirections { reader, name, bidirectional: memory.bidirectional };
        arguments.scope.faults.add(&call.tokens, fault);
        same = false;
    }
    let (has, found) = (memory.units.clone(), form.units.clone());
    let fault = Naming::StateUnits { reader, kind, name: source.clone(), has: has.clone(), found: found.clone() };
    let producer =
        Value { from: format!("`{source}`"), producer: Some((source, tokens)), node: None, shape: Vec::new() };
    let answer =
        arguments.scope.ask(&call.tokens, Some(&producer), &Condition::Equal(has.clone(), found.clone()), fault);
    // One size for both: where the compiler finds that they differ, the failed check is the only error.
    let units = Operation::Same.of(&[has, found.clone()]).filter(|_| !answer.fails());
    units.filter(|_| same)
}

/// The nodes so far that have a state of that kind.
fn states(kind: &str, scope: &Scope) -> Vec<String> {
    let like = |named: &&Symbol| matches!(named.referent, Referent::State { kind: of, .. } if of == kind);
    scope.symbols.iter().filter(like).map(|named| named.name.clone()).collect()
}
