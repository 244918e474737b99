//! Sampled hidden states in the statistics: the same mean of the gradient as the means of the states give, a larger variance, and by how much.

use super::*;

/// The means and variances of a gradient's numbers over many seeds.
fn moments(gradients: impl ExactSizeIterator<Item = Vec<f64>>) -> [Vec<f64>; 2] {
    let count = gradients.len() as f64;
    let (mut sums, mut squares) = (Vec::new(), Vec::new());
    for gradient in gradients {
        sums.resize(gradient.len(), 0.0);
        squares.resize(gradient.len(), 0.0);
        for (i, g) in gradient.into_iter().enumerate() {
            sums[i] += g;
            squares[i] += g * g;
        }
    }
    let means: Vec<f64> = sums.iter().map(|sum| sum / count).collect();
    let variances =
        squares.iter().zip(&means).map(|(square, mean)| (square / count - mean * mean) * count / (count - 1.0));
    [means.clone(), variances.collect()]
}

#[test]
fn samples_have_the_expected_gradient_of_the_means() {
    let rbm: Small = model(2.0, 3);
    let rows = data(5000);
    for k in [1, 2] {
        let training = ContrastiveDivergence::new(k).seed(k as u64).sampled_hidden(true);
        // The products are 0 or 1, of twice as many as have a mean of their own.
        assert_near(&gradient(&rbm, &rows, training, 1), &expected_divergence(&rbm, &data(1), k), 10_000);
    }
    let exact = exact_gradient(&rbm, &data(1), |training| training);
    let many = data(5000);
    let persistent = ContrastiveDivergence::new(1).persistent(20_000).sampled_hidden(true);
    assert_near(&gradient(&rbm, &many, persistent, 30), &exact, 10_000);
    let fast = ContrastiveDivergence::new(1).fast_persistent(20_000, 0.0, 0.95).sampled_hidden(true);
    assert_near(&gradient(&rbm, &many, fast, 30), &exact, 10_000);
    let tempered = ContrastiveDivergence::new(1).tempered(20_000, Ladder::linear(1.0, 0.2, 2)).sampled_hidden(true);
    assert_near(&gradient(&rbm, &many, tempered, 30), &exact, 10_000);
}

/// A step of one sample is the notes': ΔW = ε (v hᵀ − v′ h′ᵀ), Δa = ε (v − v′), Δb = ε (h − h′), with states of 0 and 1 in all of them.
#[test]
fn a_step_is_made_of_states() {
    let rbm: Small = model(1.0, 2);
    let v = [1.0, 0.0, 1.0];
    let row = Batch::from_vec(v.to_vec()).unwrap();
    let mut seen = 0;
    for seed in 0..50 {
        let g = gradient(&rbm, &row, ContrastiveDivergence::new(1).seed(seed).sampled_hidden(true), 1);
        let states = [-1.0, 0.0, 1.0];
        assert!(g.iter().all(|g| states.contains(g)), "{g:?}");
        let after: Vec<f64> = (0..3).map(|i| g[6 + i] + v[i]).collect();
        // For some h and h′ of two states each all numbers fit.
        let fits = |h: &[f64], other: &[f64]| {
            (0..6).all(|k| g[k] == other[k / 3] * after[k % 3] - h[k / 3] * v[k % 3])
                && (0..2).all(|j| g[9 + j] == other[j] - h[j])
        };
        let all = bits(2);
        assert!(all.iter().any(|h| all.iter().any(|other| fits(h, other))), "{g:?}");
        seen += usize::from(g.iter().any(|g| *g != 0.0));
    }
    assert!(seen > 25);
}

/// With persistent chains, data and chains add Var(hⱼ | v) vᵢ² / (B T)² each: the formula of the documentation, against 4000 seeds. The estimate of a variance from
/// n normal numbers is off by √(2 / n) of itself: five of these are 0.11.
#[test]
fn samples_have_the_documented_variance() {
    let (temperature, chains) = (0.8, 6);
    let mut rbm: Small = model(1.0, 4);
    rbm.set_temperature(temperature).unwrap();
    let rows = data(2);
    let samples = rows.samples() as f64;
    let run = |sampled: bool| {
        let gradients = (0..4000_u32).map(|seed| {
            let training = ContrastiveDivergence::new(8).persistent(chains).seed(seed.into()).sampled_hidden(sampled);
            gradient(&rbm, &rows, training, 1)
        });
        moments(gradients)
    };
    let [[mean_of_means, of_means], [mean_of_samples, of_samples]] = [run(false), run(true)];
    // Σ over the data of p (1 − p) v², and its mean over the model for a chain.
    let spread = |h: &[f64], v: &[f64], k: usize| match k {
        0..6 => h[k / 3] * (1.0 - h[k / 3]) * v[k % 3].powi(2),
        6..9 => 0.0,
        _ => h[k - 9] * (1.0 - h[k - 9]),
    };
    let h = rbm.hidden_means(&rows);
    let all: Rows = Batch::from_vec(bits(3).concat()).unwrap();
    let (of_all, free) = (rbm.hidden_means(&all), rbm.free_energies(&all));
    let log_partition = rbm.log_partition_exact();
    for k in 0..11 {
        let pairs = h.as_slice().chunks(2).zip(rows.as_slice().chunks(3));
        let data: f64 = pairs.map(|(h, v)| spread(h, v, k)).sum::<f64>() / samples.powi(2);
        let pairs = of_all.as_slice().chunks(2).zip(all.as_slice().chunks(3)).zip(&free);
        let of_model = pairs.map(|((h, v), free)| (-free / temperature - log_partition).exp() * spread(h, v, k));
        let added = (data + of_model.sum::<f64>() / chains as f64) / temperature.powi(2);
        let expected = of_means[k] + added;
        assert!((of_samples[k] / expected - 1.0).abs() < 0.16, "number {k}: {}, expected {expected}", of_samples[k]);
        // All weights and hidden biases have clearly more; the visible biases see no hidden state.
        assert!(if (6..9).contains(&k) { added == 0.0 } else { of_samples[k] > 1.3 * of_means[k] }, "number {k}");
        let bound = 5.0 * ((of_means[k] + of_samples[k]) / 4000.0).sqrt();
        assert!((mean_of_means[k] - mean_of_samples[k]).abs() < bound, "number {k}");
    }
}
