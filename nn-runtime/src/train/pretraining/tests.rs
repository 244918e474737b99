use super::{Autoencoding, Corruption, Pretraining, Reconstruction, autoencoder::Autoencoder};
use crate::{
    Batch, Const, Network, Parameters, Trainable,
    energy::{ContrastiveDivergence, MaximumLikelihood, Rbm},
    layers::{Dense, Init, Sigmoid, Tanh, TiedDense},
    network::{Random, View, ViewMut, generator},
    train::{GradientCheck, MeanSquaredError, testing::Mlp},
};

type Small = Autoencoder<Const<5>, Const<3>, Tanh, f64>;

fn data(samples: usize) -> Batch<(Const<5>,), f64> {
    let number = |i: usize| ((i * 7919 % 101) as f64 / 101.0 - 0.5) * 2.0;
    Batch::from_vec((0..samples * 5).map(number).collect()).unwrap()
}

#[test]
fn the_gradient_of_an_autoencoder_with_one_weight_is_that_of_differences() {
    let each = [Corruption::None, Corruption::Masking(0.3), Corruption::Normal(0.2), Corruption::SaltAndPepper(0.3)];
    for corruption in each {
        let net = Small { corruption, ..Small::initialized(3) };
        let x = data(7);
        let report = GradientCheck::new().run(&net, &x, &x, &MeanSquaredError).unwrap();
        assert!(report.error() < 1e-6, "{corruption:?}: {report}");
    }
}

#[test]
fn each_corruption_is_as_it_says() {
    type Row = (Const<100>,);
    let count = |corruption: Corruption, is: fn(f64) -> bool| {
        let (x, mut y) = (vec![0.5_f64; 100_000], vec![f64::NAN; 100_000]);
        let (x, view) = (View::<Row, f64>::new(&x, 1000, 1008), ViewMut::new(&mut y, 1000, 1008));
        corruption.forward(x, view, Random::new(7, 3), 0);
        y.into_iter().filter(|&x| is(x)).count() as f64 / 1e5
    };
    // Five standard deviations of a share of 10⁵: an error probability below 10⁻⁶.
    let near = |found: f64, expected: f64| (found - expected).abs() < 5.0 * (expected * (1.0 - expected) / 1e5).sqrt();
    assert_eq!(count(Corruption::None, |x| x == 0.5), 1.0);
    assert!(near(count(Corruption::Masking(0.3), |x| x == 0.0), 0.3));
    assert!(near(count(Corruption::SaltAndPepper(0.4), |x| x == 0.0), 0.2));
    assert!(near(count(Corruption::SaltAndPepper(0.4), |x| x == 1.0), 0.2));
    assert!(near(count(Corruption::Normal(2.0), |x| (x - 0.5).abs() < 2.0), 0.682_689_5));
    assert_eq!(count(Corruption::Masking(1.0), |x| x == 0.0), 1.0);
}

/// A network of the tests whose two layers are pretrained, both with tanh.
fn pretrained(training: Autoencoding) -> (Mlp<f32>, crate::train::PretrainReport) {
    let mut net = Mlp::<f32>::initialized(1);
    let points = Batch::<(Const<2>,)>::from_vec((0..400).map(|i| (i * 31 % 200) as f32 / 200.0).collect()).unwrap();
    let plan = Pretraining::<Mlp<f32>>::new().dense(|net| &mut net.hidden, Tanh, training).dense(
        |net| &mut net.output,
        Sigmoid,
        training,
    );
    let report = plan.fit(&mut net, &points).unwrap();
    (net, report)
}

#[test]
fn reconstruction_errors_fall_layer_by_layer() {
    for reconstruction in [Reconstruction::SquaredError, Reconstruction::CrossEntropy] {
        let training =
            Autoencoding::new().epochs(30).batch_size(20).learning_rate(1e-2).quiet().reconstruction(reconstruction);
        let mut net = Mlp::<f32>::initialized(1);
        let points = Batch::<(Const<2>,)>::from_vec((0..400).map(|i| (i * 31 % 200) as f32 / 200.0).collect()).unwrap();
        let plan = Pretraining::<Mlp<f32>>::new().dense(|net| &mut net.hidden, Sigmoid, training);
        let layer = plan.fit(&mut net, &points).unwrap().layers.remove(0);
        assert_eq!((layer.number, layer.kind, layer.inputs, layer.outputs, layer.errors.len()), (1, "dense", 2, 8, 30));
        assert!(layer.errors[29] < 0.5 * layer.errors[0], "{layer}");
    }
}

