//! The network as a layer: y = the state that recall from x ends in.

use crate::{
    Element,
    energy::{
        Hopfield,
        recall::sign,
        update::{ByIndex, Update},
    },
    network::{View, ViewMut},
    shape::FixedDimension,
};

impl<I: FixedDimension, U: Update, E: Element> Hopfield<I, U, E> {
    /// y = the state that recall from sign(x) ends in, where sign(x) is 1 for x ≥ 0 and else −1: one that stays, the one that a cycle of two
    /// reached last, or the one after [`Hopfield::SWEEPS`] sweeps. `other` is memory. Allocates nothing after the first call of a thread.
    pub fn forward(&self, x: View<'_, (I,), E>, mut y: ViewMut<'_, (I,), E>, mut other: ViewMut<'_, (I,), E>) {
        for (y, &x) in y.data_mut().iter_mut().zip(x.data()) {
            *y = sign(x >= E::zero());
        }
        self.settle(y.data_mut(), other.data_mut(), &mut [], 0, &mut ByIndex(I::SIZE), Self::SWEEPS);
    }
}
