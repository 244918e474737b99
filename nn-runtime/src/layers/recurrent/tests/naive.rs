//! The layers by loops over their definitions.

use crate::{
    kernels::recurrent::Kind,
    layers::{Cell, Recurrent},
    network::Parameters,
    shape::Dimension,
};

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// The activations by their definitions.
fn function(kind: Kind, z: f64) -> f64 {
    let exponential = |line: f64, scale: f64| if z > 0.0 { line * z } else { scale * (z.exp() - 1.0) };
    match kind {
        Kind::LeakyRelu(slope) => {
            if z > 0.0 {
                z
            } else {
                slope * z
            }
        }
        Kind::Elu(scale) => exponential(1.0, scale),
        Kind::Selu => exponential(1.050_700_987_355_480_5, 1.050_700_987_355_480_5 * 1.673_263_242_354_377_2),
        Kind::Gelu => z * 0.5 * (1.0 + libm::erf(z / 2.0_f64.sqrt())),
        Kind::Silu => z * sigmoid(z),
        Kind::Softplus => z.exp().ln_1p(),
        other => panic!("{other:?}"),
    }
}

/// y and the states at the end.
pub(super) fn outputs<C: Cell, I: Dimension, N: Dimension, const LAYERS: usize, const DIRECTIONS: usize>(
    layer: &Recurrent<C, I, N, LAYERS, DIRECTIONS, f64>,
    x: &[f64],
    lengths: &[usize],
    start: &[f64],
) -> (Vec<f64>, Vec<f64>) {
    let n = N::SIZE;
    let samples = lengths.len();
    let state = Recurrent::<C, I, N, LAYERS, DIRECTIONS, f64>::STATE;
    let steps = x.len() / samples / I::SIZE;
    let (mut y, mut end) = (Vec::new(), vec![0.0; samples * state]);
    for (sample, &length) in lengths.iter().enumerate() {
        let mut values: Vec<Vec<f64>> = x[sample * steps * I::SIZE..][..steps * I::SIZE]
            .chunks(I::SIZE)
            .take(length)
            .map(<[f64]>::to_vec)
            .collect();
        for l in 0..LAYERS {
            let mut given = vec![vec![0.0; DIRECTIONS * n]; length];
            for direction in 0..DIRECTIONS {
                let h_at = sample * state + (l * DIRECTIONS + direction) * n;
                let c_at = h_at + LAYERS * DIRECTIONS * n;
                let has_cell = C::KIND.has_cell();
                let mut h = start[h_at..h_at + n].to_vec();
                let mut c = if has_cell { start[c_at..c_at + n].to_vec() } else { Vec::new() };
                for place in 0..length {
                    let t = if direction == 1 { length - 1 - place } else { place };
                    step(layer, l, direction, &values[t], &mut h, &mut c);
                    given[t][direction * n..][..n].copy_from_slice(&h);
                }
                end[h_at..h_at + n].copy_from_slice(&h);
                if has_cell {
                    end[c_at..c_at + n].copy_from_slice(&c);
                }
            }
            values = given;
        }
        values.resize(steps, vec![0.0; DIRECTIONS * n]);
        y.extend(values.concat());
    }
    (y, end)
}

fn step<C: Cell, I: Dimension, N: Dimension, const LAYERS: usize, const DIRECTIONS: usize>(
    layer: &Recurrent<C, I, N, LAYERS, DIRECTIONS, f64>,
    l: usize,
    direction: usize,
    x: &[f64],
    h: &mut [f64],
    c: &mut [f64],
) {
    let n = N::SIZE;
    let suffix = format!("_l{l}{}", if direction == 1 { "_reverse" } else { "" });
    let values = |name: &str| layer.parameter(&format!("{name}{suffix}")).map_or(&[][..], |tensor| tensor.values);
    let affine = |weight: &[f64], bias: &[f64], x: &[f64]| -> Vec<f64> {
        let rows = weight.chunks(x.len()).zip(bias);
        rows.map(|(w, b)| w.iter().zip(x).map(|(w, x)| w * x).sum::<f64>() + b).collect()
    };
    let of_x = affine(values("weight_ih"), values("bias_ih"), x);
    let of_h = affine(values("weight_hh"), values("bias_hh"), h);
    let peephole = values("weight_peephole");
    let seen = |gate: usize, j: usize, c: f64| peephole.get(gate * n + j).map_or(0.0, |p| p * c);
    for j in 0..n {
        let z = |gate: usize| of_x[gate * n + j] + of_h[gate * n + j];
        match layer.kind {
            Kind::Tanh => h[j] = z(0).tanh(),
            Kind::Relu => h[j] = z(0).max(0.0),
            Kind::Sigmoid => h[j] = sigmoid(z(0)),
            Kind::Identity => h[j] = z(0),
            kind @ (Kind::LeakyRelu(_) | Kind::Elu(_) | Kind::Selu | Kind::Gelu | Kind::Silu | Kind::Softplus) => {
                h[j] = function(kind, z(0));
            }
            Kind::Lstm => {
                let (i, f) = (sigmoid(z(0) + seen(0, j, c[j])), sigmoid(z(1) + seen(1, j, c[j])));
                c[j] = f * c[j] + i * z(2).tanh();
                h[j] = sigmoid(z(3) + seen(2, j, c[j])) * c[j].tanh();
            }
            Kind::Gru => {
                let (r, z) = (sigmoid(z(0)), sigmoid(z(1)));
                let n = (of_x[2 * n + j] + r * of_h[2 * n + j]).tanh();
                h[j] = (1.0 - z) * n + z * h[j];
            }
        }
    }
}
