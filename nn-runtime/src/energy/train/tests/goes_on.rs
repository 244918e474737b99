//! Steps that are not made, and learners that begin anew.

use super::*;

#[test]
fn a_step_that_leaves_the_finite_numbers_is_not_made() {
    type Single = Rbm<Const<3>, Const<2>>;
    let rows: Batch<(Const<3>,)> = Batch::from_vec([1.0, 0.0, 1.0, 0.0, 1.0, 1.0].repeat(20)).unwrap();
    let new = || -> Single { Rbm::new(Init::Normal(0.1), &mut StdRng::seed_from_u64(1)) };
    let is_diverged = |error: &EnergyError| matches!(error, EnergyError::Diverged { epoch: 1, .. });
    // The decay alone makes the first step overflow.
    let mut rbm = new();
    let before = numbers(&rbm);
    let error = ContrastiveDivergence::new(1).rate(1e30).l2(1e30).momentum(0.5).fit(&mut rbm, &rows).unwrap_err();
    assert!(is_diverged(&error), "{error}");
    assert_eq!(numbers(&rbm), before);
    // A weight that is NaN makes such gradients: nothing more is changed.
    let mut rbm = new();
    rbm.weight_mut()[[0, 0]] = f32::NAN;
    let broken = numbers(&rbm).iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    let error = ContrastiveDivergence::new(1).fast_persistent(10, 0.1, 0.95).fit(&mut rbm, &rows).unwrap_err();
    assert!(is_diverged(&error), "{error}");
    assert_eq!(numbers(&rbm).iter().map(|x| x.to_bits()).collect::<Vec<_>>(), broken);
    // Options that are finite numbers, but not of this model.
    let message = |training: ContrastiveDivergence| training.fit(&mut new(), &rows).unwrap_err().to_string();
    for (training, option) in [
        (ContrastiveDivergence::new(1).rate(1e300), "rate"),
        (ContrastiveDivergence::new(1).l1(1e300), "l1"),
        (ContrastiveDivergence::new(1).sparsity(0.1, 1e300), "sparsity"),
    ] {
        let found = message(training);
        assert_eq!(found, format!("expected `{option}` to be finite in f32 and not negative, found {}", 1e300));
    }
    let none = message(ContrastiveDivergence::new(0));
    assert_eq!(none, "expected `ContrastiveDivergence::new` to be at least 1 Gibbs step, found 0");
    assert_eq!(numbers(&new()), before);
}

#[test]
fn a_learner_that_restarts_learns_the_same_again() {
    use crate::train::{Adam, ReduceOnPlateau};
    let rows = data(40);
    let start = |rbm: &Small| {
        let training = ContrastiveDivergence::new(1).persistent(10).centering(0.1).sparsity(0.2, 0.1).batch_size(7);
        let schedule = ReduceOnPlateau::new().patience(0).absolute_threshold(10.0);
        training.schedule(schedule).optimizer(Adam::new(0.1)).start(rbm, &rows).unwrap()
    };
    let mut rbm: Small = model(0.1, 1);
    let mut learner = start(&rbm);
    let mut first = |rbm: &mut Small| -> Vec<(usize, f64)> {
        (0..3).map(|_| learner.epoch(rbm, &rows).unwrap()).map(|epoch| (epoch.epoch, epoch.rate)).collect()
    };
    let told = first(&mut rbm);
    assert_eq!(told.iter().map(|epoch| epoch.0).collect::<Vec<_>>(), [1, 2, 3]);
    assert!(told[2].1 < told[0].1);
    assert_eq!(first(&mut model(0.1, 1))[0].0, 4);
    let mut again: Small = model(0.1, 1);
    learner.restart(&again, &rows).unwrap();
    let retold: Vec<(usize, f64)> =
        (0..3).map(|_| learner.epoch(&mut again, &rows).unwrap()).map(|epoch| (epoch.epoch, epoch.rate)).collect();
    assert_eq!((retold, numbers(&again)), (told, numbers(&rbm)));
}
