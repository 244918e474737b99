//! How weights are drawn.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use super::Real;
use crate::names::LAYERS;

/// The distribution that a layer's weights are drawn from.
#[derive(Clone, Debug)]
pub(crate) enum Init {
    HeNormal,
    HeUniform,
    XavierNormal,
    XavierUniform,
    LecunNormal,
    Orthogonal,
    Identity,
    Zeros,
    /// Mean 0 and this standard deviation.
    Normal(Real),
    /// Between -a and a.
    Uniform(Real),
}

impl Init {
    /// What `init` may be.
    pub(super) const NAMES: &[&str] = &[
        "he_normal",
        "he_uniform",
        "xavier_normal",
        "xavier_uniform",
        "lecun_normal",
        "orthogonal",
        "identity",
        "zeros",
        "normal",
        "uniform",
    ];

    /// The distribution of a name that takes no number.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "he_normal" => Self::HeNormal,
            "he_uniform" => Self::HeUniform,
            "xavier_normal" => Self::XavierNormal,
            "xavier_uniform" => Self::XavierUniform,
            "lecun_normal" => Self::LecunNormal,
            "orthogonal" => Self::Orthogonal,
            "identity" => Self::Identity,
            "zeros" => Self::Zeros,
            _ => return None,
        })
    }

    /// The initialization that another library calls so.
    pub(super) fn elsewhere(name: &str) -> Option<&'static str> {
        Some(match name {
            "kaiming_normal" => "he_normal",
            "kaiming_uniform" => "he_uniform",
            "glorot_normal" => "xavier_normal",
            "glorot_uniform" => "xavier_uniform",
            "eye" => "identity",
            "zero" => "zeros",
            _ => return None,
        })
    }

    pub(super) fn takes_number(name: &str) -> bool {
        matches!(name, "normal" | "uniform")
    }
}

impl ToTokens for Init {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(match self {
            Self::HeNormal => quote!(#LAYERS::Init::HeNormal),
            Self::HeUniform => quote!(#LAYERS::Init::HeUniform),
            Self::XavierNormal => quote!(#LAYERS::Init::XavierNormal),
            Self::XavierUniform => quote!(#LAYERS::Init::XavierUniform),
            Self::LecunNormal => quote!(#LAYERS::Init::LecunNormal),
            Self::Orthogonal => quote!(#LAYERS::Init::Orthogonal),
            Self::Identity => quote!(#LAYERS::Init::Identity),
            Self::Zeros => quote!(#LAYERS::Init::Zeros),
            Self::Normal(sd) => quote!(#LAYERS::Init::Normal(#sd)),
            Self::Uniform(a) => quote!(#LAYERS::Init::Uniform(#a)),
        });
    }
}
