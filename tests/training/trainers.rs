//! Trainings of networks that the macro makes: several inputs, numbers that are not finite, randomness that goes on.

use plumbline::{
    data::DataOf,
    prelude::*,
    train::{Event, GradientError, Metric, OptimizerError, TrainError},
};

network! {
    Root: [1] -> [1] {
        fc: dense(1, bias = false), map(|x| x.sqrt());
    }

    Tanh: [100, 1] -> [1] {
        rnn: rnn(8);
        last;
        out: dense(1);
    }

    /// Whether two vectors are alike.
    Pair: (left: [4], right: [2, 3]) -> [2] {
        flat: flatten <- right;
        both: concat <- (left, flat);
        hidden: dense(16), tanh;
        out: dense(2);
    }

    Normalized: [4] -> [2] {
        hidden: dense(8), tanh;
        norm: batch_norm;
        out: dense(2);
    }

    /// Layers whose weight gradient is changed once the product over the batch is there.
    Tied: [8] -> [8] { encoder: dense(8); decoder: dense(8, tied = encoder); }
    Contractive: [8] -> (out: [8], contraction: [1]) {
        out: dense(8), leaky_relu(0.5);
        contraction: contractive_penalty;
    }
    Variances: [8] -> [8] { rbm: rbm(8, visible = gaussian(variance = learned)); }

    Noisy: [4] -> [2] {
        hidden: dense(8), tanh, dropout(0.5);
        norm: batch_norm;
        out: dense(2);
    }
}

/// The bits of all parameters, statistics among them.
fn bits<N: Parameters<f32>>(net: &N) -> Vec<u32> {
    net.parameters().flat_map(|tensor| tensor.values.iter().map(|x| x.to_bits()).collect::<Vec<_>>()).collect()
}

/// Numbers between −1 and 1 from a fixed seed.
fn numbers(count: usize, seed: u64) -> Vec<f32> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64 ^ seed;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..count).map(|_| next()).collect()
}

/// That neither the trainer nor a loop of one's own makes a step by a gradient that is not finite, of the parameter `name`.
fn check_refused<N>(net: &N, data: &DataOf<N, Batch<(Const<1>,)>>, optimizer: impl Optimizer<f32> + Clone, name: &str)
where
    N: Trainable<Element = f32, Input: Shape, Output = (Const<1>,)>,
{
    let before = bits(net);
    let is_refused = |error: &GradientError| matches!(error, GradientError::NotFinite { name: n, .. } if n == name);
    let mut trained = net.clone();
    let error = Trainer::new(optimizer.clone(), MeanSquaredError).quiet().fit(&mut trained, data).unwrap_err();
    let TrainError::Gradient { epoch: 1, step: 1, source, .. } = &error else { panic!("{error}") };
    assert!(is_refused(source), "{error}");
    assert_eq!(bits(&trained), before);

    let (mut pass, mut gradients, mut optimizer) = (net.pass(1), net.gradients(), optimizer);
    let loss = MeanSquaredError.step(&trained, data.inputs(), data.targets(), &mut pass, &mut gradients).unwrap();
    assert!(loss.is_finite());
    let OptimizerError::Gradient(source) = optimizer.step(&mut trained, &gradients).unwrap_err() else { panic!() };
    assert!(is_refused(&source), "{source}");
    assert_eq!(bits(&trained), before);
}

