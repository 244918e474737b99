//! The worked examples of the course notes, each named after its section, against the numbers recomputed from them.

use ndarray::{Array4, array};
use plumbline::{
    layers::{Conv2d, Init, MaxPool2d, Perceptron, Window},
    network::{View, ViewMut},
    prelude::*,
};
use proptest::prelude::*;

fn assert_near(found: f64, expected: f64, digits: i32) {
    assert!((found - expected).abs() < 0.5 * 10_f64.powi(-digits), "expected {expected}, found {found}");
}

network! {
    /// A linear threshold unit.
    Unit: [2] -> [1] {
        unit: perceptron;
    }

    /// The network of the backpropagation example.
    Backpropagation: [2] -> [2] {
        hidden: dense(2), sigmoid;
        output: dense(2), sigmoid;
    }

    /// The network of the two-layer gradient.
    TwoLayers: [2] -> [1] {
        first: dense(2, bias = false), relu;
        second: dense(1), sigmoid;
    }

    /// f(x₁, x₂) = (x₁ + x₂) · (2 x₁ − x₂) as a directed acyclic graph.
    Dag: [2] -> [1] {
        sum: dense(1, bias = false) <- input;
        difference: dense(1, bias = false) <- input;
        f: multiply <- (sum, difference);
    }

    /// m inputs and n outputs, every pair connected.
    Connected: [12] -> [10] {
        all: dense(10, bias = false);
    }

    /// The same outputs from three inputs each, whose weights are shared.
    Shared: [1, 1, 12] -> [1, 1, 10] {
        kernel: conv2d(1, kernel = [1, 3], bias = false);
    }
}

/// 003, perceptrons: AND with w₀ = −0.8 and OR with w₀ = −0.3, w₁ = w₂ = 0.5.
#[test]
fn perceptron() {
    let inputs = Batch::<UnitInput>::from_vec(vec![0., 0., 0., 1., 1., 0., 1., 1.]).unwrap();
    let mut net = Unit::new(1);
    net.unit.weight_mut().assign(&array![[0.5, 0.5]]);
    net.unit.bias_mut()[0] = -0.8;
    assert_eq!(net.forward(&inputs).as_slice(), [-1., -1., -1., 1.], "AND");
    net.unit.bias_mut()[0] = -0.3;
    assert_eq!(net.forward(&inputs).as_slice(), [-1., 1., 1., 1.], "OR");
}

/// 003, perceptrons: the learning rule finds AND and OR, and cannot find XOR, which no line separates.
#[test]
fn perceptron_learning() {
    let inputs = Batch::<(Const<2>,)>::from_vec(vec![0., 0., 0., 1., 1., 0., 1., 1.]).unwrap();
    let learns = |targets: [f32; 4]| {
        let targets = Batch::<(Const<1>,)>::from_vec(targets.to_vec()).unwrap();
        let mut unit = Perceptron::<Const<2>>::new(Init::Zeros, &mut plumbline::network::generator(1));
        unit.learn(&inputs, &targets, 0.1, 100).unwrap().converged
    };
    assert!(learns([-1., -1., -1., 1.]), "AND");
    assert!(learns([-1., 1., 1., 1.]), "OR");
    assert!(!learns([-1., 1., 1., -1.]), "XOR");
}

/// 003, backpropagation: the forward pass, the error and ∂E/∂w₅.
#[test]
fn backpropagation() {
    let mut net = Backpropagation::<f64>::initialized(1);
    net.hidden.weight_mut().assign(&array![[0.15, 0.20], [0.25, 0.30]]);
    net.hidden.bias_mut().fill(0.35);
    net.output.weight_mut().assign(&array![[0.40, 0.45], [0.50, 0.55]]);
    net.output.bias_mut().fill(0.60);
    let x = Batch::<BackpropagationInput, f64>::from_vec(vec![0.05, 0.10]).unwrap();
    let target = Batch::<BackpropagationOutput, f64>::from_vec(vec![0.01, 0.99]).unwrap();

    let (mut pass, mut gradients) = (net.pass(1), net.gradients());
    let output = net.forward_train(&x, &mut pass).to_batch();
    assert_near(output.as_slice()[0], 0.751365070, 9);
    assert_near(output.as_slice()[1], 0.772928465, 9);
    let hidden = net.hidden.weight().dot(&array![0.05, 0.10]).mapv(|net| 1.0 / (1.0 + (-(net + 0.35)).exp()));
    assert_near(hidden[0], 0.593269992, 9);
    assert_near(hidden[1], 0.596884378, 9);
    let (error, d_output) = SquaredError.value_and_gradient(&output, &target).unwrap();
    assert_near(error, 0.298371109, 9);
    net.backward(&d_output, &mut pass, &mut gradients).unwrap();
    assert_near(gradients.output.weight()[[0, 0]], 0.082167041, 9);
}

