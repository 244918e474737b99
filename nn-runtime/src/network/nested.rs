//! A network as a part of another one.

use crate::{
    Network, Shape, Trainable,
    network::{
        common::Common,
        learned::Learned,
        memory::{InputArray, KeptArray, RowsRef, Scratch},
        part::Part,
        probe::Probe,
        random::Random,
        view::{View, ViewMut},
    },
};

/// Some consecutive samples on their way through the network `N` inside another one: generated code hands it a value, and takes what
/// it gives, both in rows.
#[derive(Debug)]
pub struct Nested<'a, N: Network> {
    part: Part<'a, N>,
}

impl<'a, N: Network> Nested<'a, N> {
    /// The samples `x`, with the memory and the sizes of free dimensions that the network around sets aside. `first` is the index of the first
    /// sample, `random` the random numbers for this part, `leg` its own leg of the way.
    pub fn new(
        x: RowsRef<'a, N::Element>,
        kept: N::Kept<'a>,
        sizes: &'a [usize],
        scratch: Scratch<'a, N::Element>,
        first: usize,
        random: Random,
        leg: usize,
        common: Common<'a, N::Element>,
    ) -> Self {
        let inputs = InputArray::new([x]);
        let (learned, probe) = (Learned::ALL, Probe::none());
        Nested { part: Part { inputs, kept, sizes, scratch, first, random, leg, common, learned, probe } }
    }

    /// y = what `net` gives for x in inference.
    pub fn infer<S: Shape>(mut self, net: &N, mut y: ViewMut<'_, S, N::Element>) {
        net.infer_part(&mut self.part);
        y.data_mut().copy_from_slice(self.part.kept.as_slice_mut()[0].data());
    }
}

impl<'a, N: Trainable> Nested<'a, N> {
    /// y = what `net` gives for x in training, after the last leg.
    pub fn forward<S: Shape>(mut self, net: &N, mut y: ViewMut<'_, S, N::Element>) {
        net.forward_part(&mut self.part);
        if self.part.leg == N::PLAN.meetings {
            y.data_mut().copy_from_slice(self.part.kept.as_slice_mut()[0].data());
        }
    }

    /// d_x from d_y, which is read in the first leg, after the last; what `net` adds up sample by sample is added to `share`, for the
    /// layers that are `learned`. d_x is calculated where `INPUTS` says so.
    pub fn backward<const INPUTS: bool, S: Shape, T: Shape>(
        mut self,
        net: &N,
        d_y: View<'_, S, N::Element>,
        d_x: Option<ViewMut<'_, T, N::Element>>,
        share: &mut [N::Element],
        learned: Learned<'a>,
    ) {
        let (d_output, d_input) = (N::PLAN.forward_kept, N::PLAN.forward_kept + 1);
        if self.part.leg == 0 {
            self.part.kept.as_slice_mut()[d_output].data_mut().copy_from_slice(d_y.data());
        }
        self.part.learned = learned;
        net.backward_part::<INPUTS>(&mut self.part, share);
        if let Some(mut d_x) = d_x.filter(|_| INPUTS && self.part.leg == N::PLAN.meetings) {
            d_x.data_mut().copy_from_slice(self.part.kept.as_slice_mut()[d_input].data());
        }
    }
}
