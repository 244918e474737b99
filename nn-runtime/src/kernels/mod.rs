//! Plain functions over slices. All vector code and all `unsafe` of the project live here.
#![allow(unsafe_code)]

pub(crate) mod aligned;
pub(crate) mod batch_norm;
mod compiled;
pub(crate) mod conv;
pub(crate) mod draw;
pub mod element;
pub(crate) mod elementwise;
pub(crate) mod field;
#[cfg(all(test, target_os = "linux"))]
pub(crate) mod fork;
pub(crate) mod four_russians;
pub(crate) mod gemv;
#[cfg(test)]
mod imports;
mod isa;
pub(crate) mod layer_norm;
pub(crate) mod layout;
pub(crate) mod loss;
pub(crate) mod map;
pub mod math;
pub mod matmul;
mod matmul_nn;
mod matmul_nt;
pub(crate) mod noise;
pub(crate) mod optimizer;
pub(crate) mod piecewise;
pub(crate) mod pool;
pub(crate) mod random;
pub(crate) mod ratings;
pub(crate) mod recurrent;
pub(crate) mod rows;
pub(crate) mod scratch;
mod shuffle;
pub mod simd;
pub(crate) mod sites;
mod sizes;
pub(crate) mod softmax;
pub(crate) mod sum;
#[cfg(test)]
pub(crate) mod testing;
pub(crate) mod vector;
#[cfg(test)]
mod walk;

pub use element::Element;
