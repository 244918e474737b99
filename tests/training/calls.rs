//! Calls around a network as users of other libraries write them, and losses on outputs of the kind that they take.

use ndarray::{Array2, Array3, s};
use plumbline::{
    Free, layer,
    network::output,
    prelude::*,
    train::{LossError, TrainError, loss::ObjectiveOf},
};

network! {
    Logits: [4] -> [3] { hidden: dense(8), relu; out: dense(3); }
    Sure: [4] -> [1] { out: dense(1), sigmoid; }
    SureInside: [4] -> [1] { hidden: dense(4); inside: Sure; }
    SureSteps: [_, 4] -> [_, 1] { out: dense(1, each_step = true), sigmoid; }
    SurePixels: [1, 1, 4] -> [1, 1, 4] { out: conv2d(1, kernel = 1), sigmoid; }
    OneLogit: [4] -> [1] { out: dense(1); }
    Soft: [4] -> [3] { out: dense(3), softmax; }
    Logs: [4] -> [3] { out: dense(3), log_softmax; }
    OfPart<N>: [N] -> [3] { inside: Wide<N, 3>; flatten; }
    Wide<N, M>: [N] -> [M] { out: dense(M), log_softmax; }
    Masks: [1, 4, 6] -> [3, 4, 6] { conv: conv2d(3, kernel = 3, padding = 1); }
    FreeMasks: [1, _, _] -> [3, _, _] { conv: conv2d(3, kernel = 3, padding = 1); }
    Mapped: [4] -> [3] { out: dense(3), map(|x| x * x); }
    ByHand: [4] -> [4] { double: Double; }
    Two: [4] -> (class: [3], sure: [1]) {
        hidden: dense(8), relu;
        class: dense(3) <- hidden;
        sure: dense(1), sigmoid <- hidden;
    }
    Products: [4] -> [3] { a: dense(3), sigmoid; b: dense(3), sigmoid <- input; multiply <- (a, b); }
    Pooled: [4, 6] -> [6] { softmax; transpose; max_pool1d(2); transpose; transpose; global_avg_pool; }
    Features: [4] -> [3] { rbm: rbm(3); }
    Sums: [4] -> [3] { a: dense(3), softmax; b: dense(3), softmax <- input; add <- (a, b); }
}

mod hidden {
    use super::network;

    network! {
        pub Outside: [4] -> [3] { hidden: Deep<6>; inside: Inside; }
        Inside: [6] -> [3] { out: dense(3), softmax; }
        Deep<N>: [4] -> [N] { out: Other<N, N>; }
        Other<M, N>: [4] -> [N] { first: dense(M); out: dense(N); }
    }
}

/// A layer of the user's own, of whose outputs nothing is said.
#[derive(Clone, Debug)]
struct Double<E = f32>(std::marker::PhantomData<E>);

impl<E: Element> plumbline::Layer for Double<E> {
    type Element = E;
    type Input = (Const<4>,);
    type Output = (Const<4>,);
    const OPERATIONS: u64 = 4;

    fn drawn(_: &mut rand::rngs::StdRng) -> Self {
        Double(std::marker::PhantomData)
    }

    fn forward_sample(&self, x: &[E], y: &mut [E]) {
        for (x, y) in x.iter().zip(y) {
            *y = *x + *x;
        }
    }

    fn backward_sample(&self, _: &[E], _: &[E], d_y: &[E], d_x: &mut [E], _: &mut [E]) {
        for (d_x, d_y) in d_x.iter_mut().zip(d_y) {
            *d_x = *d_y + *d_y;
        }
    }
}

layer!(Double);

fn kind<N: Network>() -> &'static str {
    std::any::type_name::<N::OutputKind>().trim_start_matches("nn_runtime::network::output::")
}

