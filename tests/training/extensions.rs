//! What a user adds to the library from outside: an optimizer, a loss, a metric, a kind of unit, and layers that take many samples at a time.

use std::borrow::Cow;

use plumbline::{
    BatchLayer,
    data::{Dataset, Labels, LabelsView},
    energy::{
        ContrastiveDivergence, Rbm,
        units::{Bernoulli, Hidden, HiddenRows},
    },
    linear,
    network::{LayerContext, WeightGradient},
    prelude::*,
    samplers::Draws,
    shape::FixedDimension,
    train::{
        Elementwise, GradientCheck, Loss, LossError, Metric, OptimizerError, RuleStep, UpdateRule, loss::AnyOutput,
    },
};
use rand::{RngExt, SeedableRng, rngs::StdRng};

/// Chen et al., Symbolic discovery of optimization algorithms (2023).
#[derive(Clone, Debug)]
struct Lion {
    betas: (f64, f64),
    weight_decay: f64,
}

impl<E: Element> UpdateRule<E> for Lion {
    type State = [E; 1];
    fn check(&self) -> Result<(), OptimizerError> {
        let found = self.betas.0;
        if (0.0..1.0).contains(&found) {
            return Ok(());
        }
        Err(OptimizerError::Option { option: "betas", expected: "from 0 to below 1", found })
    }
    fn update(&self, step: RuleStep, weight: E, gradient: E, [momentum]: &mut [E; 1]) -> E {
        let mean = |beta: f64, m: E| E::from_f64(beta) * m + E::from_f64(1.0 - beta) * gradient;
        let direction = mean(self.betas.0, *momentum);
        *momentum = mean(self.betas.1, *momentum);
        let sign = if direction == E::zero() { E::zero() } else { direction.signum() };
        weight - E::from_f64(step.learning_rate) * (sign + E::from_f64(self.weight_decay) * weight)
    }
}

const LION: Lion = Lion { betas: (0.9, 0.99), weight_decay: 0.1 };

/// Σ (y − t)⁴
#[derive(Clone, Debug)]
struct Quartic;

impl plumbline::train::Criterion for Quartic {
    type Takes = AnyOutput;
}

impl<S: Shape, E: Element> Loss<S, Batch<S, E>, E> for Quartic {
    fn part(&self, output: &[E], target: BatchView<'_, S, E>, scale: f64, mut d_output: Option<&mut [E]>) -> f64 {
        let mut sum = 0.0;
        for (i, (&y, &t)) in output.iter().zip(target.as_slice()).enumerate() {
            let difference = (y - t).as_f64();
            sum += difference.powi(4);
            if let Some(d_output) = &mut d_output {
                d_output[i] = E::from_f64(scale * 4.0 * difference.powi(3));
            }
        }
        scale * sum
    }
    fn check(&self, target: BatchView<'_, S, E>) -> Result<(), LossError> {
        let sample = |i: usize| (i / target.width(), i % target.width());
        match target.as_slice().iter().position(|t| !t.is_finite()) {
            None => Ok(()),
            Some(i) => Err(LossError::Target {
                expected: "finite",
                found: target.as_slice()[i].as_f64(),
                sample: sample(i).0,
                element: sample(i).1,
            }),
        }
    }
}

/// The mean output of the right class.
#[derive(Debug)]
struct Confidence;

impl<const C: usize> Metric<(Const<C>,), Labels<C>, f32> for Confidence {
    type Tally = (f64, usize);
    fn name(&self) -> Cow<'static, str> {
        "confidence".into()
    }
    fn add(&self, (sum, count): &mut (f64, usize), output: &[f32], target: LabelsView<'_, C>) {
        for (row, label) in output.chunks_exact(C).zip(target.iter()) {
            *sum += f64::from(row[label]);
            *count += 1;
        }
    }
    fn value(&self, &(sum, count): &(f64, usize)) -> f64 {
        sum / count as f64
    }
}

/// y = tanh(W x + b), as `dense` with `tanh` behind it.
#[derive(Clone, Debug)]
struct Linear<const I: usize, const O: usize, E = f32> {
    weight: Vec<E>,
    bias: Vec<E>,
}

