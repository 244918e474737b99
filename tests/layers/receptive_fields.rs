//! The receptive field that a network states for each layer is what the layer's value depends on: each place
//! of the input is changed, and the values that change with it are looked up.

use std::collections::BTreeSet;

use plumbline::{
    Layer,
    network::{
        AxisField, ReceptiveField,
        abi::{entry, rows},
    },
    prelude::*,
};
use rand::rngs::StdRng;

network! {
    /// Windows of all kinds, one after the other.
    Windows: [2, 41, 36] -> (conv: [3, 21, 34], even: [3, 21, 34], mean: [3, 10, 17], max: [3, 10, 6], far: [2, 6, 4], blurred: [2, 3, 2]) {
        conv: conv2d(3, kernel = [5, 3], stride = [2, 1], padding = [2, 0]), relu;
        even: conv2d(3, kernel = [4, 3], padding = same, groups = 3), leaky_relu;
        mean: avg_pool2d(2);
        max: max_pool2d([3, 2], stride = [1, 3], padding = [1, 1]);
        far: conv2d(2, kernel = 3, dilation = [2, 1]);
        blurred: weighted_avg_pool2d(2);
    }

    /// Branches that come together again.
    Branches: [1, 20] -> (sum: [2, 10], both: [5, 10], apart: [2, 10], behind: [2, 20], product: [2, 10]) {
        a: conv1d(2, kernel = 3, stride = 2, padding = 1), softplus;
        b: conv1d(2, kernel = 6, stride = 2, padding = 2) <- input;
        c: conv1d(1, kernel = 2, stride = 2) <- input;
        sum: add <- (a, b);
        both: concat <- (sum, a, c);
        product: multiply <- (sum, a);
        d: conv1d(2, kernel = 11) <- input;
        // One moves by two, the other by one.
        apart: add <- (d, a);
        behind: concat(axis = 1) <- (d, a);
    }

    /// Down and up again.
    UNet: [1, 48] -> (deep: [2, 12], up: [2, 24], joined: [4, 48], out: [1, 48], odd: [1, 143]) {
        left: conv1d(2, kernel = 3, padding = 1), relu;
        lower: avg_pool1d(2), conv1d(2, kernel = 3, padding = 1);
        deep: avg_pool1d(2);
        up: conv_transpose1d(2, kernel = 2, stride = 2);
        higher: conv_transpose1d(2, kernel = 4, stride = 2, padding = 1);
        joined: concat <- (higher, left);
        out: conv1d(1, kernel = 3, padding = 1);
        odd: conv_transpose1d(1, kernel = 4, stride = 3, padding = 1);
    }

    /// Bins, of one size and of several.
    Bins: [1, 20, 13] -> (even: [1, 3, 6], uneven: [1, 12, 8], over: [1, 10, 8], one: [1, 1, 4], global: [1]) {
        conv: conv2d(1, kernel = [3, 2]);
        even: adaptive_avg_pool2d([3, 6]);
        uneven: adaptive_max_pool2d([12, 8]) <- conv;
        over: conv2d(1, kernel = [3, 1]);
        one: adaptive_avg_pool2d([1, 4]) <- conv;
        global: global_max_pool <- conv;
    }

    /// Steps of a sequence.
    Sequence: [14, 3] -> (steps: [14, 2], conv: [2, 12], again: [12, 2], chosen: [2, 12], shaped: [1, 2, 12]) {
        steps: dense(2, each_step = true), relu;
        turned: transpose;
        conv: conv1d(2, kernel = 3);
        again: transpose, layer_norm;
        chosen: softmax <- conv;
        shaped: reshape([1, 2, 12]) <- conv;
    }

    Outer: [2, 16, 12] -> (block: [4, 8, 6], gate: [4, 8, 6], up: [4, 16, 12], scaled: [4, 16, 12], out: [3]) {
        block: Block<2, 16, 12>;
        gate: Gate;
        up: parts::Up;
        scaled: Double;
        out: flatten, dense(3);
    }
    Block<C, H, W>: [C, H, W] -> [2 * C, H / 2, W / 2] {
        a: conv2d(2 * C, kernel = 3, stride = 2, padding = 1), relu;
        b: conv2d(2 * C, kernel = 3, padding = 1);
        sum: add <- (a, b);
    }
    Gate: [4, 8, 6] -> [4, 8, 6] {
        relu;
    }

    Two: (left: [1, 12], right: [1, 9], bias: [2, 5]) -> (a: [2, 10], b: [2, 5], sum: [2, 5]) {
        a: conv1d(2, kernel = 3) <- left;
        b: conv1d(2, kernel = 5) <- right;
        half: avg_pool1d(2) <- a;
        sum: add <- (half, b, bias);
    }

    AnySize: [1, _, _] -> (conv: [2, _, _], pool: [2, _, _], bins: [2, 3, 3], over: [1, 2, 2], global: [1]) {
        conv: conv2d(2, kernel = 3, padding = 1), relu;
        pool: avg_pool2d(2);
        bins: adaptive_avg_pool2d(3);
        over: conv2d(1, kernel = 2);
        global: global_avg_pool;
    }
}

