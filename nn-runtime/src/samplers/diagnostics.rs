//! Whether chains have mixed, and how many independent draws they are worth.

use crate::samplers::SamplerError;

/// The rank-normalized split-R̂: the square root of the variance of all draws over the mean variance within the halves of the chains, of the
/// ranks as normal scores; the larger of that of the draws and that of their distances from the median (Vehtari, Gelman, Simpson, Carpenter and
/// Bürkner, 2021, after Gelman and Rubin, 1992).
///
/// 1 where the chains have mixed; above 1.01 they have not. Infinite where chains stand still in different places.
///
/// ```
/// use plumbline::samplers::{Draws, split_r_hat};
/// let chain = |chain: usize, shift: f64| (0..500).map(|i| shift + Draws::new(1, 0).normal(chain, 500, i)).collect::<Vec<_>>();
/// assert!(split_r_hat(&[chain(0, 0.0), chain(1, 0.0)])? < 1.01);
/// assert!(split_r_hat(&[chain(0, 0.0), chain(1, 3.0)])? > 1.5);
/// # Ok::<(), plumbline::samplers::SamplerError>(())
/// ```
///
/// # Errors
///
/// [`SamplerError::Draws`] for fewer than four draws a chain or no chain, [`SamplerError::Ragged`] for chains of different lengths,
/// [`SamplerError::Value`] for a draw that is not finite.
pub fn split_r_hat<C: AsRef<[f64]>>(chains: &[C]) -> Result<f64, SamplerError> {
    let halves = split(chains)?;
    let mut all: Vec<f64> = halves.iter().flatten().copied().collect();
    all.sort_by(f64::total_cmp);
    let median = f64::midpoint(all[(all.len() - 1) / 2], all[all.len() / 2]);
    let folded: Vec<Vec<f64>> = halves.iter().map(|half| half.iter().map(|x| (x - median).abs()).collect()).collect();
    Ok(r_hat(&normal_scores(&halves)).max(r_hat(&normal_scores(&folded))))
}

/// The bulk effective sample size: how many independent draws tell as much of the centre of the distribution, from the autocorrelations of the
/// draws' normal scores in the halves of the chains, summed as far as they decrease (Vehtari et al., 2021, after Geyer, 1992).
///
/// ```
/// use plumbline::samplers::{Draws, effective_sample_size};
/// let draws = Draws::new(1, 0);
/// // Each number remembers half of the one before: worth about a third of as many independent ones.
/// let chain = |chain: usize| (0..4000).scan(0.0, |x, i| { *x = 0.5 * *x + draws.normal(chain, 4000, i); Some(*x) }).collect::<Vec<f64>>();
/// let size = effective_sample_size(&[chain(0), chain(1)])?;
/// assert!((size / 8000.0 - 1.0 / 3.0).abs() < 0.05);
/// # Ok::<(), plumbline::samplers::SamplerError>(())
/// ```
///
/// # Errors
///
/// As [`split_r_hat`].
pub fn effective_sample_size<C: AsRef<[f64]>>(chains: &[C]) -> Result<f64, SamplerError> {
    Ok(effective(&normal_scores(&split(chains)?)))
}

/// The tail effective sample size: the smaller of those for the share of draws below the 5 % and below the 95 % quantile (Vehtari et al., 2021).
///
/// ```
/// use plumbline::samplers::{Draws, tail_effective_sample_size};
/// let chain = |chain: usize| (0..1000).map(|i| Draws::new(1, 0).normal(chain, 1000, i)).collect::<Vec<_>>();
/// assert!(tail_effective_sample_size(&[chain(0), chain(1)])? > 1500.0);
/// # Ok::<(), plumbline::samplers::SamplerError>(())
/// ```
///
/// # Errors
///
/// As [`split_r_hat`].
pub fn tail_effective_sample_size<C: AsRef<[f64]>>(chains: &[C]) -> Result<f64, SamplerError> {
    let halves = split(chains)?;
    let mut all: Vec<f64> = halves.iter().flatten().copied().collect();
    all.sort_by(f64::total_cmp);
    let size = |part: f64| {
        let place = part * (all.len() - 1) as f64;
        let (low, high) = (all[place.floor() as usize], all[place.ceil() as usize]);
        let quantile = low + (high - low) * place.fract();
        let below = |half: &Vec<f64>| half.iter().map(|&x| f64::from(u8::from(x <= quantile))).collect();
        effective(&halves.iter().map(below).collect::<Vec<_>>())
    };
    Ok(size(0.05).min(size(0.95)))
}

