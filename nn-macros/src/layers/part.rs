//! `encoder: Encoder`: another network, or a layer of the user's own, as a stage.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Ident;
use syn::spanned::Spanned;

use super::{Facts, Layout, Lengths, Model, OutputKind, Parameter, Product, Reach, Row, Rule, Placement, Runtime, Work, time_axis};
pub(crate) use crate::context::Part;
use crate::context::{Known, Scope, Site, Value, known};
use crate::names::{NETWORK, RNG};
use crate::report::{PartMismatch, Piece, Structure, bare, compact, Reported};
use crate::shape::{Condition, Dimension, Shape};

impl Rule for Part {
    /// It is named by its path.
    const ROWS: &'static [Row] = &[];

    fn output(&self, site: &Site, inputs: &[Value], scope: &mut Scope) -> Result<Shape, Reported> {
        let (value, path) = (&inputs[0], compact(&self.path));
        if self.indices && value.producer.is_some() {
            let fault = Structure::IndicesInside { subject: site.subject.clone(), from: value.from.clone() };
            return Err(scope.faults.add(&site.tokens, fault));
        }
        match known(&self.path, scope) {
            Known::Faulty => Err(scope.elsewhere()),
            Known::NoShape(fault) => {
                Err(scope.faults.add(&site.tokens, fault))
            }
            Known::Ports(inputs, outputs) => {
                Err(scope.faults.add(&site.tokens, PartMismatch::Ports { path, inputs, outputs }))
            }
            Known::Parameters(parameters) => {
                let parameters = parameters.iter().map(ToString::to_string).collect();
                let network = self.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
                Err(scope.faults.add(&site.tokens, PartMismatch::Parameters { network, parameters, path }))
            }
            Known::Signature(signature) => {
                if self.is_generic() {
                    scope.constants.ask_part(self);
                }
                let fault = || PartMismatch::Takes {
                    subject: site.subject.clone(),
                    input: bare(&signature.input),
                    found: value.received(),
                };
                match Condition::same_shape(&signature.input, &value.shape) {
                    Some(same) => {
                        let output = scope.ask(&site.tokens, Some(value), &same, fault).guard(signature.output)?;
                        let free = scope.siblings.is_free(&self.path);
                        // `_` in what a network of known sizes is declared to give is a fault of its own.
                        if !free && output.iter().any(Dimension::is_free) {
                            return Err(scope.elsewhere());
                        }
                        Ok(if free { scope.part_sizes(&site.subject, self, &value.shape, output) } else { output })
                    }
                    None => Err(scope.faults.add(&site.tokens, fault())),
                }
            }
            Known::Nothing => self.deferred(site, value, scope),
        }
    }

    fn lengths(&self, _axis: usize, _takes: &Shape, output: &Shape) -> Lengths {
        Lengths::Inside(time_axis(output))
    }

    fn reach(&self, _axis: usize, _inputs: &Shape, _output: &Shape) -> Reach {
        Reach::Inside
    }

    fn operations(&self, _of: &Placement) -> Vec<Product> {
        // It counts its own.
        Vec::new()
    }

    fn facts(&self) -> Facts<'_> {
        Facts { work: Work::Submodule(self), layout: Layout::ByRank, model: Some(self), output: OutputKind::Unknown }
    }
}

impl Model for Part {
    fn parameters(&self, _inputs: &[Shape]) -> Vec<Parameter> {
        Vec::new()
    }

    fn runtime(&self, _of: &Placement) -> Runtime {
        let (ty, network) = (self.field(), self.with_element());
        let new = quote!(<#network as #NETWORK::Network>::initialized(#NETWORK::seed(#RNG)));
        Runtime { ty: quote!(#ty), here: new.clone(), new }
    }
}

impl Part {
    /// What the part gives, where only the compiler knows the type: what is expected of it, or else a vector.
    fn deferred(&self, site: &Site, value: &Value, scope: &mut Scope) -> Result<Shape, Reported> {
        let (subject, path) = (site.subject.clone(), compact(&self.path));
        scope.constants.ask_part(self);
        let inputs = self.dims("Input");
        let fault = PartMismatch::Takes {
            subject: subject.clone(),
            input: vec![Piece::Shape(inputs.clone())],
            found: value.received(),
        };
        scope.ask_dims(&site.tokens, Some(value), (&inputs, &value.shape), fault);
        let (part, fault) = (self.network(), PartMismatch::Indices { subject: subject.clone(), path: path.clone() });
        scope.ask_tokens(&site.tokens, None, &quote!(!#part::INDICES), fault);
        let open = scope.has_free_sizes();
        if !open {
            let fault = PartMismatch::Free { subject: subject.clone(), path: path.clone() };
            let part = self.module(&self.typed);
            let fixed = quote!(::plumbline::network::abi::sizes_of::<#part>() == 0);
            scope.ask_tokens(&site.tokens, None, &fixed, fault);
        }
        let dims = self.dims("Output");
        let output = vec![Piece::Shape(dims.clone())];
        if let Some((expected, verb)) = &self.expected {
            if !open && expected.iter().any(Dimension::is_free) {
                let fault = PartMismatch::Known { subject, expected: expected.clone(), verb };
                return Err(scope.faults.add(&site.tokens, fault));
            }
            let fault = PartMismatch::Gives { subject, path, expected: expected.clone(), verb, output };
            scope.ask_dims(&site.tokens, None, (&dims, expected), fault);
            if !open {
                return Ok(expected.clone());
            }
            let output = scope.part_sizes(&site.subject, self, &value.shape, expected.clone());
            scope.part_gives(&site.subject, self, &output);
            return Ok(output);
        }
        let fault = PartMismatch::Unstated { subject, path, output };
        let known = quote!(#dims.len() == 1 && ::plumbline::check::is_known(#dims));
        let vector = scope.ask_tokens(&site.tokens, None, &known, fault);
        // Where it has no value the part's own check says so.
        let size = quote!(::plumbline::check::guarded(::plumbline::check::fits(1, #dims[0]), #dims[0]));
        let output = vector.guard(vec![Dimension::Constant(size)]).unwrap_or_default();
        Ok(if open { scope.part_sizes(&site.subject, self, &value.shape, output) } else { output })
    }

    /// The sizes of what it takes or gives, tokens of type `&'static [usize]`.
    fn dims(&self, role: &str) -> TokenStream {
        let (network, span) = (self.network(), self.path.span());
        let role = Ident::new(role, span);
        quote_spanned!(span=> <#network::#role as ::plumbline::Shape>::DIMS)
    }
}
