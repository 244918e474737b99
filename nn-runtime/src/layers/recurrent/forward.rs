//! All steps of all layers, forward.

use crate::{
    Element,
    kernels::{
        matmul::{Matrix, MatrixMut, matmul},
        recurrent::{Forward, Kind, with_forward},
    },
};

use super::{
    memory::{Rows, RowsMut, Sizes, Span, States, pair, step, take},
    parameters::Tensors,
};

/// The values of a part: x [steps, inputs] → y [steps, directions · n], and the states before and after.
pub(super) struct Values<'a, E> {
    pub(super) x: Rows<'a, E>,
    pub(super) y: RowsMut<'a, E>,
    pub(super) start: Rows<'a, E>,
    pub(super) end: RowsMut<'a, E>,
}

/// Forward, with everything kept in `trace`.
pub(super) fn forward<E: Element>(
    sizes: Sizes,
    tensors: &Tensors<E>,
    span: Span<'_>,
    mut values: Values<'_, E>,
    trace: &mut [E],
) {
    for layer in 0..sizes.layers {
        let (below, own) = sizes.split(trace, layer, span);
        let (copied, kept) = sizes.layer(own, layer, span);
        let input = if layer == 0 {
            values.x.gather(span, [sizes.inputs, 0, sizes.inputs], copied);
            copied
        } else if sizes.directions > 1 {
            let [first, second] = [0, 1].map(|direction| sizes.direction(below, layer - 1, direction, span).h);
            join(sizes, span, [first, second], copied);
            copied
        } else {
            sizes.input(below, layer, span)
        };
        for (direction, kept) in kept.into_iter().enumerate().take(sizes.directions) {
            let run = Run { sizes, tensors, span, layer, direction };
            run.steps(input, kept.states, values.start, &mut values.end);
        }
    }
    for direction in 0..sizes.directions {
        let h = sizes.direction(trace, sizes.layers - 1, direction, span).h;
        scatter(sizes, span, direction, h, &mut values.y);
    }
}

/// Forward, with what the next step and the next layer need in `room`.
pub(super) fn infer<E: Element>(
    sizes: Sizes,
    tensors: &Tensors<E>,
    span: Span<'_>,
    mut values: Values<'_, E>,
    mut room: &mut [E],
) {
    let Span { samples, steps, .. } = span;
    let states = samples * (steps + 1) * sizes.n;
    let x = take(&mut room, samples * steps * sizes.inputs);
    let gates = take(&mut room, samples * steps * sizes.kind.kept() * sizes.n);
    let c = take(&mut room, if sizes.kind.has_cell() { states } else { 0 });
    let mut other = take(&mut room, states);
    let mut h = take(&mut room, (sizes.kept_states() - 1) * states);
    let joined = room;
    values.x.gather(span, [sizes.inputs, 0, sizes.inputs], x);
    for layer in 0..sizes.layers {
        let mut run = |direction, input: &[E], h: &mut [E]| {
            let states = States { gates: &mut *gates, h, c: &mut *c };
            Run { sizes, tensors, span, layer, direction }.steps(input, states, values.start, &mut values.end);
        };
        if sizes.directions > 1 {
            if layer > 0 {
                join(sizes, span, [h, other], joined);
            }
            let input = if layer == 0 { &*x } else { &joined[..samples * steps * sizes.inputs(layer)] };
            run(0, input, h);
            run(1, input, other);
        } else {
            // What was written last is `h`; the layer above it writes into the other.
            std::mem::swap(&mut h, &mut other);
            let input = if layer == 0 { &*x } else { &other[span.after(false, samples * sizes.n)] };
            run(0, input, h);
        }
    }
    scatter(sizes, span, 0, h, &mut values.y);
    if sizes.directions > 1 {
        scatter(sizes, span, 1, other, &mut values.y);
    }
}

/// The states of the top layer in one direction, from blocks of steps to rows of samples, 0 for padding.
fn scatter<E: Element>(sizes: Sizes, span: Span<'_>, direction: usize, h: &[E], y: &mut RowsMut<'_, E>) {
    let Sizes { n, directions, .. } = sizes;
    let block = span.samples * n;
    for (step, block) in h[span.after(direction == 1, block)].chunks_exact(block.max(1)).enumerate() {
        for (sample, row) in block.chunks_exact(n).enumerate() {
            let y = y.part(sample, (step * directions + direction) * n, n);
            if span.is_padding(sample, step) {
                y.fill(E::zero());
            } else {
                y.copy_from_slice(row);
            }
        }
    }
}

