//! The memory of a network's passes, owned by the caller; inference.

mod buffers;
mod lengths;
mod nodes;
mod states;
#[cfg(test)]
mod tests;
mod training;

use buffers::Buffers;
pub(crate) use buffers::NotFinite;
pub(crate) use training::Walk;

use nodes::{Capture, Route};

use crate::{
    BatchView, Network, Shape, ShapeError,
    kernels::aligned::Aligned,
    network::{
        engine::{Cut, Slabs, Work},
        layout::{Kept, Layout, Role},
        learned::Learned,
        memory::{InputArray, KeptArray, Rows, RowsRef},
        random::Random,
        sizing::{Entry, Sizing, misfit},
        time::check_lengths,
    },
    parallel,
    shape::Dims,
};

/// Memory for the forward and backward passes of a network: every value, for any number of samples.
///
/// It is made for a number of samples and grows where more come; once it is large enough, no pass allocates.
/// Made by [`Network::pass`]. A clone holds the same values: a backward pass over it gives the same numbers.
///
/// A pass that panics, in a layer of your own or in a loss, leaves memory that holds no pass, as it was before the first one. The next
/// forward pass works as ever.
#[derive(Clone, Debug)]
pub struct Pass<N: Network> {
    /// What the last forward pass left behind for a backward pass.
    state: State,
    /// How the memory is laid out.
    layout: Layout,
    inputs: Vec<Vec<N::Element>>,
    /// The lengths of the samples of each input of the last forward pass; none where all are full.
    lengths: Vec<Vec<usize>>,
    /// Those of each output.
    output_lengths: Vec<Vec<usize>>,
    kept: Vec<Aligned<N::Element>>,
    scratch: Aligned<N::Element>,
    buffers: Aligned<N::Element>,
    /// What the parts of the batch tell each other, and what they told before their last meeting.
    told: [Aligned<N::Element>; 2],
    sums: Vec<f64>,
    seed: u64,
    step: u64,
    /// The threads whose kernels have memory of their own, for inference and for training.
    ready: [usize; 2],
    /// The sizes of free dimensions that the layout is for; empty before the first batch.
    sizes: Vec<usize>,
    /// Those of the batch that enters.
    entering: Vec<usize>,
    /// The largest of each so far.
    largest: Vec<usize>,
    /// The most numbers a sample so far.
    widest: usize,
    /// Whether the next forward pass goes on from states that the layers with memory have been given.
    carried: bool,
    /// Whether a backward pass has come after the last forward pass.
    returned: bool,
    /// The buffers that the last forward pass of training lets move.
    moves: Buffers<N::Element>,
    /// The nodes whose values forward passes copy.
    captures: Vec<Capture<N::Element>>,
}

/// The numbers of each input of a forward pass, and the lengths of its samples.
type Copies<E> = (Vec<Vec<E>>, Vec<Vec<usize>>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// No forward pass, or one whose values are gone.
    Empty,
    /// A forward pass for inference over so many samples.
    Inferred(usize),
    /// A forward pass for training over so many samples.
    Trained(usize),
}

