//! A value as the closure that computes it.

use std::collections::HashMap;

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::quote;

use crate::names::{self, E, LAYERS};

use super::expression::{Binary, Comparison, Function, Graph, Selection, Term, Value};

/// How tightly an expression holds together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Precedence {
    Branch,
    Sum,
    Product,
    Sign,
    Call,
}

/// `|x: E| …`, what is used more than once under a name.
pub(super) fn closure(graph: &Graph, root: Value) -> TokenStream {
    let mut printer = Printer { graph, x: names::local("x", ""), names: HashMap::new() };
    let mut statements = TokenStream::new();
    for (value, count) in graph.uses(root) {
        if count > 1 && !graph.term(value).operands().is_empty() {
            let name = names::local("", &format!("v{}", printer.names.len() + 1));
            let (tokens, _) = printer.term(value);
            statements.extend(quote!(let #name = #tokens;));
            printer.names.insert(value, name);
        }
    }
    let (x, (result, _)) = (&printer.x, printer.value(root));
    if statements.is_empty() { quote!(|#x: #E| #result) } else { quote!(|#x: #E| { #statements #result }) }
}

struct Printer<'a> {
    graph: &'a Graph,
    x: Ident,
    /// What has been computed.
    names: HashMap<Value, Ident>,
}

impl Printer<'_> {
    fn value(&self, value: Value) -> (TokenStream, Precedence) {
        match self.names.get(&value) {
            Some(name) => (quote!(#name), Precedence::Call),
            None => self.term(value),
        }
    }

    /// The value, in parentheses where it holds together less than `least`.
    fn within(&self, value: Value, least: Precedence) -> TokenStream {
        let (tokens, strength) = self.value(value);
        if strength < least { quote!((#tokens)) } else { tokens }
    }

    fn term(&self, value: Value) -> (TokenStream, Precedence) {
        match self.graph.term(value) {
            Term::Argument => {
                let x = &self.x;
                (quote!(#x), Precedence::Call)
            }
            Term::Number(number) => number_tokens(number.get()),
            Term::Constant(place) => {
                let constant = &self.graph.constants[place];
                (quote!(#E::from_f64(#constant)), Precedence::Call)
            }
            Term::Negated(a) => {
                let a = self.within(a, Precedence::Sign);
                (quote!(-#a), Precedence::Sign)
            }
            Term::Binary(binary, a, b) => self.binary(binary, a, b),
            Term::Power(a, exponent) => {
                // The sign is a token of its own.
                let sign = (exponent < 0).then(|| quote!(-));
                let (a, size) = (self.within(a, Precedence::Call), Literal::u32_unsuffixed(exponent.unsigned_abs()));
                (quote!(#a.powi(#sign #size)), Precedence::Call)
            }
            Term::Applied(function, a) => (self.applied(function, a), Precedence::Call),
            Term::Selected(Selection { comparison, left, right, yes, no }) => {
                let (left, right) = (self.within(left, Precedence::Sum), self.within(right, Precedence::Sum));
                let ((yes, _), (no, _), sign) = (self.value(yes), self.value(no), comparison_tokens(comparison));
                (quote!(if #left #sign #right { #yes } else { #no }), Precedence::Branch)
            }
        }
    }

    fn binary(&self, binary: Binary, a: Value, b: Value) -> (TokenStream, Precedence) {
        let infix = |sign: TokenStream, strength: Precedence, right: Precedence| {
            let (a, b) = (self.within(a, strength), self.within(b, right));
            (quote!(#a #sign #b), strength)
        };
        let function = |name: &str| {
            let ((a, _), (b, _), name) = (self.value(a), self.value(b), Ident::new(name, Span::call_site()));
            (quote!(#LAYERS::map::#name(#a, #b)), Precedence::Call)
        };
        match binary {
            Binary::Add => infix(quote!(+), Precedence::Sum, Precedence::Product),
            Binary::Subtract => infix(quote!(-), Precedence::Sum, Precedence::Product),
            Binary::Multiply => infix(quote!(*), Precedence::Product, Precedence::Sign),
            Binary::Divide => infix(quote!(/), Precedence::Product, Precedence::Sign),
            Binary::Powf => {
                let (a, (b, _)) = (self.within(a, Precedence::Call), self.value(b));
                (quote!(#a.powf(#b)), Precedence::Call)
            }
            Binary::Min => function("min"),
            Binary::Max => function("max"),
        }
    }

    fn applied(&self, function: Function, a: Value) -> TokenStream {
        let name = Ident::new(function.name(), Span::call_site());
        match function {
            Function::Exp
            | Function::Ln
            | Function::Sqrt
            | Function::Sin
            | Function::Cos
            | Function::Tanh
            | Function::Abs
            | Function::Ln1p
            | Function::ExpM1 => {
                let a = self.within(a, Precedence::Call);
                quote!(#a.#name())
            }
            _ => {
                let (a, _) = self.value(a);
                quote!(#LAYERS::map::#name(#a))
            }
        }
    }
}

fn number_tokens(number: f64) -> (TokenStream, Precedence) {
    let size = number.abs();
    let tokens = if size == 0.0 {
        quote!(#E::zero())
    } else if size == 1.0 {
        quote!(#E::one())
    } else {
        let literal = Literal::f64_unsuffixed(size);
        quote!(#E::from_f64(#literal))
    };
    if number.is_sign_negative() { (quote!(-#tokens), Precedence::Sign) } else { (tokens, Precedence::Call) }
}

fn comparison_tokens(comparison: Comparison) -> TokenStream {
    match comparison {
        Comparison::Less => quote!(<),
        Comparison::AtMost => quote!(<=),
        Comparison::Greater => quote!(>),
        Comparison::AtLeast => quote!(>=),
        Comparison::Equal => quote!(==),
        Comparison::Unequal => quote!(!=),
    }
}
