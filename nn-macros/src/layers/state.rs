//! What a layer offers to options of layers below it, and what a layer asks that starts from the state of another.

use proc_macro2::{Ident, TokenStream};

use super::{Arguments, Dense, Layer, Recurrent, Rule};
use crate::context::{Referent, Scope, StateForm, Symbol, Value};
use crate::report::{Naming, Reported};
use crate::shape::{Condition, Dimension, Operation, Shape};

impl Layer {
    /// What the layer offers, given the shapes that it takes.
    pub(crate) fn referent(&self, inputs: &[Shape]) -> Referent {
        match self {
            Self::Dense(dense) => dense.referent(inputs),
            Self::Recurrent(recurrent) => recurrent.referent(),
            _ => Referent::Nothing,
        }
    }
}

/// What a layer of that name offers which has a fault.
pub(crate) fn lost_referent(kind: &str, reported: Reported) -> Referent {
    if Dense::ROWS.iter().any(|row| row.name == kind) {
        return Referent::Weight(Err(reported));
    }
    match Recurrent::ROWS.iter().find(|row| row.name == kind) {
        Some(row) => Referent::State { kind: row.name, form: Err(reported) },
        None => Referent::Nothing,
    }
}

/// The units of a layer with a state of this form that starts from the state of the node `name`.
pub(super) fn start_from(form: &StateForm, name: &Ident, arguments: &mut Arguments) -> Result<Dimension, Reported> {
    let (source, reader) = (name.to_string(), arguments.subject.to_owned());
    let (kind, scope) = (form.kind, &mut *arguments.scope);
    let fault = match scope.resolve(&source, &reader) {
        Ok(Symbol { referent: Referent::State { kind: of, form: memory }, tokens, .. }) if *of == kind => {
            // Where it is unknown, its own fault is reported.
            let Ok(memory) = memory.clone() else { return Ok(form.units.clone()) };
            let tokens = tokens.clone();
            return is_like(form, &memory, source, tokens, arguments);
        }
        Ok(Symbol { referent: Referent::State { kind: of, .. }, .. }) => {
            Naming::StateKind { reader, kind, of, name: source }
        }
        Ok(_) => Naming::StateNone { kind, name: source, others: states(kind, scope) },
        Err(Some(error)) => Naming::State { reader, kind, error, name: source, others: states(kind, scope) },
        Err(None) => return Err(scope.elsewhere()),
    };
    Err(scope.faults.add(name, fault))
}

/// Asks that the memory of the node `source` is of the same form.
fn is_like(
    form: &StateForm,
    memory: &StateForm,
    source: String,
    tokens: TokenStream,
    arguments: &mut Arguments,
) -> Result<Dimension, Reported> {
    let (call, kind) = (arguments.call, form.kind);
    let reader = arguments.subject.to_owned();
    let mut same = Ok(());
    if memory.layers != form.layers {
        let (has, found) = (memory.layers, form.layers);
        let fault = Naming::StateLayers { reader: reader.clone(), name: source.clone(), has, found };
        same = Err(arguments.scope.faults.add(&call.tokens, fault));
    }
    if memory.bidirectional != form.bidirectional {
        let (reader, name) = (reader.clone(), source.clone());
        let fault = Naming::StateDirections { reader, name, bidirectional: memory.bidirectional };
        same = Err(arguments.scope.faults.add(&call.tokens, fault));
    }
    let (has, found) = (memory.units.clone(), form.units.clone());
    let fault = || Naming::StateUnits { reader, kind, name: source.clone(), has: has.clone(), found: found.clone() };
    let producer = Some((source.clone(), tokens));
    let producer = Value { from: format!("`{source}`"), producer, node: None, shape: Vec::new() };
    let answer =
        arguments.scope.ask(&call.tokens, Some(&producer), &Condition::Equal(has.clone(), found.clone()), fault);
    answer.holds()?;
    same?;
    // One size for both: where the compiler finds that they differ, the failed check is the only error.
    let what = || format!("the units of `{}`", arguments.subject);
    arguments.scope.calculate(&call.tokens, what, Operation::Same, &[has, found])
}

/// The nodes so far that have a state of that kind.
fn states(kind: &str, scope: &Scope) -> Vec<String> {
    let like = |named: &&Symbol| matches!(named.referent, Referent::State { kind: of, .. } if of == kind);
    scope.symbols.iter().filter(like).map(|named| named.name.clone()).collect()
}
