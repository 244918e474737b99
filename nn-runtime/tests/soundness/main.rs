//! Safe code stays within its memory: the public layer types at odd sizes, sizes and types that lie, and the memory of passes.
//!
//! It is made to be run under valgrind, too:
//!
//!     cargo test -p nn-runtime --test soundness --no-run
//!     valgrind --error-exitcode=1 target/debug/deps/soundness-… --test-threads=1
//!
//! Valgrind knows AVX2 and not AVX-512; the kernels ask it what the processor has, and take AVX2.

mod guard;
mod instruction_sets;
mod odd_sizes;
mod passes;
mod refused;
