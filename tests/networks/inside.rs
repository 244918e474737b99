//! Gradients with respect to inputs alone; layers that are frozen, or learn at a rate of their own.

use plumbline::{
    Layer,
    data::{Dataset, Labels},
    network::{Role, output::Numbers},
    prelude::*,
    train::{Adagrad, AdamW, GradientError, RmsProp, SparsityPenalty, TrainError},
};
use rand::rngs::StdRng;

network! {
    /// Every layer that adds its gradients up, and those whose parts meet, in one row.
    Pictures: [2, 8, 8] -> [3] {
        a: conv2d(4, kernel = 3), relu;
        n: batch_norm, tanh;
        b: conv2d(3, kernel = 3, bias = false), sigmoid;
        t: conv_transpose2d(2, kernel = 3, stride = 2), relu;
        max_pool2d(2), flatten;
        l: layer_norm;
        drop: dropout(0.2);
        own: Scale;
        h: dense(6), gelu;
        out: dense(3);
    }

    /// The same over signals, with values that several nodes read.
    Signals: [2, 20] -> [3] {
        a: conv1d(4, kernel = 3, padding = same), leaky_relu;
        t: conv_transpose1d(4, kernel = 3, padding = 1);
        s: add <- (a, t);
        n: batch_norm;
        global_avg_pool;
        out: dense(3);
    }

    Outer: [4] -> [3] {
        inner: Inner;
        s: add <- (inner, input);
        machine: rbm(5), tanh;
        out: dense(3);
    }
    Inner: [4] -> [4] {
        core: Core;
        d: dense(4), tanh;
    }
    Core: [4] -> [4] {
        d: dense(4);
        n: batch_norm;
    }

    Sequences: [6, 3] -> [3] {
        m: lstm(4, bidirectional = true);
        g: gru(3);
        r: rnn(5);
        last;
        out: dense(3);
    }
}

/// y = a · x with one learned number a.
#[derive(Clone, Debug)]
struct Scale<E = f32>([E; 1]);

impl<E: Element> Layer for Scale<E> {
    type Element = E;
    type Input = (Const<32>,);
    type Output = (Const<32>,);
    const PARAMETERS: &'static [(&'static str, &'static [usize])] = &[("a", &[1])];
    fn drawn(_: &mut StdRng) -> Self {
        Scale([E::from_f64(1.5)])
    }
    fn values(&self, _: usize) -> &[E] {
        &self.0
    }
    fn values_mut(&mut self, _: usize) -> &mut [E] {
        &mut self.0
    }
    fn forward_sample(&self, x: &[E], y: &mut [E]) {
        y.iter_mut().zip(x).for_each(|(y, &x)| *y = self.0[0] * x);
    }
    fn backward_sample(&self, x: &[E], _: &[E], d_y: &[E], d_x: &mut [E], gradient: &mut [E]) {
        for ((d_x, &d_y), &x) in d_x.iter_mut().zip(d_y).zip(x) {
            *d_x = self.0[0] * d_y;
            gradient[0] += x * d_y;
        }
    }
}

plumbline::layer!(Scale);

network! {
    Tied: [6] -> [3] {
        code: dense(4), tanh;
        back: dense(6, tied = code), sigmoid;
        out: dense(3);
    }

    Words: [5] -> [3] {
        words: embedding(10, 4);
        m: lstm(4), last;
        out: dense(3);
    }

    Ports: (image: [1, 6, 6], vector: [3]) -> (class: [4], map: [2, 4, 4]) {
        map: conv2d(2, kernel = 3), relu <- image;
        flat: flatten <- map;
        all: concat <- (flat, vector);
        class: dense(4);
    }
}

/// Numbers between −1 and 1 that follow no pattern.
fn numbers<E: Element>(count: usize, seed: u64) -> Vec<E> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        E::from_f64((state >> 33) as f64 / (1_u64 << 30) as f64 - 1.0)
    };
    (0..count).map(|_| next()).collect()
}

fn batch<S: FixedShape, E: Element>(samples: usize, seed: u64) -> Batch<S, E> {
    Batch::from_vec(numbers(samples * S::LEN, seed)).unwrap()
}

