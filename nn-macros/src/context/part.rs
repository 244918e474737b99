//! A network inside a network, or a layer of the user's own: its path, and the types that generated code has for it.

use proc_macro2::{Delimiter, Group, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, GenericArgument, Ident, Path, PathArguments, Stmt, Type};

use super::expression::{mentions, name};
use crate::names::{self, E};
use crate::shape::Shape;

/// A part of the network that is a type of its own.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) path: Path,
    /// The path as a type of generated code.
    pub(crate) typed: Path,
    /// A constant that has a value where the compiler finds that the path is a network, where only it can tell. Its error stands at the part.
    pub(crate) checked: Option<Ident>,
    /// The shape that the node states, or the network declares, where it is what the part gives; and which of both, as a verb.
    pub(crate) expected: Option<(Shape, &'static str)>,
    /// Whether it has a gradient, as far as the macro knows.
    pub(crate) gradient: bool,
    /// Whether it takes indices, as far as the macro knows.
    pub(crate) indices: bool,
}

impl Part {
    /// The part's type with the element `E`, as a field has it.
    pub(crate) fn field(&self) -> Path {
        let mut path = self.typed.clone();
        let element = syn::parse_quote!(#E);
        if let Some(last) = path.segments.last_mut() {
            match &mut last.arguments {
                PathArguments::AngleBracketed(list) => list.args.push(element),
                other => *other = PathArguments::AngleBracketed(syn::parse_quote!(<#element>)),
            }
        }
        path
    }

    /// The same type in generated code that needs a network, which is silent where it is none.
    pub(crate) fn with_element(&self) -> TokenStream {
        self.module(&self.field())
    }

    /// The same in generated code that needs a gradient, silent where the type has none: see [`Part::ask_gradient`].
    pub(crate) fn trained(&self) -> TokenStream {
        let field = self.field();
        match self.trains() {
            Some(trains) => module(&field, &trains),
            None => quote!(#field),
        }
    }

    /// The item that asks for the gradient of a part that only the compiler knows.
    pub(crate) fn ask_gradient(&self, parameters: &[Ident]) -> Option<TokenStream> {
        let (name, module) = (self.trains()?, self.module(&self.fixed(parameters)));
        let ask = quote_spanned!(self.path.span()=> <#module as ::plumbline::network::submodule::HasGradient>::YES);
        Some(quote!(#[allow(non_upper_case_globals)] const #name: ::core::primitive::bool = #ask;))
    }

    fn trains(&self) -> Option<Ident> {
        self.checked.as_ref().map(|checked| names::item(&format!("{checked}_trains")))
    }

    /// The part's type, some path to it, in generated code that needs a network.
    pub(crate) fn module(&self, path: &Path) -> TokenStream {
        match &self.checked {
            Some(checked) => module(path, checked),
            None => quote!(#path),
        }
    }

    /// The path with 1 for the sizes that depend on dimension parameters, which no item can name.
    pub(crate) fn fixed(&self, parameters: &[Ident]) -> Path {
        fixed(&self.typed, parameters)
    }

    /// Whether the path gives it dimensions.
    pub(crate) fn is_generic(&self) -> bool {
        self.path.segments.last().is_some_and(|last| !last.arguments.is_none())
    }

    /// The part as a network, for its constants.
    pub(crate) fn network(&self) -> TokenStream {
        let module = self.module(&self.typed);
        quote_spanned!(self.path.span()=> <#module as ::plumbline::Network>)
    }
}

/// The type of that path, where the constant has a value.
fn module(path: &Path, checked: &Ident) -> TokenStream {
    quote_spanned!(path.span()=> <#path as ::plumbline::network::submodule::Submodule<{ #checked }>>::Module)
}

/// The path as a type, each of its sizes in braces that is a single name: a type in sight may have the name, too, and would be meant. All arguments of a
/// network of the invocation are sizes, `known`; of other types those that are dimension parameters.
pub(crate) fn typed(path: &Path, known: bool, parameters: &[Ident]) -> Path {
    let mut path = path.clone();
    let Some(PathArguments::AngleBracketed(list)) = path.segments.last_mut().map(|last| &mut last.arguments) else {
        return path;
    };
    for argument in &mut list.args {
        let name = match argument {
            GenericArgument::Type(Type::Path(path)) if path.qself.is_none() => path.path.get_ident(),
            _ => None,
        };
        if let Some(name) = name.filter(|name| known || parameters.contains(name)).cloned() {
            let mut block = Group::new(Delimiter::Brace, name.to_token_stream());
            block.set_span(name.span());
            if let Ok(block) = syn::parse2(block.into_token_stream()) {
                *argument = GenericArgument::Const(Expr::Block(block));
            }
        }
    }
    path
}

/// A path with 1 for each size that depends on dimension parameters.
pub(crate) fn fixed(path: &Path, parameters: &[Ident]) -> Path {
    let mut path = path.clone();
    for segment in &mut path.segments {
        if let PathArguments::AngleBracketed(list) = &mut segment.arguments {
            let depends = |argument: &GenericArgument| {
                let tokens = argument.to_token_stream();
                parameters.iter().any(|name| names::mentions(&tokens, name))
            };
            list.args.iter_mut().filter(|argument| depends(argument)).for_each(|one| *one = syn::parse_quote!(1));
        }
    }
    path
}

/// The arguments of the path's last segment as expressions.
pub(super) fn arguments(path: &Path) -> Vec<Expr> {
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
pub(crate) fn formula(path: &Path, parameters: &[Ident]) -> Option<Expr> {
    arguments(path).into_iter().find(|size| name(size).is_none() && mentions(parameters, size))
}
