//! One file a layer: its options, its shape rule, its parameters. A new layer is a file here and a row in the list below.

mod arguments;
mod call;
mod facts;
mod init;
mod lengths;
mod meant;
mod reach;
mod real;
mod runtime;
mod state;
mod stub;
mod window;

use std::borrow::Cow;

use crate::context::{Scope, Site, Value};
use crate::report::Reported;
use crate::shape::Shape;

pub(crate) use arguments::Arguments;
pub(crate) use call::{Backward, Call, Calls, Encoder, Gradient, Penalty, Write};
pub(crate) use contractive::encodes;
#[cfg(test)]
pub(crate) use dense::Weight;
pub(crate) use facts::{
    Facts, Layout, Model, OutputKind, Placement, Product, Saves, States, WeightGradient, Weights, Work,
};
pub(crate) use init::Init;
pub(crate) use lengths::{Change, Lengths, time_axis};
pub(crate) use meant::meant;
pub(crate) use reach::Reach;
pub(crate) use real::Real;
#[cfg(test)]
pub(crate) use recurrent::Cell;
pub(crate) use runtime::Runtime;
pub(crate) use state::lost_referent;
pub(crate) use stub::{Stub, Surroundings};
pub(crate) use window::Window;

/// The list of layers: the file, and the type in it.
macro_rules! rows {
    ($($file:ident $layer:ident),* $(,)?) => {
        $(mod $file; pub(crate) use $file::$layer;)*

        /// A layer with its options resolved.
        #[derive(Clone, Debug)]
        pub(crate) enum Layer {
            $($layer($layer),)*
        }

        impl Layer {
            /// What the layer gives for what it takes. Faults are noted in the scope.
            pub(crate) fn output(&self, site: &Site, inputs: &[Value], scope: &mut Scope) -> Result<Shape, Reported> {
                match self {
                    $(Self::$layer(layer) => layer.output(site, inputs, scope),)*
                }
            }

            /// Writes sizes that must be equal as one size. Where the compiler finds that they are not, what is
            /// generated is still of one piece, and the failed check is the only error.
            pub(crate) fn unify(&self, inputs: &mut [Shape], output: &mut Shape) {
                match self {
                    $(Self::$layer(layer) => layer.unify(inputs, output),)*
                }
            }

            /// The floating-point operations of a sample: multiplications, additions, comparisons, and one for each value of an activation.
            pub(crate) fn operations(&self, of: &Placement) -> Vec<Product> {
                match self {
                    $(Self::$layer(layer) => layer.operations(of),)*
                }
            }

            /// What a program asks of the layer.
            pub(crate) fn facts(&self) -> Facts<'_> {
                match self {
                    $(Self::$layer(layer) => layer.facts(),)*
                }
            }

            /// What becomes of the lengths of sequences along an axis of what it takes first of those that are sequences.
            pub(crate) fn lengths(&self, axis: usize, inputs: &Shape, output: &Shape) -> Lengths {
                match self {
                    $(Self::$layer(layer) => layer.lengths(axis, inputs, output),)*
                }
            }

            /// What one element of what the layer gives depends on along an axis of what it takes.
            pub(crate) fn reach(&self, axis: usize, inputs: &Shape, output: &Shape) -> Reach {
                match self {
                    $(Self::$layer(layer) => layer.reach(axis, inputs, output),)*
                }
            }
        }

        /// Every name that a layer or an activation has.
        static ROWS: &[&[Row]] = &[$($layer::ROWS),*];
    };
}

rows! {
    activation Activation,
    adaptive_pool AdaptivePool,
    add Add,
    batch_norm BatchNorm,
    boltzmann Boltzmann,
    concat Concat,
    contractive Contractive,
    conv Conv,
    conv_transpose ConvTranspose,
    dense Dense,
    embedding Embedding,
    flatten Flatten,
    gaussian_kl GaussianKl,
    global_pool GlobalPool,
    hopfield Hopfield,
    last Last,
    layer_norm LayerNorm,
    map Map,
    multiply Multiply,
    noise Noise,
    part Part,
    perceptron Perceptron,
    pool Pool,
    rbm Rbm,
    recurrent Recurrent,
    repeat Repeat,
    reshape Reshape,
    sample Sample,
    transpose Transpose,
}

