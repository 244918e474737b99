//! Statements in phases, between which the parts of a batch wait for each other at a barrier.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};

use crate::{
    emit::structure::{learned, learned_name},
    layers::{Runtime, WeightGradient},
    names::{self, MEASURED, NETWORK, PART},
    network::Stage,
    program::{Instruction, Program},
    shape::types,
};

/// Statements that a part of a batch goes through in training. Where no layer needs what the parts have in common they are printed as they
/// are, else each under the condition that it is the turn of its phase.
pub(super) struct Phases {
    is_synchronized: bool,
    /// Where what each layer and network inside has of the part's numbers begins.
    offsets: Option<TokenStream>,
    printed: TokenStream,
    /// The statements of the phase that is being written.
    current: TokenStream,
    /// Its index among the names of phases.
    phase: usize,
}

impl Phases {
    pub(super) fn new(program: &Program<'_>) -> Self {
        let is_synchronized = program.instructions.iter().any(|instruction| is_synchronized(program, instruction))
            || program.parts().next().is_some();
        Phases {
            is_synchronized,
            offsets: offsets(program),
            printed: TokenStream::new(),
            current: TokenStream::new(),
            phase: 0,
        }
    }

    /// A statement in this phase.
    pub(super) fn add(&mut self, statement: TokenStream) {
        self.current.extend(statement);
    }

    /// The end of this phase.
    pub(super) fn barrier(&mut self) {
        self.turn(&quote!(1));
    }

    /// A network inside the network, whose phases are among these. `call` may use its own phase.
    pub(super) fn part(&mut self, network: &TokenStream, call: &TokenStream) {
        self.close();
        let (first, leg, meetings) = (name(self.phase), own_phase(), quote!(#network::PLAN.meetings));
        self.printed.extend(quote!(if let ::core::option::Option::Some(#leg) = #NETWORK::leg_within(#PART.leg, #first, #meetings) { #call }));
        self.turn(&meetings);
    }

    /// All statements.
    pub(super) fn finish(mut self) -> TokenStream {
        self.close();
        let (first, offsets, printed) = (name(0), self.offsets, self.printed);
        if self.is_synchronized { quote!(let #first = 0; #offsets #printed) } else { printed }
    }

    fn close(&mut self) {
        let (leg, current) = (name(self.phase), std::mem::take(&mut self.current));
        if !current.is_empty() {
            self.printed.extend(if self.is_synchronized { quote!(if #PART.leg == #leg { #current }) } else { current });
        }
    }

    /// The next phase comes after so many barriers.
    fn turn(&mut self, meetings: &TokenStream) {
        self.close();
        let (before, after) = (name(self.phase), name(self.phase + 1));
        self.printed.extend(quote!(let #after = #before + #meetings;));
        self.phase += 1;
    }
}

/// What the phase of a network inside the network is called.
pub(super) fn own_phase() -> Ident {
    names::local("leg", "own")
}

fn name(phase: usize) -> Ident {
    names::local("leg", &phase.to_string())
}

/// Whether the instruction's layer needs what the parts of a batch have in common.
pub(super) fn is_synchronized(program: &Program<'_>, instruction: &Instruction) -> bool {
    let weights = instruction.stage(program.network).and_then(Stage::weights);
    weights.is_some_and(|weights| weights.gradient == WeightGradient::Synchronized)
}

/// The numbers that a part tells the others: for each such layer, then for each network inside.
pub(super) fn widths(program: &Program<'_>) -> Vec<TokenStream> {
    let own = program.instructions.iter().filter(|instruction| is_synchronized(program, instruction));
    let own = own.filter_map(|instruction| instruction.stage(program.network)?.runtime());
    let own = own.map(|Runtime { ty, .. }| quote!(<#ty>::COMMON));
    let nested = program.parts().map(|(_, part)| part.network()).map(|network| quote!(#network::PLAN.common));
    own.chain(nested).collect()
}

/// Where each of those numbers begin, once for a function.
fn offsets(program: &Program<'_>) -> Option<TokenStream> {
    let widths = widths(program);
    let begin = commons();
    (!widths.is_empty()).then(|| quote!(let #begin = const { #NETWORK::offsets([#(#widths),*]) };))
}

/// What an instruction's layer, or the network inside that it calls, has of the part's numbers.
pub(super) fn common(program: &Program<'_>, instruction: &Instruction) -> TokenStream {
    let place = synchronized(program).position(|other| std::ptr::eq(other, instruction)).unwrap_or_default();
    let (place, begin) = (types::count(place), commons());
    quote!(#PART.common.within(#begin[#place]))
}

/// The instructions that have some of the part's numbers, in the order in which these lie.
fn synchronized<'p>(program: &'p Program<'_>) -> impl Iterator<Item = &'p Instruction> {
    let own = program.instructions.iter().filter(|instruction| is_synchronized(program, instruction));
    own.chain(program.instructions.iter().filter(|instruction| instruction.part(program.network).is_some()))
}

/// The body of `move_buffers`, where there may be any: each layer takes what all parts have told in the forward pass.
pub(super) fn buffers(program: &Program<'_>) -> Option<TokenStream> {
    let (network, offsets, begin) = (program.network, offsets(program)?, commons());
    let calls = synchronized(program).enumerate().filter_map(|(place, instruction)| {
        let place = types::count(place);
        if let Some((name, part)) = instruction.part(network) {
            let (part, learned) = (part.trained(), learned_name(name));
            let measured = quote!(#MEASURED.within(#begin[#place], #learned));
            return Some(quote!(<#part as #NETWORK::Trainable>::move_buffers(&mut self.#name, #measured);));
        }
        let name = network.nodes[instruction.node?].name.as_ref()?;
        let learned = learned_name(name);
        Some(quote!(self.#name.update_buffers(#MEASURED.within(#begin[#place], #learned));))
    });
    let learned = learned(network, &MEASURED.ident().into_token_stream());
    Some(quote!(#offsets #learned #(#calls)*))
}

fn commons() -> Ident {
    names::local("offsets", "common")
}
