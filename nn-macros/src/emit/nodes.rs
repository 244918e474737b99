//! The named nodes, whose values users read, and at which a pass ends or begins.

use std::collections::HashSet;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use crate::{
    emit::{forward::Names, generics::Generics, other_words, plan::Plan, sizing, stub},
    names::{self, ALL, E, INDEX, NETWORK, PART},
    network::{Network, Recovered},
    paths,
    program::{Buffer, Tap},
    shape::{Dimension, Shape, types},
};

/// The statements of inference, with what is done at the named nodes, and the steps before a node from which a pass starts left out.
pub(super) struct Stretches<'t, 'a> {
    taps: &'t [Tap<'a>],
    printed: TokenStream,
    current: TokenStream,
}

impl<'t, 'a> Stretches<'t, 'a> {
    pub(super) fn new(taps: &'t [Tap<'a>]) -> Self {
        Stretches { taps, printed: TokenStream::new(), current: TokenStream::new() }
    }

    /// A statement behind those before.
    pub(super) fn add(&mut self, statement: TokenStream) {
        self.current.extend(statement);
    }

    /// The values that are there behind an instruction, or before the first.
    pub(super) fn visit(&mut self, after: Option<usize>, names: &Names<'_, '_>) {
        for (index, tap) in self.taps.iter().enumerate().filter(|(_, tap)| tap.after == after) {
            if tap.beside.is_none() {
                let (steps, place) = (std::mem::take(&mut self.current), types::count(index));
                if !steps.is_empty() {
                    self.printed.extend(quote!(if #PART.probe.leads_to(#place) { #steps }));
                }
            }
            self.current.extend(tap.visit(index, names));
        }
    }

    /// All statements.
    pub(super) fn finish(mut self) -> TokenStream {
        self.printed.extend(self.current);
        self.printed
    }
}

/// What is done behind an instruction of training, or before the first: nothing is left out there.
pub(super) fn visits(taps: &[Tap<'_>], after: Option<usize>, names: &Names<'_, '_>) -> TokenStream {
    let there = taps.iter().enumerate().filter(|(_, tap)| tap.after == after);
    let visits = there.map(|(index, tap)| visit(tap.buffer, index, names));
    quote!(#(#visits;)*)
}

/// The call that does what is wanted with the value of the node `index`, which lies in a buffer; whether the pass ends.
fn visit(buffer: Buffer, index: usize, names: &Names<'_, '_>) -> TokenStream {
    let (name, index) = (names.name(buffer), types::count(index));
    let method = if names.program.buffers[buffer].innermost { quote!(visit_lanes) } else { quote!(visit) };
    quote!(#name.#method(&mut #PART.probe, #index))
}

/// `NamedNodes` for the network.
pub(super) fn nodes(network: &Network, plan: &Plan<'_>) -> TokenStream {
    let module = names::item("beside");
    let mut all = HashSet::new();
    let besides = plan.taps.iter().filter_map(|tap| tap.beside.as_ref()).filter(|name| all.insert(name.to_string()));
    let besides: Vec<TokenStream> = besides.map(|name| other_words::located(quote!(pub struct #name;), name)).collect();
    let besides =
        (!besides.is_empty()).then(|| quote!(#[allow(dead_code, non_camel_case_types)] mod #module { #(#besides)* }));
    let fields = plan.taps.iter().enumerate().map(|(index, tap)| {
        let beside = match &tap.beside {
            Some(beside) => quote!(#module::#beside),
            None => quote!(#NETWORK::Nothing),
        };
        Field {
            name: tap.name,
            shape: types::shape(network.nodes[tap.node].output()),
            beside,
            value: tap.value(index, network, plan),
        }
    });
    let times = &plan.program.times;
    let (sizes, lengths) = (node_sizes(network, plan), times.node_length(plan.taps.iter().map(|tap| tap.node)));
    let (before, beside) = (times.node_inputs(), quote!(#sizes #lengths));
    let nodes = implementation(&network.name, &network.parameters, &fields.collect::<Vec<_>>(), [before, beside]);
    quote!(#besides #nodes)
}

impl Tap<'_> {
    /// What is done with the value in inference.
    fn visit(&self, index: usize, names: &Names<'_, '_>) -> TokenStream {
        let copy = self.copy.map(|copy| visit(copy, index, names)).into_iter();
        let own = visit(self.buffer, index, names);
        quote!(#(#copy;)* if #own { return; })
    }

    /// The node as a constant.
    fn value(&self, index: usize, network: &Network, plan: &Plan<'_>) -> TokenStream {
        let (index, name) = (types::count(index), names::plain(self.name));
        let free = is_free(network.nodes[self.node].output()).then(|| quote!(.free()));
        let timed = plan.program.times.node(self.node);
        quote!(#NETWORK::Node::new(#index, #name) #free #timed)
    }
}

fn is_free(shape: &Shape) -> bool {
    shape.iter().any(Dimension::is_free)
}

/// `node_sizes`, where a node has a free one.
fn node_sizes(network: &Network, plan: &Plan<'_>) -> Option<TokenStream> {
    let shapes = plan.taps.iter().map(|tap| network.nodes[tap.node].output()).enumerate();
    let sizes = shapes.filter(|(_, shape)| is_free(shape)).map(|(index, shape)| {
        let (index, sizes) = (types::count(index), types::sizes(shape));
        quote!(#index => ::std::vec::Vec::from(#sizes),)
    });
    let sizes: Vec<TokenStream> = sizes.collect();
    let read = sizing::split(network, &quote!(#ALL), "split_at");
    (!sizes.is_empty()).then(|| {
        quote! {
            fn node_sizes(
                #INDEX: ::core::primitive::usize,
                #ALL: &[::core::primitive::usize],
            ) -> ::std::vec::Vec<::core::primitive::usize> {
                #read
                match #INDEX { #(#sizes)* _ => ::std::vec::Vec::new() }
            }
        }
    })
}

/// The same for a network with faults.
pub(super) fn stub_nodes(recovered: &Recovered) -> TokenStream {
    let fields = recovered.nodes.iter().enumerate().map(|(index, (name, shape))| {
        let (index, label) = (types::count(index), names::plain(name));
        let value = quote!(#NETWORK::Node::new(#index, #label));
        Field { name, shape: stub::known(shape.as_ref()), beside: quote!(#NETWORK::Nothing), value }
    });
    let nothing = [TokenStream::new(), TokenStream::new()];
    implementation(&recovered.name, &recovered.parameters, &fields.collect::<Vec<_>>(), nothing)
}

/// A field of the struct that has all nodes of a network.
struct Field<'a> {
    name: &'a Ident,
    shape: TokenStream,
    beside: TokenStream,
    value: TokenStream,
}

/// The struct and the impl, with statements before the constant and methods beside it.
fn implementation(
    name: &Ident,
    parameters: &[Ident],
    fields: &[Field<'_>],
    [before, beside]: [TokenStream; 2],
) -> TokenStream {
    let root = paths::plumbline();
    let generics = Generics(parameters);
    let (declared, used) = (generics.declared(), generics.used());
    let nodes = names::item(&format!("{}Nodes", names::plain(name)));
    let types = fields.iter().map(
        |Field { name: field, shape, beside, .. }| quote!(pub #field: #NETWORK::Node<#name<#used #E>, #shape, #beside>),
    );
    let values = fields.iter().map(|Field { name, value, .. }| quote!(#name: #value));
    let (item, ty, value) = if fields.is_empty() {
        (None, quote!(()), quote!(()))
    } else {
        let item = quote! {
            #[allow(dead_code, non_snake_case, private_interfaces)]
            pub struct #nodes<#declared #E: #root::Element> { #(#types,)* }
        };
        let value = quote!(#nodes { #(#values,)* });
        let value = if before.is_empty() { value } else { quote!({ #before #value }) };
        (Some(item), quote!(#nodes<#used #E>), value)
    };
    quote! {
        #item
        impl<#declared #E: #root::Element> #NETWORK::NamedNodes for #name<#used #E> {
            type Nodes = #ty;
            const NODES: Self::Nodes = #value;
            #beside
        }
    }
}
