//! Named constants as dimensions: the same network as with the numbers written out.

use plumbline::prelude::*;

const SIDE: usize = 12;
const CHANNELS: usize = 2;
const KERNEL: usize = 3;
const HIDDEN: usize = 10;
const DROPPED: f64 = 0.25;
const SLOPE: f64 = 0.2;

network! {
    Literal: [2, 12, 12] -> [10] {
        conv: conv2d(4, kernel = 3, stride = 2, padding = 1, groups = 2), leaky_relu(0.2);
        same: conv2d(4, kernel = [4, 3], padding = same, dilation = 2), relu;
        wide: conv2d(6, kernel = 1) <- conv;
        both: concat <- (same, wide);
        pool: max_pool2d(2) -> [10, 3, 3];
        flatten;
        code: dense(10), dropout(0.25);
        back: dense(90, tied = code), tanh;
        again: reshape([10, 9]);
        rows: dense(10, each_step = true);
        mean: reshape([10, 10, 1]), avg_pool2d([10, 1]), flatten;
        gated: multiply <- (mean, code);
        sum: add <- (gated, code);
    }

    Named: [CHANNELS, SIDE, SIDE] -> [HIDDEN] {
        conv: conv2d(2 * CHANNELS, kernel = KERNEL, stride = 2, padding = KERNEL / 2, groups = CHANNELS), leaky_relu(SLOPE);
        same: conv2d(4, kernel = [KERNEL + 1, 3], padding = same, dilation = 2), relu;
        wide: conv2d(3 * CHANNELS, kernel = 1) <- conv;
        both: concat <- (same, wide);
        pool: max_pool2d(CHANNELS) -> [10, SIDE / 4, 3];
        flatten;
        code: dense(HIDDEN), dropout(DROPPED);
        back: dense(9 * HIDDEN, tied = code), tanh;
        again: reshape([HIDDEN, 9]);
        rows: dense(HIDDEN, each_step = true);
        mean: reshape([HIDDEN, HIDDEN, 1]), avg_pool2d([HIDDEN, 1]), flatten;
        gated: multiply <- (mean, code);
        sum: add <- (gated, code);
    }
}

#[test]
fn constants_make_the_network_that_their_numbers_make() {
    assert_eq!(Literal::PARAMETERS, Named::PARAMETERS);
    assert_eq!(Literal::FLOPS, Named::FLOPS);
    assert_eq!(Literal::ACTIVATION_BYTES, Named::ACTIVATION_BYTES);
    let layers = |layers: &[plumbline::network::LayerInfo]| {
        layers
            .iter()
            .map(|layer| format!("{} {:?} {:?} {}", layer.name, layer.inputs, layer.output, layer.parameters))
            .collect::<Vec<_>>()
    };
    assert_eq!(layers(Literal::LAYERS), layers(Named::LAYERS));
}

#[test]
fn equal_seeds_give_equal_values() {
    let image: Vec<f32> = (0..2 * 12 * 12 * 3).map(|index| (index as f32 * 0.37).sin()).collect();
    let image = ndarray::Array4::from_shape_vec((3, 2, 12, 12), image).expect("as many numbers");
    let x = Batch::<LiteralInput>::try_from(image.view()).expect("the shape of the input");
    let y = Batch::<NamedInput>::try_from(image.view()).expect("the shape of the input");
    assert_eq!(Literal::new(7).forward(&x).as_slice(), Named::new(7).forward(&y).as_slice());
}
