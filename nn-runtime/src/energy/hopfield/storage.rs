//! Rules that make connections of patterns.

use std::ops::Deref;

use crate::{
    Batch, Element,
    energy::{EnergyError, Hopfield, symmetric},
    kernels::{
        matmul::{Matrix, MatrixMut, matmul},
        sum,
    },
    network::{Matrices, Product, Sums, products},
    shape::FixedDimension,
};

/// The part of a pattern's squared length that must lie outside the patterns before it for it to count as independent of them. Rounding leaves
/// some 1e-14.
const INDEPENDENT: f64 = 1e-10;

/// The unit roundoffs of Σ |W_ij| by which the net of a stored pattern must be clear of 0, twice what counts as 0.
const CLEAR: f64 = 16.0;

impl<I: FixedDimension, U, E: Element> Hopfield<I, U, E> {
    /// W += (1/n) Σ ξξᵀ off the diagonal, for patterns ξ: Hebb's rule (Hopfield, 1982). It adds to what is stored; [`Hopfield::forget`] begins anew.
    ///
    /// Random patterns are kept up to [`Hopfield::CAPACITY`] of them; correlated ones run together much earlier.
    ///
    /// # Errors
    ///
    /// [`EnergyError::Value`] for a number other than −1 and 1, [`EnergyError::Empty`] for no patterns; then nothing is stored.
    pub fn store_hebbian<D>(&mut self, patterns: &Batch<(I,), E, D>) -> Result<(), EnergyError>
    where
        D: Deref<Target = [E]>,
    {
        self.check_patterns(patterns)?;
        let n = I::SIZE;
        let mut counts = vec![E::zero(); n * n];
        products([Product::Matrices(Matrices {
            left: patterns.as_slice(),
            left_stride: n,
            right: patterns.as_slice(),
            rows: n,
            columns: n,
            gradient: &mut counts,
            sums: Sums::None,
            accumulate: false,
        })]);
        let size = E::from_f64(n as f64);
        self.weight.iter_mut().zip(&counts).for_each(|(w, &count)| *w += count / size);
        symmetric::mirror(&mut self.weight, n);
        Ok(())
    }

    /// W_ij += (ξ_i ξ_j − ξ_i h_ji − h_ij ξ_j) / n with h_ij = Σ over k other than i and j of W_ik ξ_k, for one pattern ξ after the other
    /// (Storkey and Valafar, 1999). It adds to what is stored, so that storing patterns one at a time or together is the same.
    ///
    /// As local as Hebb's rule, it keeps more patterns, n / √(2 ln n) of random ones, and correlated ones better.
    ///
    /// ```
    /// use plumbline::{Batch, Const, energy::Hopfield};
    /// let patterns = Batch::from_vec(vec![1.0, 1.0, 1.0, 1.0, 1.0, -1.0, 1.0, 1.0, 1.0, 1.0, -1.0, -1.0])?;
    /// let (mut together, mut apart): (Hopfield<Const<6>>, Hopfield<Const<6>>) = (Hopfield::zeros(), Hopfield::zeros());
    /// together.store_storkey(&patterns)?;
    /// apart.store_storkey(&patterns.rows(0..1))?;
    /// apart.store_storkey(&patterns.rows(1..2))?;
    /// assert_eq!(together.weight(), apart.weight());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Hopfield::store_hebbian`].
    pub fn store_storkey<D>(&mut self, patterns: &Batch<(I,), E, D>) -> Result<(), EnergyError>
    where
        D: Deref<Target = [E]>,
    {
        self.check_patterns(patterns)?;
        let n = I::SIZE;
        let size = E::from_f64(n as f64);
        let mut fields = vec![E::zero(); n];
        for pattern in patterns.as_slice().chunks_exact(n) {
            let (weight, column) = (Matrix::row_major(&self.weight, n, n), Matrix::row_major(pattern, 1, n));
            matmul(MatrixMut::row_major(&mut fields, 1, n), column, weight.transpose(), false);
            for (i, row) in self.weight.chunks_exact_mut(n).enumerate() {
                let (x, field) = (pattern[i], fields[i]);
                for ((w, &y), &other) in row.iter_mut().zip(pattern).zip(&fields) {
                    // ξ_i h_ji and h_ij ξ_j, without the terms of the other of the two. Their sum is the same, to the bit, on both sides of the diagonal.
                    let (there, here) = (x * (other - *w * x), (field - *w * y) * y);
                    *w += (x * y - (there + here)) / size;
                }
                row[i] = E::zero();
            }
        }
        Ok(())
    }

