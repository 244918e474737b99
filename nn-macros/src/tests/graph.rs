//! What a successful check builds.

use quote::quote;

use super::checked;
use crate::layers::{Cell, Init, Layer, Weight};
use crate::network::Source;
use crate::shape::{Dimension, Shape};

fn sizes(shape: &Shape) -> Vec<u64> {
    shape.iter().map(|dimension| dimension.literal().expect("a literal")).collect()
}

#[test]
fn lenet_has_the_shapes_and_parameters_of_the_textbook() {
    let network = checked(quote! {
        /// LeNet-5.
        pub LeNet5: [1, 28, 28] -> [10] {
            conv1: conv2d(6, kernel = 5, padding = same), relu;
            pool1: max_pool2d(2);
            conv2: conv2d(16, kernel = 5), relu;
            pool2: max_pool2d(2) -> [16, 5, 5];
            flatten;
            fc1: dense(120), relu;
            fc2: dense(7 * 12), relu;
            logits: dense(10);
        }
    });
    assert_eq!(network.name, "LeNet5");
    assert_eq!((network.attributes.len(), network.constants.len()), (1, 0));
    let given: Vec<_> = network.nodes.iter().map(|node| sizes(node.output())).collect();
    let expected: [&[u64]; 8] = [&[6, 28, 28], &[6, 14, 14], &[16, 10, 10], &[16, 5, 5], &[400], &[120], &[84], &[10]];
    assert_eq!(given, expected);
    let stages = network.nodes.iter().flat_map(|node| &node.stages);
    let parameters = stages.flat_map(|stage| stage.parameters()).map(|parameter| sizes(&parameter.shape));
    assert_eq!(parameters.map(|shape| shape.iter().product::<u64>()).sum::<u64>(), 61_706);
    assert_eq!((network.nodes[4].label.as_str(), network.outputs[0].node), ("flatten", 7));
    assert!(network.nodes[4].name.is_none() && network.nodes[4].trained().is_none());
}

#[test]
fn branches_are_edges_and_every_reader_is_known() {
    let network = checked(quote! {
        Two: (image: [3], label: [2]) -> (sum: [4], joined: [8]) {
            a: dense(4) <- image;
            b: dense(4) <- label;
            sum: add <- (a, b);
            joined: concat <- (a, sum);
        }
    });
    assert_eq!(network.nodes[0].sources, [Source::Input(0)]);
    assert_eq!(network.nodes[3].sources, [Source::Node(0), Source::Node(2)]);
    let outputs: Vec<_> = network.outputs.iter().map(|output| output.node).collect();
    assert_eq!(outputs, [2, 3]);
}

#[test]
fn weights_are_drawn_for_the_activation_that_follows() {
    let network = checked(quote! {
        Net: [3] -> [4] {
            a: dense(4), dropout(0.5), relu;
            b: dense(4);
            tanh;
            c: dense(4), leaky_relu(0.2);
            d: dense(4, init = normal(0.1));
        }
    });
    let init = |node: usize| match &network.nodes[node].stages[0].layer {
        Layer::Dense(dense) => match &dense.weight {
            Weight::Own(init) => init.clone(),
            Weight::Tied(_) => panic!("not tied"),
        },
        other => panic!("{other:?}"),
    };
    assert!(matches!(init(0), Init::HeNormal) && matches!(init(1), Init::XavierUniform));
    assert!(matches!(init(3), Init::HeNormal));
    assert!(matches!(init(4), Init::Normal(deviation) if deviation.tokens.to_string() == "0.1f64"));
    let slope = &network.nodes[3].stages[1];
    let function = slope.activation().map(|activation| activation.runtime(&slope.kind).to_string());
    assert_eq!(function, Some(quote!(layers::LeakyRelu(0.2f64)).to_string()));
}

#[test]
fn a_convolution_takes_every_option_by_axis() {
    let network = checked(quote! {
        Net: [4, 20, 31] -> [8, 9, 14] {
            c: conv2d(8, kernel = [3, 5], stride = [2, 2], padding = [1, 0], dilation = [2, 1], groups = 4, bias = false);
        }
    });
    let Layer::Conv(conv) = &network.nodes[0].stages[0].layer else { panic!("a convolution") };
    assert_eq!((sizes(&conv.window.kernel.to_vec()), sizes(&conv.window.before.to_vec())), (vec![3, 5], vec![1, 0]));
    let parameters = network.nodes[0].stages[0].parameters();
    assert_eq!(parameters.len(), 1);
    assert_eq!(sizes(&parameters[0].shape), [8, 1, 3, 5]);
}

#[test]
fn same_padding_puts_the_larger_half_after() {
    let network = checked(quote!(Net: [1, 9, 9] -> [2, 9, 9] { c: conv2d(2, kernel = [4, 3], padding = same); }));
    let Layer::Conv(conv) = &network.nodes[0].stages[0].layer else { panic!("a convolution") };
    assert_eq!(sizes(&conv.window.before.to_vec()), [1, 1]);
    assert_eq!(sizes(&conv.window.after.to_vec()), [2, 1]);
}

#[test]
fn a_tied_layer_has_a_bias_of_its_own_alone() {
    let network = checked(quote! {
        Net: [784] -> [784] { encoder: dense(32), sigmoid; decoder: dense(784, tied = encoder), sigmoid; }
    });
    let parameters = network.nodes[1].stages[0].parameters();
    assert_eq!((parameters.len(), &*parameters[0].name), (1, "bias"));
    let Layer::Dense(dense) = &network.nodes[1].stages[0].layer else { panic!("a dense layer") };
    assert!(matches!(&dense.weight, Weight::Tied(tied) if tied.name == "encoder"));
}