fn pool(threads: usize) -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap()
}

/// All numbers, as they are stored.
fn bits<E: Element>(x: &[E]) -> Vec<u64> {
    x.iter().map(|x| x.as_f64().to_bits()).collect()
}

/// The numbers of each parameter whose name begins with `layer`.
fn layer_bits<E: Element>(net: &impl Parameters<E>, layer: &str) -> Vec<Vec<u64>> {
    let own = net.parameters().filter(|tensor| tensor.name.to_string().starts_with(&format!("{layer}.")));
    let own: Vec<_> = own.map(|tensor| bits(tensor.values)).collect();
    assert!(!own.is_empty() || layer == "none", "no parameter begins with {layer}");
    own
}

/// The gradient with respect to the input by `backward` and alone, for few samples and for many, on any number of threads.
fn same_input_gradients<N>()
where
    N: Trainable<Input: FixedShape, Output: FixedShape> + Total,
{
    let net = N::initialized(3);
    for samples in [1, 5, 150] {
        let (x, d_y) = (batch::<N::Input, _>(samples, 1), batch::<N::Output, _>(samples, 2));
        let (mut pass, mut gradients) = (net.pass(samples), net.gradients());
        pass.set_seed(7);
        net.forward_train(&x, &mut pass);
        let expected = bits(net.backward(&d_y, &mut pass, &mut gradients).unwrap().as_slice());
        assert!(expected.iter().any(|&bits| f64::from_bits(bits) != 0.0));
        for threads in [1, 2, 4] {
            pool(threads).install(|| {
                // Garbage of an earlier pass is not read.
                net.forward_train(&x, &mut pass);
                net.input_gradient(&d_y, &mut pass).unwrap();
                pass.set_seed(7);
                net.forward_train(&x, &mut pass);
                let found = bits(net.input_gradient(&d_y, &mut pass).unwrap().as_slice());
                assert_eq!(found, expected, "{} of {samples} samples on {threads} threads", N::NAME);
            });
        }
        assert!(net.input_gradient(&d_y, &mut pass).is_err(), "a second one after one forward pass");
    }
}

#[test]
fn the_gradient_of_the_inputs_alone_has_the_bits_of_the_whole_one() {
    same_input_gradients::<Pictures<f32>>();
    same_input_gradients::<Pictures<f64>>();
    same_input_gradients::<Signals<f32>>();
    same_input_gradients::<Signals<f64>>();
    same_input_gradients::<Outer<f32>>();
    same_input_gradients::<Outer<f64>>();
    same_input_gradients::<Sequences<f32>>();
    same_input_gradients::<Sequences<f64>>();
    same_input_gradients::<Tied<f32>>();
    same_input_gradients::<Scale<f64>>();
}

#[test]
fn the_gradient_of_the_inputs_alone_agrees_with_differences() {
    let net = Outer::<f64>::initialized(3);
    let (x, d_y) = (batch::<OuterInput, f64>(5, 1), batch::<OuterOutput, f64>(5, 2));
    let mut pass = net.pass(5);
    net.forward_train(&x, &mut pass);
    let found = net.input_gradient(&d_y, &mut pass).unwrap().to_batch();
    let mut moved = x.to_batch();
    for i in 0..20 {
        let mut cost = |step: f64| {
            moved.as_mut_slice()[i] = x.as_slice()[i] + step;
            let y = net.forward_train(&moved, &mut pass);
            let cost = y.as_slice().iter().zip(d_y.as_slice()).map(|(y, d)| y * d).sum::<f64>();
            moved.as_mut_slice()[i] = x.as_slice()[i];
            cost
        };
        let expected = (cost(1e-5) - cost(-1e-5)) / 2e-5;
        let found = found.as_slice()[i];
        assert!((found - expected).abs() < 1e-6 * expected.abs().max(1.0), "{i}: expected {expected}, found {found}");
    }
}

