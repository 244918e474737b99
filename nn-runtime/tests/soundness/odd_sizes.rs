//! Every layer type at sizes that fill no register, alone and in batches.

use nn_runtime::{
    Batch, Const, Element, Free, Shape,
    energy::{Boltzmann, BoltzmannLearning, ContrastiveDivergence, Hopfield, Rbm},
    layers::{
        AdaptiveAvgPool2d, AdaptiveMaxPool2d, AvgPool2d, BatchNorm, Cell, Conv2d, ConvTranspose2d, Dense, Embedding,
        Gru, Identity, Init, LayerNorm, LogSoftmax, LpPool2d, Lstm, MaxPool2d, PeepholeLstm, Recurrent, Relu, Rnn,
        Softmax, Tanh, TiedDense, Transpose, WeightedAvgPool2d, Window, WindowSizes, deinterleave, interleave,
    },
    network::abi::{Common, View, ViewMut, products},
    shape::{Dimension, FixedDimension, FixedShape},
};
use rand::{SeedableRng, rngs::StdRng};

use crate::guard::{guarded, numbers};

type C<const N: usize> = Const<N>;

const SIZES: [usize; 7] = [1, 3, 7, 13, 17, 31, 33];

/// Samples and the lanes that they lie in: alone, a part of a block, a block and a part, and a number of lanes that no register divides.
const LANES: [(usize, usize); 4] = [(1, 1), (3, 16), (17, 32), (4, 5)];

/// A function that makes values of numbers, whatever their lifetime.
fn reader<S: Shape, E: Element, F: Fn(&[E]) -> View<'_, S, E>>(f: F) -> F {
    f
}

fn rng() -> StdRng {
    StdRng::seed_from_u64(7)
}

fn dense<I: FixedDimension, O: FixedDimension, E: Element>() {
    let layer = Dense::<I, O, E>::new(Init::HeNormal, true, &mut rng());
    let tied = TiedDense::<O, I, E>::new(true);
    for samples in [1, 3, 17, 33] {
        let (x, d) = (numbers(samples * I::SIZE, 1), numbers(samples * O::SIZE, 2));
        let [y] = guarded([&x], [d.len()], |[x], [y]| {
            let x = View::<(I,), E>::new(x, samples, 16);
            layer.forward::<_, (O,), _>(x, ViewMut::new(y, samples, 16), Tanh);
        });
        guarded([&y, &d], [d.len(), x.len()], |[y, d], [d_y, d_x]| {
            d_y.copy_from_slice(d);
            let y = View::<(O,), E>::new(y, samples, 16);
            let d_x = Some(ViewMut::<(I,), E>::new(d_x, samples, 16));
            layer.backward::<(I,), (O,), _>(y, ViewMut::new(d_y, samples, 16), d_x, Tanh);
        });
        guarded([&x, &d], [O::SIZE * I::SIZE], |[x, d], [written]| {
            let mut gradient = layer.zeroed();
            products([gradient.product(View::<(I,), E>::new(x, samples, 16), View::<(O,), E>::new(d, samples, 16))]);
            written.copy_from_slice(gradient.weight().as_slice().unwrap());
        });
        guarded([&d], [x.len()], |[d], [y]| {
            let x = View::<(O,), E>::new(d, samples, 16);
            tied.forward(&layer, x, ViewMut::<(I,), E>::new(y, samples, 16), Relu);
        });
    }
}

#[test]
fn dense_layers() {
    dense::<C<1>, C<1>, f32>();
    dense::<C<1>, C<33>, f32>();
    dense::<C<33>, C<1>, f32>();
    dense::<C<3>, C<7>, f32>();
    dense::<C<13>, C<17>, f32>();
    dense::<C<17>, C<13>, f32>();
    dense::<C<31>, C<33>, f32>();
    dense::<C<7>, C<31>, f64>();
    dense::<C<33>, C<13>, f64>();
}

