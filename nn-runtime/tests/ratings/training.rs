//! Contrastive divergence against the expectations of enumeration.

use nn_runtime::{
    Const, Parameters,
    data::{self, Rating, RatingBaseline, Ratings},
    energy::{EnergyError, Prediction, RatingDivergence, RatingRbm},
    layers::Init,
    train::Step,
};
use rand::{SeedableRng, rngs::StdRng};

use crate::small::{ITEMS, K, N, Small, negative_energy, numbers, row, small, states, users};

/// Steepest descent with rate 1, one step on all users.
fn whole<'a>(ratings: &Ratings) -> RatingDivergence<'a> {
    RatingDivergence::new().rate(1.0).momentum(0.0).batch_size(ratings.users())
}

/// The gradient that a step follows.
fn gradient<'a>(rbm: &Small, ratings: &'a Ratings, training: RatingDivergence<'a>) -> Vec<f64> {
    let mut moved = rbm.clone();
    training.fit(&mut moved, ratings).unwrap();
    numbers(rbm).iter().zip(numbers(&moved)).map(|(before, after)| before - after).collect()
}

/// The levels of some items, by enumeration: p(V) after `steps` Gibbs steps from `known`; of the model itself for none.
fn distribution(rbm: &Small, known: &[Rating], rated: &[usize], steps: Option<usize>) -> Vec<(Vec<Rating>, f64)> {
    let of = |levels: &[usize]| -> Vec<Rating> {
        known.iter().zip(levels).map(|(r, &level)| Rating { level, ..*r }).collect()
    };
    let all: Vec<Vec<Rating>> = states(K, known.len()).map(|levels| of(&levels)).collect();
    let joint = |v: &[Rating], h: &[usize]| negative_energy(rbm, v, rated, h).exp();
    let Some(steps) = steps else {
        let weights: Vec<f64> = all.iter().map(|v| states(2, N).map(|h| joint(v, &h)).sum()).collect();
        let sum: f64 = weights.iter().sum();
        return all.into_iter().zip(weights.iter().map(|w| w / sum)).collect();
    };
    let mut p: Vec<f64> = all.iter().map(|v| f64::from(u8::from(v == known))).collect();
    for _ in 0..steps {
        let mut next = vec![0.0; p.len()];
        for h in states(2, N) {
            let given_v = |v: &Vec<Rating>| joint(v, &h) / states(2, N).map(|h| joint(v, &h)).sum::<f64>();
            let p_h: f64 = all.iter().zip(&p).map(|(v, p)| p * given_v(v)).sum();
            let sum: f64 = all.iter().map(|v| joint(v, &h)).sum();
            next.iter_mut().zip(&all).for_each(|(next, v)| *next += p_h * joint(v, &h) / sum);
        }
        p = next;
    }
    all.into_iter().zip(p).collect()
}

/// Means of −∂F/∂θ over V, for every parameter.
fn statistics(rbm: &Small, of: &[(Vec<Rating>, f64)], rated: &[usize]) -> Vec<f64> {
    let mut sums = rbm.clone();
    (0..sums.tensors()).for_each(|index| sums.tensor_mut(index).values.fill(0.0));
    for (v, p) in of {
        let user = rbm.posterior_among(v, rated).unwrap();
        for (j, h) in user.hidden_means().iter().enumerate() {
            sums.hidden_bias_mut()[j] += p * h;
            v.iter().for_each(|r| sums.weight_mut()[[r.item, r.level, j]] += p * h);
            if let Some(mut d) = sums.rated_mut() {
                v.iter().map(|r| r.item).chain(rated.iter().copied()).for_each(|item| d[[item, j]] += p * h);
            }
        }
        v.iter().for_each(|r| sums.visible_bias_mut()[[r.item, r.level]] += p);
    }
    numbers(&sums)
}