#[test]
fn a_gradient_that_is_not_finite_reaches_no_weight() {
    let one = || Batch::from_vec(vec![1.0]).unwrap();
    // √x at 0: infinite, times the input 0.
    let root = Root::new(1);
    let data = Dataset::new(Batch::zeros(1), one()).unwrap();
    check_refused(&root, &data, Sgd::new(0.1), "fc.weight");
    check_refused(&root, &data, Sgd::new(0.1).momentum(0.9), "fc.weight");
    check_refused(&root, &data, Adam::new(0.1).epsilon(0.0), "fc.weight");
    check_refused(&root, &data, AdamW::new(0.1), "fc.weight");
    check_refused(&root, &data, RmsProp::new(0.1).epsilon(0.0), "fc.weight");
    check_refused(&root, &data, Adagrad::new(0.1).epsilon(0.0), "fc.weight");
    // 3¹⁰⁰ is beyond f32.
    let mut tanh = Tanh::new(1);
    let names: Vec<String> = tanh.parameters().map(|tensor| tensor.name.to_string()).collect();
    for name in names.iter().filter(|name| !name.starts_with("out")) {
        let weight = tanh.parameter_mut(name).unwrap();
        let recurrent = name.contains("weight_hh");
        weight.values.iter_mut().enumerate().for_each(|(i, w)| *w = if recurrent && i % 9 == 0 { 3.0 } else { 0.0 });
    }
    let data = Dataset::new(Batch::zeros(1), one()).unwrap();
    let first = names.iter().find(|name| name.contains("weight")).unwrap();
    check_refused(&tanh, &data, Sgd::new(0.1), first);
    check_refused(&tanh, &data, Adam::new(0.1), first);
}

/// Sets all numbers of the parameter `name`.
fn set(net: &mut impl Parameters<f32>, name: &str, value: f32) {
    net.parameter_mut(name).unwrap().values.fill(value);
}

/// That no step is made by the gradients of the parameter `name`, which become infinite behind the product that begins them.
fn check_changed_later<N>(mut net: N, x: f32, d_outputs: &[&[f32]], name: &str)
where
    N: Trainable<Element = f32, Input: FixedShape>,
{
    let before = bits(&net);
    let x: Batch<N::Input> = Batch::from_vec(vec![x; 8]).unwrap();
    let (mut pass, mut gradients) = (net.pass(1), net.gradients());
    for optimizer in [Sgd::new(1e-9), Sgd::new(1e-9).momentum(0.9)] {
        let mut optimizer = optimizer;
        pass.train(&net, &[plumbline::network::abi::rows(&x)], 1);
        pass.backward(&net, d_outputs, 1, &mut gradients).unwrap();
        let error = optimizer.step(&mut net, &gradients).unwrap_err();
        let OptimizerError::Gradient(GradientError::NotFinite { name: found, .. }) = &error else { panic!("{error}") };
        assert_eq!((found.as_str(), bits(&net) == before), (name, true));
    }
}

#[test]
fn a_gradient_that_is_changed_behind_its_product_reaches_no_weight() {
    // The encoder's own part is 0, for its weight is; that of the decoder is 10²⁰ · 10³⁰.
    let mut tied = Tied::new(1);
    set(&mut tied, "encoder.weight", 0.0);
    set(&mut tied, "encoder.bias", 1e20);
    check_changed_later(tied, 1.0, &[&[1e30; 8]], "encoder.weight");
    // The slope of the penalty is 2 · 10³⁰ · 0.25 · 10¹⁰.
    let mut contractive = Contractive::new(1);
    set(&mut contractive, "out.weight", 1e10);
    check_changed_later(contractive, 1.0, &[&[0.0; 8], &[1e30]], "out.weight");
    // The product is at most 10⁻¹² · 10¹⁷; over σ² it is beyond f32.
    let mut variances = Variances::new(1);
    set(&mut variances, "rbm.weight", 0.0);
    set(&mut variances, "rbm.visible_log_variance", -85.0);
    check_changed_later(variances, 1e-12, &[&[1e17; 8]], "rbm.weight");
}

fn pairs(samples: usize) -> DataOf<Pair, Labels<2>> {
    let (left, right) = (numbers(4 * samples, 1), numbers(6 * samples, 2));
    let labels: Vec<u32> = left.chunks(4).zip(right.chunks(6)).map(|(l, r)| u32::from(l[0] > r[5])).collect();
    let inputs = (Batch::from_vec(left).unwrap(), Batch::from_vec(right).unwrap());
    Dataset::new(inputs, Labels::new(labels).unwrap()).unwrap()
}

