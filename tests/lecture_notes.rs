//! The worked examples of the course notes, each named after its section, against the numbers recomputed from them.

#[path = "lecture_notes/adversarial.rs"]
mod adversarial;
#[path = "lecture_notes/rbm.rs"]
mod rbm;

use ndarray::{Array1, Array2, Array4, ArrayView1, Axis, array};
use plumbline::{
    energy::Outcome,
    layers::{Conv2d, Init, MaxPool2d, Perceptron, Window},
    network::{View, ViewMut},
    prelude::*,
    report::GradientFlow,
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

    /// The Hopfield network of the example.
    Associative: [3] -> [3] {
        memory: hopfield(update = synchronous);
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

    /// h_t = tanh(U x_t + W h_{t−1}), and V h_t, whose softmax is ŷ_t.
    Recurrent: [_, 3] -> [_, 4] {
        hidden: rnn(5);
        output: dense(4, each_step = true, bias = false);
    }

    /// The cost of the last state alone.
    LastState: [_, 3] -> [2] {
        hidden: rnn(5);
        last;
        output: dense(2);
    }
    LastRectified: [_, 3] -> [2] {
        hidden: rnn(5, activation = relu, init = identity);
        last;
        output: dense(2);
    }

    LongShortTermMemory: [_, 3] -> [_, 2] {
        memory: lstm(2);
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

/// 003, Hopfield networks: W = [[0, −1, 1], [−1, 0, −1], [1, −1, 0]] from v = [1, 1, −1], all units at once; a net of 0 gives 1.
#[test]
fn hopfield_networks() -> Result<(), Box<dyn std::error::Error>> {
    let mut net = Associative::<f64>::initialized(1);
    net.memory.set_weights(array![[0.0, -1.0, 1.0], [-1.0, 0.0, -1.0], [1.0, -1.0, 0.0]].view())?;
    let weight = net.memory.weight();
    assert_eq!(weight, weight.t());
    let start = Batch::from_vec(vec![1.0, 1.0, -1.0])?;
    assert_eq!(net.memory.nets(&start)?.as_slice(), [-2.0, 0.0, 0.0]);
    assert_eq!(net.memory.step(&start)?.as_slice(), [-1.0, 1.0, 1.0]);
    // "Is output same as the input?" is never so here: the next state but one is the first again.
    let recall = net.memory.recall(&start)?;
    assert_eq!((recall.traces[0].outcome, recall.states.as_slice()), (Outcome::Cycle, start.as_slice()));
    assert_eq!(net.forward(&start), start);
    Ok(())
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

/// Numbers from −1 to 1.
fn wave(count: usize) -> Vec<f64> {
    (0..count).map(|i| (1.7 * i as f64 + 0.3).sin()).collect()
}

fn matrix<N: Network<Element = f64>>(net: &N, name: &str) -> Array2<f64> {
    net.parameter(name).unwrap().to_array().to_owned().into_dimensionality().unwrap()
}

fn vector<N: Network<Element = f64>>(net: &N, name: &str) -> Array1<f64> {
    net.parameter(name).unwrap().to_array().to_owned().into_dimensionality().unwrap()
}

fn set<N: Network<Element = f64>>(net: &mut N, name: &str, values: &Array2<f64>) {
    net.parameter_mut(name).unwrap().values.iter_mut().zip(values).for_each(|(to, from)| *to = *from);
}

fn softmax(b: &Array1<f64>) -> Array1<f64> {
    let powers = b.mapv(f64::exp);
    let sum = powers.sum();
    powers / sum
}

fn outer(a: &Array1<f64>, b: &Array1<f64>) -> Array2<f64> {
    a.clone().insert_axis(Axis(1)).dot(&b.clone().insert_axis(Axis(0)))
}

fn assert_all_near(found: &Array2<f64>, expected: &Array2<f64>) {
    assert_eq!(found.dim(), expected.dim());
    found.iter().zip(expected).for_each(|(&found, &expected)| assert_near(found, expected, 12));
}

/// The network of the notes, a sequence x₁ … x₇ for it, and its states h₀ = 0, h₁ … h₇ from their definition.
fn unrolled() -> (Recurrent<f64>, Array2<f64>, Vec<Array1<f64>>) {
    let net = Recurrent::<f64>::initialized(4);
    let x = Array2::from_shape_vec((7, 3), wave(21)).unwrap();
    let (u, w) = (matrix(&net, "hidden.weight_ih_l0"), matrix(&net, "hidden.weight_hh_l0"));
    let mut h = vec![Array1::zeros(5)];
    for x in x.rows() {
        h.push((u.dot(&x) + w.dot(&h[h.len() - 1])).mapv(f64::tanh));
    }
    (net, x, h)
}

const STEP_LABELS: [usize; 7] = [3, 0, 1, 1, 2, 0, 3];

/// The gradients of C = Σ_t C_t, the cross-entropies of the steps.
fn gradients_over_time(net: &Recurrent<f64>, x: &Array2<f64>) -> (f64, Gradients<Recurrent<f64>>) {
    let x = Batch::<RecurrentInput, f64>::from_vec_of(x.iter().copied().collect(), &[7, 3]).unwrap();
    let labels = StepLabels::<4>::from_flat(STEP_LABELS, 7).unwrap();
    let (mut pass, mut gradients) = (net.pass(1), net.gradients());
    let loss = CrossEntropy::new().sum_over_steps();
    let cost = loss.step(net, &x, &labels, &mut pass, &mut gradients).unwrap();
    (cost, gradients)
}

/// ŷ_t − y_t for each step.
fn errors(net: &Recurrent<f64>, h: &[Array1<f64>]) -> Vec<Array1<f64>> {
    let v = matrix(net, "output.weight");
    let error = |(h, &label): (&Array1<f64>, &usize)| {
        let mut error = softmax(&v.dot(h));
        error[label] -= 1.0;
        error
    };
    h[1..].iter().zip(&STEP_LABELS).map(error).collect()
}

/// 001, recurrent neural networks: the overall loss, as cross-entropy and as the sum of squared errors.
#[test]
fn recurrent_losses() {
    let (net, x, h) = unrolled();
    let v = matrix(&net, "output.weight");
    let cross_entropy: f64 = h[1..].iter().zip(STEP_LABELS).map(|(h, label)| -softmax(&v.dot(h))[label].ln()).sum();
    assert_near(gradients_over_time(&net, &x).0, cross_entropy, 12);

    let outputs: Vec<f64> = h[1..].iter().flat_map(|h| v.dot(h).to_vec()).collect();
    let targets = wave(28);
    let squares: f64 = outputs.iter().zip(&targets).map(|(y, t)| (y - t) * (y - t)).sum();
    let batch = |numbers: Vec<f64>| Batch::<RecurrentOutput, f64>::from_vec_of(numbers, &[7, 4]).unwrap();
    let x = Batch::<RecurrentInput, f64>::from_vec_of(x.iter().copied().collect(), &[7, 3]).unwrap();
    let (y, targets) = (net.forward(&x).unwrap(), batch(targets));
    y.as_slice().iter().zip(&outputs).for_each(|(&found, &expected)| assert_near(found, expected, 12));
    // The half of it; and, averaged over what a step gives, the sum over the steps.
    assert_near(2.0 * SquaredError.value(&y, &targets).unwrap(), squares, 12);
    assert_near(4.0 * MeanSquaredError.sum_over_steps().value(&y, &targets).unwrap(), squares, 12);
}

/// 001, back propagation for ∂C/∂V: Σ_t (ŷ_t − y_t) h_tᵀ.
#[test]
fn back_propagation_for_v() {
    let (net, x, h) = unrolled();
    let terms = errors(&net, &h).into_iter().zip(&h[1..]).map(|(error, h)| outer(&error, h));
    let expected = terms.reduce(|sum, term| sum + term).unwrap();
    assert_all_near(&matrix(&*gradients_over_time(&net, &x).1, "output.weight"), &expected);
}

/// 001, back propagation for ∂C/∂W: Σ_t Σ_k ∂C_t/∂h_t (Π_j ∂h_j/∂h_{j−1}) ∂h_k/∂z_k ∂z_k/∂W, and in the same way for ∂C/∂U.
#[test]
fn back_propagation_for_w() {
    let (net, x, h) = unrolled();
    let (w, v) = (matrix(&net, "hidden.weight_hh_l0"), matrix(&net, "output.weight"));
    let slope = |t: usize| h[t].mapv(|h| 1.0 - h * h);
    // ∂h_j/∂h_{j−1}
    let jacobian = |j: usize| Array2::from_diag(&slope(j)).dot(&w);
    let (mut d_w, mut d_u) = (Array2::zeros((5, 5)), Array2::zeros((5, 3)));
    for (t, error) in (1..).zip(errors(&net, &h)) {
        for k in 1..=t {
            let product = (k + 1..=t).rev().fold(Array2::eye(5), |product: Array2<f64>, j| product.dot(&jacobian(j)));
            let d_z = error.dot(&v).dot(&product) * slope(k);
            d_w += &outer(&d_z, &h[k - 1]);
            d_u += &outer(&d_z, &x.row(k - 1).to_owned());
        }
    }
    let gradients = gradients_over_time(&net, &x).1;
    assert_all_near(&matrix(&*gradients, "hidden.weight_hh_l0"), &d_w);
    assert_all_near(&matrix(&*gradients, "hidden.weight_ih_l0"), &d_u);
}

/// sup ‖A x‖ over ‖x‖ = 1: the root of the largest eigenvalue of AᵀA, onto whose vectors its powers project.
fn norm(a: &Array2<f64>) -> f64 {
    let square = a.t().dot(a);
    let mut power = square.clone();
    for _ in 0..40 {
        power /= power.iter().fold(f64::MIN_POSITIVE, |largest, x| largest.max(x.abs()));
        power = power.dot(&power);
    }
    let trace = |a: &Array2<f64>| a.diag().sum();
    (trace(&square.dot(&power)) / trace(&power).max(f64::MIN_POSITIVE)).sqrt()
}

proptest! {
    /// 001, gradient vanishing and/or exploding, matrix norm: ‖∂h_t/∂h_k‖ = ‖Π W diag[f'(h_{j−1})]‖ ≤ (β_W β_s)^(t−k).
    #[test]
    fn matrix_norm(
        w in proptest::collection::vec(-1.0_f64..1.0, 16),
        inputs in proptest::collection::vec(-2.0_f64..2.0, 32),
    ) {
        let w = Array2::from_shape_vec((4, 4), w).unwrap();
        let sigmoid = |h: f64| 1.0 / (1.0 + (-h).exp());
        type Function<'a> = &'a dyn Fn(f64) -> f64;
        let functions: [(Function<'_>, Function<'_>, f64); 3] = [
            (&f64::tanh, &|h| 1.0 - h.tanh().powi(2), 1.0),
            (&sigmoid, &|h| sigmoid(h) * (1.0 - sigmoid(h)), 0.25),
            (&|h| h.max(0.0), &|h| if h > 0.0 { 1.0 } else { 0.0 }, 1.0),
        ];
        let largest_of_w = norm(&w);
        for (f, slope, largest) in functions {
            // h_t = U x_t + W f(h_{t−1}), where `inputs` are the U x_t.
            let next = |h: &Array1<f64>, x: ArrayView1<'_, f64>| w.dot(&h.mapv(f)) + x;
            let (mut h, mut product) = (Array1::from_vec(wave(4)), Array2::eye(4));
            let (start, steps) = (h.clone(), inputs.len() / 4);
            for t in 1..=steps {
                product = w.dot(&Array2::from_diag(&h.mapv(slope))).dot(&product);
                h = next(&h, ArrayView1::from(&inputs[4 * t - 4..4 * t]));
                let bound = (largest_of_w * largest).powi(t as i32);
                prop_assert!(norm(&product) <= bound * (1.0 + 1e-9), "{} above {bound}", norm(&product));
            }
            // It is the derivative.
            let end = |by: f64| {
                let moved = &start + &(Array1::from_vec(vec![1.0, -0.5, 0.25, 0.7]) * by);
                (1..=steps).fold(moved, |h, t| next(&h, ArrayView1::from(&inputs[4 * t - 4..4 * t])))
            };
            let direction = Array1::from_vec(vec![1.0, -0.5, 0.25, 0.7]);
            if largest < 1.0 || f(-1.0) < 0.0 {
                let (found, expected) = ((end(1e-5) - end(-1e-5)) / 2e-5, product.dot(&direction));
                for (found, expected) in found.iter().zip(&expected) {
                    prop_assert!((found - expected).abs() < 1e-6 * (1.0 + expected.abs()));
                }
            }
        }
    }

    /// The same of the library's networks: ‖∂C/∂h_k‖ ≤ (β_W β_s)^(T−k) ‖∂C/∂h_T‖, where C is a cost of the last state.
    #[test]
    fn matrix_norm_of_a_network(w in proptest::collection::vec(-0.8_f64..0.8, 25)) {
        let w = Array2::from_shape_vec((5, 5), w).unwrap();
        let mut net = LastState::<f64>::initialized(2);
        set(&mut net, "hidden.weight_hh_l0", &w);
        let x = Batch::<LastStateInput, f64>::from_vec_of(wave(2 * 36), &[12, 3]).unwrap();
        let target = Batch::<LastStateOutput, f64>::from_vec(vec![1.0, -1.0, 0.5, 2.0]).unwrap();
        let flow = GradientFlow::measure(&net, &SquaredError, &x, &target).unwrap();
        let (largest, hidden) = (norm(&w), &flow.layers[0].hidden);
        prop_assert!((flow.layers[0].factor.unwrap() - largest).abs() < 1e-6 * largest);
        for (k, norm) in hidden.iter().enumerate() {
            prop_assert!(*norm <= largest.powi(11 - k as i32) * hidden[11] * (1.0 + 1e-6), "step {k}: {hidden:?}");
        }
    }
}

/// 001, possible solution: with f(x) = max(0, x) and W the identity matrix, ‖∂h_t/∂h_k‖ is 1, and no gradient vanishes.
#[test]
fn rectified_with_the_identity_matrix() {
    let identity = Array2::<f64>::eye(4);
    let product =
        (0..100).fold(identity.clone(), |product, _| identity.dot(&Array2::from_diag(&Array1::ones(4))).dot(&product));
    assert_near(norm(&product), 1.0, 12);

    let mut net = LastRectified::<f64>::initialized(2);
    assert_eq!(matrix(&net, "hidden.weight_hh_l0"), Array2::<f64>::eye(5));
    // So that every unit is above 0.
    let positive = matrix(&net, "hidden.weight_ih_l0").mapv(f64::abs);
    set(&mut net, "hidden.weight_ih_l0", &positive);
    let x = Batch::<LastRectifiedInput, f64>::from_vec_of(wave(300).into_iter().map(f64::abs).collect(), &[100, 3])
        .unwrap();
    let target = Batch::<LastRectifiedOutput, f64>::from_vec(vec![1.0, -1.0]).unwrap();
    let flow = GradientFlow::measure(&net, &SquaredError, &x, &target).unwrap();
    let hidden = &flow.layers[0].hidden;
    assert!(hidden[99] > 0.0);
    hidden.iter().for_each(|norm| assert_near(norm / hidden[99], 1.0, 9));
}

/// 001, long short term memory: the forget, input and output gates of [h_{t−1}, x_t], and the update of the cell state.
#[test]
fn long_short_term_memory() {
    let net = LongShortTermMemory::<f64>::initialized(6);
    let x = Array2::from_shape_vec((5, 3), wave(15)).unwrap();
    let batch = Batch::<LongShortTermMemoryInput, f64>::from_vec_of(x.iter().copied().collect(), &[5, 3]).unwrap();
    let y = net.forward(&batch).unwrap();
    let (u, w) = (matrix(&net, "memory.weight_ih_l0"), matrix(&net, "memory.weight_hh_l0"));
    let b = vector(&net, "memory.bias_ih_l0") + vector(&net, "memory.bias_hh_l0");
    let sigmoid = |z: f64| 1.0 / (1.0 + (-z).exp());
    let (mut h, mut c) = (Array1::<f64>::zeros(2), Array1::<f64>::zeros(2));
    for (t, x) in x.rows().into_iter().enumerate() {
        // The rows of the gates lie one after the other: input, forget, candidate, output.
        let z = u.dot(&x) + w.dot(&h) + &b;
        let gate = |index: usize| z.slice(ndarray::s![2 * index..2 * index + 2]).to_owned();
        let (i, f, candidate, o) =
            (gate(0).mapv(sigmoid), gate(1).mapv(sigmoid), gate(2).mapv(f64::tanh), gate(3).mapv(sigmoid));
        c = f * &c + i * candidate;
        h = o * c.mapv(f64::tanh);
        h.iter().zip(&y.as_slice()[2 * t..]).for_each(|(&expected, &found)| assert_near(found, expected, 12));
    }
}
