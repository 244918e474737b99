//! The machine as a layer, its parameters, and what it refuses.

use rand::{SeedableRng, rngs::StdRng};

use super::{tests::model, *};
use crate::{
    Const,
    energy::units::{Gaussian, GaussianVariance, Relu, Softmax},
    layers::testing::{assert_close, values},
    network::{Network, Trainable},
    samplers::Ladder,
    train::{GradientCheck, SquaredError},
};

#[test]
fn bad_data_and_options_are_named() {
    let mut rbm = model::<Const<2>, Const<2>, Bernoulli, Bernoulli>(1);
    let nan = rbm.check(&Batch::from_vec(vec![0.0, 1.0, f64::NAN, 0.0]).unwrap()).unwrap_err();
    assert_eq!(nan.to_string(), "expected numbers from 0 to 1 for Bernoulli units, found NaN at element 0 of sample 1");
    let real = model::<Const<2>, Const<2>, Gaussian, Bernoulli>(1);
    let infinite = real.check(&Batch::from_vec(vec![-3.0, f64::INFINITY]).unwrap()).unwrap_err();
    assert_eq!(infinite.to_string(), "expected finite numbers for Gaussian units, found inf at element 1 of sample 0");
    let levels = model::<Const<2>, Const<2>, Softmax<3>, Bernoulli>(1);
    let place = |row: [f64; 6]| match levels.check(&Batch::from_vec(row.to_vec()).unwrap()) {
        Ok(()) => None,
        Err(EnergyError::Value { element, .. }) => Some(element),
        Err(other) => panic!("{other}"),
    };
    assert_eq!(place([0.0, 1.0, 0.0, 1.0, 0.0, 0.0]), None);
    assert_eq!(place([0.0, 1.0, 0.0, 0.0, 0.0, 0.0]), Some(3));
    assert_eq!(place([0.0, 1.0, 0.0, 1.0, 1.0, 0.0]), Some(4));
    assert_eq!(place([0.0, 1.0, 0.0, 0.5, 0.5, 0.0]), Some(3));
    let rng = &mut StdRng::seed_from_u64(1);
    let image = Batch::from_vec(vec![0.0, 1.0, 1.0, 0.0]).unwrap();
    let mask = rbm.complete(&image, &[true], 1, rng).unwrap_err();
    assert_eq!(mask.to_string(), "expected a mask of 2 truth values, or of 4 for all samples, found 1");
    let ladder = Ais::default().ladder(Ladder::linear(0.1, 1.0, 3));
    let error = rbm.log_partition_ais(&ladder, rng).unwrap_err();
    assert_eq!(error.to_string(), "expected `ladder` to be 0 at its start, found 0.1");
    let error = rbm.log_partition_ais(&Ais::default().ladder(Ladder::linear(0.0, 0.9, 3)), rng).unwrap_err();
    assert_eq!(error.to_string(), "expected `ladder` to be 1 at its end, found 0.9");
    let error = rbm.log_partition_ais(&Ais::default().chains(0), rng).unwrap_err();
    assert_eq!(error.to_string(), "expected `chains` to be at least 1, found 0");
    let rates = Ais::default().base_rates(&model::<Const<3>, Const<2>, Bernoulli, Bernoulli>(1), &Batch::zeros(1));
    let error = rbm.log_partition_ais(&rates.unwrap(), rng).unwrap_err();
    assert_eq!(error.to_string(), "expected 2 numbers of base rates, found 3");
    let error = rbm.set_temperature(0.0).unwrap_err();
    let expected = "expected `set_temperature` to be finite and above 0, and its inverse too, found 0";
    assert_eq!(error.to_string(), expected);
    let short = rbm.energies(&image, &Batch::zeros(1)).unwrap_err();
    assert_eq!(short, crate::ShapeError::Samples { expected: 2, found: 1 });
}

/// As a layer and as a network: gradients by differences, and the same values as the conditional.
fn check_layer<V: Visible, H: Hidden>(temperature: f64) {
    let mut rbm = model::<Const<4>, Const<3>, V, H>(3);
    rbm.set_temperature(temperature).unwrap();
    let v = rbm.generate(6, 1, &mut StdRng::seed_from_u64(5)).unwrap();
    let targets: Batch<H::Output<Const<3>>, f64> = Batch::from_vec(values::<f64>(18 * H::LEVELS, 9)).unwrap();
    let report = GradientCheck::new().run(&rbm, &v, &targets, &SquaredError).unwrap();
    assert!(report.error() < 1e-6 && report.compared > 20, "{report:?}");
    assert_close(Network::forward(&rbm, &v).as_slice(), rbm.hidden_means(&v).as_slice(), 1e-15);
}

#[test]
fn the_layer_has_its_gradient() {
    check_layer::<Bernoulli, Bernoulli>(1.0);
    check_layer::<Bernoulli, Relu>(0.7);
    check_layer::<Gaussian, Gaussian>(1.0);
    check_layer::<GaussianVariance, Bernoulli>(1.3);
    check_layer::<Softmax<3>, Bernoulli>(1.0);
    check_layer::<Bernoulli, Softmax<3>>(0.7);
    check_layer::<GaussianVariance, Softmax<2>>(1.0);
}

#[test]
fn parameters_have_names_and_shapes_and_are_saved() {
    let rbm = model::<Const<4>, Const<3>, GaussianVariance, Bernoulli>(3);
    let named: Vec<_> = rbm.parameters().map(|t| (t.name.to_string(), t.shape.to_vec())).collect();
    let expected = [
        ("weight", vec![3, 4]),
        ("visible_bias", vec![4]),
        ("hidden_bias", vec![3]),
        ("visible_log_variance", vec![4]),
    ];
    assert_eq!(named, expected.map(|(name, shape)| (name.to_string(), shape)));
    let softmax = model::<Const<4>, Const<3>, Softmax<5>, Bernoulli>(3);
    let shapes: Vec<_> = softmax.parameters().map(|t| t.shape.to_vec()).collect();
    assert_eq!(shapes, [vec![3, 4, 5], vec![4, 5], vec![3]]);
    let both = model::<Const<4>, Const<3>, Softmax<5>, Softmax<2>>(3);
    let shapes: Vec<_> = both.parameters().map(|t| t.shape.to_vec()).collect();
    assert_eq!(shapes, [vec![3, 2, 4, 5], vec![4, 5], vec![3, 2]]);
    let topics = model::<Const<4>, Const<3>, GaussianVariance, Softmax<2>>(3);
    let shapes: Vec<_> = topics.parameters().map(|t| t.shape.to_vec()).collect();
    assert_eq!(shapes, [vec![3, 2, 4], vec![4], vec![3, 2], vec![4]]);
    assert_eq!(<Rbm<Const<4>, Const<3>> as Network>::PARAMETERS, 19);
    assert!(Trainable::zeroed(&rbm).parameters().all(|t| t.values.iter().all(|&x| x == 0.0)));
}
