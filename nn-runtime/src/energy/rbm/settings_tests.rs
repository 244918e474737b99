//! Temperatures, threads and numbers of chains, those without a meaning among them.

use rand::{SeedableRng, rngs::StdRng};

use super::{tests::model, *};
use crate::{
    Const,
    energy::units::{Gaussian, GaussianVariance, Relu, Softmax},
    samplers::{Chains, Ladder, SamplerError, Tempering},
};

#[test]
fn gaussian_units_have_no_distribution_without_a_temperature() {
    fn check<V: Visible, H: Hidden>(proper: bool) {
        let rbm = model::<Const<2>, Const<2>, V, H>(3);
        let states = vec![0.0; 2 * Rbm::<Const<2>, Const<2>, V, H, f64>::VISIBLE];
        let mut chains = Chains::starting_at(&rbm, states.clone(), 1).unwrap();
        let tries = [
            chains.gibbs_at(&rbm, 0.0, 1),
            chains.anneal(&rbm, &Ladder::from(vec![1.0, 0.0])),
            Tempering::starting_at(&rbm, Ladder::linear(1.0, 0.0, 1), states, 1).map(drop),
        ];
        for (result, place) in tries.into_iter().zip([0, 1, 1]) {
            let expected = if proper { Ok(()) } else { Err(SamplerError::Improper { place, found: 0.0 }) };
            assert_eq!(result, expected);
        }
        assert!(chains.gibbs_at(&rbm, 1e-3, 5).is_ok() && chains.first().iter().all(|x| x.is_finite()));
        assert!(chains.gibbs_at(&rbm, 1e-320, 1).is_ok_and(|()| proper) || !proper);
    }
    check::<Bernoulli, Bernoulli>(true);
    check::<Softmax<3>, Bernoulli>(true);
    check::<Bernoulli, Softmax<3>>(true);
    check::<Gaussian, Bernoulli>(false);
    check::<GaussianVariance, Bernoulli>(false);
    check::<Bernoulli, Relu>(false);
    check::<Bernoulli, Gaussian>(false);
}

#[test]
fn temperatures_beyond_the_range_are_refused() {
    let mut rbm: Rbm<Const<1>, Const<1>> = Rbm::new(Init::Zeros, &mut StdRng::seed_from_u64(1));
    for temperature in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e39, 1e-39, 1e300] {
        let error = rbm.set_temperature(temperature).unwrap_err();
        assert!(matches!(error, EnergyError::Option { option: "set_temperature", .. }), "{error}");
    }
    rbm.set_temperature(1e-30).unwrap();
    // A field of 0 is no certainty at any temperature.
    let v = Batch::from_vec(vec![0.0]).unwrap();
    assert_eq!(rbm.hidden_means(&v).as_slice(), [0.5]);
    let mut chains = Chains::starting_at(&rbm, vec![0.0; 1000], 1).unwrap();
    chains.gibbs_at(&rbm, 1e300, 1).unwrap();
    let ones = chains.first().iter().filter(|&&v| v == 1.0).count();
    assert!((400..600).contains(&ones), "{ones}");
    let mut wide: Rbm<Const<1>, Const<1>, Bernoulli, Bernoulli, f64> =
        Rbm::new(Init::Zeros, &mut StdRng::seed_from_u64(1));
    assert!(wide.set_temperature(1e39).is_ok() && wide.set_temperature(1e-310).is_err());
}

#[test]
fn an_estimate_is_the_same_for_any_number_of_its_own_threads() {
    let rbm: Rbm<Const<40>, Const<30>> = Rbm::new(Init::Normal(0.3), &mut StdRng::seed_from_u64(1));
    let v = rbm.generate(100, 3, &mut StdRng::seed_from_u64(2)).unwrap();
    let ais = Ais::default().ladder(Ladder::linear(0.0, 1.0, 20)).quiet();
    let run = |ais: &Ais| {
        let rng = &mut StdRng::seed_from_u64(3);
        let estimates = (rbm.log_partition_ais(ais, rng), rbm.log_partition_reverse(ais, &v, rng));
        let raise = rbm.log_likelihood_reverse(&ais.clone().chains(2), &v, rng);
        (estimates.0.unwrap(), estimates.1.unwrap(), raise.unwrap())
    };
    let one = run(&ais);
    assert!((1..5).all(|threads| run(&ais.clone().threads(threads)) == one));
    // More chains than there is memory for.
    for chains in [usize::MAX, usize::MAX / 64] {
        let (rng, ais) = (&mut StdRng::seed_from_u64(3), ais.clone().chains(chains));
        for result in [rbm.log_partition_ais(&ais, rng).map(drop), rbm.log_likelihood_reverse(&ais, &v, rng).map(drop)]
        {
            assert!(matches!(result, Err(EnergyError::Sampler(SamplerError::Memory { .. }))), "{result:?}");
        }
    }
}

#[test]
fn more_samples_than_memory_can_hold_are_an_error() {
    let rbm: Rbm<Const<4>, Const<30>> = Rbm::new(Init::Normal(0.3), &mut StdRng::seed_from_u64(1));
    // More numbers than an address can count, more visible ones than memory holds, and more hidden ones.
    for samples in [usize::MAX, usize::MAX / 4, usize::MAX / 64] {
        let error = rbm.generate(samples, usize::MAX, &mut StdRng::seed_from_u64(2)).unwrap_err();
        assert!(matches!(error, EnergyError::Shape(_) | EnergyError::Sampler(SamplerError::Memory { .. })), "{error}");
    }
    assert_eq!(rbm.generate(0, 5, &mut StdRng::seed_from_u64(2)).unwrap().samples(), 0);
}
