//! Every kernel over sizes that fill no register, against its definition in `f64`, on each instruction set of the processor.
//!
//! All operands end where their memory ends, so that valgrind sees each number that is read or written beyond them, and each that is read
//! before it is written: `CONTRIBUTING.md` has the command.

mod images;
mod products;
mod recurrent;
mod rows;
mod sums;

use std::fmt::Display;

use crate::kernels::{Element, isa::at_each_level};

/// Sizes below, at and above the widths of registers, none of them even.
const SIZES: [usize; 7] = [1, 3, 7, 13, 17, 31, 33];

/// Holds what `kernel` returns on each instruction set to `expected`, and to what it returned on the narrowest one.
#[track_caller]
fn agree<E: Element>(what: impl Display, expected: &[f64], kernel: impl Fn() -> Vec<E>) {
    let tolerance = 64.0 * E::epsilon().as_f64() * expected.iter().fold(1.0, |scale: f64, x| scale.max(x.abs()));
    let mut narrowest: Option<Vec<E>> = None;
    let result: Result<(), String> = at_each_level(|| {
        let found = kernel();
        if found.len() != expected.len() {
            return Err(format!("{what}: expected {} numbers, found {}", expected.len(), found.len()));
        }
        let first = narrowest.get_or_insert_with(|| found.clone());
        for (i, (&found, (&expected, &first))) in found.iter().zip(expected.iter().zip(&*first)).enumerate() {
            // Written so that NaN is far from everything.
            let close = |other: f64| (found.as_f64() - other).abs() <= tolerance || found.as_f64() == other;
            if !close(expected) || !close(first.as_f64()) {
                return Err(format!("{what}, number {i}: expected {expected}, found {found}, and {first} at first"));
            }
        }
        Ok(())
    });
    result.unwrap_or_else(|message| panic!("{} {message}", E::NAME));
}

/// The numbers as they are, in double precision.
fn exact<E: Element>(x: &[E]) -> Vec<f64> {
    x.iter().map(|x| x.as_f64()).collect()
}

/// `count` numbers that a kernel has to write all of.
fn unwritten<E: Element>(count: usize) -> Vec<E> {
    vec![E::nan(); count]
}
