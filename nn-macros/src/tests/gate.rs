//! What a network with dimension parameters does stands behind the check of them, so that a size without a value is one error and not one more a layer.

use quote::{ToTokens, quote};
use syn::{Expr, ImplItem, ImplItemFn, Item, ItemImpl, Stmt};

/// The impls of the invocation's networks, with the name of the trait each.
fn impls(items: Vec<Item>) -> Vec<(String, ItemImpl)> {
    let mut found = Vec::new();
    for item in items {
        match item {
            Item::Impl(item) => {
                let last = item.trait_.as_ref().and_then(|(path, _)| path.segments.last());
                found.extend(last.map(|last| last.ident.to_string()).map(|name| (name, item)));
            }
            Item::Const(item) => {
                if let Expr::Block(block) = *item.expr {
                    let items = block.block.stmts.into_iter().filter_map(|statement| match statement {
                        Stmt::Item(item) => Some(item),
                        _ => None,
                    });
                    found.extend(impls(items.collect()));
                }
            }
            _ => {}
        }
    }
    found
}

/// The methods that go through the layers, of the traits that the runtime calls.
fn methods(network: proc_macro2::TokenStream) -> Vec<ImplItemFn> {
    let file: syn::File = syn::parse2(crate::expansion(network)).expect("items");
    let impls = impls(file.items).into_iter();
    let called = impls.filter(|(name, _)| matches!(name.as_str(), "Network" | "Trainable" | "Parameters"));
    let functions = called.flat_map(|(_, item)| item.items).filter_map(|item| match item {
        ImplItem::Fn(function) => Some(function),
        _ => None,
    });
    let apart = ["check_indices", "length_fault", "output_length"];
    functions.filter(|function| !apart.contains(&function.sig.ident.to_string().as_str())).collect()
}

#[test]
fn every_method_of_a_generic_network_is_behind_its_check() {
    let body = quote!({ fc: dense(P - 4, each_step = true), relu; state: lstm(P); drop: dropout(0.1); });
    let generic = methods(quote!(Net<P>: [_, P] -> [_, P] #body));
    let names: Vec<String> = generic.iter().map(|function| function.sig.ident.to_string()).collect();
    let expected = [
        "tensors",
        "tensor",
        "tensor_mut",
        "initialized",
        "infer_part",
        "memories",
        "zeroed",
        "forward_part",
        "backward_part",
        "finish",
    ];
    assert_eq!(names, expected);
    for function in generic {
        let (name, text) = (function.sig.ident.to_string(), function.block.to_token_stream().to_string());
        assert_eq!(function.block.stmts.len(), 1, "{text}");
        assert!(
            text.starts_with("{ (const { let () =") && text.contains("CHECKED") && !text.contains("self ."),
            "{text}"
        );
        assert!(text.contains(&name), "{text}");
    }
    // Without parameters there is nothing to be behind.
    let plain = methods(quote!(Net: [8] -> [4] { fc: dense(4); }));
    assert!(!plain.is_empty());
    assert!(plain.iter().all(|function| !function.block.to_token_stream().to_string().contains("CHECKED")));
}
