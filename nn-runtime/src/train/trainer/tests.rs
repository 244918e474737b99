//! The trainer on a network written by hand.

mod batches;
mod goes_on;

use std::{ops::ControlFlow, sync::Mutex};

use crate::{
    Batch, Network, Parameters,
    data::{Dataset, Labels},
    network::Random,
    train::{
        Accuracy, Adam, ConfusionMatrix, CrossEntropy, Event, Exponential, GradientError, History, Loss, LossError,
        MeanSquaredError, Optimizer, OptimizerError, RSquared, ReduceOnPlateau, Schedule, Sgd, SquaredError, Stop,
        TrainError, Trainer,
        testing::{Input, Mlp, Output},
    },
};

/// Points in three sectors of the plane, which a straight line cannot tell apart.
fn sectors(samples: usize, seed: u64) -> Dataset<Input, Labels<3>> {
    let random = Random::new(seed, 0);
    let number = |index: usize| f64::from(random.bits(index as u64)) / f64::from(u32::MAX) * 2.0 - 1.0;
    let points: Vec<f32> = (0..2 * samples).map(|index| number(index) as f32).collect();
    let class = |p: &[f32]| ((p[1].atan2(p[0]) / std::f32::consts::TAU + 0.5) * 3.0).min(2.9) as u32;
    let labels: Vec<u32> = points.chunks(2).map(class).collect();
    Dataset::new(Batch::from_vec(points).unwrap(), Labels::new(labels).unwrap()).unwrap()
}

/// The same points, with targets that follow from them.
fn curves(samples: usize) -> Dataset<Input, Batch<Output>> {
    let inputs = sectors(samples, 1).into_parts().0;
    let target = |p: &[f32]| [p[0] * p[1], p[0].sin(), p[0] - p[1]];
    let targets = inputs.as_slice().chunks(2).flat_map(target).collect();
    Dataset::new(inputs, Batch::from_vec(targets).unwrap()).unwrap()
}

fn weights(net: &Mlp<f32>) -> Vec<u32> {
    net.parameters().flat_map(|tensor| tensor.values.iter().map(|w| w.to_bits()).collect::<Vec<_>>()).collect()
}

fn losses(history: &History) -> Vec<f64> {
    history.epochs.iter().map(|epoch| epoch.training.loss).collect()
}

#[test]
fn it_learns_and_tells_how() {
    let (train, test) = sectors(1000, 1).split(0.8).unwrap();
    let mut net = Mlp::initialized(1);
    let mut trainer = Trainer::new(Adam::new(0.02), CrossEntropy::new())
        .epochs(30)
        .batch_size(24)
        .validate(&test)
        .metric(Accuracy)
        .metric(ConfusionMatrix);
    let before = trainer.evaluate(&net, &test).unwrap();
    let history = trainer.fit(&mut net, &train).unwrap();
    let last = history.last().unwrap();
    let validation = last.validation.as_ref().unwrap();
    assert!(before.metric("accuracy").unwrap() < 0.7, "{before}");
    assert!(validation.metric("accuracy").unwrap() > 0.95, "{history}");
    assert!(last.training.metric("accuracy").unwrap() > 0.95, "{history}");
    assert!(validation.metrics[1].report.as_ref().unwrap().contains("recall"));
    assert_eq!((history.epochs.len(), history.stop, last.number, last.rate), (30, Stop::Epochs, 30, 0.02));
    assert!(last.seconds > 0.0 && last.samples_per_second > 0.0);
    assert_eq!(&trainer.evaluate(&net, &test).unwrap(), validation);
}

#[test]
fn it_fits_values_in_double_precision() {
    let data = curves(300).cast::<f64>();
    let mut net = Mlp::<f64>::initialized(1);
    let mut trainer = Trainer::new(Adam::new(0.01), MeanSquaredError).epochs(200).metric(RSquared).seed(4);
    trainer.fit(&mut net, &data).unwrap();
    let evaluation = trainer.evaluate(&net, &data).unwrap();
    assert!(evaluation.metric("R²").unwrap() > 0.98, "{evaluation}");
}

#[test]
fn equal_seeds_give_equal_bits_on_any_number_of_threads() {
    let data = sectors(1001, 2);
    let train = |threads, seed| {
        let mut net = Mlp::initialized(1);
        let mut trainer = Trainer::new(Adam::new(0.01), CrossEntropy::new()).epochs(3).batch_size(200).seed(seed);
        let mut trainer = match threads {
            0 => trainer,
            threads => {
                trainer = trainer.threads(threads);
                trainer
            }
        };
        let history = trainer.fit(&mut net, &data).unwrap();
        (weights(&net), losses(&history))
    };
    let one = train(1, 5);
    for threads in [0, 2, 3] {
        assert_eq!(train(threads, 5), one, "with {threads} threads");
    }
    assert_ne!(train(1, 6), one);
}

