//! What goes on: from one training to the next, and after what ends one.

use super::*;
use crate::train::{Cosine, OneCycle, Step, WarmUp};

#[test]
fn two_trainings_are_one_of_as_many_epochs() {
    let data = sectors(50, 3);
    let new = |epochs| {
        Trainer::new(Sgd::new(0.5).momentum(0.9), CrossEntropy::new())
            .epochs(epochs)
            .batch_size(16)
            .schedule_steps(Cosine::new(20))
    };
    let (mut once, mut twice) = (Mlp::<f32>::initialized(1), Mlp::<f32>::initialized(1));
    let whole = new(5).fit(&mut once, &data).unwrap();
    let mut trainer = new(2);
    let first = trainer.fit(&mut twice, &data).unwrap();
    let mut trainer = trainer.epochs(3);
    let second = trainer.fit(&mut twice, &data).unwrap();
    assert_eq!(weights(&once), weights(&twice));
    let told = |history: &History| -> Vec<(usize, f64, f64)> {
        history.epochs.iter().map(|epoch| (epoch.number, epoch.rate, epoch.training.loss)).collect()
    };
    assert_eq!([told(&first), told(&second)].concat(), told(&whole));
    // From the beginning: the same again, but for the weights.
    trainer.restart();
    let mut trainer = trainer.epochs(5);
    let mut again = Mlp::<f32>::initialized(1);
    assert_eq!(told(&trainer.fit(&mut again, &data).unwrap()), told(&whole));
    assert_eq!(weights(&again), weights(&once));
}

#[test]
fn every_schedule_goes_on_and_restarts() {
    let data = sectors(20, 3);
    fn check(schedule: impl Schedule + Clone, data: &Dataset<Input, Labels<3>>) {
        let rates = |history: History| history.epochs.iter().map(|epoch| epoch.rate).collect::<Vec<_>>();
        let new = |epochs| Trainer::new(Sgd::new(1e-9), CrossEntropy::new()).epochs(epochs).schedule(schedule.clone());
        let whole = rates(new(6).fit(&mut Mlp::initialized(1), data).unwrap());
        assert!(whole.iter().any(|&rate| rate != whole[0]), "{whole:?}");
        let (mut trainer, mut net) = (new(3), Mlp::initialized(1));
        let mut parts = rates(trainer.fit(&mut net, data).unwrap());
        parts.extend(rates(trainer.fit(&mut net, data).unwrap()));
        assert_eq!(parts, whole);
        trainer.restart();
        assert_eq!(rates(trainer.fit(&mut Mlp::initialized(1), data).unwrap()), whole[..3]);
    }
    check(Step::new(2, 0.5), &data);
    check(Exponential::new(0.5), &data);
    check(Cosine::new(6), &data);
    check(OneCycle::new(6), &data);
    check(WarmUp::new(4, Cosine::new(4)), &data);
    check(ReduceOnPlateau::new().patience(0).absolute_threshold(1.0), &data);
}

/// Gives the losses of a list one after the other where no gradient is asked for; those of training are 0.
#[derive(Clone, Debug)]
struct Listed<'a>(&'a Mutex<Vec<f64>>);
impl crate::train::Criterion for Listed<'_> {
    type Takes = crate::train::loss::AnyOutput;
}
impl Loss<Output, Labels<3>, f32> for Listed<'_> {
    fn part(&self, _: &[f32], _: crate::data::LabelsView<'_, 3>, _: f64, d: Option<&mut [f32]>) -> f64 {
        match d {
            // So that the weights are others after each epoch.
            Some(d) => d.fill(1e-3),
            None => return self.0.lock().unwrap().remove(0),
        }
        0.0
    }
}

/// The history, and in which epoch the weights are those that the network ends with.
fn listed(
    losses: &[f64],
    trainer: impl Fn(Trainer<'static, Sgd, Listed<'static>>) -> Trainer<'static, Sgd, Listed<'static>>,
) -> (History, usize) {
    let data: &'static _ = Box::leak(Box::new(sectors(10, 3)));
    let list: &'static _ = Box::leak(Box::new(Mutex::new(losses.to_vec())));
    let seen = Mutex::new(Vec::new());
    let mut net = Mlp::initialized(1);
    let new = Trainer::new(Sgd::new(1.0), Listed(list)).batch_size(10).epochs(losses.len());
    let mut trainer = trainer(new).validate(data).watch(|event, net: &Mlp<f32>| {
        if let Event::Epoch(_) = event {
            seen.lock().unwrap().push(weights(net));
        }
    });
    let history = trainer.fit(&mut net, data).unwrap();
    drop(trainer);
    let place = seen.into_inner().unwrap().iter().position(|seen| *seen == weights(&net)).unwrap();
    (history, place + 1)
}