fn rows<N: FixedDimension, E: Element>() {
    let (norm, table) = (LayerNorm::<N, E>::new(1e-5), Embedding::<C<5>, N, E>::new(Init::Normal(1.0), &mut rng()));
    for samples in [1, 3, 17] {
        let (x, d) = (numbers(samples * N::SIZE, 1), numbers(samples * N::SIZE, 2));
        let view = reader(|x| View::<(N,), E>::new(x, samples, 16));
        let [y] = guarded([&x], [x.len()], |[x], [y]| norm.forward(view(x), ViewMut::new(y, samples, 16), Tanh));
        guarded([&x, &y, &d], [d.len(), x.len(), 2 * N::SIZE], |[x, y, d], [d_y, d_x, share]| {
            d_y.copy_from_slice(d);
            let d_x = Some(ViewMut::new(d_x, samples, 16));
            norm.backward(view(x), view(y), ViewMut::new(d_y, samples, 16), d_x, share, Tanh);
        });
        guarded([&x], [x.len(), x.len()], |[x], [y, log]| {
            y.copy_from_slice(x);
            log.copy_from_slice(x);
            Softmax.forward(ViewMut::<(N,), E>::new(y, samples, 16));
            LogSoftmax.forward(ViewMut::<(N,), E>::new(log, samples, 16));
        });
        let indices: Vec<E> = (0..samples * 3).map(|i| E::from_f64((i % 5) as f64)).collect();
        guarded([&indices], [samples * 3 * N::SIZE], |[x], [y]| {
            table.forward(View::<(C<3>,), E>::new(x, samples, 16), ViewMut::new(y, samples, 16), Identity);
        });
        let x = numbers(samples * 3 * N::SIZE, 3);
        guarded([&x], [x.len()], |[x], [y]| {
            Transpose.forward(View::<(C<3>, N), E>::new(x, samples, 16), ViewMut::new(y, samples, 16));
        });
        guarded([&x], [x.len(), x.len()], |[x], [interleaved, back]| {
            let wide = &mut vec![E::zero(); 3 * N::SIZE * 32];
            let x = View::<(C<3>, N), E>::new(x, samples, 32);
            interleave(x, ViewMut::<(C<3>, C<1>, N), E>::new(wide, samples, 32));
            let wide = View::<(C<3>, C<1>, N), E>::new(wide, samples, 32);
            deinterleave(wide, ViewMut::<(C<3>, N), E>::new(back, samples, 32));
            interleaved.copy_from_slice(back);
        });
    }
}

#[test]
fn layers_over_rows() {
    rows::<C<1>, f32>();
    rows::<C<7>, f32>();
    rows::<C<17>, f64>();
    rows::<C<33>, f32>();
}

fn batch_norm<S: FixedShape, N: FixedDimension, E: Element>() {
    let norm = BatchNorm::<N, E>::new(0.1, 1e-5);
    let common = BatchNorm::<N, E>::COMMON;
    for (samples, lanes) in LANES {
        let count = S::LEN * if S::INTERLEAVED { lanes } else { samples };
        let (x, d) = (numbers(count, 1), numbers(count, 2));
        let view = reader(|x| View::<S, E>::new(x, samples, lanes));
        let [y, all] = guarded([&x], [count, common], |[x], [y, all]| {
            let mut own = vec![E::zero(); common];
            norm.measure(view(x), &mut Common::new(&mut own, &[], common));
            all.copy_from_slice(&own);
            norm.forward_train(view(x), ViewMut::new(y, samples, lanes), &mut Common::new(&mut own, all, common), Relu);
            all.copy_from_slice(&own);
        });
        guarded([&x, &y, &d, &all], [count, count, 2 * N::SIZE], |[x, y, d, all], [d_y, d_x, share]| {
            let mut own = all.to_vec();
            d_y.copy_from_slice(d);
            let d_view = ViewMut::new(d_y, samples, lanes);
            norm.measure_gradient(view(x), view(y), d_view, &mut Common::new(&mut own, &[], common), share, Relu);
            let told = own.clone();
            let d_y = View::<S, E>::new(d_y, samples, lanes);
            norm.backward(view(x), d_y, ViewMut::new(d_x, samples, lanes), &mut Common::new(&mut own, &told, common));
        });
    }
}

#[test]
fn batch_normalization() {
    batch_norm::<(C<7>,), C<7>, f32>();
    batch_norm::<(C<3>, C<13>, C<1>), C<3>, f32>();
    batch_norm::<(C<5>, C<3>, C<7>), C<5>, f64>();
}

/// Images of `N` channels whose height and width only the running program knows.
type Image<N> = (N, Free, Free);

