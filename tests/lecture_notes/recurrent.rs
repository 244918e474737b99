//! Recurrent networks.

use ndarray::{Array1, Array2, ArrayView1, Axis};
use plumbline::{prelude::*, report::GradientFlow};

use crate::{assert_near, cases, uniform};

network! {
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

/// "Recurrent Neural Networks": the overall loss, as cross-entropy and as the sum of squared errors.
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

/// "Back propagation for ∂C/∂V": Σ_t (ŷ_t − y_t) h_tᵀ.
#[test]
fn back_propagation_for_v() {
    let (net, x, h) = unrolled();
    let terms = errors(&net, &h).into_iter().zip(&h[1..]).map(|(error, h)| outer(&error, h));
    let expected = terms.reduce(|sum, term| sum + term).unwrap();
    assert_all_near(&matrix(&*gradients_over_time(&net, &x).1, "output.weight"), &expected);
}

/// "Back propagation for ∂C/∂W": Σ_t Σ_k ∂C_t/∂h_t (Π_j ∂h_j/∂h_{j−1}) ∂h_k/∂z_k ∂z_k/∂W, and in the same way for ∂C/∂U.
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

/// "Backprop Through Time": ∂s_t/∂w = ∂⁺s_t/∂w + ∂s_t/∂s_{t−1} ∂s_{t−1}/∂w, the explicit part, which holds all before constant, and the implicit one; Σ over the
/// steps of ∂d_t/∂s_t ∂s_t/∂w, for every element of W.
#[test]
fn backprop_through_time() {
    let (net, x, h) = unrolled();
    let (w, v) = (matrix(&net, "hidden.weight_hh_l0"), matrix(&net, "output.weight"));
    let mut expected = Array2::<f64>::zeros((5, 5));
    for row in 0..5 {
        for column in 0..5 {
            let mut total = Array1::<f64>::zeros(5);
            for (t, error) in (1..).zip(errors(&net, &h)) {
                let slope = h[t].mapv(|h| 1.0 - h * h);
                let mut explicit = Array1::zeros(5);
                explicit[row] = h[t - 1][column];
                total = (explicit + w.dot(&total)) * slope;
                expected[[row, column]] += error.dot(&v).dot(&total);
            }
        }
    }
    assert_all_near(&matrix(&*gradients_over_time(&net, &x).1, "hidden.weight_hh_l0"), &expected);
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

/// "Gradient vanishing and/or exploding: Matrix norm": ‖∂h_t/∂h_k‖ = ‖Π W diag[f'(h_{j−1})]‖ ≤ (β_W β_s)^(t−k).
#[test]
fn matrix_norm() {
    for mut rng in cases() {
        let w = Array2::from_shape_vec((4, 4), uniform(-1.0..1.0, 16, &mut rng)).unwrap();
        let inputs = uniform(-2.0..2.0, 32, &mut rng);
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
                assert!(norm(&product) <= bound * (1.0 + 1e-9), "{} above {bound}: {w}, {inputs:?}", norm(&product));
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
                    assert!(
                        (found - expected).abs() < 1e-6 * (1.0 + expected.abs()),
                        "{found}, expected {expected}: {w}, {inputs:?}"
                    );
                }
            }
        }
    }
}

/// The same of the library's networks: ‖∂C/∂h_k‖ ≤ (β_W β_s)^(T−k) ‖∂C/∂h_T‖, where C is a cost of the last state.
#[test]
fn matrix_norm_of_a_network() {
    for mut rng in cases() {
        let w = Array2::from_shape_vec((5, 5), uniform(-0.8..0.8, 25, &mut rng)).unwrap();
        let mut net = LastState::<f64>::initialized(2);
        set(&mut net, "hidden.weight_hh_l0", &w);
        let x = Batch::<LastStateInput, f64>::from_vec_of(wave(2 * 36), &[12, 3]).unwrap();
        let target = Batch::<LastStateOutput, f64>::from_vec(vec![1.0, -1.0, 0.5, 2.0]).unwrap();
        let flow = GradientFlow::measure(&net, &SquaredError, &x, &target).unwrap();
        let (largest, hidden) = (norm(&w), &flow.layers[0].hidden);
        assert!((flow.layers[0].factor.unwrap() - largest).abs() < 1e-6 * largest, "{largest}: {w}");
        for (k, norm) in hidden.iter().enumerate() {
            assert!(*norm <= largest.powi(11 - k as i32) * hidden[11] * (1.0 + 1e-6), "step {k}: {hidden:?} of {w}");
        }
    }
}

/// "Possible solution": with f(x) = max(0, x) and W the identity matrix, ‖∂h_t/∂h_k‖ is 1, and no gradient vanishes.
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

/// "Long Short Term Memory (LSTM)": the forget, input and output gates of [h_{t−1}, x_t], and the update of the cell state.
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
