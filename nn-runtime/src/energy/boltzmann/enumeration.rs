//! Sums over all states of units with couplings between all pairs.

use rayon::prelude::*;

use crate::{energy::rbm::LogSum, kernels::scratch};

/// Units whose states are laid out in a table; the other units' are gone through one after the other.
const TABLE: usize = 10;

/// Parts that the states are cut into, at most.
const PARTS: usize = 64;

/// exp(½ sᵀ W s + bᵀ s) over all s in {0, 1}ⁿ, for any b. The state's number has unit i as its bit i.
#[derive(Debug)]
pub(super) struct Enumeration {
    units: usize,
    /// W / T.
    weight: Vec<f64>,
    /// ½ sᵀ W s of the states of the first units.
    pairs: Vec<f64>,
}

/// Σ p(s) s and Σ p(s) s sᵀ.
#[derive(Clone, Debug)]
pub(super) struct Sums {
    pub(super) means: Vec<f64>,
    /// Row by row; the diagonal has the means.
    pub(super) products: Vec<f64>,
}

impl Sums {
    pub(super) fn zeros(units: usize) -> Self {
        Sums { means: vec![0.0; units], products: vec![0.0; units * units] }
    }

    pub(super) fn add(&mut self, other: &Sums) {
        self.means.iter_mut().zip(&other.means).for_each(|(to, from)| *to += from);
        self.products.iter_mut().zip(&other.products).for_each(|(to, from)| *to += from);
    }
}

/// Doubles `table` for each number: the states with its bit have that number more.
fn double(table: &mut [f64], numbers: impl Iterator<Item = f64>) {
    let mut filled = 1;
    for number in numbers {
        let (without, with) = table.split_at_mut(filled);
        with.iter_mut().zip(without).for_each(|(with, without)| *with = *without + number);
        filled *= 2;
    }
}

/// For each bit the sum over the states that have it, from the highest bit down, and at last the sum over all states. `table` is used up.
fn fold(mut table: &mut [f64], mut f: impl FnMut(usize, &[f64])) -> f64 {
    while table.len() > 1 {
        let (without, with) = table.split_at_mut(table.len() / 2);
        f(without.len().ilog2() as usize, with);
        without.iter_mut().zip(with).for_each(|(without, with)| *without += *with);
        table = without;
    }
    table.first().copied().unwrap_or(0.0)
}

impl Enumeration {
    pub(super) fn new(units: usize, weight: Vec<f64>) -> Self {
        let table = units.min(TABLE);
        let mut pairs = vec![0.0; 1 << table];
        for unit in 0..table {
            // States whose highest bit is that of the unit: the pairs of the bits below, and the unit's with each of them.
            let (below, rest) = pairs.split_at_mut(1 << unit);
            let own = &mut rest[..1 << unit];
            own.fill(0.0);
            double(own, weight[unit * units..unit * units + unit].iter().copied());
            own.iter_mut().zip(below).for_each(|(own, below)| *own += *below);
        }
        Enumeration { units, weight, pairs }
    }

    fn table(&self) -> usize {
        self.units.min(TABLE)
    }

    /// The states of the units outside the table.
    fn outer(&self) -> usize {
        1 << (self.units - self.table())
    }

    fn coupling(&self, i: usize, j: usize) -> f64 {
        self.weight[i * self.units + j]
    }

    /// The units outside the table that have their bit in `outer`.
    fn set(&self, outer: usize) -> impl Iterator<Item = usize> + Clone {
        let table = self.table();
        (table..self.units).filter(move |unit| outer >> (unit - table) & 1 == 1)
    }

    /// ½ sᵀ W s + bᵀ s of the states of the table with one state of the other units.
    fn row(&self, bias: &[f64], outer: usize, row: &mut [f64]) {
        let set = self.set(outer);
        let among = |i: usize| set.clone().filter(|&j| j < i).map(|j| self.coupling(i, j)).sum::<f64>();
        row[0] = set.clone().map(|i| bias[i] + among(i)).sum();
        double(row, (0..self.table()).map(|l| bias[l] + set.clone().map(|i| self.coupling(i, l)).sum::<f64>()));
        row.iter_mut().zip(&self.pairs).for_each(|(x, pairs)| *x += pairs);
    }

