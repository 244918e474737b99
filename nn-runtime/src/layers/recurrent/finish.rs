//! The gradients of the parameters, over all steps of a part at once.

use crate::{
    Element,
    kernels::elementwise::{self, Sum},
    network::{Matrices, Product, Sums, products},
};

use super::{
    memory::{KeptRef, Sizes, Span},
    parameters::{Tensors, WeightsMut},
};

/// Writes the gradients of the parts whose traces lie one after the other in `trace`, each of `part` samples but perhaps the last.
pub(super) fn finish<E: Element>(
    sizes: Sizes,
    gradients: &mut Tensors<E>,
    trace: &[E],
    samples: usize,
    part: usize,
    steps: usize,
) {
    let width = sizes.trace(steps);
    for layer in 0..sizes.layers {
        for direction in 0..sizes.directions {
            let mut own = gradients.of_mut(layer, direction);
            own.bias_ih.fill(E::zero());
            own.bias_hh.fill(E::zero());
            own.peephole.fill(E::zero());
            let parts = trace[..samples * width].chunks((part * width).max(1));
            for (index, trace) in parts.enumerate() {
                let span = Span { samples: trace.len() / width, steps, lengths: &[] };
                let kept = sizes.direction(trace, layer, direction, span);
                let input = sizes.input(trace, layer, span);
                let add = Add { sizes, span, reverse: direction == 1, accumulate: index > 0 };
                add.weights(&kept, input, sizes.inputs(layer), &mut own);
                add.biases(&kept, &mut own);
                if !own.peephole.is_empty() {
                    add.peepholes(&kept, own.peephole);
                }
            }
            copy_biases(sizes, &mut own);
        }
    }
}

/// A part's share of the gradients.
struct Add<'a> {
    sizes: Sizes,
    span: Span<'a>,
    reverse: bool,
    /// Whether parts came before this one.
    accumulate: bool,
}

impl Add<'_> {
    /// dW_ih = dGᵀ x, dW_hh = dGᵀ h, where h is the one before the step.
    fn weights<E: Element>(&self, kept: &KeptRef<'_, E>, input: &[E], inputs: usize, own: &mut WeightsMut<'_, E>) {
        let Sizes { kind, n, .. } = self.sizes;
        let product = |first: usize, count: usize, right: &[E], columns: usize, gradient: &mut [E]| {
            products([Product::Matrices(Matrices {
                left: &kept.gates[first * n..],
                left_stride: kind.kept() * n,
                right,
                rows: count * n,
                columns,
                gradient,
                sums: Sums::None,
                accumulate: self.accumulate,
            })]);
        };
        product(kind.first(), kind.gates(), input, inputs, &mut *own.ih);
        let before = &kept.h[self.span.before(self.reverse, self.span.samples * n)];
        for &(first, row, count) in kind.recurrent_blocks() {
            product(first, count, before, n, &mut own.hh[row * n * n..][..count * n * n]);
        }
    }

    /// Adds the sums over steps and samples to those of b_ih, and to those of b_hh where they are others.
    fn biases<E: Element>(&self, kept: &KeptRef<'_, E>, own: &mut WeightsMut<'_, E>) {
        let Sizes { kind, n, .. } = self.sizes;
        for row in kept.gates.chunks_exact(kind.kept() * n) {
            elementwise::update_with(Sum, own.bias_ih, &row[kind.first() * n..]);
            if let Some((own, first)) = apart(self.sizes, own.bias_hh) {
                elementwise::update_with(Sum, own, &row[first * n..]);
            }
        }
    }

    /// dp_i = Σ dz_i ∘ c, dp_f = Σ dz_f ∘ c with the c before the step, dp_o = Σ dz_o ∘ c with that after it.
    fn peepholes<E: Element>(&self, kept: &KeptRef<'_, E>, gradient: &mut [E]) {
        let Sizes { kind, n, .. } = self.sizes;
        let block = self.span.samples * n;
        let (before, after) = (self.span.before(self.reverse, block), self.span.after(self.reverse, block));
        let states = kept.c[before].chunks_exact(n).zip(kept.c[after].chunks_exact(n));
        for (gates, (before, after)) in kept.gates.chunks_exact(kind.kept() * n).zip(states) {
            for (place, (gate, c)) in [(0, before), (1, before), (3, after)].into_iter().enumerate() {
                let sums = &mut gradient[place * n..][..n];
                for ((sum, &d), &c) in sums.iter_mut().zip(&gates[gate * n..]).zip(c) {
                    *sum += d * c;
                }
            }
        }
    }
}

/// The rows of b_hh that are not added to the same as those of b_ih, and the kept block of their gradient.
fn apart<E>(sizes: Sizes, bias_hh: &mut [E]) -> Option<(&mut [E], usize)> {
    let &[_, (kept, row, count)] = sizes.kind.recurrent_blocks() else { return None };
    Some((&mut bias_hh[row * sizes.n..][..count * sizes.n], kept))
}

/// b_hh's gradient is b_ih's but for what is added apart from it.
fn copy_biases<E: Element>(sizes: Sizes, own: &mut WeightsMut<'_, E>) {
    let &[(_, row, count), ..] = sizes.kind.recurrent_blocks() else { return };
    let rows = row * sizes.n..(row + count) * sizes.n;
    own.bias_hh[rows.clone()].copy_from_slice(&own.bias_ih[rows]);
}
