//! A function of one number with its derivative, as closures of generated code.

use proc_macro2::TokenStream;

use super::expression::{Graph, Value};
use super::print;

/// A function of one number, and its derivative.
#[derive(Clone, Debug)]
pub(crate) struct Mapping {
    pub(super) graph: Graph,
    pub(super) value: Value,
    pub(super) slope: Value,
}

impl Mapping {
    pub(super) fn new(mut graph: Graph, value: Value) -> Self {
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