mod parts {
    use plumbline::prelude::*;

    network! {
        /// Of another invocation: only the compiler knows what it is.
        pub Up: [4, 8, 6] -> [4, 16, 12] {
            spread: conv_transpose2d(4, kernel = 3, stride = 2, padding = 1, output_padding = 1);
        }
    }
}

/// A layer of one's own, of which nothing is known.
#[derive(Clone, Debug)]
struct Double<E = f32>([E; 0]);

impl<E: Element> Layer for Double<E> {
    type Element = E;
    type Input = (Const<4>, Const<16>, Const<12>);
    type Output = (Const<4>, Const<16>, Const<12>);
    fn drawn(_: &mut StdRng) -> Self {
        Double([])
    }
    fn values(&self, _: usize) -> &[E] {
        &self.0
    }
    fn values_mut(&mut self, _: usize) -> &mut [E] {
        &mut self.0
    }
    fn forward_sample(&self, x: &[E], y: &mut [E]) {
        let sum = x.iter().fold(E::from_f64(0.0), |sum, &x| sum + x);
        y.iter_mut().zip(x).for_each(|(y, &x)| *y = x + x + sum);
    }
    fn backward_sample(&self, _: &[E], _: &[E], d_y: &[E], d_x: &mut [E], _: &mut [E]) {
        let sum = d_y.iter().fold(E::from_f64(0.0), |sum, &d| sum + d);
        d_x.iter_mut().zip(d_y).for_each(|(d_x, &d_y)| *d_x = d_y + d_y + sum);
    }
}

plumbline::layer!(Double);

/// Which numbers of an output change with all numbers of an input that lie at one place of a spatial axis:
/// for each axis and each place.
#[derive(Clone)]
struct Changes {
    /// The sizes of the output's axes.
    output: Vec<usize>,
    changed: Vec<Vec<Vec<bool>>>,
}

impl Changes {
    /// The places along `axis` of the input on which the chosen numbers of the output depend.
    fn depends(&self, axis: usize, chosen: impl Fn(usize) -> bool) -> BTreeSet<usize> {
        let seen = |changed: &[bool]| changed.iter().enumerate().any(|(number, &changed)| changed && chosen(number));
        (0..self.changed[axis].len()).filter(|&place| seen(&self.changed[axis][place])).collect()
    }
}

/// Whether a number of an array of these sizes lies at `index` of `axis`.
fn lies_at(sizes: &[usize], axis: usize, index: usize, number: usize) -> bool {
    number / sizes[axis + 1..].iter().product::<usize>() % sizes[axis] == index
}

/// A network whose weights are all positive, so that nothing cancels.
fn positive<N: Network<Element = f64>>() -> N {
    let mut net = N::initialized(3);
    for index in 0..net.tensors() {
        net.tensor_mut(index).values.iter_mut().for_each(|value| *value = value.abs() + 0.1);
    }
    net
}

/// What changes in each output of a network with one input of these sizes and spatial axes.
fn changes<N: Network<Element = f64, Input: Shape>>(sizes: &[usize], spatial: std::ops::Range<usize>) -> Vec<Changes> {
    let net = positive::<N>();
    let width: usize = sizes.iter().product();
    let mut numbers = vec![1.0; width];
    for axis in spatial.clone() {
        for place in 0..sizes[axis] {
            // A change that no maximum overlooks.
            numbers.extend((0..width).map(|at| if lies_at(sizes, axis, place, at) { 1e6 } else { 1.0 }));
        }
    }
    let x = Batch::<N::Input, f64>::from_vec_of(numbers, sizes).unwrap();
    let mut pass = net.pass(x.samples());
    pass.enter(&[entry(&x)]).unwrap();
    pass.infer(&net, &[rows(&x)], x.samples());
    let nodes = N::OUTPUT_NAMES.iter().map(|name| N::LAYERS.iter().find(|layer| layer.name == *name).unwrap());
    let outputs = nodes.enumerate().map(|(index, node)| {
        let mut samples = pass.output(index).chunks(pass.output(index).len() / x.samples());
        let usual = samples.next().unwrap();
        let mut changed = || samples.next().unwrap().iter().zip(usual).map(|(new, old)| new != old).collect();
        let changed = spatial.clone().map(|axis| (0..sizes[axis]).map(|_| changed()).collect()).collect();
        Changes { output: node.output.to_vec(), changed }
    });
    outputs.collect()
}

