//! Networks that are generic over dimensions: by themselves, at several sizes in one network, and within each other.

use crate::differences::{check, data};
use plumbline::prelude::*;

network! {
    /// Two convolutions around which the input goes on.
    pub Residual<C, H, W>: [C, H, W] -> [C, H, W] {
        c1: conv2d(C, kernel = 3, padding = 1), tanh;
        c2: conv2d(C, kernel = 3, padding = same), tanh;
        sum: add <- (c2, input);
    }

    /// Half the size and twice the channels.
    pub Down<C, H, W>: [C, H, W] -> [2 * C, H / 2, W / 2] {
        pool: avg_pool2d(2);
        widen: conv2d(C + C, kernel = 1), tanh;
    }

    pub Stage<C, H, W>: [C, H, W] -> [2 * C, H / 2, W / 2] {
        first: Residual<C, H, W>;
        second: Residual<C, H, W>;
        down: Down<C, H, W> -> [2 * C, H / 2, W / 2];
    }

    pub ResNet: [1, 8, 6] -> [3] {
        stem: conv2d(2, kernel = 1), tanh;
        wide: Residual<2, 8, 6>;
        down: Down<2, 8, 6>;
        narrow: Residual<4, 4, 3>, relu;
        global_avg_pool;
        out: dense(3);
    }

    pub Deep: [2, 8, 4] -> [5] {
        one: Stage<2, 8, 4>;
        two: Stage<4, 4, 2>;
        flatten;
        out: dense(5);
    }

    /// Vectors: everything but convolutions.
    pub Perceptrons<I, N>: (left: [I], right: [2 * I]) -> (sum: [N], code: [3 * I]) {
        a: dense(N), tanh <- left;
        b: dense(N, bias = false) <- right;
        sum: add <- (a, b);
        code: concat <- (right, left);
    }

}

network! {
    pub Kernels<C, H, K>: [C, H, H] -> [C * H] {
        conv: conv2d(C, kernel = [1, K], padding = [0, K / 2], bias = false);
        pool: max_pool2d([1, H], stride = 1);
        flatten;
        out: dense(C * H);
    }

    /// Signals, and every pool over them.
    pub Waves<C, L, K>: [C, L] -> [3 * C] {
        wide: conv1d(2 * C, kernel = K, padding = 1, groups = C), tanh;
        weighted_avg_pool1d(K, stride = 1), lp_pool1d(K, stride = 1, padding = K / 2), max_pool1d(2, stride = 1);
        up: conv_transpose1d(3 * C, kernel = K, stride = 2, padding = K / 2, output_padding = 1), tanh;
        avg_pool1d(K), adaptive_avg_pool1d(K), adaptive_max_pool1d(L);
        global_avg_pool;
    }

    /// The same of images.
    pub Pictures<C, H, K>: [C, H, H] -> [C, 2 * H, 2 * H] {
        up: conv_transpose2d(C, kernel = K, stride = 2, padding = K / 2, output_padding = 1), tanh;
        lp_pool2d(K, stride = 1, padding = K / 2), weighted_avg_pool2d([K, 1], stride = 1), adaptive_max_pool2d(H);
        avg_pool2d(K, stride = 1), adaptive_avg_pool2d([2 * H, 2 * H]);
    }

    pub Windows: [2, 9] -> [4, 6, 6] {
        waves: Waves<2, 9, 3>;
        again: reshape([1, 6]), adaptive_max_pool1d(10), reshape([2, 5]);
        even: Waves<2, 5, 3>;
        reshape([1, 2, 3]), adaptive_max_pool2d([3, 3]);
        wide: conv2d(4, kernel = 1);
        pictures: Pictures<4, 3, 3>;
    }

    /// In another invocation than the block.
    pub Elsewhere: [2, 5, 4] -> [2, 5, 4] {
        block: Residual<2, 5, 4> -> [2, 5, 4];
        again: self::Residual<2, 5, 4>;
    }
}

#[test]
fn gradients_agree_with_differences() {
    check::<Residual<3, 5, 4, f64>>();
    check::<ResNet<f64>>();
    check::<Deep<f64>>();
    check::<Kernels<2, 6, 3, f64>>();
    check::<Kernels<1, 4, 1, f64>>();
    check::<Elsewhere<f64>>();
    check::<Waves<2, 9, 3, f64>>();
    check::<Pictures<1, 5, 3, f64>>();
    check::<Windows<f64>>();
}

#[test]
fn a_generic_network_says_what_it_is() {
    assert_eq!(Residual::<16, 28, 28>::PARAMETERS, 2 * (16 * 16 * 9 + 16));
    assert_eq!(Residual::<16, 28, 28>::LAYERS[0].output, [16, 28, 28]);
    assert_eq!(<Down<3, 8, 6> as Network>::LAYERS[1].output, [6, 4, 3]);
    assert_eq!(ResNet::PARAMETERS, 4 + Residual::<2, 8, 6>::PARAMETERS + 12 + Residual::<4, 4, 3>::PARAMETERS + 15);
    assert_eq!(Down::<2, 8, 6>::new(1).widen.weight().dim(), (4, 2, 1, 1));
}

#[test]
fn generic_networks_with_several_ports_run() {
    let net = Perceptrons::<2, 3>::new(1);
    let (left, right) = (Batch::from_vec(vec![1.0; 4]).unwrap(), Batch::zeros(2));
    let (sum, code) = net.forward(&left, &right).unwrap();
    assert_eq!((sum.samples(), code.as_slice()), (2, &[0.0, 0.0, 0.0, 0.0, 1.0, 1.0].repeat(2)[..]));
}

#[test]
fn a_part_is_the_network_that_it_is_alone() {
    let net = Elsewhere::<f64>::initialized(3);
    let x = data(5);
    let inner = net.block.forward(&x);
    assert_eq!(net.again.forward(&inner).as_slice(), net.forward(&x).as_slice());
}