#[test]
fn the_last_layer_says_what_the_outputs_are() {
    assert_eq!(kind::<Logits>(), "Numbers");
    assert_eq!(kind::<Sure>(), "OfSigmoid");
    assert_eq!(kind::<Soft>(), "OfSoftmax");
    assert_eq!(kind::<Logs>(), "OfLogSoftmax");
    assert_eq!(kind::<OfPart<4>>(), "OfCode<4>");
    assert_eq!(kind::<Masks>(), "Numbers");
    assert_eq!(kind::<Mapped>(), "Unknown");
    assert_eq!(kind::<ByHand>(), "OfCode<0>");
    assert_eq!(kind::<hidden::Outside>(), "OfCode<3>");
    assert_eq!(kind::<Products>(), "OfSigmoid");
    assert_eq!(kind::<Pooled>(), "OfSoftmax");
    assert_eq!(kind::<Features>(), "OfSigmoid");
    assert_eq!(kind::<Sums>(), "Unknown");
    fn of_two<N: Network<OutputKind = (output::Numbers, output::OfSigmoid)>>() {}
    of_two::<Two>();
}

fn inputs() -> Batch<(Const<4>,)> {
    Batch::from_vec((0..24).map(|i| (i * 7 % 11) as f32 / 5.0 - 1.0).collect()).unwrap()
}

fn three() -> Dataset<(Const<4>,), Labels<3>> {
    Dataset::new(inputs(), Labels::new([0, 1, 2, 2, 1, 0]).unwrap()).unwrap()
}

fn fit<N, L>(mut net: N, loss: L) -> f64
where
    N: Trainable<Element = f32, Input = (Const<4>,)>,
    L: ObjectiveOf<N::Output, Labels<3>, f32, N>,
{
    let mut trainer = Trainer::new(Adam::new(1e-2), loss).epochs(3).quiet();
    let history = trainer.fit(&mut net, &three()).unwrap();
    let loss = history.epochs[2].training.loss;
    assert!(loss < history.epochs[0].training.loss, "{loss}");
    loss
}

#[test]
fn losses_take_what_they_are_for() {
    let logits = fit(Logits::new(1), CrossEntropy::new());
    fit(Logs::new(1), NegativeLogLikelihood);
    fit(OfPart::<4>::new(1), NegativeLogLikelihood);
    // What is asked for works, and trains as it did: log_softmax changes nothing where it is applied again.
    let again = fit(Logs::new(1), CrossEntropy::new().on_any_output());
    assert!((again - fit(Logs::new(1), NegativeLogLikelihood)).abs() < 1e-6);
    fit(Soft::new(1), CrossEntropy::new().on_any_output());
    assert_eq!(fit(Logits::new(1), CrossEntropy::new().on_any_output()), logits);
    // Of outputs of which nothing is known nothing is asked.
    fit(Mapped::new(1), CrossEntropy::new());
    let labels = Labels::<3>::new([0, 1, 2, 2, 1, 0]).unwrap();
    let both = Dataset::new(inputs(), (labels, Labels::<2>::new([0, 1, 1, 0, 1, 0]).unwrap())).unwrap();
    let losses = Losses::new((CrossEntropy::new(), BinaryCrossEntropy::new().on_any_output()));
    Trainer::new(Adam::new(1e-2), losses).quiet().fit(&mut Two::new(1), &both).unwrap();
}

#[test]
fn bare_names_and_new_are_the_same() {
    let labels = Labels::<3>::new([0, 1, 2, 2, 1, 0]).unwrap();
    let numbers = Dataset::new(inputs(), labels.one_hot()).unwrap();
    let of = |loss: MeanSquaredError| {
        Trainer::new(Sgd::new(0.1), loss).quiet().fit(&mut Soft::new(1), &numbers).unwrap().epochs[0].training.loss
    };
    assert_eq!(of(MeanSquaredError), of(MeanSquaredError::new()));
    assert_eq!(fit(Logits::new(1), CrossEntropy), fit(Logits::new(1), CrossEntropy::new()));
    assert_eq!(fit(Logs::new(1), NegativeLogLikelihood), fit(Logs::new(1), NegativeLogLikelihood::new()));
    assert_eq!((SquaredError, AbsoluteError, Hinge), (SquaredError::new(), AbsoluteError::new(), Hinge::new()));
    assert_eq!((Accuracy, RSquared, RocAuc), (Accuracy::new(), RSquared::new(), RocAuc::new()));
    // An option can follow the bare name.
    assert_eq!(CrossEntropy.label_smoothing(0.1), CrossEntropy::new().label_smoothing(0.1));
}