#[test]
fn several_inputs_have_their_gradients_alone() {
    let net = Ports::new(1);
    let (image, vector) = (batch::<PortsImage, f32>(40, 1), batch::<PortsVector, f32>(40, 2));
    let (class, map) = (batch::<PortsClass, f32>(40, 3), batch::<PortsMap, f32>(40, 4));
    let (mut pass, mut gradients) = (net.pass(40), net.gradients());
    net.forward_train(&image, &vector, &mut pass).unwrap();
    let (a, b) = net.backward(&class, &map, &mut pass, &mut gradients).unwrap();
    let expected = [bits(a.as_slice()), bits(b.as_slice())];
    net.forward_train(&image, &vector, &mut pass).unwrap();
    let (a, b) = net.input_gradient(&class, &map, &mut pass).unwrap();
    assert_eq!([bits(a.as_slice()), bits(b.as_slice())], expected);
}

/// A backward pass with a layer frozen and one without: the frozen gradients are 0, all others have the same bits.
fn freezes<N, P>(layers: &[&str], layer: impl for<'n> Fn(&'n N) -> &'n P)
where
    N: Trainable<Element = f32, Input: FixedShape, Output: FixedShape> + Total,
    P: Parameters<f32>,
{
    let net = N::initialized(3);
    for samples in [5, 150] {
        let (x, d_y) = (batch::<N::Input, _>(samples, 1), batch::<N::Output, _>(samples, 2));
        let mut pass = net.pass(samples);
        let mut back = |gradients: &mut Gradients<N>| {
            pass.set_seed(7);
            net.forward_train(&x, &mut pass);
            let d_x = bits(net.backward(&d_y, &mut pass, gradients).unwrap().as_slice());
            pass.discard_buffers();
            d_x
        };
        let (mut all, mut some) = (net.gradients(), net.gradients());
        some.parameters_mut_with(f32::NAN);
        some.freeze(&layer);
        assert_eq!(back(&mut all), back(&mut some));
        let mut frozen = 0;
        for (index, (expected, found)) in all.parameters().zip(some.parameters()).enumerate() {
            // What stands in the place of a buffer is no gradient.
            if found.role == Role::Buffer {
                continue;
            }
            let name = found.name.to_string();
            let is_frozen = layers.iter().any(|layer| name.starts_with(&format!("{layer}.")));
            assert_eq!(some.is_frozen(index), is_frozen, "{name}");
            frozen += usize::from(is_frozen);
            if is_frozen {
                assert!(found.values.iter().all(|&g| g == 0.0), "{name}");
            } else {
                assert_eq!(bits(found.values), bits(expected.values), "{name}");
            }
        }
        assert!(frozen > 0);
        some.unfreeze(&layer);
        back(&mut some);
        let mut pairs = all.parameters().zip(some.parameters()).filter(|(a, _)| a.role == Role::Parameter);
        assert!(pairs.all(|(a, b)| bits(a.values) == bits(b.values)));
    }
}

trait Fill {
    fn parameters_mut_with(&mut self, value: f32);
}

impl<N: Parameters<f32>> Fill for N {
    fn parameters_mut_with(&mut self, value: f32) {
        (0..self.tensors()).for_each(|index| self.tensor_mut(index).values.fill(value));
    }
}

#[test]
fn frozen_layers_have_no_gradients_and_the_others_the_same() {
    freezes(&["a"], |net: &Pictures| &net.a);
    freezes(&["n"], |net: &Pictures| &net.n);
    freezes(&["b"], |net: &Pictures| &net.b);
    freezes(&["t"], |net: &Pictures| &net.t);
    freezes(&["l"], |net: &Pictures| &net.l);
    freezes(&["own"], |net: &Pictures| &net.own);
    freezes(&["out"], |net: &Pictures| &net.out);
    freezes(&["a"], |net: &Signals| &net.a);
    freezes(&["t"], |net: &Signals| &net.t);
    freezes(&["inner"], |net: &Outer| &net.inner);
    freezes(&["inner.core"], |net: &Outer| &net.inner.core);
    freezes(&["inner.core.n"], |net: &Outer| &net.inner.core.n);
    freezes(&["inner.d"], |net: &Outer| &net.inner.d);
    freezes(&["machine"], |net: &Outer| &net.machine);
    freezes(&["inner", "machine", "out"], |net: &Outer| net);
    freezes(&["m"], |net: &Sequences| &net.m);
    freezes(&["g"], |net: &Sequences| &net.g);
    freezes(&["r"], |net: &Sequences| &net.r);
}