/// A backward pass, or a move of buffers, that does not follow from the forward pass before it.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PassError {
    /// There is no backward pass to look at.
    #[error("expected a backward pass, found none after the last forward pass of this `Pass`")]
    NoBackward,
    /// There is no forward pass for training to go back through.
    #[error("expected `forward_train` before `backward`, found no forward pass for training in this `Pass`")]
    NoForward,
    /// A backward pass has come after this forward pass already, and has used up its values.
    #[error("expected `forward_train` before each `backward`, found a second `backward` after one `forward_train`")]
    SecondBackward,
    /// Buffers have not moved by the step before.
    #[error(
        "expected `net.update_buffers(&mut pass)` after each step of a network with running statistics, found a second step without it; \
         `pass.discard_buffers()` in its place leaves them as they are"
    )]
    Buffers,
    /// There is no forward pass of training by which buffers could move.
    #[error("expected a forward pass of training before each `update_buffers`, found none since the last one")]
    NotMeasured,
    /// A buffer would become infinite or NaN.
    #[error("expected a batch that leaves `{name}` finite, found {found} at index {index}")]
    NotFinite {
        /// The buffer.
        name: String,
        /// The index in the buffer, row-major.
        index: usize,
        /// What the number would become.
        found: f64,
    },
    /// No forward pass has captured the value of the node.
    #[error("expected a forward pass after `capture` of the node `{node}`, found none in this `Pass`")]
    NotCaptured {
        /// The node's name.
        node: &'static str,
    },
    /// The gradient with respect to an output has other sizes than the output.
    #[error("expected the gradient of an output of `{}`, found one of `{}`", Dims(expected), Dims(found))]
    Sizes {
        /// The sizes of the output.
        expected: Vec<usize>,
        /// The sizes of the gradient.
        found: Vec<usize>,
    },
    /// The gradient is of another number of samples than the forward pass.
    #[error("expected the gradient of the {expected} samples of the forward pass, found one of {found}")]
    Samples {
        /// The samples of the forward pass.
        expected: usize,
        /// The samples of the gradient.
        found: usize,
    },
}

/// The values that a pass needs memory for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Need {
    Inference,
    /// Forward and backward part by part, without the inputs' gradients.
    Step,
    /// Forward, and later backward, with the inputs' gradients.
    Training,
}

impl Need {
    /// The numbers a sample that a pass needs of a kept value.
    fn width(self, kept: &Kept) -> usize {
        let used = match self {
            Need::Inference => kept.role == Role::Forward,
            Need::Step => kept.role != Role::InputGradient,
            Need::Training => true,
        };
        if used { kept.width } else { 0 }
    }

    /// Which slabs of scratch there are: where parts meet on their way, they all need theirs until the last has passed.
    fn slabs(self, layout: &Layout) -> Slabs {
        if self == Need::Training || self == Need::Step && layout.meetings > 0 { Slabs::Part } else { Slabs::Thread }
    }

    /// The numbers of a slab of scratch.
    fn slab(self, layout: &Layout, cut: Cut) -> usize {
        let width = match self {
            Need::Inference => layout.infer_scratch,
            Need::Step | Need::Training => layout.train_scratch,
        };
        width * cut.size
    }
}

impl<N: Network> Pass<N> {
    pub(super) fn new(capacity: usize) -> Self {
        let mut pass = Pass::with(Layout::new(&N::PLAN, N::FLOPS), Vec::new());
        pass.reserve(Need::Inference, pass.cut(capacity.max(1)), 1);
        pass
    }

    fn with(layout: Layout, sizes: Vec<usize>) -> Self {
        let count = N::SIZING.map_or(0, |sizing| sizing.count);
        Pass {
            state: State::Empty,
            inputs: vec![Vec::new(); layout.inputs.len()],
            lengths: vec![Vec::new(); layout.inputs.len()],
            output_lengths: vec![Vec::new(); N::TIMES.len()],
            kept: vec![Aligned::default(); layout.kept.len()],
            layout,
            scratch: Aligned::default(),
            buffers: Aligned::default(),
            told: [Aligned::default(), Aligned::default()],
            sums: Vec::new(),
            seed: 0,
            step: 0,
            ready: [1, 1],
            sizes,
            entering: Vec::with_capacity(count),
            largest: vec![0; count],
            widest: 0,
            carried: false,
            returned: false,
            moves: Buffers::default(),
            captures: Vec::new(),
        }
    }

