//! The activations of simple recurrent layers: gradients against central differences in `f64`, numbers against PyTorch's, each sequence of a ragged
//! batch as if it were alone.

use crate::{
    alone::each_as_if_alone,
    differences::{check_on, data_of},
};
use plumbline::prelude::*;

const SLOPE: f64 = 0.2;

network! {
    Leaky: [_, 3] -> [_, 4] { memory: rnn(4, activation = leaky_relu(SLOPE), layers = 2); }
    Plain: [_, 3] -> [_, 4] { memory: rnn(4, activation = leaky_relu); }
    Elu: [_, 3] -> [_, 8] { memory: rnn(4, activation = elu(0.7), bidirectional = true); }
    Selu: [_, 3] -> [_, 4] { memory: rnn(4, activation = selu); }
    Gelu: [_, 3] -> [_, 8] { memory: rnn(4, activation = gelu, layers = 2, bidirectional = true); }
    Silu: [_, 3] -> [_, 4] { memory: rnn(4, activation = silu); }
    Softplus: [_, 3] -> [_, 4] { memory: rnn(4, activation = softplus, layers = 2); }

    LeakyPair: [3, 2] -> [3, 2] { memory: rnn(2, activation = leaky_relu(0.2)); }
    EluPair: [3, 2] -> [3, 2] { memory: rnn(2, activation = elu(0.7)); }
    SeluPair: [3, 2] -> [3, 2] { memory: rnn(2, activation = selu); }
    GeluPair: [3, 2] -> [3, 2] { memory: rnn(2, activation = gelu); }
    SiluPair: [3, 2] -> [3, 2] { memory: rnn(2, activation = silu); }
    SoftplusPair: [3, 2] -> [3, 2] { memory: rnn(2, activation = softplus); }
}

#[test]
fn gradients() {
    let x = data_of(37, &[5, 3]);
    check_on::<Leaky<f64>>(&x, &data_of(37, &[5, 4]));
    check_on::<Plain<f64>>(&x, &data_of(37, &[5, 4]));
    check_on::<Elu<f64>>(&x, &data_of(37, &[5, 8]));
    check_on::<Selu<f64>>(&x, &data_of(37, &[5, 4]));
    check_on::<Gelu<f64>>(&x, &data_of(37, &[5, 8]));
    check_on::<Silu<f64>>(&x, &data_of(37, &[5, 4]));
    check_on::<Softplus<f64>>(&x, &data_of(37, &[5, 4]));
}

#[test]
fn each_sequence_is_as_if_alone() {
    fn check<N: Trainable<Element = f64, Input: Shape, Output: Shape>>() {
        let lengths: Vec<usize> = (0..23).map(|sample| 1 + (sample * 5 + 2) % 6).collect();
        each_as_if_alone::<N>(&data_of(23, &[6, 3]).with_lengths(lengths).unwrap(), 1e-13);
    }
    check::<Leaky<f64>>();
    check::<Elu<f64>>();
    check::<Selu<f64>>();
    check::<Gelu<f64>>();
    check::<Silu<f64>>();
    check::<Softplus<f64>>();
}

/// What PyTorch makes of h = f(w_ih @ x[t] + b_ih + w_hh @ h + b_hh) over three steps from zeros and of the gradient of (y * d).sum(), with
/// `f` out of `torch.nn.functional`: y, ∂/∂x and ∂/∂w_hh, each flattened.
fn check<N>(y: [f64; 6], d_x: [f64; 6], d_w: [f64; 4])
where
    N: Trainable<Element = f64, Input: FixedShape, Output: FixedShape>,
{
    let mut net = N::initialized(1);
    let at = |index: usize| ((index / 2) as f64, (index % 2) as f64);
    let mut fill = |name: &str, value: &dyn Fn(usize) -> f64| {
        let values = net.parameter_mut(name).expect("a parameter").values;
        values.iter_mut().enumerate().for_each(|(index, parameter)| *parameter = value(index));
    };
    fill("memory.weight_ih_l0", &|index| 0.9 * (1.0 + 2.0 * at(index).0 + at(index).1).sin());
    fill("memory.weight_hh_l0", &|index| 0.8 * (2.0 + 2.0 * at(index).0 + at(index).1).cos());
    fill("memory.bias_ih_l0", &|index| 0.1 * (index + 1) as f64);
    fill("memory.bias_hh_l0", &|index| -0.05 * (index + 1) as f64);
    let x: Vec<f64> = (0..6).map(|index| 1.5 * (0.7 * f64::from(index) + 0.3).sin()).collect();
    let d: Vec<f64> = (0..6).map(|index| (0.5 * f64::from(index)).cos()).collect();
    // One sample, and several, which other kernels go through.
    for samples in [1, 3] {
        let run = crate::alone::run(&net, &Batch::from_vec(x.repeat(samples)).unwrap(), |_, _| d.repeat(samples));
        let near = |found: &[f64], expected: &[f64], times: f64| {
            for (found, expected) in found.iter().zip(expected.iter().cycle()) {
                assert!((found - times * expected).abs() < 1e-12, "{}: {found} of {times} times {expected}", N::NAME);
            }
        };
        near(&run.trained, &y, 1.0);
        near(&run.inferred, &y, 1.0);
        near(&run.d_x, &d_x, 1.0);
        near(&run.gradients[4..8], &d_w, samples as f64);
    }
}

