//! Adversarial training: what it learns, what stays as it is, and what it refuses.

use plumbline::{
    data::Ring,
    prelude::*,
    train::{Adversarial, AdversarialError, AdversarialEvent, GeneratorLoss, Noise, OptimizerError, Stop},
};

network! {
    Generator: [3] -> [2] {
        hidden: dense(16);
        norm: batch_norm, relu;
        point: dense(2);
    }
    Discriminator: [2] -> [1] {
        hidden: dense(16), leaky_relu(0.2), dropout(0.1);
        logit: dense(1);
    }

    /// A point on a line whose place depends on a class of three.
    Conditional: (noise: [1], class: [3]) -> [1] {
        both: concat <- (noise, class);
        hidden: dense(16), relu;
        point: dense(1);
    }
    Critic: (point: [1], class: [3]) -> [1] {
        both: concat <- (point, class);
        hidden: dense(24), leaky_relu(0.2);
        logit: dense(1);
    }

    /// A generator of one number, a Gaussian where its noise is one.
    Line: [1] -> [1] { out: dense(1); }
    Judge: [1] -> [1] {
        hidden: dense(24), leaky_relu(0.2);
        out: dense(1);
    }
}

fn bits<N: Parameters<E>, E: Element>(net: &N) -> Vec<u64> {
    net.parameters().flat_map(|tensor| tensor.values.to_vec()).map(|x| x.as_f64().to_bits()).collect()
}

fn pair<'a>() -> Adversarial<'a, Generator, Discriminator> {
    Adversarial::new(Generator::new(1), Discriminator::new(2)).batch_size(32).quiet()
}

fn ring() -> Batch<(Const<2>,)> {
    Ring::new(4, 1.0, 0.1).sample(200, 3)
}

#[test]
fn equal_seeds_give_equal_bits_on_any_number_of_threads() {
    let run = |threads: usize, seed: u64| {
        let mut gan = pair().threads(threads).seed(seed).epochs(3).discriminator_steps(2).label_smoothing(0.1);
        let history = gan.fit(&ring()).unwrap();
        let (generator, discriminator) = gan.into_networks();
        (bits(&generator), bits(&discriminator), history.epochs.iter().map(|e| e.value.to_bits()).collect::<Vec<_>>())
    };
    let one = run(1, 5);
    assert_eq!(one, run(3, 5));
    assert_ne!(one, run(1, 6));
}

#[test]
fn two_trainings_are_one() {
    let (mut whole, mut pieces) = (pair().epochs(4), pair().epochs(2));
    let all = whole.fit(&ring()).unwrap();
    pieces.fit(&ring()).unwrap();
    let rest = pieces.fit(&ring()).unwrap();
    assert_eq!(rest.epochs.iter().map(|epoch| epoch.number).collect::<Vec<_>>(), [3, 4]);
    assert_eq!(all.epochs[3].value, rest.epochs[1].value);
    assert_eq!(bits(whole.generator()), bits(pieces.generator()));
    assert_eq!(bits(whole.discriminator()), bits(pieces.discriminator()));
}

#[test]
fn a_new_start_has_the_first_random_numbers() {
    let first = |gan: &mut Adversarial<'static, Generator, Discriminator>| gan.fit(&ring()).unwrap().epochs[0].number;
    let mut gan = pair();
    assert_eq!([first(&mut gan), first(&mut gan)], [1, 2]);
    gan.restart();
    assert_eq!(first(&mut gan), 1);
}

#[test]
fn the_first_value_is_that_of_the_networks_as_they_are() {
    // One batch of all samples: V is measured before the step. Without dropout and batch statistics it can be calculated by hand.
    let (generator, judge) = (Line::new(1), Judge::new(2));
    let data = Batch::<(Const<1>,)>::from_vec((0..40).map(|i| 2.0 + i as f32 / 40.0).collect()).unwrap();
    let logits: Vec<f64> = judge.forward(&data).into_vec().into_iter().map(f64::from).collect();
    let real: f64 = logits.iter().map(|a| -(-a).exp().ln_1p()).sum::<f64>() / 40.0;
    let score: f64 = logits.iter().map(|a| 1.0 / (1.0 + (-a).exp())).sum::<f64>() / 40.0;
    let mut gan = Adversarial::new(generator.clone(), judge.clone()).batch_size(40).seed(9).quiet();
    let epoch = gan.fit(&data).unwrap().epochs.remove(0);
    assert!((epoch.real_score - score).abs() < 1e-6);
    assert!((epoch.value + epoch.discriminator_loss).abs() < 1e-6);
    // The generated half of it is what is left, and below 0.
    assert!(epoch.value < real && epoch.fake_score > 0.0 && epoch.fake_score < 1.0);
    assert_eq!(epoch.learning_rates, [2e-4, 2e-4]);
}

