//! The dense memory of real states.

use std::{marker::PhantomData, ops::Deref};

use crate::{
    Batch, Element,
    energy::{EnergyError, Outcome, Recall, Trace, error::check_positive},
    kernels::{
        matmul::{Matrix, MatrixMut, matmul},
        scratch, softmax,
    },
    samplers::each_part,
    shape::FixedDimension,
};

/// E(s) = −(1/β) ln Σ exp(β ξ·s) + ½ sᵀs + (1/β) ln p + ½ max ‖ξ‖² over the p stored patterns ξ, for real s: a dense associative memory whose
/// recall is attention (Ramsauer and others, 2021).
///
/// Recall sets s = Ξᵀ softmax(β Ξ s) with the patterns as rows of Ξ, which never lets E grow. A large β finds the nearest pattern, mostly in one
/// step; a small one a mean of patterns that are near each other. E is 0 at least. Exponentials are taken less the largest, and E is summed in
/// `f64`.
///
/// ```
/// use plumbline::{Batch, Const, energy::ContinuousMemory};
/// let mut memory: ContinuousMemory<Const<2>> = ContinuousMemory::new(8.0)?;
/// memory.store(&Batch::from_vec(vec![1.0, 0.0, 0.0, 1.0, -0.8, -0.6])?)?;
/// let recall = memory.recall(&Batch::from_vec(vec![0.9, 0.3, -0.5, -0.2])?)?;
/// let near = |s: &[f32], x: [f32; 2]| s.iter().zip(x).all(|(s, x)| (s - x).abs() < 0.01);
/// assert!(recall.converged());
/// assert!(near(recall.states.sample(0).unwrap(), [1.0, 0.0]) && near(recall.states.sample(1).unwrap(), [-0.8, -0.6]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct ContinuousMemory<I, E = f32> {
    /// Ξ, a pattern a row.
    patterns: Vec<E>,
    beta: f64,
    size: PhantomData<fn(I)>,
}

// Derived, these would ask the same of the size, of which no value exists.
impl<I, E: Clone> Clone for ContinuousMemory<I, E> {
    fn clone(&self) -> Self {
        ContinuousMemory { patterns: self.patterns.clone(), beta: self.beta, size: PhantomData }
    }
}

impl<I, E> std::fmt::Debug for ContinuousMemory<I, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let numbers = self.patterns.len();
        f.debug_struct("ContinuousMemory").field("beta", &self.beta).field("numbers", &numbers).finish_non_exhaustive()
    }
}

/// The unit roundoffs of the largest number of a pattern that a number of a state may still move by when it counts as staying.
const ROUNDING: f64 = 64.0;

/// Asks that each number is finite.
fn check_finite<E: Element>(numbers: &[E], width: usize) -> Result<(), EnergyError> {
    match numbers.iter().position(|x| !x.is_finite()) {
        None => Ok(()),
        Some(place) => Err(EnergyError::Value {
            expected: "finite numbers",
            found: numbers[place].as_f64(),
            sample: place / width,
            element: place % width,
        }),
    }
}

/// Asks that no product of a row of `numbers` with a vector of the length `longest` leaves the finite numbers, nor that times β. No partial sum of a product
/// is larger than the product of the lengths, so that half of the range leaves room for what rounding adds.
fn check_products<E: Element>(numbers: &[E], width: usize, longest: f64, beta: f64) -> Result<(), EnergyError> {
    let most = 0.5 * E::max_value().as_f64() / beta.max(1.0);
    let fits = |row: &[E]| squared(row).sqrt() * longest <= most;
    match numbers.chunks_exact(width.max(1)).position(|row| !fits(row)) {
        None => Ok(()),
        Some(sample) => {
            let row = &numbers[sample * width..(sample + 1) * width];
            let largest =
                (0..width).fold(0, |most, place| if row[place].abs() > row[most].abs() { place } else { most });
            let (expected, found) =
                ("numbers whose products with the patterns and β are finite", row[largest].as_f64());
            Err(EnergyError::Value { expected, found, sample, element: largest })
        }
    }
}