/// The halves of each chain, without the middle draw of an odd number.
fn split<C: AsRef<[f64]>>(chains: &[C]) -> Result<Vec<Vec<f64>>, SamplerError> {
    let expected = chains.first().map_or(0, |chain| chain.as_ref().len());
    if expected < 4 {
        return Err(SamplerError::Draws { expected: 4, found: expected });
    }
    let mut halves = Vec::with_capacity(2 * chains.len());
    for (index, chain) in chains.iter().enumerate() {
        let chain = chain.as_ref();
        if chain.len() != expected {
            return Err(SamplerError::Ragged { expected, found: chain.len(), chain: index });
        }
        if let Some((place, &found)) = chain.iter().enumerate().find(|(_, x)| !x.is_finite()) {
            return Err(SamplerError::Value { found, place, chain: index });
        }
        halves.push(chain[..expected / 2].to_vec());
        halves.push(chain[expected - expected / 2..].to_vec());
    }
    Ok(halves)
}

/// Each draw becomes Φ⁻¹((r − ⅜) / (S + ¼)), r its rank among all S; equal draws share the mean of their ranks.
fn normal_scores(chains: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let width = chains[0].len();
    let all: Vec<f64> = chains.iter().flatten().copied().collect();
    let mut order: Vec<usize> = (0..all.len()).collect();
    order.sort_by(|&a, &b| all[a].total_cmp(&all[b]));
    let mut scores = vec![0.0; all.len()];
    for equal in order.chunk_by(|&a, &b| all[a] == all[b]) {
        // Ranks count from 1; those of a group are consecutive.
        let start = order.partition_point(|&i| all[i] < all[equal[0]]) as f64;
        let rank = start + f64::midpoint(1.0, equal.len() as f64);
        let score = inverse_normal((rank - 0.375) / (all.len() as f64 + 0.25));
        equal.iter().for_each(|&i| scores[i] = score);
    }
    scores.chunks(width).map(<[f64]>::to_vec).collect()
}

fn mean(x: &[f64]) -> f64 {
    x.iter().sum::<f64>() / x.len() as f64
}

/// The unbiased variance.
fn variance(x: &[f64]) -> f64 {
    let mean = mean(x);
    x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (x.len() - 1) as f64
}

fn r_hat(chains: &[Vec<f64>]) -> f64 {
    let n = chains[0].len() as f64;
    let between = variance(&chains.iter().map(|chain| mean(chain)).collect::<Vec<_>>());
    let within = mean(&chains.iter().map(|chain| variance(chain)).collect::<Vec<_>>());
    if between == 0.0 && within == 0.0 {
        // All draws are equal: nothing speaks against the chains having mixed.
        return 1.0;
    }
    ((n - 1.0) / n + between / within).sqrt()
}

fn effective(chains: &[Vec<f64>]) -> f64 {
    let (n, total) = (chains[0].len(), (chains.len() * chains[0].len()) as f64);
    let means: Vec<f64> = chains.iter().map(|chain| mean(chain)).collect();
    let within = mean(&chains.iter().map(|chain| variance(chain)).collect::<Vec<_>>());
    let all = within * (n as f64 - 1.0) / n as f64 + variance(&means);
    if all == 0.0 {
        return total;
    }
    let correlation = |lag: usize| {
        let covariance = |(chain, mean): (&Vec<f64>, &f64)| {
            let sum: f64 = chain.iter().zip(&chain[lag..]).map(|(a, b)| (a - mean) * (b - mean)).sum();
            sum / n as f64
        };
        let covariances: Vec<f64> = chains.iter().zip(&means).map(covariance).collect();
        1.0 - (within - mean(&covariances)) / all
    };
    // Sums of neighbours are positive and decrease for a reversible chain; noise ends where they do not (Geyer's initial monotone sequence).
    let mut pair = 1.0 + correlation(1);
    let (mut sum, mut lag) = (0.0, 2);
    let mut rest = 0.0;
    while pair > 0.0 && lag + 1 < n {
        sum += pair;
        let (even, odd) = (correlation(lag), correlation(lag + 1));
        rest = even.max(0.0);
        pair = (even + odd).min(pair);
        lag += 2;
    }
    // Of the pair that was cut off the first may still tell, which lowers the variance where chains alternate.
    let time = (-1.0 + 2.0 * sum + rest).max(1.0 / total.log10());
    total / time
}

