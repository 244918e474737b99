//! The struct of a network, and its parameters by name.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::{
    expand::{documentation, generics::Generics, types},
    network::{Network, Stage},
    paths,
};

/// The struct, with a field for each named layer that is more than a call, and the names of its shapes.
pub(super) fn structure(network: &Network) -> TokenStream {
    let root = paths::plumbline();
    let (attributes, visibility, name) = (&network.attributes, &network.visibility, &network.name);
    let table = documentation::table(network);
    let fields = network.nodes.iter().filter_map(|node| {
        let (name, stage) = types::held(node)?;
        let (ty, attributes) = (types::field(stage), &node.attributes);
        let text = documentation::node(node);
        Some(quote!(#(#attributes)* #[doc = #text] pub #name: #ty))
    });
    let generics = Generics(&network.parameters);
    let (declared, declaration) = (generics.declared(), generics.declaration());
    let shapes = shapes(network).into_iter().map(
        |(alias, shape, text)| quote!(#[doc = #text] #[allow(unused)] #visibility type #alias #declaration = #shape;),
    );
    quote! {
        #(#attributes)*
        #[doc = #table]
        #[derive(Clone, Debug)]
        #visibility struct #name<#declared E: #root::Element = f32> {
            #(#fields,)*
            #[doc(hidden)]
            pub element: ::core::marker::PhantomData<E>,
        }
        #(#shapes)*
    }
}

/// The shapes of the ports as types with names: `LeNet5Input`, or the port's own name behind the network's.
pub(super) fn shapes(network: &Network) -> Vec<(Ident, TokenStream, String)> {
    let inputs = network.inputs.iter().map(|port| (&port.name, &port.shape, "Input"));
    let outputs = network.outputs.iter().map(|port| (&port.name, &port.shape, "Output"));
    let named = inputs.chain(outputs).map(|(name, shape, role)| {
        let suffix = name.as_ref().map_or_else(|| role.to_owned(), |name| camel(&name.to_string()));
        let alias = format_ident!("{}{suffix}", network.name, span = network.name.span());
        let text = format!("The shape of [`{}`]'s {}.", network.name, role.to_lowercase());
        (alias, types::shape(shape), text)
    });
    named.collect()
}

fn camel(name: &str) -> String {
    name.split('_')
        .map(|word| {
            let mut letters = word.chars();
            letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
        })
        .collect()
}

/// The fields that hold parameters.
fn trained(network: &Network) -> Vec<&Ident> {
    let holds = |stage: &Stage| stage.learns();
    let held = network.nodes.iter().filter_map(types::held);
    held.filter(|(_, stage)| holds(stage)).map(|(name, _)| name).collect()
}

/// `Parameters` for the network.
pub(super) fn parameters(network: &Network) -> TokenStream {
    let root = paths::plumbline();
    let (name, fields) = (&network.name, trained(network));
    let names: Vec<String> = fields.iter().map(ToString::to_string).collect();
    let count = types::count(fields.len());
    let generics = Generics(&network.parameters);
    let (declared, used) = (generics.declared(), generics.used());
    quote! {
        impl<#declared E: #root::Element> network::Parameters<E> for #name<#used E> {
            fn tensors(&self) -> usize {
                let layers: [&dyn network::Parameters<E>; #count] = [#(&self.#fields),*];
                layers.iter().map(|layer| layer.tensors()).sum()
            }
            fn tensor(&self, index: usize) -> network::Tensor<'_, E> {
                network::tensor(&[#((#names, &self.#fields)),*], index)
            }
            fn tensor_mut(&mut self, index: usize) -> network::TensorMut<'_, E> {
                network::tensor_mut([#((#names, &mut self.#fields)),*], index)
            }
        }
    }
}
