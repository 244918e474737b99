//! What the parts of a batch have in common.

use crate::Element;

/// What a part tells the others of its batch, in one leg, and what all of them told, in the next: see [`Plan::meetings`](crate::network::abi::Plan).
///
/// ```
/// use plumbline::network::abi::Common;
/// // The second of two parts; each tells two numbers, of which the second belongs to some layer.
/// let (mut own, all) = ([0.0, 0.0], [1.0, 2.0, 3.0, 4.0]);
/// let mut common = Common::new(&mut own, &all, 2);
/// let mut common = common.within(1);
/// assert!(common.split(1).1.eq([[2.0], [4.0]]));
/// common.own(1)[0] = 5.0;
/// assert_eq!(own, [0.0, 5.0]);
/// ```
#[derive(Debug)]
pub struct Common<'a, E> {
    own: &'a mut [E],
    all: &'a [E],
    /// The numbers of a part.
    width: usize,
    /// Where what follows begins in them.
    start: usize,
}

impl<'a, E: Element> Common<'a, E> {
    /// The numbers of a part, `width` of them, and those that all parts told in the legs before.
    pub fn new(own: &'a mut [E], all: &'a [E], width: usize) -> Self {
        Common { own, all, width, start: 0 }
    }

    /// The same from `start` on: what belongs to a layer or to a network inside the network.
    #[inline(always)]
    pub fn within(&mut self, start: usize) -> Common<'_, E> {
        Common { own: self.own, start: self.start + start, ..*self }
    }

    /// The first `length` numbers of this part.
    ///
    /// # Panics
    ///
    /// Where there are not so many: a mistake in the network's memory plan, never in a user's data.
    #[inline(always)]
    pub fn own(&mut self, length: usize) -> &mut [E] {
        &mut self.own[self.start..self.start + length]
    }

    /// The same, and what each part told there, in order.
    ///
    /// # Panics
    ///
    /// As [`Common::own`].
    #[inline(always)]
    pub fn split(&mut self, length: usize) -> (&mut [E], impl Iterator<Item = &'a [E]> + Clone + use<'a, E>) {
        let place = self.start..self.start + length;
        (&mut self.own[place.clone()], self.all.chunks_exact(self.width.max(1)).map(move |part| &part[place.clone()]))
    }
}

/// The leg of a network inside the network, which begins in leg `first` and has `meetings`; none before and after.
#[inline(always)]
pub fn leg_within(leg: usize, first: usize, meetings: usize) -> Option<usize> {
    leg.checked_sub(first).filter(|&leg| leg <= meetings)
}
