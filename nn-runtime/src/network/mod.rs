//! Networks, their parameters and gradients, and passes through them. What the `network!` macro calls beside them is in a hidden module, `abi`.
//!
//! A batch is cut into **parts** of consecutive samples, by the number of samples alone; a part walks the whole
//! network while its values stay in cache. Parts are gathered into at most eight **shares**; the parameter gradients
//! that layers add up sample by sample (convolutions) have one buffer a share, summed in order. Threads take whole
//! shares, so no result depends on how many threads there are.
//!
//! Where a layer normalizes by what all samples of a batch have in common, its parts meet: in training they are walked in **legs**, each of
//! which ends where such a layer needs what the others tell. See [`Plan::meetings`].

mod batch_layer;
mod bounded;
mod buffers;
mod common;
mod engine;
mod gradients;
mod kept;
mod layer;
mod layout;
mod learned;
mod memory;
mod nested;
mod nodes;
#[doc(hidden)]
pub mod other_words;
pub mod output;
#[doc(hidden)]
pub mod own;
mod parameters;
mod part;
mod pass;
mod plan;
mod probe;
mod product;
mod random;
mod receptive_field;
mod remembered;
mod sizes;
mod sizing;
mod state;
mod steps;
#[doc(hidden)]
pub mod submodule;
mod time;
mod view;

pub(crate) use abi::*;
pub use batch_layer::{BatchLayer, LayerContext, WeightGradient};
pub use gradients::Gradients;
pub use layer::Layer;
pub use nodes::{Alone, NamedNodes, Node, Nothing};
pub use parameters::{Form, Name, Parameters, Role, Tensor, TensorMut};
pub(crate) use pass::{NotFinite, Walk};
pub use pass::{Pass, PassError};
pub(crate) use random::mix;
pub use receptive_field::{AxisField, ReceptiveField};
pub(crate) use sizes::rows_within;
pub use sizing::Total;
pub use state::State;
pub(crate) use time::OutputLengths;

/// What code that the macro generates calls, and what a network written by hand implements. Users do not: it may change with any version.
#[doc(hidden)]
pub mod abi {
    pub use super::buffers::Measured;
    pub use super::common::{Common, leg_within};
    pub use super::learned::Learned;
    pub use super::memory::{InputArray, KeptArray, Rows, RowsRef, Scratch, Slot};
    pub use super::nested::Nested;
    pub use super::nodes::{Alone, NamedNodes, Node, Nothing};
    pub use super::parameters::{tensor, tensor_mut};
    pub use super::part::{Part, Shares, Whole};
    pub use super::plan::Plan;
    pub use super::probe::Probe;
    pub use super::product::{Matrices, Product, RowSums, Sums, learned_products, products};
    pub use super::random::{Random, generator, seed};
    pub use super::receptive_field::{Along, AxisField, Reach, ReceptiveField, Sight, inside, receptive_field, sights};
    pub use super::remembered::{Remembered, kept_count, remembered_within};
    pub use super::sizes::{offsets, operations, rows, samples, split, total, widest};
    pub use super::sizing::{
        Entry, PlanReader, Sizing, broken, enter_part, entry, flops_of, gives_other, output_size, scratch_of, sizes_of,
        with_plan,
    };
    pub use super::steps::{PartLengths, Steps, clear_padding, lower_padding};
    pub use super::time::{
        LengthFault, SequenceLength, length_fault_within, lengths_into, lengths_through, time_through, transposed_fits,
        transposed_length, window_fits, window_length,
    };
    pub use super::view::{LANES, View, ViewMut};
    pub use super::{
        LayerInfo, Network, Parameters, Tensor, TensorMut, Total, Trainable, other_words, output, own, submodule,
    };
}

use std::ops::Deref;

use crate::{Batch, BatchView, Element, Shape, ShapeError, shape::FREE};

