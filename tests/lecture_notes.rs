//! The worked examples of the course notes, each named after its section, against the numbers recomputed from them.
//!
//! Each section of the notes by its title, the tests that hold its numbers or its argument, and the programs that show it:
//!
//! | section | tests | programs |
//! |---|---|---|
//! | Perceptrons | `perceptron`, `perceptron_learning` | `logic_gates` |
//! | Neural Networks; Multilayer Feed Forward Neural Network; Multi layer perceptron | `multilayer_feed_forward_neural_network` | `xor`, `digits` |
//! | Backpropagation; Chain rule and backpropagation; Backprop + Chain Rule Visual; Delta Rule; Backpropagation Example | `backpropagation`, `delta_rule`, `squared_error_of_one_sample_is_the_notes` | `explicit_loop` |
//! | the gradient of a two-layer network (worked by hand) | `two_layer_gradient` | `explicit_loop` |
//! | Autoencoders; Autoencoders (cont'd.) | `tied_weights`, `an_undercomplete_autoencoder_learns_what_there_is` | `autoencoder`, `vae` |
//! | Stacked Autoencoder | `stacked_autoencoder` | `stacked`, `deep_belief` |
//! | Denoising Autoencoder | `denoising_loss` | `denoise` |
//! | Automatic differentiation | `automatic_differentiation_on_a_graph` | `residual`, `own_layer` |
//! | Hopfield memory model; Hopfield Networks; Example Hopfield Network | `hopfield_networks` | `associative_memory` |
//! | Recurrent Neural Network; Recurrent Neural Networks | `recurrent_losses` | `forecast`, `characters` |
//! | How may we labelled a RNN? | `configurations_of_a_recurrent_network` | `one_to_one`, `one_to_many`, `adding_problem`, `reber`, `seq2seq` |
//! | Back propagation for ∂C/∂V; for ∂C/∂W; for ∂C/∂M (1) | `back_propagation_for_v`, `back_propagation_for_w` | `reber` |
//! | Backprop Through Time | `backprop_through_time` | `reber` |
//! | Gradient Vanishing and/or Explosion; Matrix norm | `matrix_norm`, `matrix_norm_of_a_network` | `adding_problem` |
//! | Possible solution | `rectified_with_the_identity_matrix` | `adding_problem` |
//! | Long Short Term Memory (LSTM): forget and input gate, state update, output gate | `long_short_term_memory` | `adding_problem`, `characters` |
//! | Convolution | `a_signal_with_a_kernel_of_two`, `an_image_by_the_definition` | `signals` |
//! | Conv Nets, Why?: Sparsity, Parameter Sharing | `parameter_counts` | `digits`, `signals` |
//! | Equivariance | `convolution_is_equivariant_to_shifts` | `digits` |
//! | inputs of variant size | `inputs_of_variant_size` | `any_size` |
//! | Pooling | `max_pooling_is_invariant_to_small_shifts`, `pooling_functions`, `inputs_of_variant_size` | `digits`, `any_size` |
//! | Adversarial Training; Adversarial Training algorithm | `adversarial_training_value_and_derivatives`, `adversarial_training_directions`, `adversarial_training_algorithm` | `gan_ring`, `gan_digits` |
//! | Boltzmann Machines | `boltzmann_machines` | `boltzmann_table`, `annealing`, `words` |
//! | Training (of a machine); How Do We Train an RBM?; Looking at Term A; Looking at Term B; Basis of Contrastive Divergence; Using Contrastive Divergence | `derivative_of_the_likelihood`, `exact_gradient_step` | `lecture_rbm`, `bars_and_stripes` |
//! | Applications | `completion`, `collaborative_filtering` | `repair`, `recommend` |
//! | Minimizing Negative Log-Likelihood; Contrast Divergence (1), (2) | `negative_log_likelihood` | `bars_and_stripes` |
//! | Simple CD example in estimating Gaussian mean μ | `contrastive_divergence_of_a_mean` | `lecture_rbm` |
//! | Restrictive Botzmann Machine; RBM Marginal | `energy_and_marginal`, `other_values_of_v_and_h` | `rbm_digits` |
//! | RBM conditional; P(v given h) in RBMs | `conditional_product`, `other_values_of_v_and_h` | `lecture_rbm` |
//! | The derivative of general Markov Random Field Likelihood; of RBM Likelihood; its average over data | `derivative_of_the_likelihood` | `lecture_rbm` |
//! | RBM LLE via Contrast Divergence | `contrastive_divergence_of_a_machine` | `rbm_digits` |
//! | RBM Collaborative Filtering; Recommendation via RBM | `collaborative_filtering` | `recommend` |
//! | Weights → Energies → Probabilities; Using energies to define probabilities; The Energy/Probability Relationships | `joint_probabilities` | `lecture_rbm` |
//! | A Numerical Example; So What is the Generative Model?; What is the Frequency of Occurrence of Visible Vector \[0,1\]? | `joint_probabilities` | `lecture_rbm` |
//! | What Does This Tell Us?; Monte Carlo chains and Gibbs Sampling | `gibbs_frequencies` | `boltzmann_table` |
//! | What are the probabilities of h given v?; The Generative Model; So, based on stochastic updating… | `probabilities_of_h_given_v` | `lecture_rbm` |
//! | Let's Increase the Probability that v = \[0, 1\] occurs; Let's Do Some Calculations; Now for the Second Term; Updated Weights | `exact_gradient_step` | `lecture_rbm` |
//! | The Updated Configurations | `updated_configurations` | `lecture_rbm` |
//! | Hinton's Approximation in vector form | `hintons_approximation` | `lecture_rbm` |

