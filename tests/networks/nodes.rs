//! Named nodes: their values after a pass, up to them and from them on, to the bits of a network whose outputs they are.

use plumbline::{
    Layer, ShapeError,
    network::{Node, Nothing, PassError},
    prelude::*,
};
use rand::rngs::StdRng;

/// A network, and the same with a port for each named node.
macro_rules! twins {
    ($($net:ident, $all:ident: $input:tt -> $output:tt, $ports:tt $body:tt)*) => {
        network! { $($net: $input -> $output $body)* }
        network! { $($all: $input -> $ports $body)* }
    };
}

twins! {
    // Values with the samples innermost, some of them read in one order alone, and a layer that makes the parts of a batch meet.
    Pictures, PicturesAll: [2, 8, 8] -> [3],
    (a: [4, 6, 6], n: [4, 6, 6], t: [2, 7, 7], pool: [2, 3, 3], flat: [18], l: [18], drop: [18], own: [18], h: [6], out: [3]) {
        a: conv2d(4, kernel = 3), relu;
        n: batch_norm, tanh;
        t: conv_transpose2d(2, kernel = 2), sigmoid;
        pool: max_pool2d(2);
        flat: flatten;
        l: layer_norm;
        drop: dropout(0.2);
        own: Scale;
        h: dense(6), gelu;
        out: dense(3), softmax;
    }

    // `image` and `again` hold the numbers of other nodes in the other order, `twice` those of `back` as they are.
    Branches, BranchesAll: [18] -> [3],
    (first: [18], image: [2, 3, 3], c: [2, 3, 3], back: [18], again: [2, 3, 3], twice: [18], d: [1, 1, 1], e: [4], f: [1], s: [5], out: [3]) {
        first: dense(18), tanh;
        image: reshape([2, 3, 3]);
        c: conv2d(2, kernel = 3, padding = same), silu;
        back: flatten;
        again: reshape([2, 3, 3]) <- back;
        twice: reshape([18]) <- back;
        d: conv2d(1, kernel = 3) <- again;
        e: dense(4) <- twice;
        f: flatten <- d;
        s: concat <- (e, f);
        out: dense(3);
    }

    // What goes from image to image although it is no image.
    Signals, SignalsAll: [2, 20] -> [3], (a: [4, 20], b: [4, 10], n: [4, 10], c: [3, 10], s: [7, 10], g: [7], out: [3]) {
        a: conv1d(4, kernel = 3, padding = same), leaky_relu;
        b: avg_pool1d(2);
        n: batch_norm, elu;
        c: conv1d(3, kernel = 3, padding = same);
        s: concat <- (n, c);
        g: global_avg_pool;
        out: dense(3);
    }

    Sequences, SequencesAll: [6, 3] -> [6, 2], (m: [6, 8], d: [6, 5], g: [6, 3], norm: [6, 3], out: [6, 2]) {
        m: lstm(4, bidirectional = true);
        d: dense(5, each_step = true), selu;
        g: gru(3);
        norm: layer_norm;
        out: dense(2, each_step = true);
    }

    // Sequences whose lengths nobody asks for behind the first layer.
    Ends, EndsAll: [6, 3] -> [3], (r: [6, 4], d: [6, 2], flat: [12], out: [3]) {
        r: rnn(4);
        d: dense(2, each_step = true), map(|x| x.exp());
        flat: flatten;
        out: dense(3);
    }

    // Sequences that become shorter, for a while along another axis than a batch has lengths along.
    Shorter, ShorterAll: [9, 3] -> [4, 2], (c: [3, 7], p: [3, 4], rows: [4, 3], out: [4, 2]) {
        transpose;
        c: conv1d(3, kernel = 3), relu;
        p: max_pool1d(2, padding = 1);
        rows: transpose;
        out: dense(2, each_step = true);
    }

    Words, WordsAll: [5] -> [2], (e: [5, 3], m: [5, 4], end: [4], out: [2]) {
        e: embedding(7, 3);
        m: gru(4);
        end: last;
        out: dense(2);
    }

    Widths, WidthsAll: [3, _, _] -> [2], (a: [4, _, _], p: [4, _, _], s: [4, _, _], g: [4], out: [2]) {
        a: conv2d(4, kernel = 3, padding = 1), relu;
        p: max_pool2d(2);
        s: batch_norm;
        g: global_avg_pool;
        out: dense(2);
    }
}