#[test]
fn a_weight_that_is_tied_is_frozen_with_its_owner() {
    let net = Tied::new(3);
    let (x, d_y) = (batch::<TiedInput, f32>(20, 1), batch::<TiedOutput, f32>(20, 2));
    let mut pass = net.pass(20);
    let mut back = |gradients: &mut Gradients<Tied>| {
        net.forward_train(&x, &mut pass);
        net.backward(&d_y, &mut pass, gradients).unwrap();
    };
    let (mut all, mut code, mut bias) = (net.gradients(), net.gradients(), net.gradients());
    code.freeze(|net| &net.code);
    bias.freeze(|net| &net.back);
    // Twice through the frozen one: nothing adds up in it.
    back(&mut all);
    back(&mut bias);
    (0..2).for_each(|_| back(&mut code));
    for layer in ["back", "out"] {
        assert_eq!(layer_bits(&*code, layer), layer_bits(&*all, layer));
    }
    assert!(code.code.weight().iter().chain(code.code.bias()).all(|&g| g == 0.0));
    // The weight's owner learns from both of its places.
    for layer in ["code", "out"] {
        assert_eq!(layer_bits(&*bias, layer), layer_bits(&*all, layer));
    }
    assert!(bias.back.bias().iter().all(|&g| g == 0.0));
}

/// Trains `net` for some steps with one layer frozen; it keeps its bits, another one does not.
fn keeps_bits<N, P>(mut optimizer: impl Optimizer<f32>, layer: impl for<'n> Fn(&'n N) -> &'n P, names: [&str; 2])
where
    N: Trainable<Element = f32, Input: FixedShape, Output = (Const<3>,), OutputKind = Numbers> + Total,
    P: Parameters<f32>,
{
    let mut net = N::initialized(5);
    let (x, labels) = (batch::<N::Input, f32>(30, 1), Labels::<3>::new((0..30).map(|i| i % 3)).unwrap());
    let (mut pass, mut gradients) = (net.pass(30), net.gradients());
    let mut step = |net: &mut N, gradients: &mut Gradients<N>| {
        CrossEntropy::new().step(net, &x, &labels, &mut pass, gradients).unwrap();
        gradients.clip_norm(0.5).unwrap();
        gradients.clip_value(0.1).unwrap();
        optimizer.step(net, gradients).unwrap();
        net.update_buffers(&mut pass).unwrap();
    };
    // Momentum from before is there, and does not move the layer.
    (0..2).for_each(|_| step(&mut net, &mut gradients));
    let before = names.map(|name| layer_bits(&net, name));
    gradients.freeze(&layer);
    (0..3).for_each(|_| step(&mut net, &mut gradients));
    assert_eq!(layer_bits(&net, names[0]), before[0]);
    assert_ne!(layer_bits(&net, names[1]), before[1]);
    gradients.unfreeze(&layer);
    step(&mut net, &mut gradients);
    assert_ne!(layer_bits(&net, names[0]), before[0]);
}

#[test]
fn every_optimizer_leaves_a_frozen_layer_as_it_is() {
    keeps_bits(Sgd::new(0.1).weight_decay(0.1), |net: &Pictures| &net.n, ["n", "out"]);
    keeps_bits(Sgd::new(0.1).momentum(0.9).nesterov(true).weight_decay(0.1), |net: &Pictures| &net.n, ["n", "out"]);
    keeps_bits(Adam::new(0.1).weight_decay(0.1), |net: &Pictures| &net.n, ["n", "out"]);
    keeps_bits(AdamW::new(0.1), |net: &Pictures| &net.n, ["n", "a"]);
    keeps_bits(RmsProp::new(0.1).momentum(0.9).weight_decay(0.1), |net: &Pictures| &net.n, ["n", "b"]);
    keeps_bits(Adagrad::new(0.1).weight_decay(0.1), |net: &Pictures| &net.n, ["n", "h"]);
    keeps_bits(AdamW::new(0.1), |net: &Outer| &net.inner, ["inner", "machine"]);
    keeps_bits(AdamW::new(0.1), |net: &Sequences| &net.m, ["m", "g"]);
}