    /// Lets batches in: takes their sizes on free axes, and looks through indices. Afterwards, a forward pass over them cannot fail. A network
    /// that is [`Total`](crate::Total) lets everything in. Allocates nothing where the sizes have been seen.
    ///
    /// # Errors
    ///
    /// [`ShapeError::Sizes`] where a layer cannot take the sizes, [`ShapeError::Index`] for a number that is no index; for lengths
    /// [`ShapeError::TooShort`], [`ShapeError::OtherLength`] and [`ShapeError::MixedSteps`].
    #[doc(hidden)]
    pub fn enter(&mut self, inputs: &[Entry<'_, N::Element>]) -> Result<(), ShapeError> {
        self.take_sizes(inputs)?;
        check_lengths::<N>(inputs)?;
        N::check_indices(inputs)
    }

    /// [`Pass::enter`] for batches whose indices and lengths are known to be right.
    pub(crate) fn take_sizes(&mut self, inputs: &[Entry<'_, N::Element>]) -> Result<(), ShapeError> {
        if let Some(sizing) = N::SIZING {
            self.entering.clear();
            self.entering.extend(inputs.iter().flat_map(Entry::free));
            let known = self.entering.len();
            if self.sizes.is_empty() || self.sizes[..known] != self.entering[..] {
                self.entering.resize(sizing.count, 0);
                (sizing.inner)(&mut self.entering);
                let empty = self.entering[..known].contains(&0).then(|| "a size is at least 1".to_owned());
                if let Some(rule) = empty.or_else(|| (sizing.broken)(&self.entering)) {
                    return Err(misfit(inputs, rule));
                }
                self.resize(&sizing);
            }
        }
        Ok(())
    }

    /// Lays the memory out for the sizes that have entered.
    fn resize(&mut self, sizing: &Sizing) {
        self.sizes.clone_from(&self.entering);
        let Pass { layout, sizes, .. } = self;
        (sizing.plan)(sizes, &mut |plan| layout.read(plan, (sizing.flops)(sizes)));
        self.state = State::Empty;
        let larger = self.largest.iter().zip(&self.sizes).any(|(largest, size)| size > largest);
        if larger || self.layout.width > self.widest {
            // The memory of the threads' kernels may have to grow.
            self.ready = [1, 1];
        }
        self.largest.iter_mut().zip(&self.sizes).for_each(|(largest, &size)| *largest = size.max(*largest));
        self.widest = self.widest.max(self.layout.width);
    }

    /// The sizes of free dimensions of the batches that entered last: those of the inputs in order, then those that follow from them.
    pub fn sizes(&self) -> &[usize] {
        &self.sizes
    }

    /// The seed of the layers that draw random numbers in training ([dropout](crate::layers)); 0 unless set. Counts steps anew.
    pub fn set_seed(&mut self, seed: u64) {
        (self.seed, self.step) = (seed, 0);
    }

    /// The passes of training since the seed was set, whose number layers draw from.
    pub(crate) fn steps(&self) -> u64 {
        self.step
    }

    /// Goes on behind so many passes of training.
    pub(crate) fn skip_to(&mut self, step: u64) {
        self.step = step;
    }

    /// The samples of the last forward pass.
    pub fn samples(&self) -> usize {
        match self.state {
            State::Empty => 0,
            State::Inferred(samples) | State::Trained(samples) => samples,
        }
    }

    /// Forward for inference.
    #[doc(hidden)]
    pub fn infer(&mut self, net: &N, inputs: &[RowsRef<'_, N::Element>], samples: usize) {
        self.infer_along(net, inputs, samples, Route::WHOLE);
    }

    fn infer_along(
        &mut self,
        net: &N,
        inputs: &[RowsRef<'_, N::Element>],
        samples: usize,
        route: Route<'_, N::Element>,
    ) {
        let cut = self.cut(samples);
        let threads = cut.threads(&self.layout, 1);
        self.reserve(Need::Inference, cut, threads);
        self.start(samples);
        self.remember_lengths(inputs);
        if threads > self.ready[0] {
            self.ready[0] = threads;
            self.on_each_thread(cut, |pass, inputs| pass.infer(net, inputs, cut.size));
        }
        // A pass from a node on has no inputs but their lengths.
        let padded = route.start.is_none() && self.copy_padded(inputs);
        let copies = self.take_copies();
        let rows = Self::direct_rows(&copies, inputs, padded, &self.layout);
        let mut work = self.work(Need::Inference, rows, cut, threads, 0);
        work.probe = work.probe.between(route.start, route.end);
        work.walk(threads, &|part, _, _| net.infer_part(part));
        (self.inputs, self.lengths) = copies;
        self.finish_captures(samples);
        self.state = State::Inferred(samples);
    }

    /// The batch of an output with axes of the given sizes after a forward pass; of no samples where [`Pass::output`] is empty.
    ///
    /// # Panics
    ///
    /// Where the output has other sizes: a mistake in generated code, never in a user's data.
    #[doc(hidden)]
    pub fn output_batch_of<S: Shape>(&self, index: usize, sizes: &[usize]) -> BatchView<'_, S, N::Element> {
        let samples = if index < self.layout.outputs { self.samples() } else { 0 };
        BatchView::timed(self.output(index), samples, sizes, self.output_lengths(index))
    }

    /// The gradient with respect to an input with axes of the given sizes after [`Pass::backward`]; of no samples where [`Pass::d_input`] is
    /// empty.
    ///
    /// # Panics
    ///
    /// Where the input has other sizes: a mistake in generated code, never in a user's data.
    #[doc(hidden)]
    pub fn d_input_batch_of<S: Shape>(&self, index: usize, sizes: &[usize]) -> BatchView<'_, S, N::Element> {
        let samples = if self.has_d_input(index) { self.samples() } else { 0 };
        BatchView::lent(self.d_input(index), samples, sizes)
    }

    /// The batch of an output after a forward pass.
    ///
    /// # Panics
    ///
    /// Where the output has another shape than `S`: a mistake in generated code, never in a user's data.
    #[doc(hidden)]
    pub fn output_batch<S: Shape>(&self, index: usize) -> BatchView<'_, S, N::Element> {
        self.output_batch_of(index, S::DIMS)
    }

    /// The gradient with respect to an input after [`Pass::backward`].
    ///
    /// # Panics
    ///
    /// Where the input has another shape than `S`: a mistake in generated code, never in a user's data.
    #[doc(hidden)]
    pub fn d_input_batch<S: Shape>(&self, index: usize) -> BatchView<'_, S, N::Element> {
        self.d_input_batch_of(index, S::DIMS)
    }