// Every one in its own invocation: parts, ports, machines.
network! {
    Outer: [4] -> [3] {
        before: dense(4);
        part: Inner;
        s: add <- (part, before);
        machine: rbm(5), tanh;
        out: dense(3);
    }
    OuterAll: [4] -> (before: [4], part: [4], s: [4], machine: [5], out: [3]) {
        before: dense(4);
        part: Inner;
        s: add <- (part, before);
        machine: rbm(5), tanh;
        out: dense(3);
    }
    Inner: [4] -> [4] {
        d: dense(4), tanh;
        n: batch_norm;
    }

    Pair: (image: [3, 4, 4], vector: [6]) -> (class: [4], map: [3, 4, 4]) {
        a: conv2d(3, kernel = 3, padding = same), tanh <- image;
        map: add <- (image, a);
        pooled: avg_pool2d(4), flatten;
        all: concat <- (pooled, vector);
        class: dense(4), log_softmax;
    }
    PairAll: (image: [3, 4, 4], vector: [6]) -> (a: [3, 4, 4], map: [3, 4, 4], pooled: [3], all: [9], class: [4]) {
        a: conv2d(3, kernel = 3, padding = same), tanh <- image;
        map: add <- (image, a);
        pooled: avg_pool2d(4), flatten;
        all: concat <- (pooled, vector);
        class: dense(4), log_softmax;
    }

    Split: [5] -> (one: [2], two: [3]) {
        code: dense(4), tanh;
        one: dense(2) <- code;
        two: dense(3) <- code;
    }

    Sized<C, H>: [C, H, H] -> [2] {
        a: conv2d(2 * C, kernel = 3), relu;
        flat: flatten;
        out: dense(2);
    }

    Signs: [3] -> [2] {
        hidden: dense(4);
        code: sign;
        out: dense(2);
    }

    // Everything from the input on in another order.
    Whole: [2, 4, 4] -> [3] {
        flat: flatten;
        out: dense(3);
    }
}

/// y = a · x, a layer of one's own.
#[derive(Clone, Debug)]
struct Scale<E = f32>([E; 1]);

impl<E: Element> Layer for Scale<E> {
    type Element = E;
    type Input = (Const<18>,);
    type Output = (Const<18>,);
    const PARAMETERS: &'static [(&'static str, &'static [usize])] = &[("a", &[1])];
    fn drawn(_: &mut StdRng) -> Self {
        Scale([E::from_f64(1.5)])
    }
    fn values(&self, _: usize) -> &[E] {
        &self.0
    }
    fn values_mut(&mut self, _: usize) -> &mut [E] {
        &mut self.0
    }
    fn forward_sample(&self, x: &[E], y: &mut [E]) {
        y.iter_mut().zip(x).for_each(|(y, &x)| *y = self.0[0] * x);
    }
    fn backward_sample(&self, x: &[E], _: &[E], d_y: &[E], d_x: &mut [E], gradient: &mut [E]) {
        for ((d_x, &d_y), &x) in d_x.iter_mut().zip(d_y).zip(x) {
            *d_x = self.0[0] * d_y;
            gradient[0] += x * d_y;
        }
    }
}

plumbline::layer!(Scale);

fn numbers<E: Element>(count: usize) -> Vec<E> {
    (0..count).map(|i| E::from_f64(((i * 7919 + 13) % 1009) as f64 / 504.5 - 1.0)).collect()
}

fn batch<S: FixedShape, E: Element>(samples: usize) -> Batch<S, E> {
    Batch::from_vec(numbers(samples * S::LEN)).unwrap()
}

/// The same numbers, as sequences of different lengths.
fn ragged<S: FixedShape, E: Element>(samples: usize, least: usize, most: usize) -> Batch<S, E> {
    batch(samples).with_lengths((0..samples).map(|sample| least + sample % (most - least + 1)).collect()).unwrap()
}

