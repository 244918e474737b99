//! Values that are read, joined and reshaped; networks inside networks; several outputs.

use plumbline::prelude::*;

use crate::{
    fixture::{DOUBLE, Fixture, SINGLE},
    layers::{cases, check},
};

network! {
    pub Encoder: [6] -> [3] {
        a: dense(4), tanh;
        b: dense(3), tanh;
    }

    pub Decoder: [3] -> [6] {
        a: dense(6), sigmoid;
    }

    pub Residual<C, H, W>: [C, H, W] -> [C, H, W] {
        c1: conv2d(C, kernel = 3, padding = 1), tanh;
        c2: conv2d(C, kernel = 3, padding = same), tanh;
        sum: add <- (c2, input);
    }

    TwoOutputs: [4] -> (of_class: [3], value: [2]) {
        shared: dense(6), tanh;
        of_class: dense(3) <- shared;
        more: dense(5), tanh <- shared;
        value: dense(2);
    }
}

cases! { graphs {
    identity: [5] -> [5] { identity; }
    add_three: [5] -> [5] { a: tanh; b: sigmoid <- input; add <- (a, b, input); }
    add_same: [5] -> [5] { a: tanh; add <- (a, a); }
    add_images: [2, 3, 4] -> [2, 3, 4] { a: tanh; add <- (a, input); }
    multiply_three: [5] -> [5] { a: tanh; b: sigmoid <- input; multiply <- (a, b, input); }
    multiply_same: [5] -> [5] { a: tanh; multiply <- (a, a); }
    multiply_images: [2, 3, 4] -> [2, 3, 4] { a: tanh; b: sigmoid <- input; multiply <- (a, b); }
    concat_vectors: [5] -> [15] { a: tanh; b: sigmoid <- input; concat <- (a, input, b); }
    concat_steps: [4, 5] -> [8, 5] { a: tanh; concat <- (a, input); }
    concat_features: [4, 5] -> [4, 10] { a: tanh; concat(axis = 1) <- (a, input); }
    concat_channels: [2, 3, 4] -> [4, 3, 4] { a: tanh; concat <- (a, input); }
    concat_heights: [2, 3, 4] -> [2, 9, 4] { a: tanh; concat(axis = 1) <- (input, a, input); }
    concat_columns: [2, 3, 4] -> [2, 3, 8] { a: tanh; concat(axis = 2) <- (a, input); }
    flatten: [2, 3, 4] -> [24] { flatten; }
    reshape_images: [2, 3, 4] -> [4, 3, 2] { reshape([4, 3, 2]); }
    reshape_to_rows: [2, 3, 4] -> [4, 6] { reshape([4, 6]); }
    reshape_to_image: [24] -> [2, 3, 4] { reshape([2, 3, 4]); }
    parts: [6] -> [6] { encoder: Encoder; decoder: Decoder -> [6]; }
    generic: [2, 6, 4] -> [3, 3, 2] {
        wide: Residual<2, 6, 4> -> [2, 6, 4];
        down: conv2d(3, kernel = 2, stride = 2);
        narrow: Residual<3, 3, 2> -> [3, 3, 2];
    }
} }

fn check_several<E: Element>(tolerance: f64) {
    let fixture = Fixture::open("several_outputs");
    let net: TwoOutputs<E> = fixture.network("parameter.");
    let x = fixture.batch::<TwoOutputsInput, E>("input");
    let values = fixture.batch::<TwoOutputsValue, E>("values");
    let labels = || Labels::<3>::new(fixture.integers("labels")).unwrap();
    let (mut pass, mut gradients) = (net.pass(7), net.gradients());
    let check_gradients = |gradients: &plumbline::Gradients<TwoOutputs<E>>| {
        assert_eq!(gradients.tensors(), fixture.names("gradient.").len());
        for tensor in gradients.parameters() {
            fixture.assert_close(&format!("gradient.{}", tensor.name), tensor.values, tolerance);
        }
    };

    // By hand, each loss's gradient times its weight.
    let (of_class, value) = net.forward_train(&x, &mut pass);
    fixture.assert_close("of_class", of_class.as_slice(), tolerance);
    fixture.assert_close("value", value.as_slice(), tolerance);
    let (_, mut d_class) = CrossEntropy::new().value_and_gradient(&of_class, &labels()).unwrap();
    let (_, mut d_value) = MeanSquaredError.value_and_gradient(&value, &values).unwrap();
    d_class.as_mut_slice().iter_mut().for_each(|d| *d *= E::from_f64(0.7));
    d_value.as_mut_slice().iter_mut().for_each(|d| *d *= E::from_f64(2.5));
    let d_input = net.backward(&d_class, &d_value, &mut pass, &mut gradients).unwrap();
    fixture.assert_close("d_input", d_input.as_slice(), tolerance);
    check_gradients(&gradients);

    // In one step.
    let losses = Losses::new((CrossEntropy::new(), MeanSquaredError)).weights([0.7, 2.5]);
    let mut gradients = net.gradients();
    let loss = losses.step(&net, &x, &(labels(), values), &mut pass, &mut gradients).unwrap();
    fixture.assert_close("loss", &[loss], tolerance);
    check_gradients(&gradients);
}

#[test]
fn several_outputs() {
    check_several::<f64>(DOUBLE);
    check_several::<f32>(SINGLE);
}