/// The sizes that a window gives on images of these, where it fits.
fn places<W: WindowSizes>(sizes: [usize; 2]) -> Option<[usize; 2]> {
    let axis = |i: usize| {
        let room = sizes[i] + 2 * W::PADDING[i];
        room.checked_sub(W::DILATION[i] * (W::KERNEL[i] - 1) + 1).map(|room| room / W::STRIDE[i] + 1)
    };
    Some([axis(0)?, axis(1)?])
}

/// Calls `f` with the sizes of images, samples and lanes: each size once as height and once as width, large ones beside small ones.
fn images(f: impl Fn([usize; 2], usize, usize)) {
    for (i, &height) in SIZES.iter().enumerate() {
        let (samples, lanes) = LANES[i % LANES.len()];
        f([height, SIZES[SIZES.len() - 1 - i]], samples, lanes);
    }
    LANES.iter().for_each(|&(samples, lanes)| f([13, 7], samples, lanes));
}

fn convolution<I: FixedDimension, O: FixedDimension, W: WindowSizes, G: Dimension, E: Element>() {
    let layer = Conv2d::<Image<I>, Image<O>, W, G, E>::new(Init::HeNormal, true, &mut rng());
    let turned = ConvTranspose2d::<Image<O>, Image<I>, W, G, E>::new(Init::HeNormal, true, &mut rng());
    images(|sizes, samples, lanes| {
        let Some(places) = places::<W>(sizes) else { return };
        let (small, large) = (((), places[0], places[1]), ((), sizes[0], sizes[1]));
        let x = numbers::<E>(I::SIZE * sizes[0] * sizes[1] * lanes, 1);
        let d = numbers::<E>(O::SIZE * places[0] * places[1] * lanes, 2);
        let weights = layer.weight().len();
        let [y] = guarded([&x], [d.len()], |[x], [y]| {
            let x = View::<Image<I>, E>::sized(x, samples, lanes, large);
            layer.forward(x, ViewMut::<Image<O>, E>::sized(y, samples, lanes, small), Relu);
        });
        guarded([&x, &y, &d], [d.len(), x.len(), weights + O::SIZE], |[x, y, d], [d_y, d_x, share]| {
            d_y.copy_from_slice(d);
            layer.backward(
                View::<Image<I>, E>::sized(x, samples, lanes, large),
                View::<Image<O>, E>::sized(y, samples, lanes, small),
                ViewMut::<Image<O>, E>::sized(d_y, samples, lanes, small),
                Some(ViewMut::<Image<I>, E>::sized(d_x, samples, lanes, large)),
                share,
                Relu,
            );
        });
        let [y] = guarded([&d], [x.len()], |[d], [y]| {
            let x = View::<Image<O>, E>::sized(d, samples, lanes, small);
            turned.forward(x, ViewMut::<Image<I>, E>::sized(y, samples, lanes, large), Identity);
        });
        guarded([&d, &y, &x], [x.len(), d.len(), weights + I::SIZE], |[x, y, d], [d_y, d_x, share]| {
            d_y.copy_from_slice(d);
            turned.backward(
                View::<Image<O>, E>::sized(x, samples, lanes, small),
                View::<Image<I>, E>::sized(y, samples, lanes, large),
                ViewMut::<Image<I>, E>::sized(d_y, samples, lanes, large),
                Some(ViewMut::<Image<O>, E>::sized(d_x, samples, lanes, small)),
                share,
                Identity,
            );
        });
    });
}

#[test]
fn convolutions() {
    convolution::<C<1>, C<1>, Window<1, 1, 1, 1, 0, 0, 1, 1>, C<1>, f32>();
    convolution::<C<3>, C<7>, Window<3, 3, 1, 1, 1, 1, 1, 1>, C<1>, f32>();
    convolution::<C<3>, C<17>, Window<5, 3, 2, 3, 2, 1, 1, 2>, C<1>, f32>();
    convolution::<C<6>, C<9>, Window<2, 2, 2, 2, 0, 0, 1, 1>, C<3>, f32>();
    convolution::<C<7>, C<7>, Window<3, 1, 1, 2, 4, 0, 3, 1>, C<7>, f32>();
    convolution::<C<1>, C<13>, Window<1, 7, 1, 3, 0, 5, 1, 2>, C<1>, f64>();
}

