//! What the samplers' tests share: a machine small enough to enumerate, and a test of frequencies.

use crate::{
    layers::testing::values,
    samplers::{Blocks, Draws},
};

/// The probability that a correct sampler fails one test of its frequencies; the seeds are fixed, so none fails by chance twice.
pub(crate) const ALPHA: f64 = 1e-5;

/// p(x, y) ∝ exp(β (bᵀx + cᵀy + yᵀ W x)) over bits, by loops.
#[derive(Clone, Debug)]
pub(crate) struct Machine {
    weight: Vec<f64>,
    biases: [Vec<f64>; 2],
}

impl Machine {
    pub(crate) fn new(visible: usize, hidden: usize, seed: u64) -> Self {
        let scaled = |count: usize, seed: u64| values::<f64>(count, seed).iter().map(|x| 1.5 * x).collect();
        Machine {
            weight: scaled(visible * hidden, seed),
            biases: [scaled(visible, seed + 100), scaled(hidden, seed + 200)],
        }
    }

    fn weight(&self, x: usize, y: usize) -> f64 {
        self.weight[y * self.biases[0].len() + x]
    }

    /// The probabilities of all states, the bits of x lowest.
    pub(crate) fn table(&self, beta: f64) -> Vec<f64> {
        let [visible, hidden] = self.widths();
        let bit = |state: usize, place: usize| ((state >> place) & 1) as f64;
        let unnormalized: Vec<f64> = (0..1 << (visible + hidden))
            .map(|state| {
                let x: f64 = (0..visible).map(|i| self.biases[0][i] * bit(state, i)).sum();
                let y: f64 = (0..hidden).map(|j| self.biases[1][j] * bit(state, visible + j)).sum();
                let xy: f64 = (0..visible * hidden)
                    .map(|k| self.weight[k] * bit(state, k % visible) * bit(state, visible + k / visible))
                    .sum();
                (beta * (x + y + xy)).exp()
            })
            .collect();
        let sum: f64 = unnormalized.iter().sum();
        unnormalized.iter().map(|p| p / sum).collect()
    }

    /// ln Σ exp(…) over all states at β.
    pub(crate) fn log_sum(&self, beta: f64) -> f64 {
        // The state of zeros has the unnormalized probability 1.
        -self.table(beta)[0].ln()
    }
}

impl Blocks<f64> for Machine {
    fn widths(&self) -> [usize; 2] {
        [self.biases[0].len(), self.biases[1].len()]
    }

    fn draw_second(&self, beta: f64, first: &[f64], second: &mut [f64], draws: Draws) {
        let [visible, hidden] = self.widths();
        for (x, y) in first.chunks(visible).zip(second.chunks_mut(hidden)) {
            for j in 0..hidden {
                let field = self.biases[1][j] + (0..visible).map(|i| self.weight(i, j) * x[i]).sum::<f64>();
                y[j] = 1.0 / (1.0 + (-beta * field).exp());
            }
        }
        draws.bernoulli(second, hidden);
    }

    fn draw_first(&self, beta: f64, second: &[f64], first: &mut [f64], draws: Draws) {
        let [visible, hidden] = self.widths();
        for (y, x) in second.chunks(hidden).zip(first.chunks_mut(visible)) {
            for i in 0..visible {
                let field = self.biases[0][i] + (0..hidden).map(|j| self.weight(i, j) * y[j]).sum::<f64>();
                x[i] = 1.0 / (1.0 + (-beta * field).exp());
            }
        }
        draws.bernoulli(first, visible);
    }

    fn log_ratios(&self, from: f64, to: f64, first: &[f64], _: &mut [f64], ratios: &mut [f64]) {
        let [visible, hidden] = self.widths();
        for (x, ratio) in first.chunks(visible).zip(ratios) {
            let log = |beta: f64| {
                let own: f64 = (0..visible).map(|i| self.biases[0][i] * x[i]).sum();
                let field = |j: usize| self.biases[1][j] + (0..visible).map(|i| self.weight(i, j) * x[i]).sum::<f64>();
                beta * own + (0..hidden).map(|j| (beta * field(j)).exp().ln_1p()).sum::<f64>()
            };
            *ratio = log(to) - log(from);
        }
    }
}

