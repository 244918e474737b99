//! What may be written where.

use nn_runtime::{
    Batch, Const, Parameters,
    energy::{Boltzmann, EnergyError},
    io::{Misfit, Weights, WeightsFault},
    layers::Init,
    network::Form,
};
use rand::{SeedableRng, rngs::StdRng};

use crate::common::machine;

type Machine = Boltzmann<Const<3>, Const<2>, f64>;

#[test]
fn fresh_weights_are_symmetric_with_zeros_on_the_diagonal() {
    for init in [Init::Normal(1.0), Init::XavierUniform, Init::Orthogonal, Init::Identity, Init::Zeros] {
        let machine = Machine::new(init, &mut StdRng::seed_from_u64(3));
        let w = machine.weight();
        assert!(w == w.t() && w.diag().iter().all(|&w| w == 0.0));
        assert_eq!(Form::Symmetric.fault(&[5, 5], w.as_slice().unwrap()), None);
    }
    let zero = machine::<3, 2, f64>(1.0, 2.0, 1).zeroed();
    assert!(zero.temperature() == 2.0 && zero.weight().iter().chain(&zero.bias()).all(|&x| x == 0.0));
    let shapes: Vec<_> = zero.parameters().map(|tensor| (tensor.name.to_string(), tensor.shape, tensor.form)).collect();
    let expected = [("weight".into(), &[5, 5][..], Form::Symmetric), ("bias".into(), &[5][..], Form::Unrestricted)];
    assert_eq!(shapes, expected);
}

#[test]
fn weights_that_do_not_fit_are_refused() {
    let mut machine = machine::<3, 2, f64>(1.0, 1.0, 1);
    let before = machine.weight().to_owned();
    let mut refuse = |row: usize, column: usize, weight: f64, expected: &str| {
        let error = machine.set_weight(row, column, weight).unwrap_err();
        assert_eq!(error.to_string(), expected);
    };
    refuse(1, 5, 1.0, "expected a unit below 5, found 5");
    refuse(2, 2, 1.0, "expected 0, as no unit is connected to itself, at [2, 2] of the connections, found 1");
    refuse(1, 2, f64::NAN, "expected a finite number at [1, 2] of the connections, found NaN");
    let error = machine.set_weights(ndarray::Array2::zeros((5, 4)).view()).unwrap_err();
    assert_eq!(error.to_string(), "expected `weight` of shape `[5, 5]`, found `[5, 4]`");
    let mut wrong = before.clone();
    wrong[[4, 1]] += 1.0;
    assert!(matches!(machine.set_weights(wrong.view()), Err(EnergyError::Connection { row: 1, column: 4, .. })));
    wrong[[4, 1]] = f64::INFINITY;
    assert!(matches!(machine.set_weights(wrong.view()), Err(EnergyError::Connection { row: 1, column: 4, .. })));
    assert_eq!(machine.weight(), before);
    machine.set_weight(4, 1, 7.0).unwrap();
    assert_eq!((machine.weight()[[1, 4]], machine.weight()[[4, 1]]), (7.0, 7.0));
    for temperature in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(matches!(machine.set_temperature(temperature), Err(EnergyError::Option { .. })));
    }
}

#[test]
fn a_file_with_other_weights_is_refused_whole() {
    let first = machine::<3, 2, f64>(1.0, 1.0, 1);
    let mut second = machine::<3, 2, f64>(1.0, 1.0, 2);
    second.load_bytes(&first.to_bytes().unwrap()).unwrap();
    assert_eq!(first.weight(), second.weight());

    let mut broken = first.clone();
    broken.parameter_mut("weight").unwrap().values[2 * 5 + 4] += 1.0;
    let kept = machine::<3, 2, f64>(1.0, 1.0, 2);
    let mut third = kept.clone();
    let error = third.load_bytes(&broken.to_bytes().unwrap()).unwrap_err();
    let WeightsFault::Misfits(misfits) = &error.fault else { panic!("{error}") };
    assert_eq!(misfits[..], [Misfit::Form { name: "weight".into(), place: [2, 4] }]);
    let text =
        "unsymmetric: `weight`, expected a symmetric matrix with zeros on the diagonal, found another one at [2, 4]";
    assert_eq!(misfits[0].to_string(), text);
    assert!(third.weight() == kept.weight() && third.bias() == kept.bias());
}

#[test]
fn numbers_other_than_0_and_1_are_refused() {
    let machine = machine::<3, 2, f32>(1.0, 1.0, 1);
    for wrong in [0.5, -1.0, f32::NAN] {
        let batch = Batch::<(Const<3>,)>::from_vec(vec![0.0, 1.0, 1.0, 0.0, 0.0, wrong]).unwrap();
        let error = machine.check(&batch).unwrap_err();
        let text = "expected 0 or 1 for the units of a Boltzmann machine, found";
        assert_eq!(error.to_string(), format!("{text} {wrong} at element 2 of sample 1"));
    }
}
