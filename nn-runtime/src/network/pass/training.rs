//! Passes of training: forward, backward, and the step that is both.

use super::{Need, Pass, PassError, State, kept_of};
use crate::{
    Trainable,
    network::{
        engine::{Cut, Work},
        gradients::Gradients,
        learned::Learned,
        memory::{KeptArray, Rows, RowsRef},
        part::{Shares, Whole},
    },
};

/// How a step goes through a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Walk {
    /// Part by part, each with its loss.
    Parts,
    /// All parts forward, the loss of all of them, and all parts backward.
    Whole,
}

impl<N: Trainable> Pass<N> {
    /// Forward for training. The inputs are copied, so that [`Pass::backward`] has them.
    #[doc(hidden)]
    pub fn train(&mut self, net: &N, inputs: &[RowsRef<'_, N::Element>], samples: usize) {
        let cut = self.cut(samples);
        let threads = cut.threads(&self.layout, 1);
        self.reserve(Need::Training, cut, threads);
        self.make_ready(net, cut, threads);
        self.start(samples);
        self.moves.begin();
        self.step += 1;
        self.copy(inputs);
        self.remember_lengths(inputs);
        let copies = self.take_copies();
        for leg in 0..=self.layout.meetings {
            let rows = Self::rows_of(&copies, &self.layout);
            let work = self.work(Need::Training, rows, cut, threads, leg);
            work.walk(threads, &|part, _, _| net.forward_part(part));
            self.meet(cut);
        }
        (self.inputs, self.lengths) = copies;
        self.finish_captures(samples);
        self.state = State::Trained(samples);
        self.moves.measure();
    }

    /// Backward from the gradient with respect to each output.
    ///
    /// # Errors
    ///
    /// [`PassError`] where the last forward pass was none for training, has been gone back through already, or was of another number of
    /// samples; [`PassError::Buffers`] where the buffers of `net` have not moved since the backward pass before.
    #[doc(hidden)]
    pub fn backward(
        &mut self,
        net: &N,
        d_outputs: &[&[N::Element]],
        samples: usize,
        gradients: &mut Gradients<N>,
    ) -> Result<(), PassError> {
        self.check_buffers()?;
        let (gradients, learned) = gradients.split();
        self.go_back(net, d_outputs, samples, learned, Some(gradients))?;
        self.owe_buffers(net, learned);
        Ok(())
    }

    /// [`Pass::backward`] for the gradient with respect to the inputs alone: [`Pass::d_input`] has the same bits, and those of the parameters are not
    /// calculated.
    ///
    /// # Errors
    ///
    /// As [`Pass::backward`].
    #[doc(hidden)]
    pub fn input_gradient(&mut self, net: &N, d_outputs: &[&[N::Element]], samples: usize) -> Result<(), PassError> {
        self.go_back(net, d_outputs, samples, Learned::NONE, None)
    }

    fn go_back(
        &mut self,
        net: &N,
        d_outputs: &[&[N::Element]],
        samples: usize,
        learned: Learned<'_>,
        gradients: Option<&mut N>,
    ) -> Result<(), PassError> {
        match self.state {
            State::Trained(_) if self.returned => return Err(PassError::SecondBackward),
            State::Trained(expected) if expected == samples => {}
            State::Trained(expected) => return Err(PassError::Samples { expected, found: samples }),
            State::Empty | State::Inferred(_) => return Err(PassError::NoForward),
        }
        let cut = self.cut(samples);
        let threads = cut.threads(&self.layout, 2);
        self.reserve(Need::Training, cut, threads);
        for (index, rows) in d_outputs.iter().enumerate() {
            self.kept[self.layout.forward_kept + index][..rows.len()].copy_from_slice(rows);
        }
        // The values of the forward pass are used up.
        (self.state, self.returned) = (State::Empty, false);
        let copies = self.take_copies();
        self.clear(cut);
        for leg in 0..=self.layout.meetings {
            let rows = Self::rows_of(&copies, &self.layout);
            let work = Work { learned, ..self.work(Need::Training, rows, cut, threads, leg) };
            work.walk(threads, &|part, share, _| net.backward_part::<true>(part, share));
            self.meet(cut);
        }
        if let Some(gradients) = gradients {
            let rows = Self::rows_of(&copies, &self.layout);
            self.finish(net, Need::Training, rows, cut, gradients, learned);
        }
        (self.inputs, self.lengths) = copies;
        (self.state, self.returned) = (State::Trained(samples), true);
        Ok(())
    }

    /// Forward, loss and backward, part by part between their meetings: the fastest step of training. `loss` gets the index of a part's first
    /// sample and its rows of each output, writes the gradients with respect to them, and gives the part's loss.
    /// The sum over the parts is returned.
    #[doc(hidden)]
    pub fn step<F>(
        &mut self,
        net: &N,
        inputs: &[RowsRef<'_, N::Element>],
        samples: usize,
        gradients: &mut Gradients<N>,
        loss: F,
    ) -> f64
    where
        F: Fn(usize, &[Rows<'_, N::Element>], &mut [Rows<'_, N::Element>]) -> f64 + Sync,
    {
        let cut = self.cut(samples);
        let threads = cut.threads(&self.layout, 3);
        self.reserve(Need::Step, cut, threads);
        self.make_ready(net, cut, threads);
        self.start(samples);
        self.moves.begin();
        self.step += 1;
        self.remember_lengths(inputs);
        let padded = self.copy_padded(inputs);
        let copies = self.take_copies();
        self.clear(cut);
        let (gradients, learned) = gradients.split();
        let (outputs, kept) = (N::PLAN.outputs, N::PLAN.forward_kept);
        // The last leg forward and the first one backward are one.
        let turn = self.layout.meetings;
        for leg in 0..=2 * turn {
            let rows = Self::direct_rows(&copies, inputs, padded, &self.layout);
            let work = Work { learned, ..self.work(Need::Step, rows, cut, threads, leg) };
            work.walk(threads, &|part, share, sum| {
                if leg <= turn {
                    net.forward_part(part);
                }
                if leg == turn {
                    let (values, gradients) = part.kept.as_slice_mut().split_at_mut(kept);
                    *sum += loss(part.first, &values[..outputs], &mut gradients[..outputs]);
                }
                if leg >= turn {
                    part.leg = leg - turn;
                    net.backward_part::<false>(part, share);
                }
            });
            self.meet(cut);
        }
        let rows = Self::direct_rows(&copies, inputs, padded, &self.layout);
        self.finish(net, Need::Step, rows, cut, gradients, learned);
        (self.inputs, self.lengths) = copies;
        self.finish_captures(samples);
        // The outputs stay; the values that a backward pass needs do not.
        (self.state, self.returned) = (State::Inferred(samples), true);
        self.moves.measure();
        self.owe_buffers(net, learned);
        self.sums[..cut.shares].iter().sum()
    }

    /// [`Pass::step`], or the same with one call of `loss` for all samples.
    pub(crate) fn step_by<F>(
        &mut self,
        walk: Walk,
        net: &N,
        inputs: &[RowsRef<'_, N::Element>],
        samples: usize,
        gradients: &mut Gradients<N>,
        loss: F,
    ) -> f64
    where
        F: Fn(usize, &[Rows<'_, N::Element>], &mut [Rows<'_, N::Element>]) -> f64 + Sync,
    {
        match walk {
            Walk::Parts => self.step(net, inputs, samples, gradients, loss),
            Walk::Whole => self.step_as_whole(net, inputs, samples, gradients, loss),
        }
    }

    /// Each part keeps what its backward pass needs, as for [`Pass::backward`].
    fn step_as_whole<F>(
        &mut self,
        net: &N,
        inputs: &[RowsRef<'_, N::Element>],
        samples: usize,
        gradients: &mut Gradients<N>,
        loss: F,
    ) -> f64
    where
        F: Fn(usize, &[Rows<'_, N::Element>], &mut [Rows<'_, N::Element>]) -> f64,
    {
        self.train(net, inputs, samples);
        let cut = self.cut(samples);
        let threads = cut.threads(&self.layout, 2);
        self.reserve(Need::Training, cut, threads);
        self.state = State::Empty;
        let copies = self.take_copies();
        self.clear(cut);
        let (gradients, learned) = gradients.split();
        let sum = {
            let mut kept = kept_of::<N>(&mut self.kept, &self.layout, Need::Training, samples);
            let (values, d_values) = kept.as_slice_mut().split_at_mut(N::PLAN.forward_kept);
            loss(0, &values[..N::PLAN.outputs], &mut d_values[..N::PLAN.outputs])
        };
        for leg in 0..=self.layout.meetings {
            let rows = Self::rows_of(&copies, &self.layout);
            let work = Work { learned, ..self.work(Need::Training, rows, cut, threads, leg) };
            work.walk(threads, &|part, share, _| net.backward_part::<false>(part, share));
            self.meet(cut);
        }
        let rows = Self::rows_of(&copies, &self.layout);
        self.finish(net, Need::Training, rows, cut, gradients, learned);
        (self.inputs, self.lengths) = copies;
        // There are no gradients with respect to the inputs.
        (self.state, self.returned) = (State::Inferred(samples), true);
        self.owe_buffers(net, learned);
        sum
    }

    /// Lets the kernels of each thread make their memory before the first step, so that none does so later.
    fn make_ready(&mut self, net: &N, cut: Cut, threads: usize) {
        if threads > self.ready[1] {
            self.ready = [threads; 2];
            self.on_each_thread(cut, |pass, inputs| {
                pass.step(net, inputs, cut.size, &mut net.gradients(), |_, _, _| 0.0);
            });
        }
    }

    fn finish<'a>(
        &'a mut self,
        net: &N,
        need: Need,
        inputs: N::Inputs<'a>,
        cut: Cut,
        gradients: &mut N,
        learned: Learned<'a>,
    ) {
        let whole = Whole {
            inputs,
            sizes: &self.sizes,
            kept: kept_of::<N>(&mut self.kept, &self.layout, need, cut.samples),
            shares: Shares::new(&self.buffers[..cut.shares * self.layout.share], self.layout.share.max(1)),
            samples: cut.samples,
            part: cut.size,
            learned,
        };
        net.finish(whole, gradients);
    }
}