impl<const I: usize, const O: usize, E: Element> BatchLayer for Linear<I, O, E> {
    type Element = E;
    type Input = (Const<I>,);
    type Output = (Const<O>,);
    const PARAMETERS: &'static [(&'static str, &'static [usize])] = &[("weight", &[O, I]), ("bias", &[O])];
    const OPERATIONS: u64 = 2 * (I * O) as u64;
    const WEIGHT_GRADIENT: WeightGradient = WeightGradient::WholeBatch;
    fn init(rng: &mut StdRng) -> Self {
        let mut weight = vec![E::zero(); I * O];
        plumbline::layers::Init::XavierUniform.fill(&mut weight, &[O, I], rng);
        Linear { weight, bias: vec![E::zero(); O] }
    }
    fn values(&self, index: usize) -> &[E] {
        [&self.weight[..], &self.bias][index]
    }
    fn values_mut(&mut self, index: usize) -> &mut [E] {
        if index == 0 { &mut self.weight } else { &mut self.bias }
    }
    fn forward(&self, x: &[E], y: &mut [E], _: &mut LayerContext<'_, E>) {
        linear::forward(x, &self.weight, &self.bias, y, [I, O]);
        y.iter_mut().for_each(|y| *y = y.tanh());
    }
    fn backward(&self, _: &[E], y: &[E], d_y: &mut [E], d_x: Option<&mut [E]>, _: &mut LayerContext<'_, E>) {
        d_y.iter_mut().zip(y).for_each(|(d, &y)| *d *= E::one() - y * y);
        if let Some(d_x) = d_x {
            linear::input_gradient(d_y, &self.weight, d_x, [I, O]);
        }
    }
    fn weight_gradient(&self, x: &[E], d_y: &[E], gradients: &mut Self) {
        linear::weight_gradient(x, d_y, &mut gradients.weight, &mut gradients.bias, [I, O]);
    }
}

plumbline::layer!(Linear<const I: usize, const O: usize>);

/// y = x + a n with noise n in training and a learned a, which sums its gradient up itself.
#[derive(Clone, Debug)]
struct Noise<E = f32>([E; 1]);

impl<E: Element> BatchLayer for Noise<E> {
    type Element = E;
    type Input = (Const<6>,);
    type Output = (Const<6>,);
    const PARAMETERS: &'static [(&'static str, &'static [usize])] = &[("a", &[1])];
    const WEIGHT_GRADIENT: WeightGradient = WeightGradient::Accumulated;
    const WORKSPACE: usize = 6;
    fn init(_: &mut StdRng) -> Self {
        Noise([E::from_f64(0.5)])
    }
    fn values(&self, _: usize) -> &[E] {
        &self.0
    }
    fn values_mut(&mut self, _: usize) -> &mut [E] {
        &mut self.0
    }
    fn forward(&self, x: &[E], y: &mut [E], context: &mut LayerContext<'_, E>) {
        y.copy_from_slice(x);
        if context.is_training() {
            let mut rng = context.rng();
            let noise = &mut context.workspace()[..x.len()];
            noise.iter_mut().for_each(|n| *n = E::from_f64(rng.random_range(-1.0..1.0)));
            y.iter_mut().zip(noise).for_each(|(y, n)| *y += self.0[0] * *n);
        }
    }
    fn backward(&self, _: &[E], _: &[E], d_y: &mut [E], d_x: Option<&mut [E]>, context: &mut LayerContext<'_, E>) {
        let mut rng = context.rng();
        for d in d_y.iter() {
            context.gradient()[0] += *d * E::from_f64(rng.random_range(-1.0..1.0));
        }
        if let Some(d_x) = d_x {
            d_x.copy_from_slice(d_y);
        }
    }
    fn weight_gradient(&self, _: &[E], _: &[E], _: &mut Self) {}
}

plumbline::layer!(Noise);

network! {
    Own: [5] -> [3] {
        a: Linear<5, 6>;
        noise: Noise;
        b: Linear<6, 7>;
        out: dense(3);
    }
    Builtin: [5] -> [3] {
        a: dense(6), tanh;
        b: dense(7), tanh;
        out: dense(3);
    }
    Quiet: [5] -> [3] {
        a: Linear<5, 6>;
        b: Linear<6, 7>;
        out: dense(3);
    }
}

fn numbers<E: Element>(count: usize, seed: u64) -> Vec<E> {
    let mut rng = StdRng::seed_from_u64(seed);
    (0..count).map(|_| E::from_f64(rng.random_range(-1.0..1.0))).collect()
}