impl<I: FixedDimension, E: Element> ContinuousMemory<I, E> {
    /// The steps after which recall stops.
    pub const STEPS: usize = 1000;

    /// A memory without patterns and with the inverse temperature β. 1 / √n, as in attention, is a small one for patterns of numbers near 1.
    ///
    /// # Errors
    ///
    /// [`EnergyError::Option`] where β is not finite and above 0 as a number of the patterns' type.
    pub fn new(beta: f64) -> Result<Self, EnergyError> {
        check_positive("beta", beta)?;
        let rounded = E::from_f64(beta);
        if !(rounded > E::zero() && rounded.is_finite()) {
            let expected = if E::NAME == "f32" { "finite and above 0 in f32" } else { "finite and above 0" };
            return Err(EnergyError::Option { option: "beta", expected, found: beta });
        }
        Ok(ContinuousMemory { patterns: Vec::new(), beta, size: PhantomData })
    }

    /// Adds patterns to those that are stored.
    ///
    /// # Errors
    ///
    /// [`EnergyError::Value`] for a number that is not finite, or so large that β ξ·ξ is not, for this pattern and any other; [`EnergyError::Empty`] for no
    /// patterns. Then nothing is stored.
    pub fn store<D>(&mut self, patterns: &Batch<(I,), E, D>) -> Result<(), EnergyError>
    where
        D: Deref<Target = [E]>,
    {
        check_finite(patterns.as_slice(), I::SIZE)?;
        if patterns.as_slice().is_empty() {
            return Err(EnergyError::Empty { what: "patterns" });
        }
        let new = patterns.as_slice();
        let longest = new.chunks_exact(I::SIZE.max(1)).map(squared).fold(self.longest(), f64::max).sqrt();
        check_products(new, I::SIZE, longest, self.beta)?;
        self.patterns.extend_from_slice(new);
        Ok(())
    }

    /// The stored patterns, in the order in which they came.
    pub fn patterns(&self) -> Batch<(I,), E> {
        let mut patterns = Batch::zeros(self.count());
        patterns.as_mut_slice().copy_from_slice(&self.patterns);
        patterns
    }

    /// How many patterns are stored.
    pub fn count(&self) -> usize {
        self.patterns.len() / I::SIZE.max(1)
    }

    /// β.
    pub fn beta(&self) -> f64 {
        self.beta
    }

    fn check<D>(&self, states: &Batch<(I,), E, D>) -> Result<(), EnergyError>
    where
        D: Deref<Target = [E]>,
    {
        check_finite(states.as_slice(), I::SIZE)?;
        if self.count() == 0 {
            return Err(EnergyError::Empty { what: "a memory with patterns" });
        }
        check_products(states.as_slice(), I::SIZE, self.longest().sqrt(), self.beta)
    }

    /// β Ξ s for rows of states.
    fn logits_into(&self, states: &[E], logits: &mut [E]) {
        let (rows, count) = (states.len() / I::SIZE, self.count());
        let patterns = Matrix::row_major(&self.patterns, count, I::SIZE).transpose();
        let states = Matrix::row_major(states, rows, I::SIZE);
        matmul(MatrixMut::row_major(logits, rows, count), states, patterns, false);
        let beta = E::from_f64(self.beta);
        logits.iter_mut().for_each(|x| *x *= beta);
    }

    /// E(s) of a state with its logits.
    fn energy_of(&self, state: &[E], logits: &[E], longest: f64) -> f64 {
        let most = logits.iter().fold(f64::NEG_INFINITY, |most, x| most.max(x.as_f64()));
        let sum: f64 = logits.iter().map(|x| (x.as_f64() - most).exp()).sum();
        let log = most + (sum / self.count() as f64).ln();
        0.5 * (squared(state) + longest) - log / self.beta
    }