/// How often each state of bits occurs among rows of two blocks, the bits of the first block lowest.
pub(crate) fn frequencies<E: crate::Element>(first: &[E], width: usize, second: &[E], other: usize) -> Vec<usize> {
    let mut counts = vec![0; 1 << (width + other)];
    let rows = first.len() / width;
    for row in 0..rows {
        let x = first[row * width..(row + 1) * width].iter();
        let y = second[row * other..(row + 1) * other].iter();
        let state =
            x.chain(y).enumerate().fold(0, |state, (place, &bit)| state | usize::from(bit == E::one()) << place);
        counts[state] += 1;
    }
    counts
}

/// Pearson's χ² test: fails where counts as far from the probabilities as these come with a probability below `alpha`. States that are expected
/// less than five times are taken together; one that is impossible must not occur.
#[track_caller]
pub(crate) fn assert_frequencies(counts: &[usize], probabilities: &[f64], alpha: f64) {
    assert_eq!(counts.len(), probabilities.len());
    let total = counts.iter().sum::<usize>() as f64;
    let (mut statistic, mut cells) = (0.0, 0);
    let mut rest = (0.0, 0.0);
    for (state, (&count, &p)) in counts.iter().zip(probabilities).enumerate() {
        assert!(p > 0.0 || count == 0, "state {state} is impossible and occurs {count} times");
        let (count, expected) = (count as f64, total * p);
        if expected < 5.0 {
            rest = (rest.0 + count, rest.1 + expected);
        } else {
            statistic += (count - expected).powi(2) / expected;
            cells += 1;
        }
    }
    if rest.1 > 0.0 {
        statistic += (rest.0 - rest.1).powi(2) / rest.1;
        cells += 1;
    }
    let p = upper_gamma(f64::from(cells - 1) / 2.0, statistic / 2.0);
    assert!(p > alpha, "χ² = {statistic} with {cells} cells has probability {p}: {counts:?}");
}

/// Q(a, x), the upper regularized incomplete gamma function: 1 minus its series.
fn upper_gamma(a: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    let scale = (a * x.ln() - x - libm::lgamma(a)).exp();
    if x < a + 1.0 {
        let (mut term, mut sum, mut n) = (1.0 / a, 1.0 / a, a);
        while term > sum * 1e-16 {
            n += 1.0;
            term *= x / n;
            sum += term;
        }
        return 1.0 - scale * sum;
    }
    // Lentz's continued fraction.
    let (mut b, mut d) = (x + 1.0 - a, 1.0 / (x + 1.0 - a));
    let (mut c, mut h) = (1e300, d);
    for i in 1..500 {
        let an = -f64::from(i) * (f64::from(i) - a);
        b += 2.0;
        d = 1.0 / (an * d + b);
        c = b + an / c;
        h *= d * c;
    }
    scale * h
}

#[test]
fn the_test_of_frequencies_knows_its_own_distribution() {
    // Tables of χ²: 3.841 at one degree of freedom, 18.307 at ten, and 37.566 at twenty, for 5, 5 and 1 per cent.
    for (freedom, statistic, p) in [(1.0, 3.841_458_8, 0.05), (10.0, 18.307_038, 0.05), (20.0, 37.566_235, 0.01)] {
        assert!((upper_gamma(freedom / 2.0, statistic / 2.0) - p).abs() < 1e-7);
    }
    assert_frequencies(&[250, 260, 0], &[0.5, 0.5, 0.0], 1e-3);
    assert!(std::panic::catch_unwind(|| assert_frequencies(&[200, 300], &[0.5, 0.5], 1e-3)).is_err());
}
