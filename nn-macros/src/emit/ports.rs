//! The methods of a network with several ports, or one that may refuse a batch: an argument for each port, and a `Result` where one may
//! be refused.

mod nodes;

use std::collections::HashSet;

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::{
    emit::{
        generics::Generics,
        methods::{indices, refuses, without_gradient},
        structure, stub,
    },
    layers::{self, Work},
    names::{self, E, GRADIENTS, PASS, SAMPLES, SIZES, STATE},
    network::{Field, Network, Recovered, Stage},
    paths,
    program::Times,
    shape::types,
    shape::{Dimension, Shape},
};

/// `forward`, `forward_into`, `forward_train` and `backward`, where those of the traits do not fit.
pub(super) fn methods(network: &Network, times: &Times) -> Option<TokenStream> {
    let several = network.inputs.len() > 1 || network.outputs.len() > 1;
    (several || refuses(network, times)).then(|| Ports::new(network, times).methods())
}

/// The same for a network with faults, whose methods are signatures alone.
pub(super) fn stub_methods(recovered: &Recovered) -> Option<TokenStream> {
    let free = |(_, shape): &(Option<Ident>, Option<Shape>)| shape.iter().flatten().any(Dimension::is_free);
    let several = recovered.inputs.len() > 1 || recovered.outputs.len() > 1;
    let indices = |(_, held): &(Ident, Field)| match held {
        Field::Layer(kind, _) => layers::takes_indices(&kind.to_string()),
        Field::Part(part) => part.indices,
    };
    let refuses = recovered.inputs.iter().any(free) || recovered.fields.iter().any(indices);
    (several || refuses).then(|| Ports::of_sketch(recovered, refuses).methods())
}

/// What the methods are made of.
struct Ports<'a> {
    name: &'a Ident,
    parameters: &'a [Ident],
    root: TokenStream,
    /// Whether there are free dimensions.
    sized: bool,
    /// Whether numbers must be indices.
    indices: bool,
    /// Whether branches may have different lengths where they meet.
    lengths: bool,
    /// Whether a batch is let in before it goes through.
    refuses: bool,
    gradient: bool,
    /// Whether a layer of it, or a network inside, may remember.
    remembers: bool,
    /// Whether the bodies are left out.
    stub: bool,
    /// The inputs' names, and those of the gradients with respect to the outputs.
    inputs: Vec<Ident>,
    gradients: Vec<Ident>,
    input_types: Vec<TokenStream>,
    output_types: Vec<TokenStream>,
    /// The shapes of the values themselves.
    input_shapes: Vec<&'a Shape>,
    output_shapes: Vec<&'a Shape>,
}

/// Whether a stage may carry a state.
fn remembers(stage: &Stage) -> bool {
    matches!(stage.facts().work, Work::Recurrent(_) | Work::Submodule(_))
}

/// A type or a value, or a tuple of several.
fn tuple(parts: &[TokenStream]) -> TokenStream {
    if parts.len() == 1 { quote!(#(#parts)*) } else { quote!((#(#parts),*)) }
}

fn data(count: usize) -> Vec<Ident> {
    (1..=count).map(|index| names::item(&format!("D{index}"))).collect()
}

/// What arguments for ports are called: as the ports are, or else as their role with a number. A constant of the user's may have the name of a port,
/// in small letters, too, and no argument can have a constant's.
fn called<'a>(ports: impl Iterator<Item = &'a Option<Ident>>, role: &str) -> Vec<Ident> {
    let mut seen = HashSet::new();
    let arguments = ports.enumerate().map(|(index, name)| match name {
        // In a faulty network two ports may have one name.
        Some(name) if !seen.insert(name.to_string()) => names::local("", &format!("{name}_{index}")),
        Some(name) => names::local("", &format!("{}_batch", names::plain(name))),
        None => names::local("", &format!("{role}{index}")),
    });
    arguments.collect()
}

/// What the gradients with respect to them are called. In a faulty network two ports may have one name.
fn gradients<'a>(ports: impl Iterator<Item = &'a Option<Ident>>, role: &str) -> Vec<Ident> {
    let mut all: Vec<Ident> = Vec::new();
    for (index, name) in ports.enumerate() {
        let gradient = match name {
            Some(name) => names::local("d", &name.to_string()),
            None => names::local("d", &format!("{role}{index}")),
        };
        let twice = all.contains(&gradient);
        all.push(if twice { names::local("d", &format!("{gradient} {index}").replace(' ', "_")) } else { gradient });
    }
    all
}

