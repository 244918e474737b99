//! A program with its three printouts, and its plan of memory.

use crate::{
    emit::{
        backward::{self, Backward},
        forward, phases,
    },
    layers::Work,
    names::{self, NETWORK},
    program::{self, Buffer, Homes, Program, Tap},
    shape::Dimension,
    shape::types,
};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

/// A program with its three printouts.
pub(super) struct Plan<'a> {
    pub(super) program: Program<'a>,
    pub(super) homes: Homes,
    pub(super) infer: TokenStream,
    pub(super) forward: TokenStream,
    pub(super) backward: Backward,
    /// The named nodes.
    pub(super) taps: Vec<Tap<'a>>,
}

impl<'a> Plan<'a> {
    pub(super) fn new(program: Program<'a>) -> Self {
        let (homes, taps) = (Homes::new(&program), program::taps(&program));
        let (infer, forward) = (forward::infer(&program, &homes, &taps), forward::train(&program, &homes, &taps));
        let backward = backward::backward(&program, &homes);
        Plan { homes, infer, forward, backward, taps, program }
    }

    /// `network::Plan` as an expression, with those of the parts.
    pub(super) fn tokens(&self, parts: &[TokenStream]) -> TokenStream {
        let width = |&buffer: &Buffer| types::size(&self.program.buffers[buffer].width);
        let inputs = self.program.network.inputs.iter().map(|input| types::size(&types::length(&input.shape)));
        let forward_kept = types::count(self.homes.kept.len());
        let outputs = types::count(self.program.outputs.len());
        let kept = self.homes.kept.iter().map(width).chain(self.backward.kept.iter().map(types::size));
        let train = self.homes.scratch.iter().map(width).chain(self.backward.scratch.iter().cloned());
        let infer = self.homes.widths.iter().map(|widths| types::widest(widths));
        let share = &self.backward.share;
        // A recurrent layer has work enough for every step of few samples, and no other way to share it out.
        let small =
            self.program.buffers.iter().any(|buffer| buffer.innermost) || self.program.saved_states().next().is_some();
        let part = if small { 16_usize } else { 64 };
        let part = types::size(&Dimension::Literal(part as u64));
        let own = self
            .program
            .instructions
            .iter()
            .filter(|instruction| phases::is_synchronized(&self.program, instruction))
            .count();
        let own = (own > 0).then(|| types::count(own).into_token_stream());
        let nested =
            self.program.parts().map(|(_, part)| part.network()).map(|network| quote!(#network::PLAN.meetings));
        let meetings: Vec<TokenStream> = own.into_iter().chain(nested).collect();
        let common = phases::widths(&self.program);
        let states = self.program.recurrent_layers().map(|(name, _)| names::plain(name));
        let own = self.program.network.nodes.iter().flat_map(|node| &node.stages);
        let bidirectional =
            own.clone().any(|stage| matches!(stage.facts().work, Work::Recurrent(states) if states.bidirectional));
        let nested = self.program.parts().map(|(_, part)| part.network());
        let bidirectional = quote!(#bidirectional #(|| #nested::PLAN.bidirectional)*);
        let parts = self.program.parts().zip(parts).map(|((name, _), plan)| {
            let name = names::plain(name);
            quote!(#NETWORK::Plan { name: #name, ..#plan })
        });
        quote! {
            #NETWORK::Plan {
                inputs: &[#(#inputs),*],
                outputs: #outputs,
                kept: &[#(#kept),*],
                forward_kept: #forward_kept,
                train_scratch: #NETWORK::total(&[#(#train),*]),
                infer_scratch: #NETWORK::total(&[#(#infer),*]),
                share: #NETWORK::total(&[#(#share),*]),
                part: #part,
                parts: &[#(#parts),*],
                meetings: #NETWORK::total(&[#(#meetings),*]),
                common: #NETWORK::total(&[#(#common),*]),
                states: &[#(#states),*],
                bidirectional: #bidirectional,
                name: "",
            }
        }
    }
}