#[test]
fn an_epoch_without_a_number_is_never_the_best() {
    let nan = f64::NAN;
    let best = |losses: &[f64]| {
        let (history, end) = listed(losses, |trainer| trainer.keep_best(true));
        assert_eq!(history.best().map_or(losses.len(), |epoch| epoch.number), end, "{losses:?}");
        history.best
    };
    assert_eq!(best(&[nan, nan, 0.0, 0.0, 0.0, 0.0]), Some(2));
    assert_eq!(best(&[1.0, nan, 0.5, nan]), Some(2));
    assert_eq!(best(&[nan, nan]), None);
    assert_eq!(best(&[f64::INFINITY, nan, 3.0]), Some(2));
    let stopped = |losses: &[f64], patience, delta| {
        let (history, _) = listed(losses, |trainer| trainer.early_stopping(patience).min_delta(delta));
        (history.epochs.len(), history.stop)
    };
    assert_eq!(stopped(&[nan, nan, 0.0, 0.0, 0.0, 0.0, 0.0], 3, 0.0), (6, Stop::EarlyStopping));
    assert_eq!(stopped(&[nan, nan, 0.0], 2, 0.0), (2, Stop::EarlyStopping));
    assert_eq!(stopped(&[-1.0, -1.1, -1.2, -9.0], 2, 0.5), (3, Stop::EarlyStopping));
    assert_eq!(stopped(&[-1.0, -1.1, -1.2, -9.0], 2, 0.0), (4, Stop::Epochs));
}

#[test]
fn patience_and_the_best_weights_go_on_in_a_second_training() {
    let data = sectors(10, 3);
    let list = Mutex::new(vec![0.5, 1.0, 1.0, 1.0, 1.0]);
    let mut net = Mlp::initialized(1);
    let new = Trainer::new(Sgd::new(1.0), Listed(&list)).batch_size(10).epochs(2).keep_best(true);
    let mut trainer = new.validate(&data).early_stopping(3);
    trainer.fit(&mut net, &data).unwrap();
    let best = weights(&net);
    let history = trainer.fit(&mut net, &data).unwrap();
    assert_eq!((history.stop, history.epochs.len(), history.epochs[1].number), (Stop::EarlyStopping, 2, 4));
    assert_eq!((weights(&net) == best, history.best), (true, Some(0)));
    // Anew, the first epoch is the best so far.
    trainer.restart();
    *list.lock().unwrap() = vec![7.0, 8.0];
    let history = trainer.fit(&mut net, &data).unwrap();
    assert_eq!((history.epochs[0].number, history.best), (1, Some(0)));
    assert_ne!(weights(&net), best);
}

#[test]
fn a_training_that_diverges_gives_back_the_best_weights_and_its_epochs() {
    // The rate grows from epoch to epoch.
    let data = curves(64);
    let run = |keep| {
        let seen = Mutex::new(Vec::new());
        let mut net = Mlp::<f32>::initialized(1);
        let trainer = Trainer::new(Sgd::new(0.05), MeanSquaredError).epochs(40).batch_size(16).keep_best(keep);
        let mut trainer = trainer.schedule(Exponential::new(10.0)).watch(|event, net: &Mlp<f32>| {
            if let Event::Epoch(_) = event {
                seen.lock().unwrap().push(weights(net));
            }
        });
        let error = trainer.fit(&mut net, &data).unwrap_err();
        assert_eq!(Optimizer::<f32>::rate(trainer.optimizer()), 0.05);
        drop(trainer);
        (error, weights(&net), seen.into_inner().unwrap())
    };
    let (error, end, seen) = run(true);
    let history = error.history().unwrap();
    assert!((history.stop, history.epochs.len()) == (Stop::Diverged, seen.len()) && !seen.is_empty(), "{error}");
    assert_eq!(end, seen[history.best.unwrap()]);
    let (error, end, seen) = run(false);
    assert!(error.history().is_some_and(|history| history.epochs.len() == seen.len()));
    assert!(end != seen[0] && end.iter().all(|&bits| f32::from_bits(bits).is_finite()));
}

#[test]
fn a_callback_that_panics_leaves_the_optimizer_its_rate() {
    let data = sectors(30, 5);
    let mut net = Mlp::initialized(1);
    let mut trainer = Trainer::new(Sgd::new(0.8), CrossEntropy::new())
        .epochs(9)
        .schedule(Exponential::new(0.5))
        .callback(|event: &Event<'_>| {
            assert!(!matches!(event, Event::Epoch(epoch) if epoch.number == 3), "on purpose");
        });
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| trainer.fit(&mut net, &data)));
    assert!(panic.is_err());
    assert_eq!(Optimizer::<f32>::rate(trainer.optimizer()), 0.8);
}