fn pools<N: FixedDimension, W: WindowSizes, E: Element>() {
    type Bins<N> = (N, C<3>, C<2>);
    let max = MaxPool2d::<Image<N>, Image<N>, W>::new();
    let mean = AvgPool2d::<Image<N>, Image<N>, W>::new();
    let norm = LpPool2d::<Image<N>, Image<N>, W>::new(3.0);
    let weighted = WeightedAvgPool2d::<Image<N>, Image<N>, W>::new(None);
    let (most, average) =
        (AdaptiveMaxPool2d::<Image<N>, Bins<N>>::new(), AdaptiveAvgPool2d::<Image<N>, Bins<N>>::new());
    images(|sizes, samples, lanes| {
        let large = ((), sizes[0], sizes[1]);
        let x = numbers::<E>(N::SIZE * sizes[0] * sizes[1] * lanes, 1);
        let view = reader(|x| View::<Image<N>, E>::sized(x, samples, lanes, large));
        let bins = N::SIZE * 6 * lanes;
        let [y, _] = guarded([&x], [bins, bins], |[x], [y, other]| {
            most.forward(view(x), ViewMut::new(y, samples, lanes));
            average.forward(view(x), ViewMut::new(other, samples, lanes));
        });
        let d = numbers::<E>(bins, 2);
        guarded([&x, &y, &d], [x.len(), x.len()], |[x, y, d], [d_x, other]| {
            let (y, d) = (View::<Bins<N>, E>::new(y, samples, lanes), View::<Bins<N>, E>::new(d, samples, lanes));
            most.backward(view(x), y, d, ViewMut::sized(d_x, samples, lanes, large));
            average.backward(d, ViewMut::sized(other, samples, lanes, large));
        });
        let Some(places) = places::<W>(sizes) else { return };
        let small = ((), places[0], places[1]);
        let d = numbers::<E>(N::SIZE * places[0] * places[1] * lanes, 2);
        let [y, _, root, _] = guarded([&x], [d.len(); 4], |[x], [a, b, c, d]| {
            max.forward(view(x), ViewMut::sized(a, samples, lanes, small));
            mean.forward(view(x), ViewMut::sized(b, samples, lanes, small));
            norm.forward(view(x), ViewMut::sized(c, samples, lanes, small));
            weighted.forward(view(x), ViewMut::sized(d, samples, lanes, small));
        });
        guarded([&x, &y, &root, &d], [x.len(); 4], |[x, y, root, d], [a, b, c, e]| {
            let out = reader(|y| View::<Image<N>, E>::sized(y, samples, lanes, small));
            max.backward(view(x), out(y), out(d), ViewMut::sized(a, samples, lanes, large));
            mean.backward(out(d), ViewMut::sized(b, samples, lanes, large));
            norm.backward(view(x), out(root), out(d), ViewMut::sized(c, samples, lanes, large));
            weighted.backward(out(d), ViewMut::sized(e, samples, lanes, large));
        });
    });
}

#[test]
fn pooling_layers() {
    pools::<C<1>, Window<2, 2, 2, 2, 0, 0, 1, 1>, f32>();
    pools::<C<3>, Window<3, 2, 2, 1, 1, 0, 1, 1>, f32>();
    pools::<C<3>, Window<3, 5, 1, 4, 1, 2, 1, 1>, f64>();
}

/// Sequences of `N` features of any length.
type Steps<N> = (Free, N);

/// A vector of any length.
type Row = (Free,);

