//! Plain functions over slices. All vector code and all `unsafe` of the project live here.
#![allow(unsafe_code)]

pub mod matmul;
pub mod simd;
