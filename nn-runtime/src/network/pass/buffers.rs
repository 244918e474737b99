//! The step of the buffers, from what a forward pass of training has measured.

use super::{Pass, PassError};
use crate::{
    Element, Network, Trainable,
    network::{Learned, Measured, Role, Tensor},
};

/// What is to become of what the last forward pass of training has measured.
#[derive(Clone, Debug, Default)]
pub(super) struct Buffers<E> {
    /// Whether no network has taken it yet.
    measured: bool,
    /// Whether a backward pass for parameters has followed, so that a network is to take it before the next one.
    owed: bool,
    /// Whether each tensor is learned, by the gradients of that backward pass; empty where all are.
    learned: Vec<bool>,
    /// The buffers as they were.
    saved: Vec<E>,
}

/// A number of a buffer that would become infinite or NaN.
pub(crate) struct NotFinite {
    /// The buffer.
    pub(crate) name: String,
    /// The index in the buffer, row-major.
    pub(crate) index: usize,
    /// What the number would become.
    pub(crate) found: f64,
}

impl From<NotFinite> for PassError {
    fn from(NotFinite { name, index, found }: NotFinite) -> Self {
        PassError::NotFinite { name, index, found }
    }
}

impl<E> Buffers<E> {
    /// A forward pass of training begins.
    pub(super) fn begin(&mut self) {
        self.measured = false;
        self.learned.clear();
    }

    /// It is done.
    pub(super) fn measure(&mut self) {
        self.measured = true;
    }
}

impl<N: Network> Pass<N> {
    /// Lets the buffers stay as they are after a backward pass, in place of [`Trainable::update_buffers`]: for gradients that no step follows.
    pub fn discard_buffers(&mut self) {
        (self.moves.measured, self.moves.owed) = (false, false);
    }

    /// Asks that the buffers have moved since the last backward pass.
    ///
    /// # Errors
    ///
    /// [`PassError::Buffers`] where they have not.
    pub(crate) fn check_buffers(&self) -> Result<(), PassError> {
        if self.moves.owed { Err(PassError::Buffers) } else { Ok(()) }
    }

    /// A backward pass for the parameters of `net` that are `learned` is done.
    pub(super) fn owe_buffers(&mut self, net: &N, learned: Learned<'_>) {
        let moves = &mut self.moves;
        moves.learned.extend_from_slice(learned.tensors());
        let moved = |(index, tensor): (usize, Tensor<'_, N::Element>)| {
            tensor.role == Role::Buffer && moves.learned.get(index).is_none_or(|&learned| learned)
        };
        moves.owed = self.layout.meetings > 0 && net.parameters().enumerate().any(moved);
    }

    fn has_buffers(&self) -> bool {
        self.layout.meetings > 0
    }

    /// Keeps a copy of the buffers of `net`.
    pub(crate) fn save_buffers(&mut self, net: &N) {
        self.moves.saved.clear();
        if self.has_buffers() {
            let buffers = net.parameters().filter(|tensor| tensor.role == Role::Buffer);
            buffers.for_each(|tensor| self.moves.saved.extend_from_slice(tensor.values));
        }
    }

    /// Gives the buffers of `net` the numbers that were saved.
    pub(crate) fn restore_buffers(&self, net: &mut N) {
        let mut saved = &self.moves.saved[..];
        for index in (0..net.tensors()).take_while(|_| self.has_buffers()) {
            let tensor = net.tensor_mut(index);
            if tensor.role == Role::Buffer {
                let (own, rest) = saved.split_at(tensor.values.len());
                tensor.values.copy_from_slice(own);
                saved = rest;
            }
        }
    }
}

impl<N: Trainable> Pass<N> {
    /// [`Trainable::update_buffers`].
    pub(crate) fn update_buffers(&mut self, net: &mut N) -> Result<(), PassError> {
        if !self.moves.measured {
            return Err(PassError::NotMeasured);
        }
        self.save_buffers(net);
        let moved = self.move_buffers(net);
        if moved.is_err() {
            self.restore_buffers(net);
        }
        Ok(moved?)
    }

    /// Moves the buffers of `net` by what the last forward pass of training has measured, if it has and none were moved by it.
    ///
    /// # Errors
    ///
    /// The first number that has become infinite or NaN. All buffers have moved then.
    pub(crate) fn move_buffers(&mut self, net: &mut N) -> Result<(), NotFinite> {
        let measured = std::mem::take(&mut self.moves.measured);
        self.moves.owed = false;
        if !measured || !self.has_buffers() || self.samples() == 0 {
            return Ok(());
        }
        let learned = match &self.moves.learned[..] {
            [] => Learned::ALL,
            learned => Learned::of(learned),
        };
        net.move_buffers(Measured::new(&self.told[0][..self.layout.common], learned));
        for tensor in net.parameters().filter(|tensor| tensor.role == Role::Buffer) {
            if let Some(index) = tensor.values.iter().position(|x| !x.as_f64().is_finite()) {
                let found = tensor.values[index].as_f64();
                return Err(NotFinite { name: tensor.name.to_string(), index, found });
            }
        }
        Ok(())
    }
}
