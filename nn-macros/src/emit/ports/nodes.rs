//! `forward_to` and `forward_after`, where those of `NamedNodes` do not fit.

use proc_macro2::TokenStream;
use quote::quote;

use super::{Ports, tuple};
use crate::names::{self, E, PASS, SAMPLES};

impl Ports<'_> {
    /// Both methods, from the arguments of `forward`, their bounds, the inputs as rows and the outputs as copies. A network with free dimensions does not
    /// start from a node.
    pub(super) fn nodes(&self, [batches, bounds, rows, copies]: [&TokenStream; 4]) -> TokenStream {
        let root = &self.root;
        let [shape, beside, data] = ["S", "B", "D"].map(names::item);
        let [node, values] = ["node", "values"].map(|name| names::local("", name));
        let named = quote!(<Self as #root::NamedNodes>);
        let pick = quote!(
            #node: impl ::core::ops::FnOnce(&#named::Nodes) -> #root::network::Node<Self, #shape, #beside>
        );
        let (value, enter, errors) = (self.result(&quote!(#root::Batch<#shape, #E>)), self.enter(), self.errors());
        let given = self.done(&quote! {
            #PASS.infer_to(self, #rows, #SAMPLES, #node(&#named::NODES)).to_batch()
        });
        let to = self.body(quote! {
            let mut #PASS = #root::Network::pass(self, 0);
            #enter
            #given
        });
        let outputs =
            tuple(&self.output_types.iter().map(|shape| quote!(#root::Batch<#shape, #E>)).collect::<Vec<_>>());
        let after = self.body(quote! {
            let mut #PASS = #root::Network::pass(self, 0);
            #PASS.infer_after(self, #values, #node(&#named::NODES))?;
            ::core::result::Result::Ok(#copies)
        });
        let after = (!self.sized).then(|| {
            quote! {
                /// The outputs for values of a node, in inference: `NamedNodes::forward_after`.
                ///
                /// # Errors
                ///
                /// `ShapeError::NodeLengths` where `values` has lengths and the layers before the node change those of their sequences;
                /// `ShapeError::OtherLength` where branches make different lengths of them.
                pub fn forward_after<#shape, #beside, #data>(
                    &self, #values: &#root::Batch<#shape, #E, #data>, #pick,
                ) -> ::core::result::Result<#outputs, #root::ShapeError>
                where
                    #shape: #root::Shape,
                    #beside: #root::network::Alone,
                    #data: ::core::ops::Deref<Target = [#E]>,
                {
                    #after
                }
            }
        });
        quote! {
            /// The values of a node for a batch, in inference: `NamedNodes::forward_to`.
            #errors
            pub fn forward_to<#shape: #root::Shape, #beside, #bounds>(&self, #batches, #pick) -> #value {
                #to
            }
            #after
        }
    }
}
