//! The memory of passes: clones of it, what is asked of it too early, and what a panic leaves.

use std::panic::{AssertUnwindSafe, catch_unwind};

use nn_runtime::{Batch, Const, Element, Layer, Network, Parameters, Trainable, network::PassError};
use rand::rngs::StdRng;

type Vector = (Const<5>,);

/// y = (a x)², with one learned number a; a sample that begins with 99 is a panic.
#[derive(Clone, Debug)]
struct Square<E = f32>([E; 1]);

impl<E: Element> Layer for Square<E> {
    type Element = E;
    type Input = Vector;
    type Output = Vector;
    const PARAMETERS: &'static [(&'static str, &'static [usize])] = &[("a", &[1])];
    // Enough for some batches to be worth several threads.
    const OPERATIONS: u64 = 10_000;

    fn drawn(_: &mut StdRng) -> Self {
        Square([E::from_f64(1.5)])
    }

    fn values(&self, _: usize) -> &[E] {
        &self.0
    }

    fn values_mut(&mut self, _: usize) -> &mut [E] {
        &mut self.0
    }

    fn forward_sample(&self, x: &[E], y: &mut [E]) {
        assert!(x[0].as_f64() != 99.0, "asked to");
        y.iter_mut().zip(x).for_each(|(y, &x)| *y = self.0[0] * x * self.0[0] * x);
    }

    fn backward_sample(&self, x: &[E], _: &[E], d_y: &[E], d_x: &mut [E], gradient: &mut [E]) {
        let two = E::from_f64(2.0);
        for ((d_x, &d_y), &x) in d_x.iter_mut().zip(d_y).zip(x) {
            *d_x = two * self.0[0] * self.0[0] * x * d_y;
            gradient[0] += two * self.0[0] * x * x * d_y;
        }
    }
}

nn_runtime::layer!(Square);

fn batch<E: Element>(samples: usize) -> Batch<Vector, E> {
    Batch::from_vec(crate::guard::numbers(5 * samples, samples)).unwrap()
}

/// The gradients of all parameters and of the inputs, as bits.
fn backward<E: Element>(net: &Square<E>, x: &Batch<Vector, E>, pass: &mut nn_runtime::Pass<Square<E>>) -> Vec<u64> {
    let mut gradients = net.gradients();
    let d_x = net.backward(x, pass, &mut gradients).unwrap().to_batch();
    let parameters = gradients.parameters().flat_map(|tensor| tensor.values.to_vec());
    parameters.chain(d_x.into_vec()).map(|x| x.as_f64().to_bits()).collect()
}

fn clones<E: Element>() {
    let net = Square::<E>::initialized(1);
    for samples in [1, 3, 33, 130] {
        let x = batch::<E>(samples);
        let mut pass = net.pass(samples);
        let y = net.forward_train(&x, &mut pass).to_batch();
        // Other memory between the clones, so that they lie at addresses of every kind.
        let mut others = Vec::new();
        for room in 1..20 {
            others.push(vec![1_u8; 4 * room + 1]);
            let mut clone = pass.clone();
            assert_eq!(clone.output(0), y.as_slice());
            assert_eq!(backward(&net, &x, &mut clone), backward(&net, &x, &mut pass));
            let again = net.forward_train(&x, &mut pass).to_batch();
            assert_eq!((again, clone.samples()), (y.clone(), samples));
        }
    }
}

#[test]
fn a_clone_of_a_pass_goes_backward_as_the_pass_does() {
    clones::<f32>();
    clones::<f64>();
}

#[test]
fn what_is_not_there_is_empty() {
    let net = Square::<f32>::initialized(1);
    let mut pass = net.pass(4);
    let nothing: (&[f32], &[usize]) = (&[], &[]);
    assert_eq!((pass.output(0), pass.lengths(0)), nothing);
    assert_eq!((pass.d_input(0), pass.output_lengths(0)), nothing);
    assert_eq!(pass.output_batch::<Vector>(0).samples(), 0);
    let x = batch::<f32>(4);
    net.forward_train(&x, &mut pass);
    assert_eq!((pass.output(0).len(), pass.output_width(0)), (20, 5));
    assert_eq!((pass.output(1), pass.lengths(99)), nothing);
    assert_eq!((pass.output(usize::MAX), pass.output_lengths(99)), nothing);
    assert_eq!((pass.output_width(1), pass.output_batch::<Vector>(99).samples()), (0, 0));
    // Before the backward pass.
    assert_eq!((pass.d_input(0), pass.d_input_batch::<Vector>(0).samples()), (&[][..], 0));
    backward(&net, &x, &mut pass);
    assert_eq!((pass.d_input(0).len(), pass.d_input(1), pass.d_input(usize::MAX)), (20, &[][..], &[][..]));
    // It belongs to the forward pass before it.
    net.forward_into(&batch(2), &mut pass);
    assert_eq!((pass.d_input(0), pass.output(0).len()), (&[][..], 10));
}

#[test]
fn a_second_backward_pass_asks_for_a_forward_pass_of_its_own() {
    let net = Square::<f64>::initialized(1);
    let (x, mut pass) = (batch::<f64>(3), net.pass(3));
    net.forward_train(&x, &mut pass);
    let expected = backward(&net, &x, &mut pass);
    let error = net.backward(&x, &mut pass, &mut net.gradients()).unwrap_err();
    assert_eq!(error, PassError::SecondBackward);
    // The first one's gradient is still there.
    assert_eq!(pass.d_input(0).len(), 15);
    net.forward_train(&x, &mut pass);
    assert_eq!(backward(&net, &x, &mut pass), expected);
}

#[test]
fn a_pass_that_panicked_is_as_good_as_new() {
    let net = Square::<f32>::initialized(1);
    let x = batch::<f32>(130);
    let mut pass = net.pass(130);
    net.forward_train(&x, &mut pass);
    let expected = backward(&net, &x, &mut pass);
    let outputs = pass.output(0).to_vec();
    net.forward_train(&x, &mut pass);

    let mut bad = x.clone();
    bad.as_mut_slice()[5 * 77] = 99.0;
    assert!(catch_unwind(AssertUnwindSafe(|| _ = net.forward_train(&bad, &mut pass))).is_err());
    assert_eq!((pass.samples(), pass.output(0)), (0, &[][..]));
    let error = net.backward(&x, &mut pass, &mut net.gradients()).unwrap_err();
    assert_eq!(error, PassError::NoForward);

    assert_eq!(net.forward_train(&x, &mut pass).as_slice(), outputs);
    assert_eq!(backward(&net, &x, &mut pass), expected);
    assert_eq!(net.forward_into(&x, &mut pass).as_slice(), outputs);
}