fn field<N: Network>(node: &str, input: usize) -> ReceptiveField {
    N::LAYERS.iter().find(|layer| layer.name == node).unwrap().receptive_fields[input]
}

/// Asks of every output that it depends on what its receptive field says. Its axes are `axes` of the output,
/// in the order of the input's.
fn check<N>(sizes: &[usize], spatial: std::ops::Range<usize>, axes: &[(&str, &[usize])])
where
    N: Network<Element = f64, Input: Shape>,
{
    for (changes, name) in changes::<N>(sizes, spatial).iter().zip(N::OUTPUT_NAMES) {
        let field = field::<N>(name, 0);
        assert_eq!(field.axes().len(), changes.changed.len(), "{name}");
        let own = axes.iter().find(|(node, _)| node == name).map(|(_, axes)| *axes);
        let last: Vec<usize> =
            (changes.output.len().saturating_sub(changes.changed.len())..changes.output.len()).collect();
        for (axis, along) in field.axes().iter().enumerate() {
            check_axis(
                &format!("{name} along axis {axis}"),
                changes,
                axis,
                own.unwrap_or(&last)[axis.min(last.len() - 1)],
                *along,
            );
        }
    }
}

fn check_axis(subject: &str, changes: &Changes, axis: usize, along: usize, field: AxisField) {
    let size_of_input = changes.changed[axis].len() as isize;
    let count = changes.output[along];
    let ends = |index: usize| {
        let set = changes.depends(axis, |number| lies_at(&changes.output, along, index, number));
        (
            *set.first().unwrap_or_else(|| panic!("{subject}: {index} depends on nothing")) as isize,
            *set.last().unwrap() as isize,
        )
    };
    match field {
        AxisField::Window { size, stride: Some(stride), offset } => {
            let mut inside = 0;
            for index in 0..count {
                let first = offset + (index * stride) as isize;
                let last = first + size as isize - 1;
                if first >= 0 && last < size_of_input {
                    assert_eq!(ends(index), (first, last), "{subject}: {index}");
                    inside += 1;
                } else {
                    let (begin, end) = ends(index);
                    assert!(
                        begin >= first.max(0) && end <= last,
                        "{subject}: {index}: {begin} to {end} of {first} to {last}"
                    );
                }
            }
            assert!(inside > 0, "{subject}: no window lies inside the input: {field:?}");
        }
        AxisField::Window { size, stride: None, offset } => {
            let widths: Vec<isize> = (0..count).map(ends).map(|(first, last)| last - first + 1).collect();
            assert_eq!(widths.iter().max(), Some(&(size as isize)), "{subject}: {widths:?}");
            assert_eq!(ends(0).0, offset.max(0), "{subject}");
            let steps: BTreeSet<isize> = (1..count).map(|index| ends(index).0 - ends(index - 1).0).collect();
            assert!(steps.len() > 1, "{subject}: {steps:?}");
        }
        // Every number depends on every place on which any does.
        AxisField::All => {
            let all = changes.depends(axis, |_| true);
            let numbers = changes.output.iter().product();
            assert!((0..numbers).all(|one| changes.depends(axis, |number| number == one) == all), "{subject}");
        }
        AxisField::Nothing | AxisField::Unknown => panic!("{subject}: {field:?}"),
    }
}

fn window(size: usize, stride: usize, offset: isize) -> AxisField {
    AxisField::Window { size, stride: Some(stride), offset }
}