#[test]
fn the_first_step_is_the_explicit_one() {
    use crate::{Trainable, train::Criterion};
    let data = sectors(40, 3);
    let (mut net, mut explicit) = (Mlp::<f32>::initialized(1), Mlp::<f32>::initialized(1));
    let mut trainer = Trainer::new(Sgd::new(0.5), CrossEntropy::new()).batch_size(40).shuffle(false);
    let history = trainer.fit(&mut net, &data).unwrap();

    let (mut pass, mut gradients) = (explicit.pass(40), explicit.gradients());
    let logits = explicit.forward_train(data.inputs(), &mut pass);
    let (loss, d_logits) = CrossEntropy::new().value_and_gradient(&logits, data.targets()).unwrap();
    explicit.backward(&d_logits, &mut pass, &mut gradients).unwrap();
    Sgd::new(0.5).step(&mut explicit, &gradients).unwrap();
    assert!((losses(&history)[0] - f64::from(loss)).abs() < 1e-6);
    for (a, b) in net.parameters().zip(explicit.parameters()) {
        for (a, b) in a.values.iter().zip(b.values) {
            assert!((a - b).abs() < 1e-6, "{a} {b}");
        }
    }
}

#[test]
fn every_sample_comes_once_an_epoch_in_a_new_order() {
    /// Writes down the labels that it sees.
    #[derive(Clone, Debug)]
    struct Spy<'a>(&'a Mutex<Vec<usize>>);
    impl crate::train::Criterion for Spy<'_> {
        type Takes = crate::train::loss::AnyOutput;
    }
    impl Loss<Output, Labels<50>, f32> for Spy<'_> {
        fn part(&self, _: &[f32], target: crate::data::LabelsView<'_, 50>, _: f64, d: Option<&mut [f32]>) -> f64 {
            self.0.lock().unwrap().extend(target.iter());
            d.into_iter().flatten().for_each(|d| *d = 0.0);
            0.0
        }
    }
    let data = Dataset::new(Batch::zeros(50), Labels::<50>::new(0..50).unwrap()).unwrap();
    let seen = Mutex::new(Vec::new());
    let mut net = Mlp::initialized(1);
    let history = Trainer::new(Sgd::new(0.1), Spy(&seen)).epochs(2).batch_size(16).threads(1).fit(&mut net, &data);
    assert_eq!(history.unwrap().epochs.len(), 2);
    let seen = seen.into_inner().unwrap();
    let (first, second) = seen.split_at(50);
    assert_ne!(first, second);
    for epoch in [first, second] {
        let mut epoch = epoch.to_vec();
        epoch.sort_unstable();
        assert_eq!(epoch, (0..50).collect::<Vec<_>>());
    }
}

#[test]
fn early_stopping_waits_and_the_best_weights_come_back() {
    let (train, test) = sectors(60, 4).split(0.5).unwrap();
    let run = |patience, keep| {
        let mut net = Mlp::initialized(1);
        // Far too large a rate: the loss rises again soon.
        let mut trainer =
            Trainer::new(Sgd::new(6.0), CrossEntropy::new()).epochs(200).batch_size(4).validate(&test).keep_best(keep);
        trainer = trainer.early_stopping(patience);
        let history = trainer.fit(&mut net, &train).unwrap();
        let end = trainer.evaluate(&net, &test).unwrap().loss;
        (history, end)
    };
    let (history, end) = run(3, false);
    let (last, best) = (history.epochs.len() - 1, history.best.unwrap());
    assert_eq!((history.stop, last - best), (Stop::EarlyStopping, 3));
    assert_eq!(end, history.last().unwrap().monitored());
    let (history, end) = run(3, true);
    assert_eq!(end, history.best().unwrap().monitored());
    assert!(end < history.last().unwrap().monitored());
}