    /// Calls `f` for the states of the table with each of `outers`.
    fn each(&self, bias: &[f64], outers: std::ops::Range<usize>, mut f: impl FnMut(usize, &mut [f64])) {
        scratch::with(1 << self.table(), |row| {
            for outer in outers {
                self.row(bias, outer, row);
                f(outer, row);
            }
        });
    }

    /// The states of the other units, in parts that depend on their number alone.
    fn parts(&self) -> impl IndexedParallelIterator<Item = std::ops::Range<usize>> {
        let size = self.outer().div_ceil(PARTS);
        let parts = self.outer().div_ceil(size);
        crate::parallel::ready();
        (0..parts).into_par_iter().map(move |part| part * size..(part + 1) * size)
    }

    /// ln Σ exp(½ sᵀ W s + bᵀ s).
    pub(super) fn log_sum(&self, bias: &[f64]) -> f64 {
        let part = |outers| {
            let mut sum = LogSum::default();
            self.each(bias, outers, |_, row| sum.add_all(row));
            sum
        };
        let parts: Vec<LogSum> = self.parts().map(part).collect();
        let mut sum = LogSum::default();
        parts.into_iter().for_each(|part| sum.merge(part));
        sum.total()
    }

    /// p of each state.
    pub(super) fn probabilities(&self, bias: &[f64]) -> Vec<f64> {
        let (log_sum, table) = (self.log_sum(bias), 1 << self.table());
        let mut p = vec![0.0; table * self.outer()];
        crate::parallel::ready();
        p.par_chunks_exact_mut(table).enumerate().for_each(|(outer, row)| {
            self.row(bias, outer, row);
            row.iter_mut().for_each(|x| *x = (*x - log_sum).exp());
        });
        p
    }

    /// Σ p(s) s and Σ p(s) s sᵀ; and ln Σ exp(½ sᵀ W s + bᵀ s), of which they are the derivatives.
    pub(super) fn sums(&self, bias: &[f64]) -> (Sums, f64) {
        let log_sum = self.log_sum(bias);
        let part = |outers| {
            let (mut sums, mut inner) = (Sums::zeros(self.units), vec![0.0; 1 << self.table()]);
            let mut firsts = [0.0; TABLE];
            self.each(bias, outers, |outer, row| {
                row.iter_mut().for_each(|x| *x = (*x - log_sum).exp());
                inner.iter_mut().zip(&*row).for_each(|(inner, p)| *inner += p);
                // Σ p s of the units of the table, and Σ p.
                let all = fold(row, |unit, with| firsts[unit] = with.iter().sum());
                for i in self.set(outer) {
                    sums.means[i] += all;
                    let products = &mut sums.products[i * self.units..(i + 1) * self.units];
                    products.iter_mut().zip(&firsts[..self.table()]).for_each(|(sum, first)| *sum += first);
                    self.set(outer).filter(|&j| j < i).for_each(|j| products[j] += all);
                }
            });
            (sums, inner)
        };
        let parts: Vec<_> = self.parts().map(part).collect();
        let (mut sums, mut inner) = (Sums::zeros(self.units), vec![0.0; 1 << self.table()]);
        for (part, table) in &parts {
            sums.add(part);
            inner.iter_mut().zip(table).for_each(|(to, from)| *to += from);
        }
        // Pairs within the table, by the same folding of the states that have one of them.
        let mut with_unit = Vec::new();
        fold(&mut inner, |unit, with| {
            with_unit.clear();
            with_unit.extend_from_slice(with);
            let products = &mut sums.products[unit * self.units..(unit + 1) * self.units];
            sums.means[unit] = fold(&mut with_unit, |other, both| products[other] = both.iter().sum());
        });
        for i in 0..self.units {
            sums.products[i * self.units + i] = sums.means[i];
            for j in 0..i {
                sums.products[j * self.units + i] = sums.products[i * self.units + j];
            }
        }
        (sums, log_sum)
    }
}
