//! What a named node offers to options of layers below it: its weight to `tied = name`, its state to `state = name`.

use proc_macro2::{Ident, TokenStream};

use super::{Arguments, Dense, Layer, Recurrent, Rule};
use crate::check::{Scope, Value};
use crate::network::Stage;
use crate::report::{Lack, Naming, nearest};
use crate::shape::{Condition, Dimension, Operation, Shape};

/// A named node above, as options see it.
pub(crate) struct Named {
    pub(crate) name: String,
    /// What a note on it underlines.
    pub(crate) tokens: TokenStream,
    pub(crate) offer: Offer,
    /// Whether `contractive_penalty` reads it.
    pub(crate) encodes: bool,
}

/// What a node offers.
#[derive(Clone, Debug)]
pub(crate) enum Offer {
    /// The weight `[n, i]` of a dense layer, where it is known.
    Weight(Option<Shape>),
    /// A dense layer that is itself tied to the layer of this name.
    TiedWeight {
        to: String,
    },
    /// The state of a recurrent layer of this kind, where its form is known.
    Memory {
        kind: &'static str,
        memory: Option<Memory>,
    },
    Nothing,
}

/// The form of a recurrent layer's state.
#[derive(Clone, Debug)]
pub(crate) struct Memory {
    pub(super) kind: &'static str,
    pub(super) units: Dimension,
    pub(super) layers: usize,
    pub(super) bidirectional: bool,
}

impl Named {
    /// The node above that an option of the layer `reader` names; `Err(None)` where another fault tells why there is none.
    pub(super) fn find<'a>(name: &str, reader: &str, scope: &'a Scope) -> Result<&'a Self, Option<Lack>> {
        if let Some(named) = scope.named.iter().find(|named| named.name == name) {
            return Ok(named);
        }
        if scope.unknown_layers.iter().any(|word| word == name) {
            return Err(None);
        }
        Err(Some(if name == reader {
            Lack::Itself
        } else if scope.names.iter().any(|node| node == name) {
            Lack::Below
        } else if scope.inputs.iter().any(|input| input == name) {
            Lack::Input
        } else {
            let near = nearest(name, scope.named.iter().map(|named| named.name.as_str()));
            Lack::Unknown { near: near.map(str::to_owned) }
        }))
    }
}

impl Offer {
    /// What a layer of that name offers; `stage` is `None` where another fault left it unknown.
    pub(crate) fn of(kind: &str, stage: Option<&Stage>) -> Self {
        match stage.map(|stage| (&stage.layer, &stage.takes)) {
            Some((Layer::Dense(dense), takes)) => dense.offer(takes),
            Some((Layer::Recurrent(recurrent), _)) => recurrent.offer(),
            Some(_) => Self::Nothing,
            None if Dense::ROWS.iter().any(|row| row.name == kind) => Self::Weight(None),
            None => match Recurrent::ROWS.iter().find(|row| row.name == kind) {
                Some(row) => Self::Memory { kind: row.name, memory: None },
                None => Self::Nothing,
            },
        }
    }
}

impl Memory {
    /// The units of a layer with this memory that starts from the state of the node `name`.
    pub(super) fn start_from(&self, name: &Ident, arguments: &mut Arguments) -> Option<Dimension> {
        let (source, reader) = (name.to_string(), arguments.subject.to_owned());
        let (kind, scope) = (self.kind, &mut *arguments.scope);
        let fault = match Named::find(&source, &reader, scope) {
            Ok(Named { offer: Offer::Memory { kind: of, memory }, tokens, .. }) if *of == kind => {
                // Where it is unknown, its own fault is reported.
                let Some(memory) = memory.clone() else { return Some(self.units.clone()) };
                let tokens = tokens.clone();
                return self.is_like(&memory, source, tokens, arguments);
            }
            Ok(Named { offer: Offer::Memory { kind: of, .. }, .. }) => {
                Naming::StateKind { reader, kind, of, name: source }
            }
            Ok(_) => Naming::StateNone { kind, name: source, others: states(kind, scope) },
            Err(Some(lack)) => Naming::State { reader, kind, lack, name: source, others: states(kind, scope) },
            Err(None) => return None,
        };
        scope.faults.add(name, fault);
        None
    }

    /// Asks that the memory of the node `source` is of the same form.
    fn is_like(
        &self,
        memory: &Self,
        source: String,
        tokens: TokenStream,
        arguments: &mut Arguments,
    ) -> Option<Dimension> {
        let (call, kind) = (arguments.call, self.kind);
        let reader = arguments.subject.to_owned();
        let mut same = true;
        if memory.layers != self.layers {
            let (has, found) = (memory.layers, self.layers);
            let fault = Naming::StateLayers { reader: reader.clone(), name: source.clone(), has, found };
            arguments.scope.faults.add(&call.tokens, fault);
            same = false;
        }
        if memory.bidirectional != self.bidirectional {
            let (reader, name) = (reader.clone(), source.clone());
            let fault = Naming::StateDirections { reader, name, bidirectional: memory.bidirectional };
            arguments.scope.faults.add(&call.tokens, fault);
            same = false;
        }
        let (has, found) = (memory.units.clone(), self.units.clone());
        let fault = Naming::StateUnits { reader, kind, name: source.clone(), has: has.clone(), found: found.clone() };
        let producer =
            Value { from: format!("`{source}`"), producer: Some((source, tokens)), node: None, shape: Vec::new() };
        let answer =
            arguments.scope.ask(&call.tokens, Some(&producer), &Condition::Equal(has.clone(), found.clone()), fault);
        // One size for both: where the compiler finds that they differ, the failed check is the only error.
        let units = Operation::Same.of(&[has, found.clone()]).filter(|_| !answer.fails());
        units.filter(|_| same)
    }
}

/// The nodes so far that have a state of that kind.
fn states(kind: &str, scope: &Scope) -> Vec<String> {
    let like = |named: &&Named| matches!(named.offer, Offer::Memory { kind: of, .. } if of == kind);
    scope.named.iter().filter(like).map(|named| named.name.clone()).collect()
}
