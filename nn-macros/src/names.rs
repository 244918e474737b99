//! The names of what is generated.
//!
//! A user may give a node, a port, a dimension parameter or a network any name that Rust has, and generated code names things beside them: values,
//! type parameters, imports, aliases, arguments. All of those names come from here, and none is a word of the invocation that is being expanded, so
//! that no name of the user's means something else where generated code repeats it.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use heck::ToUpperCamelCase;
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;

/// A name that generated code has for one thing everywhere, such as the type of elements: `quote!(Batch<#E>)`.
pub(crate) struct Fixed(&'static str);

/// The type of the elements.
pub(crate) const E: Fixed = Fixed("E");
/// Whether the backward pass asks for the gradients with respect to the inputs.
pub(crate) const INPUTS: Fixed = Fixed("INPUTS");
/// The runtime's module of layers.
pub(crate) const LAYERS: Fixed = Fixed("layers");
/// The runtime's module of networks.
pub(crate) const NETWORK: Fixed = Fixed("network");
/// The field that holds nothing but the type of the elements.
pub(crate) const ELEMENT: Fixed = Fixed("element");
/// The part of a batch that a function works on.
pub(crate) const PART: Fixed = Fixed("part");
/// The whole batch.
pub(crate) const WHOLE: Fixed = Fixed("whole");
/// A share's gradients.
pub(crate) const SHARE: Fixed = Fixed("share");
/// The gradients of a network.
pub(crate) const GRADIENTS: Fixed = Fixed("gradients");
/// What layers have measured in a forward pass of training.
pub(crate) const MEASURED: Fixed = Fixed("measured");
/// What random numbers begin with.
pub(crate) const SEED: Fixed = Fixed("seed");
/// A source of random numbers.
pub(crate) const RNG: Fixed = Fixed("rng");
/// The kept values of a network that holds others.
pub(crate) const KEPT: Fixed = Fixed("Kept");
/// The memory of a pass.
pub(crate) const PASS: Fixed = Fixed("pass");
/// The number of samples in a batch.
pub(crate) const SAMPLES: Fixed = Fixed("samples");
/// A state of recurrent layers.
pub(crate) const STATE: Fixed = Fixed("state");
/// All of a list.
pub(crate) const ALL: Fixed = Fixed("all");
/// What is left of a list.
pub(crate) const REST: Fixed = Fixed("rest");
/// Who reads a plan of memory.
pub(crate) const READER: Fixed = Fixed("reader");
/// The number of a tensor.
pub(crate) const INDEX: Fixed = Fixed("index");
/// An axis.
pub(crate) const AXIS: Fixed = Fixed("axis");
/// The sizes that only the running program knows.
pub(crate) const SIZES: Fixed = Fixed("__sizes");
/// Where things begin that lie one after the other.
pub(crate) const OFFSETS: Fixed = Fixed("offsets");
/// A rule that sizes do not obey.
pub(crate) const RULE: Fixed = Fixed("rule");

impl ToTokens for Fixed {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.ident().to_tokens(tokens);
    }
}

impl Fixed {
    /// The name in this invocation.
    pub(crate) fn ident(&self) -> Ident {
        item(self.0)
    }
}

/// The names of one invocation.
#[derive(Default)]
struct Names {
    /// The words of the user's.
    written: HashSet<String>,
    /// The generated names.
    given: HashSet<String>,
    /// The generated name of each thing, by what it is and whose.
    known: HashMap<(String, String), String>,
    /// How many names begin with a stem.
    counts: HashMap<String, usize>,
}

thread_local! {
    static NAMES: RefCell<Names> = RefCell::default();
}

/// Begins an invocation with these tokens.
pub(crate) fn begin(invocation: &TokenStream) {
    let mut names = Names::default();
    names.read(invocation.clone());
    NAMES.set(names);
}

/// The same tokens with names as they are told apart, `r#conv` being `conv` while `r#type` is no keyword, and without the groups in which a
/// `macro_rules!` around hands on a single token, a shape or a block.
pub(crate) fn normal(tokens: TokenStream) -> TokenStream {
    if is_normal(tokens.clone()) {
        return tokens;
    }
    let tree = |token: TokenTree| match token {
        TokenTree::Ident(name) if !is_keyword(&plain(&name)) => TokenTree::Ident(name.unraw()),
        TokenTree::Group(group) => match single(&group) {
            Some(inner) => TokenTree::Group(Group::new(Delimiter::None, normal(inner.into()))),
            None => {
                let mut normal = Group::new(group.delimiter(), self::normal(group.stream()));
                normal.set_span(group.span());
                TokenTree::Group(normal)
            }
        },
        other => other,
    };
    tokens
        .into_iter()
        .map(tree)
        .flat_map(|token| match token {
            TokenTree::Group(group) if single(&group).is_some() => group.stream(),
            other => other.into(),
        })
        .collect()
}