#[path = "lecture_notes/adversarial.rs"]
mod adversarial;
#[path = "lecture_notes/autoencoders.rs"]
mod autoencoders;
#[path = "lecture_notes/convolution.rs"]
mod convolution;
#[path = "lecture_notes/networks.rs"]
mod networks;
#[path = "lecture_notes/rbm.rs"]
mod rbm;
#[path = "lecture_notes/recurrent.rs"]
mod recurrent;

use ndarray::{Array4, array};
use plumbline::{
    energy::Outcome,
    layers::{Conv2d, Init, MaxPool2d, Perceptron, Window},
    network::abi::{View, ViewMut},
    prelude::*,
};
use rand::{RngExt, SeedableRng, rngs::StdRng};

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
}

/// "Perceptrons": AND with w₀ = −0.8 and OR with w₀ = −0.3, w₁ = w₂ = 0.5.
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

/// "Perceptrons": the learning rule finds AND and OR, and cannot find XOR, which no line separates.
#[test]
fn perceptron_learning() {
    let inputs = Batch::<(Const<2>,)>::from_vec(vec![0., 0., 0., 1., 1., 0., 1., 1.]).unwrap();
    let learns = |targets: [f32; 4]| {
        let targets = Batch::<(Const<1>,)>::from_vec(targets.to_vec()).unwrap();
        let mut unit = Perceptron::<Const<2>>::new(Init::Zeros, &mut plumbline::network::abi::generator(1));
        unit.learn(&inputs, &targets, 0.1, 100).unwrap().converged
    };
    assert!(learns([-1., -1., -1., 1.]), "AND");
    assert!(learns([-1., 1., 1., 1.]), "OR");
    assert!(!learns([-1., 1., 1., -1.]), "XOR");
}

/// "Example Hopfield Network": W = [[0, −1, 1], [−1, 0, −1], [1, −1, 0]] from v = [1, 1, −1], all units at once; a net of 0 gives 1.
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

/// "Backpropagation Example": the forward pass, the error and ∂E/∂w₅.
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

/// The gradient of a two-layer network: ∂J/∂W₁ of a two-layer network, J = ½(t − y)².
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

/// "Automatic differentiation": vᵢ′ = Σⱼ vⱼ′ ∂vⱼ/∂vᵢ over the children of i, against the symbolic derivative and
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

