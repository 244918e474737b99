//! What is known of the networks of one invocation when one of them is a part of another.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use syn::{Expr, GenericArgument, Ident, Path, PathArguments, Stmt, Type};

use super::constants::guarded;
use super::expression::{Folded, fold, name};
use super::scope::{Scope, mentioned, mentions, operation};
use crate::layers::{self, Part};
use crate::report::{Argument, Message, Mismatch, PartMismatch, compact};
use crate::shape::{Condition, Dimension, Formula, LARGEST, Shape, Verdict};
use crate::syntax::{self, Size, Stage};

/// The networks of an invocation by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Siblings(Rc<HashMap<String, Sibling>>);

/// A network as its neighbours see it.
#[derive(Debug)]
struct Sibling {
    parameters: Vec<Ident>,
    /// The shapes of its ports, each `None` where it cannot be read.
    inputs: Vec<Option<syntax::Shape>>,
    outputs: Vec<Option<syntax::Shape>>,
    /// The names of the siblings inside it.
    parts: Vec<String>,
    /// Whether a layer of its own has no gradient.
    steps: bool,
    /// Whether a layer of its own takes indices.
    indices: bool,
    /// Whether a size of its inputs is free.
    free: bool,
}

/// What a part takes and gives.
#[derive(Clone, Debug)]
pub(crate) struct Signature {
    pub(crate) takes: Shape,
    pub(crate) gives: Shape,
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

impl Siblings {
    pub(super) fn new(networks: &[syntax::Network]) -> Self {
        let mut all = HashMap::new();
        for network in networks {
            let shapes = |ports: &[syntax::Port]| ports.iter().map(|port| port.shape.clone()).collect();
            let stages = network.nodes.iter().flat_map(|node| &node.stages);
            let holds = |is: fn(&str) -> bool| {
                stages.clone().any(|stage| match stage {
                    Stage::Layer(call) => is(&call.kind.to_string()),
                    Stage::Path(_) => false,
                })
            };
            let (steps, indices) = (holds(layers::is_step), holds(layers::takes_indices));
            let parts = stages.filter_map(|stage| match stage {
                Stage::Path(path) => path.segments.last().filter(|_| path.segments.len() == 1),
                Stage::Layer(_) => None,
            });
            let sibling = Sibling {
                parameters: network.parameters.clone(),
                inputs: shapes(&network.inputs),
                outputs: shapes(&network.outputs),
                parts: parts.map(|segment| segment.ident.to_string()).collect(),
                steps,
                indices,
                free: network.inputs.iter().filter_map(|port| port.shape.as_ref()).any(is_free),
            };
            all.entry(network.name.to_string()).or_insert(sibling);
        }
        Self(Rc::new(all))
    }

    fn find(&self, path: &Path) -> Option<&Sibling> {
        self.0.get(&path.segments.last().filter(|_| path.segments.len() == 1)?.ident.to_string())
    }

    /// The dimension parameters of the network of that name.
    pub(super) fn parameters(&self, name: &str) -> Option<Vec<String>> {
        self.0.get(name).map(|sibling| sibling.parameters.iter().map(Ident::to_string).collect())
    }

    /// Whether the part is a network of the invocation.
    pub(super) fn is_known(&self, path: &Path) -> bool {
        self.find(path).is_some()
    }

    /// Whether the part holds the network, itself or through others.
    pub(super) fn holds(&self, path: &Path, network: &Ident) -> bool {
        self.within(path).iter().any(|name| *network == name)
    }

    /// Whether the path gives as many dimensions as the network has parameters, as far as the macro knows.
    pub(super) fn fits(&self, path: &Path) -> bool {
        self.find(path).is_none_or(|sibling| sibling.parameters.len() == arguments(path).len())
    }

    /// Whether neither the part nor one inside it is known to have a layer without a gradient.
    pub(super) fn has_gradient(&self, path: &Path) -> bool {
        !self.within(path).iter().any(|name| self.0.get(name).is_some_and(|sibling| sibling.steps))
    }

