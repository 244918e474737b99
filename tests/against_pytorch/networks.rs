//! Whole networks: weights through safetensors, outputs, loss, every gradient.

use plumbline::{data::Labels, prelude::*, train::Loss};

use crate::fixture::{DOUBLE, Fixture, SINGLE, path};

network! {
    Mlp: [8] -> [5] {
        fc1: dense(16), tanh;
        fc2: dense(12), relu;
        logits: dense(5);
    }

    LeNet5: [1, 28, 28] -> [10] {
        conv1: conv2d(6, kernel = 5, padding = 2), relu;
        max_pool2d(2);
        conv2: conv2d(16, kernel = 5), relu;
        max_pool2d(2);
        flatten;
        fc1: dense(120), relu;
        fc2: dense(84), relu;
        logits: dense(10);
    }

    /// Branches that part and meet, and most options of convolution and pooling on the way.
    Branches: [2, 9, 8] -> [4] {
        stem: conv2d(4, kernel = 3, padding = 1), gelu;
        left: conv2d(6, kernel = [3, 2], stride = [2, 1], padding = [1, 0], groups = 2), silu;
        right: conv2d(6, kernel = [1, 2], stride = [2, 1], bias = false), sigmoid <- stem;
        sum: add <- (left, right);
        product: multiply <- (left, right);
        both: concat(axis = 0) <- (sum, product, left) -> [18, 5, 7];
        avg_pool2d([2, 3], stride = 1, padding = [0, 1]);
        dilated: conv2d(8, kernel = 2, dilation = [1, 2]), softplus;
        even: conv2d(8, kernel = [2, 3], padding = same, groups = 8), selu;
        skip: add <- (even, dilated);
        max_pool2d(2, stride = 1);
        flatten;
        fc1: dense(10), elu(0.7);
        fc2: dense(10), leaky_relu(0.1);
        carried: add <- (fc2, fc1);
        fc3: dense(10, bias = false), softmax;
        gated: multiply <- (fc3, carried);
        ends: concat <- (gated, fc1);
        logits: dense(4);
    }
}

fn check<N, const CLASSES: usize>(name: &str, tolerance: f64)
where
    N: Trainable<Input: Shape, Output: Shape> + Total,
    CrossEntropy: Loss<N::Output, Labels<CLASSES>, N::Element>,
{
    let fixture = Fixture::open(name);
    let mut net = N::initialized(0);
    net.load(path(&format!("{name}.weights"))).unwrap();
    let x = fixture.batch::<N::Input, N::Element>("input");
    let labels = Labels::new(fixture.integers("labels")).unwrap();

    let mut pass = net.pass(x.samples());
    let mut gradients = net.gradients();
    let output = net.forward_train(&x, &mut pass).to_batch();
    let (loss, d_output) = CrossEntropy::new().value_and_gradient(&output, &labels).unwrap();
    let d_input = net.backward(&d_output, &mut pass, &mut gradients).unwrap();

    fixture.assert_close("output", output.as_slice(), tolerance);
    fixture.assert_close("loss", &[loss], tolerance);
    fixture.assert_close("d_input", d_input.as_slice(), tolerance);
    for tensor in gradients.parameters() {
        fixture.assert_close(&format!("gradient.{}", tensor.name), tensor.values, tolerance);
    }
    assert_eq!(gradients.tensors(), fixture.names("gradient.").len());

    // Inference gives the same, for the batch and for one sample at a time, which take other ways through the kernels.
    fixture.assert_close("output", net.forward(&x).as_slice(), tolerance);
    let singles: Vec<N::Element> =
        (0..x.samples()).flat_map(|index| net.forward(&x.rows(index..index + 1)).into_vec()).collect();
    fixture.assert_close("output", &singles, tolerance);
}

/// What is saved is what PyTorch saved: names, shapes and numbers.
fn check_saved<N: Network>(name: &str) {
    let expected = Fixture::open(&format!("{name}.weights"));
    let mut net = N::initialized(0);
    net.load(path(&format!("{name}.weights"))).unwrap();
    let saved = net.to_bytes().unwrap();
    let saved = safetensors::SafeTensors::deserialize(&saved).unwrap();
    let (mut names, mut expected_names) = (saved.names(), expected.names(""));
    names.sort();
    expected_names.sort();
    assert_eq!(names, expected_names);
    for (name, tensor) in saved.iter() {
        assert_eq!(tensor.shape(), expected.shape(name), "`{name}`");
    }
    for tensor in net.parameters() {
        let found: Vec<f64> = tensor.values.iter().map(|x| x.as_f64()).collect();
        assert_eq!(found, expected.numbers(&tensor.name.to_string()), "`{}`", tensor.name);
    }
}

#[test]
fn mlp() {
    check::<Mlp<f64>, 5>("mlp", DOUBLE);
    check::<Mlp<f32>, 5>("mlp", SINGLE);
    check_saved::<Mlp<f64>>("mlp");
}

#[test]
fn lenet() {
    // Its gradients are stored in f32.
    check::<LeNet5<f64>, 10>("lenet", 1e-6);
    check::<LeNet5<f32>, 10>("lenet", SINGLE);
    check_saved::<LeNet5<f32>>("lenet");
}

#[test]
fn branches() {
    check::<Branches<f64>, 4>("branches", DOUBLE);
    check::<Branches<f32>, 4>("branches", SINGLE);
    check_saved::<Branches<f64>>("branches");
}
