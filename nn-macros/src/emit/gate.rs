//! Methods behind the check of the dimension parameters.
//!
//! A network whose sizes have no value for some parameters must not be made, walked or looked through. It is not enough that each method begins with
//! the check: the compiler goes through what the method calls all the same, and each layer has the same fault to report. So what a method does
//! stands in a trait of its own, and the method calls it by a pointer out of a constant that has none where the check fails.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use crate::{
    emit::generics::Generics,
    names::{self, E, INPUTS},
    network::Network,
    paths,
};

/// A method of a generated impl.
pub(super) struct Method {
    pub(super) name: &'static str,
    /// Whether `INPUTS` is a parameter of it.
    pub(super) inputs: bool,
    /// `self`, where it takes one: `&Self` or `&mut Self`.
    pub(super) receiver: Option<Receiver>,
    /// The other arguments with their types.
    pub(super) arguments: Vec<(Ident, TokenStream)>,
    pub(super) returns: Option<TokenStream>,
    pub(super) body: TokenStream,
}

/// How a method takes its network.
#[derive(Clone, Copy)]
pub(super) enum Receiver {
    Shared,
    Exclusive,
}

/// The items that the methods need beside their impl, and the methods. `bound` is the trait that the network implements by them.
pub(super) fn methods(
    network: &Network,
    stem: &str,
    bound: &TokenStream,
    methods: &[Method],
) -> (Option<TokenStream>, TokenStream) {
    if network.parameters.is_empty() {
        let plain = methods.iter().map(Method::whole);
        return (None, quote!(#(#plain)*));
    }
    let (root, name, generics) = (paths::plumbline(), &network.name, Generics(&network.parameters));
    let (declared, used, behind) = (generics.declared(), generics.used(), names::item(stem));
    let (heads, wholes) = (methods.iter().map(Method::head), methods.iter().map(Method::whole));
    let items = quote! {
        trait #behind<#E: #root::Element>: #bound {
            #(#heads;)*
        }
        impl<#declared #E: #root::Element> #behind<#E> for #name<#used #E> {
            #(#wholes)*
        }
    };
    let calls = methods.iter().map(|method| method.call(&behind));
    (Some(items), quote!(#(#calls)*))
}

impl Method {
    fn ident(&self) -> Ident {
        Ident::new(self.name, Span::call_site())
    }

    fn head(&self) -> TokenStream {
        let name = self.ident();
        let inputs = self.inputs.then(|| quote!(<const #INPUTS: ::core::primitive::bool>));
        let receiver = self.receiver.map(|receiver| match receiver {
            Receiver::Shared => quote!(&self,),
            Receiver::Exclusive => quote!(&mut self,),
        });
        let arguments = self.arguments.iter().map(|(name, ty)| quote!(#name: #ty));
        let returns = self.returns.iter();
        quote!(fn #name #inputs(#receiver #(#arguments),*) #(-> #returns)*)
    }

    fn whole(&self) -> TokenStream {
        let (head, body) = (self.head(), &self.body);
        quote!(#head { #body })
    }

    /// The method as a call of the one behind the check.
    fn call(&self, behind: &Ident) -> TokenStream {
        let (root, head, name) = (paths::plumbline(), self.head(), self.ident());
        let inputs = self.inputs.then(|| quote!(::<#INPUTS>));
        let receiver = self.receiver.map(|receiver| match receiver {
            Receiver::Shared => quote!(&Self,),
            Receiver::Exclusive => quote!(&mut Self,),
        });
        let types = self.arguments.iter().map(|(_, ty)| ty);
        let own = self.receiver.map(|_| quote!(self,));
        let arguments = self.arguments.iter().map(|(name, _)| name);
        let returns = self.returns.iter();
        quote! {
            #head {
                (const {
                    let () = <Self as #root::Network>::CHECKED;
                    <Self as #behind<#E>>::#name #inputs as fn(#receiver #(#types),*) #(-> #returns)*
                })(#own #(#arguments),*)
            }
        }
    }
}