/// One row of a network's table of layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LayerInfo {
    /// The node's name, or its kind where it has none.
    pub name: &'static str,
    /// The kinds of the chain's stages, in order: `conv2d, relu`.
    pub kind: &'static str,
    /// The shapes that it takes.
    pub inputs: &'static [&'static [usize]],
    /// The shape that it gives.
    pub output: &'static [usize],
    /// The numbers in its parameters.
    pub parameters: usize,
    /// Floating-point operations a sample, forward, as far as they do not depend on free dimensions.
    pub flops: u64,
    /// What an element of its value depends on, out of each input. Empty in a network in which no window moves along
    /// an axis.
    pub receptive_fields: &'static [ReceptiveField],
}

impl LayerInfo {
    /// Whether every size is known: none is free.
    pub(crate) fn is_known(&self) -> bool {
        self.inputs.iter().chain([&self.output]).all(|shape| !shape.contains(&FREE))
    }
}

/// A network: what the `network!` macro writes for a declaration, and what can be written by hand in its place.
///
/// Networks with several inputs or outputs have methods of the same names with an argument for each. What generated code provides beside them is not
/// shown here.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no network and no layer",
    label = "expected a network or a layer of your own",
    note = "`network!` declares networks; a type of your own that implements `plumbline::Layer` becomes one by `plumbline::layer!`"
)]
pub trait Network: Parameters<Self::Element> + Clone + Send + Sync + 'static {
    /// The number type.
    type Element: Element;
    /// The shape of the input, or a tuple of several.
    type Input: 'static;
    /// The shape of the output, or a tuple of several.
    type Output: 'static;
    /// What the output is, or a tuple for two to four: numbers, probabilities, their logarithms; [`output::Unknown`] where nothing is to be said
    /// of it. Losses ask for it.
    type OutputKind: output::OutputKinds;
    /// An array with a [`RowsRef`] for each input.
    #[doc(hidden)]
    type Inputs<'a>: InputArray<'a, Self::Element> + std::fmt::Debug;
    /// An array with [`Rows`] for each value of [`Plan::kept`].
    #[doc(hidden)]
    type Kept<'a>: KeptArray<'a, Self::Element> + std::fmt::Debug;

    /// The network's name.
    const NAME: &'static str;
    /// The layers in order.
    const LAYERS: &'static [LayerInfo];
    /// The numbers in all parameters.
    const PARAMETERS: usize = {
        let (mut sum, mut i) = (0, 0);
        while i < Self::LAYERS.len() {
            sum += Self::LAYERS[i].parameters;
            i += 1;
        }
        sum
    };
    /// Floating-point operations of a forward pass, a sample: multiplications, additions, comparisons, and one for each value of an activation.
    /// Those whose number depends on free dimensions are not counted.
    const FLOPS: u64 = {
        let (mut sum, mut i) = (0, 0);
        while i < Self::LAYERS.len() {
            sum += Self::LAYERS[i].flops;
            i += 1;
        }
        sum
    };
    /// The names of the outputs where there are several; a network with one has none.
    const OUTPUT_NAMES: &'static [&'static str] = &[];
    /// Evaluates what a network's dimension parameters must satisfy; an error of the compiler where they do not.
    #[doc(hidden)]
    const CHECKED: () = ();
    /// The memory plan; of what is known, where the network has free dimensions.
    #[doc(hidden)]
    const PLAN: Plan<'static>;
    /// What each value depends on of each input, for the receptive fields of a network around this one; empty for what is not known.
    #[doc(hidden)]
    const SIGHTS: &'static [Sight] = &[];
    /// What follows from the sizes of free dimensions, where there are any.
    #[doc(hidden)]
    const SIZING: Option<Sizing> = None;
    /// For each output that is a sequence, the input from whose lengths those of its sequences follow; empty where no output is a sequence.
    #[doc(hidden)]
    const TIMES: &'static [Option<usize>] = &[];
    /// Whether [`Network::output_length`] of the first output gives other lengths than it takes.
    #[doc(hidden)]
    const CHANGES_LENGTHS: bool = false;
    /// Whether [`Network::length_fault`] compares the lengths of branches that come together.
    #[doc(hidden)]
    const LENGTHS_MAY_DIFFER: bool = false;
    /// Whether an input's numbers are indices, which [`Network::check_indices`] looks through.
    #[doc(hidden)]
    const INDICES: bool = false;
    /// Bytes of values and gradients in training, a sample. What has free dimensions is not counted.
    const ACTIVATION_BYTES: usize = Self::PLAN.width() * size_of::<Self::Element>();

    /// A network with fresh parameters. Equal seeds give equal parameters.
    fn initialized(seed: u64) -> Self;

    /// Asks that the numbers of inputs that are indices are some.
    ///
    /// # Errors
    ///
    /// [`ShapeError::Index`] where one is none.
    #[doc(hidden)]
    fn check_indices(_: &[Entry<'_, Self::Element>]) -> Result<(), ShapeError> {
        Ok(())
    }

    /// The length of what output `output` gives for a sequence of `length` steps, where [`Network::TIMES`] says that it is a sequence: the same
    /// unless a layer changes it.
    #[doc(hidden)]
    fn output_length(output: usize, length: usize) -> usize {
        let _ = output;
        length
    }

    /// What the network has against a sample of a ragged batch, from the length of its sequence at each input.
    #[doc(hidden)]
    fn length_fault(length: &dyn Fn(usize) -> SequenceLength) -> Option<LengthFault> {
        let _ = length;
        None
    }

    /// The layers with memory, those of the networks inside among them.
    #[doc(hidden)]
    fn memories(&self) -> Vec<Remembered<'_, Self::Element>> {
        Vec::new()
    }

    /// Forward for inference over a part.
    #[doc(hidden)]
    fn infer_part(&self, part: &mut Part<'_, Self>);

    /// Memory for passes over up to `capacity` samples.
    fn pass(&self, capacity: usize) -> Pass<Self> {
        Pass::new(capacity)
    }

    /// The outputs of a batch.
    #[doc(alias = "predict")]
    fn forward<D>(&self, x: &Batch<Self::Input, Self::Element, D>) -> Batch<Self::Output, Self::Element>
    where
        Self: Total,
        Self::Input: Shape,
        Self::Output: Shape,
        D: Deref<Target = [Self::Element]>,
    {
        let mut pass = self.pass(x.samples());
        self.forward_into(x, &mut pass).to_batch()
    }

    /// The outputs of a batch, borrowed from `pass`. Allocates nothing where `pass` has room.
    fn forward_into<'p, D>(
        &self,
        x: &Batch<Self::Input, Self::Element, D>,
        pass: &'p mut Pass<Self>,
    ) -> BatchView<'p, Self::Output, Self::Element>
    where
        Self: Total,
        Self::Input: Shape,
        Self::Output: Shape,
        D: Deref<Target = [Self::Element]>,
    {
        pass.infer(self, &[rows(x)], x.samples());
        pass.output_batch(0)
    }

    /// The state of the layers with memory before the first step of `samples` sequences.
    fn state(&self, samples: usize) -> State<Self> {
        State::new(samples)
    }

    /// [`Network::forward_into`] from `state`, which becomes that after the last step: a long stream goes through a network piece by piece, in
    /// real time one step at a time, as if it were whole. Allocates nothing where `pass` has room.
    ///
    /// A network that reads its sequences from both ends, with a bidirectional layer, has no such state; asking for it does not compile.
    ///
    /// # Errors
    ///
    /// [`ShapeError::Samples`] where `state` is of another number of samples.
    fn forward_from<'p, D>(
        &self,
        x: &Batch<Self::Input, Self::Element, D>,
        state: &mut State<Self>,
        pass: &'p mut Pass<Self>,
    ) -> Result<BatchView<'p, Self::Output, Self::Element>, ShapeError>
    where
        Self: Total,
        Self::Input: Shape,
        Self::Output: Shape,
        D: Deref<Target = [Self::Element]>,
    {
        pass.go_on_from(state, x.samples())?;
        pass.infer(self, &[rows(x)], x.samples());
        pass.end_in(state);
        Ok(pass.output_batch(0))
    }
}

