//! The struct of a network, and its parameters by name.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::Visibility;

use crate::{
    emit::{
        documentation,
        gate::{self, Method, Receiver},
        generics::Generics,
        other_words,
    },
    names::{self, ALL, E, ELEMENT, INDEX, NETWORK, REST},
    network::{Network, Node, Stage},
    paths,
    shape::types,
};

/// The struct, with a field for each named layer that is more than a call, and the names of its shapes.
pub(super) fn structure(network: &Network) -> TokenStream {
    let (attributes, visibility, name) = (&network.attributes, &network.visibility, &network.name);
    let table = documentation::table(network);
    let fields = network.nodes.iter().filter_map(|node| {
        let (name, stage) = Node::held(node)?;
        let (ty, attributes) = (stage.runtime().map(|runtime| runtime.ty), &node.attributes);
        let text = documentation::node(node);
        Some(quote!(#(#attributes)* #[doc = #text] pub #name: #ty))
    });
    let generics = Generics(&network.parameters);
    let (declared, declaration) = (generics.declared(), generics.declaration());
    let shapes = shapes(network).into_iter().map(|(alias, shape, text)| {
        let alias = self::alias(name, visibility, &alias, declaration.as_ref(), &shape);
        quote!(#[doc = #text] #alias)
    });
    let fields = quote! {
        #(#fields,)*
        #[doc(hidden)]
        pub #ELEMENT: ::core::marker::PhantomData<#E>,
    };
    let structure = self::declaration(name, &declared, fields);
    quote! {
        #(#attributes)*
        #[doc = #table]
        #[derive(Clone, Debug)]
        #[allow(private_interfaces)]
        #visibility #structure
        #(#shapes)*
    }
}

/// The struct with these fields, all of it where the user wrote the name: what the compiler says of the type, such as that it has no method of some
/// name, points there, not at the whole macro.
pub(super) fn declaration(name: &Ident, declared: &TokenStream, fields: TokenStream) -> TokenStream {
    let root = paths::plumbline();
    let head = quote!(struct #name<#declared #E: #root::Element = ::core::primitive::f32>);
    let body = TokenTree::Group(Group::new(Delimiter::Brace, fields));
    let placed = head.into_iter().chain([body]).map(|mut token| {
        token.set_span(token.span().located_at(name.span()));
        token
    });
    placed.collect()
}

/// The name of a shape. All of it stands at the network's name: where something else in sight has that name, the error does.
pub(super) fn alias(
    network: &Ident,
    visibility: &Visibility,
    alias: &Ident,
    declaration: Option<&TokenStream>,
    shape: &TokenStream,
) -> TokenStream {
    let visibility = match visibility {
        Visibility::Inherited => TokenStream::new(),
        visible => other_words::located(visible.to_token_stream(), network),
    };
    let (alias, end) = (quote!(type #alias #declaration =), quote!(;));
    let [alias, end] = [alias, end].map(|tokens| other_words::located(tokens, network));
    quote!(#[allow(unused)] #visibility #alias #shape #end)
}

/// The shapes of the ports as types with names: `LeNet5Input`, or the port's own name behind the network's.
pub(super) fn shapes(network: &Network) -> Vec<(Ident, TokenStream, String)> {
    let inputs = network.inputs.iter().map(|port| (&port.name, &port.shape, "Input"));
    let outputs = network.outputs.iter().map(|port| (&port.name, &port.shape, "Output"));
    let named = inputs.chain(outputs).map(|(name, shape, role)| {
        let alias = names::shape(&network.name, &name.as_ref().map_or_else(|| role.to_owned(), names::plain));
        // Rustdoc finds no raw identifier.
        let (shown, raw) = (names::plain(&network.name), network.name.to_string().starts_with("r#"));
        let shown = if raw { format!("`{shown}`") } else { format!("[`{shown}`]") };
        let text = format!("The shape of {shown}'s {}.", role.to_lowercase());
        (alias, types::shape(shape), text)
    });
    named.collect()
}

/// The fields that hold parameters.
pub(super) fn trained(network: &Network) -> Vec<(&Ident, &Stage)> {
    network.nodes.iter().filter_map(Node::held).filter(|(_, stage)| stage.learns()).collect()
}

/// Which layers learn, under names of their own, out of what `holder` says of the whole network.
pub(super) fn learned(network: &Network, holder: &TokenStream) -> TokenStream {
    let fields = trained(network);
    let names = fields.iter().map(|(field, _)| learned_name(field));
    let shared = fields.iter().map(|held| borrow(held, &None));
    quote!(let [#(#names),*] = #holder.learned.split([#(#shared),*]);)
}

/// A field as a reference. That to a part goes by the name that says nothing more where the part is no network.
fn borrow((field, stage): &(&Ident, &Stage), mutable: &Option<TokenStream>) -> TokenStream {
    match stage.layer.submodule() {
        Some(part) => {
            let part = part.with_element();
            quote!({ let #REST: &#mutable #part = &#mutable self.#field; #REST })
        }
        None => quote!(&#mutable self.#field),
    }
}

/// Whether the layer of this field learns.
pub(super) fn learned_name(field: &Ident) -> Ident {
    names::local("learned", &field.to_string())
}

/// `Parameters` for the network.
pub(super) fn parameters(network: &Network) -> TokenStream {
    let root = paths::plumbline();
    let (name, fields) = (&network.name, trained(network));
    let names: Vec<String> = fields.iter().map(|(field, _)| names::plain(field)).collect();
    let borrowed = |mutable| fields.iter().map(|held| borrow(held, &mutable)).collect::<Vec<_>>();
    let (shared, exclusive) = (borrowed(None), borrowed(Some(quote!(mut))));
    let count = types::count(fields.len());
    let generics = Generics(&network.parameters);
    let (declared, used) = (generics.declared(), generics.used());
    let index = || vec![(INDEX.ident(), quote!(::core::primitive::usize))];
    let method = |name, receiver, arguments, returns, body| Method {
        name,
        inputs: false,
        receiver: Some(receiver),
        arguments,
        returns: Some(returns),
        body,
    };
    let all = [
        method(
            "tensors",
            Receiver::Shared,
            Vec::new(),
            quote!(::core::primitive::usize),
            quote! {
                let #ALL: [&dyn #NETWORK::Parameters<#E>; #count] = [#(#shared),*];
                #ALL.iter().map(|#REST| #REST.tensors()).sum()
            },
        ),
        method(
            "tensor",
            Receiver::Shared,
            index(),
            quote!(#NETWORK::Tensor<'_, #E>),
            quote! {
                #NETWORK::tensor(&[#((#names, #shared)),*], #INDEX)
            },
        ),
        method(
            "tensor_mut",
            Receiver::Exclusive,
            index(),
            quote!(#NETWORK::TensorMut<'_, #E>),
            quote! {
                #NETWORK::tensor_mut([#((#names, #exclusive)),*], #INDEX)
            },
        ),
    ];
    let (behind, methods) = gate::methods(network, "Named", &quote!(#NETWORK::Parameters<#E>), &all);
    quote! {
        #behind
        impl<#declared #E: #root::Element> #NETWORK::Parameters<#E> for #name<#used #E> {
            #methods
        }
    }
}
