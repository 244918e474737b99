//! The impls of a network: `Network`, `Trainable`, and what users call on the type itself.

use std::collections::HashSet;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};

use crate::{
    emit::{
        constants,
        gate::{self, Method, Receiver},
        generics::Generics,
        output_kind, phases,
        plan::Plan,
        ports, sizing,
    },
    layers::{Weights, Work},
    names::{
        self, ALL, E, ELEMENT, GRADIENTS, INPUTS, KEPT, MEASURED, NETWORK, OFFSETS, PART, REST, RNG, SEED, SHARE, WHOLE,
    },
    network::{Network, Node, Source, Stage},
    paths,
    program::Times,
    shape::Shape,
    shape::types,
};

/// `impl Network`.
pub(super) fn network(network: &Network, plan: &Plan<'_>) -> TokenStream {
    let root = paths::plumbline();
    let name = &network.name;
    let generics = Generics(&network.parameters);
    let (declared, used) = (generics.declared(), generics.used());
    let checked = checked(network, plan);
    let input = ports(network.inputs.iter().map(|port| &port.shape));
    let output = ports(network.outputs.iter().map(|port| &port.shape));
    let kind = output_kind::output_kind(network);
    let inputs = types::count(network.inputs.len());
    let kept = types::count(plan.homes.kept.len() + plan.backward.kept.len());
    let nested: Vec<TokenStream> = plan.program.parts().map(|(_, part)| part.with_element()).collect();
    let kept = quote!([#NETWORK::Rows<'a, #E>; #kept]);
    let (kept_type, kept_values) = if nested.is_empty() {
        (kept, None)
    } else {
        let all =
            nested.iter().rev().fold(quote!(()), |rest, part| quote!((<#part as #NETWORK::Network>::Kept<'a>, #rest)));
        let values = quote!(#root::kept_values!(#KEPT 'a [#declared] [#used] #E, (#kept, #all)););
        (quote!(#KEPT<'a, #used #E>), Some(values))
    };
    let constants = constants::constants(network);
    let output_names = output_names(network);
    let parts = plan.program.parts().map(|(_, part)| part.network());
    let mut memory = plan.tokens(&parts.map(|part| quote!(#part::PLAN)).collect::<Vec<_>>());
    if let Some(unknown) = sizing::unknown(network) {
        memory = quote!({ #unknown #memory });
    }
    let sizing = sizing::sizing(network, plan);
    let indices = indices(network);
    let total = total(network, plan);
    let times = plan.program.times.items();
    let memories = memories(plan);
    let held: Vec<(&Ident, &Stage)> = network.nodes.iter().filter_map(Node::held).collect();
    let fields = held.iter().map(|(name, _)| name);
    let fresh = held.iter().map(|(_, stage)| stage.runtime().map(|runtime| runtime.new));
    let initialized = Method {
        name: "initialized",
        inputs: false,
        receiver: None,
        arguments: vec![(SEED.ident(), quote!(::core::primitive::u64))],
        returns: Some(quote!(Self)),
        body: quote! {
            let #RNG = &mut #NETWORK::generator(#SEED);
            #name { #(#fields: #fresh,)* #ELEMENT: ::core::marker::PhantomData }
        },
    };
    let infer = Method {
        name: "infer_part",
        inputs: false,
        receiver: Some(Receiver::Shared),
        arguments: vec![(PART.ident(), quote!(&mut #NETWORK::Part<'_, Self>))],
        returns: None,
        body: plan.infer.clone(),
    };
    let all: Vec<Method> = [initialized, infer].into_iter().chain(memories).collect();
    let (behind, methods) = gate::methods(network, "Walked", &quote!(#NETWORK::Network), &all);
    quote! {
        #kept_values
        #behind
        impl<#declared #E: #root::Element> #NETWORK::Network for #name<#used #E> {
            type Element = #E;
            type Input = #input;
            type Output = #output;
            type OutputKind = #kind;
            type Inputs<'a> = [#NETWORK::RowsRef<'a, #E>; #inputs];
            type Kept<'a> = #kept_type;
            #constants
            #output_names
            #checked
            const PLAN: #NETWORK::Plan<'static> = #memory;
            #sizing
            #times
            #indices
            #methods
        }
        #total
    }
}

/// `memories`, where there may be layers with memory.
fn memories(plan: &Plan<'_>) -> Option<Method> {
    let count = plan.homes.kept.len() + plan.backward.kept.len();
    let first = count - plan.program.saved_states().count();
    let own = plan.program.recurrent_layers().enumerate().map(|(index, (field, _))| {
        let (name, trace) = (names::plain(field), types::count(first + index));
        quote!(#ALL.push(#NETWORK::Remembered::new(#name, &self.#field, #trace));)
    });
    // Its own come before those of the networks inside.
    let mut counts = vec![types::count(count).into_token_stream()];
    let nested: Vec<TokenStream> = plan
        .program
        .parts()
        .map(|(field, part)| {
            let (name, network, place) = (names::plain(field), part.network(), types::count(counts.len()));
            counts.push(quote!(#NETWORK::kept_count(&#network::PLAN)));
            let module = part.with_element();
            quote! {
                let #REST = <#module as #NETWORK::Network>::memories(&self.#field);
                #ALL.extend(#NETWORK::remembered_within(#name, #REST, #OFFSETS[#place]));
            }
        })
        .collect();
    let offsets = (!nested.is_empty()).then(|| quote!(let #OFFSETS = const { #NETWORK::offsets([#(#counts),*]) };));
    let statements: Vec<TokenStream> = own.chain(nested).collect();
    (!statements.is_empty()).then(|| Method {
        name: "memories",
        inputs: false,
        receiver: Some(Receiver::Shared),
        arguments: Vec::new(),
        returns: Some(quote!(::std::vec::Vec<#NETWORK::Remembered<'_, #E>>)),
        body: quote! {
            let mut #ALL = ::std::vec::Vec::new();
            #offsets
            #(#statements)*
            #ALL
        },
    })
}

/// Whether the network may refuse a batch, for the sizes of free dimensions, for numbers that are no indices, or for the lengths of its sequences.
pub(super) fn refuses(network: &Network, times: &Times) -> bool {
    network.sizes.is_some() || indices(network).is_some() || times.may_differ()
}

/// The inputs' numbers that must be indices, where there are such inputs.
pub(super) fn indices(network: &Network) -> Option<TokenStream> {
    let checks = network.nodes.iter().filter_map(|node| {
        let Some(Source::Input(input)) = node.sources.first() else { return None };
        let input = types::count(*input);
        match node.stages[0].facts().work {
            Work::Weights(Weights { vocabulary: Some(vocabulary), .. }) => {
                let vocabulary = types::size(vocabulary);
                Some(quote!(inputs[#input].check_indices(#vocabulary)?;))
            }
            Work::Submodule(part) if part.indices => {
                let part = part.with_element();
                Some(quote!(<#part as #NETWORK::Network>::check_indices(&inputs[#input..=#input])?;))
            }
            _ => None,
        }
    });
    let checks: Vec<TokenStream> = checks.collect();
    let root = paths::plumbline();
    (!checks.is_empty()).then(|| {
        quote! {
            const INDICES: ::core::primitive::bool = true;
            fn check_indices(
                inputs: &[#NETWORK::Entry<'_, #E>],
            ) -> ::core::result::Result<(), #root::ShapeError> {
                #(#checks)*
                ::core::result::Result::Ok(())
            }
        }
    })
}

/// `impl Total` for a network that takes every batch of its input type.
fn total(network: &Network, plan: &Plan<'_>) -> Option<TokenStream> {
    let (root, name, generics) = (paths::plumbline(), &network.name, Generics(&network.parameters));
    let (declared, used) = (generics.declared(), generics.used());
    (!refuses(network, &plan.program.times))
        .then(|| quote!(impl<#declared #E: #root::Element> #NETWORK::Total for #name<#used #E> {}))
}

/// `OUTPUT_NAMES`, where there are several outputs; with one, what the trait says holds.
fn output_names(network: &Network) -> Option<TokenStream> {
    let names: Vec<String> =
        network.outputs.iter().filter_map(|port| Some(names::plain(port.name.as_ref()?))).collect();
    (network.outputs.len() > 1)
        .then(|| quote!(const OUTPUT_NAMES: &'static [&'static ::core::primitive::str] = &[#(#names),*];))
}

/// What depends on dimension parameters, as a constant that is evaluated where they are known.
fn checked(network: &Network, plan: &Plan<'_>) -> Option<TokenStream> {
    let (checks, asked) = (&network.checks, asked_of_parts(network, plan));
    (!network.parameters.is_empty()).then(|| quote!(const CHECKED: () = { #(#checks)* #(#asked)* };))
}

/// What the compiler is asked of the lengths of parts, where that does not wait for dimension parameters.
pub(super) fn asked(network: &Network, plan: &Plan<'_>) -> TokenStream {
    let asked = asked_of_parts(network, plan).into_iter().filter(|_| network.parameters.is_empty());
    asked.map(|asked| quote!(const _: () = #asked;)).collect()
}

fn asked_of_parts(network: &Network, plan: &Plan<'_>) -> Vec<TokenStream> {
    let times = &plan.program.times;
    times.asked(network.inputs.len() > 1 || refuses(network, times))
}

/// Its evaluation. Whatever makes a network, walks it or says what it holds begins with this: nothing of it can be had where a size has no
/// value.
fn evaluated(network: &Network) -> Option<TokenStream> {
    let root = paths::plumbline();
    (!network.parameters.is_empty()).then(|| quote!(let () = <Self as #root::Network>::CHECKED;))
}

/// `impl Trainable`; for a network without a gradient, an impl whose bound names the layer that has none.
pub(super) fn trainable(network: &Network, plan: &Plan<'_>) -> TokenStream {
    let root = paths::plumbline();
    let name = &network.name;
    if let Some((label, kind)) = without_gradient(network) {
        return no_gradient(network, &label, &kind);
    }
    let generics = Generics(&network.parameters);
    let (declared, used) = (generics.declared(), generics.used());
    let held: Vec<(&Ident, &Stage)> = network.nodes.iter().filter_map(Node::held).collect();
    let fields: Vec<&Ident> = held.iter().map(|(name, _)| *name).collect();
    let zeroed = held.iter().map(|(name, stage)| match stage.layer.submodule() {
        Some(part) => {
            let part = part.trained();
            quote!(<#part as #NETWORK::Trainable>::zeroed(&self.#name))
        }
        None if stage.learns() => quote!(self.#name.zeroed()),
        None => quote!(self.#name.clone()),
    });
    // Parts of one type are asked once.
    let mut asked = HashSet::new();
    let parts = plan.program.parts().filter(|(_, part)| asked.insert(part.checked.as_ref()));
    let gradients: Vec<_> = parts.filter_map(|(_, part)| part.ask_gradient(&network.parameters)).collect();
    let part = || (PART.ident(), quote!(&mut #NETWORK::Part<'_, Self>));
    let method = |name, arguments, returns, body| {
        let receiver = Some(Receiver::Shared);
        Method { name, inputs: name == "backward_part", receiver, arguments, returns, body }
    };
    let zeroed = quote!(#name { #(#fields: #zeroed,)* #ELEMENT: ::core::marker::PhantomData });
    let whole = vec![(WHOLE.ident(), quote!(#NETWORK::Whole<'_, Self>)), (GRADIENTS.ident(), quote!(&mut Self))];
    let buffers = phases::buffers(&plan.program).map(|body| Method {
        receiver: Some(Receiver::Exclusive),
        ..method("move_buffers", vec![(MEASURED.ident(), quote!(#NETWORK::Measured<'_, #E>))], None, body)
    });
    let all: Vec<Method> = [
        method("zeroed", Vec::new(), Some(quote!(Self)), zeroed),
        method("forward_part", vec![part()], None, plan.forward.clone()),
        method("backward_part", vec![part(), (SHARE.ident(), quote!(&mut [#E]))], None, plan.backward.part.clone()),
        method("finish", whole, None, plan.backward.finish.clone()),
    ]
    .into_iter()
    .chain(buffers)
    .collect();
    let (behind, methods) = gate::methods(network, "Trained", &quote!(#NETWORK::Trainable), &all);
    quote! {
        #(#gradients)*
        #behind
        impl<#declared #E: #root::Element> #NETWORK::Trainable for #name<#used #E> {
            #methods
        }
    }
}

/// The first layer that has no gradient: its node's name and its kind.
pub(super) fn without_gradient(network: &Network) -> Option<(String, Ident)> {
    network.nodes.iter().find_map(|node| {
        let stage = node.stages.iter().find(|stage| !stage.has_gradient())?;
        Some((node.label.clone(), stage.kind.clone()))
    })
}

fn no_gradient(network: &Network, label: &str, kind: &Ident) -> TokenStream {
    let (root, name) = (paths::plumbline(), &network.name);
    let generics = Generics(&network.parameters);
    let (declared, used) = (generics.declared(), generics.used());
    let bound = names::item(&format!("{}HasGradient", names::plain(name)));
    let message = if *kind == label {
        format!("`{name}` has no gradient: its `{kind}` has none")
    } else {
        format!("`{name}` has no gradient: its layer `{label}` holds a `{kind}`, which has none")
    };
    let note = "networks with such a layer learn by rules of their own, not by backpropagation";
    quote! {
        #[diagnostic::on_unimplemented(message = #message, label = "asked for a gradient here", note = #note)]
        #[allow(unnameable_types)]
        pub trait #bound {
            fn impossible(&self) -> !;
        }
        #[allow(private_bounds)]
        impl<#declared #E: #root::Element> #NETWORK::Trainable for #name<#used #E>
        where
            Self: #bound,
        {
            fn zeroed(&self) -> Self {
                self.impossible()
            }
            fn forward_part(&self, _: &mut #NETWORK::Part<'_, Self>) {
                self.impossible()
            }
            fn backward_part<const #INPUTS: ::core::primitive::bool>(&self, _: &mut #NETWORK::Part<'_, Self>, _: &mut [#E]) {
                self.impossible()
            }
            fn finish(&self, _: #NETWORK::Whole<'_, Self>, #GRADIENTS: &mut Self) {
                #GRADIENTS.impossible()
            }
        }
    }
}

/// The type of one port's shape, or a tuple of several.
fn ports<'a>(shapes: impl ExactSizeIterator<Item = &'a Shape>) -> TokenStream {
    let several = shapes.len() > 1;
    let shapes = shapes.map(types::shape);
    if several { quote!((#(#shapes,)*)) } else { quote!(#(#shapes)*) }
}

/// What a user calls on the type without naming an element, and the methods of networks with several ports.
pub(super) fn inherent(network: &Network, plan: &Plan<'_>) -> TokenStream {
    let root = paths::plumbline();
    let name = &network.name;
    let generics = Generics(&network.parameters);
    let (declaration, arguments) = (generics.declaration(), generics.arguments());
    let methods = ports::methods(network, &plan.program.times);
    let evaluated = evaluated(network);
    let [parameters, flops, bytes, layers] = ["PARAMETERS", "FLOPS", "ACTIVATION_BYTES", "LAYERS"].map(|constant| {
        let constant = Ident::new(constant, Span::call_site());
        let value = quote!(<Self as #root::Network>::#constant);
        if evaluated.is_some() { quote!({ #evaluated #value }) } else { value }
    });
    quote! {
        impl #declaration #name #arguments {
            /// The numbers in all parameters.
            pub const PARAMETERS: ::core::primitive::usize = #parameters;
            /// Floating-point operations of a forward pass, a sample.
            pub const FLOPS: ::core::primitive::u64 = #flops;
            /// Bytes of values and gradients in training, a sample.
            pub const ACTIVATION_BYTES: ::core::primitive::usize = #bytes;
            /// The layers in order.
            pub const LAYERS: &'static [#root::network::LayerInfo] = #layers;
            /// A network of `f32` with fresh parameters. Equal seeds give equal parameters. For `f64` there is
            /// `Network::initialized`.
            pub fn new(#SEED: ::core::primitive::u64) -> Self {
                <Self as #root::Network>::initialized(#SEED)
            }
            /// A table of the layers with their shapes, parameters and operations.
            pub fn summary() -> #root::report::Summary {
                #evaluated
                #root::report::Summary::of::<Self>()
            }
        }
        #methods
    }
}
