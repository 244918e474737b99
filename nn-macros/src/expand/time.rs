//! Whose lengths a value has, where it is a sequence, and along which axis: those of an input, or what layers have made of them.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use crate::{
    expand::types,
    layers::{Activation, Change, Layer, Lengths, time_axis},
    names::{self, NETWORK},
    network::{Network, Source, Stage},
    shape::{Operation, Shape},
};

/// An index into [`Times::origins`].
type Time = usize;

/// A value that is a sequence.
#[derive(Clone, Copy, Debug)]
struct Timed {
    time: Time,
    axis: usize,
}

/// Where lengths come from.
#[derive(Debug)]
enum Origin {
    /// An input.
    Input(usize),
    /// A layer that changes those of another time.
    Changed(Time, Change),
    /// A network inside the network: what it takes, and the axes of time of what it takes and gives.
    Through(Time, TokenStream, [usize; 2]),
}

/// The times of all values.
#[derive(Debug)]
pub(super) struct Times {
    origins: Vec<Origin>,
    /// For each node, those of what each stage takes.
    takes: Vec<Vec<Vec<Option<Timed>>>>,
    /// For each node, those of what each stage gives.
    gives: Vec<Vec<Option<Timed>>>,
    /// Those of the outputs.
    outputs: Vec<Option<Timed>>,
    /// Statements that look for what is wrong with the lengths of a sample.
    statements: Vec<TokenStream>,
    /// Whether one of them may find something.
    checked: bool,
    /// Whether lengths of two inputs may meet.
    several: bool,
}

