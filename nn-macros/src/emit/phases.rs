//! Statements in legs, between which the parts of a batch meet.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use crate::{
    layers::{Runtime, WeightGradient},
    names::{self, NETWORK, PART},
    network::Stage,
    program::{Program, Step},
    shape::types,
};

/// Statements that a part of a batch goes through in training. Where no layer needs what the parts have in common they are printed as they
/// are, else each under the condition that its leg is walked.
pub(super) struct Legs {
    meets: bool,
    /// Where what each layer and network inside has of the part's numbers begins.
    offsets: Option<TokenStream>,
    printed: TokenStream,
    /// The statements of the leg that is being written.
    current: TokenStream,
    /// Its index among the names of legs.
    leg: usize,
}

impl Legs {
    pub(super) fn new(program: &Program<'_>) -> Self {
        let meets = program.steps.iter().any(|step| meets(program, step)) || program.parts().next().is_some();
        Legs { meets, offsets: offsets(program), printed: TokenStream::new(), current: TokenStream::new(), leg: 0 }
    }

    /// A statement in this leg.
    pub(super) fn add(&mut self, statement: TokenStream) {
        self.current.extend(statement);
    }

    /// The end of this leg.
    pub(super) fn meet(&mut self) {
        self.turn(&quote!(1));
    }

    /// A network inside the network, whose legs are among these. `call` may use its own leg, `leg`.
    pub(super) fn part(&mut self, network: &TokenStream, call: &TokenStream) {
        self.close();
        let (first, leg, meetings) = (name(self.leg), own_leg(), quote!(#network::PLAN.meetings));
        self.printed.extend(quote!(if let ::core::option::Option::Some(#leg) = #NETWORK::leg_within(#PART.leg, #first, #meetings) { #call }));
        self.turn(&meetings);
    }

    /// All statements.
    pub(super) fn finish(mut self) -> TokenStream {
        self.close();
        let (first, offsets, printed) = (name(0), self.offsets, self.printed);
        if self.meets { quote!(let #first = 0; #offsets #printed) } else { printed }
    }

    fn close(&mut self) {
        let (leg, current) = (name(self.leg), std::mem::take(&mut self.current));
        if !current.is_empty() {
            self.printed.extend(if self.meets { quote!(if #PART.leg == #leg { #current }) } else { current });
        }
    }

    /// The next leg comes after so many meetings.
    fn turn(&mut self, meetings: &TokenStream) {
        self.close();
        let (before, after) = (name(self.leg), name(self.leg + 1));
        self.printed.extend(quote!(let #after = #before + #meetings;));
        self.leg += 1;
    }
}

/// What the leg of a network inside the network is called.
pub(super) fn own_leg() -> Ident {
    names::local("leg", "own")
}

fn name(leg: usize) -> Ident {
    names::local("leg", &leg.to_string())
}

/// Whether the step's layer needs what the parts of a batch have in common.
pub(super) fn meets(program: &Program<'_>, step: &Step) -> bool {
    let weights = step.stage(program.network).and_then(Stage::weights);
    weights.is_some_and(|weights| weights.gradient == WeightGradient::Synchronized)
}

/// The numbers that a part tells the others: for each such layer, then for each network inside.
pub(super) fn widths(program: &Program<'_>) -> Vec<TokenStream> {
    let own = program.steps.iter().filter(|step| meets(program, step));
    let own = own.filter_map(|step| step.stage(program.network)?.runtime());
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

/// What a step's layer, or the network inside that it calls, has of the part's numbers.
pub(super) fn common(program: &Program<'_>, step: &Step) -> TokenStream {
    let own = program.steps.iter().filter(|step| meets(program, step));
    let nested = program.steps.iter().filter(|step| step.part(program.network).is_some());
    let place = own.chain(nested).position(|other| std::ptr::eq(other, step)).unwrap_or_default();
    let (place, begin) = (types::count(place), commons());
    quote!(#PART.common.within(#begin[#place]))
}

fn commons() -> Ident {
    names::local("offsets", "common")
}