/// A name that the user may write.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    /// How it is written, as an example.
    pub(crate) call: &'static str,
    /// How many arguments without a name it takes, at least and at most.
    pub(crate) arguments: [usize; 2],
    /// What the argument without a name is, where there is one.
    pub(crate) argument: &'static str,
    pub(crate) options: &'static [&'static str],
    /// The axes that it moves along, for a layer over signals (1) or images (2).
    pub(crate) axes: usize,
    /// The layer of the same kind over the other of the two.
    pub(crate) counterpart: Option<&'static str>,
    pub(crate) sources: Sources,
    /// What stands in for one with a fault, where the layer has parameters and so must have a name.
    pub(crate) stub: Option<Stub>,
    /// Whether it has a gradient.
    pub(crate) gradient: bool,
    /// Whether it is an activation that lets half of its input through or less, before which He's rule keeps the variance.
    pub(crate) rectifies: bool,
    /// Whether it reads indices.
    pub(crate) indices: bool,
    pub(crate) read: fn(&mut Arguments) -> Result<Layer, Reported>,
}

/// How many sources a layer takes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Sources {
    One,
    /// Two, each with a part of its own to play, which is called so.
    Two([&'static str; 2]),
    /// Two or more.
    Several,
}

impl Row {
    /// A layer with one source and a gradient, without arguments, options or parameters.
    const PLAIN: Self = Self {
        name: "",
        call: "",
        arguments: [0, 0],
        argument: "",
        options: &[],
        axes: 0,
        counterpart: None,
        sources: Sources::One,
        stub: None,
        gradient: true,
        rectifies: false,
        indices: false,
        read: |arguments| Err(arguments.scope.elsewhere()),
    };

    /// Whether it has parameters and so must have a name.
    pub(crate) fn is_trained(&self) -> bool {
        self.stub.is_some()
    }
}

/// What each layer's file defines.
trait Rule: Sized {
    /// Its names; more than one for variants of one rule.
    const ROWS: &'static [Row];

    /// What it gives for what it takes.
    fn output(&self, site: &Site, inputs: &[Value], scope: &mut Scope) -> Result<Shape, Reported>;

    /// What becomes of the lengths of sequences whose steps lie along `axis` of what it takes. Every layer answers: one that is silent would
    /// let padding into the numbers of whoever comes behind it.
    fn lengths(&self, axis: usize, inputs: &Shape, output: &Shape) -> Lengths;

    /// What one element of what it gives depends on along `axis` of each value that it takes. Every layer answers, too.
    fn reach(&self, axis: usize, inputs: &Shape, output: &Shape) -> Reach;

    /// Writes sizes that its rule asks to be equal as one size.
    fn unify(&self, _takes: &mut [Shape], _gives: &mut Shape) {}

    /// The products whose sum is the number of its operations for a sample.
    fn operations(&self, of: &Placement) -> Vec<Product>;

    /// What a program asks of it.
    fn facts(&self) -> Facts<'_>;
}

/// A tensor that a layer learns.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Parameter {
    /// PyTorch's name for it: `weight`, `weight_hh_l1_reverse`.
    pub(crate) name: Cow<'static, str>,
    /// In PyTorch's order of axes; up to four.
    pub(crate) shape: Shape,
}

impl Layer {
    /// The layer's parameters, given the shapes it takes.
    pub(crate) fn parameters(&self, inputs: &[Shape]) -> Vec<Parameter> {
        self.facts().model.map(|model| model.parameters(inputs)).unwrap_or_default()
    }

    /// The network, or the layer of the user's own, that it is.
    pub(crate) fn submodule(&self) -> Option<&Part> {
        match self {
            Self::Part(part) => Some(part),
            _ => None,
        }
    }
}

impl From<Part> for Layer {
    fn from(part: Part) -> Self {
        Self::Part(part)
    }
}

/// The row of a name.
pub(crate) fn find(name: &str) -> Option<&'static Row> {
    ROWS.iter().copied().flatten().find(|row| row.name == name)
}

/// Whether the name is an activation's.
pub(crate) fn is_activation(name: &str) -> bool {
    Activation::ROWS.iter().any(|row| row.name == name)
}

/// Whether the name is that of a layer without a gradient.
pub(crate) fn is_step(name: &str) -> bool {
    find(name).is_some_and(|row| !row.gradient)
}

/// Whether the name is that of a layer that takes indices.
pub(crate) fn takes_indices(name: &str) -> bool {
    find(name).is_some_and(|row| row.indices)
}