impl Times {
    pub(super) fn new(network: &Network) -> Self {
        let mut times = Times {
            origins: Vec::new(),
            takes: Vec::new(),
            gives: Vec::new(),
            outputs: Vec::new(),
            statements: Vec::new(),
            checked: false,
            several: network.inputs.len() > 1,
        };
        for index in 0..network.inputs.len() {
            let (length, steps, ragged) = (length(), steps(index), ragged(index));
            let input = types::count(index);
            times.origins.push(Origin::Input(index));
            times
                .statements
                .push(quote!(let #NETWORK::SequenceLength { steps: #steps, ragged: #ragged } = #length(#input);));
        }
        for node in &network.nodes {
            let sources = node.sources.iter().map(|source| match *source {
                Source::Input(index) => Some(Timed { time: index, axis: time_axis(&network.inputs[index].shape) }),
                Source::Node(index) => times.gives[index].last().copied().flatten(),
            });
            let mut now: Vec<Option<Timed>> = sources.collect();
            let (mut takes, mut gives) = (Vec::new(), Vec::new());
            for stage in &node.stages {
                let given = times.after(stage, &node.label, &now);
                takes.push(std::mem::replace(&mut now, vec![given]));
                gives.push(given);
            }
            times.takes.push(takes);
            times.gives.push(gives);
        }
        for output in &network.outputs {
            let (node, timed) = (&network.nodes[output.node], times.gives[output.node].last().copied().flatten());
            let told = timed.filter(|timed| timed.axis == time_axis(node.gives()));
            if let Some(timed) = timed.filter(|timed| told.is_none() && node.gives()[timed.axis].is_free()) {
                times.mixed(timed, &node.label);
            }
            times.outputs.push(told);
        }
        times.forget_unread(network);
        times
    }

    /// Leaves out the sequences whose lengths nobody asks for: those of a fixed number of steps that end in a layer which takes them all together,
    /// as an image does, or a vector.
    fn forget_unread(&mut self, network: &Network) {
        let mut read = vec![false; network.nodes.len()];
        for (output, told) in network.outputs.iter().zip(&self.outputs) {
            read[output.node] |= told.is_some();
        }
        for (index, node) in network.nodes.iter().enumerate().rev() {
            let mut asked = read[index];
            for (at, stage) in node.stages.iter().enumerate().rev() {
                let goes_on = self.gives[index][at].is_some() && asked;
                self.gives[index][at] = self.gives[index][at].filter(|_| asked);
                let takes = &mut self.takes[index][at];
                asked = goes_on || takes.iter().flatten().next().is_some_and(|timed| reads(stage, timed.axis));
                takes.iter_mut().for_each(|timed| *timed = timed.filter(|_| asked));
            }
            for (source, timed) in node.sources.iter().zip(&self.takes[index][0]) {
                if let (Source::Node(source), Some(_)) = (source, timed) {
                    read[*source] = true;
                }
            }
        }
    }

    /// The time of what a stage gives.
    fn after(&mut self, stage: &Stage, label: &str, takes: &[Option<Timed>]) -> Option<Timed> {
        let first = takes.iter().position(Option::is_some)?;
        let (timed, shape) = (takes[first]?, &stage.takes[first]);
        let free = shape[timed.axis].is_free();
        for other in takes[first + 1..].iter().flatten() {
            if other.axis != timed.axis {
                if free {
                    self.mixed(timed, label);
                }
                return None;
            }
            if other.time != timed.time && (free || self.several) {
                let (a, b) = (steps(timed.time), steps(other.time));
                self.check(quote!(if #a != #b { return #NETWORK::LengthFault::differ(#label, #a, #b); }));
            }
        }
        match stage.layer.lengths(timed.axis, shape, &stage.gives) {
            Lengths::Kept(axis) => Some(Timed { axis, ..timed }),
            Lengths::Read => None,
            Lengths::Mixed => {
                if free {
                    self.mixed(timed, label);
                }
                None
            }
            Lengths::Changed(axis, change) => {
                if free {
                    let (input, fits) = (types::count(self.input(timed.time)), change.fits(&steps(timed.time)));
                    self.check(quote!(if !#fits { return #NETWORK::LengthFault::short(#input, #label); }));
                }
                let value = change.value(&steps(timed.time));
                let time = self.origin(Origin::Changed(timed.time, change), &value);
                Some(Timed { time, axis })
            }
            Lengths::Inside(axis) => {
                let Layer::Part(part) = &stage.layer else { return None };
                let (path, steps, input) = (part.with_element(), steps(timed.time), self.input(timed.time));
                let (ragged, from) = (ragged(input), timed.axis);
                let input = types::count(input);
                let (in_axis, out_axis) = (types::count(from), types::count(axis));
                if free {
                    let sequence = quote!(#NETWORK::SequenceLength { steps: #steps, ragged: #ragged });
                    let fault = names::local("fault", "");
                    self.check(quote! {
                        if let ::core::option::Option::Some(#fault) =
                            #NETWORK::length_fault_within::<#path>(#label, #sequence, [#in_axis, #out_axis], #input)
                        {
                            return ::core::option::Option::Some(#fault);
                        }
                    });
                }
                let value = quote!(<#path as #NETWORK::Network>::output_length(0, #steps));
                let time = self.origin(Origin::Through(timed.time, quote!(#path), [from, axis]), &value);
                Some(Timed { time, axis })
            }
        }
    }

    /// A new time, whose value for a sample follows from those before.
    fn origin(&mut self, origin: Origin, value: &TokenStream) -> Time {
        let time = self.origins.len();
        let name = steps(time);
        self.statements.push(quote!(let #name = #value;));
        self.origins.push(origin);
        time
    }

    fn check(&mut self, statement: TokenStream) {
        self.checked = true;
        self.statements.push(statement);
    }

    /// A layer that cannot keep the lengths.
    fn mixed(&mut self, timed: Timed, label: &str) {
        let ragged = ragged(self.input(timed.time));
        self.check(quote!(if #ragged { return #NETWORK::LengthFault::mixed(#label); }));
    }

    /// The input that a time goes back to.
    fn input(&self, time: Time) -> usize {
        match self.origins[time] {
            Origin::Input(index) => index,
            Origin::Changed(before, _) | Origin::Through(before, ..) => self.input(before),
        }
    }

    /// For each time, whether a layer asks for its lengths, or one that follows from it.
    fn used(&self) -> Vec<bool> {
        let mut used = vec![false; self.origins.len()];
        let timed = self.takes.iter().flatten().flatten().chain(self.gives.iter().flatten());
        timed.flatten().for_each(|timed| used[timed.time] = true);
        for time in (0..used.len()).rev() {
            if let (true, Origin::Changed(before, _) | Origin::Through(before, ..)) = (used[time], &self.origins[time])
            {
                used[*before] = true;
            }
        }
        used
    }

    /// The lengths of each time of a part of the batch, as statements over the inputs under their names.
    pub(super) fn statements(&self, inputs: &[Ident]) -> TokenStream {
        let used = self.used();
        let all = self.origins.iter().enumerate().filter(|(time, _)| used[*time]).map(|(time, origin)| {
            let name = lengths(time);
            match origin {
                Origin::Input(index) => {
                    let input = &inputs[*index];
                    quote!(let #name = #input.lengths();)
                }
                Origin::Changed(before, change) => {
                    let (before, length) = (lengths(*before), length());
                    let value = change.value(&length);
                    quote! {
                        let #name = #NETWORK::PartLengths::new(#before, |#length| #value);
                        let #name = #name.as_slice();
                    }
                }
                Origin::Through(before, network, [from, to]) => {
                    let (before, from, to) = (lengths(*before), types::count(*from), types::count(*to));
                    quote! {
                        let #name = #NETWORK::lengths_through::<#network>(#before, [#from, #to]);
                        let #name = #name.as_slice();
                    }
                }
            }
        });
        all.collect()
    }

    /// The lengths of what a stage takes, where it is a sequence whose steps are the vectors of its first axis; else none.
    pub(super) fn of_vectors(&self, node: usize, stage: usize) -> TokenStream {
        match self.takes[node][stage][0] {
            Some(Timed { time, axis: 0 }) => {
                let lengths = lengths(time);
                quote!(#lengths)
            }
            _ => quote!(&[]),
        }
    }

    /// The lengths of what a network inside the network takes, as that takes them.
    pub(super) fn lengths_of_part(&self, node: usize, stage: usize, network: &TokenStream) -> Option<TokenStream> {
        let Timed { time, axis } = self.takes[node][stage][0]?;
        let (lengths, axis) = (lengths(time), types::count(axis));
        Some(quote!(#NETWORK::lengths_into::<#network>(#lengths, #axis)))
    }

    /// Where the steps lie of what a stage takes from a source, where it is a sequence; and their axis.
    pub(super) fn taken(
        &self,
        node: usize,
        stage: usize,
        source: usize,
        shape: &Shape,
    ) -> Option<(TokenStream, usize)> {
        let timed = (*self.takes[node][stage].get(source)?)?;
        Some((described(timed, shape), timed.axis))
    }

    /// Where the steps lie of what a stage gives, where it is a sequence.
    pub(super) fn given(&self, node: usize, stage: usize, shape: &Shape) -> Option<TokenStream> {
        self.gives[node][stage].map(|timed| described(timed, shape))
    }

    /// Where the steps of an output lie, where it is a sequence.
    pub(super) fn output(&self, network: &Network, output: usize) -> Option<TokenStream> {
        let shape = network.nodes[network.outputs[output].node].gives();
        self.outputs[output].map(|timed| described(timed, shape))
    }

    /// `TIMES`, `output_length` and `length_fault`, where they are not those of a network without sequences.
    pub(super) fn items(&self) -> TokenStream {
        let faults = self.checked.then(|| {
            let (statements, length) = (&self.statements, length());
            quote! {
                fn length_fault(
                    #length: &dyn ::core::ops::Fn(::core::primitive::usize) -> #NETWORK::SequenceLength,
                ) -> ::core::option::Option<#NETWORK::LengthFault> {
                    #(#statements)*
                    ::core::option::Option::None
                }
            }
        });
        if self.outputs.iter().all(Option::is_none) {
            return quote!(#faults);
        }
        let times = self.outputs.iter().map(|output| match output {
            Some(timed) => self.index(timed.time),
            None => quote!(::core::option::Option::None),
        });
        let (output, length) = (names::local("output", ""), length());
        let changed = self.outputs.iter().enumerate().filter_map(|(output, timed)| {
            let time = (*timed)?.time;
            let value = self.value(time, &length);
            let output = types::count(output);
            (!matches!(self.origins[time], Origin::Input(_))).then(|| quote!(#output => #value,))
        });
        let changed: Vec<TokenStream> = changed.collect();
        let lengths = (!changed.is_empty()).then(|| {
            quote! {
                fn output_length(#output: ::core::primitive::usize, #length: ::core::primitive::usize) -> ::core::primitive::usize {
                    match #output { #(#changed)* _ => #length }
                }
            }
        });
        quote! {
            const TIMES: &'static [::core::option::Option<::core::primitive::usize>] = &[#(#times),*];
            #lengths
            #faults
        }
    }

    /// The input of a time, an expression of type `Option<usize>`.
    fn index(&self, time: Time) -> TokenStream {
        match &self.origins[time] {
            Origin::Input(index) => {
                let index = types::count(*index);
                quote!(::core::option::Option::Some(#index))
            }
            Origin::Changed(before, _) => self.index(*before),
            Origin::Through(before, network, [from, to]) => {
                let (before, from, to) = (self.index(*before), types::count(*from), types::count(*to));
                quote!(#NETWORK::time_through::<#network>(#before, [#from, #to]))
            }
        }
    }

    /// A length of a time, from that of its input.
    fn value(&self, time: Time, length: &Ident) -> TokenStream {
        match &self.origins[time] {
            Origin::Input(_) => quote!(#length),
            Origin::Changed(before, change) => change.value(&self.value(*before, length)),
            Origin::Through(before, network, _) => {
                let before = self.value(*before, length);
                quote!(<#network as #NETWORK::Network>::output_length(0, #before))
            }
        }
    }
}

impl Change {
    /// What becomes of a length.
    fn value(&self, length: &impl quote::ToTokens) -> TokenStream {
        match self {
            Change::Window { padding, span, stride } => {
                let [padding, span, stride] = [padding, span, stride].map(types::size);
                quote!(#NETWORK::window_length(#length, #padding, #span, #stride))
            }
            Change::Transposed { stride, reach, removed } => {
                let [stride, reach, removed] = [stride, reach, removed].map(types::size);
                quote!(#NETWORK::transposed_length(#length, #stride, #reach, #removed))
            }
        }
    }

    /// Whether a length is enough for the layer.
    fn fits(&self, length: &Ident) -> TokenStream {
        match self {
            Change::Window { padding, span, .. } => {
                let [padding, span] = [padding, span].map(types::size);
                quote!(#NETWORK::window_fits(#length, #padding, #span))
            }
            Change::Transposed { stride, reach, removed } => {
                let [stride, reach, removed] = [stride, reach, removed].map(types::size);
                quote!(#NETWORK::transposed_fits(#length, #stride, #reach, #removed))
            }
        }
    }
}

/// Whether a layer asks for the lengths of what it takes, whoever asks for those of what it gives.
fn reads(stage: &Stage, axis: usize) -> bool {
    match &stage.layer {
        Layer::Activation(Activation::Softmax | Activation::LogSoftmax) => axis + 1 == stage.takes[0].len(),
        Layer::BatchNorm(_) => axis > 0,
        Layer::Recurrent(_) => axis == 0,
        Layer::Part(_) => true,
        layer => matches!(layer.lengths(axis, &stage.takes[0], &stage.gives), Lengths::Read),
    }
}

/// Where the steps of a value of a shape lie, as an expression.
fn described(timed: Timed, shape: &Shape) -> TokenStream {
    let (lengths, count) = (lengths(timed.time), types::size(&shape[timed.axis]));
    let inner = Operation::Product.of(&shape[timed.axis + 1..]).map(|inner| types::size(&inner));
    quote!(#NETWORK::Steps::new(#lengths, #count, #inner))
}

/// What the lengths of a part's sequences are called.
fn lengths(time: Time) -> Ident {
    names::local("lengths", &time.to_string())
}

/// What the length of one sequence is called.
fn steps(time: Time) -> Ident {
    names::local("steps", &time.to_string())
}

/// What tells whether an input has lengths is called.
fn ragged(input: usize) -> Ident {
    names::local("ragged", &input.to_string())
}

/// What a length is called, and what gives it.
fn length() -> Ident {
    names::local("length", "")
}