/// `Y` is `DIRECTIONS` times `N`.
fn recurrent<K, I, N, Y, const LAYERS: usize, const DIRECTIONS: usize, E>()
where
    K: Cell,
    I: FixedDimension,
    N: FixedDimension,
    Y: FixedDimension,
    E: Element,
{
    type Layer<K, I, N, const LAYERS: usize, const DIRECTIONS: usize, E> = Recurrent<K, I, N, LAYERS, DIRECTIONS, E>;
    let layer = Layer::<K, I, N, LAYERS, DIRECTIONS, E>::new(Init::Orthogonal, &mut rng());
    let state = Layer::<K, I, N, LAYERS, DIRECTIONS, E>::STATE;
    for (samples, steps) in [(1, 1), (1, 7), (3, 3), (7, 1), (17, 4)] {
        let lengths: Vec<usize> = (0..samples).map(|sample| 1 + sample % steps).collect();
        let (x, start) = (numbers::<E>(samples * steps * I::SIZE, 1), numbers::<E>(samples * state, 2));
        let trace = samples * Layer::<K, I, N, LAYERS, DIRECTIONS, E>::trace(steps);
        let room = samples * Layer::<K, I, N, LAYERS, DIRECTIONS, E>::room(steps);
        let outputs = samples * steps * Y::SIZE;
        for lengths in [&[][..], &lengths] {
            let row = reader(|x| View::<Row, E>::sized(x, samples, 16, (state,)));
            let sequence = reader(|x| View::<Steps<I>, E>::sized(x, samples, 16, (steps, ())));
            let [y, end, _] = guarded([&x, &start], [outputs, start.len(), room], |[x, start], [y, end, room]| {
                let y = ViewMut::<Steps<Y>, E>::sized(y, samples, 16, (steps, ()));
                let end = ViewMut::<Row, E>::sized(end, samples, 16, (state,));
                layer.infer(sequence(x), y, lengths, row(start), end, room);
            });
            let [trained, trained_end, kept] =
                guarded([&x, &start], [outputs, start.len(), trace], |[x, start], [y, end, trace]| {
                    let y = ViewMut::<Steps<Y>, E>::sized(y, samples, 16, (steps, ()));
                    let end = ViewMut::<Row, E>::sized(end, samples, 16, (state,));
                    layer.forward(sequence(x), y, lengths, row(start), end, trace);
                });
            assert!(y == trained && end == trained_end, "training gave other outputs than inference");
            let (d_y, d_end) = (numbers::<E>(outputs, 3), numbers::<E>(end.len(), 4));
            let sizes = [x.len(), start.len(), trace];
            guarded([&d_y, &d_end, &kept], sizes, |[d_y, d_end, kept], [d_x, d_start, trace]| {
                trace.copy_from_slice(kept);
                let d_y = View::<Steps<Y>, E>::sized(d_y, samples, 16, (steps, ()));
                let d_x = Some(ViewMut::<Steps<I>, E>::sized(d_x, samples, 16, (steps, ())));
                let d_start = Some(ViewMut::<Row, E>::sized(d_start, samples, 16, (state,)));
                layer.backward(d_y, d_x, lengths, Some(row(d_end)), d_start, trace);
                layer.zeroed().finish(trace, samples, samples, steps);
            });
        }
    }
}

#[test]
fn recurrent_layers() {
    recurrent::<Rnn, C<3>, C<1>, C<1>, 1, 1, f32>();
    recurrent::<Lstm, C<1>, C<33>, C<33>, 1, 1, f32>();
    recurrent::<PeepholeLstm, C<7>, C<13>, C<26>, 1, 2, f32>();
    recurrent::<Gru, C<5>, C<17>, C<34>, 2, 2, f32>();
    recurrent::<Lstm, C<3>, C<7>, C<7>, 2, 1, f64>();
}

#[test]
fn energy_based_models() {
    let data = || Batch::<(C<31>,)>::from_vec(numbers(40 * 31, 1).iter().map(|&x: &f32| (x > 0.0).into()).collect());
    let mut rbm: Rbm<C<31>, C<17>> = Rbm::new(Init::Normal(0.1), &mut rng());
    // As many rows as take products of zeros and ones by tables, and fewer.
    for samples in [40, 33, 1] {
        let v = data().unwrap().rows(0..samples).to_batch();
        assert!(rbm.hidden_means(&v).as_slice().iter().all(|&p| p > 0.0 && p < 1.0));
        assert!(rbm.generate(samples, 2, &mut rng()).unwrap().as_slice().iter().all(|&v| v == 0.0 || v == 1.0));
        ContrastiveDivergence::new(2).batch_size(samples).epochs(1).fit(&mut rbm, &v).unwrap();
    }
    let mut machine: Boltzmann<C<13>, C<7>> = Boltzmann::new(Init::Normal(0.1), &mut rng());
    let generated = machine.generate(33, 2, &mut rng()).unwrap();
    BoltzmannLearning::sampled(20).epochs(1).fit(&mut machine, &generated).unwrap();
    let mut memory: Hopfield<C<33>> = Hopfield::zeros();
    let patterns = numbers::<f32>(3 * 33, 1).iter().map(|&x| if x > 0.0 { 1.0 } else { -1.0 }).collect();
    let patterns = Batch::from_vec(patterns).unwrap();
    memory.store_hebbian(&patterns).unwrap();
    assert!(memory.recall(&patterns).unwrap().states.as_slice().iter().all(|s| s.abs() == 1.0));
}
