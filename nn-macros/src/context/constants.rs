//! The constant items of a network: sizes that the compiler computes, and checks that it makes.

use std::collections::HashMap;

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Expr, Path, spanned::Spanned};

use super::arithmetic;
use super::part::{Part, fixed};
use super::sizes::Sizes;
use crate::report::{Message, compact, ends};
use crate::shape::{Dimension, Shape};
use crate::{names, paths};

/// Items to put beside the network's struct. A size is computed once and has a name from then on, so that what is
/// generated grows with the number of layers and no faster, and equal expressions are known to be equal.
#[derive(Debug)]
pub(crate) struct Constants {
    network: Ident,
    /// The dimension parameters, on which no item can depend.
    parameters: Vec<Ident>,
    items: Vec<TokenStream>,
    /// Statements that check what depends on them.
    checks: Vec<TokenStream>,
    named: HashMap<String, Ident>,
    /// What only the running program knows.
    pub(crate) sizes: Sizes,
}

/// Where the value comes from that a check finds wrong: a function's name, and the tokens for the compiler's note.
pub(crate) struct Producer<'a> {
    pub(crate) name: &'a str,
    pub(crate) tokens: &'a TokenStream,
}

impl Constants {
    pub(crate) fn new(network: &Ident, parameters: Vec<Ident>) -> Self {
        let (items, checks, named) = (Vec::new(), Vec::new(), HashMap::new());
        Self { network: network.clone(), parameters, items, checks, named, sizes: Sizes::default() }
    }

    /// The items, the statements that check what depends on the dimension parameters, and the sizes that only the running program knows,
    /// where there are any.
    pub(crate) fn into_items(self) -> (Vec<TokenStream>, Vec<TokenStream>, Option<Sizes>) {
        (self.items, self.checks, Some(self.sizes).filter(|sizes| !sizes.is_empty()))
    }

    /// Asks for what the dimension parameters of a part must satisfy: before what is asked of the values behind it, so that its own
    /// message comes first.
    pub(crate) fn ask_part(&mut self, part: &Part) {
        let (network, span) = (part.network(), part.path.span());
        let checked = quote_spanned!(span=> #network::CHECKED);
        if self.parameters.is_empty() {
            // Where the constant is asked for is where the part stands.
            self.items.push(quote_spanned!(span=> const _: () = #checked;));
        } else {
            self.checks.push(quote!(#checked;));
        }
    }

    /// The name of a constant that has a value where the path is a network. Its error is the only one where it is none.
    pub(crate) fn is_network(&mut self, path: &Path) -> Ident {
        let fixed = fixed(path, &self.parameters);
        let ask = quote_spanned!(path.span()=> <#fixed as ::plumbline::network::submodule::IsNetwork>::YES);
        self.name_item("bool", &ask)
    }

    /// Whether a dimension parameter stands in the tokens, which no item can name.
    pub(super) fn mentions_parameter(&self, tokens: &TokenStream) -> bool {
        tokens.clone().into_iter().any(|token| match token {
            TokenTree::Ident(name) => self.parameters.contains(&name),
            TokenTree::Group(group) => self.mentions_parameter(&group.stream()),
            _ => false,
        })
    }

    /// A name for the value of a constant expression of the given type.
    pub(crate) fn name(&mut self, kind: &str, expression: &TokenStream) -> TokenStream {
        if self.mentions_parameter(expression) {
            return expression.clone();
        }
        let name = self.name_item(kind, expression);
        quote!(#name)
    }

    /// The same, of what an item can name.
    fn name_item(&mut self, kind: &str, expression: &TokenStream) -> Ident {
        let key = format!("{kind}: {expression}");
        if let Some(name) = self.named.get(&key) {
            return name.clone();
        }
        let name = names::item(&format!("__{}_{}", names::plain(&self.network), self.named.len()));
        let kind = Ident::new(kind, Span::call_site());
        self.items.push(quote! {
            #[allow(non_upper_case_globals)]
            const #name: ::core::primitive::#kind = #expression;
        });
        self.named.insert(key, name.clone());
        name
    }

    /// The size that an expression over constants is, and the constants in it with their values; of one constant alone, none.
    ///
    /// Arithmetic goes through `plumbline::check`, so that a size below zero is reported as one, by the check that the size has a value.
    pub(crate) fn evaluate(&mut self, expression: &Expr) -> (Dimension, Vec<(String, Dimension)>) {
        let expression = arithmetic::bare(expression);
        if !arithmetic::is_one(expression) {
            return (Dimension::Constant(self.name("usize", &expression.to_token_stream())), Vec::new());
        }
        let mut operands = Vec::new();
        let value = arithmetic::tokens(expression, &mut |operand| {
            let name = self.name("usize", &operand.to_token_stream());
            let (written, value) = (compact(operand), Dimension::Constant(name.clone()));
            if operands.iter().all(|(other, _)| *other != written) {
                operands.push((written, value));
            }
            name
        });
        (Dimension::Constant(self.name("usize", &quote!(#value.size()))), operands)
    }

    /// The same shape, each size that the compiler computes under a name.
    pub(crate) fn name_sizes(&mut self, shape: Shape) -> Shape {
        shape.into_iter().map(|dimension| self.name_size(dimension)).collect()
    }

    pub(crate) fn name_size(&mut self, dimension: Dimension) -> Dimension {
        match dimension {
            Dimension::Parameter(formula) => self.sizes.place(formula),
            Dimension::Constant(tokens) if !self.is_name(&tokens) => Dimension::Constant(self.name("usize", &tokens)),
            other => other,
        }
    }

    fn is_name(&self, tokens: &TokenStream) -> bool {
        let text = tokens.to_string();
        self.named.values().any(|name| *name == text)
    }

    /// A check that the compiler makes: `condition` is of type `bool`, and where it is false the message appears, with
    /// the caret at `at` and a note on the producer.
    pub(crate) fn check(
        &mut self,
        condition: &TokenStream,
        message: &Message,
        at: &TokenStream,
        producer: Option<Producer>,
    ) {
        let failure = message.failure(ends(at));
        if self.mentions_parameter(condition) || self.mentions_parameter(&failure) {
            self.checks.push(quote!(if !(#condition) { #failure }));
            return;
        }
        let Some(producer) = producer else {
            self.items.push(quote!(const _: () = if !(#condition) { #failure };));
            return;
        };
        let [start, end] = ends(at);
        let failure = message.failure(ends(producer.tokens));
        // The compiler's note says the function's name. What stands in the condition may mean something else by it.
        let own = syn::parse_str::<Ident>(producer.name).ok();
        let own = own.filter(|name| !names::mentions(condition, name) && !names::mentions(&failure, name));
        let mut defined = own.unwrap_or_else(|| names::item("producer"));
        let mut called = defined.clone();
        defined.set_span(ends(producer.tokens)[0]);
        called.set_span(start);
        let mut arguments = Group::new(Delimiter::Parenthesis, TokenStream::new());
        arguments.set_span(end);
        self.items.push(quote! {
            const _: () = {
                const fn #defined() -> ! { #failure }
                if !(#condition) { #called #arguments }
            };
        });
    }
}

/// The size, unknown where the condition does not hold.
pub(crate) fn guarded(condition: &TokenStream, dimension: Dimension) -> Dimension {
    let function = paths::checked("guarded", Span::call_site());
    let value = dimension.tokens();
    match dimension {
        Dimension::Literal(_) | Dimension::Constant(_) => Dimension::Constant(quote!(#function(#condition, #value))),
        later => later,
    }
}
