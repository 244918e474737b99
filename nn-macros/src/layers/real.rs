//! A real-valued option: a slope, a probability, a standard deviation.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

/// A number that the user wrote where a layer takes a real one.
#[derive(Clone, Debug)]
pub(crate) struct Real {
    /// A constant expression of type `f64`.
    pub(crate) tokens: TokenStream,
}

/// What a real-valued option may be.
#[derive(Clone, Copy, Debug)]
pub(super) enum Range {
    /// 0 ≤ p < 1
    Probability,
    /// 0 ≤ x ≤ 1
    Part,
    /// 0 < x
    Positive,
    /// 0 ≤ x
    NotNegative,
    /// 1 ≤ x
    AtLeastOne,
    /// Any number that is finite.
    Finite,
}

impl ToTokens for Real {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(self.tokens.clone());
    }
}

impl Real {
    pub(super) fn literal(value: f64) -> Self {
        Self { tokens: quote!(#value) }
    }
}

impl Range {
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Probability => "at least 0 and less than 1",
            Self::Part => "from 0 to 1",
            Self::Positive => "more than 0",
            Self::NotNegative => "at least 0",
            Self::AtLeastOne => "at least 1 and finite",
            Self::Finite => "finite",
        }
    }

    pub(super) fn holds(self, value: f64) -> bool {
        match self {
            Self::Probability => (0.0..1.0).contains(&value),
            Self::Part => (0.0..=1.0).contains(&value),
            Self::Positive => value > 0.0 && value.is_finite(),
            Self::NotNegative => value >= 0.0 && value.is_finite(),
            Self::AtLeastOne => value >= 1.0 && value.is_finite(),
            Self::Finite => value.is_finite(),
        }
    }

    /// The same for a constant, of type `bool`.
    pub(super) fn condition(self, value: &TokenStream) -> TokenStream {
        match self {
            Self::Probability => quote!(#value >= 0.0 && #value < 1.0),
            Self::Part => quote!(#value >= 0.0 && #value <= 1.0),
            Self::Positive => quote!(#value > 0.0 && #value < ::core::primitive::f64::INFINITY),
            Self::NotNegative => quote!(#value >= 0.0 && #value < ::core::primitive::f64::INFINITY),
            Self::AtLeastOne => quote!(#value >= 1.0 && #value < ::core::primitive::f64::INFINITY),
            Self::Finite => {
                quote!(#value > ::core::primitive::f64::NEG_INFINITY && #value < ::core::primitive::f64::INFINITY)
            }
        }
    }

    /// What it is in `f32` as well, the element type of a network unless it says otherwise.
    pub(super) fn narrow_text(self) -> &'static str {
        match self {
            Self::Probability => "less than 1 in `f32`",
            Self::Part => "from 0 to 1 in `f32`",
            Self::Positive => "more than 0 and finite in `f32`",
            Self::NotNegative | Self::AtLeastOne | Self::Finite => "finite in `f32`",
        }
    }

    /// Whether a number within the range is so in `f32`, too.
    pub(super) fn holds_narrow(self, value: f64) -> bool {
        self.holds(f64::from(value as f32))
    }

    /// The same for a constant within the range, of type `bool`; true for one that is not.
    pub(super) fn narrow_condition(self, value: &TokenStream) -> TokenStream {
        let wide = self.condition(value);
        let narrow = self.condition(&quote!((#value as ::core::primitive::f32 as ::core::primitive::f64)));
        quote!(!(#wide) || #narrow)
    }
}