/// The expected gradient of `steps` Gibbs steps, or the exact one.
fn expected(rbm: &Small, rows: &[&[(usize, usize)]], rated: &[&[usize]], steps: Option<usize>) -> Vec<f64> {
    let mut mean = vec![0.0; numbers(rbm).len()];
    for (levels, &rated) in rows.iter().zip(rated) {
        let known = row(levels);
        let model = statistics(rbm, &distribution(rbm, &known, rated, steps), rated);
        let data = statistics(rbm, &[(known, 1.0)], rated);
        mean.iter_mut().zip(model.iter().zip(data)).for_each(|(mean, (m, d))| *mean += (m - d) / rows.len() as f64);
    }
    mean
}

const ROWS: [&[(usize, usize)]; 3] = [&[(0, 2), (1, 0), (2, 0), (3, 1)], &[(1, 2), (3, 0)], &[(2, 1)]];
const TIMES: usize = 4000;

/// Each number is a mean over 12 000 chains of something in a range of 1, whose standard deviation is at most ½: 5.5 of those of the mean, which one
/// of 10⁷ numbers exceeds.
#[track_caller]
fn assert_near(found: &[f64], expected: &[f64]) {
    let bound = 5.5 * 0.5 / ((ROWS.len() * TIMES) as f64).sqrt();
    for (place, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!((found - expected).abs() < bound, "number {place}: {found}, not {expected}");
    }
}

#[test]
fn the_expected_gradient_is_that_of_its_steps_and_with_many_the_exact_one() {
    let ratings = users(&ROWS, TIMES);
    let mut rbm = small(11, false);
    // Large enough that a few steps are far from the model's own distribution.
    rbm.weight_mut().mapv_inplace(|w| 2.0 * w);
    let nothing: [&[usize]; 3] = [&[]; 3];
    for steps in [1, 3] {
        let found = gradient(&rbm, &ratings, whole(&ratings).steps([(0, steps)]).seed(steps as u64));
        assert_near(&found, &expected(&rbm, &ROWS, &nothing, Some(steps)));
    }
    let exact = expected(&rbm, &ROWS, &nothing, None);
    assert_near(&gradient(&rbm, &ratings, whole(&ratings).steps([(0, 150)])), &exact);
    let one = expected(&rbm, &ROWS, &nothing, Some(1));
    assert!(one.iter().zip(&exact).any(|(a, b)| (a - b).abs() > 0.06), "the test tells the steps apart");
    // The exact gradient is that of −ln p(V): by its slope along a few parameters.
    let cost = |rbm: &Small| -> f64 {
        let log = |levels: &&[(usize, usize)]| {
            let known = row(levels);
            distribution(rbm, &known, &[], None).iter().find(|(v, _)| *v == known).map_or(0.0, |(_, p)| p.ln())
        };
        -ROWS.iter().map(log).sum::<f64>() / 3.0
    };
    for (place, (item, k, j)) in [(1, (0, 0, 1)), (10, (1, 2, 0)), (23, (3, 2, 1))] {
        let at = |step: f64| {
            let mut moved = rbm.clone();
            moved.weight_mut()[[item, k, j]] += step;
            cost(&moved)
        };
        let slope = (at(1e-5) - at(-1e-5)) / 2e-5;
        assert!((slope - exact[place]).abs() < 1e-6, "{slope}, not {}", exact[place]);
    }
}

#[test]
fn a_conditional_model_has_the_gradient_of_what_was_rated() {
    let ratings = users(&ROWS, TIMES);
    let beside: [&[(usize, usize)]; 3] = [&[(0, 1), (1, 1), (2, 1), (3, 1)], &[(0, 0), (3, 2)], &[(0, 2), (2, 0)]];
    let rated = users(&beside, TIMES);
    // What is known is not beside.
    let new: [&[usize]; 3] = [&[], &[0], &[0]];
    let rbm = small(12, true);
    for steps in [1, 2] {
        let training = whole(&ratings).steps([(0, steps)]).condition_on(&rated);
        assert_near(&gradient(&rbm, &ratings, training), &expected(&rbm, &ROWS, &new, Some(steps)));
    }
    let nothing: [&[usize]; 3] = [&[]; 3];
    assert_near(&gradient(&rbm, &ratings, whole(&ratings)), &expected(&rbm, &ROWS, &nothing, Some(1)));
}

