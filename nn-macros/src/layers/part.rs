//! `encoder: Encoder`: another network, or a layer of the user's own, as a stage.

use proc_macro2::{Delimiter, Group, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, GenericArgument, Ident, Path, PathArguments, Type};

use super::{Lengths, Row, Rule, time_axis};
use crate::check::{Known, Place, Scope, Value};
use crate::names::{self, E};
use crate::report::{PartMismatch, Piece, Structure, bare, compact};
use crate::shape::{Condition, Dimension, Shape};

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

impl Rule for Part {
    /// It is named by its path.
    const ROWS: &'static [Row] = &[];

    fn gives(&self, place: &Place, takes: &[Value], scope: &mut Scope) -> Option<Shape> {
        let (value, path) = (&takes[0], compact(&self.path));
        if self.indices && value.producer.is_some() {
            let fault = Structure::IndicesInside { subject: place.subject.clone(), from: value.from.clone() };
            scope.faults.add(&place.tokens, fault);
            return None;
        }
        match scope.siblings.clone().known(&self.path, scope) {
            Known::Faulty => {
                scope.faulty_part = true;
                None
            }
            Known::NoShape(fault) => {
                scope.faults.add(&place.tokens, fault);
                None
            }
            Known::Ports(inputs, outputs) => {
                scope.faults.add(&place.tokens, PartMismatch::Ports { path, inputs, outputs });
                None
            }
            Known::Parameters(parameters) => {
                let parameters = parameters.iter().map(ToString::to_string).collect();
                let network = self.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
                scope.faults.add(&place.tokens, PartMismatch::Parameters { network, parameters, path });
                None
            }
            Known::Signature(signature) => {
                if self.is_generic() {
                    scope.constants.ask_part(self);
                }
                let fault = PartMismatch::Takes {
                    subject: place.subject.clone(),
                    takes: bare(&signature.takes),
                    found: value.shape.clone(),
                    from: value.from.clone(),
                };
                match Condition::same_shape(&signature.takes, &value.shape) {
                    Some(same) => {
                        let gives = scope.ask(&place.tokens, Some(value), &same, fault).guard(signature.gives)?;
                        let free = scope.siblings.is_free(&self.path);
                        // `_` in what a network of known sizes is declared to give is a fault of its own.
                        if !free && gives.iter().any(Dimension::is_free) {
                            return None;
                        }
                        Some(if free { scope.part_sizes(&place.subject, self, &value.shape, gives) } else { gives })
                    }
                    None => {
                        scope.faults.add(&place.tokens, fault);
                        None
                    }
                }
            }
            Known::Nothing => self.deferred(place, value, scope),
        }
    }

    fn lengths(&self, _axis: usize, _takes: &Shape, gives: &Shape) -> Lengths {
        Lengths::Inside(time_axis(gives))
    }
}

impl Part {
    /// What the part gives, where only the compiler knows the type: what is expected of it, or else a vector.
    fn deferred(&self, place: &Place, value: &Value, scope: &mut Scope) -> Option<Shape> {
        let (subject, path) = (place.subject.clone(), compact(&self.path));
        scope.constants.ask_part(self);
        let takes = self.dims("Input");
        let fault = PartMismatch::Takes {
            subject: subject.clone(),
            takes: vec![Piece::Shape(takes.clone())],
            found: value.shape.clone(),
            from: value.from.clone(),
        };
        scope.ask_tokens(&place.tokens, Some(value), &same_shape(&takes, &value.shape), fault);
        let (part, fault) = (self.network(), PartMismatch::Indices { subject: subject.clone(), path: path.clone() });
        scope.ask_tokens(&place.tokens, None, &quote!(!#part::INDICES), fault);
        let open = scope.has_free_sizes();
        if !open {
            let fault = PartMismatch::Free { subject: subject.clone(), path: path.clone() };
            let part = self.module(&self.typed);
            let fixed = quote!(::plumbline::network::sizes_of::<#part>() == 0);
            scope.ask_tokens(&place.tokens, None, &fixed, fault);
        }
        let dims = self.dims("Output");
        let gives = vec![Piece::Shape(dims.clone())];
        if let Some((expected, verb)) = &self.expected {
            if !open && expected.iter().any(Dimension::is_free) {
                let fault = PartMismatch::Known { subject, expected: expected.clone(), verb };
                scope.faults.add(&place.tokens, fault);
                return None;
            }
            let fault = PartMismatch::Gives { subject, path, expected: expected.clone(), verb, gives };
            scope.ask_tokens(&place.tokens, None, &same_shape(&dims, expected), fault);
            if !open {
                return Some(expected.clone());
            }
            let gives = scope.part_sizes(&place.subject, self, &value.shape, expected.clone());
            scope.part_gives(&place.subject, self, &gives);
            return Some(gives);
        }
        let fault = PartMismatch::Unstated { subject, path, gives };
        let known = quote!(#dims.len() == 1 && ::plumbline::check::is_known(#dims));
        let vector = scope.ask_tokens(&place.tokens, None, &known, fault);
        // Where it has no value the part's own check says so.
        let size = quote!(::plumbline::check::guarded(::plumbline::check::fits(1, #dims[0]), #dims[0]));
        let gives = vector.guard(vec![Dimension::Constant(size)]).unwrap_or_default();
        Some(if open { scope.part_sizes(&place.subject, self, &value.shape, gives) } else { gives })
    }

    /// The sizes of what it takes or gives, tokens of type `&'static [usize]`.
    fn dims(&self, role: &str) -> TokenStream {
        let (network, span) = (self.network(), self.path.span());
        let role = Ident::new(role, span);
        quote_spanned!(span=> <#network::#role as ::plumbline::Shape>::DIMS)
    }

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

/// Whether the compiler finds the two shapes equal, tokens of type `bool`.
fn same_shape(dims: &TokenStream, shape: &Shape) -> TokenStream {
    let sizes = shape.iter().map(Dimension::tokens);
    quote!(::plumbline::check::same_shape(#dims, &[#(#sizes),*]))
}