/// The names of a node's parameters with their shapes.
fn parameters(node: &crate::network::Node) -> Vec<(String, Vec<u64>)> {
    let parameters = node.stages.iter().flat_map(|stage| stage.parameters());
    parameters.map(|parameter| (parameter.name.into_owned(), sizes(&parameter.shape))).collect()
}

#[test]
fn recurrent_layers_have_the_parameters_of_pytorch_in_its_order() {
    let network = checked(quote! {
        Net: [7, 3] -> [7, 10] {
            stack: lstm(4, layers = 2, bidirectional = true, peephole = true) -> [7, 8];
            gates: gru(4);
            plain: rnn(5, bidirectional = true, activation = relu, init = identity);
        }
    });
    let expected = |gates: u64, n: u64, inputs: &[(u64, &str)], peephole: bool| {
        let tensors = inputs.iter().flat_map(|(i, end)| {
            let rows = gates * n;
            let mut tensors = vec![
                (format!("weight_ih_{end}"), vec![rows, *i]),
                (format!("weight_hh_{end}"), vec![rows, n]),
                (format!("bias_ih_{end}"), vec![rows]),
                (format!("bias_hh_{end}"), vec![rows]),
            ];
            tensors.extend(peephole.then(|| (format!("weight_peephole_{end}"), vec![3, n])));
            tensors
        });
        tensors.collect::<Vec<_>>()
    };
    let stack = [(3, "l0"), (3, "l0_reverse"), (8, "l1"), (8, "l1_reverse")];
    assert_eq!(parameters(&network.nodes[0]), expected(4, 4, &stack, true));
    assert_eq!(parameters(&network.nodes[1]), expected(3, 4, &[(8, "l0")], false));
    assert_eq!(parameters(&network.nodes[2]), expected(1, 5, &[(4, "l0"), (4, "l0_reverse")], false));
    let recurrent = |node: usize| match &network.nodes[node].stages[0].layer {
        Layer::Recurrent(recurrent) => recurrent.clone(),
        other => panic!("{other:?}"),
    };
    assert!(matches!(recurrent(0).cell, Cell::Lstm { peephole: true, .. }));
    assert!(matches!((recurrent(1).cell, recurrent(1).init), (Cell::Gru, Init::Orthogonal)));
    assert!(matches!((recurrent(2).cell, recurrent(2).init), (Cell::Rnn { .. }, Init::Identity)));
}

#[test]
fn a_node_that_only_a_state_starts_from_is_read() {
    let network = checked(quote! {
        Net: (source: [_, 3], target: [5, 2]) -> [5, 8] {
            encoder: lstm(8, layers = 2, peephole = true), dropout(0.5) <- source;
            decoder: lstm(8, layers = 2, state = encoder) <- target;
        }
    });
    let Layer::Recurrent(decoder) = &network.nodes[1].stages[0].layer else { panic!("a recurrent layer") };
    assert_eq!(decoder.state.as_ref().map(ToString::to_string).as_deref(), Some("encoder"));
}

#[test]
fn a_sequence_of_any_length_is_read_to_one_vector_and_a_vector_is_repeated() {
    let network = checked(quote! {
        Net<N>: [_, 3] -> [4, 2 * N] {
            memory: gru(N, bidirectional = true) -> [_, 2 * N];
            last -> [2 * N];
            repeat(4);
        }
    });
    assert_eq!(network.nodes[2].output().len(), 2);
    assert!(matches!(network.nodes[2].output()[1], Dimension::Parameter(_)));
}

#[test]
fn equal_constant_expressions_need_no_check() {
    let network = checked(quote! {
        Net: [WIDTH] -> [WIDTH] {
            a: dense(2 * WIDTH);
            b: dense(2 * WIDTH) <- input;
            sum: add <- (a, b);
            out: dense(WIDTH);
        }
    });
    assert!(matches!(network.nodes[2].output()[0], Dimension::Constant(_)));
    let text: String = network.constants.iter().map(|item| format!("{item}\n")).collect();
    assert!(!text.contains("adds equal shapes"), "{text}");
    assert!(!text.contains("declared"), "{text}");
}

#[test]
fn what_is_generated_for_constants_grows_with_the_layers_and_no_faster() {
    let items = |layers: usize| {
        let nodes = (0..layers).map(|index| {
            let name = quote::format_ident!("c{index}");
            quote!(#name: conv2d(8, kernel = KERNEL, padding = 1), relu;)
        });
        let network = checked(quote!(Net: [8, SIDE, SIDE] -> [8, OUT, OUT] { #(#nodes)* }));
        network.constants.iter().map(|item| item.to_string().len()).sum::<usize>()
    };
    let (ten, twenty, forty) = (items(10), items(20), items(40));
    assert!(forty - twenty < 3 * (twenty - ten), "{ten} {twenty} {forty}");
}

#[test]
fn several_networks_stand_in_one_invocation() {
    let (written, strays) = crate::syntax::parse(quote! {
        pub(crate) A: [3] -> [4] { out: dense(4); }
        #[derive(Clone)]
        B: [3] -> [4] { out: dense(4), relu; }
    });
    assert!(strays.finish().is_ok());
    assert_eq!(crate::check::check(written).len(), 2);
}