#[test]
fn levels_are_drawn_with_their_probabilities() {
    // A step on the biases tells how often each level was drawn.
    for (seed, steps) in [(1, 1), (2, 2), (3, 7)] {
        let rbm = small(seed, false);
        let ratings = users(&ROWS[..1], 20_000);
        let found = gradient(&rbm, &ratings, whole(&ratings).steps([(0, steps)]).seed(seed));
        let states = distribution(&rbm, &row(ROWS[0]), &[], Some(steps));
        for (item, first) in ROWS[0] {
            let mut statistic = 0.0;
            for k in 0..K {
                let drawn = 20_000.0 * (found[ITEMS * K * N + item * K + k] + f64::from(u8::from(k == *first)));
                assert!((drawn - drawn.round()).abs() < 1e-6, "a count: {drawn}");
                let p: f64 = states.iter().filter(|(v, _)| v[*item].level == k).map(|(_, p)| p).sum();
                statistic += (drawn - 20_000.0 * p).powi(2) / (20_000.0 * p);
            }
            // χ² with two degrees of freedom exceeds x with probability exp(−x/2): 10⁻⁵.
            assert!(statistic < 23.03, "item {item} after {steps} steps: {statistic}");
        }
    }
}

#[test]
fn a_row_that_no_one_touches_is_where_dense_steps_would_leave_it() {
    let (rate, momentum, decay) = (0.3, 0.8, 0.05);
    let training = || RatingDivergence::new().rate(rate).momentum(momentum).l2(decay).batch_size(1).shuffle(false);
    let first: &[(usize, usize)] = &[(0, 2), (1, 0), (2, 1), (3, 2)];
    let rest: &[(usize, usize)] = &[(0, 1), (2, 2)];
    let start = small(13, true);
    let mut one = start.clone();
    training().fit(&mut one, &users(&[first], 1)).unwrap();
    let mut many = start.clone();
    training().fit(&mut many, &users(&[first, rest, rest, rest, rest], 1)).unwrap();
    let dense = |before: f64, after: f64, decay: f64| {
        let (mut x, mut v) = (after, (before - after) / rate);
        for _ in 0..4 {
            v = momentum * v + decay * x;
            x -= rate * v;
        }
        x
    };
    let near = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-13, "{found}, not {expected}");
    for k in 0..K {
        let at = |rbm: &Small| rbm.visible_bias()[[1, k]];
        near(at(&many), dense(at(&start), at(&one), 0.0));
        for j in 0..N {
            let at = |rbm: &Small| rbm.weight()[[1, k, j]];
            near(at(&many), dense(at(&start), at(&one), decay));
            let at = |rbm: &Small| rbm.rated().unwrap()[[1, j]];
            near(at(&many), dense(at(&start), at(&one), decay));
        }
    }
}

#[test]
fn the_threads_change_no_bit() {
    let (known, held) = data::ratings(300, 70, 20, 2).unwrap().split(0.8, 1).unwrap();
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let rng = &mut StdRng::seed_from_u64(1);
            let mut rbm: RatingRbm<Const<19>, 5> = RatingRbm::new(70, Init::Normal(0.1), rng).unwrap().conditional();
            rbm.adopt_frequencies(&known).unwrap();
            let training = RatingDivergence::new().condition_on(&held).l2(1e-3).batch_size(64).epochs(3);
            let report = training.steps([(1, 3)]).fit_and_validate(&mut rbm, &known, &held).unwrap();
            let scores: Vec<_> = report.epochs.iter().map(|e| (e.reconstruction_rmse, e.validation)).collect();
            (rbm.parameters().flat_map(|tensor| tensor.values.to_vec()).collect::<Vec<f32>>(), scores)
        })
    };
    let one = on(1);
    assert_eq!(one, on(2));
    assert_eq!(one, on(3));
}