    /// max ‖ξ‖²
    fn longest(&self) -> f64 {
        self.patterns.chunks_exact(I::SIZE.max(1)).map(squared).fold(0.0, f64::max)
    }

    /// E(s) of each state.
    ///
    /// # Errors
    ///
    /// [`EnergyError::Value`] for a number that is not finite, or so large that β ξ·s is not; [`EnergyError::Empty`] where no patterns are stored.
    pub fn energies<D>(&self, states: &Batch<(I,), E, D>) -> Result<Vec<f64>, EnergyError>
    where
        D: Deref<Target = [E]>,
    {
        self.check(states)?;
        let mut logits = vec![E::zero(); states.samples() * self.count()];
        self.logits_into(states.as_slice(), &mut logits);
        let longest = self.longest();
        let rows = states.as_slice().chunks_exact(I::SIZE).zip(logits.chunks_exact(self.count()));
        Ok(rows.map(|(state, logits)| self.energy_of(state, logits, longest)).collect())
    }

    /// From each state to one that stays but for rounding, in [`ContinuousMemory::STEPS`] steps at most, with the energies of the way. A sweep
    /// of the trace is a step.
    ///
    /// # Errors
    ///
    /// As [`ContinuousMemory::energies`].
    pub fn recall<D>(&self, start: &Batch<(I,), E, D>) -> Result<Recall<I, E>, EnergyError>
    where
        D: Deref<Target = [E]>,
    {
        self.check(start)?;
        let mut states = start.to_batch();
        let mut next = vec![E::zero(); states.as_slice().len()];
        let mut traces = vec![Trace::empty(); states.samples()];
        let longest = self.longest();
        let largest = self.patterns.iter().fold(E::zero(), |most, x| most.max(x.abs()));
        let still = largest * E::epsilon() * E::from_f64(ROUNDING);
        let work = next.len().saturating_mul(4 * self.count());
        let part = |states: &mut [E], next: &mut [E], traces: &mut [Trace], _| {
            scratch::with(traces.len() * self.count(), |logits| {
                self.settle(states, next, logits, traces, longest, still);
            });
        };
        each_part(states.as_mut_slice(), &mut next, &mut traces, [I::SIZE, I::SIZE, 1], work, &part);
        Ok(Recall { states, traces })
    }

    fn settle(&self, states: &mut [E], next: &mut [E], logits: &mut [E], traces: &mut [Trace], longest: f64, still: E) {
        let (rows, count) = (traces.len(), self.count());
        let patterns = Matrix::row_major(&self.patterns, count, I::SIZE);
        for step in 0..=Self::STEPS {
            self.logits_into(states, logits);
            let with_logits = states.chunks_exact(I::SIZE).zip(logits.chunks_exact(count));
            for (trace, (state, logits)) in traces.iter_mut().zip(with_logits) {
                if trace.outcome == Outcome::Changing {
                    trace.energies.push(self.energy_of(state, logits, longest));
                }
            }
            if step == Self::STEPS {
                return;
            }
            softmax::forward(logits, count);
            matmul(MatrixMut::row_major(next, rows, I::SIZE), Matrix::row_major(logits, rows, count), patterns, false);
            let mut changing = false;
            let with_next = states.chunks_exact_mut(I::SIZE).zip(next.chunks_exact(I::SIZE));
            for (trace, (state, next)) in traces.iter_mut().zip(with_next) {
                if trace.outcome == Outcome::Converged {
                    continue;
                }
                if state.iter().zip(next).all(|(s, next)| (*s - *next).abs() <= still) {
                    // The state is left as it is, and so is its energy.
                    trace.energies.extend(trace.energies.last().copied());
                    trace.outcome = Outcome::Converged;
                } else {
                    state.copy_from_slice(next);
                    changing = true;
                }
            }
            if !changing {
                return;
            }
        }
    }
}

fn squared<E: Element>(x: &[E]) -> f64 {
    x.iter().map(|x| x.as_f64() * x.as_f64()).sum()
}