/// "Sparsity" and "Parameter Sharing": m · n parameters for full connection, k where a kernel of k is shared; k · n connections in between.
#[test]
fn parameter_counts() {
    let (m, n, k) = (12, 10, 3);
    assert_eq!(Connected::PARAMETERS, m * n);
    assert_eq!(Shared::PARAMETERS, k);
    // Each output costs k multiplications and k additions, as sparse connection with weights of its own would.
    assert_eq!(Shared::FLOPS, 2 * (k * n) as u64);
}

/// A generator for each of the cases in which a statement about any numbers is tried.
fn cases() -> impl Iterator<Item = StdRng> {
    (0..256).map(StdRng::seed_from_u64)
}

fn uniform(range: std::ops::Range<f64>, count: usize, rng: &mut StdRng) -> Vec<f64> {
    (0..count).map(|_| rng.random_range(range.clone())).collect()
}

type Wide = (Const<1>, Const<1>, Const<16>);

/// "Equivariance": to shift and then to convolve is to convolve and then to shift.
#[test]
fn convolution_is_equivariant_to_shifts() {
    for mut rng in cases() {
        let (values, kernel) = (uniform(-1.0..1.0, 8, &mut rng), uniform(-1.0..1.0, 3, &mut rng));
        let shift = rng.random_range(0..5);
        type Out = (Const<1>, Const<1>, Const<14>);
        let mut conv = Conv2d::<Wide, Out, Window<1, 3, 1, 1, 0, 0, 1, 1>, Const<1>, f64>::new(
            Init::Zeros,
            false,
            &mut plumbline::network::abi::generator(1),
        );
        conv.weight_mut().assign(&Array4::from_shape_vec((1, 1, 1, 3), kernel.clone()).unwrap());
        let convolve = |shift: usize| {
            let (mut x, mut y) = ([0.0; 16], [0.0; 14]);
            x[2 + shift..10 + shift].copy_from_slice(&values);
            conv.forward(View::new(&x, 1, 1), ViewMut::new(&mut y, 1, 1), plumbline::layers::Identity);
            y
        };
        assert_eq!(&convolve(0)[..14 - shift], &convolve(shift)[shift..], "{values:?} with {kernel:?}, by {shift}");
    }
}

/// "Pooling": the maxima of windows do not change when their contents move inside them.
#[test]
fn max_pooling_is_invariant_to_small_shifts() {
    for mut rng in cases() {
        let values = uniform(0.1..1.0, 4, &mut rng);
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
        assert_eq!(&pool(0)[..], &values[..]);
        for place in 1..4 {
            assert_eq!(pool(place), pool(0));
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

/// The table at the head: each test of these files stands in it, each test that it names is in them, and each program is an example.
#[test]
fn the_table_is_whole() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let parts = std::fs::read_dir(root.join("tests/lecture_notes")).unwrap().map(|entry| entry.unwrap().path());
    let mut sources = vec![include_str!("lecture_notes.rs").to_string()];
    sources.extend(parts.map(|path| std::fs::read_to_string(path).unwrap()));
    // The name of what follows each mark of a test, some lines of documentation apart.
    let tests: Vec<&str> = sources
        .iter()
        .flat_map(|source| source.split("#[test]\n").skip(1))
        .filter_map(|after| after.split_once("fn ")?.1.split('(').next())
        .filter(|name| *name != "the_table_is_whole")
        .collect();
    let rows: Vec<Vec<&str>> = sources[0]
        .lines()
        .map_while(|line| line.strip_prefix("//!"))
        .filter_map(|line| line.trim().strip_prefix('|'))
        .skip(2)
        .map(|row| row.trim_end_matches('|').split('|').collect())
        .collect();
    let names = |column: usize| {
        rows.iter()
            .flat_map(move |row| row[column].split(','))
            .map(|cell| cell.trim().trim_matches('`'))
            .collect::<Vec<_>>()
    };
    assert!(rows.len() > 25 && rows.iter().all(|row| row.len() == 3), "{rows:?}");
    let named = names(1);
    for name in &named {
        assert!(tests.contains(name), "no test is called `{name}`");
    }
    for test in tests {
        assert!(named.contains(&test), "`{test}` stands in no row");
    }
    for program in names(2) {
        assert!(root.join("examples").join(program).with_extension("rs").exists(), "no example is called `{program}`");
    }
}
