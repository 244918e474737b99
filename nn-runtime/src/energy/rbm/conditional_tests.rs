//! Conditionals: their densities against integrals, their draws against their laws, many rows, and states that no unit has.

use rand::{SeedableRng, rngs::StdRng};

use super::{
    tests::{batch, check_law, integral, model, normal},
    *,
};
use crate::{
    Const,
    energy::units::{Gaussian, GaussianVariance, Relu, Softmax},
    samplers::{
        Draws,
        testing::{ALPHA, assert_frequencies},
    },
};

/// The density of a continuous conditional, of a unit's law as it is sampled: integrals of it, and of it times the value.
#[test]
fn conditional_densities_agree_with_integrals() {
    fn check<V: Visible, H: Hidden>(temperature: f64, seed: u64, lowest: f64) {
        let mut rbm = model::<Const<1>, Const<1>, V, H>(seed);
        rbm.set_temperature(temperature).unwrap();
        let log_hidden =
            |v: f64, h: f64| rbm.log_conditional_hidden(&batch(&[vec![v]]), &batch(&[vec![h]])).unwrap()[0];
        let log_visible =
            |v: f64, h: f64| rbm.log_conditional_visible(&batch(&[vec![v]]), &batch(&[vec![h]])).unwrap()[0];
        if H::STATES == 0 {
            let above: f64 = integral(|h| if h > lowest { log_hidden(1.0, h).exp() } else { 0.0 });
            // A rectified unit has a probability at 0 beside; the rule counts a half of the step there.
            let (at, step) = if lowest == 0.0 {
                (log_hidden(1.0, 0.0).exp(), log_hidden(1.0, 1e-9).exp() / 400.0)
            } else {
                (0.0, 0.0)
            };
            let tolerance = if lowest == 0.0 { 1e-4 } else { 1e-10 };
            assert!((above + at + step - 1.0).abs() < tolerance, "{} and {at}", above);
        }
        if V::STATES == 0 {
            assert!((integral(|v| log_visible(v, 0.7).exp()) - 1.0).abs() < 1e-10);
            let mean = integral(|v| v * log_visible(v, 0.7).exp());
            assert!((mean - rbm.visible_means(&batch(&[vec![0.7]])).as_slice()[0]).abs() < 1e-10);
        }
    }
    check::<Gaussian, Gaussian>(1.3, 1, -31.0);
    check::<GaussianVariance, Bernoulli>(0.8, 2, -31.0);
    check::<Bernoulli, Relu>(0.9, 3, 0.0);

    // Φ of the field over its deviation, at 0.
    let mut rectified = model::<Const<1>, Const<1>, Bernoulli, Relu>(5);
    rectified.set_temperature(1.7).unwrap();
    let field = rectified.hidden_bias[0] + rectified.weight[0];
    let deviation = (1.7 / (1.0 + (-field / 1.7).exp())).sqrt();
    let none = rectified.log_conditional_hidden(&batch(&[vec![1.0]]), &batch(&[vec![0.0]])).unwrap()[0];
    assert!((none.exp() - normal(-field / deviation)).abs() < 1e-12);
}