#[test]
fn numbers_are_those_of_pytorch() {
    // f = lambda z: F.leaky_relu(z, 0.2)
    check::<LeakyPair<f64>>(
        [
            1.41865575876173,
            -0.140683352313202,
            1.6448081160888,
            -0.234989381565858,
            -0.203065444062664,
            -0.0360748201104872,
        ],
        [
            0.594339991368932,
            0.582355879102869,
            0.496168908005327,
            0.519746986055362,
            -0.0833819187342797,
            0.0410231231445548,
        ],
        [0.787778948406576, -0.0721389416351904, -0.235089057992934, 0.0348301178461683],
    );
    // F.elu(z, 0.7)
    check::<EluPair<f64>>(
        [
            1.41865575876173,
            -0.353575960118115,
            1.81341778353565,
            -0.494011207638994,
            -0.405651705195543,
            -0.19540407027051,
        ],
        [
            0.562473717811821,
            0.535943195762794,
            0.602146953006564,
            0.637868914816883,
            -0.144109672616344,
            0.175102675452405,
        ],
        [0.902116171109421, -0.219686716382826, -0.710867977331759, 0.194169680470246],
    );
    check::<SeluPair<f64>>(
        [
            1.49058300644849,
            -0.888030946318767,
            2.32494605625056,
            -1.31675100275498,
            -0.561809468998447,
            -0.953393874009048,
        ],
        [
            0.451418101444842,
            0.458294859880278,
            0.847925679025829,
            0.801155725813753,
            -0.458900363442532,
            0.0316992326299638,
        ],
        [0.476310742491828, -0.317799463629582, -1.28918237876476, 0.723973215791923],
    );
    check::<GeluPair<f64>>(
        [
            1.30800103425911,
            -0.169451713471652,
            1.62918028248973,
            -0.146731145740586,
            -0.151274324147851,
            -0.0668841233389429,
        ],
        [
            0.636686239913067,
            0.683137839612355,
            0.57914956945788,
            0.6230647014203,
            -0.00697470080726906,
            0.241284763136421,
        ],
        [1.06759663670263, -0.135619556439233, -0.490923717924282, 0.0440401247535381],
    );
    check::<SiluPair<f64>>(
        [
            1.14219889959847,
            -0.232869722956513,
            1.55529026863434,
            -0.272261179079756,
            -0.265462392050092,
            -0.0659768812753418,
        ],
        [
            0.578957008451194,
            0.589359224955042,
            0.597830997386386,
            0.645034426209489,
            -0.0707558809776943,
            0.204954996443279,
        ],
        [0.845804659054186, -0.174044378814276, -0.533447447181279, 0.09334298253296],
    );
    check::<SoftplusPair<f64>>(
        [1.63541026941777, 0.402053619288872, 1.41961861096756, 0.271463332726659, 0.232271596202672, 0.71964420065192],
        [
            0.502824059410769,
            0.432465650871496,
            0.451530621912796,
            0.479020941242245,
            -0.117528718539718,
            0.20938500018452,
        ],
        [0.84962923294068, 0.215563239209533, -0.565733250294184, -0.107209043177058],
    );
}
