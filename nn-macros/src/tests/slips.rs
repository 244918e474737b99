//! Slips of the hand: one token lost, doubled or replaced, anywhere.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::quote;

use super::errors;

/// Every stream that differs from this one by one slip.
fn slips(tokens: TokenStream) -> Vec<TokenStream> {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let mut all = Vec::new();
    for (index, tree) in trees.iter().enumerate() {
        let with = |middle: TokenStream| {
            let (before, after) = (&trees[..index], &trees[index + 1..]);
            quote!(#(#before)* #middle #(#after)*)
        };
        all.extend([with(quote!()), with(quote!(#tree #tree)), with(quote!(7)), with(quote!(,)), with(quote!(typo))]);
        if let TokenTree::Group(group) = tree {
            all.extend(slips(group.stream()).into_iter().map(|inner| {
                let group = Group::new(group.delimiter(), inner);
                with(quote!(#group))
            }));
        }
    }
    all
}

/// One slip panics nowhere, and brings no more than a few errors.
#[test]
fn one_slip_makes_few_errors() {
    let networks = [
        quote! {
            pub LeNet5: [1, 28, 28] -> [10] {
                conv1: conv2d(6, kernel = [5, 5], padding = same), relu;
                pool1: max_pool2d(2) -> [6, 14, 14];
                flatten;
                fc1: dense(WIDTH), leaky_relu(0.1);
                logits: dense(10);
            }
        },
        quote! {
            Pair: (left: [3], right: [2]) -> (sum: [4], joined: [8]) {
                a: dense(4, init = normal(0.1)) <- left;
                b: dense(4, bias = false), dropout(0.5) <- right;
                sum: add <- (a, b);
                joined: concat(axis = 0) <- (a, sum);
            }
        },
        quote! {
            Translator: (source: [_, 8], target: [5, 8]) -> [5, 4] {
                encoder: lstm(16, layers = 2, bidirectional = true, forget_bias = 0.5) <- source;
                decoder: lstm(16, layers = 2, bidirectional = true, state = encoder) <- target;
                last;
                repeat(5);
                plain: rnn(8, activation = relu, init = identity);
                words: dense(4, each_step = true);
            }
        },
    ];
    for network in networks {
        assert!(errors(network.clone()).is_empty());
        for slip in slips(network) {
            let text = slip.to_string();
            let found = errors(slip);
            assert!(found.len() <= 3, "{text}\n{found:#?}");
        }
    }
}
