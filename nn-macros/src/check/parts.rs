//! What is known of the networks of one invocation when one of them is a part of another.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use syn::{Expr, GenericArgument, Ident, Path, PathArguments, Stmt, Type};

use super::expression::name;
use super::header::shape;
use super::scope::{Scope, mentions};
use crate::layers::{self, Part};
use crate::shape::Shape;
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
        let bound: HashMap<String, Expr> = sibling.parameters.iter().map(Ident::to_string).zip(arguments).collect();
        let read = |written: &Option<syntax::Shape>, scope: &mut Scope| {
            let mut written = written.clone()?;
            for size in &mut written.dimensions {
                if let Size::Expression(expression) = size {
                    bind(expression, &bound);
                }
            }
            scope.quietly(|scope| shape(&written, scope))
        };
        match (read(input, scope), read(output, scope)) {
            (Some(takes), Some(gives)) => Known::Signature(Signature { takes, gives }),
            _ => Known::Faulty,
        }
    }
}

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

/// Puts arguments in place of parameters.
fn bind(expression: &mut Expr, bound: &HashMap<String, Expr>) {
    match expression {
        Expr::Binary(binary) => {
            bind(&mut binary.left, bound);
            bind(&mut binary.right, bound);
        }
        Expr::Paren(inner) => bind(&mut inner.expr, bound),
        Expr::Group(inner) => bind(&mut inner.expr, bound),
        other => {
            if let Some(argument) = name(other).and_then(|name| bound.get(&name.to_string())) {
                *other = syn::parse_quote!((#argument));
            }
        }
    }
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
