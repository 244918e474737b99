//! Ratings without a download.

use std::collections::HashSet;

use rand::{Rng, RngExt, SeedableRng, rngs::Xoshiro256PlusPlus, seq::SliceRandom};
use rand_distr::{Distribution, Exp1, StandardNormal};

use crate::network::mix;

use super::{RatingError, RatingScale, Ratings};

/// What items are of, and users like or do not.
const GENRES: [&str; 6] = ["Adventure", "Comedy", "Drama", "Mystery", "Romance", "Thriller"];

/// The mean rating of a user and an item without properties.
const MEAN: f64 = 3.4;
/// The standard deviations of what users and items differ by, of taste, and of what nothing explains.
const GENEROSITY: f64 = 0.35;
const QUALITY: f64 = 0.35;
const TASTE: f64 = 0.9;
const NOISE: f64 = 0.5;
/// The ranks by which popularity falls to about a half of its largest.
const HEAD: f64 = 20.0;

/// Ratings of `items` items by `users` users, 1 to 5 stars, about `mean_count` of them by a user.
///
/// The rating is 3.4 + generosity of the user + quality of the item + taste · trait + noise, rounded to a level. Tastes and traits are
/// vectors over six genres: an item is mostly of one, which its name begins with, and to a lesser part of others; tastes are normal. The standard deviations
/// are 0.35, 0.35, 0.9 and 0.5. Which ratings are missing is not random: a few items are rated by many users (popularity falls as 1/(20 + rank)), the counts of
/// users are exponential, of at least 2 and at most half of the items, and users mostly rate what they like, up to twenty times as often as what they do not.
///
/// Equal seeds give equal ratings. Time and memory grow with the ratings.
///
/// ```
/// let ratings = plumbline::data::ratings(300, 100, 20, 42)?;
/// assert_eq!((ratings.users(), ratings.scale().levels()), (300, 5));
/// assert!((12.0..28.0).contains(&(ratings.len() as f64 / 300.0)));
/// # Ok::<(), plumbline::data::RatingError>(())
/// ```
///
/// # Errors
///
/// [`RatingError::Option`] for no users, or less than 4 items.
pub fn ratings(users: usize, items: usize, mean_count: usize, seed: u64) -> Result<Ratings, RatingError> {
    let at_least = |option, least: usize, expected, found: usize| match found < least {
        true => Err(RatingError::Option { option, expected, found: found as f64 }),
        false => Ok(()),
    };
    at_least("users", 1, "at least 1", users)?;
    at_least("items", 4, "at least 4", items)?;
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(mix(seed));
    let catalogue = Catalogue::new(items, &mut rng);
    let names: Vec<String> = catalogue.items.iter().map(|item| item.name.clone()).collect();
    let mut builder = Ratings::builder(RatingScale::STARS);
    let mut seen = HashSet::new();
    for user in 1..=users {
        let (generosity, tastes) = (GENEROSITY * normal(&mut rng), GENRES.map(|_| TASTE * normal(&mut rng)));
        let exponential: f64 = Exp1.sample(&mut rng);
        let count = ((mean_count as f64 * exponential).round() as usize).clamp(2, items / 2);
        seen.clear();
        while seen.len() < count {
            let index = catalogue.draw(&mut rng);
            let item = &catalogue.items[index];
            let liking: f64 = tastes.iter().zip(item.traits).map(|(taste, part)| taste * part).sum();
            // Between a twentieth and all of those met are rated.
            let interest = (1.0 + 19.0 / (1.0 + (-3.0 * liking).exp())) / 20.0;
            if rng.random::<f64>() > interest || !seen.insert(index) {
                continue;
            }
            let rating = MEAN + generosity + item.quality + liking + NOISE * normal(&mut rng);
            builder.push(&format!("user {user}"), &names[index], rating.round().clamp(1.0, 5.0))?;
        }
    }
    builder.finish()
}

struct Item {
    name: String,
    quality: f64,
    /// Of length 1.
    traits: [f64; GENRES.len()],
}

struct Catalogue {
    items: Vec<Item>,
    /// The sums of the items' popularities up to each.
    popularity: Vec<f64>,
}

impl Catalogue {
    fn new(items: usize, rng: &mut Xoshiro256PlusPlus) -> Self {
        let mut ranks: Vec<usize> = (0..items).collect();
        ranks.shuffle(rng);
        let mut total = 0.0;
        let popularity = ranks.iter().map(|&rank| {
            total += 1.0 / (HEAD + rank as f64);
            total
        });
        let popularity = popularity.collect();
        let item = |index: usize| {
            let genre = index % GENRES.len();
            let mut traits = GENRES.map(|_| 0.3 * normal(rng));
            traits[genre] += 1.0;
            let length = traits.iter().map(|part| part * part).sum::<f64>().sqrt();
            let name = format!("{} {}", GENRES[genre], index / GENRES.len() + 1);
            Item { name, quality: QUALITY * normal(rng), traits: traits.map(|part| part / length) }
        };
        Catalogue { items: (0..items).map(item).collect(), popularity }
    }

    /// An item, by popularity.
    fn draw(&self, rng: &mut impl Rng) -> usize {
        let total = self.popularity.last().copied().unwrap_or_default();
        let place = total * rng.random::<f64>();
        self.popularity.partition_point(|&sum| sum <= place).min(self.items.len() - 1)
    }
}

fn normal(rng: &mut impl Rng) -> f64 {
    StandardNormal.sample(rng)
}
