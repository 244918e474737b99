//! Instructions → Rust.
//!
//! The instructions of a program are printed three times: forward for inference, forward for training, and backward in reverse order. Each is one
//! typed call into the runtime. Around them stand the items: the struct, its impls, the methods of its ports, the stub of a faulty network.

mod backward;
mod constants;
mod documentation;
mod finish;
mod forward;
mod gate;
mod generics;
mod lengths;
mod methods;
mod nodes;
mod other_words;
mod output_kind;
mod phases;
mod plan;
mod ports;
mod receptive_field;
mod sizing;
mod structure;
mod stub;
mod views;

use proc_macro2::TokenStream;
use quote::quote;

use crate::{
    names::{LAYERS, NETWORK},
    network::{Network, Recovered},
    paths,
    program::{Parts, Times, lower},
};

/// What a network without a fault becomes; `parts` are those of its invocation.
pub(crate) fn emit(network: &Network, parts: &Parts) -> TokenStream {
    let root = paths::plumbline();
    let plan = plan::Plan::new(lower(network, Times::new(network, parts)));
    let (constants, shapes) = (&network.constants, plan.program.aliases());
    let structure = structure::structure(network);
    let parameters = structure::parameters(network);
    let inference = methods::network(network, &plan);
    let training = methods::trainable(network, &plan);
    let inherent = methods::inherent(network, &plan);
    let asked = methods::asked(network, &plan);
    let nodes = nodes::nodes(network, &plan);
    let other_words = other_words::other_words(&network.name, &network.parameters);
    quote! {
        #structure
        #inherent
        #[allow(clippy::all, unused_variables)]
        const _: () = {
            use #root::{layers as #LAYERS, network::abi as #NETWORK};
            #shapes
            #parameters
            #inference
            #training
            #nodes
            #other_words
        };
        #(#constants)*
        #asked
    }
}

/// What a network with faults becomes, beside its errors: the signatures that users call.
pub(crate) fn emit_stub(recovered: &Recovered) -> TokenStream {
    stub::stub(recovered)
}
