//! What a [`DenseMemory`](crate::energy::DenseMemory) makes of the overlaps of a state with its patterns: the steeper the function, the more
//! patterns it can hold.

/// The function F of the overlaps ξ·s in a dense memory's energy. Sealed: [`Polynomial`], [`Rectified`] and [`Exponential`].
///
/// ```
/// use plumbline::{Const, energy::{DenseMemory, interaction::{Exponential, Interaction}}};
/// fn empty<F: Interaction>() -> DenseMemory<Const<4>, F> { DenseMemory::new() }
/// assert_eq!(empty::<Exponential>().count(), 0);
/// ```
pub trait Interaction: sealed::Function + Send + Sync + 'static {}

/// F(x) = x^N / n^(N − 1), with N of 2 at least (Krotov and Hopfield, 2016). N = 2 is the [`Hopfield`](crate::energy::Hopfield) network of
/// Hebb's rule, its energy twice that one's less the number of patterns; for N some n^(N − 1) patterns can be held. The power of n keeps
/// energies in proportion to n, and changes no recall.
///
/// ```
/// use plumbline::{Batch, Const, energy::{DenseMemory, interaction::Polynomial}};
/// let mut memory: DenseMemory<Const<4>, Polynomial<3>> = DenseMemory::new();
/// memory.store(&Batch::from_vec(vec![1.0, 1.0, -1.0, -1.0])?)?;
/// // −4³ / 4² and −2³ / 4².
/// assert_eq!(memory.energies(&Batch::from_vec(vec![1.0, 1.0, -1.0, -1.0, 1.0, 1.0, -1.0, 1.0])?)?, [-4.0, -0.5]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Polynomial<const N: u32>;

/// F(x) = x^N / n^(N − 1) for x > 0, else 0 (Krotov and Hopfield, 2016): patterns that a state is far from push it nowhere, and no pattern's
/// negative is held with it.
///
/// ```
/// use plumbline::{Batch, Const, energy::{DenseMemory, interaction::Rectified}};
/// let mut memory: DenseMemory<Const<4>, Rectified<2>> = DenseMemory::new();
/// memory.store(&Batch::from_vec(vec![1.0, 1.0, -1.0, -1.0])?)?;
/// assert_eq!(memory.energies(&Batch::from_vec(vec![1.0, 1.0, -1.0, -1.0, -1.0, -1.0, 1.0, 1.0])?)?, [-4.0, 0.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rectified<const N: u32>;

/// F(x) = exp(x): a number of patterns that grows exponentially with n can be held (Demircigil, Heusel, Löwe, Upgang and Vermet, 2017). What is
/// told as the energy is −ln Σ F, which falls where −Σ F falls and is no number of e^n.
///
/// ```
/// use plumbline::{Batch, Const, energy::{DenseMemory, interaction::Exponential}};
/// let mut memory: DenseMemory<Const<4>, Exponential> = DenseMemory::new();
/// memory.store(&Batch::from_vec(vec![1.0, 1.0, -1.0, -1.0])?)?;
/// assert_eq!(memory.energies(&Batch::from_vec(vec![1.0, 1.0, -1.0, -1.0])?)?, [-4.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exponential;

impl<const N: u32> Interaction for Polynomial<N> {}
impl<const N: u32> Interaction for Rectified<N> {}
impl Interaction for Exponential {}

pub(super) mod sealed {
    use super::{Exponential, Polynomial, Rectified};

    /// What recall asks of F.
    pub trait Function {
        /// The energy of a state of `units` units with these overlaps.
        fn energy(overlaps: &[f64], units: usize) -> f64;

        /// F(m) − F(m − 2) and F(m + 2) − F(m) of each overlap m: what it is worth that a unit agrees with the pattern, where it does and where
        /// it does not. All times one positive number.
        fn worth(overlaps: &[f64], units: usize, agreeing: &mut [f64], differing: &mut [f64]);
    }

    fn worth_by(f: impl Fn(f64) -> f64, overlaps: &[f64], scale: f64, agreeing: &mut [f64], differing: &mut [f64]) {
        for ((&m, agreeing), differing) in overlaps.iter().zip(agreeing).zip(differing) {
            let here = f(m * scale);
            *agreeing = here - f((m - 2.0) * scale);
            *differing = f((m + 2.0) * scale) - here;
        }
    }

    /// A power of two near 1 / n: whole numbers stay exact under it, and their powers finite.
    fn scale(units: usize) -> f64 {
        1.0 / units.next_power_of_two() as f64
    }

    fn energy_by(f: impl Fn(f64) -> f64, overlaps: &[f64], units: usize) -> f64 {
        let n = units as f64;
        -n * overlaps.iter().map(|m| f(m / n)).sum::<f64>()
    }

    /// x^N, with a degree of which there is a memory.
    fn power<const N: u32>(x: f64) -> f64 {
        const { assert!(N >= 2, "expected a degree of 2 at least: sums of patterns themselves are no memory") };
        x.powi(N as i32)
    }

    fn rectified<const N: u32>(x: f64) -> f64 {
        power::<N>(x.max(0.0))
    }

    impl<const N: u32> Function for Polynomial<N> {
        fn energy(overlaps: &[f64], units: usize) -> f64 {
            energy_by(power::<N>, overlaps, units)
        }

        fn worth(overlaps: &[f64], units: usize, agreeing: &mut [f64], differing: &mut [f64]) {
            worth_by(power::<N>, overlaps, scale(units), agreeing, differing);
        }
    }

    impl<const N: u32> Function for Rectified<N> {
        fn energy(overlaps: &[f64], units: usize) -> f64 {
            energy_by(rectified::<N>, overlaps, units)
        }

        fn worth(overlaps: &[f64], units: usize, agreeing: &mut [f64], differing: &mut [f64]) {
            worth_by(rectified::<N>, overlaps, scale(units), agreeing, differing);
        }
    }

    impl Function for Exponential {
        fn energy(overlaps: &[f64], _: usize) -> f64 {
            let most = largest(overlaps);
            -most - overlaps.iter().map(|m| exp(m - most)).sum::<f64>().ln()
        }

        fn worth(overlaps: &[f64], _: usize, agreeing: &mut [f64], differing: &mut [f64]) {
            let most = largest(overlaps);
            let (below, above) = (-(-2.0_f64).exp_m1(), 2.0_f64.exp_m1());
            for ((&m, agreeing), differing) in overlaps.iter().zip(agreeing).zip(differing) {
                let here = exp(m - most);
                (*agreeing, *differing) = (here * below, here * above);
            }
        }
    }

    /// eˣ for x ≤ 0, or 0 below −60: the largest term of each sum is 1, and beside it ten thousand million terms as small as that are less than
    /// its rounding.
    fn exp(x: f64) -> f64 {
        if x < -60.0 { 0.0 } else { x.exp() }
    }

    fn largest(overlaps: &[f64]) -> f64 {
        overlaps.iter().copied().fold(f64::NEG_INFINITY, f64::max)
    }
}
