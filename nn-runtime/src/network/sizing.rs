//! What the sizes of free dimensions decide: the sizes of inner values, the memory, and whether the layers can take them.

use std::ops::Deref;

use crate::{
    Batch, Element, Network, Shape, ShapeError,
    network::{Plan, Steps, memory::RowsRef, rows},
    shape::{Dims, FREE},
};

/// Takes a memory plan that lives no longer than the call.
pub type PlanReader<'a> = &'a mut dyn FnMut(&Plan<'_>);

/// What a network with free dimensions calculates from their sizes. All sizes stand in one list: those of the inputs in order, then
/// those of inner values.
#[derive(Clone, Copy, Debug)]
pub struct Sizing {
    /// How many sizes there are.
    pub count: usize,
    /// Calculates the sizes behind those of the inputs.
    pub inner: fn(&mut [usize]),
    /// What is wrong with the sizes for the first layer that cannot take them.
    pub broken: fn(&[usize]) -> Option<String>,
    /// Hands the memory plan to a reader.
    pub plan: fn(&[usize], PlanReader<'_>),
    /// Floating-point operations of a forward pass, a sample.
    pub flops: fn(&[usize]) -> u64,
    /// The size of an axis of the output, of the first where there are several.
    pub output: fn(&[usize], usize) -> usize,
}

/// A network whose forward pass takes any batch of its input type. One with free dimensions takes the sizes that fit its layers alone, and one
/// with an `embedding` the indices that its vocabulary has; one whose branches make different lengths of a sequence refuses some of those, where
/// they come together. What enters is checked then, and the methods of such a network return a `Result`.
///
/// ```
/// use plumbline::{Batch, FixedShape, Network, network::Total};
/// fn of_zeros<N: Total<Input: FixedShape, Output: FixedShape>>(net: &N) -> Batch<N::Output, N::Element> {
///     net.forward(&Batch::zeros(1))
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` may refuse a batch, for its sizes, its numbers or its lengths",
    label = "not every batch has outputs",
    note = "a network with free dimensions, with an `embedding`, with several inputs or with branches that make different lengths of a sequence \
            has methods of its own that return a `Result`"
)]
pub trait Total: Network {}

/// A batch at the door of a network.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a, E> {
    rows: RowsRef<'a, E>,
    samples: usize,
    /// The shape that the network takes.
    shape: &'static [usize],
    /// The sizes that the batch has.
    sizes: &'a [usize],
}

/// A batch as it enters a network.
pub fn entry<S: Shape, E: Element, D: Deref<Target = [E]>>(batch: &Batch<S, E, D>) -> Entry<'_, E> {
    Entry { rows: rows(batch), samples: batch.samples(), shape: S::DIMS, sizes: batch.sizes() }
}

impl<'a, E: Element> Entry<'a, E> {
    /// The lengths of the samples; empty where all are full.
    pub fn lengths(&self) -> &'a [usize] {
        self.rows.lengths()
    }

    /// The numbers, sample after sample.
    pub(crate) fn rows(&self) -> RowsRef<'a, E> {
        self.rows
    }

    /// The number of samples.
    pub(crate) fn samples(&self) -> usize {
        self.samples
    }

    /// Where the steps lie.
    pub(super) fn steps(&self) -> Steps<'a> {
        self.rows.steps()
    }

    /// The sizes of the free axes.
    pub(super) fn free(&self) -> impl Iterator<Item = usize> {
        self.shape.iter().zip(self.sizes).filter(|(shape, _)| **shape == FREE).map(|(_, &size)| size)
    }

    /// Asks that each number, padding too, is an index below `vocabulary`.
    ///
    /// # Errors
    ///
    /// [`ShapeError::Index`] for the first that is none.
    pub fn check_indices(&self, vocabulary: usize) -> Result<(), ShapeError> {
        let bound = vocabulary as f64;
        let is_index = |x: E| {
            let x = x.as_f64();
            x >= 0.0 && x < bound && x.fract() == 0.0
        };
        match self.rows.data().iter().position(|&x| !is_index(x)) {
            None => Ok(()),
            Some(place) => {
                let width = self.rows.data().len() / self.samples;
                let (sample, position, found) = (place / width, place % width, self.rows.data()[place].as_f64());
                Err(ShapeError::Index { vocabulary, sample, position, found })
            }
        }
    }
}

/// What inputs expected and found, where a layer cannot take their sizes.
pub(super) fn misfit<E: Element>(entries: &[Entry<'_, E>], rule: String) -> ShapeError {
    let expected = entries.iter().map(|entry| entry.shape.to_vec()).collect();
    let found = entries.iter().map(|entry| entry.sizes.to_vec()).collect();
    ShapeError::Sizes { expected, found, rule }
}

/// How many sizes a network calculates; none where all of its dimensions are fixed.
pub const fn sizes_of<N: Network>() -> usize {
    match N::SIZING {
        Some(sizing) => sizing.count,
        None => 0,
    }
}

/// Calculates the sizes of a part, which takes values with axes of the sizes `dims`.
pub fn enter_part<N: Network<Input: Shape>>(sizes: &mut [usize], dims: &[usize]) {
    if let Some(sizing) = N::SIZING {
        let free = N::Input::DIMS.iter().zip(dims).filter(|(shape, _)| **shape == FREE);
        sizes.iter_mut().zip(free).for_each(|(size, (_, &dim))| *size = dim);
        (sizing.inner)(sizes);
    }
}

/// The size of an axis of what a part gives.
pub fn output_size<N: Network<Output: Shape>>(sizes: &[usize], axis: usize) -> usize {
    match N::SIZING {
        Some(sizing) => (sizing.output)(sizes, axis),
        None => N::Output::DIMS[axis],
    }
}

/// The widths of a part's scratch, in training and in inference.
pub fn scratch_of<N: Network>(sizes: &[usize]) -> [usize; 2] {
    let mut widths = [0; 2];
    with_plan::<N>(sizes, &mut |plan| widths = [plan.train_scratch, plan.infer_scratch]);
    widths
}

/// Hands a part's memory plan to a reader.
pub fn with_plan<N: Network>(sizes: &[usize], reader: PlanReader<'_>) {
    match N::SIZING {
        Some(sizing) => (sizing.plan)(sizes, reader),
        None => reader(&N::PLAN),
    }
}

/// A part's floating-point operations of a forward pass, a sample.
pub fn flops_of<N: Network>(sizes: &[usize]) -> u64 {
    N::SIZING.map_or(N::FLOPS, |sizing| (sizing.flops)(sizes))
}

/// What is wrong with the sizes for a layer of the part `name`.
pub fn broken<N: Network>(name: &str, sizes: &[usize]) -> Option<String> {
    let rule = N::SIZING.and_then(|sizing| (sizing.broken)(sizes))?;
    Some(format!("in `{name}`, {rule}"))
}

/// What is wrong where a part gives something else than the network around goes on with.
pub fn gives_other<N: Network<Output: Shape>>(name: &str, sizes: &[usize], expected: &[usize]) -> Option<String> {
    let found: Vec<usize> = (0..N::Output::DIMS.len()).map(|axis| output_size::<N>(sizes, axis)).collect();
    (found != expected).then(|| format!("`{name}` is to give `{}`, found `{}`", Dims(expected), Dims(&found)))
}