    /// The number of samples of gradients, each of which must be that of the forward pass.
    ///
    /// # Errors
    ///
    /// [`PassError::Samples`] where one is not, [`PassError::NoForward`] where there was none.
    #[doc(hidden)]
    pub fn same_samples<const M: usize>(&self, counts: [usize; M]) -> Result<usize, PassError> {
        if self.state == State::Empty {
            return Err(PassError::NoForward);
        }
        let expected = self.samples();
        match counts.into_iter().find(|&found| found != expected) {
            Some(found) => Err(PassError::Samples { expected, found }),
            None => Ok(expected),
        }
    }

    /// Asks that a gradient has the sizes of its output.
    ///
    /// # Errors
    ///
    /// [`PassError::Sizes`] where it has others.
    #[doc(hidden)]
    pub fn same_sizes(&self, expected: &[usize], found: &[usize]) -> Result<(), PassError> {
        if expected == found {
            return Ok(());
        }
        Err(PassError::Sizes { expected: expected.to_vec(), found: found.to_vec() })
    }

    /// The numbers of a sample's output; 0 where there is no such output.
    pub fn output_width(&self, index: usize) -> usize {
        if index < self.layout.outputs { self.layout.kept[index].width } else { 0 }
    }

    /// The rows of an output after a forward pass; empty before one, and where there is no such output.
    pub fn output(&self, index: usize) -> &[N::Element] {
        if index < self.layout.outputs { self.kept_rows(index) } else { &[] }
    }

    /// The gradient with respect to an input after [`Pass::backward`]; empty where none came after the last forward pass, and where there is
    /// no such input.
    pub fn d_input(&self, index: usize) -> &[N::Element] {
        if self.has_d_input(index) {
            self.kept_rows(self.layout.forward_kept + self.layout.outputs + index)
        } else {
            &[]
        }
    }

    fn has_d_input(&self, index: usize) -> bool {
        self.returned && matches!(self.state, State::Trained(_)) && index < self.layout.inputs.len()
    }

    /// The rows of a kept value, which the last pass has made.
    fn kept_rows(&self, index: usize) -> &[N::Element] {
        &self.kept[index][..self.samples() * self.layout.kept[index].width]
    }

