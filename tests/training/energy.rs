//! Energy-based layers in networks, used as a user would.

use crate::differences::{check, data};
use plumbline::{
    energy::{
        Ais, Boltzmann, ContrastiveDivergence, EnergyError, Hopfield, MaximumLikelihood, Rbm,
        units::{Bernoulli, Gaussian, GaussianVariance, Relu, Softmax},
        update::{Asynchronous, Synchronous},
    },
    prelude::*,
    samplers::Ladder,
};

const ITEMS: usize = 4;
const LEVELS: usize = 3;

network! {
    pub Digits: [784] -> [500] { rbm: rbm(500); }

    Small: [6] -> [4] { rbm: rbm(4); }
    Same: [6] -> [4] { rbm: dense(4), sigmoid; }
    Real: [6] -> [4] { rbm: rbm(4, visible = gaussian, hidden = relu); }
    Learned: [6] -> [4] { rbm: rbm(4, visible = gaussian(variance = learned), hidden = gaussian, init = normal(0.5)); }
    Ratings: [4, 3] -> [5] { rbm: rbm(5, visible = softmax(3)); }
    Topics: [6] -> [3, 4] { rbm: rbm(3, hidden = softmax(4), init = normal(0.5)); }
    Constants: [ITEMS, LEVELS] -> [ITEMS + 1] { rbm: rbm(ITEMS + 1, visible = softmax(LEVELS), init = zeros); }
    pub Any<I, K, N>: [I, K] -> [2 * N] {
        ratings: rbm(2 * N, visible = softmax(K));
    }
    pub AnyTopics<I, N, K>: [I, K] -> [N, K] {
        topics: rbm(N, visible = softmax(K), hidden = softmax(K), init = normal(0.5));
    }
    ConstantTopics: [ITEMS] -> [ITEMS + 1, LEVELS] { rbm: rbm(ITEMS + 1, hidden = softmax(LEVELS)); }
    pub AnyVector<I, N>: [I] -> [N] {
        features: rbm(2 * N, hidden = relu), tanh;
        top: rbm(N);
    }

    /// An image's features, classified.
    Deep: [1, 4, 4] -> [3] {
        conv: conv2d(2, kernel = 3, padding = same), sigmoid;
        flatten;
        features: rbm(6, init = normal(0.5)), tanh;
        logits: dense(3);
    }
    DeepRelu: [5] -> [3] {
        a: dense(7), tanh;
        features: rbm(6, visible = gaussian, hidden = relu, init = normal(0.5)), gelu;
        logits: dense(3);
    }
    DeepLinear: [5] -> [3] {
        a: dense(7), tanh;
        features: rbm(6, visible = gaussian(variance = learned), hidden = gaussian, init = normal(0.5));
        out: rbm(3, visible = gaussian, init = normal(0.5));
    }
    DeepLevels: [4, 3] -> [2] {
        each: dense(3, each_step = true), softmax;
        features: rbm(6, visible = softmax(3), init = normal(0.5)), relu;
        logits: dense(2);
    }
    /// Topics of a hidden layer, each of its own features, classified.
    DeepTopics: [5] -> [2] {
        a: dense(7), sigmoid;
        topics: rbm(3, hidden = softmax(4), init = normal(0.5)), tanh -> [3, 4];
        flatten;
        logits: dense(2);
    }
    pub Memory: [8] -> [8] { memory: hopfield; }
    AtOnce: [8] -> [8] { memory: hopfield(update = synchronous); }
    AnyMemory<I>: [I] -> [2] {
        memory: hopfield(update = asynchronous);
        halves: reshape([2, I / 2]), transpose;
        last, tanh;
    }
    pub Machine: [4] -> [3] { machine: boltzmann(3); }
    AnyMachine<I, N>: [I] -> [2 * N] {
        machine: boltzmann(2 * N, init = normal(0.5)), sigmoid;
    }
    /// Machines in a part, and in a part of a part.
    Nested: [5] -> [3] {
        a: dense(6), tanh;
        inside: Branches;
        machine: AnyVector<5, 4>;
        logits: dense(3);
    }
    Branches: [6] -> [5] {
        code: rbm(5, init = normal(0.5));
        other: dense(5), tanh <- input;
        sum: add <- (code, other, code);
    }
}