/// Points in three classes, by the largest of three sums.
fn points(samples: usize) -> Dataset<(Const<5>,), Labels<3>> {
    let x: Vec<f32> = numbers(samples * 5, 3);
    let class = |x: &[f32]| (0..3_u32).max_by(|&a, &b| x[a as usize].total_cmp(&x[b as usize])).unwrap_or(0);
    let labels = x.chunks(5).map(class).collect::<Vec<_>>();
    Dataset::new(Batch::from_vec(x).unwrap(), Labels::new(labels).unwrap()).unwrap()
}

fn bits<E: Element>(net: &impl Parameters<E>) -> Vec<u64> {
    net.parameters().flat_map(|tensor| tensor.values.to_vec()).map(|x| x.as_f64().to_bits()).collect()
}

/// By hand, as the paper's algorithm reads.
#[test]
fn an_optimizer_of_ones_own_steps_by_its_rule() {
    fn check<E: Element>(tolerance: f64) {
        let mut net = Builtin::<E>::initialized(1);
        let mut expected: Vec<f64> = net.parameters().flat_map(|t| t.values.to_vec()).map(|w| w.as_f64()).collect();
        let mut momentum = vec![0.0; expected.len()];
        let mut lion = Elementwise::new(LION, 0.01);
        let mut gradients = net.gradients();
        gradients.scale_learning_rate(|net| &net.a, 0.5).unwrap();
        for seed in 0..4 {
            let mut start = 0;
            for index in 0..gradients.tensors() {
                let values = gradients.tensor_mut(index).values;
                let g: Vec<E> = numbers(values.len(), 10 * seed + index as u64);
                values.copy_from_slice(&g);
                let rate = if index < 2 { 0.005 } else { 0.01 };
                for (i, g) in (start..).zip(&g) {
                    let g = g.as_f64();
                    let direction = 0.9 * momentum[i] + 0.1 * g;
                    momentum[i] = 0.99 * momentum[i] + 0.01 * g;
                    expected[i] -= rate * (direction.signum() + 0.1 * expected[i]);
                }
                start += g.len();
            }
            lion.step(&mut net, &gradients).unwrap();
        }
        let found = net.parameters().flat_map(|t| t.values.to_vec());
        for (found, expected) in found.zip(&expected) {
            assert!((found.as_f64() - expected).abs() < tolerance, "{found}, expected {expected}");
        }
    }
    check::<f64>(1e-14);
    check::<f32>(1e-6);
}

#[test]
fn an_optimizer_of_ones_own_makes_no_step_that_fails() {
    let mut net = Builtin::new(1);
    let mut gradients = net.gradients();
    gradients.freeze(|net| &net.b);
    let mut lion = Elementwise::new(LION, 0.01);
    gradients.a.bias_mut()[1] = 1.0;
    lion.step(&mut net, &gradients).unwrap();
    let before = (bits(&net), format!("{lion:?}"));
    assert_eq!(net.b.bias().to_vec(), [0.0; 7]);
    gradients.out.weight_mut()[[1, 2]] = f32::NAN;
    let error = lion.step(&mut net, &gradients).unwrap_err();
    assert!(matches!(&error, OptimizerError::Gradient(_)) && error.to_string().contains("index 9 of `out.weight`"));
    gradients.out.weight_mut()[[1, 2]] = 0.0;
    net.out.weight_mut()[[0, 0]] = f32::MAX;
    let large = (bits(&net), before.1.clone());
    lion.set_rate(1e3);
    let error = lion.step(&mut net, &gradients).unwrap_err();
    assert!(matches!(&error, OptimizerError::Overflow { name, index: 0, .. } if name == "out.weight"), "{error}");
    lion.set_rate(0.01);
    assert_eq!((bits(&net), format!("{lion:?}")), large);
    assert!(matches!(lion.step(&mut Quiet::new(1), &Quiet::new(1).gradients()), Ok(())), "the same sizes");
    let wrong = Elementwise::<_, f32>::new(Lion { betas: (1.0, 0.9), ..LION }, 0.01).step(&mut net, &gradients);
    assert!(wrong.unwrap_err().to_string().starts_with("expected `betas` to be"));
}