#[test]
fn arrays_of_any_kind_become_batches() {
    let array = Array3::from_shape_fn((2, 3, 4), |(n, i, j)| (12 * n + 4 * i + j) as f32);
    type Input = (Const<3>, Const<4>);
    let expected = Batch::<Input>::new((0..24).map(|i| i as f32).collect()).unwrap();
    assert_eq!(Batch::<Input>::try_from(array.view()).unwrap(), expected);
    assert_eq!(Batch::<Input>::try_from(&array).unwrap(), expected);
    assert_eq!(Batch::<Input>::try_from(array.to_shared()).unwrap(), expected);
    assert_eq!(Batch::<Input>::try_from(array.slice(s![1.., .., ..])).unwrap().as_slice(), &expected.as_slice()[12..]);
    let turned = array.clone().reversed_axes();
    assert_eq!(Batch::<Input>::try_from(turned.reversed_axes()).unwrap(), expected);
    assert_eq!(Batch::<Input>::try_from(array).unwrap(), expected);
    let free = Batch::<(Free, Free), f64>::try_from(Array3::zeros((2, 5, 6))).unwrap();
    assert_eq!((free.samples(), free.sizes()), (2, &[5, 6][..]));
    let error = Batch::<Input>::try_from(Array2::<f32>::zeros((2, 3))).unwrap_err();
    assert_eq!(error.to_string(), "expected samples of shape `[3, 4]`, found `[3]`");
    assert!(Batch::<Input>::new(vec![0.0; 13]).is_err());
}

#[test]
fn one_output_is_no_choice_of_classes() {
    network! { Single: [4] -> [1] { out: dense(1); } }
    let data = Dataset::new(inputs(), Labels::<1>::new([0; 6]).unwrap()).unwrap();
    let error = Trainer::new(Adam::new(1e-2), CrossEntropy::new()).fit(&mut Single::new(1), &data).unwrap_err();
    assert_eq!(error, TrainError::Loss { set: "training", source: LossError::OneClass });
    let log_probabilities = NegativeLogLikelihood.on_any_output();
    let error = Trainer::new(Adam::new(1e-2), log_probabilities).fit(&mut Single::new(1), &data).unwrap_err();
    assert_eq!(
        error.to_string(),
        "training targets: expected an output for each of at least 2 classes, found one output; `BinaryCrossEntropy` takes it"
    );
    let two = Labels::<2>::new([0, 1, 1, 0, 0, 1]).unwrap();
    let probabilities = Dataset::new(inputs(), Batch::from_vec(vec![1.0; 6]).unwrap()).unwrap();
    assert!(Trainer::new(Adam::new(1e-2), CrossEntropy::new()).fit(&mut Single::new(1), &probabilities).is_err());
    let right = Dataset::new(inputs(), two).unwrap();
    Trainer::new(Adam::new(1e-2), BinaryCrossEntropy::new()).quiet().fit(&mut Single::new(1), &right).unwrap();
}