/// Two patterns of four units, in as many samples.
fn patterns(samples: usize) -> Batch<(Const<4>,)> {
    Batch::from_vec([[1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 1.0]].as_flattened().repeat(samples / 2)).unwrap()
}

#[test]
fn each_row_of_the_table_is_a_type() {
    fn is<T>(_: &T) {}
    is::<Rbm<Const<784>, Const<500>, Bernoulli, Bernoulli>>(&Digits::new(1).rbm);
    is::<Rbm<Const<6>, Const<4>, Gaussian, Relu>>(&Real::new(1).rbm);
    is::<Rbm<Const<6>, Const<4>, GaussianVariance, Gaussian>>(&Learned::new(1).rbm);
    is::<Rbm<Const<4>, Const<5>, Softmax<3>, Bernoulli, f64>>(&Ratings::<f64>::initialized(1).rbm);
    is::<Rbm<Const<4>, Const<5>, Softmax<3>, Bernoulli>>(&Constants::new(1).rbm);
    is::<Rbm<Const<6>, Const<3>, Bernoulli, Softmax<4>>>(&Topics::new(1).rbm);
    is::<Rbm<Const<4>, Const<5>, Bernoulli, Softmax<3>>>(&ConstantTopics::new(1).rbm);
    is::<Hopfield<Const<8>, Asynchronous>>(&Memory::new(1).memory);
    is::<Hopfield<Const<8>, Synchronous, f64>>(&AtOnce::<f64>::initialized(1).memory);
    is::<Boltzmann<Const<4>, Const<3>>>(&Machine::new(1).machine);
    assert_eq!([Memory::PARAMETERS, Machine::PARAMETERS, AnyMachine::<5, 2>::PARAMETERS], [64 + 8, 49 + 7, 81 + 9]);
    assert_eq!([Memory::FLOPS, Machine::FLOPS], [2 * 64, 2 * 3 * 7], "one sweep");
    assert_eq!(Digits::PARAMETERS, 784 * 500 + 784 + 500);
    assert_eq!(Digits::FLOPS, 2 * 784 * 500 + 2 * 500);
    assert_eq!(Learned::PARAMETERS, 24 + 6 + 6 + 4);
    assert_eq!(Ratings::PARAMETERS, 5 * 12 + 12 + 5);
    assert_eq!(Any::<4, 3, 2>::PARAMETERS, 4 * 12 + 12 + 4);
    assert_eq!(Topics::PARAMETERS, 12 * 6 + 6 + 12);
    assert_eq!(Topics::FLOPS, 2 * 12 * 6 + 2 * 12);
    assert_eq!(AnyTopics::<4, 3, 2>::PARAMETERS, 6 * 8 + 8 + 6);
    let of_machine = &<Rbm<Const<6>, Const<3>, Bernoulli, Softmax<4>> as Network>::LAYERS[0];
    assert_eq!((of_machine.parameters, of_machine.flops), (Topics::PARAMETERS, Topics::FLOPS));
    assert_eq!((of_machine.output, Topics::LAYERS[0].output), ([3, 4].as_slice(), [3, 4].as_slice()));
    let summary = Topics::summary().to_string();
    assert!(summary.contains("[3, 4]") && summary.contains("90"), "{summary}");
    assert_eq!(
        <Digits as Network>::LAYERS[0].parameters,
        <Rbm<Const<784>, Const<500>> as Network>::LAYERS[0].parameters
    );
    assert_eq!(<Digits as Network>::LAYERS[0].flops, <Rbm<Const<784>, Const<500>> as Network>::LAYERS[0].flops);
    assert_eq!(Digits::LAYERS[0].kind, "rbm");
}