#[test]
fn schedules_set_the_rate_of_epochs_or_steps_and_give_it_back() {
    let data = sectors(30, 5);
    let rates = |steps: bool| {
        let mut rates = Vec::new();
        let mut trainer = Trainer::new(Sgd::new(0.8), CrossEntropy::new()).epochs(2).batch_size(20);
        trainer =
            if steps { trainer.schedule_steps(Exponential::new(0.5)) } else { trainer.schedule(Exponential::new(0.5)) };
        let mut trainer = trainer.callback(|event: &Event<'_>| {
            if let Event::Step { rate, .. } = event {
                rates.push(*rate);
            }
        });
        trainer.fit(&mut Mlp::initialized(1), &data).unwrap();
        assert_eq!(Optimizer::<f32>::rate(trainer.optimizer()), 0.8);
        drop(trainer);
        rates
    };
    assert_eq!(rates(false), [0.8, 0.8, 0.4, 0.4]);
    assert_eq!(rates(true), [0.8, 0.4, 0.2, 0.1]);
}

#[test]
fn a_schedule_observes_the_monitored_loss() {
    /// As [`ReduceOnPlateau`], and writes down what it observes.
    #[derive(Clone, Debug)]
    struct Watched<'a>(ReduceOnPlateau, &'a Mutex<Vec<f64>>);
    impl Schedule for Watched<'_> {
        fn rate(&self, base: f64, time: usize) -> f64 {
            self.0.rate(base, time)
        }
        fn observe(&mut self, loss: f64) {
            self.1.lock().unwrap().push(loss);
            self.0.observe(loss);
        }
    }
    let (train, test) = sectors(60, 6).split(0.5).unwrap();
    let seen = Mutex::new(Vec::new());
    let schedule = Watched(ReduceOnPlateau::new().patience(0), &seen);
    let mut trainer = Trainer::new(Sgd::new(1e-9), CrossEntropy::new()).epochs(3).validate(&test).schedule(schedule);
    let history = trainer.fit(&mut Mlp::initialized(1), &train).unwrap();
    drop(trainer);
    let rates: Vec<f64> = history.epochs.iter().map(|epoch| epoch.rate).collect();
    assert_eq!(rates, [1e-9, 1e-9, 1e-9 * 0.1]);
    let monitored: Vec<f64> = history.epochs.iter().map(|epoch| epoch.validation.as_ref().unwrap().loss).collect();
    assert_eq!(seen.into_inner().unwrap(), monitored);
}