/// 004: ∂J/∂W₁ of a two-layer network, J = ½(t − y)².
#[test]
fn two_layer_gradient() {
    let mut net = TwoLayers::<f64>::initialized(1);
    net.first.weight_mut().assign(&array![[0.75, 0.5], [-1.0, 1.0]]);
    net.second.weight_mut().fill(1.0);
    net.second.bias_mut().fill(-1.0);
    let x = Batch::<TwoLayersInput, f64>::from_vec(vec![1.0, 0.5]).unwrap();
    let target = Batch::<TwoLayersOutput, f64>::from_vec(vec![1.0]).unwrap();

    assert_eq!(net.first.weight().dot(&array![1.0, 0.5]), array![1.0, -0.5]);
    let (mut pass, mut gradients) = (net.pass(1), net.gradients());
    let output = net.forward_train(&x, &mut pass).to_batch();
    assert_near(output.as_slice()[0], 0.5, 12);
    let (_, d_output) = SquaredError.value_and_gradient(&output, &target).unwrap();
    net.backward(&d_output, &mut pass, &mut gradients).unwrap();
    assert_near(gradients.first.weight()[[0, 0]], -0.125, 12);
    assert_near(gradients.first.weight()[[0, 1]], -0.0625, 12);
    assert_eq!(gradients.first.weight().row(1).to_vec(), [0.0, 0.0]);
}

/// 000, automatic differentiation: vᵢ′ = Σⱼ vⱼ′ ∂vⱼ/∂vᵢ over the children of i, against the symbolic derivative and
/// against differences.
#[test]
fn automatic_differentiation_on_a_graph() {
    let mut net = Dag::<f64>::initialized(1);
    net.sum.weight_mut().assign(&array![[1.0, 1.0]]);
    net.difference.weight_mut().assign(&array![[2.0, -1.0]]);
    let f = |x1: f64, x2: f64| (x1 + x2) * (2.0 * x1 - x2);
    for (x1, x2) in [(1.5, -0.5), (0.3, 2.0), (-1.0, 0.25)] {
        let x = Batch::<DagInput, f64>::from_vec(vec![x1, x2]).unwrap();
        let (mut pass, mut gradients) = (net.pass(1), net.gradients());
        assert_near(net.forward_train(&x, &mut pass).as_slice()[0], f(x1, x2), 12);
        let one = Batch::<DagOutput, f64>::from_vec(vec![1.0]).unwrap();
        let d_x = net.backward(&one, &mut pass, &mut gradients).unwrap();
        let symbolic = [4.0 * x1 + x2, x1 - 2.0 * x2];
        let h = 1e-6;
        let numerical = [(f(x1 + h, x2) - f(x1 - h, x2)) / (2.0 * h), (f(x1, x2 + h) - f(x1, x2 - h)) / (2.0 * h)];
        for i in 0..2 {
            assert_near(d_x.as_slice()[i], symbolic[i], 12);
            assert_near(d_x.as_slice()[i], numerical[i], 8);
        }
    }
}

/// 003, convolution: m · n parameters for full connection, k where a kernel of k is shared; k · n connections in between.
#[test]
fn parameter_counts() {
    let (m, n, k) = (12, 10, 3);
    assert_eq!(Connected::PARAMETERS, m * n);
    assert_eq!(Shared::PARAMETERS, k);
    // Each output costs k multiplications and k additions, as sparse connection with weights of its own would.
    assert_eq!(Shared::FLOPS, 2 * (k * n) as u64);
}

type Wide = (Const<1>, Const<1>, Const<16>);

proptest! {
    /// 003, equivariance: to shift and then to convolve is to convolve and then to shift.
    #[test]
    fn convolution_is_equivariant_to_shifts(
        values in proptest::collection::vec(-1.0_f64..1.0, 8),
        kernel in proptest::collection::vec(-1.0_f64..1.0, 3),
        shift in 0_usize..5,
    ) {
        type Out = (Const<1>, Const<1>, Const<14>);
        let mut conv =
            Conv2d::<Wide, Out, Window<1, 3, 1, 1, 0, 0, 1, 1>, Const<1>, f64>::new(Init::Zeros, false, &mut plumbline::network::generator(1));
        conv.weight_mut().assign(&Array4::from_shape_vec((1, 1, 1, 3), kernel).unwrap());
        let convolve = |shift: usize| {
            let (mut x, mut y) = ([0.0; 16], [0.0; 14]);
            x[2 + shift..10 + shift].copy_from_slice(&values);
            conv.forward(View::new(&x, 1, 1), ViewMut::new(&mut y, 1, 1), plumbline::layers::Identity);
            y
        };
        prop_assert_eq!(&convolve(0)[..14 - shift], &convolve(shift)[shift..]);
    }

    /// 003, pooling: the maxima of windows do not change when their contents move inside them.
    #[test]
    fn max_pooling_is_invariant_to_small_shifts(values in proptest::collection::vec(0.1_f64..1.0, 4)) {
        type Out = (Const<1>, Const<1>, Const<4>);
        let pool = |place: usize| {
            let (mut x, mut y) = ([0.0; 16], [0.0; 4]);
            for (window, &value) in values.iter().enumerate() {
                x[4 * window + place] = value;
            }
            let pool = MaxPool2d::<Wide, Out, Window<1, 4, 1, 4, 0, 0, 1, 1>>::new();
            pool.forward(View::<Wide, f64>::new(&x, 1, 1), ViewMut::<Out, f64>::new(&mut y, 1, 1));
            y
        };
        prop_assert_eq!(&pool(0)[..], &values[..]);
        for place in 1..4 {
            prop_assert_eq!(pool(place), pool(0));
        }
    }
}

/// The sums of the notes are over all samples; the losses take their mean, which one sample does not change.
#[test]
fn squared_error_of_one_sample_is_the_notes() {
    let y = Batch::<(Const<2>,), f64>::from_vec(vec![1.0, 3.0]).unwrap();
    let t = Batch::<(Const<2>,), f64>::from_vec(vec![0.0, 1.0]).unwrap();
    assert_eq!(SquaredError.value(&y, &t).unwrap(), 0.5 * (1.0 + 4.0));
}
