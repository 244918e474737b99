//! Conditionals, predictions and free energies against enumeration.

use nn_runtime::{
    Batch, Const,
    data::{Rating, RatingError, RatingScale, Ratings},
    energy::{
        EnergyError, Prediction, RatingRbm, Rbm,
        units::{Bernoulli, Softmax},
    },
    io::{Misfit, Weights, WeightsFault},
    layers::Init,
};
use rand::{SeedableRng, rngs::StdRng};

use crate::small::{ITEMS, K, N, Small, negative_energy, row, small, states, users};

#[track_caller]
fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-12 * (1.0 + expected.abs()), "{found}, not {expected}");
}

/// What is known of some users, and what else they are known to have rated.
fn cases() -> Vec<(Vec<Rating>, Vec<usize>)> {
    vec![
        (row(&[]), vec![]),
        (row(&[(2, 1)]), vec![]),
        (row(&[(0, 2), (1, 0), (3, 2)]), vec![]),
        (row(&[(1, 1)]), vec![0, 3]),
        (row(&[]), vec![2]),
    ]
}

#[test]
fn conditionals_are_those_of_enumeration() {
    for (seed, conditional) in [(1, false), (2, true)] {
        let rbm = small(seed, conditional);
        for (known, rated) in cases() {
            let user = rbm.posterior_among(&known, &rated).unwrap();
            let weights: Vec<(Vec<usize>, f64)> =
                states(2, N).map(|h| (h.clone(), negative_energy(&rbm, &known, &rated, &h).exp())).collect();
            let sum: f64 = weights.iter().map(|(_, w)| w).sum();
            for j in 0..N {
                let on: f64 = weights.iter().filter(|(h, _)| h[j] == 1).map(|(_, w)| w).sum();
                near(user.hidden_means()[j], on / sum);
            }
            if rated.is_empty() {
                near(rbm.free_energy(&known).unwrap(), -sum.ln());
            }
            for q in (0..ITEMS).filter(|q| known.iter().all(|r| r.item != *q)) {
                // The item's own D, where the model has one, is that of `rated` alone: it is no part of what its level is asked by.
                let of_level = |level: usize| -> f64 {
                    let with = |h: &Vec<usize>| {
                        let w: f64 = (0..N).map(|j| h[j] as f64 * rbm.weight()[[q, level, j]]).sum();
                        (negative_energy(&rbm, &known, &rated, h) + w + rbm.visible_bias()[[q, level]]).exp()
                    };
                    states(2, N).map(|h| with(&h)).sum()
                };
                let total: f64 = (0..K).map(of_level).sum();
                let found = user.predict(q).unwrap();
                (0..K).for_each(|k| near(found.probabilities[k], of_level(k) / total));

                let field = |k: usize| -> f64 {
                    let w: f64 = (0..N).map(|j| user.hidden_means()[j] * rbm.weight()[[q, k, j]]).sum();
                    (w + rbm.visible_bias()[[q, k]]).exp()
                };
                let total: f64 = (0..K).map(field).sum();
                let found = user.predict_mean_field(q).unwrap();
                (0..K).for_each(|k| near(found.probabilities[k], field(k) / total));
            }
        }
    }
}

#[test]
fn the_slope_of_the_free_energy_is_the_positive_phase() {
    let rbm = small(3, true);
    let known = row(&[(0, 2), (3, 1)]);
    let h = rbm.posterior(&known).unwrap().hidden_means().to_vec();
    let slope = |change: &dyn Fn(&mut Small, f64)| {
        let at = |step: f64| {
            let mut moved = rbm.clone();
            change(&mut moved, step);
            moved.free_energy(&known).unwrap()
        };
        (at(1e-5) - at(-1e-5)) / 2e-5
    };
    let close = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-9, "{found}, not {expected}");
    for (item, k) in (0..ITEMS).flat_map(|item| (0..K).map(move |k| (item, k))) {
        let on = f64::from(u8::from((item, k) == (0, 2) || (item, k) == (3, 1)));
        close(slope(&|rbm, step| rbm.visible_bias_mut()[[item, k]] += step), -on);
        for j in 0..N {
            close(slope(&|rbm, step| rbm.weight_mut()[[item, k, j]] += step), -on * h[j]);
        }
    }
    for j in 0..N {
        close(slope(&|rbm, step| rbm.hidden_bias_mut()[j] += step), -h[j]);
        close(slope(&|rbm, step| rbm.rated_mut().unwrap()[[3, j]] += step), -h[j]);
        close(slope(&|rbm, step| rbm.rated_mut().unwrap()[[2, j]] += step), 0.0);
    }
}