#[test]
fn each_network_takes_its_steps() {
    // Without steps of the generator it keeps its bits, and with a rate of 0 the discriminator does.
    let before = pair();
    let mut gan = pair().discriminator_steps(1_000).epochs(1);
    let epoch = gan.fit(&ring()).unwrap().epochs.remove(0);
    assert_eq!(bits(before.generator()), bits(gan.generator()));
    assert_ne!(bits(before.discriminator()), bits(gan.discriminator()));
    assert!(epoch.generator_loss.is_nan());
    let mut gan = pair().optimizers(Sgd::new(0.1), Sgd::new(0.0)).epochs(2);
    gan.fit(&ring()).unwrap();
    assert_ne!(bits(before.generator()), bits(gan.generator()));
    assert_eq!(bits(before.discriminator()), bits(gan.discriminator()));
}

#[test]
fn a_generator_learns_where_the_data_lie() {
    let data = Batch::<(Const<1>,)>::from_vec(
        (0..2_000).map(|i| 3.0 + 1.5 * ((i * 37 % 2_000) as f32 / 1_000.0 - 1.0)).collect(),
    );
    let data = data.unwrap();
    // The generator's mean is near 0 at first. The minimax loss has next to no gradient there, and is slower.
    let ways = [(GeneratorLoss::NonSaturating, Noise::Normal, 0.6), (GeneratorLoss::Minimax, Noise::Uniform, 1.5)];
    for (loss, noise, most) in ways {
        let mut gan = Adversarial::new(Line::new(1), Judge::new(2))
            .optimizers(Adam::new(2e-3).betas(0.5, 0.999), Adam::new(2e-3).betas(0.5, 0.999))
            .schedules(Cosine::new(60), Cosine::new(60))
            .loss(loss)
            .noise_distribution(noise)
            .epochs(60)
            .batch_size(50)
            .quiet();
        let history = gan.fit(&data).unwrap();
        let samples = gan.generator().forward(&gan.noise(1_000, 4));
        let mean = samples.as_slice().iter().sum::<f32>() / 1_000.0;
        assert!((mean - 3.0).abs() < most, "{loss:?}: the mean is {mean}");
        let value = history.last().unwrap().value;
        assert!((value + 4_f64.ln()).abs() < 0.2, "{loss:?}: V is {value}");
    }
}

#[test]
fn a_conditional_generator_keeps_to_its_class() {
    let labels = Labels::<3>::new((0..1_500).map(|i| i % 3)).unwrap();
    let points = (0..1_500).map(|i| 2.0 * (i % 3) as f32 - 2.0 + 0.1 * ((i * 31 % 100) as f32 / 50.0 - 1.0)).collect();
    let data = (Batch::<(Const<1>,)>::from_vec(points).unwrap(), labels.one_hot::<f32>());
    let mut gan = Adversarial::new(Conditional::new(1), Critic::new(2))
        .optimizers(Adam::new(3e-3).betas(0.5, 0.999), Adam::new(3e-3).betas(0.5, 0.999))
        .epochs(60)
        .batch_size(60)
        .callback_samples(3)
        .callback(|event: &AdversarialEvent<'_, Conditional, Critic>| assert_eq!(event.samples.samples(), 3))
        .quiet();
    gan.fit(&data).unwrap();
    let classes = Labels::<3>::new((0..300).map(|i| i % 3)).unwrap().one_hot::<f32>();
    let samples = gan.generator().forward(&gan.noise(300, 1), &classes).unwrap();
    for class in 0..3 {
        let of_class = samples.as_slice().iter().skip(class).step_by(3);
        let mean = of_class.sum::<f32>() / 100.0;
        assert!((mean - (2.0 * class as f32 - 2.0)).abs() < 0.5, "class {class} has the mean {mean}");
    }
}

#[test]
fn a_dataset_gives_its_inputs() {
    let labelled = Dataset::new(ring(), Labels::<2>::new((0..200).map(|i| i % 2)).unwrap()).unwrap();
    let (mut one, mut other) = (pair(), pair());
    assert_eq!(one.fit(&ring()).unwrap().epochs[0].value, other.fit(&labelled).unwrap().epochs[0].value);
}

#[test]
fn callbacks_see_samples_and_stop() {
    let mut seen = Vec::new();
    let mut gan =
        pair().epochs(9).callback_samples(5).callback(|event: &AdversarialEvent<'_, Generator, Discriminator>| {
            seen.push(event.samples.to_batch());
            if event.epoch.number == 2 { std::ops::ControlFlow::Break(()) } else { std::ops::ControlFlow::Continue(()) }
        });
    let history = gan.fit(&ring()).unwrap();
    assert_eq!((history.epochs.len(), history.stop), (2, Stop::Callback));
    drop(gan);
    assert_eq!(seen.iter().map(Batch::samples).collect::<Vec<_>>(), [5, 5]);
    assert_ne!(seen[0], seen[1]);
}

