//! What can be wrong with what a sampler is given.

/// States, temperatures or draws that a sampler cannot work with.
///
/// ```
/// use plumbline::samplers::SamplerError;
/// let error = SamplerError::Length { expected: 4, found: 6 };
/// assert_eq!(error.to_string(), "expected a multiple of the 4 numbers of a chain's state, found 6 numbers");
/// ```
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SamplerError {
    /// A number of numbers that is no multiple of a state's.
    #[error("expected a multiple of the {expected} numbers of a chain's state, found {found} numbers")]
    Length {
        /// The numbers of one state.
        expected: usize,
        /// The numbers found.
        found: usize,
    },
    /// A mask or a set of values of another size than a state.
    #[error("expected {expected} numbers of {what}, found {found}")]
    Size {
        /// What they are for.
        what: &'static str,
        /// The numbers expected.
        expected: usize,
        /// The numbers found.
        found: usize,
    },
    /// A model of other widths than the one that the chains were made for.
    #[error(
        "expected a model with {} and {} numbers in the states of its blocks, as the chains have, found one with {} and {}",
        expected[0], expected[1], found[0], found[1]
    )]
    Model {
        /// The numbers of a state of the chains' first and second block.
        expected: [usize; 2],
        /// Those of the model.
        found: [usize; 2],
    },
    /// No steps where nothing can be learned without.
    #[error("expected at least {expected} step of the chains, found {found}")]
    Steps {
        /// The least number.
        expected: usize,
        /// The number found.
        found: usize,
    },
    /// An inverse temperature at which the model is no distribution.
    #[error(
        "expected an inverse temperature at which the model is a distribution, found {found} at place {place}: units without bounds have none at 0"
    )]
    Improper {
        /// Its place in the ladder, from 0.
        place: usize,
        /// The number found.
        found: f64,
    },
    /// A number that is infinite or NaN.
    #[error("expected finite numbers in {what}, found {found} at place {place}")]
    NotFinite {
        /// Where they are.
        what: &'static str,
        /// The number found.
        found: f64,
        /// Its place, from 0.
        place: usize,
    },
    /// There is no memory for so many chains.
    #[error("expected memory for {chains} chains of {width} numbers, found too little")]
    Memory {
        /// The chains.
        chains: usize,
        /// The numbers of a chain.
        width: usize,
    },
    /// Threads that the system did not give.
    #[error("expected {count} threads, found that there are none to have: {reason}")]
    Threads {
        /// How many were asked for.
        count: usize,
        /// What the system said.
        reason: String,
    },
    /// A number that is none of a variable's states.
    #[error("expected {} or {}, found {found} at place {place} of chain {chain}", expected[0], expected[1])]
    State {
        /// The two states.
        expected: [f64; 2],
        /// The number found.
        found: f64,
        /// The variable, from 0.
        place: usize,
        /// The chain, from 0.
        chain: usize,
    },
    /// An inverse temperature that is negative, infinite or NaN.
    #[error("expected a finite inverse temperature of at least 0, found {found} at place {place}")]
    Temperature {
        /// Its place in the ladder, from 0.
        place: usize,
        /// The number found.
        found: f64,
    },
    /// Too few inverse temperatures.
    #[error("expected at least {expected} inverse temperatures, found {found}")]
    Short {
        /// The least number.
        expected: usize,
        /// The number found.
        found: usize,
    },
    /// A ladder that there was no memory for.
    #[error("expected a ladder that memory can hold, found one of {steps} steps")]
    TooLong {
        /// The steps that it was to have.
        steps: usize,
    },
    /// Chains of different lengths.
    #[error("expected {expected} draws in each chain, as in the first, found {found} in chain {chain}")]
    Ragged {
        /// The draws of the first chain.
        expected: usize,
        /// The draws of this one.
        found: usize,
        /// The chain, from 0.
        chain: usize,
    },
    /// Too few draws to tell anything.
    #[error("expected at least {expected} draws in each of at least one chain, found {found}")]
    Draws {
        /// The least number of draws.
        expected: usize,
        /// The number found.
        found: usize,
    },
    /// A draw that is infinite or NaN.
    #[error("expected finite draws, found {found} at place {place} of chain {chain}")]
    Value {
        /// The number found.
        found: f64,
        /// Its place in the chain, from 0.
        place: usize,
        /// The chain, from 0.
        chain: usize,
    },
}
