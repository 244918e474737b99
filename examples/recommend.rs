//! Recommends: restricted Boltzmann machines learn what users think of items, from the few ratings that each of them gave (Salakhutdinov, Mnih and
//! Hinton, 2007), and predict ratings that were held out, beside what means and biases alone say. One machine is user-based, one item-based, and
//! their average is the prediction. Their settings are chosen on a part of the training ratings.
//!
//! `cargo run --release --example recommend` takes generated ratings. `-- --data u.data` takes MovieLens' files, of whole stars and of half
//! stars; `--folds 5` prints the RMSE of each of five folds.

mod exit;
mod rating_machines;

use std::{path::PathBuf, process::ExitCode};

use clap::Parser;
use plumbline::{
    data::{RatingBaseline, RatingScore, Ratings},
    energy::Prediction,
    io::RatingsReader,
    prelude::*,
};

use rating_machines::{Fixed, Machines, Task, biased, train};

/// Ratings by restricted Boltzmann machines.
#[derive(Parser)]
struct Options {
    /// A file of ratings: CSV or TSV with the columns userId, movieId and rating, MovieLens' u.data or ratings.dat; else ratings are generated.
    #[arg(long)]
    data: Option<PathBuf>,
    /// A file of ratings to predict; else a tenth of each user's are held out.
    #[arg(long, requires = "data", conflicts_with = "folds")]
    test: Option<PathBuf>,
    /// Cuts the ratings at random in so many parts, and predicts each from the others.
    #[arg(long)]
    folds: Option<usize>,
    /// Passes over the users, at most.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..))]
    epochs: u32,
    /// The learning rate at the beginning; it falls to a twentieth.
    #[arg(long, default_value_t = 0.1)]
    rate: f64,
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
    /// The seed of the ratings, the parts, the weights and the chains.
    #[arg(long, default_value_t = 42)]
    seed: u64,
}

impl Options {
    fn fixed(&self) -> Fixed {
        Fixed { epochs: self.epochs as usize, rate: self.rate, seed: self.seed }
    }
}

fn main() -> ExitCode {
    exit::code(program(&Options::parse()))
}

fn program(options: &Options) -> Result<(), Box<dyn std::error::Error>> {
    let all = match &options.data {
        Some(path) => RatingsReader::new().read(path)?,
        None => data::ratings(options.users, options.items, options.count, options.seed)?,
    };
    match all.scale().levels() {
        5 => run::<5>(options, all),
        10 => run::<10>(options, all),
        levels => Err(format!("expected ratings on 5 or 10 levels, found {levels}").into()),
    }
}

fn run<const K: usize>(options: &Options, all: Ratings) -> Result<(), Box<dyn std::error::Error>> {
    if let Some(folds) = options.folds {
        return compare::<K>(options, &all, folds);
    }
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
    recommend::<K>(options, &known, &test)
}

/// The RMSE of each fold.
fn compare<const K: usize>(options: &Options, all: &Ratings, folds: usize) -> Result<(), Box<dyn std::error::Error>> {
    println!("{} ratings of {} items by {} users\n", all.len(), all.items(), all.users());
    println!("{:6}{:>10}{:>10}{:>10}{:>10}", "fold", "baseline", "users", "items", "average");
    let (mut sums, mut below) = ([0.0; 4], 0);
    for (place, (known, test)) in all.folds(folds, options.seed)?.iter().enumerate() {
        let machines = Machines::<K>::train(known, options.fixed())?;
        let scores = [
            biased(known, test)?,
            machines.users.score(known, test)?,
            machines.items.score(&known.transposed(), &test.transposed())?,
            machines.average(known)?.score(test)?,
        ];
        let rmse = scores.map(|score| score.rmse);
        line(&(place + 1).to_string(), rmse);
        chosen(&machines);
        sums.iter_mut().zip(rmse).for_each(|(sum, rmse)| *sum += rmse);
        below += usize::from(rmse[3] < rmse[0]);
    }
    let means = sums.map(|sum| sum / folds as f64);
    line("mean", means);
    println!(
        "\nThe average of both machines has an RMSE of {:.4}, the biased baseline {:.4}; it is lower in {below} of {folds} folds.",
        means[3], means[0]
    );
    Ok(())
}

fn line(name: &str, rmse: [f64; 4]) {
    println!("{name:6}{}", rmse.map(|rmse| format!("{rmse:10.4}")).concat());
}

fn chosen<const K: usize>(machines: &Machines<K>) {
    let Machines { of_users, of_items, weight, .. } = machines;
    println!("      chosen for users: {of_users}");
    println!("      chosen for items: {of_items}; weight of users {weight:.2}");
}

fn recommend<const K: usize>(
    options: &Options,
    known: &Ratings,
    test: &Ratings,
) -> Result<(), Box<dyn std::error::Error>> {
    let machines = Machines::<K>::train(known, options.fixed())?;
    println!("\nchosen on a tenth of the ratings to learn from:");
    chosen(&machines);

    println!("\n{:24}{:>8}{:>8}", "", "RMSE", "MAE");
    row("global mean", RatingBaseline::global(known)?.score(test));
    row("user means", RatingBaseline::user_means(known)?.score(test));
    row("item means", RatingBaseline::item_means(known)?.score(test));
    let baseline = biased(known, test)?;
    row("biased baseline", baseline);
    let score = |by| machines.users.score_by(known, test, by, None);
    row("user-based RBM", score(Prediction::Expectation)?);
    row("  mean field", score(Prediction::MeanField)?);
    row("  most likely level", score(Prediction::MostLikely)?);
    let conditional = train::<K>(known, Task::Condition(test), machines.of_users, options.fixed())?.0;
    row("  conditional", conditional.score_by(known, test, Prediction::Expectation, Some(test))?);
    row("item-based RBM", machines.items.score(&known.transposed(), &test.transposed())?);
    let average = machines.average(known)?;
    let own = average.score(test)?;
    row("average of both", own);

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
    for (item, rating) in average.top(user, 5) {
        println!("  {rating:.2}  {}", known.item_name(item).unwrap_or_default());
    }
    println!(
        "\nThe average of both machines has an RMSE of {:.4}, the biased baseline {:.4}: {:.4} more.",
        own.rmse,
        baseline.rmse,
        baseline.rmse - own.rmse
    );
    Ok(())
}

fn row(name: &str, score: RatingScore) {
    println!("{name:24}{:8.4}{:8.4}", score.rmse, score.mae);
}