/// A network with a gradient: every layer of it has one. `sign`, `perceptron`, `boltzmann` and `hopfield` have none, and a network that holds one
/// of them is no `Trainable`, so that asking it for gradients does not compile.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be trained by gradient",
    label = "a gradient is needed here",
    note = "a network that holds `sign`, `perceptron`, `boltzmann` or `hopfield` has no gradient; `{Self}::gradients` names the layer"
)]
pub trait Trainable: Network {
    /// The same network with every parameter zero: the start of sums and averages.
    fn zeroed(&self) -> Self;

    /// Forward for training over a part.
    #[doc(hidden)]
    fn forward_part(&self, part: &mut Part<'_, Self>);

    /// Backward over a part, from the gradients with respect to the outputs; `share` gets what layers add up sample by sample, as far as
    /// [`Part::learned`] asks for it. The gradients with respect to the inputs are calculated where `INPUTS` says so.
    #[doc(hidden)]
    fn backward_part<const INPUTS: bool>(&self, part: &mut Part<'_, Self>, share: &mut [Self::Element]);

    /// What is left to do over the whole batch: the shares' sums and the products over all samples, of the layers that learn by [`Whole::learned`].
    #[doc(hidden)]
    fn finish(&self, whole: Whole<'_, Self>, gradients: &mut Self);

    /// Moves the buffers of each layer by what it has measured. Generated code has it where there are any.
    #[doc(hidden)]
    fn move_buffers(&mut self, measured: Measured<'_, Self::Element>) {
        let _ = measured;
    }

    /// Moves the buffers, which no gradient moves, by what the last forward pass of training in `pass` has measured: the running mean and variance of
    /// each [`BatchNorm`](crate::layers::BatchNorm). Once for each such pass, best after the optimizer's step; a [`Trainer`](crate::train::Trainer) does
    /// it by itself. A network without such layers has none, and nothing moves. Layers that are [frozen](Gradients::freeze) in the gradients of the
    /// backward pass keep theirs.
    ///
    /// A loop that forgets it is told by the next backward pass, with [`PassError::Buffers`]. Where the buffers are meant to stay,
    /// [`Pass::discard_buffers`] takes its place.
    ///
    /// ```
    /// use plumbline::{Shape, Total, Trainable, data::Dataset, train::{Criterion, MeanSquaredError, Loss, Optimizer, Sgd}};
    /// # use plumbline::Batch;
    /// fn epoch<N>(net: &mut N, data: &Dataset<N::Input, Batch<N::Output>>) -> Result<(), Box<dyn std::error::Error>>
    /// where
    ///     N: Trainable<Element = f32, Input: Shape, Output: Shape> + Total,
    ///     MeanSquaredError: Loss<N::Output, Batch<N::Output>, f32>,
    /// # MeanSquaredError: plumbline::train::loss::ObjectiveOf<N::Output, Batch<N::Output>, f32, N>,
    /// {
    ///     let (mut pass, mut gradients, mut sgd) = (net.pass(32), net.gradients(), Sgd::new(0.1));
    ///     for batch in data.batches(32)? {
    ///         MeanSquaredError.step(net, batch.inputs(), batch.targets(), &mut pass, &mut gradients)?;
    ///         sgd.step(net, &gradients)?;
    ///         net.update_buffers(&mut pass)?;
    ///     }
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// [`PassError::NotMeasured`] where there was no forward pass of training since the last call, [`PassError::NotFinite`] for a batch by which a buffer
    /// would become infinite or NaN. All buffers stay as they are then.
    fn update_buffers(&mut self, pass: &mut Pass<Self>) -> Result<(), PassError> {
        pass.update_buffers(self)
    }

    /// Gradients of zero, to be filled by a backward pass.
    fn gradients(&self) -> Gradients<Self> {
        Gradients::new(self.zeroed())
    }

    /// The outputs of a batch in training, borrowed from `pass`, which keeps what [`Trainable::backward`] needs.
    fn forward_train<'p, D>(
        &self,
        x: &Batch<Self::Input, Self::Element, D>,
        pass: &'p mut Pass<Self>,
    ) -> BatchView<'p, Self::Output, Self::Element>
    where
        Self: Total,
        Self::Input: Shape,
        Self::Output: Shape,
        D: Deref<Target = [Self::Element]>,
    {
        pass.train(self, &[rows(x)], x.samples());
        pass.output_batch(0)
    }

    /// [`Trainable::forward_train`] from `state`, which becomes that after the last step. The gradient ends where the batch begins: truncated
    /// backpropagation through time over a long stream, piece by piece.
    ///
    /// # Errors
    ///
    /// [`ShapeError::Samples`] where `state` is of another number of samples.
    fn forward_train_from<'p, D>(
        &self,
        x: &Batch<Self::Input, Self::Element, D>,
        state: &mut State<Self>,
        pass: &'p mut Pass<Self>,
    ) -> Result<BatchView<'p, Self::Output, Self::Element>, ShapeError>
    where
        Self: Total,
        Self::Input: Shape,
        Self::Output: Shape,
        D: Deref<Target = [Self::Element]>,
    {
        pass.go_on_from(state, x.samples())?;
        pass.train(self, &[rows(x)], x.samples());
        pass.end_in(state);
        Ok(pass.output_batch(0))
    }

    /// The gradients after [`Trainable::forward_train`], from `d_output`, the gradient with respect to its result. Overwrites
    /// `gradients` and returns the gradient with respect to the input.
    ///
    /// # Errors
    ///
    /// [`PassError`] where `pass` holds no such forward pass, one that a backward pass has come after already, or one of another number of
    /// samples; and where [`Trainable::update_buffers`] has not followed the backward pass before.
    fn backward<'p, D>(
        &self,
        d_output: &Batch<Self::Output, Self::Element, D>,
        pass: &'p mut Pass<Self>,
        gradients: &mut Gradients<Self>,
    ) -> Result<BatchView<'p, Self::Input, Self::Element>, PassError>
    where
        Self: Total,
        Self::Input: Shape,
        Self::Output: Shape,
        D: Deref<Target = [Self::Element]>,
    {
        pass.backward(self, &[d_output.as_slice()], d_output.samples(), gradients)?;
        Ok(pass.d_input_batch(0))
    }

