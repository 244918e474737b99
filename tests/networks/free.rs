//! Networks with free dimensions: any size in one program, the sizes checked where data enters.

use crate::differences::{check, check_on, data, data_of};
use plumbline::{
    ShapeError,
    network::PassError,
    prelude::*,
    train::{Loss, TrainError},
};

network! {
    /// Images of any size.
    AnySize: [2, _, _] -> [3] {
        conv1: conv2d(4, kernel = 3, stride = [1, 2]), tanh;
        pool1: max_pool2d(2);
        conv2: conv2d(5, kernel = 3, padding = 1), sigmoid;
        adaptive_avg_pool2d([2, 2]);
        flatten;
        out: dense(3);
    }

    /// The same for images of one size.
    OneSize: [2, 11, 13] -> [3] {
        conv1: conv2d(4, kernel = 3, stride = [1, 2]), tanh;
        pool1: max_pool2d(2);
        conv2: conv2d(5, kernel = 3, padding = 1), sigmoid;
        adaptive_avg_pool2d([2, 2]);
        flatten;
        out: dense(3);
    }

    /// Image to image, along two ways.
    Filter: [1, _, _] -> [2, _, _] {
        wide: conv2d(3, kernel = 3, padding = 1), tanh;
        same: conv2d(3, kernel = [3, 5], padding = same), gelu <- wide;
        sum: add <- (wide, same);
        pool: avg_pool2d(2);
        up: conv_transpose2d(2, kernel = 2, stride = 2), tanh -> [2, _, _];
    }

    /// Two ways whose sizes agree for some inputs alone.
    Halves: [1, _, _] -> [2] {
        left: conv2d(2, kernel = 2, stride = 2);
        right: conv2d(2, kernel = 1), tanh <- input;
        pooled: avg_pool2d(2, stride = [2, 2]), tanh;
        sum: multiply <- (left, pooled);
        shifted: conv2d(2, kernel = 3, stride = 2, padding = 1) <- input;
        both: concat <- (sum, shifted);
        few: conv2d(2, kernel = 1);
        global_avg_pool;
    }

    /// A sequence of any length.
    Sequence: [_, 3] -> [_, 2] {
        hidden: dense(5, each_step = true), tanh;
        norm: layer_norm;
        out: dense(2, each_step = true), softmax;
    }

    /// A signal of any length.
    Signal: [2, _] -> [4] {
        conv: conv1d(3, kernel = 4, dilation = 2), silu;
        pool: avg_pool1d(2);
        wide: conv_transpose1d(4, kernel = 3), tanh;
        global_max_pool;
    }

    /// Both sizes turned.
    Turned: [_, _] -> [_, _] {
        transpose;
        log_softmax;
        map(|x| x * x);
        transpose;
    }

    /// A part of any size.
    Block<C>: [C, _, _] -> [C, _, _] {
        c1: conv2d(C, kernel = 3, padding = same), tanh;
        c2: conv2d(C, kernel = 3, padding = same);
        sum: add <- (c2, input);
    }

    Backbone: [1, _, _] -> [6] {
        stem: conv2d(3, kernel = 1), tanh;
        one: Block<3>, tanh;
        down: conv2d(6, kernel = 2, stride = 2), tanh;
        two: Block<6>;
        pool: global_avg_pool;
    }

    /// A part of any size in a network of one size.
    Classifier: [1, 8, 6] -> [2] {
        features: Backbone, tanh;
        out: dense(2);
    }
}

/// Parts of another invocation, of which this one knows nothing.
mod elsewhere {
    use plumbline::prelude::*;

    network! {
        pub Halve<C>: [C, _, _] -> [C, _, _] {
            conv: conv2d(C, kernel = 2, stride = 2), tanh;
        }

        pub Known: [2, 3, 4] -> [2, 3, 4] {
            conv: conv2d(2, kernel = 3, padding = 1), tanh;
        }
    }
}

network! {
    Outer: [1, _, _] -> [2, _, _] {
        stem: conv2d(2, kernel = 1), tanh;
        halve: elsewhere::Halve<2>, tanh -> [2, _, _];
        known: elsewhere::Known -> [2, 3, 4];
        sum: add <- (halve, known);
    }

    Stated: [2, _, _] -> [2, 3, 4] {
        halve: elsewhere::Halve<2>;
    }
}

/// A network with the parameters of another one of equal layers.
fn with_parameters<N: Network<Element = f64>>(other: &impl Network<Element = f64>) -> N {
    let mut net = N::initialized(1);
    for index in 0..net.tensors() {
        net.tensor_mut(index).values.copy_from_slice(other.tensor(index).values);
    }
    net
}

