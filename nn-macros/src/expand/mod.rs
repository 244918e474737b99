//! Checked graph → Rust.
//!
//! A network is lowered to steps over buffers, the buffers are given homes, and the steps are printed three times: forward for inference,
//! forward for training, and backward in reverse order. Each step is one typed call into the runtime.

mod backward;
mod chain;
mod constants;
mod documentation;
mod finish;
mod forward;
mod gate;
mod generics;
mod kinds;
mod legs;
mod lower;
mod methods;
mod other_words;
mod plan;
mod ports;
mod receptive_field;
mod sizing;
mod structure;
mod stub;
mod time;

use proc_macro2::TokenStream;
use quote::quote;

use crate::shape::types;
pub(crate) use time::Parts;
use time::Times;

use crate::{
    names::{LAYERS, NETWORK},
    network::{Network, Sketch},
    paths,
};

/// What a network without a fault becomes; `parts` are those of its invocation.
pub(crate) fn expand(network: &Network, parts: &Parts) -> TokenStream {
    let root = paths::plumbline();
    let plan = plan::Plan::new(lower::lower(network, Times::new(network, parts)));
    let (constants, shapes) = (&network.constants, plan.program.aliases());
    let structure = structure::structure(network);
    let parameters = structure::parameters(network);
    let inference = methods::network(network, &plan);
    let training = methods::trainable(network, &plan);
    let inherent = methods::inherent(network, &plan);
    let asked = methods::asked(network, &plan);
    let other_words = other_words::other_words(&network.name, &network.parameters);
    quote! {
        #structure
        #inherent
        #[allow(clippy::all, unused_variables)]
        const _: () = {
            use #root::{layers as #LAYERS, network as #NETWORK};
            #shapes
            #parameters
            #inference
            #training
            #other_words
        };
        #(#constants)*
        #asked
    }
}

/// What a network with faults becomes, beside its errors: the signatures that users call.
pub(crate) fn expand_stub(sketch: &Sketch) -> TokenStream {
    stub::stub(sketch)
}
