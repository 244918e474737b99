//! How many patterns there is room for, and how many of their bits change.

use std::ops::Deref;

use crate::{
    Batch, Element,
    energy::{EnergyError, Hopfield},
    shape::FixedDimension,
};

/// ln x for x ≥ 1: k ln 2 + 2 artanh((m − 1) / (m + 1)) for x = m 2^k, with m from 1 to 2. The standard library's is no constant function.
const fn ln(mut x: f64) -> f64 {
    let mut sum = 0.0;
    while x >= 2.0 {
        x /= 2.0;
        sum += std::f64::consts::LN_2;
    }
    let ratio = (x - 1.0) / (x + 1.0);
    // The ratio is at most a third: the terms left out are below 10⁻¹⁸.
    let (mut power, mut odd) = (2.0 * ratio, 1.0);
    while odd < 36.0 {
        sum += power / odd;
        power *= ratio * ratio;
        odd += 2.0;
    }
    sum
}

/// ⌊n / (4 ln n)⌋
const fn perfect(units: usize) -> usize {
    if units < 2 { 0 } else { (units as f64 / (4.0 * ln(units as f64))) as usize }
}

impl<I: FixedDimension, U, E: Element> Hopfield<I, U, E> {
    /// ⌊0.138 n⌋: about as many random patterns as Hebb's rule can store before recall fails altogether (Amit, Gutfreund and Sompolinsky, 1985,
    /// for large n). Below it, recall ends in states of which some 1.6 % of the bits are wrong at most.
    ///
    /// ```
    /// use plumbline::{Const, energy::Hopfield};
    /// const ROOM: usize = Hopfield::<Const<1000>>::CAPACITY;
    /// assert_eq!((ROOM, Hopfield::<Const<1000>>::PERFECT_CAPACITY), (138, 36));
    /// ```
    pub const CAPACITY: usize = (I::SIZE as u128 * 138 / 1000) as usize;

    /// ⌊n / (4 ln n)⌋: as many random patterns as Hebb's rule stores so that all of them stay without an error, with a probability that goes to
    /// 1 as n grows (McEliece, Posner, Rodemich and Venkatesh, 1987). Of twice as many, each stays with such a probability.
    pub const PERFECT_CAPACITY: usize = perfect(I::SIZE);

    /// ½ erfc(1 / √(2α)): the probability that a bit of one of `patterns` random patterns, stored by Hebb's rule, is wrong after one synchronous
    /// step from the pattern (Hertz, Krogh and Palmer, 1991, section 2.2). Here α = (p − 1) / (n − 1), which for large n is p / n: without a
    /// diagonal, the p − 1 other patterns add (p − 1)(n − 1) random signs to the n − 1 of the pattern's own. Their sum is taken as normal.
    ///
    /// ```
    /// use plumbline::{Const, energy::Hopfield};
    /// let p = Hopfield::<Const<1000>>::bit_error_predicted(138);
    /// assert!((p - 0.0035).abs() < 1e-4);
    /// assert_eq!(Hopfield::<Const<1000>>::bit_error_predicted(1), 0.0);
    /// ```
    pub fn bit_error_predicted(patterns: usize) -> f64 {
        let others = patterns.saturating_sub(1) as f64;
        // Infinite, and so without an error, for no others.
        let signal = I::SIZE.saturating_sub(1) as f64 / others;
        if others == 0.0 { 0.0 } else { 0.5 * libm::erfc((signal / 2.0).sqrt()) }
    }