fn check_of<N>(samples: usize, input: &[usize], output: &[usize])
where
    N: Trainable<Element = f64, Input: Shape, Output: Shape>,
    MeanSquaredError: Loss<N::Output, Batch<N::Output, f64>, f64>,
{
    check_on::<N>(&data_of(samples, input), &data_of(samples, output));
}

#[test]
fn gradients_agree_with_differences_at_every_size() {
    for [h, w] in [[11, 13], [6, 8], [5, 5]] {
        check_of::<AnySize<f64>>(35, &[2, h, w], &[3]);
    }
    for [h, w] in [[4, 6], [7, 5]] {
        check_of::<Filter<f64>>(19, &[1, h, w], &[2, h / 2 * 2, w / 2 * 2]);
    }
    check_of::<Halves<f64>>(17, &[1, 6, 4], &[2]);
    for steps in [1, 4, 9] {
        check_of::<Sequence<f64>>(67, &[steps, 3], &[steps, 2]);
        check_of::<Turned<f64>>(67, &[steps, 4], &[steps, 4]);
        check_of::<Signal<f64>>(19, &[2, 8 + steps], &[4]);
    }
    for [h, w] in [[3, 5], [6, 4]] {
        check_of::<Block<2, f64>>(17, &[2, h, w], &[2, h, w]);
        check_of::<Backbone<f64>>(17, &[1, h, w], &[6]);
    }
    check::<Classifier<f64>>();
    check_of::<Outer<f64>>(17, &[1, 6, 9], &[2, 3, 4]);
}

#[test]
fn a_free_size_and_a_fixed_one_give_the_same_numbers() {
    let free = AnySize::<f64>::initialized(3);
    let fixed: OneSize<f64> = with_parameters(&free);
    let (x, d) = (data::<OneSizeInput>(37), data::<AnySizeOutput>(37));
    let same = Batch::from_vec_of(x.as_slice().to_vec(), &[2, 11, 13]).unwrap();
    let (mut pass, mut gradients) = (fixed.pass(37), fixed.gradients());
    let (mut free_pass, mut free_gradients) = (free.pass(1), free.gradients());
    for [h, w] in [[30, 9], [5, 6]] {
        free.forward_train(&data_of(12, &[2, h, w]), &mut free_pass).unwrap();
    }
    assert_eq!(
        fixed.forward_train(&x, &mut pass).as_slice(),
        free.forward_train(&same, &mut free_pass).unwrap().as_slice()
    );
    assert_eq!(fixed.forward(&x).as_slice(), free.forward(&same).unwrap().as_slice());
    let d_x = fixed.backward(&d, &mut pass, &mut gradients).unwrap();
    let d_same = free.backward(&d, &mut free_pass, &mut free_gradients).unwrap();
    assert_eq!(d_x.as_slice(), d_same.as_slice());
    assert_eq!(d_same.sizes(), [2, 11, 13]);
    for index in 0..fixed.tensors() {
        assert_eq!(gradients.tensor(index).values, free_gradients.tensor(index).values);
    }
}

#[test]
fn what_a_layer_cannot_take_is_an_error_where_data_enters() {
    let sizes = |h, w| Batch::<AnySizeInput>::zeros_of(2, &[2, h, w]).unwrap();
    let net = AnySize::new(1);
    let error = net.forward(&sizes(2, 9)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "expected `[2, _, _]` with sizes that every layer takes, found `[2, 2, 9]`: kernel 3 does not fit the 2 × 9 input of `conv1`"
    );
    // What is calculated from the sizes counts too.
    let error = net.forward(&sizes(9, 3)).unwrap_err();
    assert!(error.to_string().ends_with("kernel 2 does not fit the 7 × 1 input of `pool1`"), "{error}");
    let nothing = Batch::<TurnedInput>::zeros_of(1, &[0, 4]).unwrap();
    let error = Turned::new(1).forward(&nothing).unwrap_err();
    assert!(matches!(&error, ShapeError::Sizes { rule, .. } if rule == "a size is at least 1"), "{error}");
    let large = Batch::<TurnedInput>::zeros_of(0, &[1 << 20, 1 << 20]).unwrap_err();
    assert_eq!(large, ShapeError::TooLarge { found: vec![1 << 20, 1 << 20] });
    let mut pass = net.pass(2);
    assert!(net.forward_into(&sizes(2, 9), &mut pass).is_err());
    assert!(net.forward_train(&sizes(2, 9), &mut pass).is_err());
    // A pass is as it was.
    assert_eq!(net.forward_into(&sizes(9, 9), &mut pass).unwrap().samples(), 2);

    let halves = Halves::new(1);
    let image = |h, w| Batch::<HalvesInput>::zeros_of(1, &[1, h, w]).unwrap();
    assert!(halves.forward(&image(4, 6)).is_ok());
    let error = halves.forward(&image(4, 5)).unwrap_err().to_string();
    assert!(error.contains("found `[1, 4, 5]`: `both`"), "{error}");

    let backbone = Backbone::new(1);
    let error = backbone.forward(&Batch::zeros_of(1, &[1, 1, 4]).unwrap()).unwrap_err().to_string();
    assert!(error.ends_with("kernel 2 does not fit the 1 × 4 input of `down`"), "{error}");
    assert!(Classifier::new(1).forward(&Batch::zeros(3)).is_ok());

    let outer = Outer::new(1);
    let image = |h, w| Batch::<OuterInput>::zeros_of(1, &[1, h, w]).unwrap();
    assert_eq!(outer.forward(&image(7, 8)).unwrap().sizes(), [2, 3, 4]);
    let error = outer.forward(&image(8, 8)).unwrap_err().to_string();
    assert!(error.ends_with("`known` takes `[2, 3, 4]`, found `[2, 4, 4]` from `halve`"), "{error}");
    let stated = |h, w| Stated::new(1).forward(&Batch::zeros_of(1, &[2, h, w]).unwrap());
    assert!(stated(6, 9).is_ok());
    let error = stated(6, 6).unwrap_err().to_string();
    assert!(error.ends_with("`halve` is to give `[2, 3, 4]`, found `[2, 3, 3]`"), "{error}");
    let error = outer.forward(&image(1, 8)).unwrap_err().to_string();
    assert!(error.ends_with("in `halve`, kernel 2 does not fit the 1 × 8 input of `conv`"), "{error}");
}