/// A network learns the class of each pixel: whether it is dark, grey or bright.
#[test]
fn pixels_are_classified() {
    let image = |sample: usize, pixel: usize| ((sample * 31 + pixel * 17) % 13) as f32 / 6.0 - 1.0;
    let class = |x: f32| {
        if x < -0.3 {
            0
        } else if x < 0.4 {
            1
        } else {
            2
        }
    };
    let each = || (0..20).flat_map(|sample| (0..24).map(move |pixel| (sample, pixel)));
    let pixels: Vec<f32> = each().map(|(sample, pixel)| image(sample, pixel)).collect();
    let labels = PixelLabels::<3>::from_flat(pixels.iter().map(|&x| class(x)), [4, 6]).unwrap();
    let data = Dataset::new(Batch::new(pixels.clone()).unwrap(), labels.clone()).unwrap();
    let mut net = Masks::new(3);
    let mut trainer = Trainer::new(Adam::new(0.05), CrossEntropy::new())
        .epochs(60)
        .batch_size(5)
        .metric(Accuracy)
        .metric(Iou::mean())
        .metric(F1::macro_average())
        .metric(RocAuc::new())
        .quiet();
    let history = trainer.fit(&mut net, &data).unwrap();
    assert!(history.epochs[59].training.loss < 0.5 * history.epochs[0].training.loss);
    let evaluation = trainer.evaluate(&net, &data).unwrap();
    let [accuracy, iou, f1, area] = [0, 1, 2, 3].map(|metric| evaluation.metrics[metric].value);
    assert!(accuracy > 0.85 && iou > 0.7 && f1 > 0.8 && area > 0.9, "{evaluation:?}");
    // What the metrics count is what `argmax` gives.
    let found = net.forward(data.inputs()).argmax();
    let hits = each().filter(|&(n, p)| found.get(n, p / 6, p % 6) == labels.get(n, p / 6, p % 6)).count();
    assert_eq!(accuracy, hits as f64 / 480.0);
    // Images whose size the type does not know give the same loss.
    let mut free = FreeMasks::new(3);
    let images = Batch::<(Const<1>, Free, Free)>::from_vec_of(pixels, &[1, 4, 6]).unwrap();
    let mut trainer = Trainer::new(Adam::new(0.05), CrossEntropy::new()).epochs(2).batch_size(5).quiet();
    let data = Dataset::new(images, labels).unwrap();
    let history = trainer.fit(&mut free, &data).unwrap();
    assert!(history.epochs[1].training.loss < history.epochs[0].training.loss);
    let turned = PixelLabels::<3>::from_flat([0; 24], [6, 4]).unwrap();
    let data = Dataset::new(Batch::zeros(1), turned).unwrap();
    let error = Trainer::new(Adam::new(0.05), CrossEntropy::new()).fit(&mut Masks::new(3), &data).unwrap_err();
    let source = LossError::Pixels { expected: [4, 6], found: [6, 4] };
    assert_eq!(error, TrainError::Loss { set: "training", source });
}

/// Four numbers of which `sigmoid` makes 0.27, 0.38, 0.62 and 0.73, and the classes of these.
const SCORES: [f32; 4] = [-1.0, -0.5, 0.5, 1.0];
const CLASSES: [f32; 4] = [0.0, 0.0, 1.0, 1.0];

/// Makes each layer hand on its first input: all weights are 0 but the first of each matrix.
fn pass_on<E: Element>(net: &mut impl Parameters<E>) {
    for index in 0..net.tensors() {
        let values = net.tensor_mut(index).values;
        values.fill(E::zero());
        if index % 2 == 0 {
            values[0] = E::one();
        }
    }
}

/// An optimizer that changes nothing.
fn no_steps<N: Network>(_: &N) -> Sgd<N::Element> {
    Sgd::new(0.0)
}

/// The metrics of a network that hands on its first input, on the samples `x`.
macro_rules! metrics_of {
    ($net:expr, $loss:expr, $x:expr, $targets:expr $(, $metric:expr)*) => {{
        let mut net = $net;
        pass_on(&mut net);
        let data = Dataset::new($x, $targets).unwrap();
        let trainer = Trainer::new(no_steps(&net), $loss)$(.metric($metric))*;
        let evaluation = trainer.evaluate(&net, &data).unwrap();
        evaluation.metrics.iter().map(|metric| metric.value).collect::<Vec<f64>>()
    }};
    (all $net:expr, $loss:expr, $x:expr, $targets:expr) => {
        metrics_of!($net, $loss, $x, $targets, Accuracy, F1::of(1), Iou::mean(), ConfusionMatrix)
    };
}

fn firsts(numbers: [f32; 4]) -> Vec<f32> {
    numbers.iter().flat_map(|&number| [number, 0.0, 0.0, 0.0]).collect()
}

