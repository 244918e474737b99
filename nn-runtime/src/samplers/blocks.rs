//! What a sampler needs of a model.

use crate::{Element, samplers::Draws};

/// A distribution p(x, y) of two blocks of variables, each of which can be drawn given the other; and, for each β from 0 to 1, one between a
/// simple distribution and p, usually p^β over its sum.
///
/// States lie in rows, one a chain. All methods take any number of them, the same of each block, and allocate nothing.
///
/// ```
/// use plumbline::samplers::{Blocks, Chains, Draws};
/// /// Two spins ±1 with p ∝ exp(x y).
/// struct Pair;
/// impl Pair {
///     fn draw(beta: f64, given: &[f64], drawn: &mut [f64], draws: Draws) {
///         for (chain, (drawn, given)) in drawn.iter_mut().zip(given).enumerate() {
///             let up = 1.0 / (1.0 + (-2.0 * beta * given).exp());
///             *drawn = if draws.uniform(chain, 1, 0) < up { 1.0 } else { -1.0 };
///         }
///     }
/// }
/// impl Blocks<f64> for Pair {
///     fn widths(&self) -> [usize; 2] {
///         [1, 1]
///     }
///     fn draw_second(&self, beta: f64, x: &[f64], y: &mut [f64], draws: Draws) {
///         Pair::draw(beta, x, y, draws);
///     }
///     fn draw_first(&self, beta: f64, y: &[f64], x: &mut [f64], draws: Draws) {
///         Pair::draw(beta, y, x, draws);
///     }
///     fn log_ratios(&self, from: f64, to: f64, _: &[f64], _: &mut [f64], ratios: &mut [f64]) {
///         // Σ over y of exp(β x y) is 2 cosh β for both x.
///         ratios.fill(to.cosh().ln() - from.cosh().ln());
///     }
/// }
/// let mut chains = Chains::starting_at(&Pair, vec![1.0; 10_000], 42)?;
/// chains.gibbs(&Pair, 10)?;
/// let agree = chains.first().iter().zip(chains.second()).filter(|(x, y)| x == y).count() as f64 / 1e4;
/// assert!((agree - 1.0 / (1.0 + (-2.0_f64).exp())).abs() < 0.02);
/// # Ok::<(), plumbline::samplers::SamplerError>(())
/// ```
pub trait Blocks<E: Element>: Sync {
    /// The numbers of a state of the first block x, and of one of the second block y.
    fn widths(&self) -> [usize; 2];

    /// Whether p_β is a distribution at this finite β of at least 0; yes unless a model says otherwise. Gaussian units have no variance at β = 0.
    fn is_proper_at(&self, _beta: f64) -> bool {
        true
    }

    /// y ∼ p_β(y | x), written over `second`.
    fn draw_second(&self, beta: f64, first: &[E], second: &mut [E], draws: Draws);

    /// x ∼ p_β(x | y), written over `first`.
    fn draw_first(&self, beta: f64, second: &[E], first: &mut [E], draws: Draws);

    /// ln f(x; `to`) − ln f(x; `from`) for each x, where f(x; β) is p_β(x) without the factor that makes its sum 1, y summed out. `scratch` has the
    /// size of as many states of the second block and holds anything, before and after.
    fn log_ratios(&self, from: f64, to: f64, first: &[E], scratch: &mut [E], ratios: &mut [f64]);

    /// [`Blocks::log_ratios`], and then y ∼ p(y | x) at `to` over `second`. A model in which both begin with the same sums writes this itself and
    /// calculates them once.
    fn log_ratios_and_draw(&self, from: f64, to: f64, first: &[E], second: &mut [E], ratios: &mut [f64], draws: Draws) {
        self.log_ratios(from, to, first, second, ratios);
        self.draw_second(to, first, second, draws);
    }
}

/// Chains that a thread takes at a time, at least. Parts are cut by the number of chains alone.
pub(crate) const PART: usize = 32;

/// Calls `f` with parts of rows of three slices, of `widths` numbers each, and the index of a part's first row; on several threads where
/// `work`, the operations of all rows, is worth them.
pub(crate) fn each_part<A: Send, B: Send, C: Send>(
    a: &mut [A],
    b: &mut [B],
    c: &mut [C],
    widths: [usize; 3],
    work: usize,
    f: &(impl Fn(&mut [A], &mut [B], &mut [C], usize) + Sync),
) {
    each_part_from(PART, a, b, c, widths, work, f);
}

/// [`each_part`], with parts of at least `least` rows.
pub(crate) fn each_part_from<A: Send, B: Send, C: Send>(
    least: usize,
    a: &mut [A],
    b: &mut [B],
    c: &mut [C],
    widths: [usize; 3],
    work: usize,
    f: &(impl Fn(&mut [A], &mut [B], &mut [C], usize) + Sync),
) {
    let rows = [a.len(), b.len(), c.len()].iter().zip(widths).find_map(|(length, width)| length.checked_div(width));
    let rows = rows.unwrap_or(0);
    // Below this many operations a second thread costs more than it saves.
    let threads = if work < 1 << 20 { 1 } else { crate::parallel::threads() };
    halves(a, b, c, widths, Rows { first: 0, count: rows, least }, threads, f);
}

#[derive(Clone, Copy)]
struct Rows {
    first: usize,
    count: usize,
    /// That a part has at least.
    least: usize,
}

fn halves<A: Send, B: Send, C: Send>(
    a: &mut [A],
    b: &mut [B],
    c: &mut [C],
    widths: [usize; 3],
    rows: Rows,
    threads: usize,
    f: &(impl Fn(&mut [A], &mut [B], &mut [C], usize) + Sync),
) {
    if rows.count < 2 * rows.least {
        return f(a, b, c, rows.first);
    }
    // Half of them, rounded to registers of rows.
    let count = (rows.count / 2 + 8) / 16 * 16;
    let (a, a_rest) = a.split_at_mut(count * widths[0]);
    let (b, b_rest) = b.split_at_mut(count * widths[1]);
    let (c, c_rest) = c.split_at_mut(count * widths[2]);
    let (head, tail) = (Rows { count, ..rows }, Rows { first: rows.first + count, count: rows.count - count, ..rows });
    if threads > 1 {
        let half = threads.div_ceil(2);
        rayon::join(
            || halves(a, b, c, widths, head, half, f),
            || halves(a_rest, b_rest, c_rest, widths, tail, half, f),
        );
    } else {
        halves(a, b, c, widths, head, 1, f);
        halves(a_rest, b_rest, c_rest, widths, tail, 1, f);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_met_once_with_its_index() {
        for rows in [0, 1, 31, 63, 64, 65, 100, 500, 1000] {
            for work in [0, usize::MAX] {
                let (mut a, mut b, mut c) = (vec![0_usize; rows * 3], vec![0_usize; rows], Vec::<u8>::new());
                each_part(&mut a, &mut b, &mut c, [3, 1, 0], work, &|a, b, c, first| {
                    assert!(a.len() == 3 * b.len() && c.is_empty());
                    for (row, (a, b)) in a.chunks_exact_mut(3).zip(b).enumerate() {
                        a.fill(first + row);
                        *b += first + row + 1;
                    }
                });
                assert!(a.iter().enumerate().all(|(i, &a)| a == i / 3));
                assert!(b.iter().enumerate().all(|(i, &b)| b == i + 1));
            }
        }
    }
}
