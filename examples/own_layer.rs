//! Shows layers of one's own, between layers that are built in: radial basis functions, written for one sample, and a product with a weight, written
//! for many at a time and as fast as `dense`. Shapes are checked across the boundary, gradients are checked against finite differences, and the network
//! learns two spirals.
//!
//! `cargo run --release --example own_layer -- --epochs 60`

use std::time::Instant;

use clap::Parser;
use plumbline::network::{LayerContext, WeightGradient, output::Numbers};
use plumbline::{BatchLayer, Layer, layers::Init, linear, prelude::*, train::GradientCheck};
use rand::{RngExt, rngs::StdRng};

/// The number of centres.
const CENTRES: usize = 48;

/// yᵢ = exp(−4 ‖x − cᵢ‖²): how near a point of the plane is to each learned centre. Sample by sample, the easy way.
#[derive(Clone, Debug)]
struct Radial<E = f32>(Vec<E>);

impl<E: Element> Layer for Radial<E> {
    type Element = E;
    type Input = (Const<2>,);
    type Output = (Const<CENTRES>,);
    const PARAMETERS: &'static [(&'static str, &'static [usize])] = &[("centres", &[CENTRES, 2])];
    const OPERATIONS: u64 = 7 * CENTRES as u64;
    fn drawn(rng: &mut StdRng) -> Self {
        Radial((0..2 * CENTRES).map(|_| E::from_f64(rng.random_range(-1.0..1.0))).collect())
    }
    fn values(&self, _: usize) -> &[E] {
        &self.0
    }
    fn values_mut(&mut self, _: usize) -> &mut [E] {
        &mut self.0
    }
    fn forward_sample(&self, x: &[E], y: &mut [E]) {
        for (y, c) in y.iter_mut().zip(self.0.chunks_exact(2)) {
            *y = (E::from_f64(-4.0) * ((x[0] - c[0]).powi(2) + (x[1] - c[1]).powi(2))).exp();
        }
    }
    fn backward_sample(&self, x: &[E], y: &[E], d_y: &[E], d_x: &mut [E], gradient: &mut [E]) {
        d_x.fill(E::zero());
        for (i, c) in self.0.chunks_exact(2).enumerate() {
            for axis in 0..2 {
                let d = E::from_f64(-8.0) * (x[axis] - c[axis]) * y[i] * d_y[i];
                d_x[axis] += d;
                gradient[2 * i + axis] -= d;
            }
        }
    }
}

plumbline::layer!(Radial);

/// y = W x, for all samples that come together; ∂C/∂W is one product over the whole batch.
#[derive(Clone, Debug)]
struct Linear<const I: usize, const O: usize, E = f32>(Vec<E>);

impl<const I: usize, const O: usize, E: Element> BatchLayer for Linear<I, O, E> {
    type Element = E;
    type Input = (Const<I>,);
    type Output = (Const<O>,);
    const PARAMETERS: &'static [(&'static str, &'static [usize])] = &[("weight", &[O, I])];
    const OPERATIONS: u64 = 2 * (I * O) as u64;
    const WEIGHT_GRADIENT: WeightGradient = WeightGradient::WholeBatch;
    fn init(rng: &mut StdRng) -> Self {
        let mut weight = vec![E::zero(); I * O];
        Init::XavierNormal.fill(&mut weight, &[O, I], rng);
        Linear(weight)
    }
    fn values(&self, _: usize) -> &[E] {
        &self.0
    }
    fn values_mut(&mut self, _: usize) -> &mut [E] {
        &mut self.0
    }
    fn forward(&self, x: &[E], y: &mut [E], _: &mut LayerContext<'_, E>) {
        linear::forward(x, &self.0, &[], y, [I, O]);
    }
    fn backward(&self, _: &[E], _: &[E], d_y: &mut [E], d_x: Option<&mut [E]>, _: &mut LayerContext<'_, E>) {
        if let Some(d_x) = d_x {
            linear::input_gradient(d_y, &self.0, d_x, [I, O]);
        }
    }
    fn weight_gradient(&self, x: &[E], d_y: &[E], gradients: &mut Self) {
        linear::weight_gradient(x, d_y, &mut gradients.0, &mut [], [I, O]);
    }
}

plumbline::layer!(Linear<const I: usize, const O: usize>);

network! {
    /// Points of the plane, seen from learned centres.
    Spirals: [2] -> [2] {
        radial: Radial -> [48];
        hidden: Linear<48, 32>, tanh;
        logits: dense(2);
    }
    /// Two of one size, for the time that a step takes.
    WithOwn: [784] -> [10] { a: Linear<784, 256>, relu; b: Linear<256, 256>, relu; logits: dense(10); }
    WithDense: [784] -> [10] { a: dense(256, bias = false), relu; b: dense(256, bias = false), relu; logits: dense(10); }
}

/// Layers of one's own in a network.
#[derive(Parser)]
struct Options {
    /// Passes over the training points.
    #[arg(long, default_value_t = 60)]
    epochs: usize,
    /// Points to generate; a fifth is held out.
    #[arg(long, default_value_t = 2_000)]
    samples: usize,
    /// The seed of the points, the weights and the order.
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// Steps of training whose time is measured.
    #[arg(long, default_value_t = 200)]
    steps: usize,
}

/// A step of training as often as it is called, which gives its seconds.
fn step<N>(mut net: N) -> impl FnMut() -> f64
where
    N: Trainable<Element = f32, Input = (Const<784>,), Output = (Const<10>,), OutputKind = Numbers> + Total,
{
    let x = Batch::from_vec((0..128 * 784).map(|i| (i % 97) as f32 / 97.0).collect()).expect("rows of the input");
    let labels = Labels::<10>::new((0..128).map(|i| i % 10)).expect("ten classes");
    let (mut pass, mut gradients, mut sgd) = (net.pass(128), net.gradients(), Sgd::new(0.01));
    move || {
        let start = Instant::now();
        CrossEntropy::new().step(&net, &x, &labels, &mut pass, &mut gradients).expect("the labels fit");
        sgd.step(&mut net, &gradients).expect("the step is small");
        start.elapsed().as_secs_f64()
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let options = Options::parse();
    let (train, test) = data::spirals(options.samples, 0.05, options.seed).split(0.8)?;

    let few = train.take(20).cast::<f64>();
    let exact = Spirals::<f64>::initialized(options.seed);
    let report = GradientCheck::new().run(&exact, few.inputs(), few.targets(), &CrossEntropy::new())?;
    println!("gradients against finite differences: relative error {:.1e}", report.error());

    let mut net = Spirals::new(options.seed);
    println!("{}", Spirals::summary());
    let history = Trainer::new(Adam::new(1e-2), CrossEntropy::new())
        .epochs(options.epochs)
        .batch_size(32)
        .seed(options.seed)
        .validate(&test)
        .metric(Accuracy)
        .fit(&mut net, &train)?;
    if let Some(epoch) = history.epochs.last() {
        println!("{epoch}");
    }

    // In turn, so that what else the machine does meets both alike.
    let (mut own, mut dense) = (step(WithOwn::new(1)), step(WithDense::new(1)));
    let mut times: Vec<[f64; 2]> = (0..options.steps.max(1)).map(|_| [own(), dense()]).collect();
    let [own, dense] = [0, 1].map(|place| {
        times.sort_by(|a, b| a[place].total_cmp(&b[place]));
        times[times.len() / 2][place]
    });
    println!("A step of training with layers of one's own takes {:.2} times as long as one with `dense`.", own / dense);
    Ok(())
}
