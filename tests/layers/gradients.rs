//! Backpropagation against central differences in `f64`: every layer, option and activation, every way that a value can be read.

use crate::differences::{check, data};
use plumbline::prelude::*;

/// A network and its test, under one name.
macro_rules! checked {
    ($($test:ident $net:ident: $input:tt -> $output:tt { $($body:tt)* })*) => {
        network! { $($net: $input -> $output { $($body)* })* }
        $(
            #[test]
            fn $test() {
                check::<$net<f64>>();
            }
        )*
    };
}

const FEW: usize = 3;

checked! {
    dense_plain DensePlain: [5] -> [3] { a: dense(3); }
    dense_without_bias DenseWithoutBias: [5] -> [3] { a: dense(3, bias = false); }
    dense_of_constants DenseOfConstants: [2 * FEW] -> [FEW + 1] { a: dense(FEW + 1), tanh; }
    dense_at_each_step DenseEachStep: [4, 5] -> [4, 3] { a: dense(3, each_step = true), tanh; }
    dense_tied DenseTied: [6] -> [6] { encoder: dense(3), tanh; decoder: dense(6, tied = encoder); }
    dense_tied_without_bias DenseTiedPlain: [6] -> [6] {
        encoder: dense(3), tanh;
        decoder: dense(6, tied = encoder, bias = false), sigmoid;
    }
    dense_tied_at_each_step DenseTiedSteps: [2, 6] -> [2, 6] {
        encoder: dense(3, each_step = true), tanh;
        decoder: dense(6, tied = encoder, each_step = true);
    }
    dense_wide DenseWide: [70] -> [130] { a: dense(130), tanh; }

    conv_plain ConvPlain: [2, 6, 5] -> [3, 4, 3] { a: conv2d(3, kernel = 3); }
    conv_without_bias ConvWithoutBias: [2, 6, 5] -> [3, 4, 3] { a: conv2d(3, kernel = 3, bias = false), tanh; }
    conv_padded ConvPadded: [2, 5, 5] -> [3, 7, 7] { a: conv2d(3, kernel = 3, padding = 2), tanh; }
    conv_same ConvSame: [2, 5, 6] -> [3, 5, 6] { a: conv2d(3, kernel = 3, padding = same), tanh; }
    conv_same_even ConvSameEven: [2, 5, 6] -> [3, 5, 6] { a: conv2d(3, kernel = [2, 4], padding = same), tanh; }
    conv_same_dilated ConvSameDilated: [1, 7, 6] -> [2, 7, 6] {
        a: conv2d(2, kernel = [3, 2], padding = same, dilation = [2, 3]), tanh;
    }
    conv_strided ConvStrided: [2, 7, 8] -> [3, 3, 3] { a: conv2d(3, kernel = 3, stride = 2), tanh; }
    conv_stride_beyond_kernel ConvSparse: [1, 9, 9] -> [2, 3, 3] { a: conv2d(2, kernel = 2, stride = 3, padding = 0), tanh; }
    conv_dilated ConvDilated: [2, 7, 7] -> [3, 3, 3] { a: conv2d(3, kernel = 3, dilation = 2), tanh; }
    conv_grouped ConvGrouped: [4, 5, 5] -> [6, 3, 3] { a: conv2d(6, kernel = 3, groups = 2), tanh; }
    conv_depthwise ConvDepthwise: [3, 5, 5] -> [3, 5, 5] { a: conv2d(3, kernel = 3, groups = 3, padding = 1), tanh; }
    conv_rectangular ConvRectangular: [2, 8, 9] -> [3, 4, 3] {
        a: conv2d(3, kernel = [3, 5], stride = [2, 3], padding = [1, 2], dilation = [1, 1]), tanh;
    }
    conv_all_at_once ConvAll: [4, 9, 8] -> [4, 4, 5] {
        a: conv2d(4, kernel = [3, 2], stride = [2, 1], padding = [1, 0], dilation = [2, 3], groups = 2), tanh;
    }
    conv_of_one_pixel ConvPixel: [5, 3, 3] -> [17, 3, 3] { a: conv2d(17, kernel = 1), tanh; }
    conv_stack ConvStack: [1, 8, 8] -> [2, 4, 4] {
        a: conv2d(3, kernel = 3, padding = 1), relu;
        b: conv2d(2, kernel = 3, stride = 2, padding = 1);
    }

    conv_transpose ConvTranspose: [2, 3, 4] -> [3, 5, 6] { c: conv_transpose2d(3, kernel = 3), tanh; }
    conv_transpose_strided ConvTransposeStrided: [4, 3, 2] -> [FEW, 6, 3] {
        a: conv_transpose2d(2, kernel = 2, groups = 2, bias = false), relu;
        b: conv_transpose2d(FEW, kernel = 3, stride = [2, 1], padding = [2, 1], output_padding = [1, 0]), sigmoid;
    }
    layer_norm LayerNorm: [5] -> [4] { a: dense(6); n: layer_norm, tanh; b: dense(4); m: layer_norm(epsilon = 0.01), gelu; }
    layer_norm_each_step LayerNormEachStep: [FEW, 5] -> [FEW, 5] { n: layer_norm, relu; sum: add <- (n, input); }
    transpose Transpose: [FEW, 5] -> [5, 4] { t: transpose; a: dense(4, each_step = true), tanh; }
    max_pool MaxPool: [2, 6, 6] -> [2, 3, 3] { max_pool2d(2); }
    max_pool_overlapping MaxPoolOverlapping: [2, 7, 6] -> [2, 3, 3] { max_pool2d([3, 2], stride = 2); }
    max_pool_padded MaxPoolPadded: [2, 5, 5] -> [2, 3, 3] { max_pool2d(3, stride = 2, padding = 1); }
    max_pool_left_over MaxPoolLeftOver: [1, 5, 7] -> [1, 2, 3] { max_pool2d(2); }
    avg_pool AvgPool: [2, 6, 6] -> [2, 3, 3] { avg_pool2d(2); }
    avg_pool_overlapping AvgPoolOverlapping: [2, 7, 6] -> [2, 3, 5] { avg_pool2d([3, 2], stride = [2, 1]); }
    avg_pool_padded AvgPoolPadded: [2, 5, 5] -> [2, 3, 3] { avg_pool2d(3, stride = 2, padding = 1); }
    adaptive_max_pool AdaptiveMaxPool: [2, 5, 7] -> [2, 3, 4] { adaptive_max_pool2d([3, 4]); }
    adaptive_avg_pool AdaptiveAvgPool: [2, 5, 7] -> [2, FEW, 4] { adaptive_avg_pool2d([FEW, 4]); }
    global_max_pool GlobalMaxPool: [2, 5, 7] -> [2] { global_max_pool, tanh; }
    global_avg_pool GlobalAvgPool: [2, 5, 6] -> [3] { c: conv2d(FEW, kernel = 2), relu; p: global_avg_pool, sigmoid, gelu; }

    flatten_image FlattenImage: [2, 3, 4] -> [3] { a: conv2d(2, kernel = 1); flatten; b: dense(3); }
    flatten_input FlattenInput: [2, 3, 4] -> [3] { flatten; b: dense(3); }
    reshape_to_image ReshapeToImage: [12] -> [2, 2, 2] { reshape([1, 3, 4]); a: conv2d(2, kernel = [2, 3]); }
    reshape_to_rows ReshapeToRows: [2, 3, 4] -> [4, 2] { reshape([4, 6]); a: dense(2, each_step = true); }
    reshape_images ReshapeImages: [2, 3, 4] -> [2, 3, 1] { reshape([4, 3, 2]); a: conv2d(2, kernel = [1, 2]), tanh; }

    relu Relu: [6] -> [4] { a: dense(4), relu; }
    leaky_relu LeakyRelu: [6] -> [4] { a: dense(4), leaky_relu(0.1); }
    elu Elu: [6] -> [4] { a: dense(4), elu(0.7); }
    selu Selu: [6] -> [4] { a: dense(4), selu; }
    gelu Gelu: [6] -> [4] { a: dense(4), gelu; }
    silu Silu: [6] -> [4] { a: dense(4), silu; }
    sigmoid Sigmoid: [6] -> [4] { a: dense(4), sigmoid; }
    tanh Tanh: [6] -> [4] { a: dense(4), tanh; }
    softplus Softplus: [6] -> [4] { a: dense(4), softplus; }
    softmax Softmax: [6] -> [4] { a: dense(4), softmax; }
    log_softmax LogSoftmax: [6] -> [4] { a: dense(4), log_softmax; }
    identity Identity: [6] -> [4] { a: dense(4), identity; }
    softmax_of_rows SoftmaxRows: [3, 6] -> [3, 4] { a: dense(4, each_step = true), softmax; }
    activations_on_the_input ActivationsAlone: [6] -> [6] { tanh; silu; softmax; }
    activations_in_a_row ActivationsInARow: [6] -> [4] { a: dense(4), tanh, sigmoid, gelu, softmax, log_softmax; }
    activations_of_images ActivationsOfImages: [2, 4, 4] -> [2, 4, 4] {
        a: conv2d(2, kernel = 3, padding = 1), gelu, tanh, leaky_relu, elu, softplus;
    }

    dropout Dropout: [9] -> [4] { drop: dropout(0.4); a: dense(4), tanh; }
    gaussian_noise GaussianNoise: [9] -> [4] { noise: gaussian_noise(0.3); a: dense(4), tanh; }
    masking_noise MaskingNoise: [9] -> [4] { a: dense(9), tanh; noise: masking_noise(0.4); b: dense(4), tanh; }
    salt_and_pepper SaltAndPepper: [2, 4, 4] -> [2, 4, 4] {
        a: conv2d(2, kernel = 3, padding = 1), tanh, salt_and_pepper(0.3), sigmoid;
    }
    dropout_of_images DropoutImages: [2, 4, 4] -> [2, 4, 4] { a: conv2d(2, kernel = 3, padding = 1), relu, dropout(0.3), tanh; }

    add_branches Add: [5] -> [3] { a: dense(4), tanh; b: dense(4), sigmoid <- input; add <- (a, b); c: dense(3); }
    add_itself AddItself: [5] -> [4] { a: dense(4), tanh; add <- (a, a, a); }
    multiply_branches Multiply: [5] -> [4] { a: dense(4), tanh; b: dense(4), sigmoid <- input; multiply <- (a, b, a); }
    multiply_input MultiplyByInput: [4] -> [4] { a: dense(4), sigmoid; multiply <- (a, input); }
    concat_vectors ConcatVectors: [5] -> [9] { a: dense(4), tanh; concat <- (a, input); }
    concat_channels ConcatChannels: [2, 4, 4] -> [5, 4, 4] { a: conv2d(3, kernel = 3, padding = 1), tanh; concat <- (input, a); }
    concat_columns ConcatColumns: [2, 4, 4] -> [2, 4, 6] { a: conv2d(2, kernel = [1, 3]), tanh; concat(axis = 2) <- (input, a); }
    concat_rows ConcatRows: [2, 3] -> [2, 5] { a: dense(2, each_step = true), tanh; concat(axis = 1) <- (input, a); }
    residual Residual: [3, 5, 5] -> [3, 5, 5] {
        a: conv2d(3, kernel = 3, padding = same), tanh;
        b: conv2d(3, kernel = 3, padding = same);
        add, tanh <- (b, input);
    }
    many_readers ManyReaders: [6] -> [2] {
        a: dense(5), tanh;
        b: dense(5), gelu <- a;
        c: dense(5), relu <- a;
        d: multiply <- (b, c);
        e: add <- (a, d, c);
        f: concat <- (e, a);
        g: dense(2);
    }
}