#[test]
fn a_trainer_takes_all_of_them_on_any_number_of_threads() {
    let data = points(600);
    let train = |threads: usize| {
        let mut net = Own::new(4);
        let mut trainer = Trainer::new(Elementwise::new(LION, 3e-3), CrossEntropy::new())
            .epochs(30)
            .batch_size(60)
            .metric(Accuracy)
            .metric(Confidence)
            .threads(threads)
            .quiet();
        let history = trainer.fit(&mut net, &data).unwrap();
        let last = history.epochs.last().unwrap();
        let [accuracy, confidence] = ["accuracy", "confidence"].map(|name| last.training.metric(name).unwrap());
        assert!(accuracy > 0.85 && confidence > 1.0, "{accuracy}, {confidence}");
        bits(&net)
    };
    assert_eq!(train(1), train(3));
}

#[test]
fn a_loss_of_ones_own_has_its_gradient() {
    let x = Batch::from_vec(numbers::<f64>(35, 1)).unwrap();
    let t = Batch::from_vec(numbers::<f64>(21, 2)).unwrap();
    let report = GradientCheck::new().run(&Builtin::<f64>::initialized(1), &x, &t, &Quartic).unwrap();
    assert!(report.error() < 1e-6, "{report}");
    let mut bad = t.clone();
    bad.as_mut_slice()[4] = f64::NAN;
    let error = Quartic.value(&t, &bad).unwrap_err();
    assert_eq!(error.to_string(), "expected targets that are finite, found NaN at element 1 of sample 1");
}

#[test]
fn layers_of_ones_own_that_take_many_samples_have_their_gradients() {
    for samples in [1, 7, 150] {
        let x = Batch::from_vec(numbers::<f64>(samples * 5, 1)).unwrap();
        let t = Batch::from_vec(numbers::<f64>(samples * 3, 2)).unwrap();
        let mut net = Own::<f64>::initialized(3);
        net.a.bias.copy_from_slice(&numbers(6, 5));
        let report = GradientCheck::new().run(&net, &x, &t, &MeanSquaredError).unwrap();
        assert!(report.error() < 1e-6, "{samples}: {report}");
        let report = GradientCheck::new().run(
            &net.b,
            Batch::from_vec(numbers(samples * 6, 1)).unwrap(),
            &Batch::zeros(samples),
            &MeanSquaredError,
        );
        assert!(report.unwrap().error() < 1e-6, "by itself");
    }
}

/// The same numbers as `dense`, forward and backward, in every way of training.
#[test]
fn a_layer_of_ones_own_with_a_whole_batch_weight_gradient_is_a_dense_one() {
    let mut net = Quiet::<f64>::initialized(3);
    net.b.bias.copy_from_slice(&numbers(7, 5));
    let mut dense = Builtin::<f64>::initialized(4);
    for index in 0..net.tensors() {
        dense.tensor_mut(index).values.copy_from_slice(net.tensor(index).values);
    }
    for samples in [1, 20, 200] {
        let x = Batch::from_vec(numbers::<f64>(samples * 5, 1)).unwrap();
        let t = Batch::from_vec(numbers::<f64>(samples * 3, 2)).unwrap();
        let close = |a: &[f64], b: &[f64]| assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-13), "{samples}");
        close(net.forward(&x).as_slice(), dense.forward(&x).as_slice());
        let (mut pass, mut gradients) = (net.pass(samples), net.gradients());
        let (mut dense_pass, mut dense_gradients) = (dense.pass(samples), dense.gradients());
        MeanSquaredError.step(&net, &x, &t, &mut pass, &mut gradients).unwrap();
        MeanSquaredError.step(&dense, &x, &t, &mut dense_pass, &mut dense_gradients).unwrap();
        gradients.parameters().zip(dense_gradients.parameters()).for_each(|(a, b)| close(a.values, b.values));
        net.forward_train(&x, &mut pass);
        dense.forward_train(&x, &mut dense_pass);
        let d_x = net.backward(&t, &mut pass, &mut gradients).unwrap().to_batch();
        close(d_x.as_slice(), dense.backward(&t, &mut dense_pass, &mut dense_gradients).unwrap().as_slice());
        gradients.parameters().zip(dense_gradients.parameters()).for_each(|(a, b)| close(a.values, b.values));
        // A frozen one learns nothing.
        gradients.freeze(|net| &net.b);
        MeanSquaredError.step(&net, &x, &t, &mut pass, &mut gradients).unwrap();
        assert!(gradients.b.weight.iter().all(|&g| g == 0.0) && gradients.a.weight.iter().any(|&g| g != 0.0));
    }
}