#[test]
fn parameters_have_names_and_shapes() {
    fn shapes(net: &impl Parameters<f32>) -> Vec<(String, Vec<usize>)> {
        (0..net.tensors()).map(|index| net.tensor(index)).map(|t| (t.name.to_string(), t.shape.to_vec())).collect()
    }
    let named = |all: &[(&str, &[usize])]| -> Vec<(String, Vec<usize>)> {
        all.iter().map(|(name, shape)| ((*name).to_owned(), shape.to_vec())).collect()
    };
    let expected: &[(&str, &[usize])] =
        &[("rbm.weight", &[4, 6]), ("rbm.visible_bias", &[6]), ("rbm.hidden_bias", &[4])];
    assert_eq!(shapes(&Small::new(1)), named(expected));
    assert_eq!(shapes(&Learned::new(1)), named(&[expected, &[("rbm.visible_log_variance", &[6])]].concat()));
    let expected: &[(&str, &[usize])] =
        &[("rbm.weight", &[5, 4, 3]), ("rbm.visible_bias", &[4, 3]), ("rbm.hidden_bias", &[5])];
    assert_eq!(shapes(&Ratings::new(1)), named(expected));
    let expected: &[(&str, &[usize])] =
        &[("rbm.weight", &[3, 4, 6]), ("rbm.visible_bias", &[6]), ("rbm.hidden_bias", &[3, 4])];
    assert_eq!(shapes(&Topics::new(1)), named(expected));
    let expected: &[(&str, &[usize])] =
        &[("topics.weight", &[3, 2, 4, 2]), ("topics.visible_bias", &[4, 2]), ("topics.hidden_bias", &[3, 2])];
    assert_eq!(shapes(&AnyTopics::<4, 3, 2>::new(1)), named(expected));
}

#[test]
fn weights_are_drawn_as_init_says() {
    let spread = |weights: ndarray::ArrayView2<'_, f32>| weights.std(0.0);
    let digits = Digits::new(3);
    assert!((spread(digits.rbm.weight()) - 0.01).abs() < 1e-4, "the default is normal(0.01)");
    assert!(digits.rbm.hidden_bias().iter().chain(digits.rbm.visible_bias()).all(|&bias| bias == 0.0));
    assert!(spread(Learned::new(3).rbm.weight()) > 0.3);
    assert!(Constants::new(3).rbm.weight().iter().all(|&w| w == 0.0));
}

/// p(h = 1 | v) = σ(W v + c), a dense layer's.
#[test]
fn an_rbm_gives_what_dense_and_sigmoid_give() {
    let (mut machine, mut dense) = (Small::<f64>::initialized(5), Same::<f64>::initialized(6));
    machine.rbm.weight_mut().assign(&dense.rbm.weight());
    dense.rbm.bias_mut().assign(&ndarray::array![0.1, -0.2, 0.3, -0.4]);
    machine.rbm.hidden_bias_mut().assign(&ndarray::array![0.1, -0.2, 0.3, -0.4]);
    let x = data::<SmallInput>(9);
    for (found, expected) in machine.forward(&x).as_slice().iter().zip(dense.forward(&x).as_slice()) {
        assert!((found - expected).abs() < 1e-14, "{found}, expected {expected}");
    }
    // And so are its gradients, over batches of one part and of several.
    for samples in [9, 200] {
        let (x, d) = (data::<SmallInput>(samples), data::<SmallOutput>(samples));
        let gradients = |pass: &mut Pass<Small<f64>>| {
            let mut gradients = machine.gradients();
            machine.forward_train(&x, pass);
            (machine.backward(&d, pass, &mut gradients).unwrap().as_slice().to_vec(), gradients)
        };
        let (d_v, of_machine) = gradients(&mut machine.pass(samples));
        let (mut pass, mut of_dense) = (dense.pass(samples), dense.gradients());
        dense.forward_train(&x, &mut pass);
        let d_x = dense.backward(&d, &mut pass, &mut of_dense).unwrap().as_slice().to_vec();
        let near = |found: &[f64], expected: &[f64]| {
            assert_eq!(found.len(), expected.len());
            found
                .iter()
                .zip(expected)
                .for_each(|(a, b)| assert!((a - b).abs() < 1e-12 * b.abs().max(1.0), "{a}, expected {b}"));
        };
        near(&d_v, &d_x);
        near(of_machine.tensor(0).values, of_dense.tensor(0).values);
        near(of_machine.tensor(2).values, of_dense.tensor(1).values);
        assert!(of_machine.tensor(1).values.iter().all(|&d| d == 0.0), "visible biases have no part in it");
    }
}