fn same<S, T, E, A, B>(found: &Batch<S, E, A>, expected: &Batch<T, E, B>, what: &str)
where
    S: Shape,
    T: Shape,
    E: Element,
    A: std::ops::Deref<Target = [E]>,
    B: std::ops::Deref<Target = [E]>,
{
    let bits = |numbers: &[E]| numbers.iter().map(|x| x.as_f64().to_bits()).collect::<Vec<_>>();
    assert_eq!((found.samples(), found.sizes()), (expected.samples(), expected.sizes()), "{what}");
    assert_eq!(found.lengths(), expected.lengths(), "{what}");
    assert_eq!(bits(found.as_slice()), bits(expected.as_slice()), "{what}");
}

/// On one to three threads.
fn on_threads(check: impl Fn() + Sync) {
    for threads in 1..=3 {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(&check);
    }
}

macro_rules! plain {
    ($result:expr) => {
        $result
    };
}

macro_rules! fallible {
    ($result:expr) => {
        $result.unwrap()
    };
}

/// A check of one network beside its twin, which has all of its nodes as outputs, in this order; it can start from those behind `after`. Results go
/// through `done`.
macro_rules! check {
    ($($check:ident by $done:ident: $net:ident, $all:ident, $shape:ty, ($($node:ident),+) after ($($cut:ident),*);)+) => {
        $(fn $check<E: Element>(x: &Batch<$shape, E>) {
            let (net, mut all) = ($net::<E>::initialized(3), $all::<E>::initialized(4));
            all.load_bytes(&net.to_bytes().unwrap()).unwrap();
            let y = $done!(net.forward(x));
            {
                let ($($node),+) = $done!(all.forward(x));
                $(same(&$done!(net.forward_to(x, |nodes| nodes.$node)), &$node, stringify!($node));)+
                // Several along a whole pass, which goes on as ever.
                let mut pass = net.pass(1);
                $(pass.capture(|nodes| nodes.$node);)+
                for _ in 0..2 {
                    same(&$done!(net.forward_into(x, &mut pass)), &y, "y");
                    $(same(&pass.value(|nodes| nodes.$node).unwrap(), &$node, stringify!($node));)+
                }
            }
            {
                let (mut pass, mut bare, mut other) = (net.pass(1), net.pass(1), all.pass(1));
                $(pass.capture(|nodes| nodes.$node);)+
                let ($($node),+) = $done!(all.forward_train(x, &mut other));
                let y = $done!(net.forward_train(x, &mut pass)).to_batch();
                same(&$done!(net.forward_train(x, &mut bare)), &y, "y in training");
                $(same(&pass.value(|nodes| nodes.$node).unwrap(), &$node, stringify!($node));)+
                let (mut gradients, mut expected) = (net.gradients(), net.gradients());
                let d_x = net.backward(&y, &mut pass, &mut gradients).unwrap().to_batch();
                same(&d_x, &net.backward(&y, &mut bare, &mut expected).unwrap(), "d_x");
                assert_eq!(gradients.to_bytes().unwrap(), expected.to_bytes().unwrap());
                // A value outlasts the way back.
                $(same(&pass.value(|nodes| nodes.$node).unwrap(), &$node, stringify!($node));)+
            }
            $(
                let values = $done!(net.forward_to(x, |nodes| nodes.$cut));
                same(&net.forward_after(&values, |nodes| nodes.$cut).unwrap(), &y, stringify!($cut));
            )*
        })+
    };
}

