//! Against the definition, written as naively as it reads, in every layout.

use super::*;
use crate::{
    kernels::simd::at_each_level,
    layers::{
        Identity, Relu, Tanh,
        testing::{assert_close, differences, values},
    },
    network::{LANES, Learned},
    shape::{Const, FixedShape},
};

const EPSILON: f64 = 1e-3;
const MOMENTUM: f64 = 0.3;

fn layer<C: Dimension, E: Element>() -> BatchNorm<C, E> {
    let mut layer = BatchNorm::new(MOMENTUM, EPSILON);
    for (index, seed) in [(0, 5), (1, 6), (2, 7), (3, 8)] {
        layer.tensor_mut(index).values.copy_from_slice(&values::<E>(C::SIZE, seed));
    }
    layer.running_var_mut().mapv_inplace(|variance| variance + E::from_f64(1.5));
    layer
}

/// A batch in rows, and in the layout that the shape has; `beyond` is in the lanes that are no sample's.
struct Laid<S> {
    samples: usize,
    lanes: usize,
    shape: PhantomData<S>,
}

impl<S: FixedShape> Laid<S> {
    fn new(samples: usize) -> Self {
        Laid { samples, lanes: if samples == 1 { 1 } else { samples.next_multiple_of(LANES) }, shape: PhantomData }
    }

    fn place(&self, sample: usize, element: usize) -> usize {
        if S::INTERLEAVED { element * self.lanes + sample } else { sample * S::LEN + element }
    }

    fn laid<E: Element>(&self, rows: &[E], beyond: f64) -> Vec<E> {
        let lanes = if S::INTERLEAVED { self.lanes } else { self.samples };
        let mut laid = vec![E::from_f64(beyond); lanes * S::LEN];
        for (index, &x) in rows.iter().enumerate() {
            laid[self.place(index / S::LEN, index % S::LEN)] = x;
        }
        laid
    }

    fn rows<E: Element>(&self, laid: &[E], beyond: E) -> Vec<E> {
        let rows: Vec<E> =
            (0..self.samples * S::LEN).map(|index| laid[self.place(index / S::LEN, index % S::LEN)]).collect();
        let zeros = laid.iter().filter(|&&x| x == beyond).count();
        assert!(zeros >= laid.len() - rows.len(), "what lies beyond the samples");
        assert!(laid.iter().all(|x| x.is_finite()));
        rows
    }

    fn view<'a, E: Element>(&self, laid: &'a [E]) -> View<'a, S, E> {
        View::new(laid, self.samples, self.lanes)
    }

    fn view_mut<'a, E: Element>(&self, laid: &'a mut [E]) -> ViewMut<'a, S, E> {
        ViewMut::new(laid, self.samples, self.lanes)
    }

    fn outputs<C: Dimension, E: Element, A: Activation<E>>(
        &self,
        layer: &BatchNorm<C, E>,
        x: &[E],
        training: bool,
        a: A,
    ) -> Vec<E> {
        if training {
            return Parts::<S, E>::forward(layer, x, a).outputs();
        }
        let x = self.laid(x, 1e3);
        let mut y = vec![E::nan(); x.len()];
        layer.forward(self.view(&x), self.view_mut(&mut y), a);
        self.rows(&y, E::zero())
    }
}

/// Samples of a part.
const PART: usize = 64;

/// A batch that is cut into parts, each laid out by itself.
struct Parts<S, E> {
    laid: Vec<Laid<S>>,
    x: Vec<Vec<E>>,
    y: Vec<Vec<E>>,
    told: Vec<E>,
}

/// The rows of each part.
fn cut<S: FixedShape, E>(rows: &[E]) -> impl Iterator<Item = &[E]> {
    rows.chunks(PART * S::LEN)
}