#[test]
fn gradients_agree_with_differences() {
    check::<Small<f64>>();
    check::<Real<f64>>();
    check::<Learned<f64>>();
    check::<Ratings<f64>>();
    check::<Deep<f64>>();
    check::<DeepRelu<f64>>();
    check::<DeepLinear<f64>>();
    check::<DeepLevels<f64>>();
    check::<Topics<f64>>();
    check::<DeepTopics<f64>>();
    check::<Branches<f64>>();
    check::<Nested<f64>>();
}

#[test]
fn generic_networks_have_gradients_at_any_size() {
    check::<Any<4, 3, 2, f64>>();
    check::<Any<2, 5, 3, f64>>();
    check::<AnyTopics<4, 3, 2, f64>>();
    check::<AnyTopics<2, 3, 5, f64>>();
    check::<AnyVector<5, 3, f64>>();
    check::<AnyVector<9, 2, f64>>();
}

#[test]
fn the_field_learns_by_contrastive_divergence() {
    network! { Patterns: [4] -> [6] { rbm: rbm(6); } }
    let data: Batch<PatternsInput> = patterns(200);
    let mut model = Patterns::new(1);
    let before = model.rbm.log_likelihood_exact(&data);
    let report =
        ContrastiveDivergence::new(1).persistent(100).rate(0.1).momentum(0.5).epochs(300).fit(&mut model.rbm, &data);
    assert_eq!(report.unwrap().epochs.len(), 300);
    let after = model.rbm.log_likelihood_exact(&data);
    assert!(before < -2.7 && after > -1.2, "{before} became {after}");
    // The bound that no model exceeds.
    assert!(after < -(2.0_f64.ln()));
}

#[test]
fn softmax_units_learn_from_batches_of_the_networks_input() {
    let rows = [[0, 1, 2, 0], [2, 1, 0, 2]]
        .map(|levels| levels.map(|level| [0, 1, 2].map(|k| f32::from(u8::from(k == level)))));
    let data: Batch<RatingsInput> = Batch::from_vec(rows.as_flattened().as_flattened().repeat(20)).unwrap();
    let mut model = Ratings::new(1);
    let before = model.rbm.log_likelihood_exact(&data);
    MaximumLikelihood::new().rate(0.5).epochs(300).batch_size(40).fit(&mut model.rbm, &data).unwrap();
    let after = model.rbm.log_likelihood_exact(&data);
    assert!(before < -4.0 && after > -1.1 && after < -(2.0_f64.ln()), "{before} became {after}");

    let wrong: Batch<RatingsInput> = Batch::from_vec(vec![1.0; 12]).unwrap();
    let error = ContrastiveDivergence::new(1).fit(&mut model.rbm, &wrong).unwrap_err();
    assert!(matches!(error, EnergyError::Value { sample: 0, .. }), "{error}");
}

