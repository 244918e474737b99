//! What an expansion grows with: nothing in it grows faster than the number of layers, of whatever kind.

use std::{
    sync::OnceLock,
    time::{Duration, Instant},
};

use proc_macro2::{TokenStream, TokenTree};

/// Layers that give what they take, by what they take.
const VECTORS: [&str; 9] = [
    "a#: dense(8), gelu;",
    "a#: dense(8, bias = false), tanh, dropout(0.1);",
    "a#: batch_norm, relu;",
    "a#: layer_norm;",
    "dropout(0.1);",
    "a#: gaussian_noise(0.1);",
    "map(|x| x * x + 1.0), relu;",
    "a#: rbm(8);",
    "softmax, reshape([8]);",
];
const SEQUENCES: [&str; 8] = [
    "a#: dense(8, each_step = true), relu;",
    "a#: rnn(8);",
    "a#: lstm(8, layers = 2);",
    "a#: gru(4, bidirectional = true);",
    "a#: layer_norm;",
    "a#: batch_norm;",
    "transpose; transpose;",
    "masking_noise(0.1), leaky_relu(0.1);",
];
const SIGNALS: [&str; 6] = [
    "a#: conv1d(8, kernel = 3, padding = same), relu;",
    "a#: conv_transpose1d(8, kernel = 3, padding = 1);",
    "max_pool1d(3, stride = 1, padding = 1);",
    "avg_pool1d(3, stride = 1, padding = same);",
    "a#: batch_norm, relu;",
    "a#: lp_pool1d(3, stride = 1, padding = 1), tanh;",
];
const IMAGES: [&str; 6] = [
    "a#: conv2d(8, kernel = 3, padding = 1), relu;",
    "a#: conv_transpose2d(8, kernel = 3, padding = 1), silu;",
    "max_pool2d(3, stride = 1, padding = 1);",
    "a#: weighted_avg_pool2d(3, stride = 1, padding = 1);",
    "a#: batch_norm, relu;",
    "dropout(0.1);",
];
/// Branches that come together, for shapes of any kind. `@` is the node before.
const BRANCHES: [&str; 4] = [
    "b#: relu <- @; c#: tanh <- @; a#: add <- (b#, c#);",
    "b#: sigmoid <- @; a#: multiply <- (b#, @);",
    "b#: dropout(0.1) <- @; a#: add <- (b#, @);",
    "b#: batch_norm <- @; a#: add <- (b#, @);",
];
/// A part between declarations that have it: its name is `Block`.
const PART: &str = "a#: Block;";

/// `head`, the layer so many times, `tail`. In it `#` is its number, `@` the layer before.
fn repeated(head: &str, layer: &str, tail: &str, count: usize) -> TokenStream {
    let mut text = head.to_owned();
    for number in 1..=count {
        let before = if number == 1 { "input".to_owned() } else { format!("a{}", number - 1) };
        text.push_str(&layer.replace('#', &number.to_string()).replace('@', &before));
    }
    text.push_str(tail);
    text.parse().unwrap()
}

fn tokens(stream: TokenStream) -> usize {
    let tokens = stream.into_iter().map(|token| match token {
        TokenTree::Group(group) => 2 + tokens(group.stream()),
        _ => 1,
    });
    tokens.sum()
}

/// The tokens of an expansion without a fault.
fn expanded(input: TokenStream) -> usize {
    let output = crate::expansion(input);
    let text = output.to_string();
    assert!(!text.contains("compile_error"), "{}", &text[..text.len().min(2000)]);
    tokens(output)
}

/// Twelve layers more make the expansion longer by as much as the twelve before did.
#[track_caller]
fn assert_linear(what: &str, network: impl Fn(usize) -> TokenStream) {
    let [a, b, c] = [12, 24, 36].map(|count| expanded(network(count)));
    assert!(b > a, "{what}: {a} tokens for 12 layers, {b} for 24");
    let (first, second) = (b - a, c - b);
    assert!(100 * second <= 102 * first, "{what}: layers 13 to 24 take {first} tokens, 25 to 36 {second}");
}

/// Chains of the layers over a shape written in each way in which sizes can be.
fn chains(layers: &[&str], literal: &str, others: &[[&str; 2]]) {
    let all = [["", literal]].into_iter().chain(others.iter().copied());
    for [parameters, shape] in all {
        for layer in layers.iter().chain(&BRANCHES) {
            // Over a free axis they do not stand, or need a size.
            let fixed = ["transpose;", "reshape", "rbm", "batch_norm"].iter().any(|word| layer.contains(word));
            if fixed && shape.contains('_') {
                continue;
            }
            // What the layer gives is as wide as what it takes: the last size of vectors and sequences, the channels otherwise.
            let mut sizes = shape.trim_matches(['[', ']']).split(',').map(str::trim);
            let wide = ["rnn", "lstm", "dense", "rbm"].iter().any(|word| layer.contains(word));
            let width = if wide { sizes.next_back() } else { sizes.next() }.unwrap_or_default();
            let width = if layer.contains("gru") { "4" } else { width };
            let layer = layer.replace("(8", &format!("({width}")).replace("[8]", shape);
            let head = format!("Net{parameters}: {shape} -> {shape} {{");
            assert_linear(&format!("{layer} over {shape}"), |count| repeated(&head, &layer, "}", count));
        }
    }
}