#[test]
fn with_every_rating_it_is_the_machine_with_softmax_units() {
    let rbm = small(4, false);
    let mut other: Rbm<Const<ITEMS>, Const<N>, Softmax<K>, Bernoulli, f64> =
        Rbm::new(Init::Zeros, &mut StdRng::seed_from_u64(1));
    for (item, k) in (0..ITEMS).flat_map(|item| (0..K).map(move |k| (item, k))) {
        other.visible_bias_mut()[item * K + k] = rbm.visible_bias()[[item, k]];
        (0..N).for_each(|j| other.weight_mut()[[j, item * K + k]] = rbm.weight()[[item, k, j]]);
    }
    other.hidden_bias_mut().assign(&rbm.hidden_bias());
    for levels in states(K, ITEMS) {
        let known: Vec<Rating> = levels.iter().enumerate().map(|(item, &level)| Rating { item, level }).collect();
        let mut v = vec![0.0; ITEMS * K];
        known.iter().for_each(|r| v[r.item * K + r.level] = 1.0);
        let v = Batch::from_vec(v).unwrap();
        near(rbm.free_energy(&known).unwrap(), other.free_energies(&v)[0]);
        let h = other.hidden_means(&v);
        let user = rbm.posterior(&known).unwrap();
        user.hidden_means().iter().zip(h.as_slice()).for_each(|(a, b)| near(*a, *b));
        // Leaving one out and asking for it: p(v_q | the others) of the full machine.
        let rest: Vec<Rating> = known.iter().copied().filter(|r| r.item != 1).collect();
        let weight = |level: usize| {
            let mut all = rest.clone();
            all.insert(1, Rating { item: 1, level });
            (-rbm.free_energy(&all).unwrap()).exp()
        };
        let total: f64 = (0..K).map(weight).sum();
        let found = rbm.posterior(&rest).unwrap().predict(1).unwrap();
        (0..K).for_each(|level| near(found.probabilities[level], weight(level) / total));
    }
}

#[test]
fn both_number_types_predict_the_same() {
    let wide = small(5, true);
    let mut narrow: RatingRbm<Const<N>, K> =
        RatingRbm::new(ITEMS, Init::Zeros, &mut StdRng::seed_from_u64(1)).unwrap().conditional();
    narrow.load_bytes(&wide.to_bytes().unwrap()).unwrap();
    let known = row(&[(0, 2), (3, 1)]);
    for q in 1..3 {
        let (a, b) = (wide.posterior(&known).unwrap().predict(q), narrow.posterior(&known).unwrap().predict(q));
        a.unwrap().probabilities.iter().zip(b.unwrap().probabilities).for_each(|(a, b)| assert!((a - b).abs() < 1e-5));
    }
    // And a model of other items is told.
    let mut fewer: Small = RatingRbm::new(ITEMS - 1, Init::Zeros, &mut StdRng::seed_from_u64(1)).unwrap().conditional();
    let error = fewer.load_bytes(&wide.to_bytes().unwrap()).unwrap_err();
    let WeightsFault::Misfits(misfits) = error.fault else { panic!("{error}") };
    assert!(matches!(&misfits[0], Misfit::Shape { name, found, .. } if name == "weight" && found[..] == [ITEMS, K, N]));
}