impl<'a> Ports<'a> {
    fn new(network: &'a Network, times: &Times) -> Self {
        let arguments = Generics(&network.parameters).arguments();
        let shapes = structure::shapes(network).into_iter().map(|(alias, ..)| quote!(#alias #arguments));
        let shapes: Vec<TokenStream> = shapes.collect();
        let (input_types, output_types) = shapes.split_at(network.inputs.len());
        Ports {
            name: &network.name,
            parameters: &network.parameters,
            root: paths::plumbline(),
            sized: network.sizes.is_some(),
            indices: indices(network).is_some(),
            lengths: times.may_differ(),
            refuses: refuses(network, times),
            gradient: without_gradient(network).is_none(),
            remembers: network.nodes.iter().flat_map(|node| &node.stages).any(remembers),
            stub: false,
            inputs: called(network.inputs.iter().map(|input| &input.name), "input"),
            gradients: gradients(network.outputs.iter().map(|output| &output.name), "output"),
            input_types: input_types.to_vec(),
            output_types: output_types.to_vec(),
            input_shapes: network.inputs.iter().map(|input| &input.shape).collect(),
            output_shapes: network.outputs.iter().map(|output| network.nodes[output.node].output()).collect(),
        }
    }

    fn of_sketch(recovered: &'a Recovered, refuses: bool) -> Self {
        let kinds = |ports: &[(Option<Ident>, Option<Shape>)]| {
            ports.iter().map(|(_, shape)| stub::known(shape.as_ref())).collect()
        };
        Ports {
            name: &recovered.name,
            parameters: &recovered.parameters,
            root: paths::plumbline(),
            sized: false,
            indices: false,
            lengths: false,
            refuses,
            gradient: true,
            remembers: true,
            stub: true,
            inputs: called(recovered.inputs.iter().map(|(name, _)| name), "input"),
            gradients: gradients(recovered.outputs.iter().map(|(name, _)| name), "output"),
            input_types: kinds(&recovered.inputs),
            output_types: kinds(&recovered.outputs),
            input_shapes: Vec::new(),
            output_shapes: Vec::new(),
        }
    }

    /// What a method does.
    fn body(&self, body: TokenStream) -> TokenStream {
        if self.stub { quote!(::core::panic!("a network with faults does not compile")) } else { body }
    }

    /// The batches of values that `pass` holds.
    fn lent(shapes: &[&Shape], method: &str) -> Vec<TokenStream> {
        let lent = shapes.iter().enumerate().map(|(index, shape)| {
            let index = types::count(index);
            if shape.iter().any(Dimension::is_free) {
                let (method, sizes) = (format_ident!("{method}_of"), types::sizes(shape));
                quote!(#PASS.#method(#index, &#sizes))
            } else {
                let method = format_ident!("{method}");
                quote!(#PASS.#method(#index))
            }
        });
        lent.collect()
    }

    /// The sizes that `pass` was given, under their name.
    fn sizes(&self) -> Option<TokenStream> {
        self.sized.then(|| quote!(let #SIZES = #PASS.sizes();))
    }

    /// Whether inputs may not go through: of different numbers of samples, or refused for what they are.
    fn fails(&self) -> bool {
        self.inputs.len() > 1 || self.refuses
    }

    /// What a forward method gives, a type.
    fn result(&self, outputs: &TokenStream) -> TokenStream {
        let root = &self.root;
        if self.fails() { quote!(::core::result::Result<#outputs, #root::ShapeError>) } else { outputs.clone() }
    }

    /// The same as a value.
    fn done(&self, outputs: &TokenStream) -> TokenStream {
        if self.fails() { quote!(::core::result::Result::Ok(#outputs)) } else { outputs.clone() }
    }

    /// What is asked of the inputs before they go through the network. It leaves their number in `samples`.
    fn enter(&self) -> TokenStream {
        let (root, inputs) = (&self.root, &self.inputs);
        if !self.fails() {
            return quote!(let #SAMPLES = #(#inputs.samples())*;);
        }
        // Of several inputs, the lengths of sequences may not agree.
        let enter = self.fails().then(|| quote!(#PASS.enter(&[#(#root::network::abi::entry(#inputs)),*])?;));
        quote!(let #SAMPLES = #root::network::abi::samples([#(#inputs.samples()),*])?; #enter)
    }

    /// When there is an error, as documentation.
    fn errors(&self) -> Option<TokenStream> {
        let mut errors = Vec::new();
        if self.inputs.len() > 1 {
            errors.push("`ShapeError::Samples` where the inputs have different numbers of samples");
        }
        if self.indices {
            errors.push("`ShapeError::Index` for a number that is no index below the vocabulary of an `embedding`");
        }
        if self.sized {
            errors.push("`ShapeError::Sizes` where a layer cannot take the sizes of the free dimensions");
            errors.push(
                "`ShapeError::TooShort`, `OtherLength` or `MixedSteps` where one cannot take the lengths of sequences",
            );
        } else if self.lengths {
            errors.push("`ShapeError::OtherLength` where sequences that come together have different lengths");
        }
        let text = format!("{}.", errors.join("; "));
        (!errors.is_empty()).then(|| quote!(#[doc = ""] #[doc = " # Errors"] #[doc = ""] #[doc = #text]))
    }

    fn methods(&self) -> TokenStream {
        let (root, name, inputs) = (&self.root, self.name, &self.inputs);
        let generics = Generics(self.parameters);
        let (declared, used) = (generics.declared(), generics.used());
        let (types, kinds) = (&self.input_types, data(inputs.len()));
        let element = &E;
        let batches = quote!(#(#inputs: &#root::Batch<#types, #element, #kinds>),*);
        let bounds = quote!(#(#kinds: ::core::ops::Deref<Target = [#element]>),*);
        let rows = quote!(&[#(#root::network::abi::rows(#inputs)),*]);
        let of_outputs =
            |kind: &dyn Fn(&TokenStream) -> TokenStream| tuple(&self.output_types.iter().map(kind).collect::<Vec<_>>());
        let owned = self.result(&of_outputs(&|shape| quote!(#root::Batch<#shape, #E>)));
        let views = of_outputs(&|shape| quote!(#root::BatchView<'p, #shape, #E>));
        let borrowed = self.result(&views);
        let lent = Self::lent(&self.output_shapes, "output_batch");
        let all = tuple(&lent.iter().map(|batch| quote!(#batch.to_batch())).collect::<Vec<_>>());
        let (copies, nodes) = (self.done(&all), self.nodes([&batches, &bounds, &rows, &all]));
        let (results, sizes, enter, errors) = (self.done(&tuple(&lent)), self.sizes(), self.enter(), self.errors());
        let forward = self.body(quote! {
            let mut #PASS = #root::Network::pass(self, 0);
            #enter
            #PASS.infer(self, #rows, #SAMPLES);
            #sizes
            #copies
        });
        let pass_through = |method: &str| {
            let method = format_ident!("{method}");
            self.body(quote! {
                #enter
                #PASS.#method(self, #rows, #SAMPLES);
                #sizes
                #results
            })
        };
        let (forward_into, forward_train) = (pass_through("infer"), pass_through("train"));
        let from = self.remembers.then(|| self.from([&batches, &bounds, &rows, &views], &lent));
        let train = self.gradient.then(|| {
            quote! {
                /// The outputs of a batch in training, borrowed from `pass`, which keeps what `backward` needs.
                #errors
                pub fn forward_train<'p, #bounds>(
                    &self, #batches, #PASS: &'p mut #root::Pass<Self>,
                ) -> #borrowed {
                    #forward_train
                }
            }
        });
        let backward = self.gradient.then(|| self.backward());
        quote! {
            impl<#declared #E: #root::Element> #name<#used #E> {
                /// The outputs of a batch.
                #errors
                #[doc(alias = "predict")]
                pub fn forward<#bounds>(&self, #batches) -> #owned {
                    #forward
                }
                /// The outputs of a batch, borrowed from `pass`. Allocates nothing where `pass` has room.
                #errors
                pub fn forward_into<'p, #bounds>(
                    &self, #batches, #PASS: &'p mut #root::Pass<Self>,
                ) -> #borrowed {
                    #forward_into
                }
                #train
                #backward
                #from
                #nodes
            }
        }
    }

    /// `forward_from` and `forward_train_from`.
    fn from(&self, [batches, bounds, rows, views]: [&TokenStream; 4], lent: &[TokenStream]) -> TokenStream {
        let (root, sizes, enter, errors) = (&self.root, self.sizes(), self.enter(), self.errors());
        let results = tuple(lent);
        let method = |name: &str, pass_through: &str, doc: &str| {
            let (name, pass_through) = (format_ident!("{name}"), format_ident!("{pass_through}"));
            let body = self.body(quote! {
                #enter
                #PASS.go_on_from(#STATE, #SAMPLES)?;
                #PASS.#pass_through(self, #rows, #SAMPLES);
                #PASS.end_in(#STATE);
                #sizes
                ::core::result::Result::Ok(#results)
            });
            let errors = errors.clone().unwrap_or_else(|| quote!(#[doc = ""] #[doc = " # Errors"] #[doc = ""]));
            quote! {
                #[doc = #doc]
                #errors
                /// `ShapeError::Samples` where `state` is of another number of samples.
                pub fn #name<'p, #bounds>(
                    &self, #batches, #STATE: &mut #root::network::State<Self>, #PASS: &'p mut #root::Pass<Self>,
                ) -> ::core::result::Result<#views, #root::ShapeError> {
                    #body
                }
            }
        };
        let forward = method(
            "forward_from",
            "infer",
            "The outputs of a batch whose sequences go on from `state`, which becomes the state after the last step.",
        );
        let train = self.gradient.then(|| {
            method(
                "forward_train_from",
                "train",
                "`forward_train` from `state`, which becomes the state after the last step. The gradient ends where the batch begins.",
            )
        });
        quote!(#forward #train)
    }

    fn backward(&self) -> TokenStream {
        let (root, gradients, types) = (&self.root, &self.gradients, &self.output_types);
        let (kinds, element) = (data(gradients.len()), &E);
        let d_inputs = self.input_types.iter().map(|shape| quote!(#root::BatchView<'p, #shape, #E>));
        let d_inputs = tuple(&d_inputs.collect::<Vec<_>>());
        let results = tuple(&Self::lent(&self.input_shapes, "d_input_batch"));
        let sizes = self.sizes();
        let same = gradients.iter().zip(&self.output_shapes).filter(|(_, shape)| shape.iter().any(Dimension::is_free));
        let same = same.map(|(gradient, shape)| {
            let expected = types::sizes(shape);
            quote!(#PASS.same_sizes(&#expected, #gradient.sizes())?;)
        });
        let same: Vec<TokenStream> = same.collect();
        let same = (!same.is_empty()).then(|| quote!(#sizes #(#same)*));
        let body = |call: TokenStream| {
            self.body(quote! {
                let #SAMPLES = #PASS.same_samples([#(#gradients.samples()),*])?;
                #same
                #PASS.#call?;
                #sizes
                ::core::result::Result::Ok(#results)
            })
        };
        let slices = quote!(&[#(#gradients.as_slice()),*]);
        let backward = body(quote!(backward(self, #slices, #SAMPLES, #GRADIENTS)));
        let input_gradient = body(quote!(input_gradient(self, #slices, #SAMPLES)));
        let bounds = quote!(#(#kinds: ::core::ops::Deref<Target = [#element]>),*);
        let batches = quote!(#(#gradients: &#root::Batch<#types, #element, #kinds>,)*);
        let result = quote!(::core::result::Result<#d_inputs, #root::network::PassError>);
        quote! {
            /// The gradients after `forward_train`, from the gradient with respect to each output. Overwrites `gradients` and
            /// returns the gradient with respect to each input.
            ///
            /// # Errors
            ///
            /// `PassError` where `pass` holds no such forward pass, or one of another number of samples or of other sizes.
            pub fn backward<'p, #bounds>(
                &self, #batches #PASS: &'p mut #root::Pass<Self>, #GRADIENTS: &mut #root::Gradients<Self>,
            ) -> #result {
                #backward
            }
            /// The gradient with respect to each input alone, after `forward_train`: that of `backward` to the last bit, without the cost of
            /// those of the parameters.
            ///
            /// # Errors
            ///
            /// As `backward`.
            pub fn input_gradient<'p, #bounds>(&self, #batches #PASS: &'p mut #root::Pass<Self>) -> #result {
                #input_gradient
            }
        }
    }
}