check! {
    pictures by plain: Pictures, PicturesAll, PicturesInput, (a, n, t, pool, flat, l, drop, own, h, out)
        after (a, n, t, pool, flat, l, drop, own, h, out);
    branches by plain: Branches, BranchesAll, BranchesInput, (first, image, c, back, again, twice, d, e, f, s, out)
        after (first, image, c, back, again, twice, s, out);
    signals by plain: Signals, SignalsAll, SignalsInput, (a, b, n, c, s, g, out) after (a, b, n, s, g, out);
    sequences by plain: Sequences, SequencesAll, SequencesInput, (m, d, g, norm, out) after (m, d, g, norm, out);
    ends by plain: Ends, EndsAll, EndsInput, (r, d, flat, out) after (r, d, flat, out);
    shorter by plain: Shorter, ShorterAll, ShorterInput, (c, p, rows, out) after (c, p, rows, out);
    shorter_ragged by plain: Shorter, ShorterAll, ShorterInput, (c, p, rows, out) after ();
    words by fallible: Words, WordsAll, WordsInput, (e, m, end, out) after (e, m, end, out);
    widths by fallible: Widths, WidthsAll, WidthsInput, (a, p, s, g, out) after ();
    outer by plain: Outer, OuterAll, OuterInput, (before, part, s, machine, out) after (before, s, machine, out);
}

/// One sample, few, a block, and more than one part and thread.
const SAMPLES: [usize; 4] = [1, 5, 16, 150];

#[test]
fn a_node_has_the_values_that_it_would_have_as_an_output() {
    on_threads(|| {
        for samples in SAMPLES {
            pictures::<f32>(&batch(samples));
            pictures::<f64>(&batch(samples));
            branches::<f32>(&batch(samples));
            branches::<f64>(&batch(samples));
            signals::<f32>(&batch(samples));
            signals::<f64>(&batch(samples));
            sequences::<f32>(&batch(samples));
            ends::<f64>(&batch(samples));
            shorter::<f32>(&batch(samples));
            outer::<f64>(&batch(samples));
            outer::<f32>(&batch(samples));
        }
    });
}

#[test]
fn sequences_have_their_lengths() {
    on_threads(|| {
        for samples in [1, 20, 150] {
            sequences::<f32>(&ragged(samples, 1, 6));
            sequences::<f64>(&ragged(samples, 2, 5));
            shorter_ragged::<f32>(&ragged(samples, 3, 9));
            shorter_ragged::<f64>(&ragged(samples, 3, 9));
        }
    });
    // The padding is 0 where no layer asks for it, too.
    let x = ragged::<EndsInput, f32>(20, 1, 6);
    let (net, mut all) = (Ends::new(3), EndsAll::new(4));
    all.load_bytes(&net.to_bytes().unwrap()).unwrap();
    let (r, d, ..) = all.forward(&x);
    same(&net.forward_to(&x, |nodes| nodes.r), &r, "r");
    same(&net.forward_to(&x, |nodes| nodes.d), &d, "d");
}

#[test]
fn indices_and_sizes_enter_on_the_way_to_a_node() {
    let indices = |samples| {
        let numbers = (0..samples * 5).map(|i| ((i * 5 + i / 7) % 7) as f32).collect();
        Batch::<WordsInput, f32>::from_vec(numbers).unwrap()
    };
    words::<f32>(&indices(1));
    words::<f32>(&indices(150));
    words::<f32>(&indices(150).with_lengths((0..150).map(|sample| 1 + sample % 5).collect()).unwrap());
    let wrong = Batch::<WordsInput>::from_vec(vec![7.0; 5]).unwrap();
    assert!(matches!(Words::new(1).forward_to(&wrong, |nodes| nodes.m), Err(ShapeError::Index { vocabulary: 7, .. })));

    let images = |samples: usize, h: usize, w: usize| {
        Batch::<WidthsInput, f32>::from_vec_of(numbers(samples * 3 * h * w), &[3, h, w]).unwrap()
    };
    for (samples, h, w) in [(1, 6, 8), (20, 9, 4), (20, 4, 4)] {
        widths::<f32>(&images(samples, h, w));
    }
    // Captured values follow the sizes of each batch.
    let net = Widths::new(1);
    let mut pass = net.pass(2);
    pass.capture(|nodes| nodes.p);
    for (h, w) in [(6, 8), (10, 12), (4, 6)] {
        net.forward_into(&images(3, h, w), &mut pass).unwrap();
        assert_eq!(pass.value(|nodes| nodes.p).unwrap().sizes(), [4, h / 2, w / 2]);
    }
    let small = images(1, 1, 1);
    assert!(matches!(net.forward_to(&small, |nodes| nodes.g), Err(ShapeError::Sizes { .. })));
}