/// Each sample has one of four patterns: one hidden unit of four levels tells which, exactly. The best is −ln 4.
#[test]
fn a_hidden_softmax_unit_learns_which_of_four_patterns_it_sees() {
    network! { Which: [8] -> [1, 4] { rbm: rbm(1, hidden = softmax(4)); } }
    let rows: Vec<[f32; 8]> =
        (0..4).map(|pattern| std::array::from_fn(|i| f32::from(u8::from(i / 2 == pattern)))).collect();
    let data: Batch<WhichInput> = Batch::from_vec(rows.as_flattened().repeat(25)).unwrap();
    let mut model = Which::new(3);
    // A start by contrastive divergence, and the rest by the exact gradient: the hidden side has four states.
    ContrastiveDivergence::new(1).rate(0.2).epochs(100).batch_size(20).quiet().fit(&mut model.rbm, &data).unwrap();
    let before = model.rbm.log_likelihood_exact(&data);
    MaximumLikelihood::new().rate(0.5).momentum(0.5).epochs(600).quiet().fit(&mut model.rbm, &data).unwrap();
    let found = model.rbm.log_likelihood_exact(&data);
    assert!(before > -3.0 && found > -1.5 && found < -(4.0_f64.ln()), "{before} became {found}");
    // Each pattern has a level of its own, nearly surely.
    let means = model.rbm.hidden_means(&data.rows(0..4));
    let mut levels: Vec<usize> = means
        .as_slice()
        .chunks(4)
        .map(|row| row.iter().position(|p| *p > 0.9).unwrap_or_else(|| panic!("no level of {row:?} is likely")))
        .collect();
    levels.sort_unstable();
    assert_eq!(levels, [0, 1, 2, 3]);
    // And the layer gives these means.
    assert_eq!(model.forward(&data.rows(0..4)).as_slice(), means.as_slice());

    let path = std::env::temp_dir().join(format!("plumbline-which-{}.safetensors", std::process::id()));
    model.save(&path).unwrap();
    let mut other = Which::new(4);
    other.load(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(other.rbm.weight(), model.rbm.weight());
    assert_eq!(other.rbm.hidden_bias(), model.rbm.hidden_bias());
}

/// 10 units of 5 levels have 5¹⁰ states, which are few enough, and 300 hidden units too many.
#[test]
fn the_visible_side_is_enumerated_where_it_has_few_units() {
    network! { Films: [6, 5] -> [300] { rbm: rbm(300, visible = softmax(5), init = zeros); } }
    fn takes<M: plumbline::energy::Enumerable>() {}
    takes::<Rbm<Const<10>, Const<300>, Softmax<5>>>();
    takes::<Rbm<Const<24>, Const<300>, Softmax<2>>>();
    takes::<Rbm<Const<1>, Const<300>, Softmax<1000>, Relu>>();
    takes::<Rbm<Const<24>, Const<300>, Bernoulli, Gaussian>>();
    let expected = 6.0 * 5.0_f64.ln() + 300.0 * 2.0_f64.ln();
    assert!((Films::new(1).rbm.log_partition_exact() - expected).abs() < 1e-9);
}

#[test]
fn estimates_agree_with_the_exact_partition_function() {
    let model = Small::new(2);
    let rng = &mut plumbline::network::abi::generator(3);
    let ais = Ais::default().chains(50).ladder(Ladder::linear(0.0, 1.0, 100));
    let estimate = model.rbm.log_partition_ais(&ais, rng).unwrap();
    assert!((estimate.log_partition - model.rbm.log_partition_exact()).abs() < 1e-3);
}

/// Features that were learnt without labels, and a classifier on them: the trainer takes the network as any other.
#[test]
fn the_trainer_fine_tunes_a_network_with_an_rbm() {
    network! {
        Classifier: [4] -> [2] {
            features: rbm(6), map(|x| 2 * x - 1);
            logits: dense(2);
        }
    }
    let x = patterns(100);
    let mut net = Classifier::new(1);
    ContrastiveDivergence::new(1).rate(0.1).epochs(20).fit(&mut net.features, &x).unwrap();
    let learnt = net.features.weight().to_owned();
    let labels = Labels::<2>::new((0..100).map(|sample| sample % 2).collect::<Vec<_>>()).unwrap();
    let train = Dataset::new(x, labels).unwrap();
    let history = Trainer::new(Adam::new(1e-2), CrossEntropy::new())
        .epochs(20)
        .batch_size(20)
        .validate(&train)
        .metric(Accuracy)
        .fit(&mut net, &train)
        .unwrap();
    let last = history.epochs.last().unwrap();
    assert!(last.training.loss < 0.05, "{last:?}");
    assert!(net.features.weight() != learnt, "the machine's weights are trained with the others");
}

/// Two patterns at right angles.
fn signs() -> Batch<MemoryInput> {
    let halves = (0..8).map(|i| if i < 4 { 1.0 } else { -1.0 });
    let pairs = (0..8).map(|i| if i % 2 == 0 { 1.0 } else { -1.0 });
    Batch::from_vec(halves.chain(pairs).collect()).unwrap()
}

#[test]
fn a_memory_recalls_what_was_stored_in_its_field() {
    let patterns = signs();
    let mut net = Memory::new(1);
    assert!(net.memory.weight().iter().all(|&w| w == 0.0), "nothing is stored in the beginning");
    net.memory.store_hebbian(&patterns).unwrap();
    // Samples of several parts, each with one unit that is wrong.
    let mut spoilt: Vec<f32> = patterns.as_slice().repeat(100);
    spoilt.chunks_exact_mut(8).enumerate().for_each(|(sample, row)| row[sample % 8] *= -1.0);
    let recalled = net.forward(&Batch::from_vec(spoilt).unwrap());
    assert_eq!(recalled.as_slice(), patterns.as_slice().repeat(100));
    let mut at_once = AtOnce::new(1);
    at_once.memory.store_hebbian(&patterns).unwrap();
    assert_eq!(at_once.forward(&patterns).as_slice(), patterns.as_slice());
}

#[test]
fn a_memory_stands_in_a_network_of_any_size() {
    let mut net = AnyMemory::<8>::new(1);
    net.memory.store_hebbian(&signs()).unwrap();
    let mut x = signs();
    x.as_mut_slice()[1] = -1.0;
    let tanh = 1.0_f32.tanh();
    let expected = [tanh, -tanh, -tanh, -tanh];
    for (found, expected) in net.forward(&x).as_slice().iter().zip(expected) {
        assert!((found - expected).abs() < 1e-6, "{found}, expected {expected}");
    }
}

#[test]
fn a_machine_gives_the_means_of_its_hidden_units() {
    let mut net = Machine::<f64>::initialized(1);
    for (i, j, w) in [(0, 4, 1.0), (1, 4, -2.0), (2, 5, 0.5), (0, 1, 3.0), (3, 6, 0.25), (4, 6, -1.0)] {
        net.machine.set_weight(i, j, w).unwrap();
    }
    net.machine.bias_mut()[5] = 0.5;
    let x = Batch::from_vec([1.0, 0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 1.0].repeat(60)).unwrap();
    assert_eq!(net.forward(&x), net.machine.hidden_means(&x));
    // Unit 5 is connected with no other hidden one but by the small weights of the start.
    let mean = 1.0 / (1.0 + (-1.0_f64).exp());
    assert!((net.forward(&x).as_slice()[1] - mean).abs() < 0.02);

    let any = AnyMachine::<5, 2>::new(3);
    let x = data::<(Const<5>,)>(70).cast();
    let means = any.machine.hidden_means(&x);
    for (found, mean) in any.forward(&x).as_slice().iter().zip(means.as_slice()) {
        assert!((found - 1.0 / (1.0 + (-mean).exp())).abs() < 1e-6);
    }
}

#[test]
fn connections_that_are_saved_stay_symmetric() {
    let mut net = Memory::new(1);
    net.memory.store_hebbian(&signs()).unwrap();
    net.memory.threshold_mut()[2] = 0.5;
    let machine = AnyMachine::<5, 2>::new(3);
    let path = std::env::temp_dir().join(format!("plumbline-connections-{}.safetensors", std::process::id()));
    net.save(&path).unwrap();
    let mut other = Memory::new(2);
    other.load(&path).unwrap();
    assert_eq!((other.memory.weight(), other.memory.threshold()), (net.memory.weight(), net.memory.threshold()));
    machine.save(&path).unwrap();
    let mut other = AnyMachine::<5, 2>::new(4);
    assert!(other.machine.weight() != machine.machine.weight());
    other.load(&path).unwrap();
    assert_eq!(other.machine.weight(), machine.machine.weight());
    assert_eq!(other.machine.weight(), other.machine.weight().t());
    std::fs::remove_file(&path).unwrap();
}

#[test]
fn saved_and_loaded_it_is_the_same() {
    let folder = std::env::temp_dir().join(format!("plumbline-energy-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("learned.safetensors");
    let mut net = Learned::new(4);
    net.rbm.visible_log_variance_mut().fill(0.25);
    net.rbm.visible_bias_mut()[3] = -2.0;
    net.save(&path).unwrap();
    let mut other = Learned::new(5);
    other.load(&path).unwrap();
    let all = |net: &Learned| -> Vec<f32> {
        (0..net.tensors()).flat_map(|index| net.tensor(index).values.to_vec()).collect()
    };
    assert_eq!(all(&net), all(&other));
    let error = Real::new(1).load(&path).unwrap_err().to_string();
    assert!(error.contains("rbm.visible_log_variance"), "{error}");
    std::fs::remove_dir_all(&folder).unwrap();
}