#[test]
fn a_pretrained_network_is_the_same_for_equal_seeds() {
    let training = Autoencoding::new().epochs(2).quiet().corruption(Corruption::Masking(0.25));
    let bits = |net: &Mlp<f32>| net.parameters().flat_map(|t| t.values.to_vec()).map(f32::to_bits).collect::<Vec<_>>();
    let (one, report) = pretrained(training);
    assert_eq!(report.layers.len(), 2);
    assert_eq!(bits(&one), bits(&pretrained(training).0));
    assert_ne!(bits(&one), bits(&pretrained(training.seed(9)).0));
    assert_ne!(bits(&one), bits(&Mlp::initialized(1)));
}

#[test]
fn what_has_no_meaning_names_the_layer_and_leaves_it() {
    let points = |values: Vec<f32>| Batch::<(Const<2>,)>::from_vec(values).unwrap();
    let refused = |training: Autoencoding, data: &Batch<(Const<2>,)>| {
        let mut net = Mlp::<f32>::initialized(1);
        let plan = Pretraining::<Mlp<f32>>::new().dense(|net| &mut net.hidden, Tanh, training);
        let error = plan.fit(&mut net, data).unwrap_err();
        assert_eq!(net.hidden.weight(), Mlp::<f32>::initialized(1).hidden.weight());
        error.to_string()
    };
    let good = points(vec![0.5; 8]);
    let quiet = Autoencoding::new().quiet();
    let message = "layer 1 of the plan: expected `corruption` to be a probability from 0 to 1, found 1.5";
    assert_eq!(refused(quiet.corruption(Corruption::Masking(1.5)), &good), message);
    let message = "layer 1 of the plan: expected `corruption` to be finite and not negative, found NaN";
    assert_eq!(refused(quiet.corruption(Corruption::Normal(f64::NAN)), &good), message);
    let message = "layer 1 of the plan: expected a batch size of at least 1, found 0";
    assert_eq!(refused(quiet.batch_size(0), &good), message);
    assert!(refused(quiet, &points(vec![0.5, f32::NAN])).contains("expected finite training inputs, found NaN"));
    assert!(refused(quiet, &points(vec![])).contains("found no samples"));
    let outside = refused(quiet.reconstruction(Reconstruction::CrossEntropy), &points(vec![2.0, 0.0]));
    assert!(outside.contains("from 0 to 1"), "{outside}");
}

/// A machine as a network of one layer.
type Machine = Rbm<Const<4>, Const<3>>;

#[test]
fn a_machine_is_trained_as_by_itself() {
    let machine = || Machine::new(Init::Normal(0.1), &mut generator(2));
    let patterns = Batch::from_vec([[1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 1.0]].as_flattened().repeat(20)).unwrap();
    let (mut one, mut other) = (machine(), machine());
    let training = || ContrastiveDivergence::new(1).epochs(3).seed(4).quiet();
    let report = Pretraining::<Machine>::new().rbm(|net| net, training()).fit(&mut one, &patterns).unwrap();
    let alone = training().fit(&mut other, &patterns).unwrap();
    assert_eq!(one.weight(), other.weight());
    let errors: Vec<f64> = alone.epochs.iter().map(|epoch| epoch.reconstruction_error).collect();
    assert_eq!(report.layers[0].errors, errors);
    let mut exact = machine();
    Pretraining::<Machine>::new().rbm(|net| net, MaximumLikelihood::new().quiet()).fit(&mut exact, &patterns).unwrap();
    assert_ne!(exact.weight(), one.weight());
}

#[test]
fn a_machine_unrolled_gives_what_it_gave() {
    let mut machine = Rbm::<Const<4>, Const<3>, _, _, f64>::new(Init::Normal(1.0), &mut generator(2));
    machine.visible_bias_mut().assign(&ndarray::array![0.1, -0.2, 0.3, 0.4]);
    machine.hidden_bias_mut().assign(&ndarray::array![0.5, -0.6, 0.7]);
    machine.set_temperature(2.0).unwrap();
    let v = Batch::from_vec(vec![1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 0.0]).unwrap();
    let (encoder, decoder, tied): (Dense<_, _, f64>, Dense<_, _, f64>, TiedDense<_, _, f64>) =
        (machine.encoder(), machine.decoder(), machine.tied_decoder());
    let mut net = Autoencoder { encoder, decoder: tied, activation: Sigmoid, corruption: Corruption::None };
    let expected = machine.reconstruct(&v);
    let found = net.forward(&v).sigmoid();
    let near = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-14);
    assert!(near(found.as_slice(), expected.as_slice()));
    assert_eq!(decoder.weight(), net.encoder.weight().t());
    assert_eq!(decoder.bias(), net.decoder.bias());
    // Tied weights stay one parameter.
    let gradients = net.gradients();
    assert_eq!(gradients.tensors(), 3);
    net.encoder.weight_mut().fill(0.0);
    assert_eq!(net.forward(&v).as_slice()[..4], [0.05, -0.1, 0.15, 0.2]);
}