    /// The gradient with respect to the input alone, after [`Trainable::forward_train`], from `d_output`, the gradient with respect to its result: that of
    /// [`Trainable::backward`] to the last bit, without the cost of those of the parameters. For a network that is not being learned: the discriminator
    /// in a step of its generator, the inputs that an answer hangs on, adversarial examples.
    ///
    /// Layers are as in training: [`BatchNorm`](crate::layers::BatchNorm) normalizes by the batch, and its running statistics stay as they are,
    /// and [`Trainable::update_buffers`] need not follow.
    ///
    /// ```
    /// use plumbline::{Batch, Shape, Total, Trainable, network::PassError};
    /// /// How much each number of the input changes the first number of the output: a map of what the network looks at.
    /// fn saliency<N>(net: &N, x: &Batch<N::Input>) -> Result<Vec<f32>, PassError>
    /// where
    ///     N: Trainable<Element = f32, Input: Shape, Output: Shape> + Total,
    /// {
    ///     let mut pass = net.pass(x.samples());
    ///     let mut d_y = net.forward_train(x, &mut pass).to_batch();
    ///     let width = d_y.as_slice().len() / x.samples().max(1);
    ///     d_y.as_mut_slice().iter_mut().enumerate().for_each(|(i, d)| *d = if i % width == 0 { 1.0 } else { 0.0 });
    ///     let d_x = net.input_gradient(&d_y, &mut pass)?;
    ///     Ok(d_x.as_slice().iter().map(|d| d.abs()).collect())
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Trainable::backward`].
    fn input_gradient<'p, D>(
        &self,
        d_output: &Batch<Self::Output, Self::Element, D>,
        pass: &'p mut Pass<Self>,
    ) -> Result<BatchView<'p, Self::Input, Self::Element>, PassError>
    where
        Self: Total,
        Self::Input: Shape,
        Self::Output: Shape,
        D: Deref<Target = [Self::Element]>,
    {
        pass.input_gradient(self, &[d_output.as_slice()], d_output.samples())?;
        Ok(pass.d_input_batch(0))
    }
}