#[test]
fn a_layer_that_is_frozen_from_the_first_step_on_has_its_own_first_step() {
    let net = Words::new(1);
    let mut gradients = net.gradients();
    (0..gradients.tensors()).for_each(|index| gradients.tensor_mut(index).values.fill(0.5));
    let (mut late, mut fresh) = (net.clone(), net.clone());
    let mut adam = Adam::new(0.01);
    let mut frozen = gradients.clone();
    frozen.freeze(|net| &net.out);
    (0..20).for_each(|_| adam.step(&mut late, &frozen).unwrap());
    assert_eq!(layer_bits(&late, "out"), layer_bits(&net, "out"));
    adam.step(&mut late, &gradients).unwrap();
    Adam::new(0.01).step(&mut fresh, &gradients).unwrap();
    assert_eq!(layer_bits(&late, "out"), layer_bits(&fresh, "out"));
}

#[test]
fn a_layer_learns_at_a_rate_of_its_own() {
    fn check<O: Optimizer<f32>>(optimizer: impl Fn(f64) -> O) {
        let net = Tied::new(1);
        let mut gradients = net.gradients();
        (0..gradients.tensors()).for_each(|index| {
            let values = gradients.tensor_mut(index).values;
            values.copy_from_slice(&numbers(values.len(), index as u64));
        });
        let (mut own, mut slow, mut fast) = (net.clone(), net.clone(), net.clone());
        let mut optimizers = [optimizer(0.1), optimizer(0.025), optimizer(0.1)];
        let mut scaled = gradients.clone();
        scaled.scale_learning_rate(|net| &net.code, 0.25).unwrap();
        for _ in 0..3 {
            optimizers[0].step(&mut own, &scaled).unwrap();
            optimizers[1].step(&mut slow, &gradients).unwrap();
            optimizers[2].step(&mut fast, &gradients).unwrap();
        }
        assert_eq!(layer_bits(&own, "code"), layer_bits(&slow, "code"));
        assert_eq!(layer_bits(&own, "out"), layer_bits(&fast, "out"));
        assert_ne!(layer_bits(&own, "code"), layer_bits(&fast, "code"));
    }
    check(|rate| Sgd::new(rate).weight_decay(0.1));
    check(|rate| Sgd::new(rate).momentum(0.5).nesterov(true));
    check(|rate| Adam::new(rate).weight_decay(0.1));
    check(|rate| AdamW::new(rate).weight_decay(0.3));
    check(|rate| RmsProp::new(rate).momentum(0.5));
    check(|rate| Adagrad::new(rate).rate_decay(0.1));
}

#[test]
fn rates_without_a_meaning_are_errors() {
    let mut net = Tied::new(1);
    let mut gradients = net.gradients();
    for found in [-0.1, f64::INFINITY, f64::NAN] {
        let error = gradients.scale_learning_rate(|net| &net.out, found).unwrap_err();
        assert!(matches!(error, GradientError::LearningRate { .. }));
        let expected = format!("expected a factor of a learning rate that is finite and not negative, found {found}");
        assert_eq!(error.to_string(), expected);
        let data = Dataset::new(batch::<TiedInput, f32>(9, 1), Labels::new((0..9).map(|i| i % 3)).unwrap()).unwrap();
        let trainer = Trainer::new(Adam::new(0.1), CrossEntropy::new()).quiet();
        let error = trainer.scale_learning_rate(|net: &Tied| &net.out, found).fit(&mut net, &data).unwrap_err();
        assert!(matches!(error, TrainError::Option { option: "scale_learning_rate", .. }), "{error}");
    }
    assert_eq!(gradients.learning_rate_factor(0), 1.0);
    // Together with the optimizer's rate it is no number of the type.
    gradients.scale_learning_rate(|net| &net.out, 1e300).unwrap();
    let error = Sgd::new(0.1).step(&mut net, &gradients).unwrap_err();
    assert!(error.to_string().starts_with("expected `rate` to be finite in f32"), "{error}");
    for rate in [-0.1, f64::NAN] {
        gradients.scale_learning_rate(|net| net, 0.0).unwrap();
        assert!(Sgd::new(rate).step(&mut net, &gradients).is_err());
    }
}