#[test]
fn it_learns_more_than_biases_can_say() {
    let (known, held) = data::ratings(1000, 100, 30, 1).unwrap().split(0.9, 1).unwrap();
    let biased = RatingBaseline::biased(&known, 4.0).unwrap().score(&held).rmse;
    let rng = &mut StdRng::seed_from_u64(1);
    let mut rbm: RatingRbm<Const<32>, 5> = RatingRbm::new(100, Init::Normal(0.1), rng).unwrap();
    rbm.adopt_frequencies(&known).unwrap();
    let training = RatingDivergence::new().rate(0.5).batch_size(25).epochs(30).l2(1e-3);
    let training = training.steps([(0, 1), (20, 3)]).schedule(Step::new(20, 0.2));
    let report = training.fit_and_validate(&mut rbm, &known, &held).unwrap();
    let rates: Vec<f64> = report.epochs.iter().map(|epoch| epoch.rate).collect();
    assert_eq!((rates[19], rates[20]), (0.5, 0.1));
    let last = report.epochs[29];
    assert_eq!(last.validation, Some(rbm.score(&known, &held).unwrap()));
    let found = last.validation.unwrap().rmse;
    assert!(found < biased - 0.05, "{found}, not below {biased}");
    assert!(rbm.score_by(&known, &held, Prediction::MeanField, None).unwrap().rmse < biased);
}

#[test]
fn a_callback_ends_the_training_and_epochs_of_a_loop_are_the_same() {
    let ratings = users(&ROWS, 30);
    let training = || RatingDivergence::new().batch_size(7).l2(0.01).steps([(1, 2)]).quiet();
    let mut rbm = small(15, false);
    let mut same = rbm.clone();
    let stopping = training().epochs(9).callback(|epoch| match epoch.epoch {
        3 => std::ops::ControlFlow::Break(()),
        _ => std::ops::ControlFlow::Continue(()),
    });
    assert_eq!(stopping.fit(&mut rbm, &ratings).unwrap().epochs.len(), 3);
    let mut learner = training().start(&same, &ratings).unwrap();
    let epochs = [(); 3].map(|()| learner.epoch(&mut same).unwrap());
    assert_eq!(numbers(&rbm), numbers(&same));
    assert_eq!(epochs.map(|epoch| (epoch.epoch, epoch.steps)), [(1, 1), (2, 2), (3, 2)]);
}

#[test]
fn it_costs_as_much_as_there_are_ratings() {
    // 10¹⁰ pairs of a user and an item, 2 · 10⁵ ratings: were there a number for each pair, there would be no memory for them.
    let count = 100_000_usize;
    let mut builder = Ratings::builder(data::RatingScale::new(0.0, 1.0, 2).unwrap());
    for user in 0..count {
        let items = [user, (user * 7 + 1) % count].map(|item| (item.to_string(), (user % 2) as f64));
        builder.user(&user.to_string(), items).unwrap();
    }
    let ratings = builder.finish().unwrap();
    let mut rbm: RatingRbm<Const<2>, 2> =
        RatingRbm::new(ratings.items(), Init::Normal(0.1), &mut StdRng::seed_from_u64(1)).unwrap().conditional();
    rbm.adopt_biases(&ratings.transposed(), 4.0).unwrap();
    RatingDivergence::new().fit_and_validate(&mut rbm, &ratings, &ratings).unwrap();
}

#[test]
fn bad_options_and_data_are_named() {
    let ratings = users(&ROWS, 1);
    let mut rbm = small(14, false);
    let mut message = |training: RatingDivergence<'static>| training.fit(&mut rbm, &ratings).unwrap_err().to_string();
    let new = RatingDivergence::new;
    assert_eq!(message(new().rate(f64::NAN)), "expected `rate` to be finite and not negative, found NaN");
    assert_eq!(message(new().l2(-1.0)), "expected `l2` to be finite and not negative, found -1");
    assert_eq!(message(new().momentum(1.0)), "expected `momentum` to be from 0 to below 1, found 1");
    assert_eq!(message(new().batch_size(0)), "expected `batch_size` to be at least 1, found 0");
    assert_eq!(message(new().steps([(0, 1), (3, 0)])), "expected `steps` to be at least 1, found 0");
    let error = new().fit(&mut rbm, &ratings.split(1.0, 1).unwrap().1).unwrap_err();
    assert_eq!(error.to_string(), "expected training ratings, found no samples");
    let two = data::ratings(50, 4, 2, 1).unwrap();
    assert!(matches!(new().fit(&mut rbm, &two), Err(EnergyError::Ratings { what: "levels", .. })));
    let mut learner = new().start(&rbm, &ratings).unwrap();
    let error = learner.epoch(&mut small(14, true)).unwrap_err();
    let expected =
        "expected a model that does not see which items were rated, found one that sees which items were rated";
    assert_eq!(error.to_string(), expected);
    rbm.weight_mut()[[1, 0, 1]] = f64::NAN;
    let error = new().epochs(2).fit(&mut rbm, &ratings).unwrap_err().to_string();
    assert!(
        error.starts_with("expected finite gradients and parameters, found NaN in `weight` in epoch 1;"),
        "{error}"
    );
}