/// The states of both directions side by side.
fn join<E: Element>(sizes: Sizes, span: Span<'_>, h: [&[E]; 2], joined: &mut [E]) {
    let (n, block) = (sizes.n, span.samples * sizes.n);
    for (direction, h) in h.into_iter().enumerate() {
        let rows = joined.chunks_exact_mut(2 * n);
        for (row, h) in rows.zip(h[span.after(direction == 1, block)].chunks_exact(n)) {
            row[direction * n..][..n].copy_from_slice(h);
        }
    }
}

/// One layer in one direction.
struct Run<'a, E> {
    sizes: Sizes,
    tensors: &'a Tensors<E>,
    span: Span<'a>,
    layer: usize,
    direction: usize,
}

impl<E: Element> Run<'_, E> {
    /// All steps over inputs [steps, samples, inputs].
    fn steps(&self, input: &[E], states: States<'_, E>, start: Rows<'_, E>, end: &mut RowsMut<'_, E>) {
        let Run { sizes, tensors, span, layer, direction } = *self;
        let (Sizes { kind, n, .. }, Span { samples, steps, .. }) = (sizes, span);
        let States { gates, h, c } = states;
        let (reverse, block) = (direction == 1, samples * n);
        let [first, last] = span.ends(reverse);
        let [h_at, c_at] = sizes.state_of(layer, direction);
        for sample in 0..samples {
            h[first * block + sample * n..][..n].copy_from_slice(start.part(sample, h_at, n));
            if kind.has_cell() {
                c[first * block + sample * n..][..n].copy_from_slice(start.part(sample, c_at, n));
            }
        }
        let weights = tensors.of(layer, direction);
        project(sizes, layer, weights.ih, input, gates);
        with_forward((kind, n), weights.hh, samples, kind.kept() * n, |weight, bias| {
            add_biases(kind, n, weights.bias_ih, weights.bias_hh, bias);
            for index in 0..steps {
                let (step, before, after) = step(index, steps, reverse);
                let (h_before, h) = pair(h, before, after, block);
                let (c_before, c) = pair(c, before, after, block);
                let gates = &mut gates[step * kind.kept() * block..][..kind.kept() * block];
                E::forward_step(Forward {
                    kind,
                    n,
                    weight,
                    bias,
                    peephole: weights.peephole,
                    gates: &mut *gates,
                    h_before: &*h_before,
                    h: &mut *h,
                    c_before: &*c_before,
                    c: &mut *c,
                });
                for sample in span.ended(step) {
                    let row = sample * n..(sample + 1) * n;
                    h[row.clone()].copy_from_slice(&h_before[row.clone()]);
                    if kind.has_cell() {
                        c[row.clone()].copy_from_slice(&c_before[row]);
                    }
                    let gates = gates[sample * kind.kept() * n..].chunks_exact_mut(n);
                    gates.zip(kind.neutral()).for_each(|(gate, &value)| gate.fill(E::from_f64(value)));
                }
            }
        });
        for sample in 0..samples {
            end.part(sample, h_at, n).copy_from_slice(&h[last * block + sample * n..][..n]);
            if kind.has_cell() {
                end.part(sample, c_at, n).copy_from_slice(&c[last * block + sample * n..][..n]);
            }
        }
    }
}

/// W_ih x for all steps at once.
fn project<E: Element>(sizes: Sizes, layer: usize, weight: &[E], input: &[E], gates: &mut [E]) {
    let (inputs, kind, n) = (sizes.inputs(layer), sizes.kind, sizes.n);
    let (width, rows) = (kind.gates() * n, input.len() / inputs);
    let gates = &mut gates[kind.first() * n..];
    if rows == 1 {
        E::project(weight, input, &mut gates[..width]);
        return;
    }
    let weight = Matrix::row_major(weight, width, inputs).transpose();
    let gates = MatrixMut::strided(gates, rows, width, kind.kept() * n);
    matmul(gates, Matrix::row_major(input, rows, inputs), weight, false);
}

/// The biases in the order of the kept blocks, in one sum where both are added to the same.
fn add_biases<E: Element>(kind: Kind, n: usize, ih: &[E], hh: &[E], bias: &mut [E]) {
    bias.fill(E::zero());
    bias[kind.first() * n..].copy_from_slice(ih);
    for &(kept, block, count) in kind.recurrent_blocks() {
        let from = &hh[block * n..][..count * n];
        bias[kept * n..].iter_mut().zip(from).for_each(|(bias, &b)| *bias += b);
    }
}