    /// Whether the part, or one inside it, is known to take indices.
    pub(super) fn takes_indices(&self, path: &Path) -> bool {
        self.within(path).iter().any(|name| self.0.get(name).is_some_and(|sibling| sibling.indices))
    }

    /// Whether the part, or one inside it, is known to have free dimensions.
    pub(crate) fn is_free(&self, path: &Path) -> bool {
        self.within(path).iter().any(|name| self.0.get(name).is_some_and(|sibling| sibling.free))
    }

    /// The names of the part and of all parts inside it.
    fn within(&self, path: &Path) -> HashSet<String> {
        let first = path.segments.last().filter(|_| path.segments.len() == 1);
        let mut open: Vec<String> = first.map(|segment| segment.ident.to_string()).into_iter().collect();
        let mut seen = HashSet::new();
        while let Some(next) = open.pop() {
            if seen.insert(next.clone()) {
                open.extend(self.0.get(&next).into_iter().flat_map(|sibling| sibling.parts.iter().cloned()));
            }
        }
        seen
    }

    /// What the part takes and gives, its dimension parameters replaced by the path's arguments.
    pub(crate) fn known(&self, path: &Path, scope: &mut Scope) -> Known {
        let Some(sibling) = self.find(path) else { return Known::Nothing };
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
            Ok::<_, Unread>(Signature { takes: header.shape(input)?, gives: header.shape(output)? })
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
    fn shape(&mut self, written: &Option<syntax::Shape>) -> Result<Shape, Unread> {
        let Some(written) = written else { return Err(Unread::Faulty) };
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

fn is_free(shape: &syntax::Shape) -> bool {
    shape.dimensions.iter().any(|size| matches!(size, Size::Free))
}

/// The arguments of the path's last segment as expressions.
fn arguments(path: &Path) -> Vec<Expr> {
    let Some(PathArguments::AngleBracketed(list)) = path.segments.last().map(|segment| &segment.arguments) else {
        return Vec::new();
    };
    let expression = |argument: &GenericArgument| match argument {
        GenericArgument::Const(Expr::Block(block)) => match block.block.stmts.as_slice() {
            [Stmt::Expr(inner, None)] => Some(inner.clone()),
            _ => Some(Expr::Block(block.clone())),
        },
        GenericArgument::Const(expression) => Some(expression.clone()),
        GenericArgument::Type(Type::Path(path)) => {
            Some(Expr::Path(syn::ExprPath { attrs: Vec::new(), qself: None, path: path.path.clone() }))
        }
        _ => None,
    };
    list.args.iter().filter_map(expression).collect()
}

/// The first argument that is arithmetic on dimension parameters, which stable Rust does not take there.
pub(super) fn formula(path: &Path, parameters: &[Ident]) -> Option<Expr> {
    arguments(path).into_iter().find(|size| name(size).is_none() && mentions(parameters, size))
}

impl Scope {
    /// Notes the sizes of a part; what it gives, each free axis with a size of its own.
    pub(crate) fn part_sizes(&mut self, name: &str, part: &Part, takes: &Shape, gives: Shape) -> Shape {
        // A part without a name is a fault of its own.
        let Ok(name) = syn::parse_str::<Ident>(name) else { return gives };
        self.constants.sizes.part(&name, part, takes.clone(), gives)
    }

    /// Whether sizes are free in the network.
    pub(crate) fn has_free_sizes(&self) -> bool {
        !self.constants.sizes.is_empty()
    }

    /// Asks at run time that a part gives the shape that the network goes on with.
    pub(crate) fn part_gives(&mut self, name: &str, part: &Part, gives: &Shape) {
        if let Ok(name) = syn::parse_str::<Ident>(name) {
            self.constants.sizes.part_gives(&name, part, gives);
        }
    }

    /// Does something whose faults are another network's, and reported there.
    pub(super) fn quietly<T>(&mut self, f: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.faults.count();
        let result = f(self);
        self.faults.forget_after(before);
        result
    }
}
