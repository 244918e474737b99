//! Biases of users, and the average of two machines.

use nn_runtime::{
    Const, Parameters,
    data::{self, Rating, RatingBaseline, Ratings},
    energy::{EnergyError, Prediction, RatingAverage, RatingDivergence, RatingRbm},
    io::Weights,
    layers::Init,
};
use rand::{SeedableRng, rngs::StdRng};

use crate::small::{ITEMS, K, Small, negative_energy, numbers, row, small, states, users};

const MEANS: [f64; ITEMS] = [1.2, 0.3, 0.8, 1.0];
const SCALE: f64 = 1.5;
const PENALTY: f64 = 2.0;

/// A machine whose parameters are all drawn, with a bias for each user.
fn biased(seed: u64, conditional: bool) -> Small {
    let mut rbm = small(seed, conditional).user_biased();
    let first = rbm.tensors() - 2;
    rbm.tensor_mut(first).values.copy_from_slice(&MEANS);
    rbm.tensor_mut(first + 1).values.copy_from_slice(&[SCALE, PENALTY]);
    rbm
}

fn beta(known: &[Rating]) -> f64 {
    let above: f64 = known.iter().map(|r| r.level as f64 - MEANS[r.item]).sum();
    if known.is_empty() { 0.0 } else { SCALE * above / (known.len() as f64 + PENALTY) }
}

/// The machine without biases of users that is the same for someone with these ratings.
fn plain(seed: u64, conditional: bool, known: &[Rating]) -> Small {
    let mut rbm = small(seed, conditional);
    let beta = beta(known);
    rbm.visible_bias_mut().indexed_iter_mut().for_each(|((_, k), bias)| *bias += beta * k as f64);
    rbm
}

#[track_caller]
fn near(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() < tolerance * (1.0 + expected.abs()), "{found}, not {expected}");
}

#[test]
fn conditionals_are_those_of_enumeration_with_the_bias() {
    for (seed, conditional) in [(1, false), (2, true)] {
        let rbm = biased(seed, conditional);
        for known in [row(&[]), row(&[(2, 1)]), row(&[(0, 2), (1, 0), (3, 2)])] {
            let same = plain(seed, conditional, &known);
            let user = rbm.posterior(&known).unwrap();
            near(user.user_bias(), beta(&known), 1e-12);
            near(rbm.free_energy(&known).unwrap(), same.free_energy(&known).unwrap(), 1e-12);
            for q in (0..ITEMS).filter(|q| known.iter().all(|r| r.item != *q)) {
                let weight = |level: usize| -> f64 {
                    let with = |h: Vec<usize>| {
                        let w: f64 = h.iter().enumerate().map(|(j, &h)| h as f64 * same.weight()[[q, level, j]]).sum();
                        (negative_energy(&same, &known, &[], &h) + w + same.visible_bias()[[q, level]]).exp()
                    };
                    states(2, same.hidden_bias().len()).map(with).sum()
                };
                let total: f64 = (0..K).map(weight).sum();
                let found = user.predict(q).unwrap();
                (0..K).for_each(|k| near(found.probabilities[k], weight(k) / total, 1e-12));
                let field = same.posterior(&known).unwrap().predict_mean_field(q).unwrap();
                let found = user.predict_mean_field(q).unwrap();
                (0..K).for_each(|k| near(found.probabilities[k], field.probabilities[k], 1e-12));
            }
        }
    }
}

#[test]
fn a_step_is_that_of_the_machine_whose_visible_biases_hold_the_users() {
    // The gradient of the machine without is compared with enumeration, and with the slope of ln p, among the tests of training.
    let levels: &[(usize, usize)] = &[(0, 2), (1, 0), (2, 2), (3, 2)];
    let ratings = users(&[levels], 40);
    for (conditional, steps) in [(false, 1), (false, 4), (true, 2)] {
        let step = |mut rbm: Small| {
            let before = numbers(&rbm);
            let training = RatingDivergence::new().momentum(0.0).rate(1.0).batch_size(40).steps([(0, steps)]);
            training.fit(&mut rbm, &ratings).unwrap();
            before.iter().zip(numbers(&rbm)).map(|(a, b)| a - b).collect::<Vec<f64>>()
        };
        let found = step(biased(7, conditional));
        let expected = step(plain(7, conditional, &row(levels)));
        found.iter().zip(&expected).for_each(|(a, b)| near(*a, *b, 1e-9));
        let without = step(small(7, conditional));
        assert!(without.iter().zip(&expected).any(|(a, b)| (a - b).abs() > 0.05), "the test tells them apart");
    }
}