#[test]
fn windows_depend_on_what_is_stated() {
    check::<Windows<f64>>(&[2, 41, 36], 1..3, &[]);
    // r ← r + (k − 1)·d·j, o ← o − p·j, j ← j·s
    let fields = ["conv", "even", "mean", "max", "far"].map(|node| field::<Windows>(node, 0));
    let rows = [window(5, 2, -2), window(11, 2, -4), window(13, 4, -4), window(21, 4, -8), window(37, 4, -8)];
    assert_eq!(fields.map(|field| field.axes()[0]), rows);
    let columns = [window(3, 1, 0), window(5, 1, -1), window(6, 2, -1), window(8, 6, -3), window(20, 6, -3)];
    assert_eq!(fields.map(|field| field.axes()[1]), columns);
}

#[test]
fn branches_depend_on_the_union() {
    let all = ["apart", "behind"];
    for (changes, name) in changes::<Branches<f64>>(&[1, 20], 1..2).iter().zip(Branches::<f64>::OUTPUT_NAMES) {
        match field::<Branches>(name, 0).axes() {
            [AxisField::All] => assert!(all.contains(name)),
            [field] => check_axis(name, changes, 0, 1, *field),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(field::<Branches>("both", 0).axes(), [window(6, 2, -2)]);
    assert!(all.iter().all(|name| field::<Branches>(name, 0).axes() == [AxisField::All]));
}

#[test]
fn what_goes_down_and_up_again_depends_on_what_is_stated() {
    check::<UNet<f64>>(&[1, 48], 1..2, &[]);
    assert_eq!(field::<UNet>("deep", 0).axes(), [window(10, 4, -3)]);
    let moves = |node: &str| match field::<UNet>(node, 0).axes() {
        [AxisField::Window { stride, .. }] => *stride,
        other => panic!("{other:?}"),
    };
    assert_eq!(["left", "lower", "up", "joined", "out"].map(moves), [Some(1), Some(2), None, None, None]);
}

#[test]
fn bins_depend_on_what_is_stated() {
    check::<Bins<f64>>(&[1, 20, 13], 1..3, &[("global", &[0, 0])]);
    assert_eq!(field::<Bins>("even", 0).axes(), [window(8, 6, 0), window(3, 2, 0)]);
    assert_eq!(field::<Bins>("global", 0).axes(), [AxisField::All; 2]);
    // Bins of one axis are one: all places are in it.
    assert_eq!(field::<Bins>("one", 0).axes(), [AxisField::All, window(4, 3, 0)]);
}

#[test]
fn steps_of_a_sequence_are_places_where_a_window_moves_over_them() {
    check::<Sequence<f64>>(&[14, 3], 0..1, &[("steps", &[0]), ("again", &[0])]);
    assert_eq!(field::<Sequence>("again", 0).axes(), [window(3, 1, 0)]);
    assert_eq!(field::<Sequence>("chosen", 0).axes(), [AxisField::All]);
    assert_eq!(field::<Sequence>("steps", 0).axes(), [window(1, 1, 0)]);
}

#[test]
fn networks_inside_take_their_part() {
    check::<Outer<f64>>(&[2, 16, 12], 1..3, &[("out", &[0, 0])]);
    assert_eq!(field::<Outer>("block", 0).axes(), [window(7, 2, -3); 2]);
    assert_eq!(field::<Outer>("gate", 0).axes(), [window(7, 2, -3); 2]);
    assert_eq!(field::<Outer>("scaled", 0).axes(), [AxisField::All; 2]);
    // A block by itself.
    assert_eq!(<Block<2, 16, 12> as Network>::LAYERS[2].receptive_fields[0].axes(), [window(7, 2, -3); 2]);
}

#[test]
fn each_input_has_its_own() {
    let of = |node: &str| [0, 1, 2].map(|input| field::<Two>(node, input).axes().to_vec());
    assert_eq!(of("a"), [vec![window(3, 1, 0)], vec![AxisField::Nothing], vec![]]);
    assert_eq!(of("b"), [vec![AxisField::Nothing], vec![window(5, 1, 0)], vec![]]);
    assert_eq!(of("sum"), [vec![window(4, 2, 0)], vec![window(5, 1, 0)], vec![]]);
    assert_eq!(field::<Two>("a", 1).input(), "right");
    let summary = Two::summary().to_string();
    let head: Vec<&str> =
        summary.lines().nth(2).unwrap().split("  ").map(str::trim).filter(|word| !word.is_empty()).collect();
    let columns =
        ["field (left)", "stride (left)", "offset (left)", "field (right)", "stride (right)", "offset (right)"];
    assert_eq!(head[5..], columns);
}

#[test]
fn free_sizes_are_needed_by_adaptive_pools_alone() {
    for (changes, name) in changes::<AnySize<f64>>(&[1, 13, 14], 1..3).iter().zip(&AnySize::<f64>::OUTPUT_NAMES[..2]) {
        let mut changes = changes.clone();
        changes.output[1..].copy_from_slice(if *name == "conv" { &[13, 14] } else { &[6, 7] });
        for (axis, along) in field::<AnySize>(name, 0).axes().iter().enumerate() {
            check_axis(name, &changes, axis, axis + 1, *along);
        }
    }
    assert_eq!(field::<AnySize>("pool", 0).axes(), [window(4, 2, -1); 2]);
    assert_eq!(field::<AnySize>("bins", 0).axes(), [AxisField::Unknown; 2]);
    assert_eq!(field::<AnySize>("over", 0).axes(), [AxisField::Unknown; 2]);
    assert_eq!(field::<AnySize>("global", 0).axes(), [AxisField::All; 2]);
}

network! {
    /// AlexNet's windows, as TF-Slim has them.
    AlexNet: [3, 224, 224] -> [1, 5, 5] {
        conv1: conv2d(1, kernel = 11, stride = 4), relu, max_pool2d(3, stride = 2);
        conv2: conv2d(1, kernel = 5, padding = same), relu, max_pool2d(3, stride = 2);
        conv3: conv2d(1, kernel = 3, padding = same), relu;
        conv4: conv2d(1, kernel = 3, padding = same), relu;
        conv5: conv2d(1, kernel = 3, padding = same), relu, max_pool2d(3, stride = 2);
    }

    /// The past of a filtered signal.
    Heard: [40, 1] -> [40, 3] {
        turned: transpose;
        filtered: conv1d(2, kernel = 5, padding = 2);
        steps: transpose;
        memory: lstm(3);
        other: gru(3) <- steps;
        again: gru(3, state = other) <- memory;
    }

    Perceptrons: [30] -> [2] {
        hidden: dense(8), relu;
        out: dense(2);
    }

    Memory: [_, 3] -> [2] {
        memory: rnn(4), last;
        out: dense(2);
    }
}

#[test]
fn alexnet_has_the_receptive_field_that_is_published() {
    // Araujo, Norris and Sim (2019): size 195, stride 32, padding 64.
    assert_eq!(AlexNet::LAYERS[4].receptive_fields[0].axes(), [window(195, 32, -64); 2]);
}

#[test]
fn a_memory_depends_on_all_of_its_past() {
    let fields: Vec<&[AxisField]> = Heard::LAYERS.iter().map(|layer| layer.receptive_fields[0].axes()).collect();
    let filtered: &[AxisField] = &[window(5, 1, -2)];
    assert_eq!(fields[..3], [&[window(1, 1, 0)], filtered, filtered]);
    assert!(fields[3..].iter().all(|field| *field == [AxisField::All]));
}

#[test]
fn networks_without_windows_say_nothing_of_them() {
    for layers in [Perceptrons::LAYERS, Memory::LAYERS, <Gate as Network>::LAYERS] {
        assert!(layers.iter().all(|layer| layer.receptive_fields.iter().all(|field| field.axes().is_empty())));
    }
    assert!(!Perceptrons::summary().to_string().contains("stride"));
    assert!(!Memory::summary().to_string().contains("stride"));
}

network! {
    Stem: [3, 32, 32] -> [10] {
        conv: conv2d(8, kernel = [5, 3], stride = 2, padding = [2, 1]), relu;
        pool: max_pool2d(2);
        up: conv_transpose2d(8, kernel = 2, stride = [2, 1]);
        global_avg_pool;
        logits: dense(10);
    }
}

#[test]
fn the_summary_has_columns_for_them() {
    let expected = "\
Stem

layer            kind                   output  parameters    FLOPs   field  stride    offset
─────────────────────────────────────────────────────────────────────────────────────────────
conv             conv2d, relu      [8, 16, 16]         368  188,416  [5, 3]       2  [-2, -1]
pool             max_pool2d          [8, 8, 8]           0    2,048  [7, 5]       4  [-2, -1]
up               conv_transpose2d   [8, 16, 9]         264   33,920  [7, 9]  [-, 4]  [-2, -5]
global_avg_pool  global_avg_pool           [8]           0    1,152     all
logits           dense                    [10]          90      170     all
─────────────────────────────────────────────────────────────────────────────────────────────
total                                                  722  225,706
";
    assert_eq!(Stem::summary().to_string(), expected);
}
