//! All steps of all layers, backward.

use crate::{
    Element,
    kernels::{
        elementwise::{self, Sum},
        matmul::{Matrix, MatrixMut, matmul},
        recurrent::{Backward, with_backward},
    },
};

use super::{
    memory::{Kept, Rows, RowsMut, Sizes, Span, pair, step},
    parameters::{Tensors, Weights},
};

/// The gradients of a part with respect to x, y and the states before and after.
pub(super) struct Gradients<'a, E> {
    pub(super) d_y: Rows<'a, E>,
    pub(super) d_x: Option<RowsMut<'a, E>>,
    pub(super) d_end: Option<Rows<'a, E>>,
    pub(super) d_start: Option<RowsMut<'a, E>>,
}

/// Backward, from what [`super::forward::forward`] left in `trace`.
pub(super) fn backward<E: Element>(
    sizes: Sizes,
    tensors: &Tensors<E>,
    span: Span<'_>,
    mut gradients: Gradients<'_, E>,
    trace: &mut [E],
) {
    for layer in (0..sizes.layers).rev() {
        let (below, own) = sizes.split(trace, layer, span);
        let (_, mut kept) = sizes.layer(own, layer, span);
        for (direction, kept) in kept.iter_mut().enumerate().take(sizes.directions) {
            if layer + 1 == sizes.layers {
                let columns = [sizes.directions * sizes.n, direction * sizes.n, sizes.n];
                let after = span.after(direction == 1, span.samples * sizes.n);
                gradients.d_y.gather(span, columns, &mut kept.d_h[after]);
            }
            let run = Run { sizes, weights: tensors.of(layer, direction), span, layer, direction };
            run.steps(kept, gradients.d_end, gradients.d_start.as_mut());
        }
        for (direction, kept) in kept.iter().enumerate().take(sizes.directions) {
            let run = Run { sizes, weights: tensors.of(layer, direction), span, layer, direction };
            if layer > 0 {
                let (_, own) = sizes.split(below, layer - 1, span);
                run.hand_down(kept.states.gates, sizes.layer(own, layer - 1, span).1);
            } else if let Some(d_x) = &mut gradients.d_x {
                run.hand_out(kept.states.gates, d_x);
            }
        }
    }
}

/// One layer in one direction.
struct Run<'a, E> {
    sizes: Sizes,
    weights: Weights<'a, E>,
    span: Span<'a>,
    layer: usize,
    direction: usize,
}

impl<E: Element> Run<'_, E> {
    /// All steps, from the last to the first. `kept.d_h` holds what reaches each h from above.
    fn steps(&self, kept: &mut Kept<'_, E>, d_end: Option<Rows<'_, E>>, d_start: Option<&mut RowsMut<'_, E>>) {
        let Run { sizes, weights, span, layer, direction } = self;
        let (Sizes { kind, n, .. }, Span { samples, steps, .. }) = (*sizes, *span);
        let (reverse, block) = (*direction == 1, samples * n);
        let width = kind.kept() * n;
        let [first, last] = span.ends(reverse);
        let [h_at, c_at] = sizes.state_of(*layer, *direction);
        let Kept { states, d_h, d_c } = kept;
        d_h[first * block..][..block].fill(E::zero());
        if kind.has_cell() {
            d_c[last * block..][..block].fill(E::zero());
        }
        if let Some(d_end) = d_end {
            for sample in 0..samples {
                let at = last * block + sample * n;
                elementwise::update_with(Sum, &mut d_h[at..at + n], d_end.part(sample, h_at, n));
                if kind.has_cell() {
                    d_c[at..at + n].copy_from_slice(d_end.part(sample, c_at, n));
                }
            }
        }
        with_backward(kind, n, weights.hh, |packed| {
            for index in (0..steps).rev() {
                let (at, before, after) = step(index, steps, reverse);
                let (later, gates) = if index + 1 < steps {
                    pair(states.gates, step(index + 1, steps, reverse).0, at, samples * width)
                } else {
                    (&mut [][..], &mut states.gates[at * samples * width..][..samples * width])
                };
                let (d_h_before, d_h) = pair(d_h, before, after, block);
                let (d_c_before, d_c) = pair(d_c, before, after, block);
                let (h_before, h) = pair(states.h, before, after, block);
                let (c_before, c) = pair(states.c, before, after, block);
                E::backward_step(Backward {
                    kind,
                    n,
                    packed,
                    peephole: weights.peephole,
                    later,
                    gates: &mut *gates,
                    h_before,
                    h,
                    c_before,
                    c,
                    d_h: &mut *d_h,
                    d_h_before: &mut *d_h_before,
                    d_c,
                    d_c_before,
                });
                for sample in span.ended(at) {
                    gates[sample * width..][..width].fill(E::zero());
                    if !kind.hands_on() {
                        let row = sample * n..(sample + 1) * n;
                        elementwise::update_with(Sum, &mut d_h_before[row.clone()], &d_h[row]);
                    }
                }
            }
        });
        if let Some(d_start) = d_start {
            let at = step(0, steps, reverse).0;
            let gates = &states.gates[at * samples * width..][..samples * width];
            for &(kept, row, count) in kind.recurrent_blocks() {
                let gates = Matrix::strided(&gates[kept * n..], samples, count * n, width, 1);
                let weight = Matrix::row_major(&weights.hh[row * n * n..], count * n, n);
                matmul(MatrixMut::row_major(&mut d_h[first * block..], samples, n), gates, weight, true);
            }
            for sample in 0..samples {
                let at = first * block + sample * n;
                d_start.part(sample, h_at, n).copy_from_slice(&d_h[at..at + n]);
                if kind.has_cell() {
                    d_start.part(sample, c_at, n).copy_from_slice(&d_c[at..at + n]);
                }
            }
        }
    }

    /// This direction's share of what reaches the layer below, which the first direction writes.
    fn hand_down(&self, gates: &[E], below: [Kept<'_, E>; 2]) {
        let Run { sizes, weights, span, layer, direction } = self;
        let (Sizes { kind, n, directions, .. }, rows) = (*sizes, span.steps * span.samples);
        let (width, inputs) = (kind.gates() * n, sizes.inputs(*layer));
        for (other, below) in below.into_iter().enumerate().take(directions) {
            let gates = Matrix::strided(&gates[kind.first() * n..], rows, width, kind.kept() * n, 1);
            let weight = Matrix::strided(&weights.ih[other * n..], width, n, inputs, 1);
            let d_h = &mut below.d_h[span.after(other == 1, span.samples * n)];
            matmul(MatrixMut::row_major(d_h, rows, n), gates, weight, *direction > 0);
        }
    }

    /// This direction's share of the gradient with respect to x, which the first direction writes.
    fn hand_out(&self, gates: &[E], d_x: &mut RowsMut<'_, E>) {
        let Run { sizes, weights, span, direction, .. } = self;
        let (Sizes { kind, n, inputs, .. }, Span { samples, steps, .. }) = (*sizes, *span);
        let (width, kept) = (kind.gates() * n, kind.kept() * n);
        for sample in 0..samples {
            let gates = &gates[sample * kept + kind.first() * n..];
            let gates = Matrix::strided(gates, steps, width, samples * kept, 1);
            let weight = Matrix::row_major(weights.ih, width, inputs);
            let d_x = d_x.part(sample, 0, steps * inputs);
            matmul(MatrixMut::row_major(d_x, steps, inputs), gates, weight, *direction > 0);
        }
    }
}
