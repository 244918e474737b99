//! A restricted Boltzmann machine against the numbers of scikit-learn's `BernoulliRBM`, which `generate.py` wrote (scikit-learn 1.9.1).

use ndarray::{ArrayView1, ArrayView2};
use plumbline::{
    energy::{Rbm, ScikitLearn},
    io::Weights,
    prelude::*,
};
use safetensors::{SafeTensors, serialize, tensor::TensorView};

const FIXTURE: &[u8] = include_bytes!("rbm.safetensors");

type Machine = Rbm<Const<6>, Const<4>, plumbline::energy::units::Bernoulli, plumbline::energy::units::Bernoulli, f64>;

fn numbers(file: &SafeTensors<'_>, name: &str) -> Vec<f64> {
    let bytes = file.tensor(name).unwrap().data();
    bytes.chunks_exact(8).map(|bytes| f64::from_le_bytes(bytes.try_into().unwrap())).collect()
}

/// A file with the three attributes alone, as a user would write it.
fn attributes(file: &SafeTensors<'_>) -> Vec<u8> {
    let names = ["components_", "intercept_hidden_", "intercept_visible_"];
    let tensors = names.map(|name| (name, file.tensor(name).unwrap()));
    serialize(tensors, None).unwrap()
}

fn assert_all_near(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-12 * expected.abs().max(1.0), "{found}, expected {expected}");
    }
}

#[test]
fn a_file_of_its_arrays_makes_the_same_machine() {
    let file = SafeTensors::deserialize(FIXTURE).unwrap();
    let mut machine = ScikitLearn(Machine::initialized(1));
    machine.load_bytes(&attributes(&file)).unwrap();
    let x = Batch::from_vec(numbers(&file, "x")).unwrap();
    assert_all_near(machine.0.hidden_means(&x).as_slice(), &numbers(&file, "transform"));
    assert_all_near(&machine.0.free_energies(&x), &numbers(&file, "free_energy"));

    // And back: the same arrays under the same names.
    let bytes = machine.to_bytes().unwrap();
    let written = SafeTensors::deserialize(&bytes).unwrap();
    assert_eq!(written.len(), 3);
    for (name, tensor) in written.tensors() {
        let expected: TensorView<'_> = file.tensor(&name).unwrap();
        assert_eq!((tensor.shape(), tensor.data()), (expected.shape(), expected.data()), "{name}");
    }
}

#[test]
fn its_arrays_make_the_same_machine() {
    let file = SafeTensors::deserialize(FIXTURE).unwrap();
    let [components, hidden, visible] =
        ["components_", "intercept_hidden_", "intercept_visible_"].map(|name| numbers(&file, name));
    let components = ArrayView2::from_shape((4, 6), &components).unwrap();
    let (hidden, visible) = (ArrayView1::from(&hidden), ArrayView1::from(&visible));
    let machine = ScikitLearn::<Machine>::from_arrays(components, hidden, visible).unwrap().0;
    let x = Batch::from_vec(numbers(&file, "x")).unwrap();
    assert_all_near(machine.hidden_means(&x).as_slice(), &numbers(&file, "transform"));
    let error = ScikitLearn::<Machine>::from_arrays(components, visible, visible).unwrap_err();
    assert_eq!(error.to_string(), "expected `intercept_hidden_` of shape `[4]`, found `[6]`");
}
