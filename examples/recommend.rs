//! Recommends: a restricted Boltzmann machine learns what users think of items, from the few ratings that each of them gave (Salakhutdinov, Mnih and
//! Hinton, 2007), and predicts ratings that were held out, beside what means and biases alone say.
//!
//! `cargo run --release --example recommend` ends with an RMSE of 0.6796 on generated ratings, where biases of users and items come to 0.8212: a margin of
//! 0.1416. `-- --data u.data` takes MovieLens' files, of whole stars and of half stars.

mod exit;

use std::{io::IsTerminal, path::PathBuf, process::ExitCode};

use clap::Parser;
use plumbline::{
    data::{RatingBaseline, RatingScore, Ratings},
    energy::{Prediction, RatingDivergence, RatingRbm},
    io::RatingsReader,
    layers::Init,
    prelude::*,
    train::Cosine,
};
use rand::{SeedableRng, rngs::StdRng};

/// Hidden units.
type Hidden = Const<64>;

/// Ratings by a restricted Boltzmann machine.
#[derive(Parser)]
struct Options {
    /// A file of ratings: CSV or TSV with the columns userId, movieId and rating, MovieLens' u.data or ratings.dat; else ratings are generated.
    #[arg(long)]
    data: Option<PathBuf>,
    /// A file of ratings to predict; else a tenth of each user's are held out.
    #[arg(long, requires = "data")]
    test: Option<PathBuf>,
    /// Passes over the users.
    #[arg(long, default_value_t = 80)]
    epochs: usize,
    /// The learning rate at the beginning; it falls to a twentieth.
    #[arg(long, default_value_t = 0.1)]
    rate: f64,
    /// Users a step.
    #[arg(long, default_value_t = 100)]
    batch: usize,
    /// The decay of weights.
    #[arg(long, default_value_t = 0.006)]
    decay: f64,
    /// Users to generate.
    #[arg(long, default_value_t = 3_000)]
    users: usize,
    /// Items to generate.
    #[arg(long, default_value_t = 500)]
    items: usize,
    /// Ratings by a user, about.
    #[arg(long, default_value_t = 50)]
    count: usize,
    /// The user to recommend to; else the one with most ratings.
    #[arg(long)]
    user: Option<String>,
    /// The seed of the ratings, the split, the weights and the chains.
    #[arg(long, default_value_t = 42)]
    seed: u64,
}

fn main() -> ExitCode {
    exit::code(program(&Options::parse()))
}

fn program(options: &Options) -> Result<(), Box<dyn std::error::Error>> {
    let all = match &options.data {
        Some(path) => RatingsReader::new().read(path)?,
        None => data::ratings(options.users, options.items, options.count, options.seed)?,
    };
    let (known, test) = match &options.test {
        Some(path) => {
            let test = RatingsReader::new().scale(all.scale()).read(path)?.aligned_with(&all)?;
            (all, test)
        }
        None => all.split(0.9, options.seed)?,
    };
    if test.is_empty() {
        return Err("expected ratings to predict, found none: users have one each".into());
    }
    let (users, items) = (known.users(), known.items());
    println!("{} ratings of {items} items by {users} users to learn from, {} to predict", known.len(), test.len());
    match known.scale().levels() {
        5 => recommend::<5>(options, &known, &test),
        10 => recommend::<10>(options, &known, &test),
        levels => Err(format!("expected ratings on 5 or 10 levels, found {levels}").into()),
    }
}