#[test]
fn a_step_that_leaves_the_finite_numbers_is_not_made() {
    let ratings = data::ratings(60, 12, 5, 1).unwrap();
    let new = || RatingRbm::<Const<4>, 5>::new(12, Init::Normal(0.1), &mut StdRng::seed_from_u64(1)).unwrap();
    let weights = |rbm: &RatingRbm<Const<4>, 5>| -> Vec<u32> {
        rbm.parameters().flat_map(|tensor| tensor.values.iter().map(|x| x.to_bits()).collect::<Vec<_>>()).collect()
    };
    let training = || RatingDivergence::new().batch_size(20);
    // The decay alone makes the first step overflow.
    let mut rbm = new();
    let error = training().rate(1e30).l2(1e30).fit(&mut rbm, &ratings).unwrap_err();
    assert!(matches!(error, EnergyError::Diverged { epoch: 1, found, .. } if !found.is_finite()), "{error}");
    assert_eq!(weights(&rbm), weights(&new()));
    // Later ones: the model is finite, and so are the epochs before.
    let mut rbm = new();
    let mut learner = training().rate(5.0).l2(1.0).start(&rbm, &ratings).unwrap();
    let error = (0..1000).find_map(|_| learner.epoch(&mut rbm).err()).expect("a decay of that rate diverges");
    assert!(matches!(error, EnergyError::Diverged { .. }), "{error}");
    assert!(rbm.parameters().all(|tensor| tensor.values.iter().all(|x| x.is_finite())));
    // Rates that are no numbers of the model, from the start or by a schedule.
    let message = |training: RatingDivergence<'static>| training.fit(&mut new(), &ratings).unwrap_err().to_string();
    let expected = format!("expected `rate` to be finite in f32 and not negative, found {}", 1e300);
    assert_eq!(message(training().rate(1e300)), expected);
    let scheduled = message(training().schedule(Step::new(1, f64::INFINITY)).epochs(3));
    assert_eq!(scheduled, "expected `schedule` to be finite in f32 and not negative, found inf");
}

#[test]
fn a_learner_that_restarts_learns_the_same_again() {
    let ratings = data::ratings(60, 12, 5, 1).unwrap();
    let new = || RatingRbm::<Const<4>, 5>::new(12, Init::Normal(0.1), &mut StdRng::seed_from_u64(1)).unwrap();
    let mut rbm = new();
    let training = RatingDivergence::new().batch_size(20).schedule(Step::new(1, 0.5));
    let mut learner = training.start(&rbm, &ratings).unwrap();
    let mut epochs = |rbm: &mut RatingRbm<Const<4>, 5>, restart: bool| -> Vec<(usize, f64, f64)> {
        if restart {
            learner.restart(rbm).unwrap();
        }
        let told = (0..3).map(|_| learner.epoch(rbm).unwrap());
        told.map(|epoch| (epoch.epoch, epoch.rate, epoch.reconstruction_rmse)).collect()
    };
    let first = epochs(&mut rbm, false);
    let (mut on, mut again) = (new(), new());
    assert_eq!(epochs(&mut on, false)[0].0, 4);
    assert_eq!(epochs(&mut again, true), first);
    assert_eq!(again.weight(), rbm.weight());
}
