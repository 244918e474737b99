//! Networks with several outputs: a loss on each, weighted, and one training for all.

use plumbline::{
    prelude::*,
    train::{Evaluation, GradientCheck, History, LossError, Objective, TrainError, metric::MetricValue},
};

network! {
    /// A class and a value of the same point.
    Two: [2] -> (class: [3], value: [1]) {
        shared: dense(16), tanh;
        class: dense(3) <- shared;
        more: dense(8), tanh <- shared;
        value: dense(1);
    }

    // An output that another node reads, an image among vectors.
    Three: [2] -> (code: [4], picture: [2, 3, 3], sum: [4]) {
        code: dense(4), sigmoid;
        wide: dense(18), tanh;
        picture: reshape([2, 3, 3]);
        last: dense(4) <- input;
        sum: add <- (code, last);
    }

    Four: [2] -> (a: [3], b: [2], c: [1], d: [3]) {
        base: dense(6), tanh;
        a: dense(3) <- base;
        b: dense(2), tanh <- base;
        c: dense(1) <- b;
        d: dense(3) <- a;
    }
}

/// Numbers between −1 and 1 from a fixed seed.
fn numbers(count: usize, seed: u64) -> Vec<f64> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64 ^ seed;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    };
    (0..count).map(|_| next()).collect()
}

fn batch<S: FixedShape>(samples: usize, seed: u64) -> Batch<S, f64> {
    Batch::from_vec(numbers(samples * S::LEN, seed)).unwrap()
}

type Targets = (Labels<3>, Batch<TwoValue>);

/// Points of the plane; their sector is the class, the product of their coordinates the value.
fn points(samples: usize) -> Dataset<TwoInput, Targets> {
    let points: Vec<f32> = numbers(2 * samples, 1).into_iter().map(|x| x as f32).collect();
    let class = |p: &[f32]| ((p[1].atan2(p[0]) / std::f32::consts::TAU + 0.5) * 3.0).min(2.9) as u32;
    let labels = Labels::new(points.chunks(2).map(class)).unwrap();
    let values = Batch::from_vec(points.chunks(2).map(|p| 2.0 * p[0] * p[1]).collect()).unwrap();
    Dataset::new(Batch::from_vec(points).unwrap(), (labels, values)).unwrap()
}

fn both() -> Losses<(CrossEntropy, MeanSquaredError)> {
    Losses::new((CrossEntropy::new(), MeanSquaredError))
}

fn gradients_agree<N, T>(targets: &T, losses: &impl Objective<N::Output, T, f64>)
where
    N: Trainable<Element = f64, Input: FixedShape>,
    T: data::Target,
{
    let report = GradientCheck::new().run(&N::initialized(3), batch(67, 5), targets, losses).unwrap();
    assert!(report.error() < 1e-6 && report.kinks == 0 && report.compared > 50, "{}: {report}", N::NAME);
}

#[test]
fn gradients_of_the_weighted_sum_agree_with_differences() {
    let labels = || Labels::<3>::new((0..67).map(|i| i % 3)).unwrap();
    // Weights of classes make the normalizer of one loss another than that of the other.
    let weighted = CrossEntropy::new().class_weights([1.0, 2.5, 0.5]).label_smoothing(0.1);
    gradients_agree::<Two<f64>, _>(
        &(labels(), batch(67, 6)),
        &Losses::new((weighted, SquaredError)).weights([0.7, 3.0]),
    );
    let losses = Losses::new((MeanSquaredError, SquaredError, Huber::new(0.3))).weights([1.0, 0.0, 2.0]);
    gradients_agree::<Three<f64>, _>(&(batch(67, 7), batch(67, 8), batch(67, 9)), &losses);
    let losses = Losses::new((CrossEntropy::new(), MeanSquaredError, SquaredError, CrossEntropy::new()));
    gradients_agree::<Four<f64>, _>(
        &(labels(), batch(67, 7), batch(67, 8), labels()),
        &losses.weights([0.2, 1.5, 0.6, 3.0]),
    );
}

