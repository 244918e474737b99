//! What a trainer makes of batches before a step.

use super::*;

#[test]
fn accumulated_batches_are_one_large_batch() {
    // 50 samples: five batches of 8 and a short one of 2, in groups of 4: steps over 32 and over 18.
    let data = sectors(50, 3).cast::<f64>();
    let loss = || CrossEntropy::new().class_weights([0.5, 2.0, 1.0]);
    let run = |batch_size, batches| {
        let mut net = Mlp::<f64>::initialized(1);
        let mut steps = 0;
        let trainer = Trainer::new(Adam::new(0.01), loss()).epochs(2).batch_size(batch_size).accumulate(batches);
        let mut trainer = trainer.clip_norm(0.3).metric(Accuracy).callback(|event: &Event<'_>| {
            steps += usize::from(matches!(event, Event::Step { steps: 2, .. }));
        });
        let history = trainer.fit(&mut net, &data).unwrap();
        drop(trainer);
        let weights: Vec<f64> = net.parameters().flat_map(|tensor| tensor.values.to_vec()).collect();
        (weights, history, steps)
    };
    let (large, small) = (run(32, 1), run(8, 4));
    assert_eq!((large.2, small.2), (4, 4));
    assert!(large.0.iter().zip(&small.0).all(|(a, b)| (a - b).abs() < 1e-9));
    for (a, b) in large.1.epochs.iter().zip(&small.1.epochs) {
        assert!((a.training.loss - b.training.loss).abs() < 1e-9);
        assert_eq!(a.training.metric("accuracy"), b.training.metric("accuracy"));
    }
    assert_ne!(large.0, run(8, 1).0);
}

#[test]
fn augmentation_follows_the_seed_and_leaves_validation_alone() {
    use rand::RngExt;
    let (train, test) = sectors(60, 4).split(0.5).unwrap();
    let run = |seed, threads, scale: f32| {
        let mut net = Mlp::initialized(1);
        let seen = Mutex::new(Vec::new());
        let trainer = Trainer::new(Sgd::new(0.5), CrossEntropy::new()).epochs(2).batch_size(16).seed(seed);
        let mut trainer = trainer.threads(threads).validate(&test).augment(
            |batch: &mut crate::data::DataOf<Mlp<f32>, Labels<3>>, rng| {
                let drawn: f32 = rng.random();
                seen.lock().unwrap().push(drawn);
                batch.inputs_mut().iter_mut().for_each(|x| *x += scale * drawn);
            },
        );
        let history = trainer.fit(&mut net, &train).unwrap();
        let end = trainer.evaluate(&net, &test).unwrap();
        drop(trainer);
        assert_eq!(history.last().unwrap().validation.as_ref(), Some(&end));
        (weights(&net), seen.into_inner().unwrap())
    };
    let one = run(1, 1, 0.1);
    assert!(one.1.len() == 4 && one.1.windows(2).all(|pair| pair[0] != pair[1]));
    assert_eq!(run(1, 3, 0.1), one);
    assert_ne!(run(2, 1, 0.1).1, one.1);
    assert_ne!(run(1, 1, 0.0).0, one.0);
    // A hook that gives back no samples, or what is no number.
    let mut net = Mlp::initialized(1);
    let before = weights(&net);
    let trainer = || Trainer::new(Sgd::new(0.5), CrossEntropy::new());
    type Data = crate::data::DataOf<Mlp<f32>, Labels<3>>;
    let error = trainer().augment(|batch: &mut Data, _| *batch = batch.take(0)).fit(&mut net, &train).unwrap_err();
    assert_eq!(error, TrainError::Empty { set: "augmented" });
    let error = trainer().augment(|batch: &mut Data, _| batch.inputs_mut()[0] = f32::NAN).fit(&mut net, &train);
    assert!(matches!(error, Err(TrainError::Diverged { epoch: 1, step: 1, .. })));
    assert_eq!(weights(&net), before);
}