#[test]
fn what_has_no_meaning_is_refused_before_anything_changes() {
    let before = bits(pair().generator());
    let refused = |mut gan: Adversarial<'static, Generator, Discriminator>, data: &Batch<(Const<2>,)>| {
        let error = gan.fit(data).unwrap_err();
        assert_eq!(bits(gan.generator()), before);
        error.to_string()
    };
    assert_eq!(refused(pair(), &Batch::zeros(0)), "expected real samples, found none");
    assert_eq!(refused(pair().batch_size(0), &ring()), "expected `batch_size` to be at least 1, found 0");
    let message = "expected `discriminator_steps` to be at least 1, found 0";
    assert_eq!(refused(pair().discriminator_steps(0), &ring()), message);
    let message = "expected `label_smoothing` to be from 0 to below 1, found NaN";
    assert_eq!(refused(pair().label_smoothing(f64::NAN), &ring()), message);
    let data = Batch::from_vec(vec![0.0, 1.0, f32::NAN, 2.0]).unwrap();
    let message = "expected finite real samples, found NaN at element 0 of sample 1 of input 0";
    assert_eq!(refused(pair(), &data), message);
    let shown = pair().callback_samples(usize::MAX).callback(|_: &AdversarialEvent<'_, Generator, Discriminator>| ());
    assert!(refused(shown, &ring()).starts_with("the generator's inputs: "));
    let data = (Batch::<(Const<1>,)>::zeros(3), Batch::<(Const<3>,)>::zeros(2));
    let error = Adversarial::new(Conditional::new(1), Critic::new(2)).fit(&data).unwrap_err();
    assert_eq!(error, AdversarialError::Conditions { expected: 3, found: 2 });
}

#[test]
fn a_step_that_is_not_finite_ends_the_training_with_the_weights_before() {
    // The generator's rate makes its second step overflow; the discriminator is good still.
    let mut gan = pair().optimizers(Sgd::new(1e38), Sgd::new(0.01)).epochs(3).batch_size(200);
    let error = gan.fit(&ring()).unwrap_err();
    let finite = |values: Vec<u64>| values.into_iter().all(|bits| f64::from_bits(bits).is_finite());
    assert!(finite(bits(gan.generator())) && finite(bits(gan.discriminator())));
    assert!(error.history().is_some_and(|history| history.stop == Stop::Diverged), "{error}");
    let mut gan = pair().optimizers(Sgd::new(0.1), Sgd::new(f64::NAN));
    let error = gan.fit(&ring()).unwrap_err();
    let AdversarialError::Step { network: "discriminator", epoch: 1, step: 1, source, .. } = error else {
        panic!("found {error}");
    };
    assert!(matches!(source, OptimizerError::Option { option: "rate", .. }));
}

#[test]
fn sizes_at_the_edge() {
    // One sample; a last short batch of one; more samples shown than there are.
    for (samples, batch) in [(1, 1), (1, 64), (33, 32), (64, 64)] {
        let data = Ring::new(3, 1.0, 0.1).sample(samples, 1);
        let mut gan = Adversarial::new(Line2::new(1), Discriminator::new(2)).batch_size(batch).quiet();
        let epoch = gan.fit(&data).unwrap().epochs.remove(0);
        assert!(epoch.value.is_finite() && epoch.value < 0.0);
    }
}

network! {
    Line2: [1] -> [2] { out: dense(2); }
}