#[test]
fn a_step_is_the_weighted_sum_of_each_outputs_own() {
    let (net, x) = (Two::<f64>::initialized(1), batch::<TwoInput>(40, 2));
    let targets = (Labels::<3>::new((0..40).map(|i| i % 3)).unwrap(), batch::<TwoValue>(40, 3));
    let (mut pass, mut gradients) = (net.pass(40), net.gradients());
    let loss = both().weights([0.5, 4.0]).step(&net, &x, &targets, &mut pass, &mut gradients).unwrap();

    let (mut explicit, mut pass) = (net.gradients(), net.pass(40));
    let (class, value) = net.forward_train(&x, &mut pass);
    let (c0, mut d_class) = CrossEntropy::new().value_and_gradient(&class, &targets.0).unwrap();
    let (c1, mut d_value) = MeanSquaredError.value_and_gradient(&value, &targets.1).unwrap();
    d_class.as_mut_slice().iter_mut().for_each(|d| *d *= 0.5);
    d_value.as_mut_slice().iter_mut().for_each(|d| *d *= 4.0);
    net.backward(&d_class, &d_value, &mut pass, &mut explicit).unwrap();
    assert!((loss - (0.5 * c0 + 4.0 * c1)).abs() < 1e-12);
    for (a, b) in gradients.parameters().zip(explicit.parameters()) {
        for (a, b) in a.values.iter().zip(b.values) {
            assert!((a - b).abs() < 1e-12, "{a} {b}");
        }
    }
}

fn fit(losses: Losses<(CrossEntropy, MeanSquaredError)>, threads: usize) -> (Two, History, Evaluation) {
    let (train, test) = points(1200).split(0.8).unwrap();
    let mut net = Two::new(1);
    let mut trainer = Trainer::new(Adam::new(0.01), losses)
        .epochs(30)
        .batch_size(64)
        .validate(&test)
        .metric_on::<0, _>(Accuracy)
        .metric_on::<1, _>(RSquared)
        .threads(threads);
    let history = trainer.fit(&mut net, &train).unwrap();
    let evaluation = trainer.evaluate(&net, &test).unwrap();
    (net, history, evaluation)
}

#[test]
fn one_training_learns_both_tasks_and_tells_of_each() {
    let (_, history, evaluation) = fit(both(), 1);
    let last = history.last().unwrap();
    assert_eq!(last.validation.as_ref(), Some(&evaluation));
    let names: Vec<&str> = evaluation.metrics.iter().map(|metric| metric.name.as_str()).collect();
    assert_eq!(names, ["loss of class", "loss of value", "accuracy of class", "R² of value"]);
    for evaluation in [&evaluation, &last.training] {
        let of = |name| evaluation.metric(name).unwrap();
        assert!(of("accuracy of class") > 0.95 && of("R² of value") > 0.95, "{evaluation}");
        assert!((evaluation.loss - (of("loss of class") + of("loss of value"))).abs() < 1e-9, "{evaluation}");
    }
    let first = &history.epochs[0].training;
    assert!(first.metric("loss of value").unwrap() > 5.0 * last.training.metric("loss of value").unwrap());
}

#[test]
fn the_weights_matter() {
    let r_squared = |weights| fit(both().weights(weights), 1).2.metric("R² of value").unwrap();
    assert!(r_squared([1.0, 0.0]) < 0.1);
    assert!(r_squared([0.0, 1.0]) > 0.95);
    let (_, history, _) = fit(both().weights([0.25, 8.0]), 1);
    let training = &history.last().unwrap().training;
    let [class, value] = ["loss of class", "loss of value"].map(|name| training.metric(name).unwrap());
    assert!((training.loss - (0.25 * class + 8.0 * value)).abs() < 1e-9, "{training}");
}

#[test]
fn threads_do_not_change_a_bit() {
    let bits = |threads| {
        let (net, history, _) = fit(both().weights([1.0, 0.3]), threads);
        let weights: Vec<u32> = net.parameters().flat_map(|tensor| tensor.values.to_vec()).map(f32::to_bits).collect();
        (weights, history.epochs.into_iter().map(|epoch| epoch.training).collect::<Vec<_>>())
    };
    assert_eq!(bits(1), bits(2));
}

