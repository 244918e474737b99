//! Lengths as generated code has them.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};

use crate::{
    layers::Change,
    names::{self, NETWORK},
    network::Network,
    program::{Elsewhere, Kind, Origin, Test, Time, Timed, Times},
    report::{Message, PartMismatch, compact, ends},
    shape::types,
    shape::{Operation, Shape},
};

impl Times {
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
                Origin::Through(before, inner, [from, to]) => {
                    let network = inner.part.with_element();
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
        match self.inputs[node][stage][0] {
            Some(Timed { time, axis: 0 }) => {
                let lengths = lengths(time);
                quote!(#lengths)
            }
            _ => quote!(&[]),
        }
    }

    /// The lengths of what a network inside the network takes, as that takes them.
    pub(super) fn lengths_of_part(&self, node: usize, stage: usize, network: &TokenStream) -> Option<TokenStream> {
        let Timed { time, axis } = self.inputs[node][stage][0]?;
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
        let timed = (*self.inputs[node][stage].get(source)?)?;
        Some((described(timed, shape), timed.axis))
    }

    /// Where the steps lie of what a stage gives, where it is a sequence.
    pub(super) fn given(&self, node: usize, stage: usize, shape: &Shape) -> Option<TokenStream> {
        self.output[node][stage].map(|timed| described(timed, shape))
    }

    /// Where the steps of an output lie, where it is a sequence.
    pub(super) fn output(&self, network: &Network, output: usize) -> Option<TokenStream> {
        let shape = network.nodes[network.outputs[output].node].output();
        self.outputs[output].map(|timed| described(timed, shape))
    }

    /// Whose lengths the values of a node have, as calls behind those that make the node; none where it is no sequence.
    pub(super) fn node(&self, node: usize) -> Option<TokenStream> {
        let Timed { time, axis } = self.nodes[node]?;
        let (input, axis) = (time_name(self.source(time)), types::count(axis));
        let changed = self.before(time).map(|_| quote!(.changed()));
        Some(quote!(.timed(#input, #axis) #changed))
    }

    /// The inputs whose lengths they are, as statements before.
    pub(super) fn node_inputs(&self) -> TokenStream {
        let used = self.used_by_nodes();
        let inputs = self.origins.iter().enumerate().filter(|(time, _)| used[*time]).map(|(time, origin)| {
            let name = time_name(time);
            match origin {
                Origin::Input(index) => {
                    let index = types::count(*index);
                    quote!(let #name = ::core::option::Option::Some(#index);)
                }
                Origin::Changed(..) => TokenStream::new(),
                Origin::Through(before, inner, [from, to]) => {
                    let (network, before) = (inner.part.with_element(), time_name(self.source(*before)));
                    let (from, to) = (types::count(*from), types::count(*to));
                    quote!(let #name = #NETWORK::time_through::<#network>(#before, [#from, #to]);)
                }
            }
        });
        inputs.collect()
    }

    /// `node_length`, where layers change lengths before a node: the nodes in the order of their numbers.
    pub(super) fn node_length(&self, nodes: impl Iterator<Item = usize>) -> Option<TokenStream> {
        let (used, length, index) = (self.used_by_nodes(), length(), names::INDEX);
        let values = self.origins.iter().enumerate().filter(|(time, _)| used[*time]).map(|(time, origin)| {
            let steps = self::steps(time);
            let value = match origin {
                Origin::Input(_) => quote!(#length),
                Origin::Changed(before, change) => change.value(&self::steps(*before)),
                Origin::Through(before, inner, _) => {
                    let (network, before) = (inner.part.with_element(), self::steps(*before));
                    quote!(<#network as #NETWORK::Network>::output_length(0, #before))
                }
            };
            quote!(let #steps = #value;)
        });
        let changed = nodes.enumerate().filter_map(|(number, node)| {
            let time = self.nodes[node]?.time;
            let (number, steps) = (types::count(number), steps(time));
            self.before(time).map(|_| quote!(#number => #steps,))
        });
        let changed: Vec<TokenStream> = changed.collect();
        (!changed.is_empty()).then(|| {
            quote! {
                fn node_length(#index: ::core::primitive::usize, #length: ::core::primitive::usize) -> ::core::primitive::usize {
                    #(#values)*
                    match #index { #(#changed)* _ => #length }
                }
            }
        })
    }

    /// The time behind which layers have changed lengths alone.
    fn source(&self, time: Time) -> Time {
        self.way(time).find(|&time| !matches!(self.origins[time], Origin::Changed(..))).unwrap_or(time)
    }

    /// For each time, whether it is that of a node, or one that such a time follows from.
    fn used_by_nodes(&self) -> Vec<bool> {
        let mut used = vec![false; self.origins.len()];
        self.nodes.iter().flatten().for_each(|timed| used[timed.time] = true);
        for time in (0..used.len()).rev() {
            if let (true, Some(before)) = (used[time], self.before(time)) {
                used[before] = true;
            }
        }
        used
    }

    /// `TIMES`, `output_length`, `length_fault` and what networks around it ask, where they are not those of a network without sequences.
    pub(super) fn items(&self) -> TokenStream {
        let (differ, length) = (self.differ(), length());
        let checked = self.statements.iter().any(|statement| statement.kind != Kind::Value);
        let statements = self.statements.iter().map(|statement| self.test(&statement.test));
        let faults = checked.then(|| {
            quote! {
                #differ
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
        let (output, changes) = (names::local("output", ""), self.changed());
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
            #changes
            #lengths
            #faults
        }
    }

    /// `LENGTHS_MAY_DIFFER`, where it is not sure that lengths never do.
    fn differ(&self) -> Option<TokenStream> {
        let differ = if self.may_differ() {
            Some(quote!(true))
        } else {
            let parts = self.elsewhere.iter().map(|elsewhere| elsewhere.part.network());
            any(parts.map(|part| quote!(#part::LENGTHS_MAY_DIFFER)).collect())
        };
        differ.map(|differ| quote!(const LENGTHS_MAY_DIFFER: ::core::primitive::bool = #differ;))
    }

    /// `CHANGES_LENGTHS`, where it is not sure that the first output has those of its input.
    fn changed(&self) -> Option<TokenStream> {
        let timed = self.outputs[0].filter(|_| self.changes(0))?;
        let parts: Option<Vec<TokenStream>> = self
            .way(timed.time)
            .filter_map(|time| match &self.origins[time] {
                Origin::Input(_) => None,
                Origin::Through(_, inner, _) if inner.elsewhere.is_some() => {
                    let network = inner.part.with_element();
                    Some(Some(quote!(<#network as #NETWORK::Network>::CHANGES_LENGTHS)))
                }
                _ => Some(None),
            })
            .collect();
        let changes = parts.map_or_else(|| Some(quote!(true)), any);
        changes.map(|changes| quote!(const CHANGES_LENGTHS: ::core::primitive::bool = #changes;))
    }

    /// The input of a time, an expression of type `Option<usize>`.
    fn index(&self, time: Time) -> TokenStream {
        match &self.origins[time] {
            Origin::Input(index) => {
                let index = types::count(*index);
                quote!(::core::option::Option::Some(#index))
            }
            Origin::Changed(before, _) => self.index(*before),
            Origin::Through(before, inner, [from, to]) => {
                let network = inner.part.with_element();
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
            Origin::Through(before, inner, _) => {
                let network = inner.part.with_element();
                let before = self.value(*before, length);
                quote!(<#network as #NETWORK::Network>::output_length(0, #before))
            }
        }
    }

    /// A statement over the lengths of one sample.
    fn test(&self, test: &Test) -> TokenStream {
        match test {
            Test::Length(time) => match &self.origins[*time] {
                Origin::Input(index) => {
                    let (length, steps, ragged, input) =
                        (length(), steps(*index), ragged(*index), types::count(*index));
                    quote!(let #NETWORK::SequenceLength { steps: #steps, ragged: #ragged } = #length(#input);)
                }
                Origin::Changed(before, change) => {
                    let (steps, value) = (steps(*time), change.value(&steps(*before)));
                    quote!(let #steps = #value;)
                }
                Origin::Through(before, inner, _) => {
                    let (steps, before, network) = (steps(*time), steps(*before), inner.part.with_element());
                    quote!(let #steps = <#network as #NETWORK::Network>::output_length(0, #before);)
                }
            },
            Test::Short { time, change, label } => {
                let input = self.input(*time);
                let (ragged, input, fits) = (ragged(input), types::count(input), change.fits(&steps(*time)));
                quote!(if #ragged && !#fits { return #NETWORK::LengthFault::short(#input, #label); })
            }
            Test::Mixed { time, label } => {
                let ragged = ragged(self.input(*time));
                quote!(if #ragged { return #NETWORK::LengthFault::mixed(#label); })
            }
            Test::Differ { times, label } => {
                let [steps, others] = times.map(steps);
                quote!(if #steps != #others { return #NETWORK::LengthFault::differ(#label, #steps, #others); })
            }
            Test::Inside { time, part, axes, free, label } => {
                let (steps, input, network) = (steps(*time), self.input(*time), part.with_element());
                let (ragged, fault) = (ragged(input), names::local("fault", ""));
                let ([from, to], input) = (axes.map(types::count), types::count(input));
                // Over an axis of fixed size no layer refuses a length but where branches meet.
                let ragged = if *free { quote!(#ragged) } else { quote!(false) };
                let sequence = quote!(#NETWORK::SequenceLength { steps: #steps, ragged: #ragged });
                quote! {
                    if let ::core::option::Option::Some(#fault) =
                        #NETWORK::length_fault_within::<#network>(#label, #sequence, [#from, #to], #input)
                    {
                        return ::core::option::Option::Some(#fault);
                    }
                }
            }
        }
    }

    /// What the compiler is asked of parts that are declared elsewhere, as statements of a constant. `refuses` is whether the network may refuse a
    /// batch, for their lengths or anything else.
    pub(super) fn asked(&self, refuses: bool) -> Vec<TokenStream> {
        let mut asked = Vec::new();
        for Elsewhere { part, label, relied_on } in &self.elsewhere {
            let mut ask = |constant: &str, changes: bool| {
                let (network, constant) = (part.network(), Ident::new(constant, proc_macro2::Span::call_site()));
                let fault = PartMismatch::Lengths { subject: label.clone(), path: compact(&part.path), changes };
                let failure = Message::from(fault).failure(ends(&part.path.to_token_stream()));
                asked.push(quote!(if #network::#constant { #failure }));
            };
            if !relied_on.is_empty() {
                ask("CHANGES_LENGTHS", true);
            }
            if !refuses {
                ask("LENGTHS_MAY_DIFFER", false);
            }
        }
        asked
    }
}

impl Change {
    /// What becomes of a length.
    pub(super) fn value(&self, length: &impl ToTokens) -> TokenStream {
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
    pub(super) fn fits(&self, length: &Ident) -> TokenStream {
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

/// Whether any of them is so, as an expression; `None` where there are none.
fn any(all: Vec<TokenStream>) -> Option<TokenStream> {
    (!all.is_empty()).then(|| quote!(#(#all)||*))
}

/// What the input of a time is called.
fn time_name(time: Time) -> Ident {
    names::local("time", &time.to_string())
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
