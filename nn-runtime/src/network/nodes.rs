//! The named nodes of a network, whose values users read, and at which a pass ends or begins.

use std::{fmt, marker::PhantomData, ops::Deref};

use crate::{
    Batch, Network, Shape, ShapeError,
    network::{Total, rows},
};

/// A named node of the network `N` that gives values of the shape `S`: what `|nodes| nodes.hidden` picks out of
/// [`NamedNodes::Nodes`]. `B` is what the layers behind the node read beside its value, [`Nothing`] where the network can start from it.
pub struct Node<N, S, B = Nothing> {
    pub(super) index: usize,
    pub(super) name: &'static str,
    /// Whether a size of it is free.
    pub(super) free: bool,
    pub(super) time: Option<NodeTime>,
    of: PhantomData<Of<N, S, B>>,
}

/// Whose node it is and what it gives. A node holds none of it.
type Of<N, S, B> = fn() -> (N, S, B);

/// Whose lengths the values of a node have.
#[derive(Clone, Copy, Debug)]
pub(super) struct NodeTime {
    /// The input that the lengths come from.
    pub(super) input: usize,
    /// The axis of time.
    pub(super) axis: usize,
    /// Whether layers before the node change a length.
    pub(super) changes: bool,
}

impl<N, S, B> Clone for Node<N, S, B> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<N, S, B> Copy for Node<N, S, B> {}

impl<N, S, B> fmt::Debug for Node<N, S, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Node").field(&self.name).finish()
    }
}

impl<N, S, B> Node<N, S, B> {
    /// The node `index`, in the order in which the values of all are there.
    pub const fn new(index: usize, name: &'static str) -> Self {
        Node { index, name, free: false, time: None, of: PhantomData }
    }

    /// The same with values whose sizes [`NamedNodes::node_sizes`] tells.
    #[must_use]
    pub const fn free(self) -> Self {
        Node { index: self.index, name: self.name, free: true, time: self.time, of: PhantomData }
    }

    /// The same with sequences along `axis`, whose lengths are those of an input.
    #[must_use]
    pub const fn timed(self, input: Option<usize>, axis: usize) -> Self {
        let time = match input {
            Some(input) => Some(NodeTime { input, axis, changes: false }),
            None => None,
        };
        Node { index: self.index, name: self.name, free: self.free, time, of: PhantomData }
    }

    /// The same with lengths of which [`NamedNodes::node_length`] tells what becomes on the way.
    #[must_use]
    pub const fn changed(self) -> Self {
        let time = match self.time {
            Some(NodeTime { input, axis, .. }) => Some(NodeTime { input, axis, changes: true }),
            None => None,
        };
        Node { index: self.index, name: self.name, free: self.free, time, of: PhantomData }
    }

    /// The node's name.
    pub fn name(&self) -> &'static str {
        self.name
    }
}

/// What the layers behind a node read beside its value, where they read no other.
#[derive(Clone, Copy, Debug)]
pub struct Nothing;

/// What the layers behind a node read beside its value, where that is nothing: the network can start from the node.
#[diagnostic::on_unimplemented(
    message = "the network cannot start behind this node: it needs `{Self}` as well",
    label = "a node whose value is not all that the network needs from there on",
    note = "a network starts from a node through which everything goes, as behind a bottleneck or in a chain of layers"
)]
pub trait Alone {}

#[diagnostic::do_not_recommend]
impl Alone for Nothing {}

/// A network whose named nodes can be read, as every one that `network!` declares. `Nodes` has a field for each of them.
///
/// The value of a node is what its last layer gives, its activation among them: what [`Network::forward`] would give, to the last bit, were the
/// node an output. Beside the methods here, which run a network up to a node and from one on, [`Pass::capture`](crate::Pass::capture) reads nodes
/// along a whole pass, of inference or of training.
///
/// ```
/// use plumbline::prelude::*;
///
/// network! {
///     Autoencoder: [784] -> [784] {
///         hidden: dense(32), relu;
///         code: dense(2);
///         back: dense(32), relu;
///         image: dense(784), sigmoid;
///     }
/// }
///
/// let net = Autoencoder::new(1);
/// let x = Batch::<AutoencoderInput>::zeros(3);
/// // The encoder, and the decoder.
/// let code: Batch<(Const<2>,)> = net.forward_to(&x, |nodes| nodes.code);
/// let images = net.forward_after(&code, |nodes| nodes.code)?;
/// assert_eq!(images, net.forward(&x));
/// # Ok::<(), plumbline::ShapeError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no named nodes",
    label = "expected a network that `network!` declares",
    note = "a layer of your own is one step, and has no values inside that could be read"
)]
pub trait NamedNodes: Network {
    /// A field for each named node.
    type Nodes: 'static;

    /// The nodes.
    const NODES: Self::Nodes;

    /// The sizes of a value of the node `index`, where some are free, from those that [`Sizing`](crate::network::abi::Sizing) calculates.
    fn node_sizes(index: usize, sizes: &[usize]) -> Vec<usize> {
        let _ = (index, sizes);
        Vec::new()
    }

    /// The length of a sequence that the node `index` gives, for one of `length` steps in the input.
    fn node_length(index: usize, length: usize) -> usize {
        let _ = index;
        length
    }

    /// The values of `node` for a batch, in inference; nothing behind the node is calculated. A node with a sequence has its lengths.
    ///
    /// A network with several inputs has an argument for each, and one that may refuse a batch gives a `Result`, as for [`Network::forward`].
    fn forward_to<S, B, D>(
        &self,
        x: &Batch<Self::Input, Self::Element, D>,
        node: impl FnOnce(&Self::Nodes) -> Node<Self, S, B>,
    ) -> Batch<S, Self::Element>
    where
        Self: Total,
        Self::Input: Shape,
        S: Shape,
        D: Deref<Target = [Self::Element]>,
    {
        let mut pass = self.pass(0);
        pass.infer_to(self, &[rows(x)], x.samples(), node(&Self::NODES)).to_batch()
    }

    /// The outputs for values of `node`, in inference; nothing before the node is calculated.
    ///
    /// Everything that the network calculates behind the node must go through it: a node beside which another value is needed, of a skip connection
    /// or a second branch, is an error of the compiler that names the other one. A network with free dimensions does not start from a node. One with
    /// several outputs gives a tuple, as for [`Network::forward`].
    /// Values of sequences have lengths along the axis that batches have them along, and none behind a `transpose`: from there on the network takes
    /// all of them as full.
    ///
    /// # Errors
    ///
    /// [`ShapeError::NodeLengths`] where `values` has lengths and the layers before the node change those of their sequences;
    /// [`ShapeError::OtherLength`] where branches make different lengths of them.
    fn forward_after<S, B, D>(
        &self,
        values: &Batch<S, Self::Element, D>,
        node: impl FnOnce(&Self::Nodes) -> Node<Self, S, B>,
    ) -> Result<Batch<Self::Output, Self::Element>, ShapeError>
    where
        Self: Total,
        Self::Output: Shape,
        S: Shape,
        B: Alone,
        D: Deref<Target = [Self::Element]>,
    {
        let mut pass = self.pass(0);
        pass.infer_after(self, values, node(&Self::NODES))?;
        Ok(pass.output_batch(0).to_batch())
    }
}
