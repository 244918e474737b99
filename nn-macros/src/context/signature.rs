//! What a network of the invocation takes and gives where it is a part, its dimension parameters replaced.

use std::collections::HashMap;

use syn::{Expr, Ident, Path};

use super::constants::guarded;
use super::expression::{Folded, fold, mentioned, mentions, name, operation};
use super::part::arguments;
use super::scope::Scope;
use super::siblings::Sibling;
use crate::report::{Argument, Message, Mismatch, PartMismatch, Reported, compact};
use crate::shape::{Condition, Dimension, Formula, LARGEST, Shape, Verdict};
use crate::syntax::{self, Size};

/// What a part takes and gives.
#[derive(Clone, Debug)]
pub(crate) struct Signature {
    pub(crate) input: Shape,
    pub(crate) output: Shape,
}

/// What the macro knows of a path.
pub(crate) enum Known {
    /// A network of this invocation, with one input and one output.
    Signature(Signature),
    /// A network of this invocation with a fault, which is reported there.
    Faulty,
    /// A network of this invocation which with the path's arguments has no shape that it takes or gives.
    NoShape(Message),
    /// A network of this invocation with so many inputs and outputs.
    Ports(usize, usize),
    /// A network of this invocation with these dimension parameters, of which the path gives another number.
    Parameters(Vec<Ident>),
    /// Something that only the compiler knows.
    Nothing,
}

/// What the part takes and gives, its dimension parameters replaced by the path's arguments.
pub(crate) fn known(path: &Path, scope: &mut Scope) -> Known {
    let siblings = scope.siblings.clone();
    let Some(sibling) = siblings.find(path) else { return Known::Nothing };
    let ([input], [output]) = (sibling.inputs.as_slice(), sibling.outputs.as_slice()) else {
        return Known::Ports(sibling.inputs.len(), sibling.outputs.len());
    };
    let arguments = arguments(path);
    if arguments.len() != sibling.parameters.len() {
        return Known::Parameters(sibling.parameters.clone());
    }
    let read = |size: &dyn Fn(usize) -> Dimension, scope: &mut Scope| {
        let names = sibling.parameters.iter().map(Ident::to_string).enumerate();
        let bound = names.map(|(index, name)| (name, size(index))).collect();
        let mut header = Header { path, bound: &bound, sibling, scope };
        Ok::<_, Unread>(Signature { input: header.shape(input)?, output: header.shape(output)? })
    };
    // A fault of the header whatever the arguments are is reported where it is declared.
    let declared = |index: usize| Dimension::Parameter(Formula::parameter(&sibling.parameters[index], false));
    if read(&declared, scope).is_err() {
        return Known::Faulty;
    }
    let mut sizes = Vec::new();
    for argument in arguments {
        match argument_size(&argument, scope) {
            Some(size) => sizes.push(size),
            None => return Known::NoShape(Argument::Overflow { expression: compact(argument) }.into()),
        }
    }
    match read(&|index: usize| sizes[index].clone(), scope) {
        Ok(signature) => Known::Signature(signature),
        Err(Unread::Faulty) => Known::Faulty,
        Err(Unread::NoShape(fault)) => Known::NoShape(fault),
    }
}

/// An argument of a path as a size.
fn argument_size(argument: &Expr, scope: &mut Scope) -> Option<Dimension> {
    if let Some(name) = name(argument).filter(|name| scope.parameters.contains(name)) {
        return Some(scope.parameter(name));
    }
    match fold(argument) {
        Folded::Number(value) => u64::try_from(value).ok().filter(|value| *value <= LARGEST).map(Dimension::Literal),
        Folded::Constant => Some(scope.written(argument)),
        Folded::Undefined | Folded::Other => None,
    }
}

/// The header of a network, its dimension parameters bound to the arguments of a path.
struct Header<'a> {
    path: &'a Path,
    bound: &'a HashMap<String, Dimension>,
    sibling: &'a Sibling,
    scope: &'a mut Scope,
}

/// Why a header gives no shape.
enum Unread {
    /// Its own fault.
    Faulty,
    /// The arguments do not suit it.
    NoShape(Message),
}

impl Header<'_> {
    fn shape(&mut self, written: &Result<syntax::Shape, Reported>) -> Result<Shape, Unread> {
        let Ok(written) = written else { return Err(Unread::Faulty) };
        let mut shape = Vec::new();
        for size in &written.dimensions {
            shape.push(match size {
                Size::Free => Dimension::Free,
                Size::Expression(expression) => self.size(expression)?,
            });
        }
        match Condition::Holdable(shape.clone()).verdict() {
            Verdict::Fails => {
                let what = format!("the shape of `{}`,", compact(self.path));
                Err(Unread::NoShape(Mismatch::Elements { what, shape }.into()))
            }
            Verdict::Holds | Verdict::Deferred(_) => Ok(shape),
        }
    }

    /// A size of at least 1. What only the compiler can tell is asked by the network itself, see [`Constants::ask_part`].
    fn size(&mut self, expression: &Expr) -> Result<Dimension, Unread> {
        let value = self.value(expression)?;
        let fault = |value: Value| match value {
            Ok(size) => self.no_shape(expression, size.literal().map_or_else(String::new, |size| size.to_string())),
            Err(why) => self.no_shape(expression, why),
        };
        let size = match value {
            Ok(size) => size,
            Err(_) => return Err(fault(value)),
        };
        match Condition::Within(1, size.clone()).verdict() {
            Verdict::Fails => Err(fault(Ok(size))),
            Verdict::Holds => Ok(size),
            Verdict::Deferred(condition) => Ok(match size {
                Dimension::Constant(_) => self.scope.constants.name_size(guarded(&condition, size)),
                later => later,
            }),
        }
    }

    /// The value of an expression, or why it has none.
    fn value(&mut self, expression: &Expr) -> Result<Value, Unread> {
        match expression {
            Expr::Paren(inner) => self.value(&inner.expr),
            Expr::Group(inner) => self.value(&inner.expr),
            _ if !mentions(&self.sibling.parameters, expression) => match fold(expression) {
                Folded::Number(value) => match u64::try_from(value) {
                    Ok(value) if value <= LARGEST => Ok(Ok(Dimension::Literal(value))),
                    _ => Err(Unread::Faulty),
                },
                Folded::Constant => Ok(Ok(self.scope.written(expression))),
                Folded::Undefined | Folded::Other => Err(Unread::Faulty),
            },
            Expr::Binary(binary) => {
                let operation = operation(&binary.op).ok_or(Unread::Faulty)?;
                let (left, right) = (self.value(&binary.left)?, self.value(&binary.right)?);
                Ok(match (left, right) {
                    (Ok(left), Ok(right)) => {
                        let operands = [left, right];
                        operation.of(&operands).ok_or_else(|| operation.lack(&operands).1)
                    }
                    (Err(why), _) | (_, Err(why)) => Err(why),
                })
            }
            other => {
                let bound = name(other).and_then(|name| self.bound.get(&name.to_string()));
                bound.cloned().map(Ok).ok_or(Unread::Faulty)
            }
        }
    }

    fn no_shape(&self, expression: &Expr, why: String) -> Unread {
        let mut names = Vec::new();
        mentioned(&self.sibling.parameters, expression, &mut names);
        let values =
            names.iter().map(Ident::to_string).filter_map(|name| Some((name.clone(), self.bound.get(&name)?.clone())));
        let (path, written) = (compact(self.path), compact(expression));
        Unread::NoShape(PartMismatch::NoShape { path, written, why, values: values.collect() }.into())
    }
}

/// A size, or in words why there is none.
type Value = Result<Dimension, String>;
