//! Which layers learn from a backward pass.

use crate::network::Parameters;

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
pub struct Learned<'a>(Which<'a>);

#[derive(Clone, Copy, Debug)]
enum Which<'a> {
    All,
    None,
    /// Each tensor, in order.
    Tensors(&'a [bool]),
}

impl<'a> Learned<'a> {
    /// Every parameter.
    pub const ALL: Learned<'static> = Learned(Which::All);
    /// No parameter.
    pub const NONE: Learned<'static> = Learned(Which::None);

    /// Those whose place in `tensors` is true.
    pub fn of(tensors: &'a [bool]) -> Self {
        Learned(Which::Tensors(tensors))
    }

    /// Whether each tensor is learned, in order; empty where that is the same for all of them.
    pub(crate) fn tensors(self) -> &'a [bool] {
        match self.0 {
            Which::Tensors(tensors) => tensors,
            Which::All | Which::None => &[],
        }
    }

    /// Those of each layer, where these are all the layers, in order. Generated code calls this.
    #[inline]
    pub fn split<E, const N: usize>(self, layers: [&dyn Parameters<E>; N]) -> [Self; N] {
        let Which::Tensors(mut rest) = self.0 else { return [self; N] };
        layers.map(|layer| {
            let (own, behind) = rest.split_at(layer.tensors().min(rest.len()));
            rest = behind;
            Learned::of(own)
        })
    }

    /// Whether there is any.
    #[inline(always)]
    pub fn any(self) -> bool {
        match self.0 {
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
}
