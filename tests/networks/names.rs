//! Names: whatever a user calls a node, a port, a dimension parameter, a part or a network, the network is what it would be under any other name.

#![allow(non_camel_case_types, non_snake_case)]

use plumbline::{prelude::*, train::GradientCheck};

/// Constants, modules and types of the user's under words that generated code uses too.
mod user {
    pub(crate) const SCALE: f64 = 2.0;
    pub(crate) const WIDTH: usize = 4;

    pub(crate) mod network {
        use plumbline::prelude::*;

        network! { pub Encoder: [4] -> [4] { fc: dense(4), tanh; } }
    }
    pub(crate) mod layers {
        use plumbline::prelude::*;

        network! { pub Encoder: [4] -> [4] { fc: dense(4), tanh; } }
    }
}
use user::{SCALE, WIDTH, layers, network};

network! {
    // Nodes whose gradients, shares and slots would be called as other nodes are.
    Chain: [6] -> [2] {
        hidden:      dense(4), tanh;
        d_hidden:    dense(4), tanh;
        gradient0:   dense(4), gelu;
        gradient_0:  dense(4), gelu;
        v_hidden:    dense(4), softmax;
        slot0:       dense(4), gelu;
        element:     dense(4), gelu;
        part:        dense(4), gelu;
        rng:         dense(4), gelu;
        seed:        dense(4), gelu;
        out:         dense(2);
    }

    Convolutions: [1, 6, 6] -> [2] {
        conv1:       conv2d(2, kernel = 3), relu;
        conv1_share: conv2d(2, kernel = 3);
        share:       batch_norm, relu;
        leg:         conv2d(2, kernel = 1);
        leg0:        batch_norm;
        flatten;
        out: dense(2);
    }

    // A node that has the name of a constant.
    Constants: [WIDTH] -> [3] {
        WIDTH: dense(WIDTH), map(|x| SCALE * x);
        SCALE: dense(4), map(|x| x * x.tanh() * SCALE);
        out: dense(3);
    }

    // Ports that are called as the other arguments of the methods are.
    Ports: (samples: [3], pass: [3], state: [3], gradients: [3]) -> (d_samples: [3], d_pass: [2]) {
        first: add <- (samples, pass);
        second: multiply <- (state, gradients);
        d_samples: add <- (first, second);
        d_pass: dense(2);
    }

    // Two ports whose shapes would have one name, and a network of that name.
    Two: (a_b: [2], aB: [2]) -> [2] { out: add <- (a_b, aB); }
    TwoAB: [2] -> [2] { out: dense(2); }
    TwoInput: [2] -> [2] { out: dense(2); }

    Generic<D1, E, INPUTS>: [D1] -> [INPUTS] { hidden: dense(E), map(|x| x * SCALE); out: dense(INPUTS); }
    OfGeneric: [5] -> [2] { inner: Generic<5, 3, 2>; }

    // Networks that are called as a type parameter or an alias is.
    E: [4] -> [2] { hidden: dense(4), tanh; out: dense(2); }
    D1: [4] -> [4] { inner: S4, relu; }
    S4: [4] -> [4] { fc: dense(4), tanh; }
    Shape0: [WIDTH] -> [4] { fc: dense(4), tanh; }
    f32: [4] -> [4] { usize: dense(4), tanh; u64: S4; }
    Some: [_, 4] -> [4] { None: lstm(4); last; }

    Modules: [4] -> [4] { network: network::Encoder -> [4]; layers: layers::Encoder; }

    // Names that are keywords elsewhere.
    Raw: (r#in: [3], r#type: [3]) -> (r#fn: [4], r#match: [2]) {
        r#for: add <- (r#in, r#type);
        r#fn: dense(4), tanh;
        r#let: batch_norm;
        r#match: dense(2);
    }
    RawParts: [_, 4] -> [4] {
        r#loop: gru(4);
        again: gru(4, state = r#loop);
        last;
        r#struct: D1;
        // This is no keyword, so that it is the same name without its mark.
        r#plain: dense(4);
        r#enum: dense(4, tied = plain) <- plain;
    }
}

// The same networks under names that nothing else has.
network! {
    PlainChain: [6] -> [2] {
        n0: dense(4), tanh;
        n1: dense(4), tanh;
        n2: dense(4), gelu;
        n3: dense(4), gelu;
        n4: dense(4), softmax;
        n5: dense(4), gelu;
        n6: dense(4), gelu;
        n7: dense(4), gelu;
        n8: dense(4), gelu;
        n9: dense(4), gelu;
        n10: dense(2);
    }

    PlainConvolutions: [1, 6, 6] -> [2] {
        n0: conv2d(2, kernel = 3), relu;
        n1: conv2d(2, kernel = 3);
        n2: batch_norm, relu;
        n3: conv2d(2, kernel = 1);
        n4: batch_norm;
        flatten;
        n5: dense(2);
    }

    PlainConstants: [4] -> [3] {
        n0: dense(4), map(|x| 2.0 * x);
        n1: dense(4), map(|x| x * x.tanh() * 2.0);
        n2: dense(3);
    }

    PlainGeneric: [5] -> [2] { n0: dense(3), map(|x| x * 2.0); n1: dense(2); }

    PlainModules: [4] -> [4] { n0: dense(4), tanh; n1: dense(4), tanh; }
}

/// Numbers between −1 and 1.
fn numbers<S: Shape + FixedShape>(samples: usize) -> Batch<S, f64> {
    let count = samples * S::DIMS.iter().product::<usize>();
    Batch::from_vec((0..count).map(|index| ((index * 37 + 11) % 101) as f64 / 50.0 - 1.0).collect()).unwrap()
}

fn gradients_agree<N>()
where
    N: Trainable<Element = f64, Input: FixedShape, Output: FixedShape>,
{
    let losses = MeanSquaredError;
    let report = GradientCheck::new().run(&N::initialized(3), numbers(5), &numbers(5), &losses).unwrap();
    assert!(report.error() < 1e-6 && report.compared > 10, "{}: {report}", N::NAME);
}

/// The gradients of a network are right, and what it gives is what its twin gives.
fn is_like<N, P>()
where
    N: Trainable<Element = f64, Input: FixedShape, Output: FixedShape> + Total,
    P: Network<Element = f64, Input = N::Input, Output = N::Output> + Total,
{
    gradients_agree::<N>();
    let (net, mut plain) = (N::initialized(7), P::initialized(8));
    let values: Vec<Vec<f64>> = net.parameters().map(|tensor| tensor.values.to_vec()).collect();
    assert_eq!(values.len(), plain.parameters().count());
    for (index, values) in values.iter().enumerate() {
        plain.tensor_mut(index).values.copy_from_slice(values);
    }
    let x = numbers(5);
    assert_eq!(net.forward(&x).as_slice(), plain.forward(&x).as_slice(), "{}", N::NAME);
}

#[test]
fn a_network_is_what_it_would_be_under_other_names() {
    is_like::<Chain<f64>, PlainChain<f64>>();
    is_like::<Convolutions<f64>, PlainConvolutions<f64>>();
    is_like::<Constants<f64>, PlainConstants<f64>>();
    is_like::<Generic<5, 3, 2, f64>, PlainGeneric<f64>>();
    is_like::<OfGeneric<f64>, PlainGeneric<f64>>();
    is_like::<Modules<f64>, PlainModules<f64>>();
}

#[test]
fn networks_may_be_called_as_types_and_aliases_are() {
    gradients_agree::<E<f64>>();
    gradients_agree::<D1<f64>>();
    gradients_agree::<S4<f64>>();
    gradients_agree::<Shape0<f64>>();
    gradients_agree::<self::f32<::core::primitive::f64>>();
    assert_eq!(TwoAB::<f64>::initialized(1).forward(&numbers::<TwoABInput>(4)).samples(), 4);
    assert_eq!(TwoInput::<f64>::initialized(1).forward(&numbers::<TwoInputInput>(4)).samples(), 4);
    let net = Some::<f64>::initialized(1);
    assert_eq!(net.None.parameters().count(), 4);
}

#[test]
fn ports_may_be_called_as_arguments_are() {
    let net = Ports::<f64>::initialized(1);
    let (mut pass, mut gradients) = (net.pass(0), net.gradients());
    let [a, b, c, d] = [0.5, -0.25, 2.0, 3.0].map(|x| Batch::<PortsSamples, f64>::from_vec(vec![x; 6]).unwrap());
    let (sum, _) = net.forward_train(&a, &b, &c, &d, &mut pass).unwrap();
    assert_eq!(sum.as_slice(), [6.25; 6]);
    let (d_sum, d_out) = (Batch::from_vec(vec![1.0; 6]).unwrap(), Batch::from_vec(vec![0.0; 4]).unwrap());
    let (d_a, _, d_c, d_d) = net.backward(&d_sum, &d_out, &mut pass, &mut gradients).unwrap();
    assert_eq!((d_a.as_slice(), d_c.as_slice(), d_d.as_slice()), (&[1.0; 6][..], &[3.0; 6][..], &[2.0; 6][..]));
    let two = Two::<f64>::initialized(1);
    let (a, b): (Batch<TwoAB2, f64>, Batch<TwoAB3, f64>) = (numbers(2), numbers(2));
    assert_eq!(two.forward(&a, &b).unwrap().as_slice()[0], 2.0 * a.as_slice()[0]);
}

#[test]
fn keywords_are_names_with_their_mark() {
    let net = Raw::<f64>::initialized(1);
    let names: Vec<String> = net.parameters().map(|tensor| tensor.name.to_string()).collect();
    assert_eq!(names[..3], ["fn.weight", "fn.bias", "let.weight"]);
    assert_eq!(Raw::<::core::primitive::f64>::OUTPUT_NAMES, ["fn", "match"]);
    assert_eq!(Raw::LAYERS.iter().map(|layer| layer.name).collect::<Vec<_>>(), ["for", "fn", "let", "match"]);
    let (first, second): (Batch<RawIn, f64>, Batch<RawType, f64>) = (numbers(3), numbers(3));
    let (out, rest) = net.forward(&first, &second).unwrap();
    assert_eq!((out.samples(), rest.samples()), (3, 3));
    assert_eq!(net.r#fn.weight().shape(), [4, 3]);

    let net = RawParts::<f64>::initialized(1);
    let names: Vec<String> = net.parameters().map(|tensor| tensor.name.to_string()).collect();
    assert_eq!(names[0], "loop.weight_ih_l0");
    assert_eq!(names[8..12], ["struct.inner.fc.weight", "struct.inner.fc.bias", "plain.weight", "plain.bias"]);
    assert_eq!(net.plain.weight().shape(), net.r#struct.inner.fc.weight().shape());
}

mod visible {
    use plumbline::prelude::*;

    network! {
        Hidden: [4] -> [4] { fc: dense(4), tanh; }
        pub(super) Middle<N>: [N] -> [N] { fc: dense(N), tanh; }
        /// Holds what nobody outside can name.
        pub Visible: [4] -> [2] { first: Hidden; second: Middle<4>, relu; out: dense(2); }
        pub Outer<N>: [N] -> [2] { middle: Middle<N>; out: dense(2); }
    }
}

#[test]
fn a_part_may_be_less_visible_than_the_network_around_it() {
    gradients_agree::<visible::Visible<f64>>();
    gradients_agree::<visible::Outer<3, f64>>();
    let net = visible::Visible::<f64>::initialized(1);
    let names = net.parameters().map(|tensor| tensor.name.to_string());
    assert_eq!(names.take(2).collect::<Vec<_>>(), ["first.fc.weight", "first.fc.bias"]);
}

network! {
    Level0: [2] -> [2] { fc: dense(2); other: dense(2); }
    Level1: [2] -> [2] { l0: Level0; }
    Level2: [2] -> [2] { l1: Level1; }
    Level3: [2] -> [2] { l2: Level2; }
    Level4: [2] -> [2] { l3: Level3; }
    Level5: [2] -> [2] { l4: Level4; }
    Level6: [2] -> [2] { l5: Level5; }
    Level7: [2] -> [2] { l6: Level6; }
    Level8: [2] -> [2] { l7: Level7; }
    Level9: [2] -> [2] { l8: Level8; }
    Level10: [2] -> [2] { a: Level9; b: Level9; }
}

#[test]
fn names_are_as_deep_as_networks_are() {
    let net = Level10::new(1);
    let names: Vec<String> = net.parameters().map(|tensor| tensor.name.to_string()).collect();
    let inside = "l8.l7.l6.l5.l4.l3.l2.l1.l0";
    assert_eq!(names.len(), 8);
    for (index, part) in ["a", "b"].into_iter().enumerate() {
        let expected =
            ["fc.weight", "fc.bias", "other.weight", "other.bias"].map(|tensor| format!("{part}.{inside}.{tensor}"));
        assert_eq!(names[4 * index..4 * index + 4], expected);
    }
    let path = std::env::temp_dir().join(format!("plumbline_deep_names_{}.safetensors", std::process::id()));
    net.save(&path).unwrap();
    let mut loaded = Level10::new(2);
    loaded.load(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    let x = Batch::from_vec(vec![0.5, -1.0]).unwrap();
    assert_eq!(net.forward(&x).as_slice(), loaded.forward(&x).as_slice());
}

mod sizes_and_types {
    use plumbline::prelude::*;

    /// Types that are called as a dimension parameter is, and as a constant is.
    #[derive(Debug)]
    pub(crate) struct C;
    #[derive(Debug)]
    pub(crate) struct H {}
    pub(crate) const H: usize = 4;

    /// What is called as ports are, though not in capitals.
    #[allow(non_upper_case_globals)]
    pub(crate) const image: f64 = 7.0;
    #[allow(non_upper_case_globals)]
    pub(crate) static mask: f64 = 9.0;

    pub(crate) mod other {
        plumbline::network! { pub Square<N>: [N] -> [N] { fc: dense(N), tanh; } }
    }

    network! {
        pub Square<C>: [C] -> [C] { fc: dense(C), tanh; }
        pub OfParameter<C>: [C] -> [C] { own: Square<C>; other: other::Square<C> -> [C]; }
        pub OfConstant: [4] -> [4] { own: Square<H>; }
        pub Twice: [4] -> [4] { first: other::Square<4> -> [4]; second: other::Square<4>; third: Square<4>; }
        pub Images: (image: [4], mask: [4]) -> [4] { sum: add <- (image, mask); }
    }
}

#[test]
fn types_and_constants_may_be_called_as_sizes_and_ports_are() {
    use sizes_and_types::{C, H, Images, ImagesImage, ImagesMask, OfConstant, OfParameter, Twice, image, mask};

    gradients_agree::<OfParameter<4, ::core::primitive::f64>>();
    gradients_agree::<OfConstant<f64>>();
    gradients_agree::<Twice<f64>>();
    assert_eq!(format!("{C:?} {:?} {H}", H {}), "C H 4");
    let net = Images::<f64>::initialized(1);
    let (a, b): (Batch<ImagesImage, f64>, Batch<ImagesMask, f64>) =
        (Batch::from_vec(vec![image; 4]).unwrap(), Batch::from_vec(vec![mask; 4]).unwrap());
    assert_eq!(net.forward(&a, &b).unwrap().as_slice(), [16.0; 4]);
}
