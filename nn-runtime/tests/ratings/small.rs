//! A machine small enough to enumerate.

use nn_runtime::{
    Const,
    data::{Rating, RatingScale, Ratings},
    energy::RatingRbm,
    layers::Init,
};
use rand::{SeedableRng, rngs::StdRng};

pub(crate) const K: usize = 3;
pub(crate) const N: usize = 2;
pub(crate) const ITEMS: usize = 4;

pub(crate) type Small = RatingRbm<Const<N>, K, f64>;

/// A model whose parameters are all drawn.
pub(crate) fn small(seed: u64, conditional: bool) -> Small {
    let rng = &mut StdRng::seed_from_u64(seed);
    let draw = |rng: &mut StdRng| Small::new(ITEMS, Init::Normal(1.0), rng).unwrap();
    let mut rbm = draw(rng);
    if conditional {
        rbm = rbm.conditional();
        let other = draw(rng);
        let rows = other.weight().into_shape_with_order((ITEMS, K * N)).unwrap();
        rbm.rated_mut().unwrap().assign(&rows.slice(ndarray::s![.., ..N]));
    }
    let other = draw(rng);
    let rows = other.weight().into_shape_with_order((ITEMS, K * N)).unwrap();
    rbm.visible_bias_mut().assign(&rows.slice(ndarray::s![.., ..K]));
    rbm.hidden_bias_mut().assign(&rows.slice(ndarray::s![0, K..K + N]));
    rbm
}

/// Users "u0", … with ratings (item, level) of "i0", …, all of which the first user must not leave out.
pub(crate) fn users(rows: &[&[(usize, usize)]], times: usize) -> Ratings {
    let scale = RatingScale::new(0.0, 1.0, K).unwrap();
    let mut builder = Ratings::builder(scale);
    for user in 0..rows.len() * times {
        let row = rows[user % rows.len()];
        builder.user(&format!("u{user}"), row.iter().map(|(item, k)| (format!("i{item}"), *k as f64))).unwrap();
    }
    builder.finish().unwrap()
}

pub(crate) fn row(levels: &[(usize, usize)]) -> Vec<Rating> {
    levels.iter().map(|&(item, level)| Rating { item, level }).collect()
}

/// All h, or all levels of so many items.
pub(crate) fn states(base: usize, places: usize) -> impl Iterator<Item = Vec<usize>> {
    (0..base.pow(places as u32))
        .map(move |state| (0..places).map(|place| state / base.pow(place as u32) % base).collect())
}

/// −E(V, h), by loops.
pub(crate) fn negative_energy(rbm: &Small, v: &[Rating], rated: &[usize], h: &[usize]) -> f64 {
    let mut sum: f64 = v.iter().map(|r| rbm.visible_bias()[[r.item, r.level]]).sum();
    for (j, &h) in h.iter().enumerate() {
        let mut field = rbm.hidden_bias()[j];
        field += v.iter().map(|r| rbm.weight()[[r.item, r.level, j]]).sum::<f64>();
        if let Some(d) = rbm.rated() {
            field += v.iter().map(|r| d[[r.item, j]]).sum::<f64>() + rated.iter().map(|&i| d[[i, j]]).sum::<f64>();
        }
        sum += h as f64 * field;
    }
    sum
}

/// Every number of a model but its statistics, in order.
pub(crate) fn numbers(rbm: &Small) -> Vec<f64> {
    let mut all: Vec<f64> = rbm.weight().iter().chain(&rbm.visible_bias()).chain(&rbm.hidden_bias()).copied().collect();
    all.extend(rbm.rated().iter().flatten());
    all
}
