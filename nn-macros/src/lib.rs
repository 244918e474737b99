//! The `network!` macro of plumbline.
//!
//! The way of a network: tokens → `syntax`, what the user wrote → `check` with `layers`, which ask through `context` → `network`,
//! a graph without a fault → `program`, instructions → `emit`, Rust. Each stage knows only the one before, and nothing but `report` words a message.

mod check;
mod context;
mod emit;
mod layers;
mod map;
mod names;
mod network;
mod paths;
mod program;
#[cfg(test)]
mod random_networks;
#[cfg(test)]
mod random_sizes;
mod report;
mod shape;
#[cfg(test)]
mod snapshots;
mod syntax;
#[cfg(test)]
mod tests;

use check::Outcome;
use proc_macro2::TokenStream;
use quote::quote;

/// Declares neural networks whose shapes are checked when the program is compiled.
///
/// This is the short form. The reference, `plumbline::language` and `docs/language` in the repository, has the grammar, the shape rule of
/// every layer with its options and an example, and what is generated.
///
/// # Grammar
///
/// ```text
/// network   = attribute* visibility? Name parameters? ":" ports "->" ports "{" node* "}"
/// parameters = "<" Name ("," Name)* ">"
/// ports     = shape | "(" name ":" shape ("," name ":" shape)* ")"
/// shape     = "[" dimension ("," dimension)* "]"              one to three; the batch axis is not written
/// dimension = "_" | a constant expression                     `_` is free; `28`, `HIDDEN`, `2 * HIDDEN + 1`
/// node      = attribute* (name ":")? stage ("," stage)* source? ("->" shape)? ";"
/// stage     = layer | layer "(" arguments ")" | Path
/// source    = "<-" name | "<-" "(" name ("," name)* ")"
/// arguments = (expression ("," expression)*)? ("," option "=" expression)*
/// ```
///
/// One invocation may hold several networks.
///
/// # Meaning
///
/// A node takes the node above it, the first one the network's input; `<-` names another source, or several for `add`,
/// `multiply`, `concat`, `sample` and `gaussian_kl`. `input` is the input of a network with one. A shape after `->` is held against what the node
/// gives. The network gives its last node, or the nodes that its header names; `Losses` trains several outputs, and methods have an
/// argument for each port. A node with parameters has a name: it is the field's, and
/// the parameters' in saved files. Attributes and docs on a node go to its field, those on the network to its struct.
///
/// # Layers
///
/// | layer | takes → gives | options (default) |
/// |---|---|---|
/// | `dense(n)` | `[i]` → `[n]`, `[t, i]` → `[t, n]` | `bias` (true), `init`, `each_step` (false), `tied = name` |
/// | `embedding(vocabulary, n)` | `[t]` of indices, an input → `[t, n]`, a row of the weight for each | `init` (`normal(1.0)`) |
/// | `rnn(n)` | `[t, i]` → `[t, n]`, or `[t, 2n]` where it is bidirectional | `layers` (1), `bidirectional` (false), `activation` (`tanh`; any elementwise one), `init` of `weight_hh` (`orthogonal`), `state = name` |
/// | `lstm(n)` | the same | `layers` (1), `bidirectional` (false), `peephole` (false), `forget_bias` (1.0), `state = name` |
/// | `gru(n)` | the same | `layers` (1), `bidirectional` (false), `state = name` |
/// | `last` | `[t, n]` → `[n]`, the step at each sequence's length | |
/// | `repeat(t)` | `[n]` → `[t, n]` | |
/// | `conv1d(c)` | `[k, l]` → `[c, l']` | `kernel`, `stride` (1), `padding` (0 or `same`), `dilation` (1), `groups` (1), `bias` (true), `flip` (false), `init` |
/// | `conv2d(c)` | `[k, h, w]` → `[c, h', w']` | `kernel`, `stride` (1), `padding` (0 or `same`), `dilation` (1), `groups` (1), `bias` (true), `flip` (false), `init` |
/// | `conv_transpose1d(c)` | `[k, l]` → `[c, l']`, l' = (l − 1)·stride − 2·padding + kernel + output padding | `kernel`, `stride` (1), `padding` (0), `output_padding` (0), `groups` (1), `bias` (true), `init` |
/// | `conv_transpose2d(c)` | `[k, h, w]` → `[c, h', w']`, h' = (h − 1)·stride − 2·padding + kernel + output padding | `kernel`, `stride` (1), `padding` (0), `output_padding` (0), `groups` (1), `bias` (true), `init` |
/// | `max_pool1d(k)`, `avg_pool1d(k)` | `[c, l]` → `[c, l']` | `stride` (k), `padding` (0 or `same`) |
/// | `max_pool2d(k)`, `avg_pool2d(k)` | `[c, h, w]` → `[c, h', w']` | `stride` (k), `padding` (0 or `same`) |
/// | `lp_pool1d(k)`, `lp_pool2d(k)` | as the pools above: (Σ \|x\|ᵖ)^(1/p) of each window | `p` (2), `stride` (k), `padding` (0 or `same`) |
/// | `weighted_avg_pool1d(k)`, `weighted_avg_pool2d(k)` | as the pools above: means with weights that fall as exp(−d² / 2σ²) with the distance d from the window's centre | `sigma` (a quarter of k), `stride` (k), `padding` (0 or `same`) |
/// | `adaptive_max_pool1d(l)`, `adaptive_avg_pool1d(l)` | `[c, _]` → `[c, l]`, by bins that may overlap | |
/// | `adaptive_max_pool2d([h, w])`, `adaptive_avg_pool2d([h, w])` | `[c, _, _]` → `[c, h, w]`, by bins that may overlap | |
/// | `global_max_pool`, `global_avg_pool` | `[c, l]` or `[c, h, w]` → `[c]` | |
/// | `batch_norm` | `[c]`, `[c, l]` or `[c, h, w]`: the same shape; by the batch in training, by running statistics in inference | `momentum` (0.1), `epsilon` (1e-5) |
/// | `layer_norm` | `[n]` or `[t, n]`: the same shape; for an image, after `flatten` | `epsilon` (1e-5) |
/// | `flatten`, `reshape([..])` | the same number of elements | |
/// | `transpose` | `[a, b]` → `[b, a]` | |
/// | `add`, `multiply` | two or more equal shapes → that shape | |
/// | `concat` | shapes that are equal but for one axis | `axis` (0) |
/// | `sample` | a mean and a log-variance of equal shape → that shape: a normal draw in training, the mean in inference | |
/// | `gaussian_kl` | a mean and a log-variance of equal shape → `[1]`: the divergence from the standard normal distribution | |
/// | `contractive_penalty` | what a dense layer gives → `[1]`: the squared norm of its Jacobian | |
/// | `dropout(p)`, `gaussian_noise(sd)`, `masking_noise(p)`, `salt_and_pepper(p)` | the same shape; active in training only | |
/// | `perceptron` | `[i]` → `[1]` | |
/// | `rbm(n)` | `[i]` → `[n]`, with softmax units `[items, k]` → `[n]` or `[i]` → `[n, k]`: the means of the hidden units given the visible | `visible` (`bernoulli`, `gaussian`, `gaussian(variance = learned)` or `softmax(k)`), `hidden` (`bernoulli`, `relu`, `gaussian` or `softmax(k)`), `init` of `weight` (`normal(0.01)`) |
/// | `boltzmann(n)` | `[i]` → `[n]`: the mean-field means of the hidden units given the visible | `init` (`normal(0.01)`) |
/// | `hopfield` | `[i]` → `[i]`: the state of −1 and 1 that recall ends in | `update` (`asynchronous` or `synchronous`) |
/// | `map(\|x\| expression)` | the same shape, elementwise | |
/// | `relu`, `leaky_relu(a)`, `elu(a)`, `selu`, `gelu`, `silu`, `sigmoid`, `tanh`, `softplus`, `softmax`, `log_softmax`, `sign`, `identity` | the same shape | |
///
/// Sizes of layers over images (`…2d`) are a number or `[vertical, horizontal]`, those of layers over signals (`…1d`) a number.
/// `init` is `he_normal`, `he_uniform`,
/// `xavier_normal`, `xavier_uniform`, `lecun_normal`, `orthogonal`, `identity`, `zeros`, `normal(sd)` or `uniform(a)`; the default is
/// `he_normal` before `relu` and its kin, `xavier_uniform` otherwise.
///
/// # Parts
///
/// A path as a stage is another network with one input and one output, `encoder: Encoder;`, or a layer of your own: a type that implements
/// `plumbline::Layer`. Its parameters come after its name in files: `encoder.hidden.weight`. Where it is declared in another invocation, only
/// the compiler knows what it gives: the network's declared output where it comes last, else a vector, or what the node states:
/// `block: blocks::Block -> [16, 14, 14];`. A network cannot contain itself.
///
/// # Networks generic over dimensions
///
/// `Residual<C, H, W>: [C, H, W] -> [C, H, W] { … }` declares a network for any sizes; `Residual<16, 28, 28>` is one of them, as a type
/// and as a part. Sizes are sums, differences, products and quotients of parameters and numbers: `2 * C`, `H / 2`, rounded down. No bounds are
/// written. What holds or fails whatever the sizes are is settled where the network is declared; the rest is an error of the compiler
/// where it is used with sizes that do not fit: in `cargo check` as a part of a network without parameters, and when the program is built
/// elsewhere.
///
/// # Free dimensions
///
/// `_` in an input's shape is a size that only the running program knows: `pub Filter: [3, _, _] -> [8, _, _]`. It goes through convolution, pooling
/// and all layers whose parameters do not depend on it, and adaptive and global pools make it fixed. Batches have one size at a time. `forward` and its
/// like return a `Result`: the sizes are checked where a batch enters, by the rules that the macro and the compiler check elsewhere, and an error says
/// which layer cannot take which size. What is known without the sizes is an error of the macro, as everywhere.
///
/// `embedding` reads an input whose numbers are indices. They are looked through where a batch enters, too, so that `forward` and its like return a
/// `Result` there as well; and where branches make different lengths of a sequence and come together again.
///
/// # Sequences
///
/// Recurrent layers take `[t, i]`, where `t` may be `_`. A batch may carry the length of each of its sequences, `Batch::padded`; what lies behind is padding,
/// which no layer with memory reads. `state = name` starts a layer from the last state of another of its kind and size above, an encoder's.
/// `net.state(samples)` is a state of the program's own, from which `net.forward_from` goes on batch by batch.
///
/// # Functions of your own
///
/// `map(|x| expression)` applies a function to each element. The expression consists of
///
/// * `x`, numbers, and constants of type `f64`, by name or path: `0.5`, `2`, `SCALE`, `std::f64::consts::PI`; one of
///   another type is converted: `WIDTH as f64`;
/// * `+ - * /`, unary minus and parentheses;
/// * `powi` with a whole literal, `powf`, `exp`, `exp_m1`, `ln`, `ln_1p`, `sqrt`, `sin`, `cos`, `tanh`, `sigmoid`, `softplus`, `mish`,
///   `relu`, `abs`, `min` and `max`, as methods or as functions: `x.exp()`, `exp(x)`;
/// * `if a < b { … } else { … }` with any one comparison, and blocks with `let a = …;`.
///
/// Numbers and constants are rounded to the network's type of element. The derivative is found when the macro expands, and
/// what occurs several times is computed once. Where there is none, relu′(0) = 0 and abs′(0) = 0, `min` and `max` of equal
/// operands take half of each one's, and `if` has the derivative of the branch that it takes. What would overflow or cancel on the way
/// to a finite value is computed in a form that does not: `(1.0 + x.exp()).ln()` as `softplus`, `(x * x).sqrt()` as `abs`.
///
/// ```text
/// mish:  map(|x| x * (1.0 + x.exp()).ln().tanh());
/// snake: map(|x| { let s = (A * x).sin(); x + s * s / A });
/// ```
///
/// # Errors
///
/// Every fault of every network is reported at once: sizes that are literals by the macro, named constants by the
/// compiler's constant evaluation. Both appear in `cargo check`. The page `plumbline::errors`, which is `docs/errors` in the
/// repository, shows every one of them with its cure.
#[proc_macro]
pub fn network(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    expansion(input.into()).into()
}

fn expansion(input: TokenStream) -> TokenStream {
    let input = names::normal(input);
    names::begin(&input);
    let (written, strays) = syntax::parse(input);
    let mut tokens = strays.finish().err().unwrap_or_default().found;
    let outcomes = check::check(written);
    let parts = program::Parts::new(outcomes.iter().filter_map(|outcome| match outcome {
        Outcome::Checked(network) => Some(&**network),
        Outcome::Faulty(..) => None,
    }));
    for outcome in outcomes {
        tokens.extend(match outcome {
            Outcome::Checked(network) => emit::emit(&network, &parts),
            Outcome::Faulty(recovered, errors) => {
                let stub = recovered.map(|recovered| emit::emit_stub(&recovered));
                let found = errors.found;
                quote!(#found #stub)
            }
        });
    }
    tokens
}