#[test]
fn networks_with_several_ports_have_nodes() {
    on_threads(|| {
        for samples in SAMPLES {
            let (net, mut both) = (Pair::<f64>::initialized(3), PairAll::<f64>::initialized(4));
            both.load_bytes(&net.to_bytes().unwrap()).unwrap();
            let (image, vector) = (batch(samples), batch(samples));
            let (a, map, pooled, all, class) = both.forward(&image, &vector).unwrap();
            same(&net.forward_to(&image, &vector, |nodes| nodes.a).unwrap(), &a, "a");
            same(&net.forward_to(&image, &vector, |nodes| nodes.map).unwrap(), &map, "map");
            same(&net.forward_to(&image, &vector, |nodes| nodes.pooled).unwrap(), &pooled, "pooled");
            same(&net.forward_to(&image, &vector, |nodes| nodes.all).unwrap(), &all, "all");
            same(&net.forward_to(&image, &vector, |nodes| nodes.class).unwrap(), &class, "class");

            let net = Split::new(1);
            let x = batch(samples);
            let code = net.forward_to(&x, |nodes| nodes.code);
            let ((one, two), expected) = (net.forward_after(&code, |nodes| nodes.code).unwrap(), net.forward(&x));
            same(&one, &expected.0, "one");
            same(&two, &expected.1, "two");
        }
    });
    let (image, vector) = (batch(2), batch(3));
    let error = Pair::new(1).forward_to(&image, &vector, |nodes| nodes.all).unwrap_err();
    assert_eq!(error, ShapeError::Samples { expected: 2, found: 3 });
}

/// Of any dimensions; without a gradient; of the input's own numbers.
#[test]
fn every_kind_of_network_has_nodes() {
    let net = Sized::<2, 5>::new(1);
    let x = batch(20);
    let a = net.forward_to(&x, |nodes| nodes.a);
    assert_eq!(a.sizes(), [4, 3, 3]);
    same(&net.forward_after(&a, |nodes| nodes.a).unwrap(), &net.forward(&x), "a");
    let flat = net.forward_to(&x, |nodes| nodes.flat);
    assert_eq!(flat.as_slice(), a.as_slice());

    let (net, x) = (Signs::new(1), batch(9));
    let code = net.forward_to(&x, |nodes| nodes.code);
    assert!(code.as_slice().iter().all(|x| x.abs() == 1.0));
    same(&net.forward_after(&code, |nodes| nodes.code).unwrap(), &net.forward(&x), "code");

    let (net, x) = (Whole::new(1), batch::<WholeInput, f32>(9));
    assert_eq!(net.forward_to(&x, |nodes| nodes.flat).as_slice(), x.as_slice());
    assert_eq!(net.forward_to(&Batch::zeros(0), |nodes| nodes.out).samples(), 0);
    let none = Batch::<(Const<3>,)>::zeros(0);
    assert_eq!(net.forward_after(&none, |nodes| nodes.out).unwrap().samples(), 0);
}

mod names {
    //! Names that something else has as well.
    #![allow(non_snake_case)]

    use plumbline::prelude::*;

    network! {
        Net: [3] -> [2] {
            forward: dense(3);
            new: tanh;
            pass: dense(4);
            r#type: relu;
            E: dense(3);
            probe: dense(3);
            Nothing: sigmoid;
            beside: add <- (Nothing, E);
            NetNodes: dense(2);
        }
    }

