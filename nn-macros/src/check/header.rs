//! Rules on a network's header.

use quote::ToTokens;
use syn::Ident;

use super::Scope;
use crate::report::{Argument, Mismatch};
use crate::shape::{Dimension, Shape};
use crate::syntax::{self, Port, Size};

/// Dimension parameters are read, and refused until generic networks are generated: `Net<C>: [C] -> [10]`.
pub(super) fn check_released(network: &Ident, scope: &mut Scope) {
    if let Some(last) = scope.parameters.last() {
        let mut at = scope.parameters[0].to_token_stream();
        last.to_tokens(&mut at);
        scope.faults.add(at, Argument::ParametersUnreleased { network: network.to_string() });
    }
}

/// The shapes of ports, each `None` where it has a fault.
pub(super) fn ports(ports: &[Port], scope: &mut Scope) -> Vec<Option<Shape>> {
    ports.iter().map(|port| shape(port.shape.as_ref()?, scope)).collect()
}

/// A shape that the user wrote. A size is at least 1 (`[0]`), a shape of no more elements than fit (`[99999999, 99999999]`),
/// and a dimension is not free until networks over free dimensions are generated (`[_]`).
pub(super) fn shape(written: &syntax::Shape, scope: &mut Scope) -> Option<Shape> {
    let mut shape = Vec::new();
    for size in &written.dimensions {
        shape.push(match size {
            Size::Free(underscore) => {
                if !std::mem::replace(&mut scope.free_reported, true) {
                    scope.faults.add(underscore, Argument::FreeUnreleased);
                }
                Some(Dimension::Free)
            }
            Size::Expression(expression) => scope.size(expression, 1, "a dimension"),
        });
    }
    let shape: Shape = shape.into_iter().collect::<Option<_>>()?;
    let fault = Mismatch::Elements { what: "the shape".to_owned(), shape: shape.clone() };
    scope.ask_holdable(&written.tokens, &shape, fault).map(|()| shape)
}