/// Calls `f` for each part with what the parts tell, of which each hears what they told in the legs before.
fn leg<E: Element>(told: &mut [E], width: usize, mut f: impl FnMut(usize, &mut Common<'_, E>)) {
    let heard = told.to_vec();
    for (part, own) in told.chunks_mut(width).enumerate() {
        f(part, &mut Common::new(own, &heard, width));
    }
}

impl<S: FixedShape, E: Element> Parts<S, E> {
    /// Forward in training.
    fn forward<C: Dimension, A: Activation<E>>(layer: &BatchNorm<C, E>, x: &[E], a: A) -> Self {
        let laid: Vec<Laid<S>> = cut::<S, E>(x).map(|x| Laid::new(x.len() / S::LEN)).collect();
        let x: Vec<Vec<E>> = laid.iter().zip(cut::<S, E>(x)).map(|(laid, x)| laid.laid(x, 1e3)).collect();
        let mut y: Vec<Vec<E>> = x.iter().map(|x| vec![E::nan(); x.len()]).collect();
        let width = BatchNorm::<C, E>::COMMON;
        let mut told = vec![E::zero(); laid.len() * width];
        leg(&mut told, width, |part, common| layer.measure(laid[part].view(&x[part]), common));
        leg(&mut told, width, |part, common| {
            layer.forward_train(laid[part].view(&x[part]), laid[part].view_mut(&mut y[part]), common, a);
        });
        Parts { laid, x, y, told }
    }

    /// The outputs in rows.
    fn outputs(&self) -> Vec<E> {
        self.laid.iter().zip(&self.y).flat_map(|(laid, y)| laid.rows(y, E::zero())).collect()
    }

    /// d_x in rows, and the share, which is ones before.
    fn backward<C: Dimension, A: Activation<E>>(mut self, layer: &BatchNorm<C, E>, d: &[E], a: A) -> (Vec<E>, Vec<E>) {
        let (laid, x, y) = (&self.laid, &self.x, &self.y);
        let mut d_y: Vec<Vec<E>> = laid.iter().zip(cut::<S, E>(d)).map(|(laid, d)| laid.laid(d, 7.0)).collect();
        let (width, mut share) = (BatchNorm::<C, E>::COMMON, vec![E::one(); 2 * C::SIZE]);
        leg(&mut self.told, width, |part, common| {
            let (x, y) = (laid[part].view(&x[part]), laid[part].view(&y[part]));
            layer.measure_gradient(x, y, laid[part].view_mut(&mut d_y[part]), common, &mut share, a);
        });
        let mut rows = Vec::new();
        leg(&mut self.told, width, |part, common| {
            let (laid, mut d_x) = (&laid[part], vec![E::nan(); x[part].len()]);
            layer.backward(laid.view(&x[part]), laid.view(&d_y[part]), laid.view_mut(&mut d_x), common);
            rows.extend(laid.rows(&d_x, E::zero()));
        });
        (rows, share)
    }
}

/// The numbers of channel `channel`.
fn channel<S: FixedShape, C: Dimension>(x: &[f64], channel: usize) -> Vec<f64> {
    let of = |index: usize| index % S::LEN / (S::LEN / C::SIZE);
    x.iter().enumerate().filter(|&(index, _)| of(index) == channel).map(|(_, &x)| x).collect()
}

/// The mean of each channel, its variance over n, and over n − 1.
fn moments<S: FixedShape, C: Dimension>(x: &[f64]) -> Vec<[f64; 3]> {
    let of = |index| {
        let x = channel::<S, C>(x, index);
        let n = x.len() as f64;
        let mean = x.iter().sum::<f64>() / n;
        let squares = x.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>();
        [mean, squares / n, squares / (n - 1.0)]
    };
    (0..C::SIZE).map(of).collect()
}

fn naive<S: FixedShape, C: Dimension>(layer: &BatchNorm<C, f64>, x: &[f64], moments: &[[f64; 2]]) -> Vec<f64> {
    let normalized = |(index, &x): (usize, &f64)| {
        let c = index % S::LEN / (S::LEN / C::SIZE);
        let [mean, variance] = moments[c];
        (x - mean) / (variance + EPSILON).sqrt() * layer.weight()[c] + layer.bias()[c]
    };
    x.iter().enumerate().map(normalized).collect()
}

fn check<S: FixedShape, C: Dimension>(samples: usize) {
    let laid = Laid::<S>::new(samples);
    let (layer, single) = (layer::<C, f64>(), layer::<C, f32>());
    // Away from 0, so that a variance as a difference of squares would be seen.
    let x: Vec<f64> = values::<f64>(samples * S::LEN, 1).iter().map(|x| 30.0 + x).collect();
    let x32: Vec<f32> = x.iter().map(|&x| x as f32).collect();
    let batch = moments::<S, C>(&x);
    let trained =
        naive::<S, C>(&layer, &x, &batch.iter().map(|&[mean, variance, _]| [mean, variance]).collect::<Vec<_>>());
    assert_close(&laid.outputs(&layer, &x, true, Identity), &trained, 1e-12);
    assert_close(&laid.outputs(&single, &x32, true, Identity), &trained, 1e-4);
    let running: Vec<[f64; 2]> = layer.running_mean().iter().zip(layer.running_var()).map(|(&m, &v)| [m, v]).collect();
    let inferred = naive::<S, C>(&layer, &x, &running);
    assert_close(&laid.outputs(&layer, &x, false, Identity), &inferred, 1e-12);
    assert_close(&laid.outputs(&single, &x32, false, Identity), &inferred, 1e-5);
    let rectified: Vec<f64> = inferred.iter().map(|y| y.max(0.0)).collect();
    assert_close(&laid.outputs(&layer, &x, false, Relu), &rectified, 1e-12);

    // At most 400 differences, each of which takes two passes.
    if samples * S::LEN <= 400 {
        gradients::<S, C, Relu>(&layer, &laid, &x, Relu);
        gradients::<S, C, Identity>(&layer, &laid, &x, Identity);
    }

    // Where the statistics move.
    let mut moved = layer.clone();
    moved.update_buffers(Measured::new(&Parts::<S, f64>::forward(&layer, &x, Identity).told, Learned::ALL));
    let mut frozen = layer.clone();
    frozen.update_buffers(Measured::new(&[], Learned::NONE));
    assert_eq!(frozen.running, layer.running);
    let towards = |from: f64, to: f64| from + MOMENTUM * (to - from);

    // The sums, which are added.
    let d = values::<f64>(x.len(), 2);
    let (d_x, share) = Parts::<S, f64>::forward(&layer, &x, Identity).backward(&layer, &d, Identity);
    for (c, &[mean, _, unbiased]) in batch.iter().enumerate() {
        assert!((moved.running_mean()[c] - towards(layer.running_mean()[c], mean)).abs() < 1e-12);
        let old = layer.running_var()[c];
        let expected = if unbiased.is_nan() { old } else { towards(old, unbiased) };
        assert!((moved.running_var()[c] - expected).abs() < 1e-12);
        let sum = share[C::SIZE + c] - 1.0;
        assert!((sum - channel::<S, C>(&d, c).iter().sum::<f64>()).abs() < 1e-11);
        // Neither a shift nor a stretch of a channel changes what it gives.
        assert!(channel::<S, C>(&d_x, c).iter().sum::<f64>().abs() < 1e-9);
    }
    let d32: Vec<f32> = d.iter().map(|&d| d as f32).collect();
    let (single_d_x, single_share) =
        Parts::<S, f32>::forward(&single, &x32, Identity).backward(&single, &d32, Identity);
    assert_close(&single_d_x, &d_x, 1e-4);
    assert_close(&single_share, &share, 1e-4);
}

fn gradients<S: FixedShape, C: Dimension, A: Activation<f64>>(
    layer: &BatchNorm<C, f64>,
    laid: &Laid<S>,
    x: &[f64],
    a: A,
) {
    let d = values::<f64>(x.len(), 2);
    let (d_x, share) = Parts::<S, f64>::forward(layer, x, a).backward(layer, &d, a);
    assert_close(&d_x, &differences(x, &d, |x| laid.outputs(layer, x, true, a)), 1e-6);
    for (index, found) in share.chunks(C::SIZE).enumerate() {
        let expected = differences(layer.tensor(index).values, &d, |values| {
            let mut changed = layer.clone();
            changed.tensor_mut(index).values.copy_from_slice(values);
            laid.outputs(&changed, x, true, a)
        });
        assert_close(found, &expected.iter().map(|d| d + 1.0).collect::<Vec<_>>(), 1e-6);
    }
}

#[test]
fn vectors_agree_with_the_definition() {
    at_each_level(|| {
        check::<(Const<1>,), Const<1>>(2);
        check::<(Const<5>,), Const<5>>(7);
        check::<(Const<37>,), Const<37>>(3);
        check::<(Const<16>,), Const<16>>(131);
        Ok::<(), ()>(())
    })
    .unwrap();
}

#[test]
fn sequences_agree_with_the_definition() {
    at_each_level(|| {
        check::<(Const<3>, Const<5>), Const<3>>(4);
        check::<(Const<2>, Const<17>), Const<2>>(1);
        check::<(Const<4>, Const<9>), Const<4>>(70);
        Ok::<(), ()>(())
    })
    .unwrap();
}

#[test]
fn images_agree_with_the_definition() {
    at_each_level(|| {
        check::<(Const<2>, Const<3>, Const<3>), Const<2>>(3);
        check::<(Const<3>, Const<2>, Const<4>), Const<3>>(1);
        check::<(Const<1>, Const<2>, Const<3>), Const<1>>(16);
        check::<(Const<2>, Const<7>, Const<5>), Const<2>>(32);
        check::<(Const<2>, Const<4>, Const<3>), Const<2>>(300);
        check::<(Const<2>, Const<4>, Const<3>), Const<2>>(512);
        Ok::<(), ()>(())
    })
    .unwrap();
}

#[test]
fn other_activations_follow() {
    let (laid, layer) = (Laid::<(Const<3>,)>::new(5), layer::<Const<3>, f64>());
    gradients(&layer, &laid, &values(15, 4), Tanh);
}

#[test]
fn one_number_has_no_variance() {
    let (laid, layer) = (Laid::<(Const<4>,)>::new(1), layer::<Const<4>, f64>());
    let x = [3.0, -2.0, 0.0, 1e9];
    assert_eq!(laid.outputs(&layer, &x, true, Identity), layer.bias().to_vec());
    let parts = Parts::<(Const<4>,), f64>::forward(&layer, &x, Identity);
    let mut moved = layer.clone();
    moved.update_buffers(Measured::new(&parts.told, Learned::ALL));
    assert_eq!(moved.running_var(), layer.running_var());
    assert!((moved.running_mean()[0] - layer.running_mean()[0] * (1.0 - MOMENTUM) - MOMENTUM * 3.0).abs() < 1e-12);
    let (d_x, share) = parts.backward(&layer, &[1.0, 2.0, 3.0, 4.0], Identity);
    assert_eq!(d_x, [0.0; 4]);
    assert_eq!(share[..4], [1.0; 4]);
}

#[test]
fn equal_numbers_give_the_bias_and_nan_is_handed_on() {
    let (laid, layer) = (Laid::<(Const<2>,)>::new(3), layer::<Const<2>, f32>());
    let y = laid.outputs(&layer, &[3.0, 9.0, 3.0, 9.0, 3.0, 9.0], true, Identity);
    assert_eq!(y[..2], *layer.bias().as_slice().unwrap());
    let mut y = [0.0; 2];
    layer.forward(View::<(Const<2>,), f32>::new(&[f32::NAN, 1.0], 1, 1), ViewMut::new(&mut y, 1, 1), Relu);
    assert!(y[0].is_nan() && y[1].is_finite());
}

#[test]
fn long_sums_stay_accurate() {
    // A million numbers far from 0.
    type S = (Const<1>, Const<32>, Const<32>);
    let laid = Laid::<S>::new(1024);
    let x: Vec<f32> = values::<f32>(1024 * 1024, 3).iter().map(|x| 100.0 + x).collect();
    let layer = BatchNorm::<Const<1>, f32>::new(0.1, 0.0);
    let y = laid.outputs(&layer, &x, true, Identity);
    let (n, sum) = (y.len() as f64, |power| y.iter().map(|&y| f64::from(y).powi(power)).sum::<f64>());
    assert!((sum(1) / n).abs() < 1e-4, "mean {}", sum(1) / n);
    assert!((sum(2) / n - 1.0).abs() < 1e-5, "variance {}", sum(2) / n);
}
