//! Mistakes of who comes from Rust or from another library: each gets one error, and a help that can be typed.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::quote;

use super::errors;

/// Asserts that the network gets one error, which begins and helps so.
#[track_caller]
fn says(network: TokenStream, message: &str) {
    assert_eq!(errors(network), [message]);
}

#[test]
fn habits_of_rust() {
    says(
        quote!(struct C { fc: dense(10), }),
        "a network is written without `struct`\n= help: write `C: [inputs] -> [outputs] { … }`",
    );
    says(
        quote!(pub struct C: [3] -> [10] { fc: dense(10); }),
        "a network is written without `struct`\n= help: write `C: [inputs] -> [outputs] { … }`",
    );
    says(
        quote!(C: [3] -> [10] { fc: dense(10); #[doc = "The scores."] }),
        "no node comes after this attribute or doc comment\n= help: move it above the node that it is about, or write `//`",
    );
    says(
        quote!(C: [3] -> [10] { fc: dense(10); } #[doc = "The end."]),
        "no network comes after this attribute or doc comment\n\
         = help: move it above the network that it is about, or write `//`",
    );
    says(
        quote!(C<'a, N>: [N] -> [10] { fc: dense(10); }),
        "a network has dimension parameters alone, found `'a`\n= help: leave out `'a`",
    );
    says(
        quote!(#[derive(Clone, PartialEq)] C: [3] -> [10] { fc: dense(10); }),
        "a network derives `Clone` by itself\n= help: leave out `Clone`",
    );
    assert!(errors(quote!(B<N>: [N] -> [N] { relu; } C: [4] -> [4] { b: B::<4>; })).is_empty());
    assert!(errors(quote!(C: [4] -> [4] { b: some::module::B::<4>, relu; })).is_empty());
}

#[test]
fn habits_of_other_libraries() {
    says(
        quote!(C: [None, 8] -> [10] { last; fc: dense(10); }),
        "a size that only the running program knows is written `_`, found `None`\n\
         = help: write `_`, and leave out the batch axis: it is never written",
    );
    says(
        quote!(C: [3] -> [10] { fc-1: dense(4); out: dense(10); }),
        "a name has letters, digits and `_`, found `fc-1`\n= help: write `fc_1: …`",
    );
    says(
        quote!(C: [3] -> [4] { a: dense(4) = input; }),
        "expected `<-` before a source, found `=`\n= help: write `dense(4) <- input`",
    );
    says(
        quote!(C: [3] -> [4] { a: dense(4), prelu; }),
        "unknown layer `prelu`\n= help: a network or layer of your own starts with a capital",
    );
    says(
        quote!(C: [2, 9] -> [4] { a: mean_pool(3); flatten; b: dense(4); }),
        "unknown layer `mean_pool`\n= help: did you mean `avg_pool1d`? a network or layer of your own starts with a capital",
    );
    says(
        quote!(C: [2, 9] -> [4] { a: pool(3); flatten; b: dense(4); }),
        "unknown layer `pool`\n= help: `max_pool1d` takes the largest of each window, `avg_pool1d` the mean",
    );
    says(
        quote!(C: [2, 9, 9] -> [4] { pad(1); flatten; b: dense(4); }),
        "unknown layer `pad`\n= help: padding is an option of what follows: `conv2d(8, kernel = 3, padding = 1)`",
    );
}

#[test]
fn ports() {
    says(
        quote!(C: [3] -> (a: [4], a: [4]) { a: dense(4); }),
        "the output `a` is declared twice\n\
         = help: leave it out, or hand it on under another name: `a_2: identity <- a;`",
    );
    for role in [quote!(C: [3] -> () { a: dense(4); }), quote!(C: () -> [4] { a: dense(4); })] {
        says(role, "expected a shape, found `()`\n= help: a shape stands in brackets, such as `[10]` or `[1, 28, 28]`");
    }
}

#[test]
fn differences_are_printed_as_they_are_written() {
    says(
        quote!(C<N>: [N] -> [4] { a: Block<N - 1>; }),
        "a formula among the sizes of a part stands in braces, found `Block<N - 1>`\n= help: write `Block<{ N - 1 }>`",
    );
}

/// What a `macro_rules!` around hands on as an expression, a block and the like.
fn handed_on(tokens: TokenStream) -> TokenTree {
    TokenTree::Group(Group::new(Delimiter::None, tokens))
}

#[test]
fn what_a_macro_around_hands_on_is_read_as_it_stands() {
    let [shape, body, init, flag, size, sum] = [
        quote!([4, 4]),
        quote!({ flatten; a: dense(4); }),
        quote!(normal(0.1)),
        quote!(false),
        quote!(4),
        quote!(WIDTH + 1),
    ]
    .map(handed_on);
    let found = |network: TokenStream| errors(crate::names::normal(network));
    assert_eq!(found(quote!(C: #shape -> [4] #body)), [""; 0]);
    assert_eq!(found(quote!(C: [4] -> [4] { a: dense(#size, init = #init, bias = #flag); })), [""; 0]);
    assert_eq!(found(quote!(C: [#size, 2 * (#sum)] -> [4, 2 * (#sum)] { relu; })), [""; 0]);
    assert_eq!(found(quote!(C: [3, 3, 2] -> [1, 1] { a: conv2d(1, kernel = #shape, bias = #flag); })).len(), 1);
    let sizes = handed_on(quote!(4, 4));
    assert_eq!(found(quote!(C: #sizes -> [4] { a: dense(4); })).len(), 1);
    assert_eq!(
        found(quote!(C: #size -> [4] { a: dense(4); })),
        ["expected a shape, found `4`\n= help: a shape stands in brackets, such as `[10]` or `[1, 28, 28]`"]
    );
}

#[test]
fn a_variable_is_no_constant() {
    for network in [quote!(C: [3] -> [16] { a: dense(hidden); }), quote!(C: [3] -> [16] { a: dense(2 * hidden); })] {
        says(
            network,
            "the number of outputs of `dense` is a number or a constant, found the variable `hidden`\n\
             = help: a constant can stand here: `const HIDDEN: usize = …;` and `HIDDEN`",
        );
    }
    assert!(
        errors(quote!(C: [3] -> [4] { a: dense(config::hidden), relu; b: dense(size()); c: dense(4); })).is_empty()
    );
}

/// The factor as often as that, as a product.
fn product(factor: &TokenStream, times: usize) -> TokenStream {
    (1..times).fold(factor.clone(), |product, _| quote!(#product * #factor))
}

#[test]
fn a_formula_is_of_as_many_products_as_a_size_may_need() {
    let power = |times: usize| {
        let product = product(&quote!((A + B + C + D)), times);
        quote!(Net<A, B, C, D>: [A] -> [4] { a: dense(#product), relu; out: dense(4); })
    };
    assert_eq!(errors(power(3)), [""; 0]);
    for times in [14, 40] {
        says(
            power(times),
            "the number of outputs of `dense` is a formula of more than 256 products when it is multiplied out\n\
             = help: declare a dimension parameter for the size itself",
        );
    }
    // The same of a size that a layer calculates.
    let (side, other) = (product(&quote!((A + B + 1)), 6), product(&quote!((A + C + 2)), 6));
    let found = errors(quote!(Net<A, B, C>: [A, #side, #other] -> [4] { flatten; out: dense(4); }));
    assert!(!found.is_empty() && found.len() < 3, "{found:#?}");
}

#[test]
fn parentheses_forgotten_in_a_part_are_its_fault_alone() {
    for header in [quote!(4, 4 -> [8]), quote!([] -> [8]), quote!([4] -> [])] {
        let pair = quote!(Pair: #header { both: dense(8); });
        let found = errors(quote!(#pair Net: [4] -> [8] { pair: Pair; } Around: [4] -> [8] { net: Net; pair: Pair; }));
        assert_eq!(found.len(), 1, "{found:#?}");
    }
}

#[test]
fn parentheses_forgotten_around_ports() {
    says(
        quote!(Pair: left: [4], right: [4] -> [8] { both: concat <- (left, right); }),
        "inputs and outputs with names stand in parentheses\n= help: write `(left: [4], right: [4])`",
    );
    let used = quote! {
        Pair: left: [4], right: [4] -> [8] { both: concat <- (left, right); }
        Net: [4] -> [8] { pair: Pair; }
    };
    assert_eq!(errors(used).len(), 2);
}

#[test]
fn many_nodes_take_no_longer_than_they_are_many() {
    let seconds = |nodes: usize| {
        let unnamed = (0..nodes).map(|index| if index % 2 == 0 { quote!(tanh;) } else { quote!(dropout(0.1);) });
        let network = quote!(Net: [4] -> [4] { #(#unnamed)* });
        let start = std::time::Instant::now();
        assert!(!crate::expansion(network).is_empty());
        start.elapsed().as_secs_f64()
    };
    // Measured as the least of three, since other programs run beside this one. Quadratic growth would make it 16 times as long.
    let least = |nodes| (0..3).map(|_| seconds(nodes)).fold(f64::INFINITY, f64::min);
    let (few, many) = (least(200), least(800));
    assert!(many < 9.0 * few, "{few} s for 200 nodes, {many} s for 800");
}