#[test]
fn a_callback_hears_everything_and_may_stop() {
    let data = sectors(50, 7);
    let mut heard = Vec::new();
    let mut trainer = Trainer::new(Sgd::new(0.1), CrossEntropy::new()).epochs(5).batch_size(20).callback(|event| {
        match event {
            Event::Step { epoch, step, steps, .. } => heard.push((*epoch, *step, *steps)),
            Event::Epoch(epoch) => heard.push((epoch.number, 0, 0)),
        }
        if heard.len() == 6 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    let history = trainer.fit(&mut Mlp::initialized(1), &data).unwrap();
    drop(trainer);
    assert_eq!((history.stop, history.epochs.len()), (Stop::Callback, 2));
    assert_eq!(heard, [(1, 1, 3), (1, 2, 3), (1, 3, 3), (1, 0, 0), (2, 1, 3), (2, 2, 3), (2, 0, 0)]);
}

#[test]
fn clipping_bounds_the_step() {
    let data = sectors(30, 8);
    let moved = |trainer: Trainer<'_, Sgd, CrossEntropy>| {
        let mut net = Mlp::initialized(1);
        trainer.batch_size(30).fit(&mut net, &data).unwrap();
        let changes = net
            .parameters()
            .zip(Mlp::<f32>::initialized(1).parameters().map(|t| t.values.to_vec()).collect::<Vec<_>>());
        let changes: Vec<f32> = changes
            .flat_map(|(now, then)| now.values.iter().zip(then).map(|(a, b)| (a - b).abs()).collect::<Vec<_>>())
            .collect();
        let norm = changes.iter().map(|x| x * x).sum::<f32>().sqrt();
        (norm, changes.into_iter().fold(0.0, f32::max))
    };
    let trainer = || Trainer::new(Sgd::new(1.0), CrossEntropy::new());
    let (free, largest) = moved(trainer());
    assert!(free > 0.02 && largest > 0.002);
    assert!((moved(trainer().clip_norm(0.01)).0 - 0.01).abs() < 1e-4);
    assert!((moved(trainer().clip_value(0.001)).1 - 0.001).abs() < 1e-5);
}

#[test]
fn no_epochs_change_nothing() {
    let mut net = Mlp::<f32>::initialized(1);
    let before = weights(&net);
    let history = Trainer::new(Sgd::new(0.1), CrossEntropy::new()).epochs(0).fit(&mut net, &sectors(5, 1)).unwrap();
    assert_eq!((weights(&net), history.epochs.len(), history.best), (before, 0, None));
}

#[test]
fn bad_data_are_errors_before_anything_changes() {
    let data = sectors(20, 9);
    let empty = data.take(0);
    let mut net = Mlp::<f32>::initialized(1);
    let before = weights(&net);
    let trainer = || Trainer::new(Sgd::new(0.1), CrossEntropy::new());
    let mut fit = |mut trainer: Trainer<'_, Sgd, CrossEntropy>, data| trainer.fit(&mut net, data).unwrap_err();
    assert_eq!(fit(trainer(), &empty), TrainError::Empty { set: "training" });
    assert_eq!(fit(trainer().batch_size(0), &data), TrainError::BatchSize);

    let (mut inputs, targets) = data.clone().into_parts();
    inputs.as_mut_slice()[7] = f32::INFINITY;
    let bad = Dataset::new(inputs, targets).unwrap();
    let expected = |set| TrainError::Input { set, input: 0, sample: 3, element: 1, found: f64::INFINITY };
    assert_eq!(fit(trainer(), &bad), expected("training"));
    let loss = Trainer::new(Sgd::new(0.1), CrossEntropy::new().label_smoothing(2.0));
    assert!(matches!(fit(loss, &data), TrainError::Loss { set: "training", source: LossError::Option { .. } }));
    let option = |error: TrainError| match error {
        TrainError::Option { option, .. } => option,
        other => panic!("{other}"),
    };
    assert_eq!(option(fit(trainer().clip_norm(-1.0), &data)), "clip_norm");
    assert_eq!(option(fit(trainer().clip_value(f64::NAN), &data)), "clip_value");
    assert_eq!(option(fit(trainer().min_delta(-1.0), &data)), "min_delta");
    assert_eq!(option(fit(trainer().accumulate(0), &data)), "accumulate");
    let error = fit(Trainer::new(Sgd::new(1e300), CrossEntropy::new()), &data).to_string();
    assert_eq!(error, format!("expected `rate` to be finite in f32 and not negative, found {}", 1e300));
    let error = fit(Trainer::new(Sgd::new(-0.1), CrossEntropy::new()), &data);
    assert!(matches!(error, TrainError::Optimizer(OptimizerError::Option { option: "rate", .. })), "{error}");
    assert_eq!(trainer().validate(&empty).fit(&mut net, &data), Err(TrainError::Empty { set: "validation" }));
    assert_eq!(trainer().validate(&bad).fit(&mut net, &data), Err(expected("validation")));
    assert_eq!(trainer().evaluate(&net, &bad), Err(expected("evaluation")));
    assert_eq!(weights(&net), before);
}

#[test]
fn a_training_that_leaves_the_finite_numbers_says_where() {
    let data = curves(64);
    let mut net = Mlp::<f32>::initialized(1);
    let error =
        Trainer::new(Sgd::new(1e20), MeanSquaredError).epochs(9).batch_size(16).fit(&mut net, &data).unwrap_err();
    let (TrainError::Diverged { epoch, step, .. }
    | TrainError::Gradient { epoch, step, .. }
    | TrainError::Overflow { epoch, step, .. }) = &error
    else {
        panic!("{error}")
    };
    assert!(*epoch == 1 && [2, 3].contains(step), "{error}");
    assert!(net.parameters().all(|tensor| tensor.values.iter().all(|w| w.is_finite())));

    // Large weights behind units that give 0: the loss stays finite, the gradient before the weights does not.
    let mut net = Mlp::<f32>::initialized(1);
    net.output.weight_mut().fill(3e38);
    net.output.bias_mut().fill(100.0);
    net.hidden.weight_mut().fill(0.0);
    let before = weights(&net);
    // With a bound for the norm, with one for each number, and with none.
    let mut fit = |mut trainer: Trainer<'_, Sgd, SquaredError>| trainer.fit(&mut net, &data).unwrap_err();
    let trainer = || Trainer::new(Sgd::new(0.1), SquaredError);
    let errors = [fit(trainer().clip_norm(1.0)), fit(trainer().clip_value(1.0)), fit(trainer())];
    assert!(errors.iter().all(|error| error.to_string() == errors[0].to_string()), "{errors:?}");
    assert_eq!(weights(&net), before);
    let error = errors[0].clone();
    let TrainError::Gradient { epoch: 1, step: 1, source: GradientError::NotFinite { name, .. }, .. } = &error else {
        panic!("{error}")
    };
    assert_eq!(name, "hidden.weight");
}
