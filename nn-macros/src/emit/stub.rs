//! What stands in for a network with faults: its signatures, so that it gives its own errors and no others.

use std::collections::HashSet;

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};

use crate::{
    emit::{generics::Generics, nodes, other_words, output_kind, ports, structure},
    layers::{self, Surroundings},
    names::{self, E, ELEMENT, GRADIENTS, INDEX, INPUTS, LAYERS, NETWORK, PART, SEED, SHARE, WHOLE},
    network::{Field, Recovered, Stage},
    paths,
    shape::Shape,
    shape::types,
};

/// The struct, with fields of the right kinds, and impls without bodies worth running: the program does not compile.
pub(super) fn stub(recovered: &Recovered) -> TokenStream {
    let root = paths::plumbline();
    let (visibility, name) = (&recovered.visibility, &recovered.name);
    let input = ports(&recovered.inputs);
    let output = ports(&recovered.outputs);
    let only = |ports: &'_ [(Option<Ident>, Option<Shape>)]| match ports {
        [(_, shape)] => shape.clone(),
        _ => None,
    };
    let (input_shape, output_shape) = (only(&recovered.inputs), only(&recovered.outputs));
    let around = Surroundings { input: input_shape.as_ref(), output: output_shape.as_ref() };
    let fields = recovered.fields.iter().map(|(field, held)| {
        let ty = match held {
            Field::Layer(kind, known) => match known.as_deref().and_then(Stage::runtime) {
                Some(runtime) => runtime.ty,
                None => {
                    layers::find(&kind.to_string()).and_then(|row| row.stub).map_or(quote!(()), |stub| stub(&around))
                }
            },
            Field::Part(part) => part.field().to_token_stream(),
        };
        quote!(pub #field: #ty)
    });
    let names = recovered.fields.iter().map(|(field, _)| field);
    let aliases = aliases(recovered);
    let constants = &recovered.constants;
    let generics = Generics(&recovered.parameters);
    let (declared, used) = (generics.declared(), generics.used());
    let (declaration, arguments) = (generics.declaration(), generics.arguments());
    let methods = ports::stub_methods(recovered);
    let total =
        methods.is_none().then(|| quote!(impl<#declared #E: #root::Element> #NETWORK::Total for #name<#used #E> {}));
    let kind = output_kind::unknown();
    let fields = quote! {
        #(#fields,)*
        #[doc(hidden)]
        pub #ELEMENT: ::core::marker::PhantomData<#E>,
    };
    let structure = structure::declaration(name, &declared, fields);
    let other_words = other_words::other_words(name, &recovered.parameters);
    let nodes = nodes::stub_nodes(recovered);
    let (count, text) = (recovered.inputs.len(), "a network with faults does not compile");
    quote! {
        #[derive(Clone, Debug)]
        #[allow(unused, private_interfaces)]
        #visibility #structure
        #aliases
        #[allow(unused, unreachable_code)]
        const _: () = {
            use #root::{layers as #LAYERS, network::abi as #NETWORK};
            impl #declaration #name #arguments {
                pub const PARAMETERS: ::core::primitive::usize = 0;
                pub const FLOPS: ::core::primitive::u64 = 0;
                pub const ACTIVATION_BYTES: ::core::primitive::usize = 0;
                pub const LAYERS: &'static [#NETWORK::LayerInfo] = &[];
                pub fn new(#SEED: ::core::primitive::u64) -> Self {
                    ::core::panic!(#text)
                }
                pub fn summary() -> #root::report::Summary {
                    ::core::panic!(#text)
                }
            }
            impl<#declared #E: #root::Element> #NETWORK::Parameters<#E> for #name<#used #E> {
                fn tensors(&self) -> ::core::primitive::usize {
                    ::core::panic!(#text)
                }
                fn tensor(&self, #INDEX: ::core::primitive::usize) -> #NETWORK::Tensor<'_, #E> {
                    ::core::panic!(#text)
                }
                fn tensor_mut(&mut self, #INDEX: ::core::primitive::usize) -> #NETWORK::TensorMut<'_, #E> {
                    ::core::panic!(#text)
                }
            }
            impl<#declared #E: #root::Element> #NETWORK::Network for #name<#used #E> {
                type Element = #E;
                type Input = #input;
                type Output = #output;
                type OutputKind = #kind;
                type Inputs<'a> = [#NETWORK::RowsRef<'a, #E>; #count];
                type Kept<'a> = [#NETWORK::Rows<'a, #E>; 0];
                const NAME: &'static ::core::primitive::str = "";
                const LAYERS: &'static [#NETWORK::LayerInfo] = &[];
                const PLAN: #NETWORK::Plan<'static> = #NETWORK::Plan::EMPTY;
                fn initialized(#SEED: ::core::primitive::u64) -> Self {
                    let _ = || #name::<#used #E> { #(#names: ::core::panic!(#text),)* #ELEMENT: ::core::marker::PhantomData };
                    ::core::panic!(#text)
                }
                fn infer_part(&self, #PART: &mut #NETWORK::Part<'_, Self>) {}
            }
            impl<#declared #E: #root::Element> #NETWORK::Trainable for #name<#used #E> {
                fn zeroed(&self) -> Self {
                    ::core::panic!(#text)
                }
                fn forward_part(&self, #PART: &mut #NETWORK::Part<'_, Self>) {}
                fn backward_part<const #INPUTS: ::core::primitive::bool>(&self, #PART: &mut #NETWORK::Part<'_, Self>, #SHARE: &mut [#E]) {}
                fn finish(&self, #WHOLE: #NETWORK::Whole<'_, Self>, #GRADIENTS: &mut Self) {}
            }
            #total
            #methods
            #nodes
            #other_words
        };
        #(#constants)*
    }
}

pub(super) fn known(shape: Option<&Shape>) -> TokenStream {
    let root = paths::plumbline();
    shape.map_or_else(|| quote!((#root::Const<1>,)), types::shape)
}

fn ports(ports: &[(Option<Ident>, Option<Shape>)]) -> TokenStream {
    let shapes = ports.iter().map(|(_, shape)| known(shape.as_ref()));
    if ports.len() == 1 { quote!(#(#shapes)*) } else { quote!((#(#shapes,)*)) }
}

/// The names of the shapes, as far as they are known.
fn aliases(recovered: &Recovered) -> TokenStream {
    let (visibility, declaration) = (&recovered.visibility, Generics(&recovered.parameters).declaration());
    let ports = |role: &'static str| move |port| (role, port);
    let ports = recovered.inputs.iter().map(ports("Input")).chain(recovered.outputs.iter().map(ports("Output")));
    let mut seen = HashSet::new();
    let aliases = ports.filter_map(|(role, (name, shape))| {
        let port = name.as_ref().map_or_else(|| role.to_owned(), names::plain);
        let (alias, shape) = (names::shape(&recovered.name, &port), known(shape.as_ref()));
        // A name that two ports have is a fault of its own.
        let alias = structure::alias(&recovered.name, visibility, &alias, declaration.as_ref(), &shape);
        seen.insert(port).then_some(alias)
    });
    aliases.collect()
}
