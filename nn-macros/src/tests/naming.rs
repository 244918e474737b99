//! Generated names and the user's: whatever a user calls things, generated code stays as it is but for those names.

use std::collections::{BTreeSet, HashMap};

use proc_macro2::{Delimiter, Ident, Spacing, Span, TokenStream, TokenTree};
use quote::quote;

/// A name that nothing else has.
const OTHER: &str = "Zzyzx";

/// Networks in which something is called so, a node, a port, a dimension parameter, a part and a network in turn.
fn networks(name: &Ident) -> Vec<TokenStream> {
    vec![
        quote! {
            Net: [6] -> [2] {
                hidden: dense(4), tanh;
                #name: dense(4), map(|x| x * (1.0 + SCALE * x.exp()).tanh());
                out: dense(2);
            }
        },
        quote! {
            Net: [2, 8] -> [3] {
                #name: conv1d(4, kernel = 3), relu;
                norm: batch_norm;
                memory: lstm(3);
                last;
                tied: dense(3), softmax;
            }
        },
        quote!(Net: (#name: [3], other: [3]) -> (sum: [3], out: [2]) { sum: add <- (#name, other); out: dense(2); }),
        quote!(Net: (first: [3], other: [3]) -> (#name: [3], out: [2]) { #name: add <- (first, other); out: dense(2); }),
        quote!(Net: [_, 3] -> [4] { #name: gru(4), dropout(0.5); last; }),
        quote! {
            Inner: [4] -> [4] { #name: dense(4); }
            Net: [4] -> [4] { first: Inner; #name: Inner, relu; }
        },
        quote!(Filter: [3, _, _] -> [3, _, _] { #name: conv2d(3, kernel = 3), relu; }),
        quote!(#name: [4] -> [4] { out: dense(4), map(|x| SCALE * x); }),
        quote!(Net: [4] -> [4] { out: other::#name; }),
        quote!(Net: [4] -> [4] { out: #name::Other; }),
    ]
}

/// Networks in which a dimension parameter, a part or a constant of a function is called so, which begins with a capital.
fn capitals(name: &Ident) -> Vec<TokenStream> {
    vec![
        quote!(Net: [4] -> [#name] { out: dense(#name), gelu; }),
        quote! {
            Net<N, #name>: [N, #name, #name] -> [N, #name, #name] {
                conv: conv2d(N, kernel = 3, padding = 1), map(|x| x * SCALE);
                norm: batch_norm, relu;
            }
        },
        quote! {
            #name: [4] -> [4] { out: dense(4), map(|x| SCALE * x); }
            Net: [4] -> [4] { first: #name; second: dense(4), relu; }
        },
        quote!(Net: [4] -> [4] { out: dense(4), map(|x| x + #name * x.exp() * x.exp()); }),
    ]
}

fn name(text: &str) -> Ident {
    syn::parse_str::<Ident>(text).unwrap_or_else(|_| Ident::new_raw(text, Span::call_site()))
}

/// The identifiers that name a thing or mean one that a user may name as well, in order. Fields, methods and what stands in a path behind its first
/// name live apart.
fn names(tokens: TokenStream, braced: bool, found: &mut Vec<String>) {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let is = |index: Option<usize>, mark: char| matches!(index.and_then(|index| trees.get(index)), Some(TokenTree::Punct(punct)) if punct.as_char() == mark);
    // `name: …`, and not `name::…`.
    let colon = |index: usize| matches!(trees.get(index), Some(TokenTree::Punct(mark)) if mark.as_char() == ':' && mark.spacing() == Spacing::Alone);
    let word = |index: Option<usize>| match index.and_then(|index| trees.get(index)) {
        Some(TokenTree::Ident(word)) => word.to_string(),
        _ => String::new(),
    };
    let mut in_use = false;
    for (index, tree) in trees.iter().enumerate() {
        in_use = (in_use || word(Some(index)) == "use") && !is(Some(index), ';');
        match tree {
            // What a path of an import goes through is no name of this module.
            TokenTree::Group(group) if in_use => names(imported(group.stream()), false, found),
            // Attributes have names of their own.
            TokenTree::Group(_) if is(index.checked_sub(1), '#') => {}
            TokenTree::Group(group) => names(group.stream(), group.delimiter() == Delimiter::Brace, found),
            TokenTree::Ident(name) => {
                let (before, after) = (index.checked_sub(1), Some(index + 1));
                let path = is(before, ':') && is(index.checked_sub(2), ':');
                let field = braced && colon(index + 1) && word(before) != "const";
                let item = ["fn", "type"].contains(&word(before).as_str()) && braced;
                let constant = word(before) == "const" && colon(index + 1) && braced && *name != "_";
                // `layers as layers2`
                let imported = word(after) == "as";
                // `Deref<Target = [E]>`
                let associated = is(before, '<') && is(after, '=');
                let macro_name = is(after, '!') || is(before, '#') || is(before, '\'');
                if !(path || imported || associated || field || item || constant || macro_name || is(before, '.')) {
                    found.push(name.to_string());
                }
            }
            _ => {}
        }
    }
}

/// A list of imports without the names before `::`.
fn imported(list: TokenStream) -> TokenStream {
    let trees: Vec<TokenTree> = list.into_iter().collect();
    let is_path = |index: usize| matches!(trees.get(index + 1), Some(TokenTree::Punct(mark)) if mark.as_char() == ':');
    let kept = (0..trees.len()).filter(|&index| !(matches!(trees[index], TokenTree::Ident(_)) && is_path(index)));
    kept.map(|index| trees[index].clone()).collect()
}

fn names_of(input: TokenStream) -> Vec<String> {
    let mut found = Vec::new();
    names(crate::expansion(input), false, &mut found);
    found
}

fn all_identifiers(tokens: TokenStream, found: &mut BTreeSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => all_identifiers(group.stream(), found),
            TokenTree::Ident(name) => drop(found.insert(name.to_string())),
            _ => {}
        }
    }
}

/// A name of the second expansion that is two names of the first, where they differ by more than names.
fn clash(first: &[String], second: &[String]) -> Option<String> {
    let mut meanings: HashMap<&str, &str> = HashMap::new();
    if first.len() != second.len() {
        return Some("they differ".to_owned());
    }
    let both = first.iter().zip(second);
    both.filter(|(first, second)| *meanings.entry(second).or_insert(first) != **first)
        .map(|(_, second)| second.clone())
        .next()
}

/// All words of the tokens.
fn words_of(tokens: TokenStream) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    all_identifiers(tokens, &mut found);
    found
}

#[test]
fn no_name_of_the_users_meets_a_generated_one() {
    let all = |name: &Ident| [networks(name), capitals(name)].concat();
    let mut words: BTreeSet<String> = all(&name(OTHER)).into_iter().flat_map(names_of).collect();
    // The language has a meaning of its own for `input`, and a path begins with these.
    for own in ["input", "_", "self", "Self", "super", "crate", OTHER] {
        words.remove(own);
    }
    // Products have their factors in the order of their names.
    let others = ["Aaron", OTHER].map(|other| all(&name(other)).into_iter().map(names_of).collect::<Vec<_>>());
    let written: Vec<BTreeSet<String>> = all(&name(OTHER)).into_iter().map(words_of).collect();
    let (small, mut tried) = (networks(&name(OTHER)).len(), 0);
    let mut clashes = Vec::new();
    for word in &words {
        let expected = &others[usize::from(word.as_str() > "N")];
        for (index, network) in all(&name(word)).into_iter().enumerate() {
            let capital = index < small || word.starts_with(char::is_uppercase);
            // A network does not give one name to two things of the user's.
            if capital && !written[index].contains(word) {
                let clash = clash(&expected[index], &names_of(network.clone()));
                clashes.extend(clash.map(|clash| format!("`{clash}` has two meanings in {network}")));
                tried += 1;
            }
        }
    }
    assert!(clashes.is_empty(), "{clashes:#?}");
    assert!(tried > 1000, "{tried} networks");
}
