//! W_hh as the steps read it: for each panel and each term a few registers side by side.
//!
//! A panel of a forward step has one register of units of each gate, that of a backward step, and of a cell without gates, up to
//! [`WIDE`] registers of units. Units beyond the last are zeros.

use pulp::{Simd, WithSimd};

use crate::kernels::{
    Element,
    math::Math,
    recurrent::{
        Kind, load,
        sweep::{WIDE, width},
    },
    simd::{LANES, by_lanes, run},
    sizes::count,
};

/// The numbers of a packed weight, whatever the width of a register.
pub(super) fn room(kind: Kind, n: usize) -> usize {
    count(&[kind.gates(), n, count(&[n]).next_multiple_of(LANES)])
}

pub(super) fn forward<E: Element>(kind: Kind, weight: &[E], n: usize, packed: &mut [E]) {
    run(Forward { kind, weight, n, packed });
}

pub(super) fn backward<E: Element>(kind: Kind, weight: &[E], n: usize, packed: &mut [E]) {
    run(Backward { kind, weight, n, packed });
}

/// Lane l of gate g's register is term k of row g n + unit + l.
struct Forward<'a, E> {
    kind: Kind,
    weight: &'a [E],
    n: usize,
    packed: &'a mut [E],
}

impl<E: Math> WithSimd for Forward<'_, E> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        by_lanes!(S, E, R => self.pack::<S, R>(simd));
    }
}

impl<E: Math> Forward<'_, E> {
    #[inline(always)]
    fn pack<S: Simd, const R: usize>(self, simd: S) {
        let (n, gates) = (self.n, self.kind.gates());
        let packed = E::as_vectors_mut::<S>(self.packed).0;
        let registers = n.div_ceil(R);
        let mut first = 0;
        while first < registers {
            let width = if gates > 1 { 1 } else { width(registers - first) };
            let panel = &mut packed[first * gates * n..(first + width) * gates * n];
            let across = width * gates;
            for v in 0..across {
                // Registers of units where there is one gate, gates of one register where there are several.
                let (gate, unit) = (v % gates, (first + v / gates) * R);
                let units = (n - unit).min(R);
                for k in (0..n).step_by(R) {
                    let terms = (n - k).min(R);
                    let mut rows = [E::constant(simd, 0.0); R];
                    for r in 0..units {
                        rows[r] = load(simd, self.weight, (gate * n + unit + r) * n + k, terms).raw();
                    }
                    let columns = E::transpose_square(simd, rows);
                    for t in 0..terms {
                        panel[(k + t) * across + v] = columns[t];
                    }
                }
            }
            first += width;
        }
    }
}

/// Lane l of a register is column unit + l of the row of a term.
struct Backward<'a, E> {
    kind: Kind,
    weight: &'a [E],
    n: usize,
    packed: &'a mut [E],
}

impl<E: Math> WithSimd for Backward<'_, E> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (n, depth) = (self.n, self.kind.gates() * self.n);
        // A GRU's kept blocks begin with the last block of W_hh.
        let turn = depth - self.kind.first() * n;
        let packed = E::as_vectors_mut::<S>(self.packed).0;
        let lanes = E::lanes::<S>();
        let registers = n.div_ceil(lanes);
        let mut first = 0;
        while first < registers {
            let width = width(registers - first).min(WIDE);
            let panel = &mut packed[first * depth..(first + width) * depth];
            for (k, line) in panel.chunks_exact_mut(width).enumerate() {
                let row = (k + turn) % depth * n;
                for (v, to) in line.iter_mut().enumerate() {
                    let unit = (first + v) * lanes;
                    *to = load(simd, self.weight, row + unit, (n - unit).min(lanes)).raw();
                }
            }
            first += width;
        }
    }
}