#[test]
fn a_network_with_several_inputs_is_trained() {
    let (train, test) = pairs(600).split(0.8).unwrap();
    let run = |threads| {
        let mut net = Pair::new(1);
        let mut seen = 0;
        let trainer = Trainer::new(Adam::new(0.02), CrossEntropy::new()).epochs(25).batch_size(24).threads(threads);
        let mut trainer = trainer.validate(&test).metric(Accuracy).quiet().watch(|event, net: &Pair| {
            seen += usize::from(matches!(event, Event::Step { .. }) && net.out.weight().iter().all(|w| w.is_finite()));
        });
        let history = trainer.fit(&mut net, &train).unwrap();
        let end = trainer.evaluate(&net, &test).unwrap();
        drop(trainer);
        assert_eq!(seen, 25 * 20);
        assert!(end.metric("accuracy").unwrap() > 0.85, "{end}");
        let logits = net.forward(test.input_at::<0>(), test.input_at::<1>()).unwrap();
        assert_eq!(Accuracy.measure(&logits, test.targets()).unwrap(), end.metric("accuracy").unwrap());
        (bits(&net), history.last().unwrap().training.loss)
    };
    assert_eq!(run(1), run(3));
    // Each input is looked through.
    let mut bad = test.clone();
    bad.input_at_mut::<1>()[8] = f32::NAN;
    let error = Trainer::new(Sgd::<f32>::new(0.1), CrossEntropy::new()).evaluate(&Pair::new(1), &bad).unwrap_err();
    assert!(error.to_string().ends_with("found NaN at element 2 of sample 1 of input 1"), "{error}");
}

#[test]
fn randomness_in_layers_goes_on_in_a_second_training() {
    let labels: Vec<u32> = (0..50).map(|i| i % 2).collect();
    let data = Dataset::new(Batch::from_vec(numbers(200, 3)).unwrap(), Labels::new(labels).unwrap()).unwrap();
    let new = |epochs| Trainer::new(Adam::new(0.01), CrossEntropy::new()).epochs(epochs).batch_size(16).seed(7).quiet();
    let (mut once, mut twice) = (Noisy::new(1), Noisy::new(1));
    new(5).fit(&mut once, &data).unwrap();
    let mut trainer = new(2);
    trainer.fit(&mut twice, &data).unwrap();
    trainer.epochs(3).fit(&mut twice, &data).unwrap();
    assert_eq!(bits(&once), bits(&twice));
}

/// Each batch moves the running statistics, as in PyTorch, however many make a step.
#[test]
fn accumulated_batches_move_running_statistics_one_by_one() {
    let labels: Vec<u32> = (0..64).map(|i| i % 2).collect();
    let data = Dataset::new(Batch::from_vec(numbers(256, 3)).unwrap(), Labels::new(labels).unwrap()).unwrap();
    let running = |batch_size, batches| {
        let mut net = Normalized::new(1);
        // Without a change of the weights, on which what is measured hangs.
        let trainer = Trainer::new(Sgd::new(0.0), CrossEntropy::new()).batch_size(batch_size).accumulate(batches);
        trainer.shuffle(false).quiet().fit(&mut net, &data).unwrap();
        ["norm.running_mean", "norm.running_var"].map(|name| net.parameter(name).unwrap().values.to_vec())
    };
    assert_eq!(running(16, 4), running(16, 1));
    assert_ne!(running(16, 4), running(64, 1));
}

#[test]
fn batches_of_a_loop_of_ones_own_learn() {
    let data = pairs(300);
    let mut net = Pair::new(1);
    let (mut pass, mut gradients, mut optimizer) = (net.pass(32), net.gradients(), Adam::new(0.02));
    let loss = CrossEntropy::new();
    let mut seen = 0;
    for epoch in 0..25 {
        for batch in data.batches(32).unwrap().shuffled(epoch) {
            let (left, right) = (batch.input_at::<0>(), batch.input_at::<1>());
            let logits = net.forward_train(left, right, &mut pass).unwrap();
            let (_, d_logits) = loss.value_and_gradient(&logits, batch.targets()).unwrap();
            net.backward(&d_logits, &mut pass, &mut gradients).unwrap();
            optimizer.step(&mut net, &gradients).unwrap();
            seen += batch.len();
        }
    }
    assert_eq!(seen, 25 * 300);
    let logits = net.forward(data.input_at::<0>(), data.input_at::<1>()).unwrap();
    assert!(Accuracy.measure(&logits, data.targets()).unwrap() > 0.85);
}