#[test]
fn a_gradient_of_other_sizes_is_an_error() {
    let net = Filter::<f64>::initialized(1);
    let (mut pass, mut gradients) = (net.pass(2), net.gradients());
    let d = data_of(2, &[2, 4, 6]);
    assert_eq!(net.backward(&d, &mut pass, &mut gradients).unwrap_err(), PassError::NoForward);
    let none = data_of(0, &[2, 4, 6]);
    assert_eq!(net.backward(&none, &mut pass, &mut gradients).unwrap_err(), PassError::NoForward);
    assert_eq!(net.forward_train(&data_of(2, &[1, 5, 7]), &mut pass).unwrap().sizes(), [2, 4, 6]);
    assert!(net.backward(&d, &mut pass, &mut gradients).is_ok());
    net.forward_train(&data_of(2, &[1, 6, 4]), &mut pass).unwrap();
    let error = net.backward(&d, &mut pass, &mut gradients).unwrap_err();
    assert_eq!(error, PassError::Sizes { expected: vec![2, 6, 4], found: vec![2, 4, 6] });
}

#[test]
fn a_trainer_takes_data_of_one_size_after_the_other() {
    let mut net = AnySize::new(5);
    let data = |samples: usize, h: usize, w: usize| {
        let labels = Labels::<3>::new((0..samples).map(|sample| sample % 3)).unwrap();
        let images: Vec<f32> =
            (0..samples * 2 * h * w).map(|i| (i / (2 * h * w) % 3) as f32 - 1.0 + 0.01 * (i % 5) as f32).collect();
        Dataset::new(Batch::<AnySizeInput>::from_vec_of(images, &[2, h, w]).unwrap(), labels).unwrap()
    };
    let (small, large) = (data(30, 5, 7), data(45, 12, 9));
    let mut trainer =
        Trainer::new(Adam::new(0.02), CrossEntropy::new()).epochs(40).batch_size(16).metric(Accuracy).validate(&large);
    let history = trainer.fit(&mut net, &small).unwrap();
    assert!(history.epochs.last().unwrap().validation.as_ref().unwrap().metric("accuracy").unwrap() > 0.9);
    let error = Trainer::new(Adam::new(0.02), CrossEntropy::new()).fit(&mut net, &data(6, 2, 2)).unwrap_err();
    assert!(matches!(error, TrainError::Shape { set: "training", .. }), "{error}");
}

#[test]
fn a_network_says_of_itself_what_it_knows() {
    let layers = AnySize::<f32>::LAYERS;
    assert_eq!(layers[0].output, [4, plumbline::shape::FREE, plumbline::shape::FREE]);
    assert_eq!(layers[5].output, [3]);
    assert_eq!(AnySize::<f32>::PARAMETERS, OneSize::<f32>::PARAMETERS);
    const { assert!(AnySize::<f32>::FLOPS < OneSize::<f32>::FLOPS) };
    let summary = AnySize::<f32>::summary().to_string();
    assert!(summary.contains("[4, _, _]          76      _"), "{summary}");
}