#[test]
fn adopted_biases_are_the_most_likely_ones() {
    let (known, held_out) = data::ratings(400, 60, 25, 1).unwrap().split(0.8, 1).unwrap();
    let rng = &mut StdRng::seed_from_u64(1);
    let mut rbm: RatingRbm<Const<2>, 5, f64> = RatingRbm::new(60, Init::Zeros, rng).unwrap();
    rbm.adopt_biases(&known, 3.0).unwrap();
    assert!(rbm.is_user_biased());
    let baseline = RatingBaseline::biased(&known, 3.0).unwrap();
    let scale = rbm.tensor(rbm.tensors() - 1).values[0];
    let (mut counts, mut expected, mut slope) = ([0.0; 5], [0.0; 5], 0.0);
    for user in 0..known.users() {
        let posterior = rbm.posterior(known.of(user)).unwrap();
        near(posterior.user_bias(), scale * baseline.user_biases()[user], 1e-4);
        for r in known.of(user) {
            let p = posterior.predict(r.item).unwrap();
            counts[r.level] += 1.0;
            expected.iter_mut().zip(p.probabilities).for_each(|(sum, p)| *sum += p);
            let x = baseline.user_biases()[user] + baseline.item_biases()[r.item];
            slope += x * (r.level as f64 - p.mean());
        }
    }
    // What is most likely has the frequencies of the data, with one more of each level, and no slope along s.
    let share = known.len() as f64 / (known.len() as f64 + 5.0);
    counts.iter().zip(expected).for_each(|(count, expected)| near(expected, (count + 1.0) * share, 1e-3));
    assert!((slope / known.len() as f64).abs() < 1e-3, "{slope}");
    let rmse = rbm.score(&known, &held_out).unwrap().rmse;
    assert!((rmse - baseline.score(&held_out).rmse).abs() < 0.01, "{rmse}");
    let mut narrow: RatingRbm<Const<2>, 5> = RatingRbm::new(60, Init::Zeros, rng).unwrap();
    narrow.adopt_biases(&known, 3.0).unwrap();
    near(narrow.score(&known, &held_out).unwrap().rmse, rmse, 1e-5);

    let message = |penalty, ratings: &Ratings| narrow.clone().adopt_biases(ratings, penalty).unwrap_err().to_string();
    assert_eq!(message(f64::NAN, &known), "expected `penalty` to be finite and not negative, found NaN");
    assert_eq!(message(1.0, &known.split(1.0, 1).unwrap().1), "expected ratings, found no samples");
    assert_eq!(message(1.0, &known.transposed()), "expected ratings with 60 items, found 400");
}

#[test]
fn a_file_keeps_the_biases() {
    for conditional in [false, true] {
        let rbm = biased(3, conditional);
        let mut other = small(4, conditional).user_biased();
        other.load_bytes(&rbm.to_bytes().unwrap()).unwrap();
        let known = row(&[(1, 2), (3, 0)]);
        let predict = |rbm: &Small| rbm.posterior(&known).unwrap().predict(0).unwrap();
        assert_eq!(predict(&other), predict(&rbm));
        assert!(small(4, conditional).load_bytes(&rbm.to_bytes().unwrap()).is_err());
    }
}

/// A trained machine of users and one of items.
fn pair(known: &Ratings) -> (RatingRbm<Const<8>, 5>, RatingRbm<Const<6>, 5>) {
    let (by_item, rng) = (known.transposed(), &mut StdRng::seed_from_u64(1));
    let mut of_users = RatingRbm::new(known.items(), Init::Normal(0.01), rng).unwrap();
    of_users.adopt_biases(known, 4.0).unwrap();
    RatingDivergence::new().batch_size(20).epochs(15).fit(&mut of_users, known).unwrap();
    let mut of_items = RatingRbm::new(known.users(), Init::Normal(0.01), rng).unwrap();
    of_items.adopt_biases(&by_item, 4.0).unwrap();
    RatingDivergence::new().batch_size(5).epochs(15).fit(&mut of_items, &by_item).unwrap();
    (of_users, of_items)
}