    /// The bits of `patterns` that change in one synchronous step from them.
    ///
    /// ```
    /// use plumbline::{Batch, Const, energy::Hopfield};
    /// let patterns = Batch::from_vec(vec![1.0, -1.0, 1.0, 1.0, -1.0, 1.0])?;
    /// let mut net: Hopfield<Const<3>> = Hopfield::zeros();
    /// net.store_hebbian(&patterns)?;
    /// let error = net.bit_error_measured(&patterns)?;
    /// // The second pattern is the first one's negative: both stay.
    /// assert_eq!((error.wrong, error.bits), (0, 6));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`EnergyError::Value`] for a number other than −1 and 1, [`EnergyError::Empty`] for no patterns,
    /// [`EnergyError::Overflow`] for connections so large that a sum of them is not finite.
    pub fn bit_error_measured<D>(&self, patterns: &Batch<(I,), E, D>) -> Result<BitError, EnergyError>
    where
        D: Deref<Target = [E]>,
    {
        self.check_patterns(patterns)?;
        let next = self.step(patterns)?;
        let wrong = next.as_slice().iter().zip(patterns.as_slice()).filter(|(a, b)| a != b).count();
        Ok(BitError { wrong: wrong as u64, bits: patterns.as_slice().len() as u64 })
    }
}

/// How many bits were wrong, of how many.
///
/// ```
/// use plumbline::energy::BitError;
/// let error = BitError { wrong: 10, bits: 1000 };
/// assert_eq!(error.rate(), 0.01);
/// let (low, high) = error.interval(1.96);
/// assert!((low - 0.0054).abs() < 1e-4 && (high - 0.0183).abs() < 1e-4);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BitError {
    /// The wrong bits.
    pub wrong: u64,
    /// All bits.
    pub bits: u64,
}

impl BitError {
    /// The part that is wrong, NaN of none.
    pub fn rate(self) -> f64 {
        self.wrong as f64 / self.bits as f64
    }

    /// From where to where the probability of a wrong bit lies by the score test at `z` standard deviations (Wilson, 1927), if the bits are
    /// independent: with 1.96, in 95 of 100 cases. Those of one network are not quite, as they share the overlaps of its patterns: at a load of
    /// 0.138 their count spreads some 1.8 times as wide. [`BitError::interval_of`] several networks allows for that.
    pub fn interval(self, z: f64) -> (f64, f64) {
        wilson(self.rate(), self.bits as f64, z)
    }

    /// [`BitError::interval`] of the bits of several networks together, which count for as many independent ones as the spread from network to
    /// network says, and for no more than they are (Kish's design effect, 1965). Of one network, nothing is known of the spread.
    ///
    /// ```
    /// use plumbline::energy::BitError;
    /// let of = |wrong| BitError { wrong, bits: 1000 };
    /// let (alike, apart) = ([10, 9, 11, 10].map(of), [0, 30, 2, 8].map(of));
    /// let sum = BitError { wrong: 40, bits: 4000 };
    /// assert_eq!(BitError::interval_of(&alike, 1.96), sum.interval(1.96));
    /// let (low, high) = BitError::interval_of(&apart, 1.96);
    /// assert!(low < 0.003 && high > 0.03);
    /// ```
    pub fn interval_of(networks: &[BitError], z: f64) -> (f64, f64) {
        let sum = networks.iter().fold(BitError::default(), |sum, &network| sum.and(network));
        let (rate, bits, count) = (sum.rate(), sum.bits as f64, networks.len() as f64);
        let squares: f64 = networks.iter().map(|one| (one.wrong as f64 - rate * one.bits as f64).powi(2)).sum();
        let independent = bits * rate * (1.0 - rate);
        let spread = if networks.len() < 2 { 1.0 } else { squares * count / (count - 1.0) / independent };
        // Where no bit or each is wrong, this is NaN, and the larger of it and 1 is 1.
        let spread = spread.max(1.0);
        wilson(rate, bits / spread, z)
    }

    /// These bits and others.
    #[must_use]
    pub fn and(self, other: BitError) -> BitError {
        BitError { wrong: self.wrong + other.wrong, bits: self.bits + other.bits }
    }
}

/// The probabilities at which a rate found in `bits` trials is `z` standard deviations away.
fn wilson(rate: f64, bits: f64, z: f64) -> (f64, f64) {
    let spread = z * (rate * (1.0 - rate) / bits + z * z / (4.0 * bits * bits)).sqrt();
    let (center, scale) = (rate + z * z / (2.0 * bits), 1.0 + z * z / bits);
    ((center - spread) / scale, (center + spread) / scale)
}