#[test]
fn an_output_of_weight_zero_may_give_anything() {
    let (mut net, data) = (Two::new(1), points(32));
    net.value.bias_mut()[0] = f32::NAN;
    let before: Vec<f32> = net.more.weight().iter().copied().collect();
    let mut trainer = Trainer::new(Sgd::new(0.1), both().weights([1.0, 0.0]));
    let history = trainer.fit(&mut net, &data).unwrap();
    assert!(history.epochs[0].training.loss.is_finite());
    assert!(trainer.evaluate(&net, &data).unwrap().loss.is_finite());
    assert_eq!(net.more.weight().iter().copied().collect::<Vec<_>>(), before);
    assert!(net.class.weight().iter().all(|w| w.is_finite()));
}

#[test]
fn what_has_no_meaning_is_a_typed_error() {
    let (inputs, (labels, values)) = points(20).into_parts();
    let data = points(20);
    for weight in [-1.0, f64::NAN, f64::INFINITY] {
        let error =
            Trainer::new(Sgd::new(0.1), both().weights([1.0, weight])).fit(&mut Two::new(1), &data).unwrap_err();
        let TrainError::Loss { set: "training", source: LossError::Option { option: "weights", found, .. } } = error
        else {
            panic!("{error}")
        };
        assert_eq!(found.to_bits(), weight.to_bits());
    }
    let mut bad = values.clone();
    bad.as_mut_slice()[7] = f32::NAN;
    let data = Dataset::new(inputs.clone(), (labels.clone(), bad)).unwrap();
    let error = Trainer::new(Sgd::new(0.1), both()).fit(&mut Two::new(1), &data).unwrap_err();
    let expected = "training targets: output 1: expected targets that are finite, found NaN at element 0 of sample 7";
    assert_eq!(error.to_string(), expected);

    let error = Dataset::new(inputs.clone(), (labels.clone(), Batch::<TwoValue>::zeros(19))).unwrap_err();
    assert_eq!(error.to_string(), "expected a target for each of the 20 inputs, found 19 targets");
    let net = Two::new(1);
    let (mut pass, mut gradients) = (net.pass(20), net.gradients());
    let short = (labels, Batch::<TwoValue>::zeros(19));
    let error = both().step(&net, &inputs, &short, &mut pass, &mut gradients).unwrap_err();
    assert_eq!(error, LossError::Samples { expected: 20, found: 19 });
    let error = both().step(
        &net,
        &inputs.rows(0..0),
        &(Labels::new([0_u32; 0]).unwrap(), Batch::zeros(0)),
        &mut pass,
        &mut gradients,
    );
    assert_eq!(error.unwrap_err(), LossError::Empty);
}

#[test]
fn outputs_have_names_where_there_are_several() {
    assert_eq!(<Three as Network>::OUTPUT_NAMES, ["code", "picture", "sum"]);
    network! { One: [2] -> [1] { out: dense(1); } }
    assert!(<One as Network>::OUTPUT_NAMES.is_empty());
    let MetricValue { name, .. } = &fit_four().metrics[4];
    assert_eq!(name, "accuracy of d");
}

fn fit_four() -> Evaluation {
    let labels = || Labels::<3>::new((0..30).map(|i| i % 3)).unwrap();
    let targets = (labels(), batch(30, 1).cast(), batch(30, 2).cast(), labels());
    let data = Dataset::new(batch(30, 3).cast(), targets).unwrap();
    let losses = Losses::new((CrossEntropy::new(), SquaredError, MeanSquaredError, CrossEntropy::new()));
    let mut trainer = Trainer::new(Adam::new(0.01), losses).metric_on::<3, _>(Accuracy);
    trainer.fit(&mut Four::new(1), &data).unwrap();
    trainer.evaluate(&Four::new(1), &data).unwrap()
}