/// Whether nothing in the tokens is to be changed. What is left alone keeps all its places in the source.
fn is_normal(tokens: TokenStream) -> bool {
    tokens.into_iter().all(|token| match token {
        TokenTree::Ident(name) => name.unraw() == name || is_keyword(&plain(&name)),
        TokenTree::Group(group) => single(&group).is_none() && is_normal(group.stream()),
        _ => true,
    })
}

/// The only token of a group without delimiters.
fn single(group: &Group) -> Option<TokenTree> {
    let mut tokens = group.stream().into_iter().filter(|_| group.delimiter() == Delimiter::None);
    tokens.next().filter(|_| tokens.next().is_none())
}

/// The name of a type, a constant, a type parameter or an import.
pub(crate) fn item(stem: &str) -> Ident {
    Ident::new(&given("an item", stem, stem.to_owned()), Span::call_site())
}

/// The name of a shape: that of a network's port, or of its only input or output.
pub(crate) fn shape(network: &Ident, port: &str) -> Ident {
    let stem = format!("{}{}", plain(network), port.to_upper_camel_case());
    Ident::new(&given(&format!("a shape of {network}"), port, stem), network.span())
}

/// The name of a value inside a function: what it is, and whose. Another value has another name, whatever theirs look like.
pub(crate) fn local(role: &str, of: &str) -> Ident {
    let stem = [role, of].into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join("_");
    Ident::new(&given(role, of, stem.to_lowercase()), Span::mixed_site())
}

/// A name as it is read: what `r#type` means is `type`.
pub(crate) fn plain(name: &Ident) -> String {
    name.unraw().to_string()
}

/// Whether the name stands anywhere in the tokens.
pub(crate) fn mentions(tokens: &TokenStream, name: &Ident) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Ident(other) => other == *name,
        TokenTree::Group(group) => mentions(&group.stream(), name),
        _ => false,
    })
}

fn given(role: &str, of: &str, stem: String) -> String {
    NAMES.with_borrow_mut(|names| names.give(role, of, stem))
}

impl Names {
    fn read(&mut self, tokens: TokenStream) {
        let mut tokens = tokens.into_iter().peekable();
        while let Some(token) = tokens.next() {
            match token {
                // The name of an option is repeated nowhere.
                TokenTree::Ident(_)
                    if matches!(tokens.peek(), Some(TokenTree::Punct(mark))
                        if mark.as_char() == '=' && mark.spacing() == proc_macro2::Spacing::Alone) => {}
                TokenTree::Ident(name) => drop(self.written.insert(plain(&name))),
                TokenTree::Group(group) => self.read(group.stream()),
                _ => {}
            }
        }
    }

    /// The name of a thing, the same each time: the stem, or with a number behind it where that is taken.
    fn give(&mut self, role: &str, of: &str, stem: String) -> String {
        let key = (role.to_owned(), of.to_owned());
        if let Some(name) = self.known.get(&key) {
            return name.clone();
        }
        let stem = stem.replace("r#", "");
        let mut name = stem.clone();
        while self.written.contains(&name) || self.given.contains(&name) || is_keyword(&name) {
            let count = self.counts.entry(stem.clone()).or_insert(1);
            *count += 1;
            let separator = if stem.starts_with(char::is_uppercase) { "" } else { "_" };
            name = format!("{stem}{separator}{count}");
        }
        self.given.insert(name.clone());
        self.known.insert(key, name.clone());
        name
    }
}

/// Whether Rust keeps the word for itself.
fn is_keyword(word: &str) -> bool {
    syn::parse_str::<Ident>(word).is_err()
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use proc_macro2::{Delimiter, Group, TokenTree};

    use super::{E, begin, item, local, normal};

    #[test]
    fn no_generated_name_is_a_word_of_the_users_or_another_things() {
        begin(&quote!(E: [v_a, 4] -> [4] { A: dense(S4); d_a: dense(4, layers = 2); r#type: tanh; }));
        let raw = normal(quote!(a: r#b <- (r#type, r#c)));
        assert_eq!(raw.to_string(), quote!(a: b <- (r#type, c)).to_string());
        let group = |tokens| TokenTree::Group(Group::new(Delimiter::None, tokens));
        let (single, several) = (group(quote!([4])), group(quote!(4 + N)));
        let nested = group(single.clone().into());
        let flat = normal(quote!(Net: #nested -> [2 * #several])).into_iter().map(|token| token.to_string());
        assert_eq!(flat.collect::<Vec<_>>(), ["Net", ":", "[4]", "-", ">", "[2 * 4 + N]"]);
        let names = [
            (E.ident(), "E2"),
            (item("S4"), "S42"),
            (item("S42"), "S422"),
            (item("layers"), "layers"),
            (local("v", "A"), "v_a_2"),
            (local("v", "a"), "v_a_3"),
            (local("d", "a"), "d_a_2"),
            (local("d", "d_a"), "d_d_a"),
            (local("", "r#type"), "type_2"),
            (local("v", "r#type"), "v_type"),
            (local("v", "A"), "v_a_2"),
        ];
        for (name, expected) in names {
            assert_eq!(name, expected);
        }
    }
}