#[test]
fn a_trainer_freezes_layers_and_scales_their_rates() {
    let data = Dataset::new(batch::<PicturesInput, f32>(60, 1), Labels::new((0..60).map(|i| i % 3)).unwrap()).unwrap();
    for accumulate in [1, 2] {
        let start = Pictures::new(1);
        let train = |count| {
            let mut net = start.clone();
            Trainer::new(AdamW::new(0.01), CrossEntropy::new())
                .freeze(|net: &Pictures| &net.n)
                .scale_learning_rate(|net: &Pictures| &net.a, 0.0)
                .watch(|_, _: &Pictures| {})
                .freeze(|net: &Pictures| &net.h)
                .batch_size(10)
                .accumulate(accumulate)
                .epochs(2)
                .threads(count)
                .quiet()
                .fit(&mut net, &data)
                .unwrap();
            net
        };
        let [one, two] = [1, 2].map(train);
        for layer in ["n", "h", "a"] {
            assert_eq!(layer_bits(&one, layer), layer_bits(&start, layer), "{layer}");
        }
        for layer in ["b", "t", "l", "own", "out"] {
            assert_ne!(layer_bits(&one, layer), layer_bits(&start, layer), "{layer}");
            assert_eq!(layer_bits(&one, layer), layer_bits(&two, layer), "{layer}");
        }
    }
}

network! {
    /// A cost of the encoder's own, and a decoder that has no parameter of its own.
    Contractive: [6] -> (back: [6], penalty: [1]) {
        code: dense(4), sigmoid;
        back: dense(6, tied = code, bias = false) <- code;
        penalty: contractive_penalty <- code;
    }
}

#[test]
fn a_frozen_encoder_gets_no_gradient_from_its_penalty_and_its_tied_decoder() {
    let net = Contractive::new(3);
    let (x, d_back) = (batch::<ContractiveInput, f32>(40, 1), batch::<ContractiveBack, f32>(40, 2));
    let d_penalty = batch::<ContractivePenalty, f32>(40, 3);
    let (mut pass, mut all, mut frozen) = (net.pass(40), net.gradients(), net.gradients());
    frozen.freeze(|net| &net.code);
    let mut back = |gradients: &mut Gradients<Contractive>| {
        net.forward_train(&x, &mut pass);
        bits(net.backward(&d_back, &d_penalty, &mut pass, gradients).unwrap().as_slice())
    };
    assert_eq!(back(&mut all), back(&mut frozen));
    assert!(all.parameters().all(|tensor| tensor.values.iter().any(|&g| g != 0.0)));
    assert!(frozen.parameters().all(|tensor| tensor.values.iter().all(|&g| g == 0.0)));
}

/// A loss that sees the whole batch at once takes another way back.
#[test]
fn a_layer_is_frozen_under_a_loss_of_the_whole_batch() {
    let mut net = Sparse::new(3);
    let (code, out) = (bits(net.code.weight().as_slice().unwrap()), bits(net.back.weight().as_slice().unwrap()));
    let data = Dataset::from(batch::<SparseInput, f32>(40, 1));
    let losses = Losses::new((MeanSquaredError, SparsityPenalty::new(0.1)));
    Trainer::new(Adam::new(0.01), losses).quiet().freeze(|net: &Sparse| &net.code).fit(&mut net, &data).unwrap();
    assert_eq!(bits(net.code.weight().as_slice().unwrap()), code);
    assert_ne!(bits(net.back.weight().as_slice().unwrap()), out);
}

network! {
    Sparse: [6] -> (back: [6], code: [4]) {
        code: dense(4), sigmoid;
        back: dense(6);
    }
}
