//! Steps of recurrent cells, forward and backward.

use super::{SIZES, agree, exact, unwritten};
use crate::kernels::{
    Element,
    recurrent::{Backward, Forward, Kind, Weight, with_backward, with_forward},
    testing::values,
};

const KINDS: [Kind; 12] = [
    Kind::Tanh,
    Kind::Relu,
    Kind::Sigmoid,
    Kind::Identity,
    Kind::LeakyRelu(0.2),
    Kind::Elu(0.7),
    Kind::Selu,
    Kind::Gelu,
    Kind::Silu,
    Kind::Softplus,
    Kind::Lstm,
    Kind::Gru,
];

const LAMBDA: f64 = 1.050_700_987_355_480_5;
const ALPHA: f64 = 1.673_263_242_354_377_2;

/// The normal distribution function.
fn normal(x: f64) -> f64 {
    (1.0 + libm::erf(x / std::f64::consts::SQRT_2)) / 2.0
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// A step of `samples` samples of `n` units, with numbers for all that it takes.
struct Step<E> {
    kind: Kind,
    n: usize,
    samples: usize,
    weight: Vec<E>,
    bias: Vec<E>,
    peephole: Vec<E>,
    gates: Vec<E>,
    h: Vec<E>,
    c: Vec<E>,
}

/// What a forward step leaves: the kept blocks, h and c.
struct Result {
    gates: Vec<f64>,
    h: Vec<f64>,
    c: Vec<f64>,
}

impl<E: Element> Step<E> {
    fn new(kind: Kind, n: usize, samples: usize, peephole: bool) -> Self {
        let cell = if kind.has_cell() { samples * n } else { 0 };
        Step {
            kind,
            n,
            samples,
            weight: values(kind.gates() * n * n, 1),
            bias: values(kind.kept() * n, 2),
            peephole: values(if peephole { 3 * n } else { 0 }, 3),
            gates: values(samples * kind.kept() * n, 4),
            h: values(samples * n, 5),
            c: values(cell, 6),
        }
    }

    /// W_hh h of a block of rows.
    fn product(&self, sample: usize, gate: usize, unit: usize) -> f64 {
        let row = &self.weight[(gate * self.n + unit) * self.n..][..self.n];
        row.iter().zip(&self.h[sample * self.n..]).map(|(w, h)| w.as_f64() * h.as_f64()).sum()
    }

    fn forward(&self) -> Result {
        let Step { kind, n, samples, .. } = *self;
        let (blocks, mut gates) = (kind.kept(), exact(&self.gates));
        let (mut h, mut c) = (vec![0.0; samples * n], vec![0.0; self.c.len()]);
        for at in 0..samples * n {
            let (s, u) = (at / n, at % n);
            let place = |block: usize| (s * blocks + block) * n + u;
            let bias = |block: usize| self.bias[block * n + u].as_f64();
            let given = |block: usize| self.gates[place(block)].as_f64() + bias(block);
            let hole = |p: usize| self.peephole.get(p * n + u).map_or(0.0, |p| p.as_f64());
            match kind {
                Kind::Lstm => {
                    let before = self.c[at].as_f64();
                    let z = |g: usize| given(g) + self.product(s, g, u);
                    let (i, f) = (sigmoid(z(0) + hole(0) * before), sigmoid(z(1) + hole(1) * before));
                    let g = z(2).tanh();
                    c[at] = f * before + i * g;
                    let o = sigmoid(z(3) + hole(2) * c[at]);
                    h[at] = o * c[at].tanh();
                    [i, f, g, o].into_iter().enumerate().for_each(|(block, x)| gates[place(block)] = x);
                }
                Kind::Gru => {
                    let q = self.product(s, 2, u) + bias(0);
                    let (r, z) = (sigmoid(given(1) + self.product(s, 0, u)), sigmoid(given(2) + self.product(s, 1, u)));
                    let candidate = (given(3) + r * q).tanh();
                    h[at] = (1.0 - z) * candidate + z * self.h[at].as_f64();
                    [q, r, z, candidate].into_iter().enumerate().for_each(|(block, x)| gates[place(block)] = x);
                }
                _ => {
                    let z = given(0) + self.product(s, 0, u);
                    h[at] = match kind {
                        Kind::Tanh => z.tanh(),
                        Kind::Relu => z.max(0.0),
                        Kind::Sigmoid => sigmoid(z),
                        Kind::LeakyRelu(a) => z.max(a * z),
                        Kind::Elu(a) => {
                            if z > 0.0 {
                                z
                            } else {
                                a * z.exp_m1()
                            }
                        }
                        Kind::Selu => LAMBDA * if z > 0.0 { z } else { ALPHA * z.exp_m1() },
                        Kind::Gelu => z * normal(z),
                        Kind::Silu => z * sigmoid(z),
                        Kind::Softplus => z.exp().ln_1p(),
                        _ => z,
                    };
                    // Of the others what was there stays.
                    if matches!(kind, Kind::Sigmoid | Kind::Elu(_) | Kind::Selu | Kind::Gelu | Kind::Silu) {
                        gates[place(0)] = z;
                    }
                }
            }
        }
        Result { gates, h, c }
    }

    fn check_forward(&self, after: &Result) {
        let Step { kind, n, samples, .. } = *self;
        let expected = [&after.gates[..], &after.h, &after.c].concat();
        agree(format_args!("{kind:?} of {n} units, {samples} samples"), &expected, || {
            let (mut gates, mut h, mut c) = (self.gates.clone(), unwritten(samples * n), unwritten(self.c.len()));
            with_forward((kind, n), &self.weight, samples, 0, |weight: Weight<'_, E>, _| {
                E::forward_step(Forward {
                    kind,
                    n,
                    weight,
                    bias: &self.bias,
                    peephole: &self.peephole,
                    gates: &mut gates,
                    h_before: &self.h,
                    h: &mut h,
                    c_before: &self.c,
                    c: &mut c,
                });
            });
            [gates, h, c].concat()
        });
    }

    /// The gradients before this step, from random ones after it.
    fn check_backward(&self, after: &Result) {
        let Step { kind, n, samples, .. } = *self;
        let (blocks, cells) = (kind.kept(), self.c.len());
        let rounded = |x: &[f64]| x.iter().map(|&x| E::from_f64(x)).collect::<Vec<E>>();
        let (gates, h, c) = (rounded(&after.gates), rounded(&after.h), rounded(&after.c));
        let later = values::<E>(samples * blocks * n, 7);
        let [d_h, d_before] = [8, 9].map(|seed| values::<E>(samples * n, seed));
        let d_c = values::<E>(cells, 10);
        for later in [&later[..], &[]] {
            let (mut d_gates, mut all_h, mut before) = (exact(&gates), exact(&d_h), exact(&d_before));
            let (mut all_c, mut c_before) = (exact(&d_c), vec![0.0; cells]);
            for at in 0..samples * n {
                let (s, u) = (at / n, at % n);
                let place = |block: usize| (s * blocks + block) * n + u;
                for &(block, first, count) in kind.recurrent_blocks() {
                    for (j, row) in (0..count * n).map(|j| (block * n + j, first * n + j)) {
                        let d = later.get(s * blocks * n + j).map_or(0.0, |d| d.as_f64());
                        all_h[at] += d * self.weight[row * n + u].as_f64();
                    }
                }
                let (d, kept) = (all_h[at], |block: usize| gates[place(block)].as_f64());
                let hole = |p: usize| self.peephole.get(p * n + u).map_or(0.0, |p| p.as_f64());
                let found = match kind {
                    Kind::Lstm => {
                        let [i, f, g, o] = [0, 1, 2, 3].map(kept);
                        let t = c[at].as_f64().tanh();
                        let d_o = d * t * o * (1.0 - o);
                        let d_c = all_c[at] + d * o * (1.0 - t * t) + hole(2) * d_o;
                        let d_i = d_c * g * i * (1.0 - i);
                        let d_f = d_c * self.c[at].as_f64() * f * (1.0 - f);
                        all_c[at] = d_c;
                        c_before[at] = d_c * f + hole(0) * d_i + hole(1) * d_f;
                        vec![d_i, d_f, d_c * i * (1.0 - g * g), d_o]
                    }
                    Kind::Gru => {
                        let [q, r, z, candidate] = [0, 1, 2, 3].map(kept);
                        let d_z = d * (self.h[at].as_f64() - candidate) * z * (1.0 - z);
                        let d_n = d * (1.0 - z) * (1.0 - candidate * candidate);
                        before[at] += d * z;
                        vec![d_n * r, d_n * q * r * (1.0 - r), d_z, d_n]
                    }
                    Kind::Tanh => vec![d * (1.0 - h[at].as_f64() * h[at].as_f64())],
                    Kind::Relu => vec![if h[at] > E::zero() { d } else { 0.0 }],
                    Kind::Sigmoid => vec![d * sigmoid(kept(0)) * sigmoid(-kept(0))],
                    Kind::Identity => vec![d],
                    Kind::LeakyRelu(a) => vec![if h[at] > E::zero() { d } else { a * d }],
                    Kind::Elu(a) => vec![d * if kept(0) > 0.0 { 1.0 } else { a * kept(0).exp() }],
                    Kind::Selu => vec![d * LAMBDA * if kept(0) > 0.0 { 1.0 } else { ALPHA * kept(0).exp() }],
                    Kind::Gelu => {
                        let (z, density) = (kept(0), (-kept(0) * kept(0) / 2.0).exp() / std::f64::consts::TAU.sqrt());
                        vec![d * (normal(z) + z * density)]
                    }
                    Kind::Silu => vec![d * sigmoid(kept(0)) * (1.0 + kept(0) * sigmoid(-kept(0)))],
                    Kind::Softplus => vec![d * -(-h[at].as_f64()).exp_m1()],
                };
                found.into_iter().enumerate().for_each(|(block, x)| d_gates[place(block)] = x);
            }
            let expected = [d_gates, all_h, before, all_c, c_before].concat();
            agree(format_args!("{kind:?} of {n} units backward, {samples} samples"), &expected, || {
                let (mut gates, mut d_h, mut d_h_before) = (gates.clone(), d_h.clone(), d_before.clone());
                let (mut d_c, mut d_c_before) = (d_c.clone(), unwritten(cells));
                with_backward(kind, n, &self.weight, |packed| {
                    E::backward_step(Backward {
                        kind,
                        n,
                        packed,
                        peephole: &self.peephole,
                        later,
                        gates: &mut gates,
                        h_before: &self.h,
                        h: &h,
                        c_before: &self.c,
                        c: &c,
                        d_h: &mut d_h,
                        d_h_before: &mut d_h_before,
                        d_c: &mut d_c,
                        d_c_before: &mut d_c_before,
                    });
                });
                [gates, d_h, d_h_before, d_c, d_c_before].concat()
            });
        }
    }
}

fn steps<E: Element>(kind: Kind) {
    for n in SIZES {
        for samples in [1, 3, 7, 13] {
            for peephole in [false, true] {
                if peephole && kind != Kind::Lstm {
                    continue;
                }
                let step = Step::<E>::new(kind, n, samples, peephole);
                let after = step.forward();
                step.check_forward(&after);
                step.check_backward(&after);
            }
        }
    }
}

#[test]
fn recurrent_cells() {
    for kind in KINDS {
        steps::<f32>(kind);
        steps::<f64>(kind);
    }
}
