//! The functions that users write in `map(|x| expression)`, and their derivatives.
//!
//! The closure is read into a graph in which nothing occurs twice; every term goes through `simplify` on its way in. The
//! derivative grows in the same graph, so that it shares what it has in common with the value. What is printed computes each
//! value once.

mod derivative;
#[cfg(test)]
mod evaluate;
mod expression;
mod print;
mod read;
mod simplify;
mod stable;
#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;

use expression::{Graph, Value};

pub(crate) use read::read;

/// A function of one number, and its derivative.
#[derive(Clone, Debug)]
pub(crate) struct Mapping {
    graph: Graph,
    value: Value,
    slope: Value,
}

impl Mapping {
    fn new(mut graph: Graph, value: Value) -> Self {
        let slope = graph.derivative(value);
        Self { graph, value, slope }
    }

    /// f as a closure over elements of type `E`.
    pub(crate) fn value(&self) -> TokenStream {
        print::closure(&self.graph, self.value)
    }

    /// f′ as a closure over elements of type `E`.
    pub(crate) fn slope(&self) -> TokenStream {
        print::closure(&self.graph, self.slope)
    }

    /// The operations that f takes.
    pub(crate) fn operations(&self) -> u64 {
        self.graph.operations(self.value)
    }
}