/// Φ⁻¹(p): a rational approximation to 10⁻⁹ (Acklam, 2003), and a step of Halley's method.
fn inverse_normal(p: f64) -> f64 {
    const A: [f64; 6] = [
        -3.969_683_028_665_376e1,
        2.209_460_984_245_205e2,
        -2.759_285_104_469_687e2,
        1.383_577_518_672_69e2,
        -3.066_479_806_614_716e1,
        2.506_628_277_459_239,
    ];
    const B: [f64; 6] = [
        -5.447_609_879_822_406e1,
        1.615_858_368_580_409e2,
        -1.556_989_798_598_866e2,
        6.680_131_188_771_972e1,
        -1.328_068_155_288_572e1,
        1.0,
    ];
    const C: [f64; 6] = [
        -7.784_894_002_430_293e-3,
        -3.223_964_580_411_365e-1,
        -2.400_758_277_161_838,
        -2.549_732_539_343_734,
        4.374_664_141_464_968,
        2.938_163_982_698_783,
    ];
    const D: [f64; 5] =
        [7.784_695_709_041_462e-3, 3.224_671_290_700_398e-1, 2.445_134_137_142_996, 3.754_408_661_907_416, 1.0];
    let polynomial = |c: &[f64], x: f64| c.iter().fold(0.0, |sum, c| sum * x + c);
    let tail = |p: f64| {
        let q = (-2.0 * p.ln()).sqrt();
        polynomial(&C, q) / polynomial(&D, q)
    };
    let x = if p < 0.02425 {
        tail(p)
    } else if p > 1.0 - 0.02425 {
        -tail(1.0 - p)
    } else {
        let q = p - 0.5;
        q * polynomial(&A, q * q) / polynomial(&B, q * q)
    };
    let error = 0.5 * libm::erfc(-x / std::f64::consts::SQRT_2) - p;
    let u = error * (2.0 * std::f64::consts::PI).sqrt() * (x * x / 2.0).exp();
    x - u / (1.0 + x * u / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samplers::Draws;

    /// x ← φ x + noise, from its stationary distribution on.
    fn autoregressive(chain: usize, length: usize, phi: f64) -> Vec<f64> {
        let draws = Draws::new(5, 0);
        let mut x = draws.normal(chain, length + 1, length) / (1.0 - phi * phi).sqrt();
        (0..length)
            .map(|i| {
                x = phi * x + draws.normal(chain, length + 1, i);
                x
            })
            .collect()
    }

    #[test]
    fn the_size_follows_the_autocorrelation() {
        // (1 − φ) / (1 + φ) of independent draws, also where they alternate and so tell more.
        for (phi, tolerance) in [(0.0, 0.1), (0.6, 0.15), (0.9, 0.15), (-0.4, 0.15)] {
            let chains: Vec<_> = (0..4).map(|chain| autoregressive(chain, 5000, phi)).collect();
            let found = effective_sample_size(&chains).unwrap() / 20_000.0;
            let expected = (1.0 - phi) / (1.0 + phi);
            assert!((found / expected - 1.0).abs() < tolerance, "φ = {phi}: {found}, expected {expected}");
            let tail = tail_effective_sample_size(&chains).unwrap() / 20_000.0;
            assert!(tail < 1.3 && tail > 0.5 * expected.min(1.0), "φ = {phi}: {tail} of the tails");
            assert!((split_r_hat(&chains).unwrap() - 1.0).abs() < 0.01);
        }
    }

    #[test]
    fn chains_that_differ_in_place_or_width_or_drift_are_found() {
        let base: Vec<_> = (0..4).map(|chain| autoregressive(chain, 1000, 0.3)).collect();
        let mut moved = base.clone();
        moved[0].iter_mut().for_each(|x| *x += 1.0);
        let mut wide = base.clone();
        wide[0].iter_mut().for_each(|x| *x *= 3.0);
        let drift: Vec<Vec<f64>> =
            base.iter().map(|chain| chain.iter().enumerate().map(|(i, x)| x + i as f64 / 300.0).collect()).collect();
        for chains in [&moved, &wide, &drift] {
            assert!(split_r_hat(chains).unwrap() > 1.02);
        }
        assert!(effective_sample_size(&drift).unwrap() < 100.0);
    }

    #[test]
    fn the_ranks_are_normal_scores_and_ties_share_theirs() {
        let scores = normal_scores(&[vec![5.0, 1.0], vec![1.0, 9.0]]);
        let score = |rank: f64| inverse_normal((rank - 0.375) / 4.25);
        assert_eq!(scores, [vec![score(3.0), score(1.5)], vec![score(1.5), score(4.0)]]);
        for (p, x) in [(0.5, 0.0), (0.975, 1.959_963_984_540_054), (1e-6, -4.753_424_308_822_899)] {
            assert!((inverse_normal(p) - x).abs() < 1e-12, "{p}: {}", inverse_normal(p));
        }
    }

    #[test]
    fn constant_chains_and_bad_draws() {
        assert_eq!(split_r_hat(&[[2.0; 8]; 2]), Ok(1.0));
        assert_eq!(effective_sample_size(&[[2.0; 8]; 2]), Ok(16.0));
        assert_eq!(split_r_hat(&[[1.0; 8], [2.0; 8]]), Ok(f64::INFINITY));
        let none: [Vec<f64>; 0] = [];
        assert_eq!(split_r_hat(&none), Err(SamplerError::Draws { expected: 4, found: 0 }));
        let ragged = effective_sample_size(&[vec![1.0; 8], vec![1.0; 7]]);
        assert_eq!(ragged, Err(SamplerError::Ragged { expected: 8, found: 7, chain: 1 }));
        let error = split_r_hat(&[vec![0.0; 4], vec![0.0, 1.0, f64::NAN, 2.0]]).unwrap_err();
        assert_eq!(error.to_string(), "expected finite draws, found NaN at place 2 of chain 1");
    }
}
