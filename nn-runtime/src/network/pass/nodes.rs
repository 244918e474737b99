//! The values of named nodes along a pass.

use std::ops::Deref;

use super::{Pass, PassError};
use crate::{
    Batch, BatchView, Element, Network, Shape, ShapeError,
    kernels::aligned::Aligned,
    network::{
        LengthFault, SequenceLength, Steps,
        memory::{Rows, RowsRef},
        nodes::{Alone, NamedNodes, Node, NodeTime},
        probe::Probe,
        rows,
    },
    shape::{product, time_axis},
};

/// A node whose value forward passes copy.
#[derive(Clone, Debug)]
pub(super) struct Capture<E> {
    node: usize,
    dims: &'static [usize],
    sizes_of: Option<SizesOf>,
    length_of: fn(usize, usize) -> usize,
    time: Option<NodeTime>,
    rows: Aligned<E>,
    /// The sizes of a value, and the lengths of the sequences, in the last forward pass; no sizes before there was one.
    sizes: Vec<usize>,
    lengths: Vec<usize>,
    /// The samples of the last forward pass; `None` where it is not done.
    samples: Option<usize>,
}

/// The sizes of a value of a node, from those of free dimensions: [`NamedNodes::node_sizes`].
type SizesOf = fn(usize, &[usize]) -> Vec<usize>;

/// The node that a forward pass begins behind, with its values, and the one that it ends at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Route<'a, E> {
    pub(super) start: Option<(usize, RowsRef<'a, E>)>,
    pub(super) end: Option<usize>,
}

impl<E> Route<'_, E> {
    /// The whole way.
    pub(super) const WHOLE: Self = Route { start: None, end: None };
}

impl<E: Element> Capture<E> {
    /// Makes room for the values of a forward pass.
    pub(super) fn prepare(&mut self, sizes: &[usize], samples: usize) {
        self.samples = None;
        match self.sizes_of {
            Some(sizes_of) => self.sizes = sizes_of(self.node, sizes),
            None if self.sizes.is_empty() => self.sizes.extend(self.dims),
            None => {}
        }
        self.rows.grow(samples * product(&self.sizes));
    }

    /// Where the values of `samples` samples go.
    fn rows(&mut self, samples: usize) -> (usize, Rows<'_, E>) {
        let width = product(&self.sizes);
        (self.node, Rows::new(&mut self.rows[..samples * width], width))
    }

    /// The forward pass is done, over inputs of these lengths: padding becomes 0.
    pub(super) fn finish(&mut self, samples: usize, lengths: &[Vec<usize>]) {
        self.samples = Some(samples);
        self.lengths.clear();
        let Some(time) = self.time else { return };
        let lengths = lengths[time.input].iter();
        self.lengths.extend(lengths.map(|&length| (self.length_of)(self.node, length)));
        let inner = product(&self.sizes[time.axis + 1..]);
        let (width, steps) = (product(&self.sizes), Steps::new(&self.lengths, self.sizes[time.axis], inner));
        steps.fill_rows(&mut self.rows[..samples * width], width, E::zero());
        if time.axis != time_axis(self.dims) {
            // A batch has its lengths along another axis.
            self.lengths.clear();
        }
    }
}

/// What is done at nodes with captured values, over `samples` samples.
pub(super) fn probe<E: Element>(captures: &mut [Capture<E>], samples: usize) -> Probe<'_, E> {
    let ready = captures.iter_mut().filter(|capture| !capture.sizes.is_empty());
    Probe::new(ready.map(|capture| capture.rows(samples)).collect())
}

impl<N: Network> Pass<N> {
    /// Makes room for the values of nodes, of which none is there until the pass is done.
    pub(super) fn prepare_captures(&mut self, samples: usize) {
        let sizes = &self.sizes;
        self.captures.iter_mut().for_each(|capture| capture.prepare(sizes, samples));
    }

    pub(super) fn finish_captures(&mut self, samples: usize) {
        let lengths = &self.lengths;
        self.captures.iter_mut().for_each(|capture| capture.finish(samples, lengths));
    }
}

impl<N: NamedNodes> Pass<N> {
    /// Captures the value of a node in every forward pass from the next one on, for [`Pass::value`]: in inference, before a backward pass, and in a
    /// step of training. The results stay the same. Each captured node costs its copy, and a small allocation a thread and pass; where none is
    /// captured there is no cost.
    ///
    /// ```
    /// use plumbline::prelude::*;
    ///
    /// network! {
    ///     Net: [4] -> [3] {
    ///         hidden: dense(8), relu;
    ///         logits: dense(3);
    ///     }
    /// }
    ///
    /// let (net, x) = (Net::new(1), Batch::zeros(5));
    /// let mut pass = net.pass(5);
    /// pass.capture(|nodes| nodes.hidden);
    /// net.forward_train(&x, &mut pass);
    /// let hidden = pass.value(|nodes| nodes.hidden)?;
    /// let active = hidden.as_slice().iter().filter(|&&h| h > 0.0).count();
    /// println!("{active} of {} units are active", hidden.as_slice().len());
    /// # Ok::<(), plumbline::network::PassError>(())
    /// ```
    pub fn capture<S: Shape, B>(&mut self, node: impl FnOnce(&N::Nodes) -> Node<N, S, B>) {
        self.capture_node(&node(&N::NODES));
    }