#[test]
fn a_trainer_takes_outputs_of_sigmoid_for_probabilities() {
    let batch = |numbers| Batch::<(Const<4>,)>::from_vec(firsts(numbers)).unwrap();
    let numbers = || Batch::<(Const<1>,)>::from_vec(CLASSES.to_vec()).unwrap();
    let labels = || Labels::<2>::new(CLASSES.map(|class| class as u32)).unwrap();
    let any = || BinaryCrossEntropy::new().on_any_output();
    let right = vec![1.0; 4];
    assert_eq!(metrics_of!(all Sure::new(1), MeanSquaredError, batch(SCORES), numbers()), right);
    assert_eq!(metrics_of!(all Sure::new(1), any(), batch(SCORES), labels()), right);
    assert_eq!(metrics_of!(all SureInside::new(1), any(), batch(SCORES), labels()), right);
    assert_eq!(metrics_of!(all OneLogit::new(1), MeanSquaredError, batch(SCORES), numbers()), right);
    assert_eq!(metrics_of!(all OneLogit::new(1), BinaryCrossEntropy::new(), batch(SCORES), labels()), right);
    // Logits above 0, and below ½.
    let low =
        metrics_of!(OneLogit::new(1), BinaryCrossEntropy::new(), batch([-1.0, -0.5, 0.2, 0.4]), labels(), Accuracy);
    assert_eq!(low, [1.0]);

    let steps = Batch::<(Free, Const<4>)>::padded([&firsts(SCORES)[..12], &firsts(SCORES)[12..]]).unwrap();
    let numbers_of_steps = Batch::<(Free, Const<1>)>::padded([&CLASSES[..3], &CLASSES[3..]]).unwrap();
    assert_eq!(metrics_of!(all SureSteps::new(1), MeanSquaredError, steps, numbers_of_steps), right);
    let pixels = || Batch::<(Const<1>, Const<1>, Const<4>)>::from_vec(SCORES.to_vec()).unwrap();
    let classes = Batch::from_vec(CLASSES.to_vec()).unwrap();
    assert_eq!(metrics_of!(all SurePixels::new(1), MeanSquaredError, pixels(), classes), right);

    let (x, t) = (batch(SCORES).cast::<f64>(), numbers().cast::<f64>());
    assert_eq!(metrics_of!(all Sure::<f64>::initialized(1), MeanSquaredError, x, t), right);
}

#[test]
fn a_trainer_knows_which_of_several_outputs_are_probabilities() {
    let mut net = Two::new(1);
    pass_on(&mut net);
    // The hidden layer's `relu` lets nothing below 0 through. The sigmoid of 0 is ½, which is not above it.
    let x = Batch::<(Const<4>,)>::from_vec(firsts([0.0, 0.0, 0.5, 1.0])).unwrap();
    let targets = (Labels::<3>::new([0; 4]).unwrap(), Labels::<2>::new([0, 0, 1, 1]).unwrap());
    let loss = Losses::new((CrossEntropy::new(), BinaryCrossEntropy::new().on_any_output()));
    let trainer = Trainer::new(no_steps(&net), loss).metric_on::<1, _>(Accuracy).metric_on::<0, _>(Accuracy);
    let evaluation = trainer.evaluate(&net, &Dataset::new(x.clone(), targets.clone()).unwrap()).unwrap();
    assert_eq!((evaluation.metric("accuracy of sure"), evaluation.metric("accuracy of class")), (Some(1.0), Some(1.0)));
    // And while it trains.
    let mut trainer = trainer.epochs(1).batch_size(2);
    let history = trainer.fit(&mut net, &Dataset::new(x, targets).unwrap()).unwrap();
    assert_eq!(history.last().unwrap().training.metric("accuracy of sure"), Some(1.0));
}

#[test]
fn a_bare_batch_is_taken_for_logits() {
    let outputs = Batch::<(Const<1>,)>::from_vec(vec![0.2, 0.4]).unwrap();
    let labels = Labels::<2>::new([1, 1]).unwrap();
    assert_eq!(Accuracy.measure(&outputs, &labels).unwrap(), 1.0);
}
