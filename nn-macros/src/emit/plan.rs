//! Where each buffer lives.

use crate::{
    emit::{
        backward::{self, Backward},
        forward, phases,
    },
    layers::Work,
    names::{self, NETWORK},
    program::{Buffer, Program},
    shape::Dimension,
    shape::types,
};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

/// A program whose buffers have homes, and its three printouts.
pub(super) struct Plan<'a> {
    pub(super) program: Program<'a>,
    /// Buffers kept for the whole batch: the outputs first, then what dense layers and parts read.
    pub(super) kept: Vec<Buffer>,
    pub(super) infer: TokenStream,
    pub(super) infer_scratch: Vec<TokenStream>,
    pub(super) forward: TokenStream,
    /// The buffers of a part's scratch in training, each with room of its own.
    pub(super) scratch: Vec<Buffer>,
    pub(super) backward: Backward,
}

impl<'a> Plan<'a> {
    pub(super) fn new(program: Program<'a>) -> Self {
        let mut kept = program.outputs.clone();
        for step in &program.steps {
            let Some(read) =
                step.inputs.first().filter(|_| step.is_kept(program.network) || step.part(program.network).is_some())
            else {
                continue;
            };
            if program.buffers[read.buffer].input.is_none() && !kept.contains(&read.buffer) {
                kept.push(read.buffer);
            }
        }
        kept.extend(program.memories().map(|(_, memory)| memory.start.buffer));
        kept.extend(program.memories().map(|(_, memory)| memory.end.buffer));
        let mut elsewhere = vec![false; program.buffers.len()];
        kept.iter().for_each(|&buffer| elsewhere[buffer] = true);
        let used = program.used();
        let lives_in_scratch =
            |buffer: &Buffer| program.buffers[*buffer].input.is_none() && !elsewhere[*buffer] && used[*buffer];
        let scratch: Vec<Buffer> = (0..program.buffers.len()).filter(lives_in_scratch).collect();
        let (infer, infer_scratch) = forward::infer(&program, &kept, &scratch);
        let forward = forward::train(&program, &kept, &scratch);
        let backward = backward::backward(&program, &kept, &scratch);
        Plan { kept, infer, infer_scratch, forward, scratch, backward, program }
    }

    /// `network::Plan` as an expression, with those of the parts.
    pub(super) fn tokens(&self, parts: &[TokenStream]) -> TokenStream {
        let width = |&buffer: &Buffer| types::size(&self.program.buffers[buffer].width);
        let inputs = self.program.network.inputs.iter().map(|input| types::size(&types::length(&input.shape)));
        let forward_kept = types::count(self.kept.len());
        let outputs = types::count(self.program.outputs.len());
        let kept = self.kept.iter().map(width).chain(self.backward.kept.iter().map(types::size));
        let train = self.scratch.iter().map(width).chain(self.backward.scratch.iter().cloned());
        let infer = &self.infer_scratch;
        let share = &self.backward.share;
        // A layer with memory has work enough for every step of few samples, and no other way to share it out.
        let small =
            self.program.buffers.iter().any(|buffer| buffer.interleaved) || self.program.traces().next().is_some();
        let part = if small { 16_usize } else { 64 };
        let part = types::size(&Dimension::Literal(part as u64));
        let own = self.program.steps.iter().filter(|step| phases::meets(&self.program, step)).count();
        let own = (own > 0).then(|| types::count(own).into_token_stream());
        let nested =
            self.program.parts().map(|(_, part)| part.network()).map(|network| quote!(#network::PLAN.meetings));
        let meetings: Vec<TokenStream> = own.into_iter().chain(nested).collect();
        let common = phases::widths(&self.program);
        let states = self.program.memories().map(|(name, _)| names::plain(name));
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

/// Slots that buffers share, one after the other.
#[derive(Default)]
pub(super) struct Pool {
    /// The widths that each slot must have room for.
    slots: Vec<Vec<Dimension>>,
    free: Vec<usize>,
}

impl Pool {
    /// A slot for `width` numbers a sample: a free one of that width, else any free one, else a new one.
    pub(super) fn take(&mut self, width: &Dimension) -> usize {
        let same = self.free.iter().position(|&slot| self.slots[slot].contains(width));
        let place = same.or_else(|| self.free.len().checked_sub(1));
        let slot = match place {
            Some(place) => self.free.remove(place),
            None => {
                self.slots.push(Vec::new());
                self.slots.len() - 1
            }
        };
        if !self.slots[slot].contains(width) {
            self.slots[slot].push(width.clone());
        }
        slot
    }

    pub(super) fn give_back(&mut self, slot: usize) {
        self.free.push(slot);
    }

    /// The width of each slot.
    pub(super) fn widths(&self) -> Vec<TokenStream> {
        self.slots.iter().map(|widths| types::widest(widths)).collect()
    }
}