/// A normal hidden unit of variance 4 T: q(h) = h² / 8.
#[derive(Clone, Copy, Debug, Default)]
struct Wide;

const VARIANCE: f64 = 4.0;

impl Hidden for Wide {
    const NAME: &'static str = "wide";
    type Output<N: FixedDimension> = (N,);
}

impl HiddenRows for Wide {
    const STATES: usize = 0;
    const EXPECTED: &'static str = "finite numbers";
    fn fault<E: Element>(row: &[E]) -> Option<usize> {
        row.iter().position(|x| !x.is_finite())
    }
    fn means<E: Element>(fields: &mut [E], _: f64) {
        fields.iter_mut().for_each(|x| *x *= E::from_f64(VARIANCE));
    }
    fn draw<E: Element>(fields: &mut [E], width: usize, temperature: f64, draws: Draws) {
        Self::means(fields, temperature);
        draws.add_normal(fields, width, (VARIANCE * temperature).sqrt());
    }
    fn backward<E: Element>(_: &[E], gradients: &mut [E], _: f64) {
        gradients.iter_mut().for_each(|d| *d *= E::from_f64(VARIANCE));
    }
    fn own_energy(value: f64) -> f64 {
        value * value / (2.0 * VARIANCE)
    }
    fn log_sums(fields: impl Iterator<Item = f64>, temperature: f64) -> f64 {
        let scale = 0.5 * (std::f64::consts::TAU * VARIANCE * temperature).ln();
        fields.map(|x| VARIANCE * x * x / (2.0 * temperature) + scale).sum()
    }
}

/// p(v) of a machine with units of one's own, by summing over all v, against the frequencies of Gibbs chains: χ² of 15 degrees of freedom, 37.7 at 0.1 %.
#[test]
fn a_kind_of_unit_of_ones_own_is_drawn_as_its_energy_says() {
    let mut rbm = Rbm::<Const<4>, Const<2>, Bernoulli, Wide, f64>::new(
        plumbline::layers::Init::Normal(0.3),
        &mut StdRng::seed_from_u64(1),
    );
    rbm.hidden_bias_mut().assign(&ndarray::arr1(&[0.2, -0.1]));
    let states: Vec<f64> = (0..16).flat_map(|s| (0..4).map(move |i| f64::from(s >> i & 1))).collect();
    let energies = rbm.free_energies(&Batch::from_vec(states).unwrap());
    let z: f64 = energies.iter().map(|f| (-f).exp()).sum();
    const CHAINS: usize = 4_000;
    let (mut v, mut h) = (Batch::zeros(CHAINS), Batch::zeros(CHAINS));
    for step in 0..60 {
        let draws = Draws::new(7, step);
        rbm.draw_hidden_into(&v, &mut h, draws.of_block(0));
        rbm.draw_visible_into(&h, &mut v, draws.of_block(1));
    }
    let mut counts = [0.0; 16];
    for v in v.as_slice().chunks(4) {
        counts[(0..4).map(|i| usize::from(v[i] == 1.0) << i).sum::<usize>()] += 1.0;
    }
    let cells = counts.iter().zip(&energies).map(|(count, f)| {
        let expected = CHAINS as f64 * (-f).exp() / z;
        (count - expected).powi(2) / expected
    });
    let statistic: f64 = cells.sum();
    assert!(statistic < 37.7, "χ² = {statistic}");
}

#[test]
fn a_machine_with_units_of_ones_own_learns() {
    let mut rbm = Rbm::<Const<16>, Const<4>, Bernoulli, Wide>::new(
        plumbline::layers::Init::Normal(0.01),
        &mut StdRng::seed_from_u64(1),
    );
    let data = data::bars_and_stripes::<16, f32>();
    let learning = ContrastiveDivergence::new(1).rate(0.03).epochs(1500).quiet();
    let report = learning.fit(&mut rbm, &data).unwrap();
    let [first, last] = [report.epochs.first(), report.epochs.last()].map(|e| e.unwrap().reconstruction_error);
    assert!(last < 0.85 * first, "{first} to {last}");
}