    fn rows_of<'a>(copies: &'a Copies<N::Element>, layout: &Layout) -> N::Inputs<'a> {
        let rows = copies.0.iter().zip(&layout.inputs).map(|(copy, &width)| RowsRef::new(copy, width));
        InputArray::new(rows.zip(&copies.1).map(|(rows, lengths)| rows.with_lengths(lengths)))
    }

    fn cut(&self, samples: usize) -> Cut {
        Cut::new::<N::Element>(&self.layout, samples)
    }

    fn reserve(&mut self, need: Need, cut: Cut, threads: usize) {
        for (value, kept) in self.kept.iter_mut().zip(&self.layout.kept) {
            value.grow(cut.samples * need.width(kept));
        }
        self.scratch.grow(need.slabs(&self.layout).count(cut, threads) * need.slab(&self.layout, cut));
        if need != Need::Inference {
            self.buffers.grow(cut.shares * self.layout.share);
            self.told.iter_mut().for_each(|told| told.grow(cut.parts * self.layout.common));
        }
        if self.sums.len() < cut.shares {
            self.sums.resize(cut.shares, 0.0);
        }
    }

    /// Sets the sums over the batch to zero.
    fn clear(&mut self, cut: Cut) {
        self.buffers[..cut.shares * self.layout.share].fill(<N::Element as crate::Element>::from_f64(0.0));
        self.sums[..cut.shares].fill(0.0);
    }

    /// Lets each part hear, in the next leg, what all of them told.
    fn meet(&mut self, cut: Cut) {
        let length = cut.parts * self.layout.common;
        let [told, heard] = &mut self.told;
        heard[..length].copy_from_slice(&told[..length]);
    }

    fn work<'a>(&'a mut self, need: Need, inputs: N::Inputs<'a>, cut: Cut, threads: usize, leg: usize) -> Work<'a, N> {
        let (slab, slabs) = (need.slab(&self.layout, cut), need.slabs(&self.layout));
        let [buffer, common] = if need == Need::Inference { [0, 0] } else { [self.layout.share, self.layout.common] };
        let [told, heard] = &mut self.told;
        let sizes = &self.sizes;
        Work {
            sizes,
            inputs,
            kept: kept_of::<N>(&mut self.kept, &self.layout, need, cut.samples),
            scratch: &mut self.scratch[..slabs.count(cut, threads) * slab],
            slab,
            slabs,
            buffers: &mut self.buffers[..cut.shares * buffer],
            buffer,
            sums: &mut self.sums[..cut.shares],
            cut,
            start: 0,
            end: cut.shares,
            singles: need == Need::Inference,
            random: Random::new(self.seed, self.step),
            leg,
            told: &mut told[..cut.parts * common],
            heard: &heard[..cut.parts * common],
            common,
            learned: Learned::ALL,
            probe: nodes::probe(&mut self.captures, cut.samples),
        }
    }

    /// Calls `pass` on every thread, with a part of zeros.
    fn on_each_thread(&self, cut: Cut, pass: impl Fn(&mut Pass<N>, &[RowsRef<'_, N::Element>]) + Sync) {
        let (layout, sizes) = (&self.layout, &self.sizes);
        parallel::broadcast(|| {
            let zeros: Vec<Vec<N::Element>> =
                layout.inputs.iter().map(|width| vec![Default::default(); width * cut.size]).collect();
            let rows: Vec<_> =
                zeros.iter().zip(&layout.inputs).map(|(zeros, &width)| RowsRef::new(zeros, width)).collect();
            pass(&mut Pass::with(layout.clone(), sizes.clone()), &rows);
        });
    }
}

/// The kept values that `need` asks for, over `samples` samples; empty rows in place of the others.
fn kept_of<'a, N: Network>(
    kept: &'a mut [Aligned<N::Element>],
    layout: &Layout,
    need: Need,
    samples: usize,
) -> N::Kept<'a> {
    KeptArray::new(&mut kept.iter_mut().zip(&layout.kept).map(|(value, kept)| {
        let width = need.width(kept);
        Rows::new(&mut value[..samples * width], width)
    }))
}
