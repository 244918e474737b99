//! The steps of recurrent cells, forward and backward.
//!
//! A step is a matrix product over all samples of a part, h W_hhᵀ or dG W_hh, and what the cell makes of each sum while it is still in a
//! register. All samples' numbers of a step lie together, sample after sample; the weight is copied once for all steps, into panels that
//! stream through the first-level cache. A single sample takes the weight as it lies.

mod function;
mod gru;
mod lstm;
mod pack;
mod rnn;
mod single;
mod step;
mod sweep;

pub(crate) use step::{Backward, Forward, Weight};

use pulp::Simd;

use crate::kernels::{Element, compiled::compiled, math::Math, scratch, sizes::count, vector::Vector};

/// What a cell calculates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// h = tanh(z)
    Tanh,
    /// h = max(z, 0)
    Relu,
    /// h = σ(z)
    Sigmoid,
    /// h = z
    Identity,
    /// h = z above 0, else a z.
    LeakyRelu(f64),
    /// h = z above 0, else a (e^z − 1).
    Elu(f64),
    /// h = λ z above 0, else λ α (e^z − 1).
    Selu,
    /// h = z Φ(z)
    Gelu,
    /// h = z σ(z)
    Silu,
    /// h = ln(1 + e^z)
    Softplus,
    /// Input gate, forget gate, candidate, output gate, and a memory cell beside h.
    Lstm,
    /// Reset gate, update gate, candidate.
    Gru,
}

impl Kind {
    /// Blocks of rows of the weights.
    pub const fn gates(self) -> usize {
        match self {
            Kind::Lstm => 4,
            Kind::Gru => 3,
            _ => 1,
        }
    }

    /// Blocks of numbers that are kept of each step and become gradients: the gates; in a GRU W_hn h + b_hn before them, because its
    /// gradient is not that of W_in x + b_in. The product with W_hh takes the first [`Kind::gates`] of them.
    pub const fn kept(self) -> usize {
        self.gates() + self.first()
    }

    /// The kept block from which on the gates lie as in W_ih.
    pub const fn first(self) -> usize {
        matches!(self, Kind::Gru) as usize
    }

    /// Whether there is a memory cell.
    pub const fn has_cell(self) -> bool {
        matches!(self, Kind::Lstm)
    }

    /// What a step that changes no state has in its kept blocks, so that gradients pass it as they are; nothing for cells that keep no
    /// more than what they hand on by W_hh.
    pub(crate) const fn neutral(self) -> &'static [f64] {
        match self {
            Kind::Lstm => &[0.0, 1.0, 0.0, 0.0],
            Kind::Gru => &[0.0, 0.0, 1.0, 0.0],
            _ => &[],
        }
    }

    /// Whether h itself is part of the next h, and not by W_hh alone.
    pub(crate) const fn hands_on(self) -> bool {
        matches!(self, Kind::Gru)
    }

    /// The kept blocks that meet W_hh: the first of some that lie together, the first block of W_hh that they meet, and their number.
    pub(crate) const fn recurrent_blocks(self) -> &'static [(usize, usize, usize)] {
        match self {
            Kind::Lstm => &[(0, 0, 4)],
            Kind::Gru => &[(1, 0, 2), (0, 2, 1)],
            _ => &[(0, 0, 1)],
        }
    }
}

compiled! {
    /// The steps for an element type, compiled once in this crate. Sealed through [`crate::Element`].
    pub trait Recurrences {
        /// Copies W_hh, [gates · n, n], as a forward step reads it.
        fn pack_forward(kind: Kind, weight: &[Self], n: usize, packed: &mut [Self]) { pack::forward(kind, weight, n, packed) }
        /// Copies W_hh as a backward step reads it.
        fn pack_backward(kind: Kind, weight: &[Self], n: usize, packed: &mut [Self]) { pack::backward(kind, weight, n, packed) }
        /// y = W x for one x.
        fn project(weight: &[Self], x: &[Self], y: &mut [Self]) { single::project(weight, x, y) }
        /// See [`Forward`].
        fn forward_step(step: Forward<'_, Self>) { step::forward(step) }
        /// See [`Backward`].
        fn backward_step(step: Backward<'_, Self>) { step::backward(step) }
    }
}

/// Calls `steps` with W_hh as forward steps over `samples` samples read it, and with room for `room` numbers. Within it no other
/// kernel that needs memory of its own may run.
pub(crate) fn with_forward<E: Element>(
    (kind, n): (Kind, usize),
    weight: &[E],
    samples: usize,
    room: usize,
    steps: impl FnOnce(Weight<'_, E>, &mut [E]),
) {
    let packed = if samples == 1 { 0 } else { pack::room(kind, n) };
    scratch::with(count(&[packed]) + count(&[room]), |memory| {
        let (packed, room) = memory.split_at_mut(packed);
        if samples == 1 {
            steps(Weight::Rows(weight), room);
        } else {
            E::pack_forward(kind, weight, n, packed);
            steps(Weight::Packed(packed), room);
        }
    });
}

/// Calls `steps` with W_hh as backward steps read it. Within it no other kernel that needs memory of its own may run.
pub(crate) fn with_backward<E: Element>(kind: Kind, n: usize, weight: &[E], steps: impl FnOnce(&[E])) {
    scratch::with(pack::room(kind, n), |packed| {
        E::pack_backward(kind, weight, n, packed);
        steps(packed);
    });
}

/// A register of units of one sample.
#[derive(Clone, Copy)]
struct Place {
    /// The sample.
    row: usize,
    /// The first unit.
    unit: usize,
    /// How many units there are from there, at most a register.
    count: usize,
}

/// `count` numbers from `at`, zeros behind them.
#[inline(always)]
fn load<S: Simd, E: Math>(simd: S, data: &[E], at: usize, count: usize) -> Vector<S, E> {
    let numbers = &data[at..at + count];
    if count == E::lanes::<S>() {
        Vector::of(simd, E::as_vectors::<S>(numbers).0[0])
    } else {
        Vector::load(simd, numbers)
    }
}

/// The first `count` numbers of a register, from `at`.
#[inline(always)]
fn store<S: Simd, E: Math>(data: &mut [E], at: usize, count: usize, v: Vector<S, E>) {
    let numbers = &mut data[at..at + count];
    if count == E::lanes::<S>() {
        E::as_vectors_mut::<S>(numbers).0[0] = v.raw();
    } else {
        v.store(numbers);
    }
}