fn recommend<const K: usize>(
    options: &Options,
    known: &Ratings,
    test: &Ratings,
) -> Result<(), Box<dyn std::error::Error>> {
    println!("\n{:24}{:>8}{:>8}", "", "RMSE", "MAE");
    row("global mean", RatingBaseline::global(known)?.score(test));
    row("user means", RatingBaseline::user_means(known)?.score(test));
    row("item means", RatingBaseline::item_means(known)?.score(test));
    // The penalty that suits the test ratings best: the model has to beat what biases can do at most.
    let mut biased = RatingBaseline::biased(known, 1.0)?.score(test);
    for penalty in [2.0, 4.0, 8.0, 16.0] {
        let other = RatingBaseline::biased(known, penalty)?.score(test);
        biased = if other.rmse < biased.rmse { other } else { biased };
    }
    row("biased baseline", biased);

    let rbm: RatingRbm<Hidden, K> = train(options, known, test, false)?;
    let score = |by| rbm.score_by(known, test, by, None);
    let own = score(Prediction::Expectation)?;
    row("RBM", own);
    row("RBM, mean field", score(Prediction::MeanField)?);
    row("RBM, most likely level", score(Prediction::MostLikely)?);
    let conditional: RatingRbm<Hidden, K> = train(options, known, test, true)?;
    row("conditional RBM", conditional.score_by(known, test, Prediction::Expectation, Some(test))?);

    let most = (0..known.users()).max_by_key(|&user| known.of(user).len()).unwrap_or(0);
    let user = match &options.user {
        Some(name) => known.user(name).ok_or(format!("expected a user with ratings, found `{name}`"))?,
        None => most,
    };
    let given = known.of(user);
    println!("\n{} gave {} ratings, among them:", known.user_name(user).unwrap_or_default(), given.len());
    let mut order: Vec<usize> = (0..given.len()).collect();
    // The best first, and of the same rating the item that fewer users liked as much: it says more about this one.
    let mean = RatingBaseline::item_means(known)?;
    let usual = |place: usize| mean.predict(user, given[place].item);
    order.sort_by(|&a, &b| given[b].level.cmp(&given[a].level).then(usual(a).total_cmp(&usual(b))));
    let show = |place: &usize| {
        let rating = &given[*place];
        let (stars, mean) = (known.scale().rating(rating.level as f64), usual(*place));
        println!("  {stars:.1}  {}  (by all users: {mean:.2})", known.item_name(rating.item).unwrap_or_default());
    };
    order.iter().take(5).for_each(show);
    println!("  … and least liked");
    order.iter().rev().take(2).for_each(show);
    println!("recommended:");
    for (item, levels) in rbm.posterior(known.of(user))?.top(5) {
        println!("  {:.2}  {}", known.scale().rating(levels.mean()), known.item_name(item).unwrap_or_default());
    }
    println!("\nthe biased baseline's RMSE less the RBM's: {:.4}", biased.rmse - own.rmse);
    println!("RBM RMSE {:.4}", own.rmse);
    Ok(())
}

fn row(name: &str, score: RatingScore) {
    println!("{name:24}{:8.4}{:8.4}", score.rmse, score.mae);
}

fn train<const K: usize>(
    options: &Options,
    known: &Ratings,
    test: &Ratings,
    conditional: bool,
) -> Result<RatingRbm<Hidden, K>, Box<dyn std::error::Error>> {
    let rng = &mut StdRng::seed_from_u64(options.seed);
    let mut rbm = RatingRbm::new(known.items(), Init::Normal(0.01), rng)?;
    let mut training = RatingDivergence::new();
    if conditional {
        rbm = rbm.conditional();
        training = training.condition_on(test);
    }
    rbm.adopt_frequencies(known)?;
    let steps = [(0, 1), (options.epochs / 2, 3), (3 * options.epochs / 4, 5)];
    let training = training
        .batch_size(options.batch)
        .epochs(options.epochs)
        .seed(options.seed)
        .rate(options.rate)
        .l2(options.decay)
        .steps(steps);
    let training = training.schedule(Cosine::new(options.epochs).minimum(options.rate / 20.0)).callback(|epoch| {
        // Where the trainer's own display has no terminal to be on.
        if !std::io::stderr().is_terminal() && epoch.epoch % 20 == 0 {
            eprintln!("{epoch}");
        }
    });
    training.fit_and_validate(&mut rbm, known, test)?;
    Ok(rbm)
}
