//! The mean-field approximation.

use nn_runtime::{
    Batch, Const,
    energy::Boltzmann,
    network::abi::{View, ViewMut},
};

use crate::common::{bits, energy, machine};

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

#[test]
fn the_means_solve_their_equations() {
    for (temperature, seed) in [(1.0, 1), (0.5, 2), (3.0, 3)] {
        let machine = machine::<5, 4, f64>(0.8, temperature, seed);
        let v: Vec<f64> = (0..32).flat_map(|v| bits(v, 5)).collect();
        let h = machine.hidden_means(&Batch::from_vec(v.clone()).unwrap());
        for (v, h) in v.chunks(5).zip(h.as_slice().chunks(4)) {
            let s = [v, h].concat();
            for j in 5..9 {
                let field = machine.bias()[j] + machine.weight().row(j).iter().zip(&s).map(|(w, s)| w * s).sum::<f64>();
                assert!((s[j] - sigmoid(field / temperature)).abs() < 1e-5);
            }
        }
        let free = machine.mean_field();
        for i in 0..9 {
            let pull: f64 = machine.weight().row(i).iter().zip(&free.means).map(|(w, s)| w * s).sum();
            assert!((free.means[i] - sigmoid((machine.bias()[i] + pull) / temperature)).abs() < 1e-5);
        }
    }
}

#[test]
fn without_connections_among_hidden_units_the_means_are_exact() {
    let mut machine = machine::<3, 3, f64>(1.0, 0.8, 4);
    for (i, j) in [(3, 4), (3, 5), (4, 5)] {
        machine.set_weight(i, j, 0.0).unwrap();
    }
    let v = [1.0, 0.0, 1.0];
    let h = machine.hidden_means(&Batch::from_vec(v.to_vec()).unwrap());
    let weight = |h: usize| (-energy(&machine, &[&v[..], &bits(h, 3)].concat()) / 0.8).exp();
    let all: f64 = (0..8).map(weight).sum();
    for j in 0..3 {
        let exact = (0..8).filter(|h| h >> j & 1 == 1).map(weight).sum::<f64>() / all;
        assert!((h.as_slice()[j] - exact).abs() < 1e-9);
    }
}

#[test]
fn the_bound_is_below_ln_z_and_touches_it_without_connections() {
    for seed in 0..20 {
        for spread in [0.1, 1.0, 4.0] {
            let machine = machine::<4, 3, f64>(spread, 1.3, seed);
            let (bound, exact) = (machine.mean_field().log_partition, machine.log_partition_exact());
            assert!(bound <= exact + 1e-9, "{bound} is above {exact}");
            assert!(spread > 0.1 || exact - bound < 0.01, "{bound} is far below {exact}");
        }
    }
    let mut alone = machine::<4, 3, f64>(1.0, 0.7, 5);
    alone.set_weights(ndarray::Array2::zeros((7, 7)).view()).unwrap();
    assert!((alone.mean_field().log_partition - alone.log_partition_exact()).abs() < 1e-9);
}

#[test]
fn a_layer_gives_what_the_method_gives() {
    let machine = machine::<6, 4, f32>(1.0, 1.0, 6);
    let v = Batch::<(Const<6>,)>::from_vec((0..70 * 6).map(|i| f32::from(i % 5 < 2)).collect()).unwrap();
    let (mut y, mut fields) = (vec![0.0; 280], vec![f32::NAN; 280]);
    machine.forward(View::new(v.as_slice(), 70, 1), ViewMut::new(&mut y, 70, 1), ViewMut::new(&mut fields, 70, 1));
    assert_eq!(machine.hidden_means(&v).as_slice(), y);
    let visible: Boltzmann<Const<6>, Const<0>> = crate::common::machine(1.0, 1.0, 7);
    assert_eq!(visible.hidden_means(&v).samples(), 70);
}