#[test]
fn the_average_is_that_of_both_machines() {
    let (known, held_out) = data::ratings(300, 60, 20, 2).unwrap().split(0.8, 1).unwrap();
    let (of_users, of_items) = pair(&known);
    let by_item = known.transposed();
    let average = RatingAverage::new(&of_users, &of_items, &known).unwrap();
    let weight = average.best_weight(&held_out).unwrap();
    let rmse = |weight: f64| {
        let average = RatingAverage::new(&of_users, &of_items, &known).unwrap().with_weight(weight).unwrap();
        average.score(&held_out).unwrap().rmse
    };
    let [users, items] = [1.0, 0.0].map(rmse);
    near(users, of_users.score(&known, &held_out).unwrap().rmse, 1e-9);
    near(items, of_items.score(&by_item, &held_out.transposed()).unwrap().rmse, 1e-9);
    let best = rmse(weight);
    assert!(best < users && best < items && best <= rmse(weight - 0.01) && best <= rmse(weight + 0.01));
    let baseline = RatingBaseline::biased(&known, 4.0).unwrap().score(&held_out).rmse;
    assert!(best < baseline, "{best}, not below {baseline}");

    let average = average.with_weight(0.3).unwrap();
    let predictions = average.predictions(&held_out).unwrap();
    for ((user, r), found) in held_out.iter().zip(predictions).step_by(17) {
        let first = of_users.posterior(known.of(user)).unwrap().predict(r.item).unwrap().mean();
        let second = of_items.posterior(by_item.of(r.item)).unwrap().predict(user).unwrap().mean();
        near(found, known.scale().rating(0.3 * first + 0.7 * second), 1e-9);
    }
    let top = average.top(3, 5);
    assert!(top.is_sorted_by(|a, b| a.1 >= b.1) && top.len() == 5);
    assert!(top.iter().all(|&(item, _)| known.rating(3, item).is_none()));
    // Someone who is not known at all.
    assert_eq!(average.top(1000, 2).len(), 2);

    let error = RatingAverage::new(&of_users, &of_items, &known).unwrap().with_weight(1.5).unwrap_err();
    assert_eq!(error.to_string(), "expected `with_weight` to be from 0 to 1, found 1.5");
    let error = average.best_weight(&known.split(1.0, 1).unwrap().1).unwrap_err();
    assert_eq!(error.to_string(), "expected validation ratings, found no samples");
    let fewer = data::ratings(20, 60, 20, 2).unwrap();
    let error = RatingAverage::new(&of_users, &of_items, &fewer).unwrap_err();
    assert!(matches!(error, EnergyError::Ratings { what: "users", expected: 300, found: 20 }));
}

#[test]
fn early_stopping_waits_and_the_best_parameters_come_back() {
    let (known, held_out) = data::ratings(200, 40, 12, 2).unwrap().split(0.7, 1).unwrap();
    let start = || {
        let mut rbm: RatingRbm<Const<32>, 5> =
            RatingRbm::new(40, Init::Normal(0.01), &mut StdRng::seed_from_u64(1)).unwrap();
        rbm.adopt_biases(&known, 4.0).unwrap();
        rbm
    };
    let training = || RatingDivergence::new().batch_size(10).rate(0.3).epochs(300).early_stopping(4);
    let mut rbm = start();
    let report = training().keep_best(true).fit_and_validate(&mut rbm, &known, &held_out).unwrap();
    let (best, last) = (*report.best().unwrap(), *report.epochs.last().unwrap());
    assert_eq!(last.epoch, best.epoch + 4);
    assert!(last.epoch < 300 && best.monitored() < last.monitored());
    let by = Prediction::Expectation;
    assert_eq!(best.validation, Some(rbm.score_by(&known, &held_out, by, None).unwrap()));
    // Without, the model is the last epoch's.
    let mut rbm = start();
    training().fit_and_validate(&mut rbm, &known, &held_out).unwrap();
    assert_eq!(last.validation, Some(rbm.score(&known, &held_out).unwrap()));
}

#[test]
fn the_threads_change_no_bit_of_the_biased_machines() {
    let (known, held_out) = data::ratings(200, 50, 15, 2).unwrap().split(0.8, 1).unwrap();
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let (of_users, of_items) = pair(&known);
            RatingAverage::new(&of_users, &of_items, &known).unwrap().predictions(&held_out).unwrap()
        })
    };
    let one = on(1);
    assert_eq!(one, on(2));
    assert_eq!(one, on(3));
}
