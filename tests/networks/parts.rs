//! Networks inside networks, and layers of the user's own: gradients, and equality with the same network in one piece.

use crate::differences::{check, data};
use plumbline::Layer;
use plumbline::prelude::*;
use rand::rngs::StdRng;

network! {
    Encoder: [6] -> [3] {
        a: dense(4), tanh;
        b: dense(3), tanh;
    }

    Decoder: [3] -> [6] {
        a: dense(6), sigmoid;
    }

    Autoencoder: [6] -> [6] {
        encoder: Encoder;
        decoder: Decoder;
    }

    OnePiece: [6] -> [6] {
        a: dense(4), tanh;
        b: dense(3), tanh;
        c: dense(6), sigmoid;
    }

    Block: [2, 5, 4] -> [2, 5, 4] {
        c1: conv2d(2, kernel = 3, padding = same), tanh;
        c2: conv2d(2, kernel = 3, padding = same);
        sum: add <- (c2, input);
    }

    Blocks: [1, 5, 4] -> [3] {
        stem: conv2d(2, kernel = 1), tanh;
        first: Block, tanh;
        gain: Gain -> [2, 5, 4];
        second: Block <- first;
        sum: add <- (gain, second);
        global_avg_pool;
        out: dense(3);
    }

    Front: [2, 5, 4] -> [40] {
        block: Block;
        flatten;
    }
}

/// y = a · x, with one number a for each channel.
#[derive(Clone, Debug)]
struct Gain<E = f32>([E; 2]);

impl<E: Element> Layer for Gain<E> {
    type Element = E;
    type Input = (Const<2>, Const<5>, Const<4>);
    type Output = (Const<2>, Const<5>, Const<4>);
    const PARAMETERS: &'static [(&'static str, &'static [usize])] = &[("gain", &[2])];

    fn drawn(rng: &mut StdRng) -> Self {
        use rand::RngExt;
        Gain([E::from_f64(rng.random()), E::from_f64(rng.random())])
    }

    fn values(&self, _: usize) -> &[E] {
        &self.0
    }

    fn values_mut(&mut self, _: usize) -> &mut [E] {
        &mut self.0
    }

    fn forward_sample(&self, x: &[E], y: &mut [E]) {
        for (i, (y, &x)) in y.iter_mut().zip(x).enumerate() {
            *y = self.0[i / 20] * x;
        }
    }

    fn backward_sample(&self, x: &[E], _: &[E], d_y: &[E], d_x: &mut [E], gradient: &mut [E]) {
        for (i, (d_x, (&d_y, &x))) in d_x.iter_mut().zip(d_y.iter().zip(x)).enumerate() {
            *d_x = self.0[i / 20] * d_y;
            gradient[i / 20] += x * d_y;
        }
    }
}

plumbline::layer!(Gain);

#[test]
fn gradients_agree_with_differences() {
    check::<Autoencoder<f64>>();
    check::<Block<f64>>();
    check::<Blocks<f64>>();
    check::<Front<f64>>();
    check::<Gain<f64>>();
}

#[test]
fn a_part_calculates_what_its_layers_do() {
    let mut whole = OnePiece::<f64>::initialized(3);
    let parts = Autoencoder::<f64>::initialized(4);
    for index in 0..whole.tensors() {
        whole.tensor_mut(index).values.copy_from_slice(parts.tensor(index).values);
    }
    let x = data(37);
    assert_eq!(whole.forward(&x).as_slice(), parts.forward(&x).as_slice());
    let mut steps = Vec::new();
    let target = data(37);
    let (mut pass, mut gradients) = (whole.pass(37), whole.gradients());
    MeanSquaredError.step(&whole, &x, &target, &mut pass, &mut gradients).unwrap();
    let (mut nested, mut inner) = (parts.pass(37), parts.gradients());
    MeanSquaredError.step(&parts, &x, &target, &mut nested, &mut inner).unwrap();
    for index in 0..whole.tensors() {
        assert_eq!(gradients.tensor(index).values, inner.tensor(index).values);
        steps.push(inner.tensor(index).name.to_string());
    }
    let names = ["encoder.a.weight", "encoder.a.bias", "encoder.b.weight", "encoder.b.bias", "decoder.a.weight"];
    assert_eq!(steps[..5], names);
}

#[test]
fn the_table_of_layers_counts_what_a_part_has() {
    assert_eq!(Autoencoder::PARAMETERS, OnePiece::PARAMETERS);
    assert_eq!(Autoencoder::FLOPS, OnePiece::FLOPS);
    let [encoder, decoder] = Autoencoder::LAYERS else { panic!("two parts") };
    assert_eq!((encoder.name, encoder.kind, encoder.parameters), ("encoder", "Encoder", Encoder::PARAMETERS));
    assert_eq!((decoder.inputs, decoder.output), (&[&[3][..]][..], &[6][..]));
    assert_eq!(Blocks::LAYERS[2].parameters, 2);
}

#[test]
fn equal_seeds_give_equal_parts_and_files_keep_them() {
    let (a, b) = (Blocks::new(5), Blocks::new(5));
    for (a, b) in a.parameters().zip(b.parameters()) {
        assert_eq!(a.values, b.values);
    }
    let directory = std::env::temp_dir().join(format!("plumbline-parts-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let file = directory.join("blocks.safetensors");
    a.save(&file).unwrap();
    let mut other = Blocks::new(6);
    other.load(&file).unwrap();
    assert_eq!(other.gain.0, a.gain.0);
    assert_eq!(other.second.c1.weight(), a.second.c1.weight());
    std::fs::remove_dir_all(directory).unwrap();
}
