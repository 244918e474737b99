//! What the user reads, mistake by mistake.

use proc_macro2::TokenStream;
use quote::quote;

use super::errors;

/// The one message of a network that takes `takes` and holds `nodes`.
fn message(input: TokenStream) -> String {
    let found = errors(input);
    assert_eq!(found.len(), 1, "{found:#?}");
    found.into_iter().next().expect("one message")
}

macro_rules! messages {
    ($($test:ident: { $($network:tt)* } => $expected:expr;)*) => {$(
        #[test]
        fn $test() {
            assert_eq!(message(quote!($($network)*)), $expected);
        }
    )*};
}

messages! {
    image_into_dense: {
        Net: [1, 28, 28] -> [10] { conv: conv2d(16, kernel = 5); pool2: max_pool2d(2); fc1: dense(120), relu; out: dense(10); }
    } => "`fc1` takes a vector, found `[16, 12, 12]` from `pool2`\n\
          = help: put `flatten;` between `pool2` and `fc1`: it makes `[2304]`";
    kernel_too_large: {
        Net: [1, 5, 5] -> [10] { conv3: conv2d(4, kernel = 7); flatten; out: dense(10); }
    } => "kernel 7 does not fit the 5 × 5 input of `conv3`\n\
          = help: the largest kernel that fits is 5; with `padding = 1`, 7 does";
    declared_output: {
        LeNet5: [84] -> [12] { logits: dense(10); }
    } => "`LeNet5` is declared to give `[12]`, but `logits` gives `[10]`\n\
          = help: declare `-> [10]`, or write `dense(12)`";
    unequal_sum: {
        Net: [3] -> [64] { fc1: dense(64); fc2: dense(32) <- input; sum: add <- (fc1, fc2); }
    } => "`sum` adds equal shapes, found `[64]` from `fc1` and `[32]` from `fc2`\n\
          = help: let `fc2` give `[64]`, or `fc1` give `[32]`";
    unknown_option: {
        Net: [3] -> [64] { fc1: dense(64, kernal = 3); }
    } => "`dense` has no option `kernal`\n= help: `dense` has `bias`, `each_step`, `init` and `tied`";
    unknown_layer: {
        Net: [3] -> [64] { fc1: dens(64); out: dense(64); }
    } => "unknown layer `dens`\n= help: did you mean `dense`? a network or layer of your own starts with a capital";
    tied_size: {
        Net: [784] -> [700] { encoder: dense(32); decoder: dense(700, tied = encoder); }
    } => "`decoder` is tied to `encoder`, whose weight is `[32, 784]`: it gives `[784]`, found `[700]`\n\
          = help: write `dense(784, tied = encoder)`";
    groups: {
        Net: [30, 8, 8] -> [4, 6, 6] { c: conv2d(4, kernel = 3, groups = 4); }
    } => "30 channels of the input do not divide into 4 groups\n= help: `groups` may be 1 or 2";
    stated: {
        Net: [16, 10, 10] -> [16, 5, 5] { pool2: max_pool2d(2) -> [16, 4, 4]; }
    } => "`pool2` is stated to give `[16, 4, 4]`, but gives `[16, 5, 5]`\n= help: state `-> [16, 5, 5]`";
    unread: {
        Net: [3] -> [4] { a: dense(3); b: dense(4) <- input; }
    } => "nothing reads `a`\n= help: remove it, or let a node read it: `b` with `<- a`";
    vector_into_memory: {
        Net: (series: [3], place: [2]) -> [5] { memory: lstm(3) <- series; end: last; both: concat <- (end, place); }
    } => "`memory` takes a sequence `[steps, features]`, found `[3]` from the input `series`\n\
          = help: declare the input `series` as `[_, 3]`: the first axis is time\n\
          = help: put `repeat(10);` between the input `series` and `memory`: it makes `[10, 3]`, the same at each step";
    stacked_after_last: {
        Net: [5, 3] -> [5, 4] { a: gru(8), last; b: gru(4); }
    } => "`b` takes a sequence `[steps, features]`, found `[8]` from `a`\n\
          = help: leave out `last`: it gives one step of the sequence alone";
    steps_into_dense: {
        Net: [_, 28] -> [10] { memory: gru(64); logits: dense(10); }
    } => "`logits` takes a vector, found `[_, 64]` from `memory`\n\
          = help: put `last;` between `memory` and `logits`: it makes `[64]`\n\
          = help: `each_step = true` applies it to each row: it makes `[_, 10]`";
    steps_into_dense_without_memory: {
        Net: [28, 64] -> [10] { logits: dense(10); }
    } => "`logits` takes a vector, found `[28, 64]` from the input\n\
          = help: put `flatten;` between the input and `logits`: it makes `[1792]`\n\
          = help: `each_step = true` applies it to each row: it makes `[28, 10]`";
    state_of_another_size: {
        Net: (a: [5, 3], b: [7, 2]) -> [7, 4] { from: lstm(8, peephole = true) <- a; to: lstm(4, state = from) <- b; }
    } => "`to` starts from the state of `from`, which has 8 units, found 4\n= help: write `lstm(8, state = from)`";
    state_of_another_kind: {
        Net: (a: [5, 3], b: [7, 2]) -> [7, 4] { from: rnn(4) <- a; to: gru(4, state = from) <- b; }
    } => "`to` starts from the state of a `gru` layer, found `from`, which is an `rnn`\n\
          = help: write `rnn` here, or `gru` at `from`";
    state_misspelt: {
        Net: (a: [5, 3], b: [7, 2]) -> [7, 4] { encoder: rnn(4) <- a; to: rnn(4, state = encodr) <- b; }
    } => "no node has the name `encodr`\n= help: did you mean `encoder`?";
    tied_to_an_input: {
        Net: [5] -> [5] { a: dense(5, tied = input); }
    } => "the input has no weight to tie to\n= help: `tied` names a `dense` layer above";
    contains_itself: {
        Net: [3] -> [4] { a: Net; b: dense(4); }
    } => "`Net` contains itself\n= help: a network holds layers, and networks other than itself";
    missing_semicolon: {
        Net: [3] -> [4] { a: dense(3), relu b: dense(4); }
    } => "expected `;` after `relu`\n= help: each node ends with `;`: `relu;`";
}

#[test]
fn all_faults_of_all_networks_come_at_once_and_each_once() {
    let found = errors(quote! {
        A: [1, 28, 28] -> [10] {
            conv1: conv2d(6, kernel = 31), relu;
            flatten;
            fc1: dense(120, bias = 3), selu;
            dense(10);
        }
        B: [4] -> [3] { a: dense(3) <- nowhere; b: densee(3), rleu; out: dense(2.5); }
    });
    let firsts: Vec<&str> = found.iter().filter_map(|message| message.lines().next()).collect();
    let expected = [
        "kernel 31 does not fit the 28 × 28 input of `conv1`",
        "`bias` of `dense` is `true` or `false`, found `3`",
        "`dense` has parameters and needs a name",
        "no node or input has the name `nowhere`",
        "unknown layer `densee`",
        "unknown layer `rleu`",
        "the number of outputs of `dense` is a whole number, found `2.5`",
    ];
    assert_eq!(firsts, expected);
}
