//! Which layers learn from a backward pass.

use crate::network::{Parameters, bounded::Flags};

/// Which parameters of a network, of a layer or of a network inside have their gradients calculated in a backward pass: all of them, unless some
/// are [frozen](crate::Gradients::freeze), and none where only the gradient with respect to the inputs is
/// [asked for](crate::Trainable::input_gradient).
///
/// ```
/// use plumbline::network::abi::Learned;
/// let learned = Learned::of(&[true, true, false]);
/// assert!(learned.any() && Learned::ALL.any() && !Learned::NONE.any());
/// let mut numbers = [0.0; 4];
/// assert_eq!(learned.share(&mut numbers).len(), 4);
/// assert!(Learned::NONE.share(&mut numbers).is_empty());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Learned<'a> {
    which: Which<'a>,
    /// Where the backward pass says which gradients are bounded; empty where nobody asks.
    bounded: Flags<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Which<'a> {
    All,
    None,
    /// Each tensor, in order.
    Tensors(&'a [bool]),
}

impl<'a> Learned<'a> {
    /// Every parameter.
    pub const ALL: Learned<'static> = Learned { which: Which::All, bounded: Flags::NONE };
    /// No parameter.
    pub const NONE: Learned<'static> = Learned { which: Which::None, bounded: Flags::NONE };

    /// Those whose place in `tensors` is true.
    pub fn of(tensors: &'a [bool]) -> Self {
        Learned { which: Which::Tensors(tensors), bounded: Flags::NONE }
    }

    /// The same layers, with a flag for each tensor.
    pub(crate) fn with_flags(self, bounded: Flags<'a>) -> Self {
        Learned { bounded, ..self }
    }

    /// Whether each tensor is learned, in order; empty where that is the same for all of them.
    pub(crate) fn tensors(self) -> &'a [bool] {
        match self.which {
            Which::Tensors(tensors) => tensors,
            Which::All | Which::None => &[],
        }
    }

    /// Those of each layer, where these are all the layers, in order. Generated code calls this.
    #[inline]
    pub fn split<E, const N: usize>(self, layers: [&dyn Parameters<E>; N]) -> [Self; N] {
        let mut rest = self;
        layers.map(|layer| {
            let (own, behind) = rest.split_at(layer.tensors());
            rest = behind;
            own
        })
    }

    fn split_at(self, tensors: usize) -> (Self, Self) {
        let (which, other) = match self.which {
            Which::Tensors(all) => {
                let (own, behind) = all.split_at(tensors.min(all.len()));
                (Which::Tensors(own), Which::Tensors(behind))
            }
            which => (which, which),
        };
        let (bounded, behind) = self.bounded.split_at(tensors);
        (Learned { which, bounded }, Learned { which: other, bounded: behind })
    }

    /// Whether there is any.
    #[inline(always)]
    pub fn any(self) -> bool {
        match self.which {
            Which::All => true,
            Which::None => false,
            Which::Tensors(tensors) => tensors.contains(&true),
        }
    }

    /// Where a layer adds up its gradients: nowhere if it does not learn.
    #[inline(always)]
    pub fn share<E>(self, share: &mut [E]) -> &mut [E] {
        if self.any() { share } else { &mut [] }
    }
    /// Whether somebody asks if the layer's gradients are bounded.
    pub(crate) fn asks_for_bounds(self) -> bool {
        !self.bounded.is_empty()
    }

    /// Says that the gradient of the layer's first parameter is bounded.
    pub(crate) fn set_bounded(self) {
        self.bounded.set_first();
    }

    /// Takes back what [`learned_products`](crate::network::learned_products) found out about the layer's gradients: for what changes them afterwards.
    /// Generated code calls this.
    pub fn forget_bounds(self) {
        self.bounded.clear();
    }
}