#[test]
fn conditionals_of_many_rows_are_those_of_each_and_bad_states_are_named() {
    let rbm: Rbm<Const<40>, Const<30>> = Rbm::new(Init::Normal(0.3), &mut StdRng::seed_from_u64(1));
    let v = rbm.generate(4000, 1, &mut StdRng::seed_from_u64(2)).unwrap();
    let mut h = Batch::zeros(0);
    rbm.draw_hidden_into(&v, &mut h, Draws::new(1, 1));
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| [rbm.log_conditional_hidden(&v, &h).unwrap(), rbm.log_conditional_visible(&v, &h).unwrap()])
    };
    let [of_hidden, of_visible] = run(1);
    assert_eq!(run(3), [of_hidden.clone(), of_visible.clone()]);
    // Π σ((2h − 1) ∘ fields), from the means.
    let product = |means: &[f32], states: &[f32]| -> f64 {
        means.iter().zip(states).map(|(p, x)| f64::from(if *x == 1.0 { *p } else { 1.0 - p }).ln()).sum()
    };
    let (h_means, v_means) = (rbm.hidden_means(&v), rbm.visible_means(&h));
    for row in [0, 17, 3999] {
        let hidden = row * 30..(row + 1) * 30;
        let expected = product(&h_means.as_slice()[hidden.clone()], &h.as_slice()[hidden]);
        assert!((of_hidden[row] - expected).abs() < 1e-3, "{} and {expected}", of_hidden[row]);
        let visible = row * 40..(row + 1) * 40;
        let expected = product(&v_means.as_slice()[visible.clone()], &v.as_slice()[visible]);
        assert!((of_visible[row] - expected).abs() < 1e-3, "{} and {expected}", of_visible[row]);
    }

    let short = rbm.log_conditional_hidden(&v, &Batch::zeros(3)).unwrap_err();
    assert_eq!(short, EnergyError::Shape(crate::ShapeError::Samples { expected: 4000, found: 3 }));
    let mut wrong = h.clone();
    wrong.as_mut_slice()[31] = 2.0;
    let error = rbm.log_conditional_hidden(&v, &wrong).unwrap_err().to_string();
    assert_eq!(error, "expected numbers from 0 to 1 for Bernoulli units, found 2 at element 1 of sample 1");
    // As a condition it may be anything.
    assert!(rbm.log_conditional_visible(&v, &wrong).is_ok());
    let topics = model::<Const<2>, Const<2>, Bernoulli, Softmax<2>>(1);
    let error = topics.check_hidden(&batch(&[vec![1.0, 0.0, 1.0, 1.0]])).unwrap_err().to_string();
    assert_eq!(
        error,
        "expected a 1 and otherwise 0 in the levels of each softmax unit, found 1 at element 3 of sample 0"
    );
    let rectified = model::<Const<2>, Const<2>, Bernoulli, Relu>(1);
    let error = rectified.check_hidden(&batch(&[vec![0.0, -1.0]])).unwrap_err().to_string();
    assert_eq!(error, "expected finite numbers from 0 up for rectified units, found -1 at element 1 of sample 0");
}

#[test]
fn continuous_conditionals_have_their_distribution() {
    let temperature = 1.7;
    let mut learned = model::<Const<1>, Const<2>, GaussianVariance, Gaussian>(2);
    learned.set_temperature(temperature).unwrap();
    let (count, h) = (20_000, [0.4, -1.0]);
    let field = learned.visible_bias[0] + h[0] * learned.weight[0] + h[1] * learned.weight[1];
    let mut v = Batch::zeros(0);
    learned.draw_visible_into(&Batch::from_vec(h.repeat(count)).unwrap(), &mut v, Draws::new(1, 1));
    let deviation = (temperature * learned.log_variance[0].exp()).sqrt();
    check_law(v.as_slice(), |x| normal((x - field) / deviation));

    let mut unit = model::<Const<1>, Const<2>, Gaussian, Gaussian>(2);
    unit.set_temperature(temperature).unwrap();
    let mut v = Batch::zeros(0);
    unit.draw_visible_into(&Batch::from_vec(h.repeat(count)).unwrap(), &mut v, Draws::new(1, 2));
    check_law(v.as_slice(), |x| normal((x - field) / temperature.sqrt()));

    let mut drawn = Batch::zeros(0);
    unit.draw_hidden_into(&Batch::from_vec(vec![0.8; count]).unwrap(), &mut drawn, Draws::new(1, 3));
    let field = unit.hidden_bias[1] + 0.8 * unit.weight[1];
    let second: Vec<f64> = drawn.as_slice().iter().skip(1).step_by(2).copied().collect();
    check_law(&second, |x| normal((x - field) / temperature.sqrt()));

    let mut rectified = model::<Const<1>, Const<1>, Bernoulli, Relu>(5);
    rectified.set_temperature(temperature).unwrap();
    rectified.hidden_bias[0] = 0.5;
    let mut drawn = Batch::zeros(0);
    rectified.draw_hidden_into(&Batch::from_vec(vec![1.0; count]).unwrap(), &mut drawn, Draws::new(1, 4));
    let field = 0.5 + rectified.weight[0];
    let deviation = (temperature / (1.0 + (-field / temperature).exp())).sqrt();
    let zeros = drawn.as_slice().iter().filter(|&&h| h == 0.0).count();
    assert_frequencies(&[zeros, count - zeros], &[normal(-field / deviation), normal(field / deviation)], ALPHA);
    let positive: Vec<f64> = drawn.as_slice().iter().filter(|&&h| h > 0.0).copied().collect();
    let none = normal(-field / deviation);
    check_law(&positive, |x| (normal((x - field) / deviation) - none) / (1.0 - none));
}