    /// W = ΞᵀG⁻¹Ξ / n off the diagonal, with the patterns as rows of Ξ and G = ΞΞᵀ / n: the projection onto the patterns, or the pseudo-inverse
    /// rule (Personnaz, Guyon and Dreyfus, 1985; without the diagonal, Kanter and Sompolinsky, 1987). It takes the place of what is stored,
    /// because it has to know all patterns.
    ///
    /// Every pattern is a state that stays where thresholds are 0, however correlated they are, up to n − 1 independent ones. A pattern that the
    /// ones before it combine to changes nothing and is kept, too.
    ///
    /// ```
    /// use plumbline::{Batch, Const, energy::Hopfield};
    /// let alike = Batch::from_vec(vec![1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, -1.0, -1.0])?;
    /// let mut net: Hopfield<Const<6>> = Hopfield::zeros();
    /// net.store_pseudo_inverse(&alike)?;
    /// assert_eq!(net.recall(&alike)?.states, alike);
    /// let twins = Batch::from_vec(vec![1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, -1.0])?;
    /// let error = net.store_pseudo_inverse(&twins).unwrap_err();
    /// assert!(error.to_string().contains("found that unit 5 does not"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Hopfield::store_hebbian`], and [`EnergyError::Undetermined`] where a unit does not follow from the others, so that no connections
    /// could keep the patterns; then nothing is stored.
    pub fn store_pseudo_inverse<D>(&mut self, patterns: &Batch<(I,), E, D>) -> Result<(), EnergyError>
    where
        D: Deref<Target = [E]>,
    {
        self.check_patterns(patterns)?;
        let n = I::SIZE;
        let basis = orthonormal(patterns.as_slice(), n);
        let rank = basis.len() / n;
        let mut projection = vec![0.0; n * n];
        let basis = Matrix::row_major(&basis, rank, n);
        matmul(MatrixMut::row_major(&mut projection, n, n), basis.transpose(), basis, false);
        for (unit, row) in projection.chunks_exact_mut(n).enumerate() {
            // The net of each pattern is ξ_i times this.
            let left = 1.0 - row[unit];
            row[unit] = 0.0;
            if left <= INDEPENDENT.max(CLEAR * E::epsilon().as_f64() * sum::absolute(row)) {
                return Err(EnergyError::Undetermined { unit });
            }
        }
        self.weight.iter_mut().zip(&projection).for_each(|(w, &p)| *w = E::from_f64(p));
        symmetric::mirror(&mut self.weight, n);
        Ok(())
    }

    /// W = 0. Thresholds stay.
    pub fn forget(&mut self) {
        self.weight.fill(E::zero());
    }

    pub(super) fn check_patterns<D>(&self, patterns: &Batch<(I,), E, D>) -> Result<(), EnergyError>
    where
        D: Deref<Target = [E]>,
    {
        self.check(patterns)?;
        if patterns.as_slice().is_empty() { Err(EnergyError::Empty { what: "patterns" }) } else { Ok(()) }
    }
}

/// The rows that [`orthonormal`] takes at a time.
const BLOCK: usize = 32;

/// Rows of length 1, orthogonal to each other, that span the rows of `width` numbers of −1 and 1: Gram and Schmidt's, each twice for the
/// rounding (Giraud, Langou and Rozložník, 2005). Rows that depend on those before them add none.
fn orthonormal<E: Element>(rows: &[E], width: usize) -> Vec<f64> {
    let mut basis: Vec<f64> = Vec::new();
    let scale = 1.0 / (width as f64).sqrt();
    for block in rows.chunks(width * BLOCK) {
        let mut block: Vec<f64> = block.iter().map(|x| x.as_f64() * scale).collect();
        let before = basis.len();
        remove(&basis, &mut block, width);
        for rest in block.chunks_exact_mut(width) {
            remove(&basis[before..], rest, width);
            let length = sum::squares(rest);
            if length > INDEPENDENT {
                basis.extend(rest.iter().map(|x| x / length.sqrt()));
            }
        }
    }
    basis
}

/// Takes from each row what lies in the span of `basis`.
fn remove(basis: &[f64], rows: &mut [f64], width: usize) {
    let (rank, count) = (basis.len() / width, rows.len() / width);
    let basis = Matrix::row_major(basis, rank, width);
    let mut parts = vec![0.0; count * rank];
    for _ in 0..2 {
        matmul(
            MatrixMut::row_major(&mut parts, count, rank),
            Matrix::row_major(rows, count, width),
            basis.transpose(),
            false,
        );
        parts.iter_mut().for_each(|part| *part = -*part);
        matmul(MatrixMut::row_major(rows, count, width), Matrix::row_major(&parts, count, rank), basis, true);
    }
}