#[test]
fn biases_begin_at_the_smoothed_frequencies() {
    let ratings = users(&[&[(0, 2), (1, 0), (2, 1), (3, 2)], &[(0, 2)]], 2);
    let mut rbm: Small = RatingRbm::new(ITEMS, Init::Zeros, &mut StdRng::seed_from_u64(1)).unwrap();
    rbm.adopt_frequencies(&ratings).unwrap();
    // Levels occur 2, 2 and 6 times, and once more each: 3, 3 and 7 of 13.
    let shares = [3.0 / 13.0, 3.0 / 13.0, 7.0 / 13.0];
    let user = rbm.posterior(&[]).unwrap();
    for k in 0..K {
        let seen = if k == 2 { 4.0 } else { 0.0 };
        near(user.predict(0).unwrap().probabilities[k], (seen + 3.0 * shares[k]) / 7.0);
    }
    // Items and users that nobody knows are predicted from these.
    let scale = RatingScale::new(0.0, 1.0, K).unwrap();
    let test = Ratings::new(scale, [("nobody", "i0", 1.0), ("u0", "unheard of", 0.0)]).unwrap();
    let test = test.aligned_with(&ratings).unwrap();
    let score = rbm.score(&ratings, &test).unwrap();
    let mean = |p: [f64; K]| p[1] + 2.0 * p[2];
    let errors = [mean(user.predict(0).unwrap().probabilities) - 1.0, mean(shares)];
    near(score.rmse, ((errors[0].powi(2) + errors[1].powi(2)) / 2.0).sqrt());
    near(score.mae, (errors[0].abs() + errors[1].abs()) / 2.0);
}

#[test]
fn scores_are_those_of_the_single_predictions() {
    let ratings = users(&[&[(0, 2), (1, 0), (2, 1), (3, 2)], &[(1, 2), (3, 0)], &[(0, 0), (2, 2), (3, 1)]], 1);
    let (known, test) = ratings.split(0.5, 1).unwrap();
    let rbm = small(6, true);
    let by_hand = |predict: &dyn Fn(usize, usize) -> f64| {
        let squares: f64 = test.iter().map(|(u, r)| (predict(u, r.item) - r.level as f64).powi(2)).sum();
        (squares / test.len() as f64).sqrt()
    };
    let score = |by, rated| rbm.score_by(&known, &test, by, rated).unwrap().rmse;
    let user = |user: usize| rbm.posterior(known.of(user)).unwrap();
    near(score(Prediction::Expectation, None), by_hand(&|u, q| user(u).predict(q).unwrap().mean()));
    near(score(Prediction::MostLikely, None), by_hand(&|u, q| user(u).predict(q).unwrap().most_likely() as f64));
    near(score(Prediction::MeanField, None), by_hand(&|u, q| user(u).predict_mean_field(q).unwrap().mean()));
    let among = |u: usize, q| {
        let rated: Vec<usize> = test.of(u).iter().map(|r| r.item).collect();
        rbm.posterior_among(known.of(u), &rated).unwrap().predict(q).unwrap().mean()
    };
    near(score(Prediction::Expectation, Some(&test)), by_hand(&among));
}

#[test]
fn recommendations_are_the_best_of_what_is_not_rated() {
    let rbm = small(7, true);
    let (known, rated) = (row(&[(1, 2)]), [3]);
    let user = rbm.posterior_among(&known, &rated).unwrap();
    let top = user.top(10);
    assert_eq!(top.len(), 2);
    let best = [0, 2].map(|item| user.predict(item).unwrap());
    assert_eq!(top[0].1.mean(), best[0].mean().max(best[1].mean()));
    assert!(top[0].1.mean() >= top[1].1.mean());
    assert_eq!(user.top(1), top[..1]);
    assert!(rbm.posterior(&row(&[(0, 0), (1, 0), (2, 0), (3, 0)])).unwrap().top(3).is_empty());
}

