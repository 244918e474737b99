//! Ratings, baselines and generated ratings.

use nn_runtime::data::{Rating, RatingBaseline, RatingError, RatingScale, RatingScore, Ratings, ratings};

/// Three users, of whom the last rated most.
fn few() -> Ratings {
    let triples = [("a", "x", 5.0), ("c", "z", 2.0), ("b", "y", 1.0), ("c", "x", 4.0), ("c", "y", 3.0)];
    Ratings::new(RatingScale::STARS, triples).unwrap()
}

#[test]
fn ratings_are_kept_by_user_in_the_order_of_items() {
    let ratings = few();
    assert_eq!(["a", "b", "c", "d"].map(|name| ratings.user(name)), [Some(0), Some(2), Some(1), None]);
    assert_eq!(["x", "y", "z"].map(|name| ratings.item(name)), [Some(0), Some(2), Some(1)]);
    let row: Vec<_> = ratings.of(1).iter().map(|r| (r.item, r.level)).collect();
    assert_eq!(row, [(0, 3), (1, 1), (2, 2)]);
    assert_eq!((ratings.of(3), ratings.of(usize::MAX)), (&[][..], &[][..]));
    assert_eq!((ratings.rating(1, 1), ratings.rating(0, 1), ratings.rating(9, 1)), (Some(2.0), None, None));
    assert_eq!(ratings.level_counts().unwrap(), [0, 0, 0, 1, 1, 0, 1, 0, 0, 0, 1, 0, 1, 0, 0]);
    assert_eq!(ratings.iter().count(), 5);
    assert_eq!((ratings.user_name(2), ratings.user_name(3)), (Some("b"), None));
}

#[test]
fn what_is_no_rating_is_refused() {
    let message = |triples: &[(&str, &str, f64)]| {
        Ratings::new(RatingScale::STARS, triples.iter().copied()).unwrap_err().to_string()
    };
    assert_eq!(message(&[]), "expected ratings, found none");
    for (rating, found) in [(f64::NAN, "NaN"), (0.0, "0"), (5.5, "5.5"), (f64::INFINITY, "inf"), (-1.0, "-1")] {
        let expected = format!("expected a rating of 1, 2, …, 5, found {found} by `a` of `x`");
        assert_eq!(message(&[("a", "x", rating)]), expected);
    }
    let twice = [("a", "x", 1.0), ("b", "x", 1.0), ("b", "x", 2.0), ("a", "x", 1.0)];
    assert_eq!(message(&twice), "expected one rating by `b` of `x`, found two, at 1 and 2");
    for (least, step, levels) in [(0.0, 1.0, 1), (0.0, 0.0, 5), (f64::NAN, 1.0, 5), (0.0, f64::INFINITY, 5)] {
        assert!(matches!(RatingScale::new(least, step, levels), Err(RatingError::Scale { .. })));
    }
    let mut builder = Ratings::builder(RatingScale::STARS);
    assert_eq!(builder.user("a", [("x", 3.0); 0]), Err(RatingError::EmptyUser { user: "a".into() }));
    let half = Ratings::new(RatingScale::HALF_STARS, [("a", "x", 4.0)]).unwrap();
    assert!(matches!(half.aligned_with(&few()), Err(RatingError::Scales { .. })));
}

#[test]
fn a_profile_is_that_of_a_new_user() {
    let ratings = few();
    let profile = ratings.profile([("z", 1.0), ("x", 5.0)]).unwrap();
    assert_eq!(profile, [Rating { item: 0, level: 4 }, Rating { item: 1, level: 0 }]);
    assert_eq!(ratings.profile([("z", 1.0); 0]), Ok(vec![]));
    let twice = ratings.profile([("z", 1.0), ("x", 5.0), ("z", 1.0)]).unwrap_err().to_string();
    assert_eq!(twice, "expected one rating by `a new user` of `z`, found two, at 0 and 2");
    assert!(matches!(ratings.profile([("z", f64::NAN)]), Err(RatingError::Rating { .. })));
}

#[test]
fn a_split_keeps_each_rating_once_and_each_user_known() {
    let all = ratings(100, 60, 15, 3).unwrap();
    let (known, held) = all.split(0.7, 1).unwrap();
    let mut both: Vec<_> = known.iter().chain(held.iter()).collect();
    both.sort_unstable();
    assert_eq!(both, all.iter().collect::<Vec<_>>());
    for user in 0..100 {
        let share = (all.of(user).len() as f64 * 0.7).round() as usize;
        assert_eq!(known.of(user).len(), share.max(1));
        assert!(known.of(user).is_sorted());
    }
    assert_eq!(all.split(0.7, 1).unwrap().0, known);
    assert_ne!(all.split(0.7, 2).unwrap().0, known);
    assert_eq!(all.split(0.0, 1).unwrap().0.len(), 100, "one of each user");
    assert!(all.split(1.0, 1).unwrap().1.is_empty());
    for bad in [90.0, -0.1, f64::NAN] {
        let error = all.split(bad, 1).unwrap_err();
        assert_eq!(error.to_string(), format!("expected `split` to be a fraction from 0 to 1, found {bad}"));
    }
    // What is aligned with its own kind is as it was, empty or not.
    for part in [held, all.split(1.0, 1).unwrap().1] {
        assert_eq!(part.aligned_with(&all).unwrap(), part);
    }
}