network! {
    /// Two inputs and two outputs, one of which is read again.
    Ports: (image: [2, 4, 4], vector: [3]) -> (class: [4], map: [2, 4, 4]) {
        map: conv2d(2, kernel = 3, padding = 1), tanh <- image;
        flat: flatten;
        all: concat <- (flat, vector);
        class: dense(4), log_softmax;
    }
}

/// C = ½‖class‖² + ½‖map‖², whose gradient with respect to the outputs is the outputs.
#[test]
fn several_ports() {
    let net = Ports::<f64>::initialized(3);
    let (mut image, mut vector) = (data::<PortsImage>(5), data::<PortsVector>(5));
    let (mut pass, mut gradients) = (net.pass(5), net.gradients());
    let (class, map) = net.forward_train(&image, &vector, &mut pass).unwrap();
    let (class, map) = (class.to_batch(), map.to_batch());
    let (d_image, d_vector) = net.backward(&class, &map, &mut pass, &mut gradients).unwrap();
    let (d_image, d_vector) = (d_image.to_batch(), d_vector.to_batch());

    let cost = |net: &Ports<f64>, image: &Batch<PortsImage, f64>, vector: &Batch<PortsVector, f64>| {
        let (class, map) = net.forward(image, vector).unwrap();
        let squares = |x: &[f64]| x.iter().map(|x| x * x).sum::<f64>();
        0.5 * (squares(class.as_slice()) + squares(map.as_slice()))
    };
    let h = 1e-5;
    let agree = |analytic: f64, above: f64, below: f64, what: &str| {
        let numeric = (above - below) / (2.0 * h);
        assert!((analytic - numeric).abs() < 1e-6 * numeric.abs().max(1e-2), "{what}: {analytic} against {numeric}");
    };
    for tensor in 0..net.tensors() {
        let moved = |by: f64| {
            let mut net = net.clone();
            net.tensor_mut(tensor).values[1] += by;
            cost(&net, &image, &vector)
        };
        let gradient = gradients.tensor(tensor);
        agree(gradient.values[1], moved(h), moved(-h), &gradient.name.to_string());
    }
    for place in [0, 17, 100] {
        let mut moved = |by: f64| {
            image.as_mut_slice()[place] += by;
            let cost = cost(&net, &image, &vector);
            image.as_mut_slice()[place] -= by;
            cost
        };
        agree(d_image.as_slice()[place], moved(h), moved(-h), "image");
    }
    for place in [0, 7, 14] {
        let mut moved = |by: f64| {
            vector.as_mut_slice()[place] += by;
            let cost = cost(&net, &image, &vector);
            vector.as_mut_slice()[place] -= by;
            cost
        };
        agree(d_vector.as_slice()[place], moved(h), moved(-h), "vector");
    }
    let error = net.forward(&image, &data::<PortsVector>(4)).unwrap_err();
    assert_eq!(error.to_string(), "expected 5 samples, found 4");
}

/// The report names the entry whose gradient is wrong.
#[test]
fn a_wrong_gradient_is_named() {
    use plumbline::train::{GradientEntry, GradientReport};
    let worst = GradientEntry { name: "conv1.weight".into(), index: vec![1, 0, 2, 2], analytic: 0.5, numeric: 0.25 };
    let report = GradientReport { worst: Some(worst), compared: 10, kinks: 1 };
    assert_eq!(report.error(), 0.5);
    assert!(report.to_string().contains("worst `conv1.weight` [1, 0, 2, 2]"), "{report}");
}
