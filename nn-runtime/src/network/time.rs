//! Sequences that go through networks inside networks.

use crate::Network;

/// The lengths of what the network `N` gives for sequences of these lengths, as generated code asks for them: the same, or none where its output is
/// no sequence.
#[inline(always)]
pub const fn lengths_through<N: Network>(lengths: &[usize]) -> &[usize] {
    match time_through::<N>(Some(0)) {
        Some(_) => lengths,
        None => &[],
    }
}

/// The input whose lengths are those of what `N` gives for a value that has those of the input `time`.
pub const fn time_through<N: Network>(time: Option<usize>) -> Option<usize> {
    match N::TIMES {
        [Some(_), ..] => time,
        _ => None,
    }
}