#[test]
fn baselines_are_the_means_and_the_optimum() {
    let ratings = few();
    let predict = |baseline: Result<RatingBaseline, RatingError>, user, item| baseline.unwrap().predict(user, item);
    assert_eq!(predict(RatingBaseline::global(&ratings), 0, 0), 3.0);
    assert_eq!(predict(RatingBaseline::user_means(&ratings), 2, 0), 1.0);
    assert_eq!(predict(RatingBaseline::item_means(&ratings), 1, 0), 4.5);
    assert_eq!(predict(RatingBaseline::item_means(&ratings), 1, 7), 3.0, "an unknown item");
    // No change of a bias makes the cost smaller.
    let all = nn_runtime::data::ratings(60, 30, 8, 1).unwrap();
    let fit = RatingBaseline::biased(&all, 2.0).unwrap();
    let mean = all.iter().map(|(_, r)| r.level as f64 + 1.0).sum::<f64>() / all.len() as f64;
    // b of item i, from predictions that no bound of the scale cuts, is found by the normal equation.
    let slope: f64 = {
        let unknown = all.users();
        let b = |item| fit.predict(unknown, item) - mean;
        let of_user = |user| fit.predict(user, all.items()) - mean;
        let rest: f64 =
            all.iter().filter(|(_, r)| r.item == 3).map(|(u, r)| r.level as f64 + 1.0 - mean - of_user(u) - b(3)).sum();
        rest - 2.0 * b(3)
    };
    assert!(slope.abs() < 1e-3, "{slope}");
    for penalty in [-1.0, f64::NAN, f64::INFINITY] {
        assert!(matches!(RatingBaseline::biased(&all, penalty), Err(RatingError::Option { .. })));
    }
    let empty = all.split(1.0, 1).unwrap().1;
    assert_eq!(RatingBaseline::biased(&empty, 1.0), Err(RatingError::Empty));
    assert!(RatingScore::of([]).rmse.is_nan());
}

#[test]
fn generated_ratings_are_of_the_seed_and_as_they_are_described() {
    let all = ratings(2000, 200, 30, 5).unwrap();
    assert_eq!(all, ratings(2000, 200, 30, 5).unwrap());
    assert_ne!(all, ratings(2000, 200, 30, 6).unwrap());
    let mean_count = all.len() as f64 / 2000.0;
    // An exponential count has its mean as standard deviation: 30/√2000 = 0.7, and the bounds take a little away.
    assert!((26.0..33.0).contains(&mean_count), "{mean_count}");
    let mut counts = vec![0; 200];
    all.iter().for_each(|(_, r)| counts[r.item] += 1);
    counts.sort_unstable();
    assert!(counts[190] > 4 * counts[10], "some items are rated by many: {} and {}", counts[10], counts[190]);
    assert!((0..2000).all(|user| (2..=100).contains(&all.of(user).len())));
    let baseline = RatingBaseline::biased(&all, 5.0).unwrap().score(&all).rmse;
    assert!(baseline > 0.8, "tastes are more than biases: {baseline}");
    for (users, items) in [(0, 10), (10, 3)] {
        assert!(matches!(ratings(users, items, 5, 1), Err(RatingError::Option { .. })));
    }
}

#[test]
fn transposed_ratings_list_who_rated_an_item() {
    let ratings = ratings(40, 30, 8, 3).unwrap();
    let by_item = ratings.transposed();
    assert_eq!((by_item.users(), by_item.items(), by_item.len()), (30, 40, ratings.len()));
    for (item, rating) in by_item.iter() {
        assert!(ratings.of(rating.item).contains(&Rating { item, level: rating.level }));
    }
    assert!((0..30).all(|item| by_item.of(item).is_sorted()));
    assert_eq!(by_item.user_name(3), ratings.item_name(3));
    assert_eq!(by_item.transposed(), ratings);
    // Users and items without a rating stay.
    let (_, empty) = few().split(1.0, 1).unwrap();
    assert_eq!((empty.transposed().users(), empty.transposed().len()), (3, 0));
}

#[test]
fn each_rating_is_in_one_test_fold() {
    let ratings = ratings(40, 30, 8, 3).unwrap();
    let folds = ratings.folds(3, 5).unwrap();
    let mut tested: Vec<_> = folds.iter().flat_map(|(_, test)| test.iter().collect::<Vec<_>>()).collect();
    tested.sort_unstable();
    assert_eq!(tested, ratings.iter().collect::<Vec<_>>());
    for (training, test) in &folds {
        assert!(test.len().abs_diff(ratings.len() / 3) <= 1);
        assert!(test.iter().all(|(user, r)| training.rating(user, r.item).is_none()));
        assert_eq!(training.len() + test.len(), ratings.len());
    }
    assert_eq!(ratings.folds(3, 5).unwrap()[1], folds[1]);
    assert_ne!(ratings.folds(3, 6).unwrap()[1], folds[1]);
    for count in [0, 1, ratings.len() + 1] {
        let error = ratings.folds(count, 1).unwrap_err().to_string();
        assert!(
            error.starts_with("expected `folds` to be at least 2 and at most the number of ratings, found"),
            "{error}"
        );
    }
}