    #[test]
    fn a_node_may_have_any_name() {
        let (net, x) = (Net::new(1), Batch::zeros(2));
        let values = net.forward_to(&x, |nodes| nodes.new);
        assert_eq!(net.forward_to(&x, |nodes| nodes.forward).samples(), 2);
        assert_eq!(net.forward_after(&values, |nodes| nodes.new).unwrap(), net.forward(&x));
        let mut pass = net.pass(2);
        pass.capture(|nodes| nodes.r#type);
        pass.capture(|nodes| nodes.probe);
        pass.capture(|nodes| nodes.Nothing);
        net.forward_into(&x, &mut pass);
        assert_eq!(pass.value(|nodes| nodes.r#type).unwrap().sizes(), [4]);
        let _: Batch<(Const<3>,)> = net.forward_to(&x, |nodes| nodes.E);
        assert_eq!(net.forward_to(&x, |nodes| nodes.probe), pass.value(|nodes| nodes.probe).unwrap().to_batch());
    }
}

/// In the step that goes forward and backward part by part, too.
#[test]
fn a_step_of_training_is_the_same_where_nodes_are_captured() {
    on_threads(|| {
        let (net, x) = (Pictures::new(1), batch::<PicturesInput, f32>(150));
        let (mut pass, mut bare) = (net.pass(1), net.pass(1));
        let (mut gradients, mut expected) = (net.gradients(), net.gradients());
        pass.capture(|nodes| nodes.n);
        pass.capture(|nodes| nodes.n);
        pass.capture(|nodes| nodes.h);
        let (criterion, targets) = (SquaredError::new(), batch::<PicturesOutput, f32>(150));
        let found = criterion.step(&net, &x, &targets, &mut pass, &mut gradients).unwrap();
        assert_eq!(found, criterion.step(&net, &x, &targets, &mut bare, &mut expected).unwrap());
        assert_eq!(gradients.to_bytes().unwrap(), expected.to_bytes().unwrap());
        let mut train = net.pass(1);
        train.capture(|nodes| nodes.n);
        train.capture(|nodes| nodes.h);
        net.forward_train(&x, &mut train);
        same(&pass.value(|nodes| nodes.n).unwrap(), &train.value(|nodes| nodes.n).unwrap(), "n");
        same(&pass.value(|nodes| nodes.h).unwrap(), &train.value(|nodes| nodes.h).unwrap(), "h");
    });
}

#[test]
fn what_is_not_there_is_an_error() {
    let (net, x) = (Signals::new(1), batch(3));
    let mut pass = net.pass(3);
    let missing =
        |error: Result<BatchView<'_, _, f32>, PassError>| matches!(error, Err(PassError::NotCaptured { node: "b" }));
    net.forward_into(&x, &mut pass);
    assert!(missing(pass.value(|nodes| nodes.b)), "never captured");
    pass.capture(|nodes| nodes.b);
    assert!(missing(pass.value(|nodes| nodes.b)), "no pass since");
    net.forward_into(&x, &mut pass);
    assert_eq!(pass.value(|nodes| nodes.b).unwrap().samples(), 3);
    // Captured between the ways there and back.
    net.forward_train(&x, &mut pass);
    pass.capture(|nodes| nodes.a);
    net.backward(&Batch::zeros(3), &mut pass, &mut net.gradients()).unwrap();
    let error = pass.value(|nodes| nodes.a).unwrap_err();
    assert_eq!(error.to_string(), "expected a forward pass after `capture` of the node `a`, found none in this `Pass`");
    same(&pass.clone().value(|nodes| nodes.b).unwrap(), &pass.value(|nodes| nodes.b).unwrap(), "of a clone");

    // Lengths of which nobody knows what they were before.
    let net = Shorter::new(1);
    let values = net.forward_to(&ragged(4, 3, 9), |nodes| nodes.rows);
    assert_eq!(values.lengths(), [1, 2, 2, 3]);
    let error = net.forward_after(&values, |nodes| nodes.rows).unwrap_err();
    assert_eq!(error, ShapeError::NodeLengths { node: "rows".into() });
}

/// A node can be handed on.
#[test]
fn a_node_is_a_value() {
    fn features<N, S>(net: &N, x: &Batch<N::Input>, node: impl FnOnce(&N::Nodes) -> Node<N, S, Nothing>) -> Vec<f32>
    where
        N: NamedNodes<Element = f32, Input: Shape, Output: Shape> + Total,
        S: Shape,
    {
        net.forward_to(x, node).into_vec()
    }
    let (net, x) = (Pictures::new(1), batch(2));
    assert_eq!(features(&net, &x, |nodes| nodes.h), net.forward_to(&x, |nodes| nodes.h).as_slice());
    assert_eq!(format!("{:?}", <Pictures as NamedNodes>::NODES.h), "Node(\"h\")");
}