/// The layer that another library calls so.
pub(crate) fn elsewhere(name: &str) -> Option<&'static str> {
    Some(match name.to_lowercase().as_str() {
        "linear" | "fc" | "fully_connected" | "affine" => "dense",
        "conv" | "convolution" | "conv_2d" => "conv2d",
        "conv_1d" => "conv1d",
        "convtranspose1d" | "conv1d_transpose" | "deconv1d" => "conv_transpose1d",
        "convtranspose2d" | "conv2d_transpose" | "deconv" | "deconv2d" => "conv_transpose2d",
        "maxpool" | "max_pool" => "max_pool2d",
        "maxpooling1d" => "max_pool1d",
        "averagepooling1d" => "avg_pool1d",
        "lppool1d" | "l2_pool1d" => "lp_pool1d",
        "lppool2d" | "lp_pool" | "l2_pool" | "l2_pool2d" => "lp_pool2d",
        "gaussian_pool1d" => "weighted_avg_pool1d",
        "weighted_avg_pool" | "gaussian_pool" | "gaussian_pool2d" => "weighted_avg_pool2d",
        "adaptivemaxpool1d" => "adaptive_max_pool1d",
        "adaptiveavgpool1d" => "adaptive_avg_pool1d",
        "adaptivemaxpool2d" | "adaptive_max_pool" => "adaptive_max_pool2d",
        "adaptiveavgpool2d" | "adaptive_avg_pool" => "adaptive_avg_pool2d",
        "globalmaxpooling1d" | "global_max_pool1d" | "globalmaxpooling2d" | "global_max_pool2d" => "global_max_pool",
        "globalaveragepooling1d"
        | "global_avg_pool1d"
        | "globalaveragepooling2d"
        | "global_avg_pool2d"
        | "global_average_pool" => "global_avg_pool",
        "avgpool" | "avg_pool" => "avg_pool2d",
        "batchnorm" | "batchnorm1d" | "batchnorm2d" | "batchnormalization" | "batch_normalization" => "batch_norm",
        "layernorm" | "layer_normalization" => "layer_norm",
        "gaussiannoise" => "gaussian_noise",
        "sampling" | "reparameterize" | "reparametrize" | "reparameterise" | "gaussian_sample" => "sample",
        "kl" | "kl_divergence" | "kldivergence" | "kl_loss" => "gaussian_kl",
        "contractive" | "contractive_loss" | "jacobian" | "jacobian_norm" => "contractive_penalty",
        "cat" | "concatenate" => "concat",
        "mul" => "multiply",
        "simplernn" | "simple_rnn" | "elman" | "elman_rnn" | "elmanrnn" | "rnncell" | "rnn_cell" => "rnn",
        "lstmcell" | "lstm_cell" => "lstm",
        "grucell" | "gru_cell" => "gru",
        "birnn" | "bi_rnn" => "rnn(64, bidirectional = true)",
        "bilstm" | "bi_lstm" | "bidirectional" => "lstm(64, bidirectional = true)",
        "bigru" | "bi_gru" => "gru(64, bidirectional = true)",
        "peepholelstm" | "peephole_lstm" => "lstm(64, peephole = true)",
        "timedistributed" | "time_distributed" => "dense(10, each_step = true)",
        "repeatvector" | "repeat_vector" => "repeat",
        "laststep" | "last_step" => "last",
        "bernoullirbm"
        | "bernoulli_rbm"
        | "restrictedboltzmann"
        | "restricted_boltzmann"
        | "restrictedboltzmannmachine"
        | "restricted_boltzmann_machine"
        | "harmonium" => "rbm",
        "gaussianrbm" | "gaussian_rbm" | "grbm" | "gbrbm" | "gaussianbernoullirbm" => "rbm(500, visible = gaussian)",
        "boltzmannmachine" | "boltzmann_machine" | "generalboltzmann" | "general_boltzmann" => "boltzmann",
        "hopfieldnetwork" | "hopfield_network" | "hopfieldnet" | "hopfield_net" | "associative_memory" => "hopfield",
        "view" => "reshape",
        "logistic" => "sigmoid",
        "swish" => "silu",
        _ => return None,
    })
}

/// Every name that can be meant.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    ROWS.iter().copied().flatten().map(|row| row.name)
}
