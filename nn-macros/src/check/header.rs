//! Rules on a network's header.

use syn::punctuated::Punctuated;
use syn::{Attribute, Token};

use crate::context::Scope;
use crate::report::{Argument, Mismatch, Reported, Structure};
use crate::shape::{Dimension, Shape};
use crate::syntax::{self, Port, Size};

/// A dimension parameter has a name of its own, which begins with a capital as a type's does: `Net<C, C>`, `Net<c>`.
pub(super) fn check_parameters(scope: &mut Scope) {
    let parameters = scope.parameters.clone();
    let before = scope.faults.count();
    for (index, name) in parameters.iter().enumerate() {
        let text = name.to_string();
        if parameters[..index].contains(name) {
            scope.faults.add(name, Argument::ParameterTwice { name: text });
        } else if !text.starts_with(char::is_uppercase) {
            scope.faults.add(name, Argument::ParameterName { name: text });
        }
    }
    scope.parameters_fit = scope.faults.count() == before;
    if scope.parameters_fit {
        for name in &parameters {
            scope.ask_parameter(name);
        }
    }
}

/// What is derived for every network cannot be derived again: `#[derive(Clone)]`.
pub(super) fn check_attributes(attributes: &[Attribute], scope: &mut Scope) {
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("derive")) {
        let Ok(paths) = attribute.parse_args_with(Punctuated::<syn::Path, Token![,]>::parse_terminated) else {
            continue;
        };
        for path in paths {
            let name = path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
            if ["Clone", "Debug"].contains(&name.as_str()) {
                scope.faults.add(&path, Structure::DerivedTwice { name });
            }
        }
    }
}

/// The shapes of inputs, as far as they are without a fault. Each `_` is a size of its own.
pub(super) fn inputs(ports: &[Port], scope: &mut Scope) -> Vec<Result<Shape, Reported>> {
    let mut shapes = self::ports(ports, scope);
    for dimension in shapes.iter_mut().flatten().flatten() {
        if matches!(dimension, Dimension::Free) {
            *dimension = scope.constants.sizes.input();
        }
    }
    shapes
}

/// The shapes of ports, as far as they are without a fault.
pub(super) fn ports(ports: &[Port], scope: &mut Scope) -> Vec<Result<Shape, Reported>> {
    ports
        .iter()
        .map(|port| port.shape.as_ref().map_err(|reported| *reported).and_then(|written| shape(written, scope)))
        .collect()
}

/// A shape that the user wrote. A size is at least 1 (`[0]`), a shape of no more elements than fit (`[99999999, 99999999]`).
pub(super) fn shape(written: &syntax::Shape, scope: &mut Scope) -> Result<Shape, Reported> {
    let mut shape = Vec::new();
    for size in &written.dimensions {
        shape.push(match size {
            Size::Free => Ok(Dimension::Free),
            Size::Expression(expression) => scope.size(expression, 1, "a dimension"),
        });
    }
    let shape: Shape = shape.into_iter().collect::<Result<_, _>>()?;
    let fault = || Mismatch::Elements { what: "the shape".to_owned(), shape: shape.clone() };
    scope.ask_holdable(&written.tokens, &shape, fault).map(|()| shape)
}