#[test]
fn missing_ratings_are_not_looked_at() {
    let mut rbm = small(8, true);
    let known = row(&[(0, 2), (3, 1)]);
    let before = rbm.posterior(&known).unwrap().predict(1).unwrap();
    rbm.weight_mut().slice_mut(ndarray::s![2, .., ..]).fill(f64::NAN);
    rbm.rated_mut().unwrap().row_mut(2).fill(f64::NAN);
    assert_eq!(rbm.posterior(&known).unwrap().predict(1).unwrap(), before);
}

#[test]
fn what_no_rating_of_the_model_is_gets_an_error() {
    let rbm = small(9, false);
    let message = |levels: &[(usize, usize)]| rbm.posterior(&row(levels)).unwrap_err().to_string();
    assert_eq!(message(&[(0, 1), (4, 1)]), "expected an item below 4, found 4");
    assert_eq!(message(&[(0, 1), (3, 3)]), "expected a level below 3, found 3");
    assert_eq!(message(&[(1, 1), (0, 1)]), "expected items in ascending order, each once, found 0 after 1");
    assert_eq!(message(&[(1, 1), (1, 1)]), "expected items in ascending order, each once, found 1 after 1");
    let known = row(&[(1, 1)]);
    let user = rbm.posterior(&known).unwrap();
    let beyond = EnergyError::Index { what: "an item", bound: 4, found: 9 };
    assert_eq!((user.predict(9), user.predict_mean_field(9)), (Err(beyond.clone()), Err(beyond.clone())));
    assert_eq!(rbm.free_energy(&row(&[(9, 0)])), Err(beyond));
    let twice = rbm.posterior_among(&known, &[0, 1]).unwrap_err();
    assert_eq!(twice, EnergyError::Order { first: 1, second: 1 });
    assert!(matches!(rbm.posterior_among(&known, &[3, 2]), Err(EnergyError::Order { .. })));

    let fewer = users(&[&[(0, 1), (1, 1)]], 1);
    let error = rbm.clone().adopt_frequencies(&fewer).unwrap_err();
    assert_eq!(error.to_string(), "expected ratings with 4 items, found 2");
    let four = [("u", "a", 1.0), ("u", "b", 1.0), ("u", "c", 1.0), ("u", "d", 1.0)];
    let stars = Ratings::new(RatingScale::STARS, four).unwrap();
    let error = rbm.score(&stars, &stars).unwrap_err();
    assert_eq!(error.to_string(), "expected ratings with 3 levels, found 5");
    let full = users(&[&[(0, 1), (1, 1), (2, 1), (3, 1)]], 1);
    assert!(matches!(rbm.score(&full, &fewer), Err(EnergyError::Ratings { expected: 4, found: 2, .. })));
}

#[test]
fn more_items_or_levels_than_there_is_memory_for_are_errors() {
    let rng = &mut StdRng::seed_from_u64(1);
    for items in [usize::MAX, usize::MAX / 16, usize::MAX / 64, usize::MAX / 1024] {
        let error = RatingRbm::<Const<8>, 5>::new(items, Init::Zeros, rng).unwrap_err();
        let expected = format!("expected memory for `weight` of shape `[{items}, 5, 8]`, found too little");
        assert_eq!(error.to_string(), expected);
    }
    for levels in [usize::MAX, usize::MAX / 8, usize::MAX / 32] {
        let scale = RatingScale::new(0.0, 1e-10, levels).unwrap();
        let ratings = Ratings::new(scale, [("Ann", "Alien", 0.0), ("Ben", "Brazil", 0.0)]).unwrap();
        assert_eq!(ratings.level_counts(), Err(RatingError::Memory { items: 2, levels }));
        let mut rbm: RatingRbm<Const<8>, 5> = RatingRbm::new(2, Init::Zeros, rng).unwrap();
        assert!(rbm.adopt_frequencies(&ratings).is_err());
    }
}
