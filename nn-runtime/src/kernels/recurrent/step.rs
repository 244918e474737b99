//! One step of a cell over all samples of a part.

use pulp::{Simd, WithSimd};

use crate::kernels::{
    Element,
    math::Math,
    piecewise::{SELU_ALPHA, SELU_LAMBDA},
    recurrent::{
        Kind,
        function::{Exponential, Function, Gelu, Identity, LeakyRelu, Relu, Sigmoid, Silu, Softplus, Tanh},
        gru, lstm, rnn,
        single::Single,
        sweep::{Epilogue, Sweep},
    },
    simd::run,
};

/// W_hh, [gates · n, n].
#[derive(Clone, Copy, Debug)]
pub enum Weight<'a, E> {
    /// As [`super::Recurrences::pack_forward`] has left it.
    Packed(&'a [E]),
    /// As it lies, for a single sample.
    Rows(&'a [E]),
}

/// h and c after a step, from those before it. Each slice holds a row for each sample.
#[derive(Debug)]
pub struct Forward<'a, E> {
    /// The cell.
    pub kind: Kind,
    /// Units.
    pub n: usize,
    /// W_hh.
    pub weight: Weight<'a, E>,
    /// Biases, [kept · n], those of W_ih and W_hh added where the cell adds what they belong to.
    pub bias: &'a [E],
    /// The weights of the peepholes, [3, n], or none.
    pub peephole: &'a [E],
    /// [kept · n]: W_ih x in all blocks from [`Kind::first`] on; then what the gates are.
    pub gates: &'a mut [E],
    /// \[n\]
    pub h_before: &'a [E],
    /// \[n\], written.
    pub h: &'a mut [E],
    /// \[n\], where the cell has a memory cell.
    pub c_before: &'a [E],
    /// \[n\], written.
    pub c: &'a mut [E],
}

/// The gradients before a step, from those after it. Each slice holds a row for each sample.
#[derive(Debug)]
pub struct Backward<'a, E> {
    /// The cell.
    pub kind: Kind,
    /// Units.
    pub n: usize,
    /// W_hh as [`super::Recurrences::pack_backward`] has left it.
    pub packed: &'a [E],
    /// The weights of the peepholes, [3, n], or none.
    pub peephole: &'a [E],
    /// [kept · n]: the gradients that this function left for the step after this one, or nothing for the last.
    pub later: &'a [E],
    /// [kept · n]: what the gates were; then the gradients with respect to the sums under their activations.
    pub gates: &'a mut [E],
    /// \[n\]
    pub h_before: &'a [E],
    /// \[n\]
    pub h: &'a [E],
    /// \[n\], where the cell has a memory cell.
    pub c_before: &'a [E],
    /// \[n\]
    pub c: &'a [E],
    /// \[n\]: the gradient with respect to h but for the share by W_hh; then all of it.
    pub d_h: &'a mut [E],
    /// \[n\]: what reaches the h before but not by W_hh is added.
    pub d_h_before: &'a mut [E],
    /// \[n\]: the gradient with respect to c but for the share by h; then all of it.
    pub d_c: &'a mut [E],
    /// \[n\], written: the same for the c before.
    pub d_c_before: &'a mut [E],
}

/// What takes a cell's function, whichever it is.
trait Take {
    fn take<F: Function>(self, function: F);
}

/// Hands the function of a simple cell on, so that a step is compiled for each.
fn with_function(kind: Kind, take: impl Take) {
    match kind {
        Kind::Tanh => take.take(Tanh),
        Kind::Relu => take.take(Relu),
        Kind::Sigmoid => take.take(Sigmoid),
        Kind::Identity => take.take(Identity),
        Kind::LeakyRelu(slope) => take.take(LeakyRelu(slope)),
        Kind::Elu(scale) => take.take(Exponential { line: 1.0, scale }),
        Kind::Selu => take.take(Exponential { line: SELU_LAMBDA, scale: SELU_LAMBDA * SELU_ALPHA }),
        Kind::Gelu => take.take(Gelu),
        Kind::Silu => take.take(Silu),
        Kind::Softplus => take.take(Softplus),
        Kind::Lstm | Kind::Gru => unreachable!("a cell with gates has steps of its own"),
    }
}

impl<E: Element> Take for Forward<'_, E> {
    fn take<F: Function>(self, function: F) {
        run(Run::<_, _, 1> { operands: self.operands(), epilogue: rnn::Forward::of(self, function) });
    }
}

impl<E: Element> Take for Backward<'_, E> {
    fn take<F: Function>(self, function: F) {
        run(Run::<_, _, 1> { operands: self.operands(), epilogue: rnn::Backward::of(self, function) });
    }
}

pub(super) fn forward<E: Element>(step: Forward<'_, E>) {
    let operands = step.operands();
    match step.kind {
        Kind::Lstm => run(Run::<_, _, 4> { operands, epilogue: lstm::Forward(step) }),
        Kind::Gru => run(Run::<_, _, 3> { operands, epilogue: gru::Forward(step) }),
        kind => with_function(kind, step),
    }
}

pub(super) fn backward<E: Element>(step: Backward<'_, E>) {
    let operands = step.operands();
    match step.kind {
        Kind::Lstm => run(Run::<_, _, 1> { operands, epilogue: lstm::Backward(step) }),
        Kind::Gru => run(Run::<_, _, 1> { operands, epilogue: gru::Backward(step) }),
        kind => with_function(kind, step),
    }
}

/// A step: the product with a weight of G blocks of units, and what is made of its sums.
struct Run<'a, E, F, const G: usize> {
    operands: Operands<'a, E>,
    epilogue: F,
}

/// What is multiplied: rows `stride` apart, of `depth` numbers, and a weight.
struct Operands<'a, E> {
    a: &'a [E],
    stride: usize,
    depth: usize,
    rows: usize,
    units: usize,
    weight: Weight<'a, E>,
}

impl<E: Math, F: Epilogue<E>, const G: usize> WithSimd for Run<'_, E, F, G> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let Operands { a, stride, depth, rows, units, weight } = self.operands;
        match weight {
            Weight::Packed(packed) => {
                Sweep { a, stride, depth, rows, units, packed }.run::<S, G>(simd, &mut self.epilogue);
            }
            Weight::Rows(weight) => Single { weight, x: a, units }.run::<S, G>(simd, &mut self.epilogue),
        }
    }
}

impl<'a, E: Copy> Forward<'a, E> {
    fn operands(&self) -> Operands<'a, E> {
        let Forward { n, weight, h_before, .. } = *self;
        Operands { a: h_before, stride: n, depth: n, rows: h_before.len() / n.max(1), units: n, weight }
    }
}

impl<'a, E: Copy> Backward<'a, E> {
    fn operands(&self) -> Operands<'a, E> {
        let Backward { kind, n, packed, later, h, .. } = *self;
        let depth = if later.is_empty() { 0 } else { kind.gates() * n };
        let (stride, rows) = (kind.kept() * n, h.len() / n.max(1));
        Operands { a: later, stride, depth, rows, units: n, weight: Weight::Packed(packed) }
    }
}
