//! The types of shapes and layers, as the generated code writes them.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::quote;

use crate::{
    layers::{
        Activation, AdaptivePool, Cell, Conv, ConvTranspose, GlobalPool, Hidden, Init, Layer, NoiseKind, Pooling, Real,
        Recurrent, Reduction, StateActivation, Visible, Weight, Window,
    },
    names::{E, LAYERS, NETWORK, RNG},
    network::{Node, Stage},
    paths,
    shape::{Dimension, Operation, Shape},
};

/// A dimension's type: `Const<28>`, which reads in decimals in every message.
pub(super) fn dimension(dimension: &Dimension) -> TokenStream {
    let root = paths::plumbline();
    match dimension {
        Dimension::Literal(_) => {
            let size = dimension.tokens();
            let size = literal(&size);
            quote!(#root::Const<#size>)
        }
        Dimension::Constant(tokens) => quote!(#root::Const<{ #tokens }>),
        Dimension::Parameter(formula) => formula.kind(),
        Dimension::Free => quote!(#root::Free),
    }
}

/// A number without its type's suffix, as a person writes it.
fn literal(tokens: &TokenStream) -> TokenStream {
    let text = tokens.to_string();
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or_else(|_| tokens.clone())
}

/// A size as an expression of type `usize`.
pub(super) fn size(dimension: &Dimension) -> TokenStream {
    literal_or(dimension)
}

fn literal_or(dimension: &Dimension) -> TokenStream {
    let tokens = dimension.tokens();
    if dimension.literal().is_some() { literal(&tokens) } else { tokens }
}

/// A shape's type: a tuple of dimensions.
pub(super) fn shape(shape: &Shape) -> TokenStream {
    let dimensions = shape.iter().map(dimension);
    quote!((#(#dimensions,)*))
}

/// What only the running program knows of a shape, as an expression; `None` where that is nothing.
pub(super) fn extent(shape: &Shape) -> Option<TokenStream> {
    let sizes = shape.iter().map(|dimension| if dimension.is_free() { size(dimension) } else { quote!(()) });
    shape.iter().any(Dimension::is_free).then(|| quote!((#(#sizes,)*)))
}

/// A shape as an array of sizes.
pub(super) fn sizes(shape: &Shape) -> TokenStream {
    let sizes = shape.iter().map(size);
    quote!([#(#sizes),*])
}

/// The number of elements.
pub(super) fn length(shape: &Shape) -> Dimension {
    // The check rejects shapes whose product is too large.
    let beyond = || Dimension::Constant(paths::checked("TOO_LARGE", Span::call_site()));
    Operation::Product.of(shape).unwrap_or_else(beyond)
}

/// The shape of a value as an image: `[c, l]` is one of height 1, and `[c]` of one pixel.
pub(super) fn image(shape: &Shape) -> Shape {
    let ones = vec![Dimension::Literal(1); 3_usize.saturating_sub(shape.len())];
    let (channels, extents) = shape.split_at(1);
    [channels.to_vec(), ones, extents.to_vec()].concat()
}

/// A layer of the runtime that leads an editor from the user's `kind` to its documentation.
fn named(name: &str, kind: &Ident) -> TokenStream {
    let root = paths::plumbline();
    let name = Ident::new(name, kind.span());
    quote!(#root::layers::#name)
}

/// An energy-based model of the runtime, likewise.
fn model(name: &str, kind: &Ident) -> TokenStream {
    let root = paths::plumbline();
    let name = Ident::new(name, kind.span());
    quote!(#root::energy::#name)
}

/// The type of a unit of so many levels.
fn softmax(levels: &Dimension) -> TokenStream {
    let size = size(levels);
    let levels = if levels.literal().is_some() { size } else { quote!({ #size }) };
    quote!(Softmax<#levels>)
}

/// The types of a visible and a hidden unit.
fn units(visible: &Visible, hidden: &Hidden) -> [TokenStream; 2] {
    let root = paths::plumbline();
    let visible = match visible {
        Visible::Bernoulli => quote!(Bernoulli),
        Visible::Gaussian => quote!(Gaussian),
        Visible::GaussianVariance => quote!(GaussianVariance),
        Visible::Softmax(levels) => softmax(levels),
    };
    let hidden = match hidden {
        Hidden::Bernoulli => quote!(Bernoulli),
        Hidden::Relu => quote!(Relu),
        Hidden::Gaussian => quote!(Gaussian),
        Hidden::Softmax(levels) => softmax(levels),
    };
    [visible, hidden].map(|unit| quote!(#root::energy::units::#unit))
}

fn window_type(window: &Window) -> TokenStream {
    let root = paths::plumbline();
    let pairs = [(&window.kernel, 1), (&window.stride, 1), (&window.before, 0), (&window.dilation, 1)];
    let sizes = pairs.into_iter().flat_map(|(sizes, absent)| {
        // A window of one axis is one row high.
        let vertical = (sizes.len() == 1).then_some(Dimension::Literal(absent));
        vertical.into_iter().chain(sizes.iter().cloned())
    });
    let sizes: Vec<Dimension> = sizes.collect();
    // Arithmetic on a dimension parameter is a type, and no constant.
    let formula = |size: &Dimension| matches!(size, Dimension::Parameter(formula) if formula.name().is_none());
    if sizes.iter().any(formula) {
        let pairs = sizes.chunks(2).map(|pair| shape(&pair.to_vec()));
        return quote!(#root::layers::WindowOf<#(#pairs),*>);
    }
    let sizes = sizes.iter().map(|dimension| {
        let tokens = size(dimension);
        if dimension.literal().is_some() { tokens } else { quote!({ #tokens }) }
    });
    quote!(#root::layers::Window<#(#sizes),*>)
}

/// The type of a layer that a network holds in a field; `None` for those that are a call alone.
pub(super) fn field(stage: &Stage) -> Option<TokenStream> {
    let (inputs, output) = (&stage.inputs[0], &stage.output);
    let over_images = stage.layer.is_over_images();
    let [x, y] = [inputs, output].map(|value| shape(&if over_images { image(value) } else { value.clone() }));
    let last = |shape: &Shape| dimension(&shape[shape.len() - 1]);
    Some(match &stage.layer {
        Layer::Part(part) => {
            let path = part.field();
            quote!(#path)
        }
        Layer::Dense(dense) => {
            let name = if matches!(dense.weight, Weight::Own(_)) { "Dense" } else { "TiedDense" };
            let (name, i, o) = (named(name, &stage.kind), last(inputs), last(output));
            quote!(#name<#i, #o, #E>)
        }
        Layer::Conv(Conv { window, groups, .. }) | Layer::ConvTranspose(ConvTranspose { window, groups, .. }) => {
            let name = named(&over_images_type(stage), &stage.kind);
            let (window, groups) = (window_type(window), dimension(groups));
            let root = paths::plumbline();
            let window = match &stage.layer {
                Layer::Conv(conv) if conv.flip => quote!(#root::layers::Flipped<#window>),
                _ => window,
            };
            quote!(#name<#x, #y, #window, #groups, #E>)
        }
        Layer::Perceptron(_) => {
            let (name, i) = (named("Perceptron", &stage.kind), last(inputs));
            quote!(#name<#i, #E>)
        }
        Layer::Pool(pool) => {
            let (name, window) = (named(&over_images_type(stage), &stage.kind), window_type(&pool.window));
            quote!(#name<#x, #y, #window>)
        }
        Layer::AdaptivePool(_) | Layer::GlobalPool(_) => {
            let name = named(&over_images_type(stage), &stage.kind);
            quote!(#name<#x, #y>)
        }
        Layer::BatchNorm(_) => {
            let (name, channels) = (named("BatchNorm", &stage.kind), dimension(&inputs[0]));
            quote!(#name<#channels, #E>)
        }
        Layer::Embedding(embedding) => {
            let name = named("Embedding", &stage.kind);
            let (vocabulary, outputs) = (dimension(&embedding.vocabulary), dimension(&embedding.outputs));
            quote!(#name<#vocabulary, #outputs, #E>)
        }
        Layer::LayerNorm(_) => {
            let (name, n) = (named("LayerNorm", &stage.kind), last(inputs));
            quote!(#name<#n, #E>)
        }
        Layer::Boltzmann(machine) => {
            let (name, i, n) = (model("Boltzmann", &stage.kind), last(inputs), dimension(&machine.units));
            quote!(#name<#i, #n, #E>)
        }
        Layer::Hopfield(net) => {
            let (root, name, i) = (paths::plumbline(), model("Hopfield", &stage.kind), last(inputs));
            let update = if net.synchronous { quote!(Synchronous) } else { quote!(Asynchronous) };
            quote!(#name<#i, #root::energy::update::#update, #E>)
        }
        Layer::Rbm(rbm) => {
            let (name, i, n) = (model("Rbm", &stage.kind), dimension(&inputs[0]), dimension(&rbm.units));
            let [visible, hidden] = units(&rbm.visible, &rbm.hidden);
            quote!(#name<#i, #n, #visible, #hidden, #E>)
        }
        Layer::Recurrent(layer) => {
            let (name, cell) = (named("Recurrent", &stage.kind), named(cell_type(&layer.cell), &stage.kind));
            let (i, n) = (last(inputs), dimension(&layer.units));
            let (layers, directions) = (count(layer.layers), count(layer.directions()));
            quote!(#name<#cell, #i, #n, #layers, #directions, #E>)
        }
        Layer::Transpose(_) => named("Transpose", &stage.kind),
        Layer::Noise(noise) => named(noise_type(noise.kind).0, &stage.kind),
        _ => return None,
    })
}

/// The marker of a cell in the type of its layer.
fn cell_type(cell: &Cell) -> &'static str {
    match cell {
        Cell::Rnn { activation } => match activation {
            StateActivation::Tanh => "Rnn",
            StateActivation::Relu => "ReluRnn",
            StateActivation::Sigmoid => "SigmoidRnn",
            StateActivation::Identity => "IdentityRnn",
        },
        Cell::Lstm { peephole: false, .. } => "Lstm",
        Cell::Lstm { peephole: true, .. } => "PeepholeLstm",
        Cell::Gru => "Gru",
    }
}

/// The numbers of a layer's last state, and of the one it starts from: that of another layer has a mark behind it.
pub(super) fn state_widths(layer: &Recurrent) -> [Dimension; 2] {
    let states = if matches!(layer.cell, Cell::Lstm { .. }) { 2 } else { 1 };
    let count = Dimension::Literal((layer.layers * layer.directions() * states) as u64);
    let state = length(&vec![count, layer.units.clone()]);
    let mark = Dimension::Literal(u64::from(layer.state.is_some()));
    let start = Operation::Sum.of(&[state.clone(), mark]).unwrap_or(state.clone());
    [state, start]
}

/// The type of a layer that is random in training, and its field.
fn noise_type(kind: NoiseKind) -> (&'static str, &'static str) {
    match kind {
        NoiseKind::Dropout => ("Dropout", "p"),
        NoiseKind::Gaussian => ("GaussianNoise", "sd"),
        NoiseKind::Masking => ("MaskingNoise", "p"),
        NoiseKind::SaltAndPepper => ("SaltAndPepper", "p"),
    }
}

/// The type of a layer over signals or images.
fn over_images_type(stage: &Stage) -> String {
    let name = match &stage.layer {
        Layer::Conv(_) => "Conv",
        Layer::ConvTranspose(_) => "ConvTranspose",
        Layer::Pool(pool) => match pool.reduction {
            Reduction::Plain(Pooling::Max) => "MaxPool",
            Reduction::Plain(Pooling::Avg) => "AvgPool",
            Reduction::Norm(_) => "LpPool",
            Reduction::Weighted(_) => "WeightedAvgPool",
        },
        Layer::AdaptivePool(AdaptivePool { pooling: Pooling::Max, .. })
        | Layer::GlobalPool(GlobalPool { pooling: Pooling::Max }) => "AdaptiveMaxPool",
        _ => "AdaptiveAvgPool",
    };
    format!("{name}{}d", stage.inputs[0].len() - 1)
}

/// The stage of a node that its field holds.
pub(super) fn held(node: &Node) -> Option<(&Ident, &Stage)> {
    let name = node.name.as_ref()?;
    let stage = node.trained().or_else(|| node.stages.iter().find(|stage| field(stage).is_some()))?;
    Some((name, stage))
}

/// A fresh layer, as an expression that draws from `rng`.
pub(super) fn fresh(stage: &Stage) -> TokenStream {
    match &stage.layer {
        Layer::Part(part) => {
            let path = part.with_element();
            quote!(<#path as #NETWORK::Network>::initialized(#NETWORK::seed(#RNG)))
        }
        Layer::Dense(dense) => {
            let bias = dense.bias;
            match &dense.weight {
                Weight::Own(init) => {
                    let init = self::init(init);
                    quote!(#LAYERS::Dense::new(#init, #bias, #RNG))
                }
                Weight::Tied(_) => quote!(#LAYERS::TiedDense::new(#bias)),
            }
        }
        Layer::Conv(Conv { bias, init, .. }) | Layer::ConvTranspose(ConvTranspose { bias, init, .. }) => {
            let (name, init) = (Ident::new(&over_images_type(stage), Span::call_site()), self::init(init));
            quote!(#LAYERS::#name::new(#init, #bias, #RNG))
        }
        Layer::Perceptron(_) => quote!(#LAYERS::Perceptron::new(#LAYERS::Init::XavierUniform, #RNG)),
        Layer::Noise(noise) => {
            let (name, field) = noise_type(noise.kind);
            let (name, field) = (Ident::new(name, Span::call_site()), Ident::new(field, Span::call_site()));
            let amount = real(&noise.amount);
            quote!(#LAYERS::#name { #field: #amount })
        }
        Layer::BatchNorm(norm) => {
            let (momentum, epsilon) = (real(&norm.momentum), real(&norm.epsilon));
            quote!(#LAYERS::BatchNorm::new(#momentum, #epsilon))
        }
        Layer::Embedding(embedding) => {
            let init = init(&embedding.init);
            quote!(#LAYERS::Embedding::new(#init, #RNG))
        }
        Layer::LayerNorm(norm) => {
            let epsilon = real(&norm.epsilon);
            quote!(#LAYERS::LayerNorm::new(#epsilon))
        }
        Layer::Boltzmann(machine) => {
            let (root, init) = (paths::plumbline(), init(&machine.init));
            quote!(#root::energy::Boltzmann::new(#init, #RNG))
        }
        Layer::Hopfield(_) => {
            let root = paths::plumbline();
            quote!(#root::energy::Hopfield::zeros())
        }
        Layer::Rbm(rbm) => {
            let (root, init) = (paths::plumbline(), init(&rbm.init));
            quote!(#root::energy::Rbm::new(#init, #RNG))
        }
        Layer::Recurrent(layer) => {
            let init = init(&layer.init);
            let bias = match &layer.cell {
                Cell::Lstm { forget_bias, .. } => {
                    let bias = real(forget_bias);
                    Some(quote!(.with_forget_bias(#bias)))
                }
                _ => None,
            };
            quote!(#LAYERS::Recurrent::new(#init, #RNG) #bias)
        }
        Layer::Transpose(_) => quote!(#LAYERS::Transpose::new()),
        Layer::Pool(_) | Layer::AdaptivePool(_) | Layer::GlobalPool(_) => {
            let (name, argument) = (Ident::new(&over_images_type(stage), Span::call_site()), argument(stage));
            quote!(#LAYERS::#name::new(#argument))
        }
        _ => quote!(()),
    }
}

/// What `new` of a layer without parameters takes.
pub(super) fn argument(stage: &Stage) -> Option<TokenStream> {
    let Layer::Pool(pool) = &stage.layer else { return None };
    match &pool.reduction {
        Reduction::Plain(_) => None,
        Reduction::Norm(p) => Some(real(p)),
        Reduction::Weighted(None) => Some(quote!(::core::option::Option::None)),
        Reduction::Weighted(Some(sigma)) => {
            let sigma = real(sigma);
            Some(quote!(::core::option::Option::Some(#sigma)))
        }
    }
}

/// A real option as an expression of type `f64`.
pub(super) fn real(real: &Real) -> TokenStream {
    let tokens = &real.tokens;
    quote!(#tokens)
}

fn init(init: &Init) -> TokenStream {
    match init {
        Init::HeNormal => quote!(#LAYERS::Init::HeNormal),
        Init::HeUniform => quote!(#LAYERS::Init::HeUniform),
        Init::XavierNormal => quote!(#LAYERS::Init::XavierNormal),
        Init::XavierUniform => quote!(#LAYERS::Init::XavierUniform),
        Init::LecunNormal => quote!(#LAYERS::Init::LecunNormal),
        Init::Orthogonal => quote!(#LAYERS::Init::Orthogonal),
        Init::Identity => quote!(#LAYERS::Init::Identity),
        Init::Zeros => quote!(#LAYERS::Init::Zeros),
        Init::Normal(sd) => {
            let sd = real(sd);
            quote!(#LAYERS::Init::Normal(#sd))
        }
        Init::Uniform(a) => {
            let a = real(a);
            quote!(#LAYERS::Init::Uniform(#a))
        }
    }
}

/// An activation of the runtime, spanned at the user's word for it.
pub(super) fn activation(activation: &Activation, kind: &Ident) -> TokenStream {
    let (name, argument) = match activation {
        Activation::Relu => ("Relu", None),
        Activation::LeakyRelu(a) => ("LeakyRelu", Some(a)),
        Activation::Elu(a) => ("Elu", Some(a)),
        Activation::Selu => ("Selu", None),
        Activation::Gelu => ("Gelu", None),
        Activation::Silu => ("Silu", None),
        Activation::Sigmoid => ("Sigmoid", None),
        Activation::Tanh => ("Tanh", None),
        Activation::Softplus => ("Softplus", None),
        Activation::Softmax => ("Softmax", None),
        Activation::LogSoftmax => ("LogSoftmax", None),
        Activation::Sign => ("Sign", None),
        Activation::Identity => ("Identity", None),
    };
    let name = Ident::new(name, kind.span());
    let argument = argument.map(|a| {
        let a = real(a);
        quote!((#a))
    });
    quote!(#LAYERS::#name #argument)
}

/// A count as a person writes it.
pub(super) fn count(count: usize) -> Literal {
    Literal::usize_unsuffixed(count)
}

/// The largest of several sizes.
pub(super) fn widest(widths: &[Dimension]) -> TokenStream {
    match widths.iter().map(Dimension::literal).collect::<Option<Vec<_>>>() {
        Some(literals) => size(&Dimension::Literal(literals.into_iter().max().unwrap_or(0))),
        None => {
            let sizes = widths.iter().map(size);
            quote!(#NETWORK::widest(&[#(#sizes),*]))
        }
    }
}
