//! A real-valued option: a slope, a probability, a standard deviation.

use proc_macro2::TokenStream;

/// A number that the user wrote where a layer takes a real one.
#[derive(Clone, Debug)]
pub(crate) struct Real {
    /// A constant expression of type `f64`.
    pub(crate) tokens: TokenStream,
    /// Its value, where the macro knows it.
    pub(crate) value: Option<f64>,
}
