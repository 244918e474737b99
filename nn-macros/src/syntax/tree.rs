//! What the user wrote: networks, their nodes and layers, before anything is known of them.

use proc_macro2::TokenStream;
use syn::{Attribute, Expr, Ident, Visibility};

use crate::report::{Faults, Reported};

/// A network as written.
#[derive(Debug)]
pub(crate) struct Network {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) name: Ident,
    pub(crate) parameters: Vec<Ident>,
    pub(crate) inputs: Vec<Port>,
    pub(crate) outputs: Vec<Port>,
    pub(crate) nodes: Vec<Node>,
    /// What parsing found wrong; checking adds to it.
    pub(crate) faults: Faults,
}

/// An input or output in the header.
#[derive(Debug)]
pub(crate) struct Port {
    pub(crate) name: Option<Ident>,
    pub(crate) shape: Result<Shape, Reported>,
}

/// A shape as written.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    /// The brackets and what they hold.
    pub(crate) tokens: TokenStream,
    pub(crate) dimensions: Vec<Size>,
}

/// A dimension as written.
#[derive(Clone, Debug)]
pub(crate) enum Size {
    /// `_`
    Free,
    Expression(Expr),
}

/// A node as written.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) name: Option<Ident>,
    /// Empty where none can be read.
    pub(crate) stages: Vec<Stage>,
    pub(crate) sources: Sources,
    pub(crate) stated: Option<Shape>,
    /// A fault that parsing found in it: what it lacks is then no fault of its own.
    pub(crate) broken: Option<Reported>,
}

/// What a node says of its sources.
#[derive(Debug)]
pub(crate) enum Sources {
    /// Nothing: it takes the node above.
    Above,
    Named(Vec<Ident>),
    /// Something that cannot be read.
    Lost(Reported),
}

/// A stage as written.
#[derive(Debug)]
pub(crate) enum Stage {
    Layer(Call),
    /// Another network, or a layer of the user's own.
    Path(syn::Path),
}

/// A layer with its arguments as written.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) kind: Ident,
    /// The kind, and the parentheses with what they hold.
    pub(crate) tokens: TokenStream,
    pub(crate) positional: Vec<Expr>,
    pub(crate) options: Vec<(Ident, Expr)>,
    /// A fault that parsing found in the arguments.
    pub(crate) broken: Option<Reported>,
}