    fn capture_node<S: Shape, B>(&mut self, node: &Node<N, S, B>) {
        if self.captures.iter().any(|capture| capture.node == node.index) {
            return;
        }
        self.captures.push(Capture {
            node: node.index,
            dims: S::DIMS,
            sizes_of: node.free.then_some(N::node_sizes),
            length_of: N::node_length,
            time: node.time,
            rows: Aligned::default(),
            sizes: Vec::new(),
            lengths: Vec::new(),
            samples: None,
        });
    }

    /// The value of a captured node in the last forward pass, a sample for each of the batch; a sequence has its lengths. It is the output of the
    /// node's last layer, its activation among them, and stays as it is through a backward pass.
    ///
    /// # Errors
    ///
    /// [`PassError::NotCaptured`] where no forward pass came after [`Pass::capture`] of the node.
    pub fn value<S: Shape, B>(
        &self,
        node: impl FnOnce(&N::Nodes) -> Node<N, S, B>,
    ) -> Result<BatchView<'_, S, N::Element>, PassError> {
        let node = node(&N::NODES);
        self.captured(&node).ok_or(PassError::NotCaptured { node: node.name })
    }

    fn captured<S: Shape, B>(&self, node: &Node<N, S, B>) -> Option<BatchView<'_, S, N::Element>> {
        let capture = self.captures.iter().find(|capture| capture.node == node.index)?;
        let samples = capture.samples?;
        let rows = &capture.rows[..samples * product(&capture.sizes)];
        Some(BatchView::timed(rows, samples, &capture.sizes, &capture.lengths))
    }

    /// Forward for inference up to a node, whose value is given.
    pub fn infer_to<S: Shape, B>(
        &mut self,
        net: &N,
        inputs: &[RowsRef<'_, N::Element>],
        samples: usize,
        node: Node<N, S, B>,
    ) -> BatchView<'_, S, N::Element> {
        self.capture_node(&node);
        self.infer_along(net, inputs, samples, Route { start: None, end: Some(node.index) });
        // The outputs are those of another pass.
        self.state = super::State::Empty;
        self.captured(&node).unwrap_or_else(|| BatchView::timed(&[], 0, S::DIMS, &[]))
    }

    /// Forward for inference from the values of a node on.
    ///
    /// # Errors
    ///
    /// [`ShapeError::NodeLengths`] and [`ShapeError::OtherLength`] where the values have lengths that the network cannot take there.
    pub fn infer_after<S, B, D>(
        &mut self,
        net: &N,
        values: &Batch<S, N::Element, D>,
        node: Node<N, S, B>,
    ) -> Result<(), ShapeError>
    where
        S: Shape,
        B: Alone,
        D: Deref<Target = [N::Element]>,
    {
        let time = node.time.filter(|time| time.axis == time_axis(S::DIMS) && !values.lengths().is_empty());
        if time.is_some_and(|time| time.changes) {
            return Err(ShapeError::NodeLengths { node: node.name.into() });
        }
        if time.is_some() {
            accepts_lengths::<N>(values.lengths())?;
        }
        let (mut clean, mut start) = (Vec::new(), rows(values));
        if !values.lengths().is_empty() {
            start.copy_into(&mut clean);
            start = RowsRef::new(&clean, values.width());
        }
        let lengths = |input| if time.is_some_and(|time| time.input == input) { values.lengths() } else { &[] };
        let inputs: Vec<_> =
            (0..self.layout.inputs.len()).map(|input| RowsRef::new(&[], 0).with_lengths(lengths(input))).collect();
        let route = Route { start: Some((node.index, start)), end: None };
        self.infer_along(net, &inputs, values.samples(), route);
        Ok(())
    }
}

/// Asks that branches of the network, where they come together, make the same of each length.
fn accepts_lengths<N: Network>(lengths: &[usize]) -> Result<(), ShapeError> {
    for (sample, &steps) in lengths.iter().enumerate() {
        match N::length_fault(&|_| SequenceLength { steps, ragged: true }) {
            None => {}
            Some(LengthFault::Differ { layer, expected, found }) => {
                return Err(ShapeError::OtherLength { layer, sample, expected, found });
            }
            Some(LengthFault::Mixed { layer } | LengthFault::Short { layer, .. }) => {
                return Err(ShapeError::MixedSteps { layer });
            }
        }
    }
    Ok(())
}
