//! The impls of a network: `Network`, `Trainable`, and what users call on the type itself.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

use crate::{
    expand::{constants, generics::Generics, plan::Plan, structure, types},
    layers::{self, Layer},
    network::{Network, Stage},
    paths,
    shape::Shape,
};

/// `impl Network`.
pub(super) fn network(network: &Network, plan: &Plan<'_>) -> TokenStream {
    let root = paths::plumbline();
    let name = &network.name;
    let generics = Generics(&network.parameters);
    let (declared, used) = (generics.declared(), generics.used());
    let (checked, evaluated) = checked(network, plan);
    let input = ports(network.inputs.iter().map(|port| &port.shape));
    let output = ports(network.outputs.iter().map(|port| &port.shape));
    let inputs = types::count(network.inputs.len());
    let kept = types::count(plan.kept.len() + plan.backward.kept.len());
    let nested: Vec<TokenStream> =
        plan.program.parts().map(|(_, part)| part.with_element().to_token_stream()).collect();
    let kept = quote!([network::Rows<'a, E>; #kept]);
    let kept_type = if nested.is_empty() {
        kept
    } else {
        let all =
            nested.iter().rev().fold(quote!(()), |rest, part| quote!((<#part as network::Network>::Kept<'a>, #rest)));
        quote!((#kept, #all))
    };
    let constants = constants::constants(network);
    let output_names = output_names(network);
    let memory = plan.tokens();
    let held: Vec<(&Ident, &Stage)> = network.nodes.iter().filter_map(types::held).collect();
    let fields = held.iter().map(|(name, _)| name);
    let fresh = held.iter().map(|(_, stage)| types::fresh(stage));
    let infer = &plan.infer;
    quote! {
        impl<#declared E: #root::Element> network::Network for #name<#used E> {
            type Element = E;
            type Input = #input;
            type Output = #output;
            type Inputs<'a> = [network::RowsRef<'a, E>; #inputs];
            type Kept<'a> = #kept_type;
            #constants
            #output_names
            #checked
            const PLAN: network::Plan = #memory;
            fn initialized(seed: u64) -> Self {
                #evaluated
                let rng = &mut network::generator(seed);
                #name { #(#fields: #fresh,)* element: ::core::marker::PhantomData }
            }
            fn infer_part(&self, part: &mut network::Part<'_, Self>) {
                #infer
            }
        }
    }
}

/// `OUTPUT_NAMES`, where there are several outputs; with one, what the trait says holds.
fn output_names(network: &Network) -> Option<TokenStream> {
    let names: Vec<String> = network.outputs.iter().filter_map(|port| Some(port.name.as_ref()?.to_string())).collect();
    (network.outputs.len() > 1).then(|| quote!(const OUTPUT_NAMES: &'static [&'static str] = &[#(#names),*];))
}

/// What depends on dimension parameters, as a constant that is evaluated where they are known; and its evaluation.
fn checked(network: &Network, plan: &Plan<'_>) -> (Option<TokenStream>, Option<TokenStream>) {
    if network.parameters.is_empty() {
        return (None, None);
    }
    let parts = plan.program.parts().map(|(_, part)| part.network());
    let checks = &network.checks;
    (Some(quote!(const CHECKED: () = { #(#checks)* #(#parts::CHECKED;)* };)), Some(quote!(let () = Self::CHECKED;)))
}

/// Items that check the parts of a network of fixed dimensions.
pub(super) fn checked_parts(network: &Network, plan: &Plan<'_>) -> TokenStream {
    let parts = plan.program.parts().filter(|(_, part)| network.parameters.is_empty() && part.is_generic());
    parts
        .map(|(_, part)| {
            let path = &part.path;
            // Where the constant is asked for is where the part stands.
            quote_spanned!(path.span()=> const _: () = <#path as ::plumbline::Network>::CHECKED;)
        })
        .collect()
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
    let held: Vec<(&Ident, &Stage)> = network.nodes.iter().filter_map(types::held).collect();
    let fields: Vec<&Ident> = held.iter().map(|(name, _)| *name).collect();
    let zeroed = held
        .iter()
        .map(|(name, stage)| if !stage.learns() { quote!(self.#name.clone()) } else { quote!(self.#name.zeroed()) });
    let (forward, backward, finish) = (&plan.forward, &plan.backward.part, &plan.backward.finish);
    quote! {
        impl<#declared E: #root::Element> network::Trainable for #name<#used E> {
            fn zeroed(&self) -> Self {
                #name { #(#fields: #zeroed,)* element: ::core::marker::PhantomData }
            }
            fn forward_part(&self, part: &mut network::Part<'_, Self>) {
                #forward
            }
            fn backward_part<const INPUTS: bool>(&self, part: &mut network::Part<'_, Self>, share: &mut [E]) {
                #backward
            }
            fn finish(&self, whole: network::Whole<'_, Self>, gradients: &mut Self) {
                #finish
            }
        }
    }
}

/// The first layer that has no gradient: its node's name and its kind.
fn without_gradient(network: &Network) -> Option<(String, Ident)> {
    network.nodes.iter().find_map(|node| {
        let none = |stage: &&Stage| match &stage.layer {
            Layer::Part(part) => !part.gradient,
            _ => layers::is_step(&stage.kind.to_string()),
        };
        let stage = node.stages.iter().find(none)?;
        Some((node.label.clone(), stage.kind.clone()))
    })
}

fn no_gradient(network: &Network, label: &str, kind: &Ident) -> TokenStream {
    let (root, name) = (paths::plumbline(), &network.name);
    let generics = Generics(&network.parameters);
    let (declared, used) = (generics.declared(), generics.used());
    let bound = format_ident!("{name}HasGradient");
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
        impl<#declared E: #root::Element> network::Trainable for #name<#used E>
        where
            Self: #bound,
        {
            fn zeroed(&self) -> Self {
                self.impossible()
            }
            fn forward_part(&self, _: &mut network::Part<'_, Self>) {
                self.impossible()
            }
            fn backward_part<const INPUTS: bool>(&self, _: &mut network::Part<'_, Self>, _: &mut [E]) {
                self.impossible()
            }
            fn finish(&self, _: network::Whole<'_, Self>, gradients: &mut Self) {
                gradients.impossible()
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
pub(super) fn inherent(network: &Network) -> TokenStream {
    let root = paths::plumbline();
    let name = &network.name;
    let generics = Generics(&network.parameters);
    let (declaration, arguments) = (generics.declaration(), generics.arguments());
    let several = (network.inputs.len() > 1 || network.outputs.len() > 1).then(|| several_ports(network));
    quote! {
        impl #declaration #name #arguments {
            /// The numbers in all parameters.
            pub const PARAMETERS: usize = <Self as #root::Network>::PARAMETERS;
            /// Floating-point operations of a forward pass, a sample.
            pub const FLOPS: u64 = <Self as #root::Network>::FLOPS;
            /// Bytes of values and gradients in training, a sample.
            pub const ACTIVATION_BYTES: usize = <Self as #root::Network>::ACTIVATION_BYTES;
            /// The layers in order.
            pub const LAYERS: &'static [#root::network::LayerInfo] = <Self as #root::Network>::LAYERS;
            /// A network of `f32` with fresh parameters. Equal seeds give equal parameters. For `f64` there is
            /// `Network::initialized`.
            pub fn new(seed: u64) -> Self {
                <Self as #root::Network>::initialized(seed)
            }
            /// A table of the layers with their shapes, parameters and operations.
            pub fn summary() -> #root::report::Summary {
                #root::report::Summary::of::<Self>()
            }
        }
        #several
    }
}

/// `forward`, `forward_into`, `forward_train` and `backward` with an argument for each port.
fn several_ports(network: &Network) -> TokenStream {
    let root = paths::plumbline();
    let name = &network.name;
    let generics = Generics(&network.parameters);
    let (declared, used, arguments) = (generics.declared(), generics.used(), generics.arguments());
    let shapes = structure::shapes(network).into_iter().map(|(alias, ..)| quote!(#alias #arguments));
    let shapes: Vec<TokenStream> = shapes.collect();
    let (input_shapes, output_shapes) = shapes.split_at(network.inputs.len());
    let port = |name: &Option<Ident>, index: usize, role: &str| {
        name.clone().unwrap_or_else(|| types::local(&format!("{role}{index}")))
    };
    let inputs: Vec<Ident> =
        network.inputs.iter().enumerate().map(|(index, input)| port(&input.name, index, "input")).collect();
    let gradients: Vec<Ident> = network
        .outputs
        .iter()
        .enumerate()
        .map(|(index, output)| match &output.name {
            Some(name) => format_ident!("d_{name}"),
            None => types::local(&format!("d_output{index}")),
        })
        .collect();
    let data = |count: usize| -> Vec<Ident> { (1..=count).map(|index| format_ident!("D{index}")).collect() };
    let (input_data, output_data) = (data(inputs.len()), data(gradients.len()));
    let (input_index, output_index) = (0..inputs.len(), 0..gradients.len());
    let (input_index, output_index): (Vec<usize>, Vec<usize>) = (input_index.collect(), output_index.collect());
    let tuple = |types: Vec<TokenStream>| if types.len() == 1 { quote!(#(#types)*) } else { quote!((#(#types),*)) };
    let owned = tuple(output_shapes.iter().map(|shape| quote!(#root::Batch<#shape, E>)).collect());
    let borrowed = tuple(output_shapes.iter().map(|shape| quote!(#root::BatchView<'p, #shape, E>)).collect());
    let d_inputs = tuple(input_shapes.iter().map(|shape| quote!(#root::BatchView<'p, #shape, E>)).collect());
    let results = tuple(output_index.iter().map(|index| quote!(pass.output_batch(#index))).collect());
    let copies = tuple(output_index.iter().map(|index| quote!(pass.output_batch(#index).to_batch())).collect());
    let d_results = tuple(input_index.iter().map(|index| quote!(pass.d_input_batch(#index))).collect());
    let batches = quote!(#(#inputs: &#root::Batch<#input_shapes, E, #input_data>),*);
    let bounds = quote!(#(#input_data: ::core::ops::Deref<Target = [E]>),*);
    let rows = quote!(&[#(#root::network::rows(#inputs)),*]);
    let count = quote!(#root::network::samples([#(#inputs.samples()),*])?);
    let trains = without_gradient(network).is_none().then(|| {
        quote! {
            /// The outputs of a batch in training, borrowed from `pass`, which keeps what `backward` needs.
            ///
            /// # Errors
            ///
            /// `ShapeError::Samples` where the inputs have different numbers of samples.
            pub fn forward_train<'p, #bounds>(
                &self, #batches, pass: &'p mut #root::Pass<Self>,
            ) -> ::core::result::Result<#borrowed, #root::ShapeError> {
                pass.train(self, #rows, #count);
                ::core::result::Result::Ok(#results)
            }
            /// The gradients after `forward_train`, from the gradient with respect to each output. Overwrites `gradients` and
            /// returns the gradient with respect to each input.
            ///
            /// # Errors
            ///
            /// `PassError` where `pass` holds no such forward pass, or one of another number of samples.
            pub fn backward<'p, #(#output_data: ::core::ops::Deref<Target = [E]>),*>(
                &self,
                #(#gradients: &#root::Batch<#output_shapes, E, #output_data>,)*
                pass: &'p mut #root::Pass<Self>,
                gradients: &mut #root::Gradients<Self>,
            ) -> ::core::result::Result<#d_inputs, #root::network::PassError> {
                let samples = pass.same_samples([#(#gradients.samples()),*])?;
                pass.backward(self, &[#(#gradients.as_slice()),*], samples, gradients)?;
                ::core::result::Result::Ok(#d_results)
            }
        }
    });
    quote! {
        impl<#declared E: #root::Element> #name<#used E> {
            /// The outputs of a batch.
            ///
            /// # Errors
            ///
            /// `ShapeError::Samples` where the inputs have different numbers of samples.
            pub fn forward<#bounds>(
                &self, #batches
            ) -> ::core::result::Result<#owned, #root::ShapeError> {
                let samples = #count;
                let mut pass = #root::Network::pass(self, samples);
                pass.infer(self, #rows, samples);
                ::core::result::Result::Ok(#copies)
            }
            /// The outputs of a batch, borrowed from `pass`. Allocates nothing where `pass` has room.
            ///
            /// # Errors
            ///
            /// `ShapeError::Samples` where the inputs have different numbers of samples.
            pub fn forward_into<'p, #bounds>(
                &self, #batches, pass: &'p mut #root::Pass<Self>,
            ) -> ::core::result::Result<#borrowed, #root::ShapeError> {
                pass.infer(self, #rows, #count);
                ::core::result::Result::Ok(#results)
            }
            #trains
        }
    }
}
