//! The reverse of what is done with the code of an autoencoder: a draw, and penalties.

use proc_macro2::TokenStream;
use quote::quote;

use super::Writer;
use crate::{
    expand::{forward, lower::Step},
    layers::Layer,
    names::{LAYERS, PART},
};

impl Writer<'_, '_> {
    /// Prints the gradients with respect to what the step takes, from that with respect to what it gives.
    pub(super) fn code(&mut self, step: &Step, layer: &Layer, d: &TokenStream) {
        let views: Vec<TokenStream> = step.inputs.iter().map(|value| self.names.view(value)).collect();
        match (layer, &views[..]) {
            (Layer::Sample(_), [_, log_variance]) => {
                let random = forward::random(step);
                self.write(step, 0, |x| quote!(#LAYERS::copy(#d, #x);));
                self.write(step, 1, |x| quote!(#LAYERS::sample_backward(#log_variance, #d, #x, #random, #PART.first);));
            }
            (Layer::GaussianKl(_), [mean, log_variance]) => {
                self.write(step, 0, |d_x| quote!(#LAYERS::gaussian_kl_mean_backward(#mean, #d, #d_x);));
                self.write(step, 1, |d_x| quote!(#LAYERS::gaussian_kl_log_variance_backward(#log_variance, #d, #d_x);));
            }
            (_, [h, ..]) => {
                let encoder = forward::encoder(self.program(), step);
                let Some((encoder, function)) = encoder.map(|(name, f)| (name.clone(), f)) else { return };
                self.write(
                    step,
                    0,
                    |d_x| quote!(#LAYERS::contractive_penalty_backward(&self.#encoder, #function, #h, #d, #d_x);),
                );
            }
            _ => {}
        }
    }
}