#[test]
fn chains_over_vectors() {
    chains(&VECTORS, "[8]", &[["", "[WIDTH]"], ["<N>", "[N]"]]);
}

#[test]
fn chains_over_sequences() {
    chains(&SEQUENCES, "[5, 8]", &[["", "[STEPS, 8]"], ["<T>", "[T, 8]"], ["", "[_, 8]"]]);
}

#[test]
fn chains_over_signals() {
    chains(&SIGNALS, "[8, 16]", &[["", "[8, LENGTH]"], ["<L>", "[8, L]"], ["", "[8, _]"]]);
}

#[test]
fn chains_over_images() {
    chains(&IMAGES, "[8, 6, 6]", &[["", "[8, H, 6]"], ["<H, W>", "[8, H, W]"], ["", "[8, _, _]"]]);
}

#[test]
fn chains_of_networks_inside() {
    let inside = [
        ("[8]", "", "fc: dense(8);"),
        ("[8]", "", "norm: batch_norm;"),
        ("[WIDTH]", "", "norm: batch_norm;"),
        ("[_, 8]", "", "memory: lstm(8);"),
        ("[8, _, _]", "", "conv: conv2d(8, kernel = 3, padding = 1); norm: batch_norm;"),
        ("[N]", "<N>", "fc: dense(N); norm: batch_norm;"),
    ];
    for (shape, parameters, layers) in inside {
        let head =
            format!("Block{parameters}: {shape} -> {shape} {{ {layers} }} Net{parameters}: {shape} -> {shape} {{");
        let part = PART.replace("Block", &format!("Block{parameters}"));
        assert_linear(&format!("{part} of {layers}"), |count| repeated(&head, &part, "}", count));
    }
}

/// A path whose declaration is elsewhere, between branches and norms.
#[test]
fn chains_of_kinds_in_turn() {
    let layers = "b#: Elsewhere <- @; c#: batch_norm; a#: add <- (c#, @);";
    assert_linear(layers, |count| repeated("Net: [8] -> [8] {", layers, "}", count));
    let layers = "r#: lstm(8) <- @; a#: lstm(8, state = r#);";
    assert_linear(layers, |count| repeated("Net: [_, 8] -> [_, 8] {", layers, "}", count));
}

/// As many branches, all of which come together in one layer.
#[test]
fn layers_of_many_sources() {
    let all = |count: usize| (1..=count).map(|number| format!("a{number}")).collect::<Vec<_>>().join(", ");
    let shapes = [("", "[8]", "8"), ("", "[WIDTH]", "WIDTH"), ("<N>", "[N]", "N"), ("", "[_, 8]", "_")];
    for (parameters, shape, size) in shapes {
        for layer in ["add", "multiply", "concat"] {
            let network = |count: usize| {
                let output = match (layer, size) {
                    ("concat", "8") => format!("[{}]", 8 * count),
                    ("concat", "_") => "[_, 8]".to_owned(),
                    ("concat", size) => format!("[{count} * {size}]"),
                    _ => shape.to_owned(),
                };
                let head = format!("Net{parameters}: {shape} -> {output} {{");
                repeated(&head, "a#: tanh <- input;", &format!("all: {layer} <- ({}); }}", all(count)), count)
            };
            assert_linear(&format!("{layer} of many {shape}"), network);
        }
    }
    let ports = |count: usize| {
        let ports = |role: &str| (1..=count).map(|n| format!("{role}{n}: [8]")).collect::<Vec<_>>().join(", ");
        let head = format!("Net: ({}) -> ({}) {{", ports("x"), ports("a"));
        repeated(&head, "a#: dense(8) <- x#;", "}", count)
    };
    assert_linear("ports", ports);
}

/// What this thread has calculated for, where the system tells; else the time on the clock.
fn time() -> Duration {
    static START: OnceLock<Instant> = OnceLock::new();
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let told = told.and_then(|told| told.split(' ').next()?.parse().ok());
    told.map_or_else(|| START.get_or_init(Instant::now).elapsed(), Duration::from_nanos)
}

/// Eight times as many layers take at most 24 times as long to expand; where the time is quadratic it is 64 times.
#[test]
fn the_time_of_long_chains() {
    for layer in ["tanh;", "a#: batch_norm;", "a#: Part;", "b#: relu <- @; a#: add <- (b#, @);"] {
        let [few, many] = [40, 320].map(|count| repeated("Net: [8] -> [8] {", layer, "}", count));
        let once = |input: &TokenStream| {
            let start = time();
            drop(crate::expansion(input.clone()));
            time() - start
        };
        // Other processes make a run longer, and none shorter.
        let best = |input| (0..6).map(|_| once(input)).min().unwrap_or(Duration::MAX);
        let (few, many) = (best(&few), best(&many));
        assert!(many < 24 * few, "{layer} 40 take {few:?}, 320 take {many:?}");
    }
}
