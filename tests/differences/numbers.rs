//! Numbers to try a network on.

use plumbline::{Batch, Shape};

/// Numbers between −1 and 1 from a fixed seed, no two alike, as samples with axes of the given sizes.
pub(crate) fn data_of<S: Shape>(samples: usize, sizes: &[usize]) -> Batch<S, f64> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let numbers = (0..samples * sizes.iter().product::<usize>()).map(|_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    });
    Batch::from_vec_of(numbers.collect(), sizes).unwrap()
}
